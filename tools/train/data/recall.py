# SPDX-License-Identifier: Apache-2.0
"""Facts told in the conversation and asked for later: "My locker number is 42." - "What is my locker number?"."""

from data.canvas import Question
from data.phrasing import ask

SHARE = 0.04
FACTS = {"locker number": "number", "dog's name": "name", "password": "code", "code word": "word", "room number": "number", "favourite colour": "colour", "order number": "code",
         "sister's name": "name", "meeting time": "clock", "desk number": "number", "badge number": "number", "favourite fruit": "fruit"}
TELL = ["My {t} is {v}.", "Remember this: my {t} is {v}.", "Please note: my {t} is {v}.", "Keep in mind that my {t} is {v}."]
RECALL = ["What is my {t}?", "Do you remember my {t}?", "Tell me my {t}.", "What was my {t}?"]


def value(rng, words, kind):
    if kind == "name":
        return words.word(rng, 7).title()
    if kind == "colour":
        return rng.choice(["red", "blue", "green", "yellow", "purple", "orange", "brown", "pink"])
    if kind == "fruit":
        return rng.choice(["apple", "banana", "pear", "cherry", "mango", "grape", "plum", "melon"])
    return getattr(words, kind)(rng)


def weave(rng, world, turns):
    """Adds one told fact and its question around the other turns, now and then."""
    if rng.random() > SHARE or len(turns) < 2:
        return turns
    thing = rng.choice(list(FACTS))
    text = value(rng, world.words, FACTS[thing])
    at = rng.randint(0, len(turns) - 1)
    told = Question("recall", ask(rng, TELL, t=thing, v=text), "OK.")
    return turns[:at] + [told] + turns[at:] + [Question("recall", ask(rng, RECALL, t=thing), text)]
