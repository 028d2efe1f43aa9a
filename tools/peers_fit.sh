#!/usr/bin/env bash
# Installs what bench/peers_fit measures and needs torch for, FSRS-Optimizer and py-fsrs's optimizer, into an environment of their own in
# build/peers/fit (or PERDURE_PEERS/fit). Quick when it is there already.
#
# torch's wheel for Linux does not load without the graphics libraries that it names, used or not: without them `import torch` stops at the
# first that is missing. So they come too, about 2.5 GB to fetch and 6 GB on disk. Debian's torch without them is too old for these packages.
set -euo pipefail
cd "$(dirname "$0")/.."

peers="${PERDURE_PEERS:-build/peers}"
python="${PYTHON:-.venv/bin/python}"
environment="$peers/fit"
# fsrs as in the test extra of pyproject.toml.
packages=(torch==2.15.0 fsrs-optimizer==6.5.0 "fsrs[optimizer]==6.3.2")

wanted="$(printf '%s\n' "$("$python" --version)" "${packages[@]}")"
[ "$(cat "$environment/installed" 2>/dev/null || true)" = "$wanted" ] && exit 0

mkdir -p "$peers"
printf '== installing %s into %s (6 GB, some minutes)\n' "${packages[*]}" "$environment"
rm -rf "$environment"
if "$python" -m venv "$environment" &&
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir "${packages[@]}"; then
  printf '%s\n' "$wanted" >"$environment/installed"
else
  rm -rf "$environment"
  printf '== they cannot be installed: rows of FSRS-Optimizer and py-fsrs will say so\n'
fi
