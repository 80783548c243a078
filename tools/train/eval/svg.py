# SPDX-License-Identifier: Apache-2.0
"""Writing small SVG pictures and drawing them with librsvg, or with resvg where its Python package is installed."""

import html
import math
import pathlib
import subprocess

try:
    import resvg_py
except ImportError:
    resvg_py = None

PACKAGES = ["resvg_py"] if resvg_py else ["librsvg2-bin", "librsvg2-2"]


def tag(name, inner="", **attributes):
    words = "".join(f' {key.replace("_", "-")}="{value if not isinstance(value, float) else round(value, 2)}"' for key, value in attributes.items())
    return f"<{name}{words}>{inner}</{name}>"


def text(x, y, size, family, words, fill, **more):
    """Text whose middle is at (x, y)."""
    return tag("text", html.escape(words), x=x, y=y + size * 0.35, font_size=size, font_family=family, fill=fill, text_anchor="middle", **more)


def polar(x, y, radius, degrees):
    """The point at `degrees` clockwise from above."""
    a = math.radians(degrees - 90)
    return x + radius * math.cos(a), y + radius * math.sin(a)


def spoke(x, y, inner, outer, degrees, width, colour, **more):
    (x1, y1), (x2, y2) = polar(x, y, inner, degrees), polar(x, y, outer, degrees)
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=colour, stroke_width=width, **more)


def by_resvg(picture, path):
    fonts = map(str, (path.parent / "fonts").glob("*.?tf"))  # where common.py puts the held-out families
    path.write_bytes(resvg_py.svg_to_bytes(svg_string=picture, skip_system_fonts=True, font_files=list(fonts)))


def by_librsvg(picture, path):
    subprocess.run(["rsvg-convert", "-o", str(path)], input=picture.encode(), check=True)


def write(path, width, height, ground, body):
    picture = tag("svg", tag("rect", width=width, height=height, fill=ground) + "".join(body), xmlns="http://www.w3.org/2000/svg", width=width, height=height)
    (by_resvg if resvg_py else by_librsvg)(picture, pathlib.Path(path))
