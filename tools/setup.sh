#!/usr/bin/env bash
# Sets up what a Makefile target needs, says one line per step, and is quick when nothing has changed.
#
#   tools/setup.sh demo      .venv with the package installed
#   tools/setup.sh python    the same with what the Python tests need
#   tools/setup.sh lint      .venv with the formatters and checkers
#   tools/setup.sh cpp       compiler, CMake and libraries for the C++ tests
#   tools/setup.sh bench     the same for the benchmarks
#   tools/setup.sh tidy      the same with clang-tidy
#
# Distribution packages (Debian and Ubuntu) are installed without a question when run as root, and named in one line when not.
# PYTHON=/path/to/python picks the interpreter of .venv.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '== %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# run LOG COMMAND...: quiet while it works; the command and the end of its output when it does not.
run() {
  local log="build/log/$1"
  shift
  mkdir -p build/log
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 60 "$log" >&2
    fail "failed: $* (whole output in $log)"
  fi
}

is_debian() { command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; }
is_installed() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'; }

install_packages() {
  [ $# -gt 0 ] || return 0
  is_debian || fail "needs these Debian packages or what stands for them here: $*"
  [ "$(id -u)" -eq 0 ] || fail "run as root: apt-get install -y $*"
  say "installing $*"
  export DEBIAN_FRONTEND=noninteractive
  local options=(-y -q --no-install-recommends -o DPkg::Lock::Timeout=300)
  # Package lists may be missing or old; only then are they fetched.
  if ! apt-get install "${options[@]}" "$@" >/dev/null 2>&1 </dev/null; then
    run apt-update.log apt-get update -q
    run apt-install.log apt-get install "${options[@]}" "$@"
  fi
}

need_compiler() {
  command -v "${CXX:-c++}" >/dev/null || command -v g++ >/dev/null || command -v clang++ >/dev/null || install_packages g++
}

# Distribution packages by name; a tool that is already on the path counts, wherever it came from.
need_distribution() {
  local missing=() package
  for package in "$@"; do
    case "$package" in
      cmake | clang-tidy) command -v "$package" >/dev/null && continue ;;
      ninja-build) command -v ninja >/dev/null && continue ;;
      ccache) { command -v ccache >/dev/null || [ "$(id -u)" -ne 0 ]; } && continue ;;
      *) is_debian || continue ;; # elsewhere CMake says what it does not find
    esac
    is_debian && is_installed "$package" && continue
    missing+=("$package")
  done
  need_compiler
  install_packages ${missing[@]+"${missing[@]}"}
}

python_is_new() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
python_is_whole() {
  "$1" -c 'import ensurepip, os, sys, sysconfig, venv
sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))' >/dev/null 2>&1
}

# Prints the first Python that has all a build needs, else the first that is new enough.
find_python() {
  local candidate first=""
  for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
    python_is_new "$candidate" || continue
    if python_is_whole "$candidate"; then
      echo "$candidate"
      return
    fi
    first="${first:-$candidate}"
  done
  echo "$first"
}

need_venv() {
  [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && return
  local python
  python="$(find_python)"
  if [ -z "$python" ]; then
    install_packages python3 python3-venv python3-dev
    python="$(find_python)"
    [ -n "$python" ] || fail "needs Python 3.11 or newer; $(python3 --version 2>&1) is the newest found"
  fi
  if ! python_is_whole "$python"; then
    local version
    version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    install_packages "python$version-venv" "python$version-dev"
  fi
  say "making .venv with $("$python" --version)"
  rm -rf .venv build/python
  run venv.log "$python" -m venv .venv
}

# True when a source of the package is newer than the stamp, or the stamp is not there.
is_stale() {
  local stamp=".venv/perdure-$1.stamp"
  [ ! -e "$stamp" ] || [ -n "$(find CMakeLists.txt pyproject.toml README.md LICENSE cmake include src bindings -newer "$stamp" \
    -not -name __pycache__ -not -name '*.pyc' -print -quit 2>/dev/null)" ]
}

# need_package STAMP [EXTRA]: the package in .venv. Build requirements live in .venv too and the build folder stays, so a second build is short.
need_package() {
  need_compiler
  need_venv
  is_stale "$1" || return 0
  local started=$SECONDS requirements
  say "installing build requirements"
  requirements="$(.venv/bin/python -c 'import tomllib
with open("pyproject.toml", "rb") as file: print(*tomllib.load(file)["build-system"]["requires"], "cmake>=3.25", "ninja", sep="\n")')"
  mkdir -p build/log
  printf '%s\n' "$requirements" >build/log/requirements.txt
  run pip-requirements.log .venv/bin/python -m pip install --disable-pip-version-check -r build/log/requirements.txt
  say "building and installing the package (some minutes the first time)"
  PATH="$PWD/.venv/bin:$PATH" SKBUILD_BUILD_DIR=build/python CMAKE_BUILD_PARALLEL_LEVEL="$(getconf _NPROCESSORS_ONLN)" \
    run pip-install.log .venv/bin/python -m pip install --disable-pip-version-check --no-build-isolation ".${2:+[$2]}"
  touch -r build/log/requirements.txt ".venv/perdure-$1.stamp"
  # What was installed with extras holds what plain `make demo` needs.
  touch -r build/log/requirements.txt .venv/perdure-demo.stamp
  say "package ready in $((SECONDS - started)) s"
}

need_checkers() {
  need_venv
  local stamp=.venv/checkers.stamp
  [ -e "$stamp" ] && [ ! pyproject.toml -nt "$stamp" ] && return
  say "installing formatters and checkers"
  local requirements
  requirements="$(.venv/bin/python -c 'import tomllib
with open("pyproject.toml", "rb") as file: print(*tomllib.load(file)["project"]["optional-dependencies"]["dev"], sep="\n")')"
  mkdir -p build/log
  printf '%s\n' "$requirements" >build/log/checkers.txt
  run pip-checkers.log .venv/bin/python -m pip install --disable-pip-version-check -r build/log/checkers.txt
  touch "$stamp"
}

cpp_packages=(g++ cmake ninja-build ccache libeigen3-dev libboost-dev tzdata)
case "${1:-}" in
  demo) need_package demo ;;
  python) need_package test test ;;
  lint) need_package test test && need_checkers ;;
  cpp) need_distribution "${cpp_packages[@]}" libgtest-dev libgmock-dev libsqlite3-dev python3 ;;
  bench) need_distribution "${cpp_packages[@]}" libbenchmark-dev ;;
  tidy) need_distribution "${cpp_packages[@]}" libgtest-dev libgmock-dev python3 clang-tidy ;;
  *) sed -n '2,14p' "$0" >&2; exit 2 ;;
esac
