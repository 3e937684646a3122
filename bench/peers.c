/* What people would use instead, beside jiandu: the same bytes, the same disk, in turn. */
#include "bench/peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAYS_MAX = 4, UP_SECONDS = 60, AWAY = 3 };

typedef struct way {
    const char *title;
    int connections, outstanding;
    const char *kind;
} way;

static const struct peer {
    const char *name; /* of mk/peers.sh */
    jd_peer_client *run;
    const char *note;
    way ways[WAYS_MAX];
} peers[] = {
    { "beanstalkd", jd_beanstalkd_run, "", { { "beanstalkd -f 0", 1, 4096, NULL } } },
    { "rabbitmq",
      jd_rabbitmq_run,
      "",
      { { "RabbitMQ, classic durable", 1, 4096, "classic" }, { "RabbitMQ, quorum", 1, 4096, "quorum" } } },
    { "redis",
      jd_redis_run,
      "",
      { { "Redis Streams, 1 connection", 1, 4096, NULL }, { "Redis Streams, 16 connections", 16, 4096, NULL } } },
    { "nats", jd_nats_run, ", NOT DURABLE", { { "NATS JetStream", 1, 4096, NULL } } },
    { "postgres",
      jd_postgres_run,
      "",
      { { "PostgreSQL, single", 1, 1, "1" },
        { "PostgreSQL, single, 16 connections", 16, 16, "1" },
        { "PostgreSQL, pipelined, 16 connections", 16, 4096, "1" },
        { "PostgreSQL, 256 a transaction, 4 conn.", 4, 4096, "256" } } },
};

typedef struct figures {
    double rate[JD_ROUNDS_MAX], ratio[JD_ROUNDS_MAX], client_us[JD_ROUNDS_MAX];
} figures;

static jd_str bytes_of(jd_message m)
{
    static jd_buf b;
    b.n = 0;
    jd_buf_add(&b, m.header, m.header_n);
    jd_buf_add(&b, m.body, m.body_n);
    return jd_buf_view(&b);
}

static double own_rate(const jd_bench *b, const jd_own *own)
{
    jd_load l = {
        .endpoint = own->tcp, .clients = 4, .outstanding = 4096, .seconds = b->seconds, .message = jd_report()
    };
    jd_measure m = jd_zmtp_load(&l); /* by hand, as theirs */
    if (m.not_ok) jd_fail("jiandu: %llu were not ok", (unsigned long long)m.not_ok);
    return m.per_second;
}

static void run_way(const jd_bench *b, const struct peer *p, const way *w, int port, double own, figures *f, int round)
{
    const jd_peer_load l = { .port = port,
                             .connections = w->connections,
                             .outstanding = w->outstanding,
                             .seconds = b->seconds,
                             .message = bytes_of(jd_report()),
                             .kind = w->kind };
    jd_measure m = p->run(&l);
    if (m.not_ok) jd_fail("%s: %llu were refused", w->title, (unsigned long long)m.not_ok);
    f->rate[round] = m.per_second;
    f->ratio[round] = own / m.per_second;
    f->client_us[round] = m.client_us;
}

static void print_way(const way *w, figures *f, int rounds, double own, const char *note)
{
    printf("%6d outstanding, %-40s %9.0f/s, client %4.1f us a message; jiandu by tcp %9.0f/s, %.2f times%s\n",
           w->outstanding, w->title, jd_median(f->rate, rounds), jd_median(f->client_us, rounds), own,
           jd_median(f->ratio, rounds), note);
    fflush(stdout);
}

static void measure(const jd_bench *b, const struct peer *p, int port, const jd_own *own)
{
    figures f[WAYS_MAX] = { 0 };
    double ours[JD_ROUNDS_MAX];
    int rounds = b->rounds < 3 ? b->rounds : 3;
    for (int round = 0; round < rounds; round++) {
        ours[round] = own_rate(b, own);
        for (int i = 0; i < WAYS_MAX && p->ways[i].title; i++)
            run_way(b, p, &p->ways[i], port, ours[round], &f[i], round);
    }
    double rate = jd_median(ours, rounds);
    for (int i = 0; i < WAYS_MAX && p->ways[i].title; i++) print_way(&p->ways[i], &f[i], rounds, rate, p->note);
}

/* Whether it can be measured at all; says why not. */
static bool is_there(const char *dir, const struct peer *p)
{
    const char *argv[] = { "mk/peers.sh", "there", p->name, NULL };
    if (!p->run)
        printf("%s: missing, its client library was not there when this was built (mk/deps.sh bench)\n", p->name);
    else if (jd_run(dir, argv) == AWAY)
        printf("%s: missing (mk/deps.sh bench installs it)\n", p->name);
    else
        return true;
    return false;
}

static void try_peer(const jd_bench *b, const struct peer *p, const jd_own *own)
{
    char dir[JD_PATH], number[16];
    int port = jd_free_port();
    jd_make_dir(dir, b->dir, p->name);
    if (!is_there(dir, p)) return;
    snprintf(number, sizeof number, "%d", port);
    const char *argv[] = { "mk/peers.sh", "run", p->name, dir, number, NULL };
    pid_t pid = jd_start(dir, argv);
    if (jd_port_opens(port, pid, UP_SECONDS))
        measure(b, p, port, own);
    else
        printf("%s: does not come up: see mk/peers.sh\n", p->name);
    jd_stop(pid);
}

void jd_part_peers(const jd_bench *b)
{
    jd_own own;
    jd_own_start(b, &(jd_own_plan){ .name = "beside" }, &own);
    for (size_t i = 0; i < sizeof peers / sizeof *peers; i++) try_peer(b, &peers[i], &own);
    jd_own_stop(&own);
}
