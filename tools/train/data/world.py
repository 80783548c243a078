# SPDX-License-Identifier: Apache-2.0
"""What a split offers to the generators: fonts, words and sprites."""

import functools
import json
import pathlib
import re

import cv2
import numpy as np
from PIL import ImageFont

from data.words import WordBook, bucket

STYLES = ["noto", "noto-v1", "fluent-emoji-flat"]
UNSEEN_STYLE, UNSEEN_FLAGS = "twemoji", "circle-flags"
UNCOUNTABLE = re.compile(r"face|symbol|button|sign|arrow|hand|gesture|mark|black|white|^(large|small|medium|red|blue|green|orange|yellow|purple|brown)|"
                         r"rice|food|water|money|music|weather|fog|wind|rain|snow$|cash|meat|bacon|salt|butter|beer|milk|juice|salad|spaghetti|"
                         r"bread|^ice$|hair|zodiac|o.clock|moon|sun|sunrise|sunset|collision|dizzy|fire|sake|bento|oden|dango|soccer|golf|tennis|"
                         r"surfing|biking|climbing|juggling|bathing|cartwheeling|family|couple|^(top|end|back|on|soon|in|id|ok|cool|free|new|up|sos)|"
                         r"aries|taurus|gemini|leo|virgo|libra|pisces|cancer|hockey|curling|rugby|cricket game|divide|plus|minus|multiply|infinity|recycling|"
                         r"(^|[^a-z])(up|down|left|right)", re.I)
TABLE = pathlib.Path(__file__).resolve().parent.parent / "fonts.tsv"


class Face(ImageFont.FreeTypeFont):
    """A FreeType face that remembers how wide each character is."""

    def advance(self, char):
        try:
            return self._advances[char]
        except AttributeError:
            self._advances = {}
        except KeyError:
            pass
        return self._advances.setdefault(char, self.getlength(char))


class FontBook:
    """The font files of one split; each is opened at most once per size."""

    def __init__(self, folder, held_out):
        split = "held_out" if held_out else "train"
        rows = [line.split("\t") for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
        self.families = [[str(pathlib.Path(folder) / pathlib.Path(f).name) for f in row[4].split(";")] for row in rows if row[2] == split]
        self.open_size = functools.lru_cache(maxsize=3000)(lambda path, size: Face(path, size, layout_engine=ImageFont.Layout.BASIC))

    def pick(self, rng):
        return rng.choice(rng.choice(self.families))

    def plain(self, rng):
        """A file of a family, its first (upright, regular) more often than the others."""
        family = rng.choice(self.families)
        return family[0] if rng.random() < 0.6 else rng.choice(family)

    def bold(self, path):
        """The bold companion of a file, or the file itself."""
        stem = pathlib.Path(path).stem
        root = re.split(r"[-_ ]|Bold|Regular", stem)[0]
        for family in self.families:
            if path in family:
                return next((p for p in family if "Bold" in p or p.endswith(" B.ttf")), path) if root else path
        return path

    def open(self, path, size):
        """Sizes are rounded so that a worker keeps few faces open."""
        size = max(7, int(size))
        return self.open_size(path, size if size < 20 else size // 2 * 2 if size < 48 else size // 6 * 6)

    def fit(self, path, text, size, width):
        """The face at `size`, or smaller so that `text` is at most `width` pixels wide."""
        face = self.open(path, size)
        actual = face.getlength(text)
        if actual > width:
            face = self.open(path, size * width / actual - 0.5)
        return face


class Pack:
    """A sprite pack in memory: RGBA arrays by label."""

    def __init__(self, folder, name):
        rows = json.loads((folder / f"{name}.json").read_text())
        data = (folder / f"{name}.bin").read_bytes()
        self.sprites = {}
        for label, offset, size in rows:
            raw = np.frombuffer(data, np.uint8, size, offset)
            image = cv2.cvtColor(cv2.imdecode(raw, cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)
            self.sprites.setdefault(label, []).append(image)
        self.labels = sorted(self.sprites)

    def pick(self, rng, label):
        return rng.choice(self.sprites[label])


def colour_of(sprite):
    """The named colour that covers at least two thirds of a sprite's opaque pixels, or None."""
    from data.canvas import COLOURS

    names = [n for n in COLOURS if n not in ("white", "black", "grey")]
    opaque = sprite[sprite[..., 3] > 200][:, :3].astype(np.float32)
    if len(opaque) < 200:
        return None
    hsv = cv2.cvtColor(opaque[None].astype(np.uint8), cv2.COLOR_RGB2HSV)[0].astype(np.int32)
    vivid = (hsv[:, 1] > 110) & (hsv[:, 2] > 90)
    if vivid.mean() < 0.7:
        return None
    hue = hsv[vivid, 0]
    bands = {"red": (hue < 6) | (hue > 173), "orange": (hue > 9) & (hue < 18) & (hsv[vivid, 2] > 200), "yellow": (hue > 21) & (hue < 32),
             "green": (hue > 42) & (hue < 80), "blue": (hue > 98) & (hue < 122), "purple": (hue > 128) & (hue < 150)}
    name, share = max(((n, b.mean()) for n, b in bands.items()), key=lambda item: item[1])
    return name if name in names and share > 0.85 else None


def colour_in_all(sprites):
    """The named colour that every style gives a concept, or None."""
    names = {colour_of(s) for s in sprites}
    return names.pop() if len(names) == 1 else None


def countable(concept):
    """Whether a concept is a thing with a plural: "cat", not "crossed fingers" or "musical score"."""
    words = concept.split()
    return len(words) <= 2 and words[-1].isalpha() and not words[-1].endswith(("s", "ing", "ed", "away")) and not UNCOUNTABLE.search(concept)


class World:
    """Everything a generator may draw with; the parent process opens it once and the workers inherit it."""

    def __init__(self, assets, held_out=False, unseen=None):
        """`unseen` is a folder with the sprite styles that training never sees; they replace the others."""
        assets, unseen = pathlib.Path(assets), unseen and pathlib.Path(unseen) / "sprites"
        self.held_out = held_out
        self.fonts = FontBook(assets / "fonts", held_out)
        self.words = WordBook(assets / "words.txt", held_out)
        self.styles = [Pack(unseen, UNSEEN_STYLE)] if unseen else [Pack(assets / "sprites", s) for s in STYLES]
        self.icons = Pack(assets / "sprites", "icons")
        self.flags = Pack(unseen, UNSEEN_FLAGS) if unseen else Pack(assets / "sprites", "flags")
        self.concepts = sorted(set().union(*(s.labels for s in self.styles)))
        self.colours = {c: colour_in_all([p.sprites[c][0] for p in self.styles if c in p.sprites]) for c in self.concepts}
        self.simple = [c for c in self.concepts if countable(c)]

    def sprite(self, rng, label, style=None):
        """A sprite of a concept in the given style, or in any that has it."""
        packs = [self.styles[style]] if style is not None else [p for p in self.styles if label in p.sprites]
        return rng.choice(packs).pick(rng, label)

    def accepts(self, text):
        """Whether a composition belongs to this split."""
        return (bucket(text) == 0) == self.held_out

    def choose(self, make, key, tries=300):
        """A value of make() whose key belongs to this split; the last one where none turns up."""
        for _ in range(tries):
            value = make()
            if self.accepts(key(value)):
                break
        return value
