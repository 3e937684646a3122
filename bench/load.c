/* Requests by raw DEALER sockets: whoever got an answer sends the next. */
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
    double start;
} run;

/* Milliseconds in front, then the counter. */
void jd_next_id(uint8_t id[16], uint64_t n)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    uint64_t ms = (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
    for (int i = 0; i < 6; i++) id[i] = (uint8_t)(ms >> (40 - 8 * i));
    id[6] = 0x70;
    id[8] = 0x80;
    for (int i = 0; i < 7; i++) id[9 + i] = (uint8_t)(n >> (48 - 8 * i));
}

static void send_one(run *r, void *socket)
{
    const jd_message *m = &r->l->message;
    jd_next_id((uint8_t *)r->header + m->id_at, r->sent);
    if (zmq_send(socket, r->header, m->header_n, ZMQ_SNDMORE) < 0 || zmq_send(socket, m->body, m->body_n, 0) < 0)
        jd_fail("send: %m");
    r->sent++;
}

static bool receive_one(run *r, void *socket)
{
    zmq_msg_t m;
    zmq_msg_init(&m);
    if (zmq_msg_recv(&m, socket, ZMQ_DONTWAIT) < 0) return false;
    /* status "ok" as msgpack writes it; the bare loop's acknowledgements carry it too */
    if (!jd_answer_ok(zmq_msg_data(&m), zmq_msg_size(&m))) r->not_ok++;
    zmq_msg_close(&m);
    r->got++;
    return true;
}

static void use_keys(void *socket, const jd_keys *k)
{
    if (!k) return;
    zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, k->server, 41);
    zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, k->client, 41);
    zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, k->client_secret, 41);
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
        use_keys(r->socket[i], r->l->keys);
        if (zmq_connect(r->socket[i], r->l->endpoint) != 0) jd_fail("%s: %m", r->l->endpoint);
    }
}

/* With a bound on the rate a receipt alone does not let the next one go. */
static bool may_send(const run *r, double now)
{
    if (r->sent - r->got >= (uint64_t)r->l->outstanding) return false;
    return r->l->per_second <= 0 || (double)r->sent < (now - r->start) * r->l->per_second;
}

static int wait_ms(const run *r)
{
    return r->l->per_second > 0 ? 1 : 10000;
}

static void pump(run *r, double end)
{
    zmq_pollitem_t items[CLIENTS_MAX];
    for (int i = 0; i < r->l->clients; i++) items[i] = (zmq_pollitem_t){ r->socket[i], 0, ZMQ_POLLIN, 0 };
    double now = jd_now(), heard = now;
    while (r->got < r->sent || now < end) {
        for (int i = 0; now < end && may_send(r, now); i++) send_one(r, r->socket[i % r->l->clients]);
        if (zmq_poll(items, r->l->clients, wait_ms(r)) > 0) heard = now;
        if (now - heard > 10) jd_fail("%s: no answer for 10 s", r->l->endpoint);
        for (int i = 0; i < r->l->clients; i++)
            while ((items[i].revents & ZMQ_POLLIN) && receive_one(r, r->socket[i]))
                if (now < end && may_send(r, now)) send_one(r, r->socket[i]);
        now = jd_now();
    }
}

jd_measure jd_load_run(const jd_load *l)
{
    run r = { .l = l, .header = malloc(l->message.header_n) };
    memcpy(r.header, l->message.header, l->message.header_n);
    connect_all(&r);
    double cpu = jd_cpu_now();
    r.start = jd_now();
    pump(&r, r.start + l->seconds);
    jd_measure m = jd_measured(r.got, jd_now() - r.start, jd_cpu_now() - cpu, l->outstanding);
    m.not_ok = r.not_ok;
    for (int i = 0; i < l->clients; i++) zmq_close(r.socket[i]);
    zmq_ctx_term(r.ctx);
    free(r.header);
    return m;
}
