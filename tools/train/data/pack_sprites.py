# SPDX-License-Identifier: Apache-2.0
"""Rasterises the SVG sets once (librsvg) and packs them, so that training needs no SVG renderer.

    python pack_sprites.py --pictures PICTURES --packages FOLDER --out build/train-assets/sprites [--held-out FOLDER]

PICTURES holds the icon sets (noto, noto-v1, fluent-emoji-flat, twemoji, circle-flags, material-symbols), FOLDER the
unpacked Debian packages unicode-cldr-core and iso-flags-svg. A pack is one file of WebP pictures one after another
(NAME.bin) and an index (NAME.json: [label, offset, bytes] rows). The styles twemoji and circle-flags are evaluation
only: they are written to the --held-out folder, which never travels to a training machine.
"""

import argparse
import concurrent.futures
import io
import json
import pathlib
import re
import xml.etree.ElementTree as ElementTree

import svg_pictures

SIDE, ICON_SIDE = 128, 64
TRAIN_STYLES = ["noto", "noto-v1", "fluent-emoji-flat"]
HELD_OUT_STYLE = "twemoji"
SKIPPED = re.compile(r"skin-tone|^flag|keycap|oclock|-thirty$|^regional|input-|^(man|woman|men|women|person|people)-.*-|"
                     r"^(family|kiss|couple)-|-button$|blood-type|^(mrs|mx)-|^(man|woman)-|middle-finger|squared|"
                     r"hair-|^(light|medium|dark)-|hand.*(light|dark)|handshake-")
ICONS = """home search settings delete edit add close check menu star favorite share download upload refresh print save
mail call calendar-month alarm lock lock-open visibility visibility-off notifications person group camera-alt
image mic mic-off volume-up volume-off play-arrow pause stop skip-next skip-previous shuffle repeat folder
description attach-file link content-copy content-cut content-paste undo redo zoom-in zoom-out filter-list sort
shopping-cart credit-card map location-on directions-car flight train directions-bike restaurant local-cafe
bluetooth wifi battery-full power-settings-new light-mode dark-mode cloud cloud-upload thumb-up thumb-down send chat
help info warning error language bookmark flag key build code bug-report keyboard mouse computer smartphone tv
headphones music-note movie book school work pets fitness-center medical-services event arrow-back arrow-forward
arrow-upward arrow-downward more-vert more-horiz logout login history""".split()
ICON_LABELS = {"favorite": "heart", "add": "plus", "check": "check mark", "close": "close", "calendar-month": "calendar",
               "camera-alt": "camera", "mic": "microphone", "mic-off": "microphone off", "play-arrow": "play",
               "visibility": "eye", "visibility-off": "eye off", "content-copy": "copy", "content-cut": "cut",
               "content-paste": "paste", "directions-car": "car", "flight": "airplane", "directions-bike": "bicycle",
               "restaurant": "fork and knife", "local-cafe": "coffee cup", "battery-full": "battery", "mail": "envelope",
               "power-settings-new": "power", "light-mode": "sun", "dark-mode": "moon", "thumb-up": "thumbs up",
               "thumb-down": "thumbs down", "more-vert": "three vertical dots", "more-horiz": "three dots",
               "lock-open": "open lock", "location-on": "location pin", "notifications": "bell", "attach-file": "paper clip",
               "language": "globe", "build": "wrench", "pets": "paw", "fitness-center": "dumbbell", "call": "phone",
               "medical-services": "first aid kit", "event": "event", "bug-report": "bug", "delete": "trash can",
               "edit": "pencil", "delete-forever": "trash can", "home": "house", "search": "magnifying glass",
               "settings": "gear", "skip-next": "next", "skip-previous": "previous", "work": "briefcase",
               "school": "graduation cap", "shopping-cart": "shopping cart", "description": "document",
               "arrow-back": "left arrow", "arrow-forward": "right arrow", "arrow-upward": "up arrow",
               "arrow-downward": "down arrow", "filter-list": "filter", "smartphone": "phone screen", "chat": "speech bubble",
               "send": "paper plane"}
ICON_VARIANTS = ["", "-outline", "-rounded", "-sharp", "-outline-rounded"]


def read_set(pictures, name):
    """(icon bodies by name with aliases resolved, default width, default height)."""
    data = json.loads((pictures / name / "icons.json").read_text())
    bodies = dict(data["icons"])
    for alias, entry in data.get("aliases", {}).items():
        if set(entry) == {"parent"} and entry["parent"] in bodies:
            bodies.setdefault(alias, bodies[entry["parent"]])
    return bodies, data.get("width", 16), data.get("height", 16)


def svg_text(entry, width, height):
    w, h = entry.get("width", width), entry.get("height", height)
    box = f"{entry.get('left', 0)} {entry.get('top', 0)} {w} {h}"
    body = entry["body"].replace("currentColor", "#000")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{box}" '
            f'width="{w}" height="{h}">{body}</svg>').encode()


def rasterise(svg, side):
    """WebP bytes of an SVG fitted into `side`, or None where nothing visible comes out."""
    image = svg_pictures.picture(svg, side)
    if image is None or image.getchannel("A").getextrema()[1] < 128:
        return None
    out = io.BytesIO()
    image.save(out, "WEBP", quality=82, alpha_quality=90, method=4)
    return out.getvalue()


def write_pack(folder, name, items, side):
    """`items` are (label, svg bytes)."""
    folder.mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        pictures = list(pool.map(lambda item: rasterise(item[1], side), items))
    rows, offset = [], 0
    with open(folder / f"{name}.bin", "wb") as out:
        for (label, _), data in zip(items, pictures):
            if data:
                out.write(data)
                rows.append([label, offset, len(data)])
                offset += len(data)
    (folder / f"{name}.json").write_text(json.dumps(rows))
    print(name, len(rows), "pictures", offset, "bytes", flush=True)


def spoken_names(packages):
    """CLDR's English short names by the key the icon sets use ("Mrs. Claus" -> "mrs-claus")."""
    names = {}
    for folder in ("annotations", "annotationsDerived"):
        tree = ElementTree.parse(packages / f"usr/share/unicode/cldr/common/{folder}/en.xml")
        for node in tree.iter("annotation"):
            if node.get("type") == "tts":
                key = re.sub(r"[^a-z0-9]+", "-", node.text.lower().replace("’", "").replace(".", "")).strip("-")
                names[key] = re.sub(r"[“”!:.]", "", node.text).replace("’", "'").strip()
    return names


def country_names(packages):
    """English territory names by lower-case ISO code."""
    tree = ElementTree.parse(packages / "usr/share/unicode/cldr/common/main/en.xml")
    names = {}
    for node in tree.iter("territory"):
        code = node.get("type")
        if len(code) == 2 and not node.get("alt") and node.text.isascii():
            names[code.lower()] = node.text.split(" (")[0].replace("&", "and")
    return names


def concepts(sets, names):
    """Keys of the concepts that every style but noto-v1 has, with a speakable ASCII name."""
    shared = set(sets["noto"][0]) & set(sets["fluent-emoji-flat"][0]) & set(sets[HELD_OUT_STYLE][0])
    return sorted(k for k in shared if k in names and names[k].isascii() and not SKIPPED.search(k))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=pathlib.Path, required=True)
    parser.add_argument("--packages", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--held-out", type=pathlib.Path)
    args = parser.parse_args()
    names, countries = spoken_names(args.packages), country_names(args.packages)
    sets = {name: read_set(args.pictures, name) for name in TRAIN_STYLES + [HELD_OUT_STYLE]}
    keys = concepts(sets, names)
    for style in TRAIN_STYLES + [HELD_OUT_STYLE]:
        folder = args.held_out if style == HELD_OUT_STYLE else args.out
        bodies, width, height = sets[style]
        items = [(names[k].lower(), svg_text(bodies[k], width, height)) for k in keys if k in bodies]
        if folder:
            write_pack(folder, style, items, SIDE)
    bodies, width, height = read_set(args.pictures, "material-symbols")
    items = [(ICON_LABELS.get(n, n.replace("-", " ")), svg_text(bodies[n + v], width, height))
             for n in ICONS for v in ICON_VARIANTS if n + v in bodies]
    write_pack(args.out, "icons", items, ICON_SIDE)
    flags = sorted((args.packages / "usr/share/iso-flags-svg/country-4x3").glob("*.svg"))
    flags = [(countries[f.stem], f.read_bytes()) for f in flags if f.stem in countries]
    write_pack(args.out, "flags", flags, SIDE)
    if args.held_out:
        bodies, width, height = read_set(args.pictures, "circle-flags")
        items = [(countries[c], svg_text(bodies[c], width, height)) for c in sorted(bodies) if c in countries]
        write_pack(args.held_out, "circle-flags", items, SIDE)


if __name__ == "__main__":
    main()
