/* The machine's clocks and the process's end. */
#include <stdlib.h>
#include <sys/prctl.h>

#include "tests/sim/seams.h"
#include "tests/sim/world.h"

jd_ms sim_time_of_day(void)
{
    static const jd_ms first = 1767661200000; /* 2026-01-06 09:00 in China */
    return first + (jd_ms)(sim_now() / SIM_MS) + sim_world.ahead_ms;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *t)
{
    jd_ms ms = clock == CLOCK_REALTIME ? sim_time_of_day() : (jd_ms)(sim_now() / SIM_MS) + 1000 * 1000;
    t->tv_sec = (time_t)(ms / 1000);
    t->tv_nsec = (long)(ms % 1000) * 1000000 + (long)(sim_now() % SIM_MS) * 1000;
    return 0;
}

/* Core files are wanted of this one, and its parent is not theirs. */
int __wrap_prctl(int option, ...)
{
    (void)option;
    return 0;
}

void __wrap_exit(int status)
{
    if (sim_current()) sim_exit(status);
    __real_exit(status);
}
