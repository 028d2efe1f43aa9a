#!/usr/bin/env bash
# Layers, mirror, links, clang-format, ruff and mypy. All run, even after one fails; --fix formats in place first.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin
failed=0

check() {
  printf '== %s\n' "$1"
  shift
  "$@" || { printf 'failed: %s\n' "$*" >&2; failed=1; }
}
cpp_files() { find include src bindings bench tests docs/examples \( -name '*.hpp' -o -name '*.cpp' \) -print0; }
format_check() { cpp_files | xargs -0 "$bin/clang-format" --dry-run -Werror --ferror-limit=3; }

python_files=(bindings bench tests tools cmake)
if [ "${1:-}" = --fix ]; then
  cpp_files | xargs -0 "$bin/clang-format" -i
  "$bin/ruff" check --fix --quiet "${python_files[@]}" || true
  "$bin/ruff" format --quiet "${python_files[@]}"
fi

check layers "$bin/python" tools/check_layers.py
check mirror "$bin/python" tools/check_mirror.py
check links "$bin/python" tools/check_links.py
check clang-format format_check
check ruff "$bin/ruff" check "${python_files[@]}"
check "ruff format" "$bin/ruff" format --check "${python_files[@]}"
check mypy "$bin/mypy"
exit "$failed"
