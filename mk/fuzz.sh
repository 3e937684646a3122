#!/bin/sh
# mk/fuzz.sh SECONDS TARGET...: each target for so long, from its corpus in tests/fuzz/corpus. What grows and
# what is found lies beside the targets; what is worth keeping is copied into the corpus by hand.
set -eu
seconds=$1
shift
one='
    name=$(basename "$1"); name=${name#fuzz_}
    more=$(dirname "$1")/$name
    mkdir -p "$more"
    extra=
    [ "$name" = policy ] && extra=policies
    "$1" -max_total_time='$seconds' -timeout=10 -rss_limit_mb=2048 -max_len=65536 -verbosity=0 -print_final_stats=0 \
        -artifact_prefix="$more-" "$more" "tests/fuzz/corpus/$name" $extra 2>"$more.log" ||
        { tail -40 "$more.log"; echo "fuzz $name: FOUND something, see $more-*"; exit 1; }
    echo "fuzz $name: '$seconds' s, nothing found"
'
printf '%s\n' "$@" | xargs -P "$(nproc)" -I TARGET sh -c "$one" sh TARGET
