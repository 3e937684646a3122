#!/bin/sh
# Instructions the worker spends on one report: two runs under callgrind, so that what starting costs cancels.
set -eu
program=$1 policies=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT INT TERM
run() {
    mkdir "$dir/$1"
    valgrind --tool=callgrind --callgrind-out-file="$dir/out" "$program" "$policies" "$dir/$1" "$1" 2>&1 |
        sed -n 's/.*Collected : //p'
}
few=$(run 1000) many=$(run 3000)
echo "instructions-per-report $(((many - few) / 2000))"
