/* Reports through the real sockets beside the bare loop, and by every door there is. */
#include <stdio.h>
#include <stdlib.h>

#include "bench/bench.h"

static jd_load load_of(const jd_bench *b, const char *endpoint, int outstanding)
{
    return (jd_load){ .endpoint = endpoint,
                      .clients = outstanding < 4 ? 1 : 4,
                      .outstanding = outstanding,
                      .seconds = b->seconds,
                      .message = jd_report() };
}

static void measure(const jd_bench *b, const char *bare, const char *own, int outstanding)
{
    double ratio[JD_ROUNDS_MAX], ours[JD_ROUNDS_MAX], theirs[JD_ROUNDS_MAX];
    jd_load l = load_of(b, bare, outstanding), o = load_of(b, own, outstanding);
    uint64_t not_ok = 0;
    for (int i = 0; i < b->rounds; i++) {
        theirs[i] = jd_load_run(&l).per_second;
        jd_measure m = jd_load_run(&o);
        ours[i] = m.per_second;
        not_ok += m.not_ok;
        ratio[i] = outstanding == 1 ? theirs[i] / ours[i] : ours[i] / theirs[i];
    }
    printf("%6d outstanding: jiandu %9.0f/s, bare loop %9.0f/s", outstanding, jd_median(ours, b->rounds),
           jd_median(theirs, b->rounds));
    printf(not_ok ? ", %llu NOT OK\n" : "\n", (unsigned long long)not_ok);
    printf("ratio %s-%d %.2f\n", outstanding == 1 ? "latency" : "throughput", outstanding, jd_median(ratio, b->rounds));
    fflush(stdout);
    if (not_ok) exit(1);
}

void jd_part_loop(const jd_bench *b)
{
    static const int levels[] = { 1, 64, 256, 4096 };
    char dir[JD_PATH], bare[JD_PATH + 32];
    jd_own own;
    jd_message m = jd_report();
    jd_make_dir(dir, b->dir, "bare");
    pid_t pid = jd_start_here(jd_bare_run, dir, m.id_at);
    snprintf(bare, sizeof bare, "ipc://%s/intake.sock", dir);
    jd_own_start(b, &(jd_own_plan){ .name = "own" }, &own);
    printf("a report is %zu bytes of header and %zu of body; every acknowledgement is synced to disk\n", m.header_n,
           m.body_n);
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) measure(b, bare, own.ipc, levels[i]);
    jd_own_stop(&own);
    jd_stop(pid);
}

/* ------------------------------------------------------------ doors */

typedef struct door {
    const char *name, *endpoint;
    const jd_keys *keys;
    jd_measure (*run)(const jd_load *);
    double rate[JD_ROUNDS_MAX], client_us[JD_ROUNDS_MAX];
} door;

static void measure_doors(const jd_bench *b, door *doors, int n, int outstanding)
{
    const int rounds = b->rounds < 3 ? b->rounds : 3;
    for (int round = 0; round < rounds; round++)
        for (int i = 0; i < n; i++) {
            jd_load l = load_of(b, doors[i].endpoint, outstanding);
            l.keys = doors[i].keys;
            jd_measure m = doors[i].run(&l);
            if (m.not_ok) jd_fail("%s: %llu were not ok", doors[i].name, (unsigned long long)m.not_ok);
            doors[i].rate[round] = m.per_second;
            doors[i].client_us[round] = m.client_us;
        }
    for (int i = 0; i < n; i++) {
        double rate = jd_median(doors[i].rate, rounds);
        printf("%6d outstanding, %-27s %9.0f/s, client %5.1f us a report, %.2f of ipc\n", outstanding, doors[i].name,
               rate, jd_median(doors[i].client_us, rounds), rate / jd_median(doors[0].rate, rounds));
    }
    fflush(stdout);
}

/* The echo says what the clients could do if nothing behind them cost anything. */
void jd_part_doors(const jd_bench *b)
{
    static const int levels[] = { 1, 4096 };
    char dir[JD_PATH], echo[JD_PATH + 32];
    jd_own open, keyed;
    jd_make_dir(dir, b->dir, "echo");
    pid_t pid = jd_start_here(jd_echo_run, dir, jd_report().id_at);
    snprintf(echo, sizeof echo, "ipc://%s/intake.sock", dir);
    jd_own_start(b, &(jd_own_plan){ .name = "open" }, &open);
    jd_own_start(b, &(jd_own_plan){ .name = "keyed", .keys = true }, &keyed);
    door doors[] = { { .name = "ipc", .endpoint = open.ipc, .run = jd_load_run },
                     { .name = "tcp", .endpoint = open.tcp, .run = jd_load_run },
                     { .name = "ipc by hand", .endpoint = open.ipc, .run = jd_zmtp_load },
                     { .name = "tcp by hand", .endpoint = open.tcp, .run = jd_zmtp_load },
                     { .name = "tcp with CURVE", .endpoint = keyed.tcp, .keys = &keyed.keys, .run = jd_load_run },
                     { .name = "ipc through libjiandu", .endpoint = open.ipc, .run = jd_load_library },
                     { .name = "clients alone, to an echo", .endpoint = echo, .run = jd_load_run } };
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        measure_doors(b, doors, sizeof doors / sizeof *doors, levels[i]);
    jd_own_stop(&open);
    jd_own_stop(&keyed);
    jd_stop(pid);
}
