# SPDX-License-Identifier: Apache-2.0
"""Till receipts and bills: shop, date, items with prices, total, payment."""

from data import canvas as cv
from data.canvas import Question
from data.phrasing import ask, distinct

ASK = {
    "total": ["What is the total?", "How much is the total?", "What is the total amount?", "What was paid in total?", "What's the total?",
              "How much do I have to pay?", "What is the sum?", "Total?"],
    "shop": ["What is the name of the shop?", "Which shop is this from?", "What shop is it?", "What is the store called?", "Who issued this receipt?",
             "Which store is this receipt from?", "What's the shop?"],
    "date": ["What is the date?", "What date is on the receipt?", "When was this bought?", "What is the date of the receipt?", "When is it from?"],
    "time": ["What time is on the receipt?", "At what time was it bought?", "What is the time of purchase?"],
    "tax": ["How much is the tax?", "What is the tax?", "How much tax was paid?", "What is the VAT?"],
    "subtotal": ["What is the subtotal?", "How much is the subtotal?"],
    "cash": ["How much cash was given?", "How much was paid in cash?"],
    "change": ["How much is the change?", "What is the change?", "How much change was given?"],
    "number": ["What is the receipt number?", "What number does the receipt have?", "Which receipt number is it?"],
    "table": ["Which table is it?", "What is the table number?"],
    "cashier": ["Who is the cashier?", "Who served the customer?", "What is the name of the cashier?"],
    "phone": ["What is the phone number?", "What phone number is printed?"],
    "address": ["What is the address of the shop?", "What is the address?", "Where is the shop?"],
}
PRICE = ["How much is the {item}?", "What is the price of the {item}?", "How much does the {item} cost?", "What did the {item} cost?",
         "Price of {item}?", "How much was {item}?"]


def money(rng, words):
    return words.price(rng, 3 if rng.random() < 0.3 else 2)


def add_cents(prices):
    return sum(int(p.replace(".", "")) for p in prices)


def as_price(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def styled(rng):
    """One letter case for a whole receipt."""
    return rng.choice([str.upper, str.title, str.capitalize, lambda s: s])


def compose(rng, world, room):
    """(rows, facts, items): rows are (kind, left, right) to print; facts maps a key of ASK to its printed value."""
    words, case = world.words, styled(rng)
    facts = {"shop": words.shop(rng)}
    head, tail = [("title", facts["shop"], "")], []
    extras = [("address", words.address), ("phone", words.phone)]
    for key, make in extras:
        if room > 9 and rng.random() < 0.3:
            facts[key] = make(rng)
            head.append(("centre", ("Tel " if key == "phone" and rng.random() < 0.6 else "") + facts[key], ""))
    date_first = rng.random() < 0.6
    stamp = []
    if room > 5 and rng.random() < 0.65:
        facts["date"] = words.date(rng)
        if rng.random() < 0.5:
            facts["time"] = words.clock(rng)
        label = rng.choice(["", "", "Date:", "DATE"])
        stamp.append(("pair", f"{label} {facts['date']}".strip(), facts.get("time", "")))
    if room > 7 and rng.random() < 0.3:
        facts["number"] = str(rng.randint(100, 999999))
        stamp.append(("pair", rng.choice(["Receipt No.", "RECEIPT", "Receipt #", "Bill No."]), facts["number"]))
    if room > 8 and rng.random() < 0.2:
        facts["table"] = str(rng.randint(1, 60))
        stamp.append(("pair", rng.choice(["Table", "TABLE"]), facts["table"]))
    if room > 8 and rng.random() < 0.25:
        facts["cashier"] = words.person(rng)
        stamp.append(("pair", rng.choice(["Cashier", "Served by", "CASHIER:"]), facts["cashier"]))
    left = room - len(head) - len(stamp) - 2
    count = max(1, min(left, rng.choice([1, 2, 3, 3, 4, 5, 6, 8])))
    names = distinct(lambda: words.item(rng), count)
    items = [(case(name), money(rng, words)) for name in names]
    cents = add_cents(p for _, p in items)
    left -= count
    if left > 1 and rng.random() < 0.35:
        tax = round(cents * rng.choice([5, 7, 8, 10, 19, 20]) / 100)
        facts["subtotal"], facts["tax"] = as_price(cents), as_price(tax)
        tail += [("pair", case(rng.choice(["subtotal", "sub-total"])), facts["subtotal"]), ("pair", case(rng.choice(["tax", "VAT", "sales tax"])), facts["tax"])]
        cents += tax
        left -= 2
    symbol = rng.choice(["", "", "", "$", "€", "£", "$"])
    facts["total"] = symbol + as_price(cents)
    tail.append(("total", case(rng.choice(["total", "total", "total", "amount due", "sum", "to pay", "balance due", "grand total"])), facts["total"]))
    if left > 1 and rng.random() < 0.35:
        paid = -(-cents // 500) * 500 if rng.random() < 0.5 else -(-cents // 1000) * 1000
        facts["cash"], facts["change"] = as_price(paid), as_price(paid - cents)
        tail += [("pair", case("cash"), facts["cash"]), ("pair", case("change"), facts["change"])]
    elif left > 0 and rng.random() < 0.3:
        tail.append(("pair", case(rng.choice(["card", "visa", "paid by card"])), as_price(cents)))
    rows = head + (stamp if date_first else []) + [("rule", "", "")] + [("pair", n, p) for n, p in items] + [("rule", "", "")] + tail
    rows += [] if date_first else stamp
    if left > 2 and rng.random() < 0.4:
        rows.append(("centre", rng.choice(["Thank you!", "THANK YOU", "Please come again", "Have a nice day", "Goodbye"]), ""))
    return rows, facts, items


def draw_rule(rng, canvas, x, y, w, ink, style):
    if style == "line":
        canvas.line(x, y, x + w, y, ink, 1)
    elif style == "dash":
        for i in range(int(w / 12)):
            canvas.line(x + i * 12, y, x + i * 12 + 6, y, ink, 1)


def draw(rng, world, canvas):
    canvas.plain = rng.random() < 0.5
    small = canvas.smallest
    height = canvas.h * rng.uniform(0.9, 1.0)
    width = min(canvas.w * rng.uniform(0.7, 1.0), height * rng.uniform(0.6, 1.5))
    width = min(canvas.w, max(width, small * 16))
    x, y = rng.uniform(0, canvas.w - width), rng.uniform(0, canvas.h - height)
    paper = cv.jitter(rng, (245, 244, 240), 10)
    ink = cv.jitter(rng, rng.choice([(25, 25, 25), (40, 40, 90), (70, 70, 70)]), 15)
    canvas.box(x, y, x + width, y + height, paper)
    pad = width * rng.uniform(0.03, 0.08)
    x, y, width, height = x + pad, y + pad * 0.6, width - 2 * pad, height - 1.2 * pad
    rows, facts, items = compose(rng, world, int(height / (small * 1.2)))
    path = world.fonts.plain(rng)
    longest = max((f"{a}  {b}" for k, a, b in rows if k in ("pair", "total")), key=len)
    lines = sum(1 if k != "rule" else 0.5 for k, _, _ in rows) + 0.4
    size = min(height / lines / 1.16, rng.uniform(small, small * 1.9))
    face = world.fonts.fit(path, longest + " ", size, width * 0.93)
    bold = world.fonts.open(world.fonts.bold(path), face.size)
    step = min(height / lines, face.size * rng.uniform(1.16, 1.7))
    rule = rng.choice(["line", "dash", "none"])
    indent = rng.choice([0, 0, 0, width * 0.05])
    for kind, a, b in rows:
        if kind == "rule":
            draw_rule(rng, canvas, x, y + step * 0.25, width, ink, rule)
            y += step * 0.5
            continue
        line = canvas.lines
        if kind in ("title", "centre"):
            use = world.fonts.fit(path, a, face.size * (1.25 if kind == "title" else 1), width)
            canvas.text(use, a, x + width / 2, y, ink, "m", line)
        else:
            use = bold if kind == "total" else face
            canvas.text(use, a, x, y, ink, "l", line)
            if b:
                canvas.text(use, b, x + width - indent, y, ink, "r", line, len(a) + 1)
        y += step
    return questions(rng, world, facts, items)


def questions(rng, world, facts, items):
    out = []
    for key, value in facts.items():
        out.append(Question("receipt", ask(rng, ASK[key]), value))
    for name, price in rng.sample(items, min(3, len(items))):
        out.append(Question("receipt", ask(rng, PRICE, item=name.lower()), price))
    prices = [p for _, p in items]
    if len(items) > 1:
        cents = [int(p.replace(".", "")) for p in prices]
        if cents.count(max(cents)) == 1:
            out.append(Question("receipt", ask(rng, ["What is the most expensive item?", "Which item costs the most?"]), items[cents.index(max(cents))][0]))
        out.append(Question("count", ask(rng, ["How many items are on the receipt?", "How many items were bought?", "How many products are listed?"]), str(len(items))))
        name, price = rng.choice(items)
        if prices.count(price) == 1:
            out.append(Question("receipt", ask(rng, ["What costs {p}?", "Which item costs {p}?"], p=price), name))
    out += [Question("receipt", ask(rng, ASK["total"]), facts["total"])]
    missing = [k for k in ASK if k not in facts]
    out += [Question("missing", ask(rng, ASK[k]), "") for k in rng.sample(missing, min(2, len(missing)))]
    absent = world.words.item(rng)
    if all(absent.lower() != n.lower() for n, _ in items):
        out.append(Question("missing", ask(rng, PRICE, item=absent), ""))
    return out
