# SPDX-License-Identifier: Apache-2.0
"""Receipts, forms, tables and lines of text as web pages, drawn by wkhtmltoimage (QtWebKit).

    /usr/bin/python3 papers_html.py --assets build/train-assets --out build/eval-html -n 1000

A task each: receipt, form, table, reading (one or two lines, read out as they stand).
"""

import html
import os
import subprocess
import tempfile

import common

PACKAGES = ["wkhtmltopdf", "libqt5webkit5"]
GOODS = ["Croissant", "Latte", "Tuna wrap", "Sparkling water", "Oat biscuits", "Sunscreen", "Garden hose", "Light switch", "Wall paint", "Green tea", "Muesli", "Olives",
         "Phone case", "Shoelaces", "Detergent", "Postcard", "Umbrella", "Mustard", "Cat litter", "Screws 4x40", "Flour 1kg", "Spinach", "Lasagne", "Day pass"]
SHOPS = ["Bistro {w}", "{w} & Sons", "{w} Supplies", "The {w} Corner", "{w} Outlet", "Cafe {w}", "{w} Trading"]
FIELDS = [("Full name", "person"), ("Date of birth", "date"), ("E-mail", "email"), ("Telephone", "phone"), ("Street", "address"), ("Order number", "code"), ("Customer ID", "number"),
          ("Department", "word"), ("Reference", "code"), ("Valid until", "date"), ("Amount due", "price"), ("Arrival time", "clock"), ("Company", "shop"), ("Subject", "phrase")]
COLUMNS = [("Weight", lambda rng: f"{rng.randint(2, 99)} kg"), ("Stock", lambda rng: str(rng.randint(3, 900))), ("Height", lambda rng: f"{rng.randint(20, 240)} cm"),
           ("Rating", lambda rng: f"{rng.uniform(1, 5):.1f}"), ("Departure", lambda rng: f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"), ("Seats", lambda rng: str(rng.randint(2, 400))),
           ("Fee", lambda rng: f"{rng.randint(1, 99)}.{rng.randint(0, 99):02d}"), ("Level", lambda rng: rng.choice("ABCDE")), ("Gate", lambda rng: f"{rng.choice('ABCD')}{rng.randint(1, 40)}")]
PAPERS = ["background:#fff;color:#000", "background:#fffdf5;color:#222", "background:#f4f4f4;color:#111", "background:#fff;color:#333"]
ENVIRONMENT = {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": tempfile.mkdtemp()}


def shoot(body, style, width, path):
    page = path.with_suffix(".html")
    page.write_text(f'<html><head><meta charset="utf-8"><style>body{{margin:0;padding:14px;{style}}} table{{border-collapse:collapse}} td,th{{text-align:left}}</style></head><body>{body}</body></html>')
    subprocess.run(["wkhtmltoimage", "--quiet", "--width", str(width), str(page), str(path)], env={**os.environ, **ENVIRONMENT}, check=True)
    page.unlink()


def row(left, right, style=""):
    return f'<tr style="{style}"><td style="padding:2px 18px 2px 0">{html.escape(left)}</td><td style="text-align:right">{html.escape(right)}</td></tr>'


def money(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def receipt(rng, words):
    """(html, questions)"""
    shop = rng.choice(SHOPS).format(w=words.word(rng, 8).title())
    goods = [(name, rng.randint(45, 9999)) for name in rng.sample(GOODS, rng.randint(2, 6))]
    cents, date, symbol = sum(p for _, p in goods), words.date(rng), rng.choice(["", "", "$", "€", "£"])
    rule = "border-top:1px dashed #555"
    rows = "".join(row(n, money(p)) for n, p in goods)
    out = [("receipt", f"What does the {n.lower()} cost?", [money(p), symbol + money(p)]) for n, p in rng.sample(goods, 2)]
    if rng.random() < 0.4:
        tax = round(cents * rng.choice([7, 8, 19, 20]) / 100)
        rows += row("Subtotal", money(cents), rule) + row("Tax", money(tax))
        cents += tax
        out += [("receipt", "How much tax was charged?", [money(tax)]), ("receipt", "What is the subtotal?", [money(cents - tax)])]
    rows += row(rng.choice(["Total", "TOTAL", "Grand total", "Amount"]), symbol + money(cents), "font-weight:bold;" + rule)
    out += [("receipt", q, [symbol + money(cents), money(cents)]) for q in ("What is the total?", "How much is the total amount?")]
    out += [("receipt", "What is the name of the shop?", [shop]), ("receipt", "On which date was this issued?", [date])]
    centred = rng.choice(["text-align:center", "text-align:left"])
    body = f'<div style="{centred}"><b style="font-size:130%">{html.escape(shop)}</b><br>{html.escape(date)}</div><table style="width:100%;margin-top:8px">{rows}</table>'
    return body, out


def form(rng, words):
    make = lambda kind: {"word": lambda: words.word(rng, 10).title(), "phrase": lambda: words.phrase(rng, 22)}.get(kind, lambda: getattr(words, kind)(rng))()
    fields = [(label, make(kind)) for label, kind in rng.sample(FIELDS, rng.randint(3, 7))]
    boxed = rng.choice(["border:1px solid #888;padding:3px 6px", "border-bottom:1px solid #333;padding:2px", "padding:2px", "background:#eaeef6;padding:4px"])
    stacked = rng.random() < 0.35
    line = "<p style='margin:6px 0'>{0}<br><span style='display:inline-block;min-width:70%;{2}'>{1}</span></p>" if stacked else "<tr><td style='padding:4px 14px 4px 0'>{0}</td><td style='{2}'>{1}</td></tr>"
    rows = "".join(line.format(html.escape(label) + rng.choice([":", ""]), html.escape(value), boxed) for label, value in fields)
    title = rng.choice(["Registration", "Application", "Order form", "Check-in", "Personal data", "Booking"])
    out = [("form", rng.choice(["What is the {f}?", "Which {f} is given?", "What is entered for {f}?"]).format(f=label.lower()), [value]) for label, value in fields]
    return f"<h2 style='margin:0 0 8px'>{title}</h2>" + (rows if stacked else f"<table>{rows}</table>"), out


def table(rng, words):
    heads = rng.sample(COLUMNS, rng.randint(1, 3))
    names = list(dict.fromkeys(words.word(rng, 8).title() for _ in range(rng.randint(3, 7))))
    cells = [[make(rng) for _, make in heads] for _ in names]
    edge = rng.choice(["border:1px solid #777", "border-bottom:1px solid #bbb", "", "border:1px solid #ccc"])
    cell = lambda text, tag="td": f"<{tag} style='padding:4px 12px;{edge}'>{html.escape(text)}</{tag}>"
    first = rng.choice(["Item", "Name", "Place", "Model"])
    rows = "<tr>" + "".join(cell(h, "th") for h in [first] + [h for h, _ in heads]) + "</tr>"
    rows += "".join("<tr>" + "".join(map(cell, [name] + values)) + "</tr>" for name, values in zip(names, cells))
    out = [("table", rng.choice(["What is the {c} of {r}?", "What {c} does {r} have?"]).format(c=heads[c][0].lower(), r=names[r]), [cells[r][c]]) for r in range(len(names)) for c in range(len(heads))]
    return f"<table>{rows}</table>", out


def reading(rng, words):
    text = rng.choice([lambda: words.phrase(rng, 28), lambda: words.phrase(rng, 20), lambda: f"{words.word(rng, 9).capitalize()}: {words.number(rng)}", lambda: words.address(rng), lambda: words.code(rng),
                       lambda: f"{words.phrase(rng, 14)}, {words.word(rng, 7)}."])()
    weight = rng.choice(["normal", "normal", "bold"])
    ask = rng.choice(["What is written here?", "Read the text.", "What does the text say?", "Transcribe the text."])
    return f"<div style='font-weight:{weight};padding:{rng.randint(0, 20)}px'>{html.escape(text)}</div>", [("reading", ask, [text])]


def make(rng, words, families, path):
    kind = rng.choice([receipt, form, table, reading])
    body, out = kind(rng, words)
    size = rng.choice([15, 16, 18, 20])
    width = size * {receipt: 19, form: 30, table: 32, reading: 24}[kind]
    shoot(body, f"font:{size}px '{rng.choice(families)}';{rng.choice(PAPERS)}", width, path)
    return out


if __name__ == "__main__":
    common.run(__doc__, PACKAGES, make)
