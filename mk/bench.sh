#!/bin/sh
# The benchmark: QUICK=1 within 45 seconds, else longer rounds and more of them.
# The store lies below the build folder, on a real disk: a memory file system syncs for nothing.
set -eu
bench=$1 daemon=$2 policies=$(realpath "$3")
dir=$(mktemp -d "${BENCH_DIR:-build}/b.XXXXXX")
trap 'rm -rf "$dir"' EXIT INT TERM
if [ -n "${QUICK:-}" ]; then
    "$bench" "$daemon" "$policies" "$(realpath "$dir")" 1 3
else
    "$bench" "$daemon" "$policies" "$(realpath "$dir")" 5 5
fi
