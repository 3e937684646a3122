/* Questions while somebody writes at full speed: how long they take, and what they cost the writer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "proto/pack.h"

enum { FILLED = 300000, ASKED_MAX = 100000, PER_SECOND = 200 };

typedef struct asking {
    const char *endpoint;
    const char *type;
    double seconds;
} asking;

typedef struct latencies {
    int n;
    double p50, p99; /* milliseconds */
    double late;     /* p99 of by how much the asker itself woke up late: what any thread here waits for a processor */
} latencies;

/* Any report of the store, by its number; or a page of fifty behind it. */
static void pack_question(jd_buf *b, bool page)
{
    char id[32];
    snprintf(id, sizeof id, "R-530900-%08ld", 1 + random() % (FILLED - 100));
    b->n = 0;
    jd_pack_map(b, page ? 2 : 1);
    if (page) jd_pack_kz(b, "entity", "report");
    jd_pack_kz(b, page ? "after" : "id", id);
}

static double ask_once(void *socket, const asking *a, jd_buf *body)
{
    static char answer[1 << 20];
    pack_question(body, strcmp(a->type, "case.list") == 0);
    double start = jd_now();
    size_t n = jd_ask(socket, a->type, NULL, body->p, body->n, answer, sizeof answer);
    if (!jd_answer_ok(answer, n)) jd_fail("%s was not answered: %.*s", a->type, (int)n, answer);
    return (jd_now() - start) * 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* One after the other, at most so many a second: a tool that shows cases, not a second load. */
static latencies ask(const asking *a)
{
    static double took[ASKED_MAX], late[ASKED_MAX];
    void *ctx, *s = jd_ask_open(a->endpoint, NULL, 10000, &ctx);
    jd_buf body = { 0 };
    int n = 0;
    double start = jd_now();
    for (; jd_now() < start + a->seconds && n < ASKED_MAX; n++) {
        double due = start + (double)n / PER_SECOND, left = due - jd_now();
        if (left > 0) jd_pause(left);
        late[n] = left > 0 ? (jd_now() - due) * 1e3 : 0;
        took[n] = ask_once(s, a, &body);
    }
    jd_buf_free(&body);
    jd_ask_close(s, ctx);
    qsort(took, (size_t)n, sizeof *took, by_value);
    qsort(late, (size_t)n, sizeof *late, by_value);
    return (latencies){ n, took[n / 2], took[n * 99 / 100], late[n * 99 / 100] };
}

static void write_aside(const void *arg, void *result)
{
    *(jd_measure *)result = jd_load_run(arg);
}

/* The writer's rate with the questions and, in turn, without. */
static void measure(const jd_bench *b, const jd_own *own, const char *type, double wanted)
{
    double with[JD_ROUNDS_MAX], without[JD_ROUNDS_MAX], p50[JD_ROUNDS_MAX], p99[JD_ROUNDS_MAX], late[JD_ROUNDS_MAX];
    int rounds = b->rounds < 3 ? b->rounds : 3;
    jd_load l = {
        .endpoint = own->ipc, .clients = 4, .outstanding = 4096, .seconds = b->seconds, .message = jd_report()
    };
    asking a = { .endpoint = own->ipc, .type = type, .seconds = b->seconds - 0.2 };
    latencies idle = ask(&a);
    for (int i = 0; i < rounds; i++) {
        without[i] = jd_load_run(&l).per_second;
        jd_measure m;
        jd_aside aside = jd_aside_run(write_aside, &l, sizeof m);
        jd_pause(0.1);
        latencies t = ask(&a);
        jd_aside_join(&aside, &m, sizeof m);
        with[i] = m.per_second;
        p50[i] = t.p50;
        p99[i] = t.p99;
        late[i] = t.late;
    }
    double quiet = jd_median(without, rounds), busy = jd_median(with, rounds);
    printf("  %s while writing: median %.2f ms, p99 %.2f ms (wanted: under %.0f); idle %.2f and %.2f ms\n", type,
           jd_median(p50, rounds), jd_median(p99, rounds), wanted, idle.p50, idle.p99);
    printf(
        "  %s: a sleeping thread woke up late by %.2f ms at p99 meanwhile, idle %.2f ms; eight wake up for an answer\n",
        type, jd_median(late, rounds), idle.late);
    printf("  %s: writer %.0f/s, without questions %.0f/s\nratio writer-%s %.2f (wanted: at least 0.90)\n", type, busy,
           quiet, type, busy / quiet);
    fflush(stdout);
}

void jd_part_queries(const jd_bench *b)
{
    jd_own own;
    jd_own_start(b, &(jd_own_plan){ .name = "asked", .filled = FILLED }, &own);
    printf("  %d questions a second, of %d reports and those that are being written\n", PER_SECOND, FILLED);
    measure(b, &own, "case.get", 2);
    measure(b, &own, "case.list", 10);
    jd_own_stop(&own);
}
