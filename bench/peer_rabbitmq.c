/* RabbitMQ: persistent messages to a durable queue, with publisher confirms. */
#include <amqp.h>
#include <amqp_tcp_socket.h>

#include "bench/peers.h"

enum { CHANNEL = 1, ROOM = 65536 };

typedef struct run {
    const jd_peer_load *l;
    amqp_connection_state_t c;
    amqp_bytes_t queue;
    uint64_t sent, got; /* delivery tags count from 1 */
    uint64_t lowest;    /* that is not settled */
    bool settled[ROOM];
} run;

static void must(amqp_rpc_reply_t r, const char *what)
{
    if (r.reply_type == AMQP_RESPONSE_NORMAL) return;
    jd_fail("rabbitmq: %s: %s", what,
            r.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION ? amqp_error_string2(r.library_error) : "refused");
}

static void declare(run *r)
{
    amqp_table_entry_t kind = { .key = amqp_cstring_bytes("x-queue-type") };
    amqp_table_t arguments = { 1, &kind };
    kind.value.kind = AMQP_FIELD_KIND_UTF8;
    kind.value.value.bytes = amqp_cstring_bytes(r->l->kind);
    r->queue = amqp_cstring_bytes(r->l->kind); /* named by its type */
    amqp_queue_declare(r->c, CHANNEL, r->queue, 0, 1, 0, 0, arguments);
    must(amqp_get_rpc_reply(r->c), "declaring the queue");
}

static void open_one(run *r)
{
    r->c = amqp_new_connection();
    amqp_socket_t *s = amqp_tcp_socket_new(r->c);
    if (!s || amqp_socket_open(s, "127.0.0.1", r->l->port)) jd_fail("rabbitmq: cannot connect");
    must(amqp_login(r->c, "/", 0, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"), "login");
    amqp_channel_open(r->c, CHANNEL);
    must(amqp_get_rpc_reply(r->c), "opening a channel");
    declare(r);
    amqp_confirm_select(r->c, CHANNEL);
    must(amqp_get_rpc_reply(r->c), "asking for confirms");
}

static void publish(run *r)
{
    amqp_basic_properties_t p = { ._flags = AMQP_BASIC_DELIVERY_MODE_FLAG, .delivery_mode = 2 };
    amqp_bytes_t body = { r->l->message.n, (void *)(uintptr_t)r->l->message.p };
    int rc = amqp_basic_publish(r->c, CHANNEL, amqp_cstring_bytes(""), r->queue, 0, 0, &p, body);
    if (rc != AMQP_STATUS_OK) jd_fail("rabbitmq: %s", amqp_error_string2(rc));
    r->sent++;
}

static void settle(run *r, uint64_t tag)
{
    r->got += !r->settled[tag % ROOM];
    r->settled[tag % ROOM] = true;
}

/* An acknowledgement stands for one, or for all before it too; they come in any order. */
static void take(run *r, const amqp_frame_t *f)
{
    const amqp_basic_ack_t *a = f->payload.method.decoded;
    if (f->frame_type != AMQP_FRAME_METHOD) return;
    if (f->payload.method.id != AMQP_BASIC_ACK_METHOD) jd_fail("rabbitmq: not confirmed");
    for (uint64_t tag = a->multiple ? r->lowest : a->delivery_tag; tag <= a->delivery_tag; tag++) settle(r, tag);
    while (r->lowest <= r->sent && r->settled[r->lowest % ROOM]) r->settled[r->lowest++ % ROOM] = false;
}

static void pump(run *r, double end)
{
    const uint64_t window = (uint64_t)r->l->outstanding;
    for (;;) {
        bool more = jd_now() < end;
        while (more && r->sent - r->got < window && r->sent + 1 - r->lowest < ROOM - 1) publish(r);
        if (r->got >= r->sent) return;
        struct timeval wait = { .tv_sec = 20 }, none = { 0 };
        amqp_frame_t f;
        for (int rc = amqp_simple_wait_frame_noblock(r->c, &f, &wait); rc != AMQP_STATUS_TIMEOUT;
             rc = amqp_simple_wait_frame_noblock(r->c, &f, &none)) {
            if (rc != AMQP_STATUS_OK) jd_fail("rabbitmq: %s", amqp_error_string2(rc));
            take(r, &f);
        }
        amqp_maybe_release_buffers(r->c);
    }
}

jd_measure jd_rabbitmq_run(const jd_peer_load *l)
{
    static run r;
    r = (run){ .l = l, .lowest = 1 };
    open_one(&r);
    double cpu = jd_cpu_now(), start = jd_now();
    pump(&r, start + l->seconds);
    jd_measure m = jd_measured(r.got, jd_now() - start, jd_cpu_now() - cpu, l->outstanding);
    amqp_connection_close(r.c, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(r.c);
    return m;
}
