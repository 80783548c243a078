# SPDX-License-Identifier: Apache-2.0
"""Words, numbers and phrases of one split. A string's split is decided by its hash: bucket 0 is held out."""

import hashlib
import pathlib

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
FIRST = """Anna Ben Carla David Emma Frank Grace Henry Iris Jack Kate Leo Maria Nina Oscar Paul Rosa Sam Tina Victor Wendy
Zoe Adam Bella Chris Diana Eric Fiona George Helen Ivan Julia Karl Laura Mark Nora Olga Peter Ruth Simon Tom Vera""".split()
LAST = """Adams Baker Clark Davis Evans Fisher Green Hall Irwin Jones King Lewis Miller Nelson Owens Parker Reed Scott
Taylor Walker Young Bauer Costa Dubois Garcia Hansen Ito Kowalski Lindgren Moreau Novak Okafor Patel Rossi Silva""".split()
CITIES = """Berlin Paris London Madrid Rome Vienna Oslo Lisbon Dublin Athens Prague Warsaw Boston Chicago Denver Dallas
Seattle Austin Miami Toronto Sydney Tokyo Cairo Lima Delhi Geneva Milan Lyon Turin Porto Bergen Zurich""".split()
STREETS = "Main Oak Park Lake Hill River Church Mill Market Station Garden School King Queen North South".split()
SHOP_KINDS = "Store Market Cafe Bakery Shop Foods Books Pharmacy Garage Hotel Diner Grill Deli Mart Bar Kitchen Hardware".split()
ITEMS = """apple banana bread butter cheese coffee tea milk juice water rice pasta soup salad pizza burger sandwich cake
cookie chocolate yogurt eggs bacon chicken beef fish shrimp tomato potato onion carrot pepper garlic lemon orange grapes
melon honey sugar salt flour oil vinegar beans corn cereal jam napkins soap shampoo toothpaste batteries candle notebook
pen pencil stapler tape scissors hammer nails paint brush bucket gloves socks shirt hat scarf belt towel pillow lamp bulb
cable charger headphones mouse keyboard monitor printer paper ink folder stamp envelope ticket parking fuel""".split()
CURRENCIES = ["$", "$", "$", "€", "£"]


def bucket(text):
    """A stable number 0..9 for a string; bucket 0 is held out."""
    return hashlib.md5(text.encode()).digest()[0] % 10


class WordBook:
    """Words of one split, from a plain list with one word a line."""

    def __init__(self, path, held_out):
        self.held_out = held_out
        words = pathlib.Path(path).read_text(encoding="utf-8", errors="ignore").split()
        self.words = [w for w in words if w.isascii() and w.isalpha() and w.islower() and 3 <= len(w) <= 12
                      and (bucket(w) == 0) == held_out]
        self.short = [w for w in self.words if len(w) <= 7]

    def _fits(self, text):
        return (bucket(text) == 0) == self.held_out

    def word(self, rng, longest=12):
        """A lower-case word; in training one in six is a random string, so that letters are read, not guessed."""
        if not self.held_out and rng.random() < 0.16:
            return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, max(2, min(9, longest)))))
        for _ in range(20):
            word = rng.choice(self.words if longest > 7 else self.short)
            if len(word) <= longest:
                return word
        return word[:longest]

    def styled(self, rng, longest=12):
        word = self.word(rng, longest)
        return rng.choice([word, word.title(), word.title(), word.upper()])

    def number(self, rng, most=6):
        while True:
            digits = rng.randint(1, most)
            text = str(rng.randint(0 if digits == 1 else 10 ** (digits - 1), 10**digits - 1))
            if digits == 1 or self._fits(text):
                return text

    def price(self, rng, most=3):
        while True:
            digits = rng.randint(1, most)
            whole = rng.randint(0 if digits == 1 else 10 ** (digits - 1), 10**digits - 1)
            text = f"{whole}.{rng.randint(0, 99):02d}"
            if self._fits(text):
                return text

    def code(self, rng):
        """Letters and digits as on labels: "AX-2041", "K7Q2"."""
        letters = "".join(rng.choice("ABCDEFGHJKLMNPRSTUVWXYZ") for _ in range(rng.randint(1, 4)))
        digits = str(rng.randint(10, 99999))
        return rng.choice(["{0}-{1}", "{0}{1}", "{0} {1}", "{1}{0}", "#{1}", "No. {1}", "{0}/{1}"]).format(letters, digits)

    def phrase(self, rng, longest=24, words=None):
        """One to four words in one letter case, at most `longest` characters."""
        count = words or rng.choice([1, 1, 2, 2, 3, 4])
        parts = []
        for _ in range(count):
            room = longest - len(" ".join(parts)) - bool(parts)
            if room < 3 and parts:
                break
            parts.append(self.word(rng, max(2, min(12, room))))
        text = " ".join(parts)
        return rng.choice([text, text.title(), text.capitalize(), text.upper()])

    def date(self, rng):
        day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1995, 2031)
        name = MONTHS[month - 1]
        return rng.choice([f"{year}-{month:02d}-{day:02d}", f"{day:02d}/{month:02d}/{year}", f"{day:02d}.{month:02d}.{year}",
                           f"{day} {name[:3]} {year}", f"{name} {day}, {year}", f"{month:02d}/{day:02d}/{year % 100:02d}",
                           f"{name[:3]} {day}, {year}", f"{day}.{month}.{year}"])

    def clock(self, rng):
        hour, minute = rng.randint(0, 23), rng.randint(0, 59)
        return rng.choice([f"{hour:02d}:{minute:02d}", f"{hour:02d}:{minute:02d}", f"{hour % 12 or 12}:{minute:02d} {'AM' if hour < 12 else 'PM'}"])

    def person(self, rng):
        last = rng.choice(LAST) if rng.random() < 0.6 else self.word(rng, 8).title()
        return f"{rng.choice(FIRST)} {last}"

    def shop(self, rng):
        name = rng.choice([self.word(rng, 8).title(), self.word(rng, 8).title(), rng.choice(LAST) + "'s", rng.choice(STREETS), rng.choice(CITIES)])
        text = f"{name} {rng.choice(SHOP_KINDS)}"
        return text.upper() if rng.random() < 0.5 else text

    def email(self, rng):
        return f"{rng.choice(FIRST).lower()}@{self.word(rng, 7)}.{rng.choice(['com', 'org', 'net'])}"

    def phone(self, rng):
        digits = "".join(rng.choice("0123456789") for _ in range(10))
        return rng.choice([f"{digits[:3]}-{digits[3:6]}-{digits[6:]}", f"({digits[:3]}) {digits[3:6]}-{digits[6:]}", f"{digits[:4]} {digits[4:]}"])

    def address(self, rng):
        return f"{rng.randint(1, 299)} {rng.choice(STREETS)} {rng.choice(['Street', 'Road', 'Ave', 'Lane', 'St'])}"

    def item(self, rng):
        return rng.choice(ITEMS) if rng.random() < 0.65 else self.word(rng, 9)
