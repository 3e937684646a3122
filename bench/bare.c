#include <endian.h>
#include <lmdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <zmq.h>

#include "bench/bench.h"

enum { BATCH = 4096, PEER = 5, ID = 16, HWM = 1000000 };

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void *open_socket(void *ctx, int type, const char *dir, const char *name, bool bind)
{
    char endpoint[512];
    int hwm = HWM;
    void *s = zmq_socket(ctx, type);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/%s", dir, name);
    zmq_setsockopt(s, ZMQ_SNDHWM, &hwm, sizeof hwm);
    zmq_setsockopt(s, ZMQ_RCVHWM, &hwm, sizeof hwm);
    if ((bind ? zmq_bind(s, endpoint) : zmq_connect(s, endpoint)) != 0) die(endpoint);
    return s;
}

/* ------------------------------------------------------------ the process with the store */

typedef struct store {
    MDB_env *env;
    MDB_dbi journal, requests;
    uint64_t seq;
} store;

static void open_store(store *s, const char *dir)
{
    MDB_txn *t;
    if (mdb_env_create(&s->env) || mdb_env_set_maxdbs(s->env, 2) || mdb_env_set_mapsize(s->env, (size_t)16 << 30) ||
        mdb_env_open(s->env, dir, 0, 0600) || mdb_txn_begin(s->env, NULL, 0, &t) ||
        mdb_dbi_open(t, "journal", MDB_CREATE, &s->journal) || mdb_dbi_open(t, "requests", MDB_CREATE, &s->requests) ||
        mdb_txn_commit(t))
        die(dir);
}

/* A frame is messages of [peer][id][u32 length][body]; the answer [peer][id] each. */
static size_t write_batch(store *s, const char *p, size_t n, char *answer)
{
    MDB_txn *t;
    size_t out = 0;
    if (mdb_txn_begin(s->env, NULL, 0, &t)) die("begin");
    for (const char *end = p + n; p < end;) {
        uint32_t length;
        uint64_t key = htobe64(++s->seq);
        memcpy(&length, p + PEER + ID, 4);
        MDB_val k = { 8, &key }, body = { length, (void *)(uintptr_t)(p + PEER + ID + 4) };
        MDB_val id = { ID, (void *)(uintptr_t)(p + PEER) };
        if (mdb_put(t, s->journal, &k, &body, MDB_APPEND) || mdb_put(t, s->requests, &id, &k, 0)) die("put");
        memcpy(answer + out, p, PEER + ID);
        out += PEER + ID;
        p += PEER + ID + 4 + length;
    }
    if (mdb_txn_commit(t)) die("commit");
    return out;
}

static void run_store(const char *dir)
{
    store s = { 0 };
    char *answer = malloc((size_t)BATCH * (PEER + ID));
    open_store(&s, dir);
    void *ctx = zmq_ctx_new(), *in = open_socket(ctx, ZMQ_PAIR, dir, "batches", false);
    for (;;) {
        zmq_msg_t m;
        zmq_msg_init(&m);
        if (zmq_msg_recv(&m, in, 0) < 0) return;
        size_t n = write_batch(&s, zmq_msg_data(&m), zmq_msg_size(&m), answer);
        zmq_msg_close(&m);
        zmq_send(in, answer, n, 0);
    }
}

/* ------------------------------------------------------------ the process with the network */

typedef struct front {
    void *intake, *batches, *events;
    char *batch;
    size_t batch_n, room;
    int count, under_way;
    size_t id_at;
} front;

static void gather(front *f)
{
    char peer[16], header[512];
    while (f->count < BATCH) {
        zmq_msg_t body;
        if (zmq_recv(f->intake, peer, sizeof peer, ZMQ_DONTWAIT) != PEER) return;
        zmq_recv(f->intake, header, sizeof header, 0);
        zmq_msg_init(&body);
        zmq_msg_recv(&body, f->intake, 0);
        uint32_t n = (uint32_t)zmq_msg_size(&body);
        while (f->batch_n + PEER + ID + 4 + n > f->room) f->batch = realloc(f->batch, f->room *= 2);
        char *at = f->batch + f->batch_n;
        memcpy(at, peer, PEER);
        memcpy(at + PEER, header + f->id_at, ID);
        memcpy(at + PEER + ID, &n, 4);
        memcpy(at + PEER + ID + 4, zmq_msg_data(&body), n);
        zmq_msg_close(&body);
        f->batch_n += PEER + ID + 4 + n;
        f->count++;
    }
}

static void acknowledge(front *f)
{
    static const char receipt[] = "\x84\xa1v\x01\xa6status\xa2ok\xa4"
                                  "code\xa8recorded\xa2id\xc4\x10";
    static const char topic[] = "J.530900.report.assigned";
    char answer[sizeof receipt - 1 + ID];
    zmq_msg_t m;
    zmq_msg_init(&m);
    if (zmq_msg_recv(&m, f->batches, ZMQ_DONTWAIT) < 0) return;
    f->under_way--;
    memcpy(answer, receipt, sizeof receipt - 1);
    const char *p = zmq_msg_data(&m), *end = p + zmq_msg_size(&m);
    for (; p < end; p += PEER + ID) {
        memcpy(answer + sizeof receipt - 1, p + PEER, ID);
        zmq_send(f->intake, p, PEER, ZMQ_SNDMORE);
        zmq_send(f->intake, answer, sizeof answer, 0);
        zmq_send(f->events, topic, sizeof topic - 1, ZMQ_SNDMORE);
        zmq_send(f->events, answer, sizeof answer, 0);
    }
    zmq_msg_close(&m);
}

static void run_front(const char *dir, size_t id_at)
{
    void *ctx = zmq_ctx_new();
    front f = { .room = 1 << 20, .batch = malloc(1 << 20), .id_at = id_at };
    f.batches = open_socket(ctx, ZMQ_PAIR, dir, "batches", true);
    f.intake = open_socket(ctx, ZMQ_ROUTER, dir, "intake.sock", true);
    f.events = open_socket(ctx, ZMQ_PUB, dir, "events.sock", true);
    zmq_pollitem_t items[] = { { f.intake, 0, ZMQ_POLLIN, 0 }, { f.batches, 0, ZMQ_POLLIN, 0 } };
    for (;;) {
        items[0].events = f.count < BATCH ? ZMQ_POLLIN : 0;
        if (zmq_poll(items, 2, -1) < 0) return;
        if (items[1].revents) acknowledge(&f);
        gather(&f);
        if (f.count == 0 || f.under_way == 2) continue;
        zmq_send(f.batches, f.batch, f.batch_n, 0);
        f.under_way++;
        f.batch_n = 0;
        f.count = 0;
    }
}

int jd_bare_run(const char *dir, size_t id_at)
{
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run_store(dir);
        return 0;
    }
    run_front(dir, id_at);
    return 0;
}
