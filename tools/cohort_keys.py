#!/usr/bin/env python3
"""Write what is generated from the keys of the cohort file: its JSON schema, and the table of keys of its page.

The page is docs/how-to/cohort-file.md.

Needs the perdure package. Tests compare both with the package.
"""

import json
from pathlib import Path

from perdure.cohort.schema import key_rows, schema

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT / "bindings/python/perdure/cohort/cohort.schema.json"
PAGE = ROOT / "docs/how-to/cohort-file.md"
HEAD = "| key | type | default | meaning |\n| --- | --- | --- | --- |\n"


def main() -> None:
    SCHEMA.write_text(json.dumps(schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(HEAD)
    after = rest[rest.index("\n\n") + 1 :]
    rows = "".join(f"| {' | '.join(row)} |\n" for row in key_rows())
    PAGE.write_text(before + HEAD + rows + after, encoding="utf-8")


if __name__ == "__main__":
    main()
