/* Single requests: what a part needs to be so before it measures, and questions while it does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "bench/bench.h"
#include "bench/messages.h"
#include "proto/pack.h"

static size_t pack_header(jd_buf *b, const char *type, const char *at)
{
    jd_pack_map(b, at ? 5 : 4);
    jd_pack_ku(b, "v", 1);
    jd_pack_kz(b, "type", type);
    jd_pack_kz(b, "division", "530900");
    if (at) jd_pack_kz(b, "at", at);
    jd_pack_z(b, "id");
    jd_pack_bin(b, (jd_str){ "0123456789abcdef", 16 });
    return b->n - 16;
}

jd_message jd_report(void)
{
    static jd_buf header, body;
    static size_t id_at;
    if (!header.n) {
        id_at = pack_header(&header, "report.submit", NULL);
        jd_bench_report(&body, "S-530900-00000001");
    }
    return (jd_message){ .header = header.p, .body = body.p, .header_n = header.n, .body_n = body.n, .id_at = id_at };
}

bool jd_answer_ok(const char *answer, size_t n)
{
    return memmem(answer, n, "\xa6status\xa2ok", 10) != NULL;
}

void *jd_ask_open(const char *endpoint, const jd_keys *keys, int timeout_ms, void **ctx)
{
    int linger = 0;
    *ctx = zmq_ctx_new();
    void *s = zmq_socket(*ctx, ZMQ_DEALER);
    zmq_setsockopt(s, ZMQ_RCVTIMEO, &timeout_ms, sizeof timeout_ms);
    zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof linger);
    if (keys) {
        zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, keys->server, 41);
        zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, keys->client, 41);
        zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, keys->client_secret, 41);
    }
    if (zmq_connect(s, endpoint) != 0) jd_fail("%s: %m", endpoint);
    return s;
}

void jd_ask_close(void *socket, void *ctx)
{
    zmq_close(socket);
    zmq_ctx_term(ctx);
}

void jd_ask_header(jd_buf *b, const char *type, const char *at)
{
    static uint64_t serial;
    b->n = 0;
    size_t id_at = pack_header(b, type, at);
    if (b->failed) jd_fail("out of memory");
    jd_next_id((uint8_t *)b->p + id_at, ++serial);
}

size_t jd_ask(void *socket, const char *type, const char *at, const char *body, size_t body_n, char *answer, size_t n)
{
    jd_buf header = { 0 };
    jd_ask_header(&header, type, at);
    zmq_send(socket, header.p, header.n, ZMQ_SNDMORE);
    zmq_send(socket, body, body_n, 0);
    int got = zmq_recv(socket, answer, n, 0);
    jd_buf_free(&header);
    return got < 0 ? 0 : (size_t)got < n ? (size_t)got : n;
}

static void must(void *socket, const char *type, jd_buf *body)
{
    char answer[65536];
    size_t n = jd_ask(socket, type, NULL, body->p, body->n, answer, sizeof answer);
    if (!jd_answer_ok(answer, n)) jd_fail("%s was not recorded: %.*s", type, (int)n, answer);
    body->n = 0;
}

void jd_appoint(const char *endpoint)
{
    static const char *const facts[] = { "severe_bad_credit", "admin_penalty", "criminal_punishment" };
    void *ctx, *s = jd_ask_open(endpoint, NULL, 20000, &ctx);
    jd_buf b = { 0 };
    jd_bench_form(&b);
    must(s, "application.submit", &b);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        jd_bench_fact(&b, "A-530900-00000001", facts[i], jd_day_from_ms((jd_ms)time(NULL) * 1000));
        must(s, "fact.assert", &b);
    }
    jd_bench_decision(&b);
    must(s, "application.decide", &b);
    jd_buf_free(&b);
    jd_ask_close(s, ctx);
}
