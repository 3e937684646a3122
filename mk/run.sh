#!/bin/sh
# mk/run.sh run|demo BUILD FOLDER: a jiandud of one's own, fed with the sample cases of both cities through
# its public sockets. `demo` stops behind the summary, with its status; `run` goes on serving until Ctrl-C.
# FOLDER holds the state and is made anew each time, so that the samples come to the same end each time.
set -eu
mode=$1 build=$2 folder=$3
divisions="530900 371000"

die() { echo "mk/run.sh: $*" >&2; exit 1; }

# The daemon holds this lock as long as it lives; its folder is not to be taken from under it.
lock=$folder/rt/jiandud.lock
if [ -e "$lock" ] && ! flock -n "$lock" true; then die "jiandu is already running in $folder"; fi

rm -rf "$folder"
mkdir -p "$folder/state" "$folder/rt"
# Paths are relative to this file, and the file is named by a relative path: socket paths stay short,
# wherever this tree lies.
cat > "$folder/jiandu.yaml" <<CONFIG
# Made by mk/run.sh, anew for each start.
state: state
runtime: rt
policies: $(realpath --relative-to="$folder" policies)
divisions: [$(echo "$divisions" | tr ' ' ',')]
# The samples bring their own time, years of it: deadlines pass and terms end while one looks on.
# A daemon that serves real cases says system here, or nothing.
clock: simulated
log: info
CONFIG

pid=
stop() {
    [ -n "$pid" ] || return 0
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    pid=
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Should this script be killed outright, the daemon goes with it, and its workers with the daemon.
setpriv --pdeathsig TERM "$build/jiandud" -c "$folder/jiandu.yaml" > "$folder/log" 2>&1 &
pid=$!

export JIANDU_RUNTIME="$folder/rt"
up() { "$build/jianductl" health --division "$1" --timeout 200 --retries 0 >/dev/null 2>&1; }
for division in $divisions; do
    tries=100
    until up "$division"; do
        kill -0 "$pid" 2>/dev/null || { cat "$folder/log" >&2; die "jiandud ended"; }
        tries=$((tries - 1))
        [ $tries -gt 0 ] || { cat "$folder/log" >&2; die "division $division does not come up"; }
        sleep 0.05
    done
done

status=0
"$build/jianductl" play --watch samples/530900.jsonl samples/371000.jsonl || status=$?
[ "$mode" = run ] || exit $status

cat <<TEXT

jiandud goes on serving until Ctrl-C; its log is $folder/log. In a second terminal, from this folder:

  export JIANDU_RUNTIME=$folder/rt
  $build/jianductl list report --overdue --division 530900
  $build/jianductl explain R-530900-00000001
  $build/jianductl watch

Who reaches these sockets may do everything; before opening tcp: jianductl keygen and access, then 'keys' (docs/operations.md).
TEXT
trap 'exit 0' INT TERM HUP
wait "$pid"
