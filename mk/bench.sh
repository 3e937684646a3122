#!/bin/sh
# mk/bench.sh BUILD POLICIES: what PARTS names, in this order, or all of it; ends within 10 minutes. QUICK=1: the part
# beside the bare loop alone unless PARTS says otherwise, in shorter rounds; ends within 45 seconds.
# The stores lie below the build folder (BENCH_DIR for another), on a real disk: a memory file system syncs for nothing.
set -eu
build=$1 policies=$(realpath "$2")
dir=$(mktemp -d "$(realpath "${BENCH_DIR:-$build}")/b.XXXXXX")
chmod 711 "$dir" # a database that will not run as root has its folder in here
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
if [ -n "${QUICK:-}" ]; then
    how="1 3 quick" parts=${PARTS:-loop}
else
    how="2 5 full" parts=${PARTS:-loop doors peers}
fi
[ -n "${PARTS:-}" ] || [ -n "${QUICK:-}" ] || echo "# $(nproc) processors, load $(cut -d ' ' -f 1-3 /proc/loadavg)," \
    "$(uname -sr), $(stat -f -c %T "$dir"), $(date -u +%F)"
"$build/jiandu-bench" "$build" "$policies" "$dir" $how $parts
