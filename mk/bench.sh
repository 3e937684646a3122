#!/bin/sh
# mk/bench.sh BUILD POLICIES: the parts that PARTS names, or all of them, within 10 minutes. QUICK=1: shorter rounds,
# and the part beside the bare loop alone unless PARTS says otherwise; within 45 seconds.
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
    how="2 5 full" parts=${PARTS:-loop doors peers growth fanout queries clocks rules}
fi

rules() {
    for what in rules long-rules; do "$build/jiandu-count" $what "$policies" "$dir" 1000000 | sed 's/^/  /'; done
    if command -v valgrind >/dev/null; then
        mk/count.sh "$build/jiandu-count" "$policies"
    else
        echo "instructions: missing, they want valgrind (mk/deps.sh bench installs it)"
    fi
}

# Of /proc/stat: what the host gave to others, and all time, in ticks.
taken() {
    awk '/^cpu /{for (i = 2; i <= 9; i++) all += $i; print $9, all}' /proc/stat
}

echo "# $(nproc) processors, load $(cut -d ' ' -f 1-3 /proc/loadavg), $(uname -sr), $(stat -f -c %T "$dir")," \
    "$(date -u '+%F %H:%M')Z"
began=$(date +%s) took=$(taken)
for part in $parts; do
    [ "$parts" = loop ] || echo "## $part"
    if [ "$part" = rules ]; then
        rules
    else
        mkdir -m 711 "$dir/p" # short: a socket's path has at most 107 characters
        "$build/jiandu-bench" "$build" "$policies" "$dir/p" $how "$part"
        rm -rf "$dir/p"
    fi
done
echo "# $(($(date +%s) - began)) s, load $(cut -d ' ' -f 1-3 /proc/loadavg)," \
    "$(echo "$took $(taken)" | awk '{printf "%.0f", 100 * ($3 - $1) / ($4 - $2 + 1)}') % of the processors taken by the host"
