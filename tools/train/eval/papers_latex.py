# SPDX-License-Identifier: Apache-2.0
"""Charts, tables, invoices, data sheets and lines of text set by LaTeX in Computer Modern, all pages in one run.

    /usr/bin/python3 papers_latex.py --assets build/train-assets --out build/eval-latex -n 1000

Tasks: chart value (within 5 %), chart extreme, chart title, table, receipt, form, reading.
"""

import re
import subprocess

import common

PACKAGES = ["texlive-latex-base", "texlive-pictures", "poppler-utils"]
DPI = 96
HEAD = r"""\documentclass{article}
\usepackage{graphicx,pgfplots}\pgfplotsset{compat=1.17}
\hoffset=-1in \voffset=-1in \newbox\sheet
\newcommand\sheetout{\pdfpagewidth=\dimexpr\wd\sheet+24pt\relax\pdfpageheight=\dimexpr\ht\sheet+\dp\sheet+24pt\relax\shipout\vbox{\kern12pt\hbox{\kern12pt\box\sheet}}}
\begin{document}
"""
GOODS = ["Consulting", "Repair", "Printing", "Delivery", "Cable set", "Training day", "Licence", "Night stay", "Breakfast", "Tool hire", "Cleaning", "Spare part", "Inspection", "Server rent"]
FIELDS = [("Mass", lambda rng, w: f"{rng.randint(2, 900)} g"), ("Article", lambda rng, w: w.code(rng)), ("Author", lambda rng, w: w.person(rng)), ("Date", lambda rng, w: w.date(rng)),
          ("Location", lambda rng, w: w.word(rng, 9).title()), ("Duration", lambda rng, w: f"{rng.randint(2, 90)} min"), ("Version", lambda rng, w: f"{rng.randint(1, 9)}.{rng.randint(0, 20)}"),
          ("Contact", lambda rng, w: w.person(rng)), ("Pages", lambda rng, w: str(rng.randint(3, 700))), ("Room", lambda rng, w: str(rng.randint(100, 999)))]
COLUMNS = [("Mass", lambda rng: f"{rng.randint(2, 99)} g"), ("Count", lambda rng: str(rng.randint(3, 900))), ("Depth", lambda rng: f"{rng.randint(20, 240)} m"),
           ("Score", lambda rng: f"{rng.uniform(1, 9):.1f}"), ("Rank", lambda rng: str(rng.randint(1, 40))), ("Time", lambda rng: f"{rng.randint(1, 59)}:{rng.randint(0, 59):02d}")]
COLOURS = ["blue", "red", "black", "teal", "orange", "violet", "gray", "blue!60", "red!70"]
MOST = ["Which category has the highest value?", "Which one is the largest?"]
LEAST = ["Which category has the lowest value?", "Which one is the smallest?"]
LOOKUP = ["What is the value of {c}?", "How high is {c}?", "What value does {c} have?", "How much is {c}?"]
pages = []


def tex(text):
    """Text with what LaTeX would take for a command escaped."""
    return re.sub(r"[\\{}&%$#_~^]", lambda m: {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}.get(m[0], "\\" + m[0]), text).replace("€", "EUR")


def names_of(rng, words, count, longest=7):
    names = {}
    while len(names) < count:
        names[words.word(rng, longest).title()] = None
    return list(names)


def plot(kind, names, values, colour, rng):
    """(axis options, body)"""
    symbols = ",".join(names)
    point = (lambda n, v: f"({v},{n})") if kind == "xbar" else (lambda n, v: f"({n},{v})")
    data = " ".join(point(n, v) for n, v in zip(names, values))
    if kind == "xbar":
        return f"xbar,symbolic y coords={{{symbols}}},ytick=data,xmin=0,enlarge y limits=0.2", f"\\addplot[fill={colour}] coordinates {{{data}}};"
    options = f"symbolic x coords={{{symbols}}},xtick=data,ymin=0,enlarge x limits=0.15"
    if kind == "ybar":
        return options + f",ybar,bar width={rng.randint(10, 22)}pt", f"\\addplot[fill={colour},draw={rng.choice(['black', colour])}] coordinates {{{data}}};"
    how = {"line": "", "points": "only marks,mark size=3pt,", "comb": "ycomb,mark size=3pt,"}[kind]
    return options, f"\\addplot[{how}{colour},thick,mark={rng.choice(['*', 'square*', 'triangle*', 'o'])}] coordinates {{{data}}};"


def chart(rng, words):
    kind, names = rng.choice(["ybar", "ybar", "line", "points", "comb", "xbar"]), names_of(rng, words, rng.randint(3, 6))
    top = rng.choice([10, 20, 50, 100, 200, 500, 1000])
    grain = max(1, top // 50)
    values = [round(rng.uniform(0.12, 0.95) * top / grain) * grain for _ in names]
    options, body = plot(kind, names, values, rng.choice(COLOURS), rng)
    title = words.phrase(rng, 20) if rng.random() < 0.6 else None
    limit = "xmax" if kind == "xbar" else "ymax"
    extra = f"{limit}={top},width={rng.randint(9, 12)}cm,height={rng.randint(6, 8)}cm,{rng.choice(['', 'grid=major,', 'ymajorgrids,', 'axis lines=left,'])}"
    page = f"\\begin{{tikzpicture}}\\begin{{axis}}[{options},{extra}{'title={' + tex(title) + '},' if title else ''}]{body}\\end{{axis}}\\end{{tikzpicture}}"
    i = rng.randrange(len(names))
    out = [("chart value", rng.choice(LOOKUP).format(c=names[i]), common.near(values[i], 0.05))]
    out += [("chart extreme", q, [name]) for q, name in common.extremes(names, values, top / 20, rng.choice(MOST), rng.choice(LEAST))]
    return page, out + ([("chart title", "What is the title of the chart?", [title])] if title else [])


def rows_of(rows, columns, ruled):
    line = r"\hline " if ruled else ""
    return f"\\begin{{tabular}}{{{columns}}}{line}" + "".join(" & ".join(map(tex, row)) + r"\\ " + line for row in rows) + r"\end{tabular}"


def table(rng, words):
    heads, names = rng.sample(COLUMNS, rng.randint(1, 3)), names_of(rng, words, rng.randint(3, 7), 8)
    cells = [[make(rng) for _, make in heads] for _ in names]
    rows = [[rng.choice(["Sample", "Name", "Site"])] + [h for h, _ in heads]] + [[n] + c for n, c in zip(names, cells)]
    ruled = rng.random() < 0.6
    columns = ("|l" + "|r" * len(heads) + "|") if ruled and rng.random() < 0.6 else "l" + "r" * len(heads)
    out = [("table", rng.choice(["What is the {c} of {r}?", "What {c} does {r} have?"]).format(c=heads[c][0].lower(), r=names[r]), [cells[r][c]]) for r in range(len(names)) for c in range(len(heads))]
    return rows_of(rows, columns, ruled), out


def invoice(rng, words):
    money = lambda cents: f"{cents // 100}.{cents % 100:02d}"
    shop, number, date = words.shop(rng), words.code(rng), words.date(rng)
    goods = [(name, rng.randint(450, 99999)) for name in rng.sample(GOODS, rng.randint(2, 5))]
    total = sum(p for _, p in goods)
    rows = [["Position", "Amount"]] + [[n, money(p)] for n, p in goods] + [["Total", money(total)]]
    page = (f"\\begin{{tabular}}{{l}}\\textbf{{\\Large {tex(shop)}}}\\\\[4pt] Invoice {tex(number)}\\\\ Date: {tex(date)}\\\\[8pt] " + rows_of(rows, rng.choice(["lr", "l@{\\hspace{3cm}}r"]), rng.random() < 0.5)
            + r"\end{tabular}")
    out = [("receipt", f"How much is the {n.lower()}?", [money(p)]) for n, p in rng.sample(goods, 2)]
    out += [("receipt", q, [money(total)]) for q in ("What is the total?", "How much is the total amount?")]
    return page, out + [("receipt", "What is the invoice number?", [number]), ("receipt", "What is the date?", [date])]


def sheet(rng, words):
    fields = [(label, make(rng, words)) for label, make in rng.sample(FIELDS, rng.randint(3, 6))]
    bold = rng.random() < 0.5
    cells = r"\\ ".join((f"\\textbf{{{label}}}" if bold else label + ":") + " & " + tex(value) for label, value in fields)
    out = [("form", rng.choice(["What is the {f}?", "Which {f} is given?"]).format(f=label.lower()), [value]) for label, value in fields]
    gap = rng.choice(["", r"@{\hspace{1cm}}"])
    return f"\\begin{{tabular}}{{l{gap}l}}{cells}\\end{{tabular}}", out


def reading(rng, words):
    text = rng.choice([lambda: words.phrase(rng, 28), lambda: words.phrase(rng, 20), lambda: words.address(rng), lambda: words.code(rng), lambda: f"{words.phrase(rng, 14)}, {words.word(rng, 7)}."])()
    ask = rng.choice(["What is written here?", "Read the text.", "What does the text say?", "Transcribe the text."])
    return rng.choice(["{0}", "\\textbf{{{0}}}", "\\textsf{{{0}}}", "\\texttt{{{0}}}"]).format(tex(text)), [("reading", ask, [text])]


def make(rng, words, families, path):
    page, out = rng.choice([chart, chart, table, invoice, sheet, reading])(rng, words)
    pages.append((path, f"\\setbox\\sheet=\\hbox{{\\scalebox{{{rng.uniform(1.0, 1.4):.2f}}}{{{page}}}}}\\sheetout\n"))
    return out


def finish(folder):
    """Sets all pages and gives each its name."""
    (folder / "pages.tex").write_text(HEAD + "".join(page for _, page in pages) + "\\end{document}\n")
    subprocess.run(["pdflatex", "-interaction=batchmode", "-halt-on-error", "pages.tex"], cwd=folder, check=True, capture_output=True)
    subprocess.run(["pdftoppm", "-png", "-r", str(DPI), "pages.pdf", "page"], cwd=folder, check=True)
    for (path, _), drawn in zip(pages, sorted(folder.glob("page-*.png")), strict=True):
        drawn.rename(path)


if __name__ == "__main__":
    common.run(__doc__, PACKAGES, make, finish)
