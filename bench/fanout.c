/* Fan-out: 200 subscribers to every event, one of them slow; what the others miss, and what the intake loses. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "bench/bench.h"

enum { SUBSCRIBERS = 200, SLOW_HWM = 100, PACED = 1000 };
static const double quiet = 2, slow_each = 0.02; /* seconds: with nothing new the others are done; a slow one's event */

typedef struct audience {
    const char *endpoint;
    bool slow; /* the first of them */
} audience;

typedef struct heard {
    uint64_t got[SUBSCRIBERS];
} heard;

static void *subscribe(void *ctx, const char *endpoint, bool slow)
{
    int hwm = slow ? SLOW_HWM : 0;
    void *s = zmq_socket(ctx, ZMQ_SUB);
    zmq_setsockopt(s, ZMQ_RCVHWM, &hwm, sizeof hwm);
    zmq_setsockopt(s, ZMQ_SUBSCRIBE, "J.530900.", 9);
    if (zmq_connect(s, endpoint) != 0) jd_fail("%s: %m", endpoint);
    return s;
}

static bool take(void *s)
{
    char topic[64], event[1024];
    if (zmq_recv(s, topic, sizeof topic, ZMQ_DONTWAIT) < 0) return false;
    zmq_recv(s, event, sizeof event, 0);
    return true;
}

/* As many as there are, or one now and then. True when there was any but for the slow one. */
static bool read_one(void *s, bool slow, double *last, uint64_t *got)
{
    double now = slow ? jd_now() : 0;
    if (slow && now < *last + slow_each) return false;
    *last = now;
    uint64_t before = *got;
    while (take(s)) {
        ++*got;
        if (slow) return false;
    }
    return *got > before;
}

static void listen_to(const void *arg, void *result)
{
    const audience *a = arg;
    heard *h = result;
    void *ctx = zmq_ctx_new(), *s[SUBSCRIBERS];
    zmq_pollitem_t items[SUBSCRIBERS];
    double heard_at = 0, last = 0;
    for (int i = 0; i < SUBSCRIBERS; i++) s[i] = subscribe(ctx, a->endpoint, a->slow && i == 0);
    for (int i = 0; i < SUBSCRIBERS; i++) items[i] = (zmq_pollitem_t){ s[i], 0, ZMQ_POLLIN, 0 };
    int from = a->slow ? 1 : 0; /* what waits for the slow one wakes nobody */
    while (!heard_at || jd_now() < heard_at + quiet) {
        zmq_poll(items + from, SUBSCRIBERS - from, 10);
        for (int i = 0; i < SUBSCRIBERS; i++)
            if (read_one(s[i], i < from, &last, &h->got[i])) heard_at = jd_now();
    }
    for (int i = 0; i < SUBSCRIBERS; i++) zmq_close(s[i]);
    zmq_ctx_term(ctx);
}

typedef struct round {
    jd_measure intake;
    uint64_t lost, worst; /* events, by all subscribers but the slow one; by one of them */
    uint64_t slow_got;
} round;

static round listen(const jd_load *l, const audience *a)
{
    round r = { 0 };
    heard h;
    jd_aside aside = jd_aside_run(listen_to, a, sizeof h);
    jd_pause(1); /* for all to be connected */
    r.intake = jd_load_run(l);
    jd_aside_join(&aside, &h, sizeof h);
    for (int i = a->slow ? 1 : 0; i < SUBSCRIBERS; i++) {
        uint64_t lost = r.intake.acknowledged - h.got[i];
        r.lost += lost;
        if (lost > r.worst) r.worst = lost;
    }
    r.slow_got = h.got[0];
    return r;
}

static void print_losses(const char *what, const round *r)
{
    printf("  %s: %9.0f/s taken in, %llu events each, lost by the quick ones %llu (by one at most %llu)\n", what,
           r->intake.per_second, (unsigned long long)r->intake.acknowledged, (unsigned long long)r->lost,
           (unsigned long long)r->worst);
    fflush(stdout);
}

/* Alone, with 200 quick ones, with one of them slow: at a rate the machine can send 200 times, or at full speed. */
static void measure(const jd_bench *b, const jd_own *own, double rate, const char *word)
{
    jd_load l = { .endpoint = own->ipc,
                  .clients = 4,
                  .outstanding = 4096,
                  .seconds = 2 * b->seconds,
                  .per_second = rate,
                  .message = jd_report() };
    double alone = jd_load_run(&l).per_second;
    round all = listen(&l, &(audience){ own->events, false });
    round one = listen(&l, &(audience){ own->events, true });
    printf("  %s, no subscriber:            %9.0f/s taken in\n", word, alone);
    print_losses("  200 subscribers, all quick ", &all);
    print_losses("  200 subscribers, one slow  ", &one);
    printf("ratio fanout-%s %.2f of no subscriber, %.2f of all quick (wanted: at least 0.90); the slow one got %llu\n",
           word, one.intake.per_second / alone, one.intake.per_second / all.intake.per_second,
           (unsigned long long)one.slow_got);
    fflush(stdout);
}

void jd_part_fanout(const jd_bench *b)
{
    jd_own own;
    jd_own_start(b, &(jd_own_plan){ .name = "told" }, &own);
    measure(b, &own, PACED, "paced");
    measure(b, &own, 0, "full-speed");
    jd_own_stop(&own);
}
