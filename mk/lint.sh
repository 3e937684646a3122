#!/bin/sh
# mk/lint.sh BUILD: what compilers and checkers of two houses say, and the house rules of tools/lint.py. Every
# step runs, whatever the one before it found; the last line says how many failed.
set -u
build=$1
sources=$(mk/sources.sh)
ours=$(find base proto daemon workers ctl -name '*.c')
flags="-D_GNU_SOURCE -DJD_VERSION=\"0\" -I. -Iinclude"
steps=0 failed=0

step() {
    name=$1
    shift
    steps=$((steps + 1))
    if out=$("$@" 2>&1); then
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
        printf '%s\n' "$out" | tail -40
    fi
}

format()  { clang-format --dry-run -Werror $sources; }
clang()   { make -s BUILD="$build/clang" CC=clang all unit-programs; }
tidy()    { printf '%s\n' $ours | xargs -P "$(nproc)" -I{} clang-tidy --quiet {} -- -std=c17 $flags 2>/dev/null > "$build/tidy" ||
            { grep 'error:' "$build/tidy" | sort -u; false; }; }
check()   { cppcheck -q -j "$(nproc)" --std=c11 --enable=warning,portability,performance --error-exitcode=1 \
                     --suppress=nullPointerRedundantCheck $flags base proto daemon workers ctl; }
# Leaks are LeakSanitizer's to find (make asan): the analyzer loses sight of what hangs in a queue by its tail.
analyzer() { ! printf '%s\n' $ours | xargs -P "$(nproc)" -I{} gcc -std=c17 $flags -O1 -fanalyzer -Wno-analyzer-malloc-leak \
                   -c {} -o /dev/null 2>&1 | grep 'warning:' | sort -u | grep .; }
house()   { /usr/bin/python3 tools/lint.py --build "$build"; }

step "formatting" format
step "clang, all warnings" clang
step "clang-tidy" tidy
step "cppcheck" check
step "gcc's analyzer" analyzer
step "house rules" house

echo "# worth a look:"
grep -h 'warning:.*clang-analyzer' "$build/tidy" | sort -u

echo "$((steps - failed)) passed, $failed failed"
[ $failed = 0 ]
