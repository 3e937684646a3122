#!/bin/sh
# The unit files by systemd's own judgement: they parse, and their exposure is what the architecture promises.
# TAP; says nothing where there is no systemd-analyze.
set -u
command -v systemd-analyze >/dev/null || { echo "# no systemd-analyze here: unit files not judged"; exit 0; }
cd "$(dirname "$0")/.."
units=$(mktemp -d)
trap 'rm -rf "$units"' EXIT
# As installed, but naming a program that every machine has: whether ours is there is not the question.
for unit in jiandud.service jiandu-worker@.service; do
    sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' "systemd/$unit" > "$units/$unit"
done
cp "$units/jiandu-worker@.service" "$units/jiandu-worker@530900.service"
n=0
judge() {
    n=$((n + 1)) name=$1
    shift
    if out=$("$@" 2>&1) && ! echo "$out" | grep -q 'Unknown\|ignoring'; then
        echo "ok $n - $name"
    else
        echo "not ok $n - $name"
        echo "$out" | tail -5
    fi
}

# --threshold is the exposure times ten
judge "the daemon's exposure is at most 1.5" systemd-analyze security --offline=true --threshold=15 "$units/jiandud.service"
judge "a worker's exposure is at most 0.5" systemd-analyze security --offline=true --threshold=5 "$units/jiandu-worker@530900.service"
for unit in jiandud.service jiandu-worker@530900.service; do
    judge "$unit is well formed" systemd-analyze verify --man=no "$units/$unit"
done

has() { grep -q "^$2" "systemd/$1"; }
judge "the daemon cannot see the store" has jiandud.service "InaccessiblePaths=-\\?/var/lib/jiandu"
judge "a worker has no network" has jiandu-worker@.service PrivateNetwork=yes
for unit in jiandud.service jiandu-worker@.service; do
    judge "$unit: no core files" has "$unit" LimitCORE=0
done
