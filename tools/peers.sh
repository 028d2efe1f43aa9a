#!/usr/bin/env bash
# Installs the peers that the compatibility tests replay through and that the test extra of pyproject.toml does not bring, into build/peers
# (or PERDURE_PEERS): py-fsrs 6.3.1 beside the installed one, and ts-fsrs where node and npm are there. Quick when they are there already.
set -euo pipefail
cd "$(dirname "$0")/.."

peers="${PERDURE_PEERS:-build/peers}"
python="${PYTHON:-.venv/bin/python}"
mkdir -p "$peers"

older=6.3.1
if [ ! -d "$peers/py_fsrs-$older/fsrs" ]; then
  printf '== installing py-fsrs %s into %s\n' "$older" "$peers"
  rm -rf "$peers/py_fsrs-$older.part"
  if "$python" -m pip install --quiet --disable-pip-version-check --no-deps --target "$peers/py_fsrs-$older.part" "fsrs==$older"; then
    mv "$peers/py_fsrs-$older.part" "$peers/py_fsrs-$older"
  else
    printf '== py-fsrs %s cannot be installed: tests against it will skip\n' "$older"
  fi
fi

locked=tests/compat/ts_fsrs
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  printf '== no node or npm: tests against ts-fsrs will skip\n'
elif ! cmp -s "$locked/package-lock.json" "$peers/ts_fsrs/package-lock.json"; then
  printf '== installing ts-fsrs into %s\n' "$peers"
  rm -rf "$peers/ts_fsrs" "$peers/ts_fsrs.part"
  mkdir -p "$peers/ts_fsrs.part"
  cp "$locked/package.json" "$locked/package-lock.json" "$peers/ts_fsrs.part"
  if (cd "$peers/ts_fsrs.part" && npm ci --no-audit --no-fund --ignore-scripts >/dev/null); then
    mv "$peers/ts_fsrs.part" "$peers/ts_fsrs"
  else
    printf '== ts-fsrs cannot be installed: tests against it will skip\n'
  fi
fi
