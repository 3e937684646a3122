/* Questions while somebody writes at full speed: how long they take, and what they cost the writer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/turns.h"
#include "bench/bench.h"
#include "bench/zmtp.h"
#include "proto/pack.h"

enum { FILLED = 300000, ASKED_MAX = 100000, PER_SECOND = 200, BEHIND = 10 };

/* Who writes and who asks are elsewhere, and take no processor from what is measured. Here they have to, and stand apart as
 * well as they can: both speak ZMTP by hand, the writing waits where others want the processor too, and who asks does
 * not. */
typedef struct asking {
    const char *endpoint;
    const char *type;
    double seconds;
    bool apart;
} asking;

typedef struct writing {
    jd_load load;
    bool apart;
} writing;

typedef struct latencies {
    int n;
    double p50, p99; /* milliseconds */
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

/* By libzmq, as most do, or by hand. */
typedef struct line {
    void *ctx, *socket;
    int fd;
} line;

static line line_open(const asking *a)
{
    line l = { .fd = -1 };
    if (a->apart)
        l.fd = jd_zmtp_open(a->endpoint, "DEALER");
    else
        l.socket = jd_ask_open(a->endpoint, NULL, 10000, &l.ctx);
    return l;
}

static void line_close(line *l)
{
    if (l->socket) jd_ask_close(l->socket, l->ctx);
    if (l->fd >= 0) close(l->fd);
}

static size_t ask_by(line *l, const char *type, const jd_buf *body, char *answer, size_t n)
{
    jd_buf header = { 0 };
    if (l->socket) return jd_ask(l->socket, type, NULL, body->p, body->n, answer, n);
    jd_ask_header(&header, type, NULL);
    n = jd_zmtp_ask(l->fd, jd_buf_view(&header), jd_buf_view(body), answer, n);
    jd_buf_free(&header);
    return n;
}

static double ask_once(line *l, const asking *a, jd_buf *body)
{
    static char answer[1 << 20];
    pack_question(body, strcmp(a->type, "case.list") == 0);
    double start = jd_now();
    size_t n = ask_by(l, a->type, body, answer, sizeof answer);
    if (!jd_answer_ok(answer, n)) jd_fail("%s was not answered: %.*s", a->type, (int)n, answer);
    return (jd_now() - start) * 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* One after the other, at most so many a second: a tool that shows cases, not a second load. */
static void ask(const void *arg, void *result)
{
    static double took[ASKED_MAX];
    const asking *a = arg;
    if (a->apart) jd_turns_short();
    line l = line_open(a);
    jd_buf body = { 0 };
    int n = 0;
    double start = jd_now();
    for (; jd_now() < start + a->seconds && n < ASKED_MAX; n++) {
        double due = start + (double)n / PER_SECOND, left = due - jd_now();
        if (left > 0) jd_pause(left);
        took[n] = ask_once(&l, a, &body);
    }
    jd_buf_free(&body);
    line_close(&l);
    qsort(took, (size_t)n, sizeof *took, by_value);
    *(latencies *)result = (latencies){ n, took[n / 2], took[n * 99 / 100] };
}

static void write_reports(const void *arg, void *result)
{
    const writing *w = arg;
    if (w->apart) setpriority(PRIO_PROCESS, 0, BEHIND);
    *(jd_measure *)result = w->apart ? jd_zmtp_load(&w->load) : jd_load_run(&w->load);
}

typedef struct round {
    jd_measure writer;
    latencies asker;
} round;

/* Either may be NULL: not done. */
static round run(const writing *w, const asking *a)
{
    round r = { 0 };
    jd_aside writer, asker;
    if (w) writer = jd_aside_run(write_reports, w, sizeof r.writer);
    if (w && a) jd_pause(0.1);
    if (a) asker = jd_aside_run(ask, a, sizeof r.asker);
    if (a) jd_aside_join(&asker, &r.asker, sizeof r.asker);
    if (w) jd_aside_join(&writer, &r.writer, sizeof r.writer);
    return r;
}

typedef struct figures {
    double rate[JD_ROUNDS_MAX], p50[JD_ROUNDS_MAX], p99[JD_ROUNDS_MAX];
} figures;

static void keep(figures *f, int i, round r)
{
    f->rate[i] = r.writer.per_second;
    f->p50[i] = r.asker.p50;
    f->p99[i] = r.asker.p99;
}

/* The writer's rate with the questions and, in turn, without; once more with all on an equal footing; and what an answer
 * takes that costs nothing, from an echo beside the writer: as many threads wake up for it as ZeroMQ needs, and no more. */
static void measure(const jd_bench *b, const jd_own *own, const char *echo, const char *type, double wanted)
{
    figures alone, asked, equal, nothing;
    int rounds = b->rounds < 3 ? b->rounds : 3;
    writing w = {
        { .endpoint = own->ipc, .clients = 4, .outstanding = 4096, .seconds = b->seconds, .message = jd_report() }, true
    };
    asking a = { .endpoint = own->ipc, .type = type, .seconds = b->seconds - 0.2, .apart = true }, e = a;
    e.endpoint = echo;
    latencies idle = run(NULL, &a).asker;
    for (int i = 0; i < rounds; i++) {
        w.apart = a.apart = true;
        keep(&alone, i, run(&w, NULL));
        keep(&asked, i, run(&w, &a));
        keep(&nothing, i, run(&w, &e));
        w.apart = a.apart = false;
        keep(&equal, i, run(&w, &a));
    }
    double quiet = jd_median(alone.rate, rounds), busy = jd_median(asked.rate, rounds);
    printf("  %s while writing: median %.2f ms, p99 %.2f ms (wanted: under %.0f); idle %.2f and %.2f ms\n", type,
           jd_median(asked.p50, rounds), jd_median(asked.p99, rounds), wanted, idle.p50, idle.p99);
    printf("  %s: an echo in its place, meanwhile: median %.2f ms, p99 %.2f ms\n", type, jd_median(nothing.p50, rounds),
           jd_median(nothing.p99, rounds));
    printf("  %s where those who write and ask do not stand apart: median %.2f ms, p99 %.2f ms\n", type,
           jd_median(equal.p50, rounds), jd_median(equal.p99, rounds));
    printf("  %s: writer %.0f/s, without questions %.0f/s\nratio writer-%s %.2f (wanted: at least 0.90)\n", type, busy,
           quiet, type, busy / quiet);
    fflush(stdout);
}

static int echo_at_once(const char *dir, size_t id_at)
{
    jd_turns_short();
    return jd_echo_run(dir, id_at);
}

void jd_part_queries(const jd_bench *b)
{
    jd_own own;
    char dir[JD_PATH], echo[JD_PATH + 32];
    jd_make_dir(dir, b->dir, "echo");
    pid_t pid = jd_start_here(echo_at_once, dir, jd_report().id_at);
    snprintf(echo, sizeof echo, "ipc://%s/intake.sock", dir);
    jd_own_start(b, &(jd_own_plan){ .name = "asked", .filled = FILLED }, &own);
    printf("  %d questions a second, of %d reports and those that are being written\n", PER_SECOND, FILLED);
    measure(b, &own, echo, "case.get", 2);
    measure(b, &own, echo, "case.list", 10);
    jd_own_stop(&own);
    jd_stop(pid);
}
