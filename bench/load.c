#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "bench/bench.h"

enum { CLIENTS_MAX = 64 };

typedef struct run {
    const jd_load *l;
    void *ctx;
    void *socket[CLIENTS_MAX];
    char *header;
    uint64_t sent, got, not_ok;
} run;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Version 7: milliseconds in front, then a counter, so ids are in order. */
static void next_id(run *r)
{
    struct timespec t;
    uint8_t *id = (uint8_t *)r->header + r->l->id_at;
    clock_gettime(CLOCK_REALTIME, &t);
    uint64_t ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    for (int i = 0; i < 6; i++) id[i] = (uint8_t)(ms >> (40 - 8 * i));
    id[6] = 0x70;
    id[8] = 0x80;
    for (int i = 0; i < 7; i++) id[9 + i] = (uint8_t)(r->sent >> (48 - 8 * i));
}

static void send_one(run *r, void *socket)
{
    next_id(r);
    if (zmq_send(socket, r->header, r->l->header_n, ZMQ_SNDMORE) < 0 ||
        zmq_send(socket, r->l->body, r->l->body_n, 0) < 0)
        exit((perror("bench: send"), 1));
    r->sent++;
}

static bool receive_one(run *r, void *socket)
{
    zmq_msg_t m;
    zmq_msg_init(&m);
    if (zmq_msg_recv(&m, socket, ZMQ_DONTWAIT) < 0) return false;
    /* status "ok" as msgpack writes it; the bare loop's acknowledgements carry it too */
    if (!memmem(zmq_msg_data(&m), zmq_msg_size(&m), "\xa6status\xa2ok", 10)) r->not_ok++;
    zmq_msg_close(&m);
    r->got++;
    return true;
}

static void connect_all(run *r)
{
    int hwm = 0, linger = 0;
    r->ctx = zmq_ctx_new();
    for (int i = 0; i < r->l->clients; i++) {
        r->socket[i] = zmq_socket(r->ctx, ZMQ_DEALER);
        zmq_setsockopt(r->socket[i], ZMQ_SNDHWM, &hwm, sizeof hwm);
        zmq_setsockopt(r->socket[i], ZMQ_RCVHWM, &hwm, sizeof hwm);
        zmq_setsockopt(r->socket[i], ZMQ_LINGER, &linger, sizeof linger);
        if (zmq_connect(r->socket[i], r->l->endpoint) != 0) exit((perror(r->l->endpoint), 1));
    }
}

/* Whoever got an answer sends the next, until the time is over. */
static void pump(run *r, double end)
{
    zmq_pollitem_t items[CLIENTS_MAX];
    bool more = true;
    for (int i = 0; i < r->l->clients; i++) items[i] = (zmq_pollitem_t){ r->socket[i], 0, ZMQ_POLLIN, 0 };
    while (r->got < r->sent) {
        if (zmq_poll(items, r->l->clients, 10000) <= 0) exit((fprintf(stderr, "bench: no answer for 10 s\n"), 1));
        more = more && now() < end;
        for (int i = 0; i < r->l->clients; i++)
            while ((items[i].revents & ZMQ_POLLIN) && receive_one(r, r->socket[i]))
                if (more) send_one(r, r->socket[i]);
    }
}

jd_measure jd_load_run(const jd_load *l)
{
    run r = { .l = l, .header = malloc(l->header_n) };
    memcpy(r.header, l->header, l->header_n);
    connect_all(&r);
    double start = now();
    for (int i = 0; i < l->outstanding; i++) send_one(&r, r.socket[i % l->clients]);
    pump(&r, start + l->seconds);
    double took = now() - start;
    for (int i = 0; i < l->clients; i++) zmq_close(r.socket[i]);
    zmq_ctx_term(r.ctx);
    free(r.header);
    return (jd_measure){ .acknowledged = r.got,
                         .seconds = took,
                         .per_second = (double)r.got / took,
                         .latency_us = took * 1e6 * l->outstanding / (double)r.got,
                         .not_ok = r.not_ok };
}
