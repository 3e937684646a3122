/* Everything that happens goes into one hash, and with -v onto the screen. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "tests/sim/sim.h"
#include "tests/sim/world.h"

bool sim_verbose;
static uint64_t hash = 0xcbf29ce484222325u;

void sim_hash(const void *p, size_t n)
{
    const uint8_t *b = p;
    for (size_t i = 0; i < n; i++) hash = (hash ^ b[i]) * 0x100000001b3u;
}

uint64_t sim_trace_hash(void)
{
    return hash;
}

static void line(const char *fmt, va_list ap)
{
    char text[1200];
    const sim_process *p = sim_current();
    sim_us now = sim_now();
    int n = vsnprintf(text, sizeof text, fmt, ap);
    sim_hash(&now, sizeof now);
    sim_hash(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
    if (!sim_verbose) return;
    printf("%4llu.%06llu %-8s %s\n", (unsigned long long)now / SIM_S, (unsigned long long)now % SIM_S,
           p ? sim_name(p) : "", text);
}

void sim_trace(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    line(fmt, ap);
    va_end(ap);
}

void sim_broken(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    printf("seed %llu, at %.3f s: ", (unsigned long long)sim_world.seed, (double)sim_now() / SIM_S);
    vprintf(fmt, ap);
    putchar('\n');
    fflush(stdout);
    va_end(ap);
    _exit(1);
}

/* ------------------------------------------------------------ base/log.h, as the programs know it */

void jd_log_init(const char *program, int level)
{
    (void)program, (void)level;
}

/* Connections break at any byte, but the end that lives sees no frame of which more is to come: whatever it reads is
 * ours, and whole. */
static void no_frame_is_unreadable(const char *said)
{
    if (strstr(said, "frame that cannot be read")) sim_broken("%s", said);
}

void jd_log(int level, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (level >= JD_DEBUG) return;
    sim_trace("says: %s", text);
    no_frame_is_unreadable(text);
}

void jd_die(int code, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    sim_trace("dies: %s", text);
    if (!sim_current()) sim_broken("%s", text);
    sim_exit(code);
}
