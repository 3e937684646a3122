/* Fan-out: 200 subscribers to every event, one of them slow; what the others miss, and what the intake loses. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/hearer.h"

enum { SUBSCRIBERS = 200, PACED = 1000, AT_ONCE = 65536, SLOWLY = 512 /* bytes: an event or two */ };
static const double quiet = 2, slow_each = 0.02; /* seconds: with nothing new the others are done; a slow one's bytes */

typedef struct audience {
    const char *endpoint;
    bool slow; /* the first of them */
} audience;

typedef struct heard {
    uint64_t got[SUBSCRIBERS];
} heard;

/* Until nothing new has come for a while. The slow one is read now and then, whatever has come for it. */
static void listen_to(const void *arg, void *result)
{
    const audience *a = arg;
    heard *h = result;
    jd_hearer hearers[SUBSCRIBERS];
    struct pollfd fds[SUBSCRIBERS];
    int quick_from = a->slow ? 1 : 0;
    double heard_at = 0, slow_at = 0;
    for (int i = 0; i < SUBSCRIBERS; i++) jd_hearer_open(&hearers[i], a->endpoint, "J.530900.");
    for (int i = 0; i < SUBSCRIBERS; i++) fds[i] = (struct pollfd){ hearers[i].fd, POLLIN, 0 };
    while (!heard_at || jd_now() < heard_at + quiet) {
        poll(fds + quick_from, (nfds_t)(SUBSCRIBERS - quick_from), 10);
        for (int i = quick_from; i < SUBSCRIBERS; i++)
            if (fds[i].revents && jd_hearer_read(&hearers[i], AT_ONCE)) heard_at = jd_now();
        if (!a->slow || jd_now() < slow_at + slow_each) continue;
        jd_hearer_read(&hearers[0], SLOWLY);
        slow_at = jd_now();
    }
    for (int i = 0; i < SUBSCRIBERS; i++) h->got[i] = hearers[i].got;
    for (int i = 0; i < SUBSCRIBERS; i++) jd_hearer_close(&hearers[i]);
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
