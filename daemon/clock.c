#include <time.h>

#include "daemon/daemon.h"

jd_ms jd_system_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (jd_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A simulated clock runs on from where it was set, at the machine's speed. */
jd_ms jd_clock_now(const jd_clock *c)
{
    if (!c->simulated) return jd_system_ms();
    return c->at + (jd_ms)(uv_hrtime() / 1000000 - c->since);
}

void jd_clock_set(jd_clock *c, jd_ms at)
{
    if (!c->simulated || at <= jd_clock_now(c)) return;
    c->at = at;
    c->since = uv_hrtime() / 1000000;
}
