#include <time.h>

#include "daemon/daemon.h"

static jd_ms system_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (jd_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* A simulated clock runs on from where it was set, at the machine's speed. */
jd_ms jd_now(jd_daemon *d)
{
    if (!d->config->simulated) return system_ms();
    return d->simulated_at + (jd_ms)(uv_hrtime() / 1000000 - d->simulated_since);
}

void jd_simulate(jd_daemon *d, jd_ms at)
{
    if (at <= jd_now(d)) return;
    d->simulated_at = at;
    d->simulated_since = uv_hrtime() / 1000000;
}
