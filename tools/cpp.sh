#!/usr/bin/env bash
# tools/cpp.sh PRESET [JOBS]: configure, build, then run the preset's tests, or its benchmarks (with $BENCH_ARGUMENTS). Tests that pass say
# nothing; the summary stays.
set -euo pipefail
cd "$(dirname "$0")/.."
preset="$1"
jobs="${2:-$(getconf _NPROCESSORS_ONLN)}"
log="build/log/configure-$preset.log"
mkdir -p build/log

if ! cmake --preset "$preset" >"$log" 2>&1; then
  cat "$log" >&2
  echo "failed: cmake --preset $preset" >&2
  exit 1
fi
printf '== building the C++ code (preset %s, some minutes the first time)\n' "$preset"
started=$SECONDS
cmake --build --preset "$preset" --parallel "$jobs" -- --quiet
printf '== built in %d s\n' "$((SECONDS - started))"

if [ "$preset" = bench ]; then
  for program in build/bench/bench_*; do
    [ -f "$program" ] && [ -x "$program" ] || continue
    printf '== %s\n' "$(basename "$program")"
    "$program" ${BENCH_ARGUMENTS:-}
  done
else
  ctest --preset "$preset" --parallel "$jobs" |
    sed -u -E '/^ *(Start +[0-9]+:|Internal ctest|Test project)/d; /^ *[0-9]+\/[0-9]+ Test +#.* Passed /d; /^$/d'
fi
