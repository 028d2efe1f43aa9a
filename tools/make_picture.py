#!/usr/bin/env python3
"""Draws docs/images/demo.svg, the picture of the README: what `perdure demo` prints, without its timings.

    python tools/make_picture.py            # writes the picture
    python tools/make_picture.py --check    # exit 1 when the committed picture says something else

Needs the installed package. The picture holds no path of the machine that drew it and loads nothing from elsewhere.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import sys
import tempfile
from pathlib import Path

from perdure.cli import demo
from perdure.cli.output import Output
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "demo.svg"
WIDTH = 80
SHOWN_PARTS = ("Perdure on its sample cohort", "4  Forecast", "6  Results")
HIDDEN = re.compile(r"^seconds ")
THEME = TerminalTheme(
    (24, 27, 34),
    (214, 219, 228),
    [
        (24, 27, 34),
        (240, 113, 120),
        (145, 201, 120),
        (232, 191, 106),
        (110, 160, 240),
        (198, 146, 233),
        (94, 196, 196),
        (214, 219, 228),
    ],
)


def demo_output() -> str:
    """What the demo prints on a terminal with colors."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", width=WIDTH, highlight=False)
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        demo.show(Path("perdure-demo"), None, Output(console=console))
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


def chosen(text: Text) -> list[Text]:
    """The parts of the output that the picture shows, without timings."""
    lines: list[Text] = []
    showing = False
    for line in text.split("\n", allow_blank=True):
        if re.match(r"\d  |Perdure on", line.plain):
            was, showing = showing, line.plain.startswith(SHOWN_PARTS)
            if was and not showing:
                lines.append(Text("..."))
                lines.append(Text())
        if showing and not HIDDEN.match(line.plain):
            line.rstrip()
            lines.append(line)
    while lines and not lines[-1].plain:
        lines.pop()
    return lines


def draw(lines: list[Text]) -> str:
    """The lines as an SVG that needs no font from elsewhere."""
    console = Console(file=io.StringIO(), record=True, width=WIDTH, highlight=False, force_terminal=True)
    console.print(Text("$ perdure demo", style="bold"))
    for line in lines:
        console.print(line, soft_wrap=True)
    template = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    template = template.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace")
    picture = console.export_svg(title="perdure demo", theme=THEME, code_format=template, unique_id="perdure")
    return "\n".join(line.rstrip() for line in picture.splitlines()) + "\n"


def words(picture: str) -> list[str]:
    """What a picture says; the drawing around it may differ between versions of rich."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture)


NUMBER = re.compile(r"(?<![\w.-])\d[\d,]*(?:\.\d+)?(?![\d-])")


def alike(old: list[str], new: list[str]) -> bool:
    """Whether two pictures say the same.

    A number may differ by one in its last digit or by half a percent: processors differ in the last bit of exp and log,
    and a fit carries that into a rounding edge. Dates and ids may not differ.
    """
    if [NUMBER.sub("#", word) for word in old] != [NUMBER.sub("#", word) for word in new]:
        return False
    pairs = zip(NUMBER.findall(" ".join(old)), NUMBER.findall(" ".join(new)), strict=True)
    return all(_near(*(text.replace(",", "") for text in pair)) for pair in pairs)


def _near(old: str, new: str) -> bool:
    last_digit = 10.0 ** -len(old.partition(".")[2])
    return abs(float(old) - float(new)) <= max(1.001 * last_digit, 0.005 * float(old))


def main() -> int:
    """Writes the picture, or compares it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed picture; write nothing")
    arguments = parser.parse_args()
    os.environ.pop("NO_COLOR", None)
    picture = draw(chosen(Text.from_ansi(demo_output())))
    if arguments.check:
        if not PICTURE.is_file() or not alike(words(PICTURE.read_text(encoding="utf-8")), words(picture)):
            print("docs/images/demo.svg is out of date; draw it again with tools/make_picture.py", file=sys.stderr)
            return 1
        return 0
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
