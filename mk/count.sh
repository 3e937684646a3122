#!/bin/sh
# mk/count.sh PROGRAM POLICIES [BOUNDS]: instructions a message takes, by callgrind: the worker's part of a report, and
# eligibility and routing together under the shipped policy and under one ten times as long. Of each two runs, so that
# what starting costs cancels. And how often a thousand commits of eight reports write: once for each place of the file.
# With a file of bounds: TAP, and not ok what is more than 3 % above its own.
set -eu
program=$1 policies=$2 bounds=${3:-}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

collected() { # WHAT N
    mkdir "$dir/$1-$2"
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$policies" "$dir/$1-$2" "$2" \
        > "$dir/said" 2>&1 || { cat "$dir/said" >&2; exit 1; }
    sed -n 's/.*Collected : //p' "$dir/said"
}
per_message() { # WHAT FEW MANY
    few=$(collected "$1" "$2") many=$(collected "$1" "$3")
    echo $(((many - few) / ($3 - $2)))
}

report=$(per_message reports 1000 3000)
rules=$(per_message rules 100 1100)
long=$(per_message long-rules 100 600)
mkdir "$dir/writes"
writes=$("$program" writes "$policies" "$dir/writes" 1000)

if [ -z "$bounds" ]; then
    echo "instructions-per-report $report"
    echo "instructions-per-rules $rules"
    echo "instructions-per-long-rules $long"
    echo "writes-in-1000-commits $writes"
    exit 0
fi

failed=0
# Not on other processors: libsodium and the C library choose their code by what the processor has.
if [ "$(uname -m)" != x86_64 ] || ! grep -qm1 ' avx2 ' /proc/cpuinfo; then
    echo "ok 1 - instructions # SKIP the bounds are for x86-64 with AVX2"
    exit 0
fi
number=0
check() { # NAME COUNTED WHAT
    bound=$(sed -n "s/^$1 //p" "$bounds")
    number=$((number + 1))
    more=$(awk -v n="$2" -v bound="$bound" 'BEGIN { printf "%+.1f", (n / bound - 1) * 100 }')
    if [ "$2" -le $((bound * 103 / 100)) ]; then
        echo "ok $number - $1: $2 $3, $more % of the bound $bound"
    else
        failed=1
        echo "not ok $number - $1: $2 $3, $more % of the bound $bound; 3 % are allowed"
        echo "  If that is its price, write $1 $2 into $bounds, and why into the commit message."
    fi
}
check report "$report" instructions
check rules "$rules" instructions
check writes "$writes" "in 1000 commits"
number=$((number + 1))
if [ "$long" -lt $((2 * rules)) ]; then
    echo "ok $number - a policy ten times as long: $long instructions against $rules"
else
    failed=1
    echo "not ok $number - a policy ten times as long: $long instructions against $rules; under twice is promised"
fi
exit $failed
