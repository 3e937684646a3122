/* PostgreSQL: a case and its event a message, by prepared statements in libpq's pipeline mode. A transaction is one
 * message, or as many as l->kind says are gathered; it counts when its commit was answered. */
#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench/peers.h"

enum { CONNECTIONS_MAX = 64 };

typedef struct connection {
    PGconn *pg;
    int under_way; /* transactions */
} connection;

typedef struct run {
    const jd_peer_load *l;
    connection c[CONNECTIONS_MAX];
    int a_transaction, depth; /* messages in one; transactions under way on a connection */
    uint64_t serial, got, not_ok;
} run;

static const char tables[] = "create table if not exists cases (number bigint generated always as identity primary key,"
                             " request uuid not null unique, state smallint not null, body bytea not null);"
                             "create table if not exists events (seq bigint generated always as identity primary key,"
                             " number bigint not null, at timestamptz not null, event text not null)";

/* One statement, so that a message is one round trip however it is sent. */
static const char insert[] = "with c as (insert into cases (request, state, body) values ($1, 1, $2) returning number)"
                             " insert into events (number, at, event) select number, now(), 'report.assigned' from c";

static void must(PGconn *pg, PGresult *r)
{
    ExecStatusType s = PQresultStatus(r);
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK) jd_fail("postgres: %s", PQerrorMessage(pg));
    PQclear(r);
}

static void open_one(run *r, connection *c, bool first)
{
    char how[96];
    snprintf(how, sizeof how, "host=127.0.0.1 port=%d dbname=postgres user=postgres", r->l->port);
    c->pg = PQconnectdb(how);
    if (PQstatus(c->pg) != CONNECTION_OK) jd_fail("postgres: %s", PQerrorMessage(c->pg));
    PQsetNoticeProcessor(c->pg, (PQnoticeProcessor)(void (*)(void))jd_pause, NULL);
    if (first) must(c->pg, PQexec(c->pg, tables));
    must(c->pg, PQprepare(c->pg, "i", insert, 0, NULL));
    PQsetnonblocking(c->pg, 1);
    if (PQenterPipelineMode(c->pg) != 1) jd_fail("postgres: no pipeline mode");
}

/* In order, as jiandu's are. */
static void next_uuid(run *r, uint8_t id[16])
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    jd_be64(id, ((uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000) << 16 | 0x7000);
    jd_be64(id + 8, (uint64_t)1 << 63 | ++r->serial);
}

static void send_message(run *r, PGconn *pg)
{
    uint8_t id[16];
    const char *values[] = { (const char *)id, r->l->message.p };
    const int lengths[] = { 16, (int)r->l->message.n }, formats[] = { 1, 1 };
    next_uuid(r, id);
    if (!PQsendQueryPrepared(pg, "i", 2, values, lengths, formats, 1)) jd_fail("postgres: %s", PQerrorMessage(pg));
}

/* What stands between two syncs is one transaction. */
static void send_transaction(run *r, connection *c)
{
    for (int i = 0; i < r->a_transaction; i++) send_message(r, c->pg);
    if (!PQpipelineSync(c->pg)) jd_fail("postgres: %s", PQerrorMessage(c->pg));
    c->under_way++;
}

/* Results end with NULL each; a sync's has none behind it. */
static void take_results(run *r, connection *c)
{
    int nothing = 0;
    if (!PQconsumeInput(c->pg)) jd_fail("postgres: %s", PQerrorMessage(c->pg));
    while (c->under_way && nothing < 2 && !PQisBusy(c->pg)) {
        PGresult *one = PQgetResult(c->pg);
        ExecStatusType s = one ? PQresultStatus(one) : PGRES_EMPTY_QUERY;
        nothing = one ? 0 : nothing + 1;
        if (s == PGRES_FATAL_ERROR || s == PGRES_PIPELINE_ABORTED) r->not_ok++;
        if (s == PGRES_PIPELINE_SYNC) {
            c->under_way--;
            r->got += (uint64_t)r->a_transaction;
        }
        PQclear(one);
    }
}

static void wait_for(run *r)
{
    struct pollfd p[CONNECTIONS_MAX];
    for (int i = 0; i < r->l->connections; i++) {
        bool left = PQflush(r->c[i].pg) == 1;
        p[i] = (struct pollfd){ PQsocket(r->c[i].pg), (short)(POLLIN | (left ? POLLOUT : 0)), 0 };
    }
    if (poll(p, (nfds_t)r->l->connections, 20000) <= 0) jd_fail("postgres does not answer");
    for (int i = 0; i < r->l->connections; i++)
        if (p[i].revents & POLLIN) take_results(r, &r->c[i]);
}

static void pump(run *r, double end)
{
    int under_way;
    do {
        bool more = jd_now() < end;
        under_way = 0;
        for (int i = 0; i < r->l->connections; i++) {
            while (more && r->c[i].under_way < r->depth) send_transaction(r, &r->c[i]);
            under_way += r->c[i].under_way;
        }
        if (under_way) wait_for(r);
    } while (under_way);
}

jd_measure jd_postgres_run(const jd_peer_load *l)
{
    static run r;
    int gathered = l->kind ? (int)strtol(l->kind, NULL, 10) : 1, depth = l->outstanding / l->connections / gathered;
    r = (run){ .l = l, .a_transaction = gathered, .depth = depth > 1 ? depth : 1 };
    for (int i = 0; i < l->connections; i++) open_one(&r, &r.c[i], i == 0);
    double cpu = jd_cpu_now(), start = jd_now();
    pump(&r, start + l->seconds);
    jd_measure m = jd_measured(r.got, jd_now() - start, jd_cpu_now() - cpu, l->outstanding);
    m.not_ok = r.not_ok;
    for (int i = 0; i < l->connections; i++) PQfinish(r.c[i].pg);
    return m;
}
