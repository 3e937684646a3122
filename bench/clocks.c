/* Clocks: what a million running time limits cost, and how long it takes when 100,000 are due at once. */
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "bench/bench.h"

enum { RUNNING = 1000000, DUE = 100000, PATIENCE = 120 };

/* Reports of 5 January warn seven days before the sixtieth, those of 4 February later. */
static const char the_day[] = "2026-02-27T00:00:30+08:00";

typedef struct watching {
    const char *endpoint;
    int wanted;
} watching;

typedef struct watched {
    int seen;
    double last; /* jd_now() */
} watched;

static void watch(const void *arg, void *result)
{
    const watching *w = arg;
    watched *out = result;
    int hwm = 0, patience = PATIENCE * 1000;
    void *ctx = zmq_ctx_new(), *s = zmq_socket(ctx, ZMQ_SUB);
    zmq_setsockopt(s, ZMQ_RCVHWM, &hwm, sizeof hwm);
    zmq_setsockopt(s, ZMQ_RCVTIMEO, &patience, sizeof patience);
    zmq_setsockopt(s, ZMQ_SUBSCRIBE, "J.530900.report.warned", 22);
    if (zmq_connect(s, w->endpoint) != 0) jd_fail("%s: %m", w->endpoint);
    while (out->seen < w->wanted) {
        char topic[64], event[1024];
        if (zmq_recv(s, topic, sizeof topic, 0) < 0) break;
        zmq_recv(s, event, sizeof event, 0);
        out->seen++;
    }
    out->last = jd_now();
    zmq_close(s);
    zmq_ctx_term(ctx);
}

static jd_load load_of(const jd_bench *b, const jd_own *own)
{
    return (jd_load){
        .endpoint = own->ipc, .clients = 4, .outstanding = 4096, .seconds = b->seconds, .message = jd_report()
    };
}

static void compare(const jd_bench *b, const jd_own *none, const jd_own *many)
{
    double without[JD_ROUNDS_MAX], with[JD_ROUNDS_MAX], ratio[JD_ROUNDS_MAX];
    jd_load l = load_of(b, none), m = load_of(b, many);
    for (int i = 0; i < b->rounds; i++) {
        without[i] = jd_load_run(&l).per_second;
        with[i] = jd_load_run(&m).per_second;
        ratio[i] = with[i] / without[i];
    }
    printf("  %d limits running, none due: %.0f/s, none running %.0f/s\n", RUNNING, jd_median(with, b->rounds),
           jd_median(without, b->rounds));
    printf("ratio clocks-running %.2f (wanted: no cost)\n", jd_median(ratio, b->rounds));
    fflush(stdout);
}

static void write_aside(const void *arg, void *result)
{
    *(jd_measure *)result = jd_load_run(arg);
}

/* A question that says what time it is lets it become that time. */
static void let_it_be(const jd_own *own, const char *at)
{
    char answer[4096];
    void *ctx, *s = jd_ask_open(own->ipc, NULL, 60000, &ctx);
    size_t n = jd_ask(s, "health.get", at, "\x80", 1, answer, sizeof answer);
    if (!jd_answer_ok(answer, n)) jd_fail("health.get was not answered: %.*s", (int)n, answer);
    jd_ask_close(s, ctx);
}

static void fire(const jd_bench *b, const jd_own *own)
{
    watched w;
    jd_measure m;
    jd_load l = load_of(b, own);
    double before = jd_load_run(&l).per_second;
    l.seconds = b->seconds + 4;
    jd_aside watcher = jd_aside_run(watch, &(watching){ own->events, DUE }, sizeof w);
    jd_pause(0.5);
    jd_aside writer = jd_aside_run(write_aside, &l, sizeof m);
    jd_pause(0.5);
    double start = jd_now();
    let_it_be(own, the_day);
    jd_aside_join(&watcher, &w, sizeof w);
    jd_aside_join(&writer, &m, sizeof m);
    printf("  %d of %d limits due at once were fired in %.1f s (wanted: under 10), intake meanwhile %.0f/s, before "
           "%.0f/s\n",
           w.seen, DUE, w.last - start, m.per_second, before);
}

void jd_part_clocks(const jd_bench *b)
{
    jd_own none, many;
    jd_own_start(b, &(jd_own_plan){ .name = "none", .simulated = true, .filled = 1, .early = 1 }, &none);
    jd_own_start(b, &(jd_own_plan){ .name = "many", .simulated = true, .filled = RUNNING, .early = DUE }, &many);
    compare(b, &none, &many);
    jd_own_stop(&none);
    fire(b, &many);
    jd_own_stop(&many);
}
