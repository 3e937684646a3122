/* A fuzz target is one function; libFuzzer calls it with whatever it makes up, replay.c with the files of
 * its corpus. It aborts where a promise is broken. */
#ifndef JD_TESTS_FUZZ_H
#define JD_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define PROMISE(holds)         \
    do {                       \
        if (!(holds)) abort(); \
    } while (0)

#endif
