#include "base/monotonic.h"

#include <time.h>

int64_t jd_monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t jd_monotonic_ms(void)
{
    return jd_monotonic_ns() / 1000000;
}
