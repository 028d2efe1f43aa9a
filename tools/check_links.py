#!/usr/bin/env python3
"""Fail when a Markdown page links to a file of this repository, or to a heading in it, that does not exist.

Usage: check_links.py [ROOT]   (ROOT: the checkout, the folder above this one by default)
"""

import re
import sys
from pathlib import Path

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
SKIPPED = {"build", ".venv", "perdure-demo", "node_modules"}


def anchors(text: str) -> set[str]:
    """Return the anchors of a page's headings, as the usual renderers make them."""
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in HEADING.findall(text)}


def broken(page: Path) -> list[str]:
    """Return the targets that `page` links to and that do not exist."""
    bad = []
    for target in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        path = page.parent / name if name else page
        missing_anchor = (
            anchor and path.suffix == ".md" and path.is_file() and anchor not in anchors(path.read_text("utf-8"))
        )
        if not path.exists() or missing_anchor:
            bad.append(target)
    return bad


def main(root: Path) -> int:
    """Check every page below `root`; return 1 when a link is broken."""
    pages = [page for page in sorted(root.rglob("*.md")) if not SKIPPED & set(page.relative_to(root).parts)]
    bad = [f"{page.relative_to(root)}: no {target}" for page in pages for target in broken(page)]
    for line in bad:
        print(line)
    print(f"links: {len(pages)} pages, {len(bad)} problems")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent))
