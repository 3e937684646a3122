#include "daemon/zloop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <zmq.h>

#include "base/log.h"
#include "proto/decode.h"

enum { SOCKETS = 3, BUDGET = 512, LINGER_MS = 3000 };

struct jd_zsocket {
    jd_zloop *z;
    void *s;
    uv_poll_t poll;
    bool readable; /* of a type that is read */
    bool reading;
    jd_on_message f;
    void *arg;
};

struct jd_zloop {
    void *ctx;
    uv_loop_t *loop;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_idle_t idle;
    void (*after)(void *);
    void *arg;
    int n;
    jd_zsocket sockets[SOCKETS];
};

static bool has_input(jd_zsocket *s)
{
    int events = 0;
    size_t n = sizeof events;
    if (!s->readable || !s->reading) return false;
    return zmq_getsockopt(s->s, ZMQ_EVENTS, &events, &n) == 0 && (events & ZMQ_POLLIN);
}

static void on_idle(uv_idle_t *h)
{
    (void)h; /* it exists so that the loop does not sleep */
}

static void on_wakeup(uv_poll_t *h, int status, int events)
{
    (void)h, (void)status, (void)events; /* check reads */
}

static void on_prepare(uv_prepare_t *h)
{
    jd_zloop *z = h->data;
    bool input = false;
    for (int i = 0; i < z->n; i++) input |= has_input(&z->sockets[i]);
    if (input)
        uv_idle_start(&z->idle, on_idle);
    else
        uv_idle_stop(&z->idle);
}

/* One message of any number of frames; false when there is none. */
static bool receive(jd_zsocket *s)
{
    zmq_msg_t part[JD_FRAMES_MAX], extra;
    jd_zmessage m = { 0 };
    int more = 1, kept = 0;
    while (more) {
        zmq_msg_t *p = kept < JD_FRAMES_MAX ? &part[kept] : &extra;
        zmq_msg_init(p);
        if (zmq_msg_recv(p, s->s, ZMQ_DONTWAIT) < 0) {
            zmq_msg_close(p);
            break; /* only ever at a message's first part: zmq delivers whole messages */
        }
        more = zmq_msg_more(p);
        if (kept < JD_FRAMES_MAX)
            m.frame[kept++] = (jd_str){ zmq_msg_data(p), (uint32_t)zmq_msg_size(p) };
        else
            zmq_msg_close(p);
        m.n++;
    }
    if (m.n) s->f(s->arg, &m);
    while (kept) zmq_msg_close(&part[--kept]);
    return m.n > 0;
}

static void on_check(uv_check_t *h)
{
    jd_zloop *z = h->data;
    uv_idle_stop(&z->idle);
    for (int i = 0; i < z->n; i++) {
        jd_zsocket *s = &z->sockets[i];
        if (!has_input(s)) continue;
        for (int k = 0; k < BUDGET && s->reading && receive(s); k++) continue;
    }
    if (z->after) z->after(z->arg);
}

jd_zloop *jd_zloop_new(uv_loop_t *loop)
{
    jd_zloop *z = calloc(1, sizeof *z);
    if (!z) return NULL;
    z->ctx = zmq_ctx_new();
    z->loop = loop;
    uv_prepare_init(loop, &z->prepare);
    uv_check_init(loop, &z->check);
    uv_idle_init(loop, &z->idle);
    z->prepare.data = z->check.data = z->idle.data = z;
    uv_prepare_start(&z->prepare, on_prepare);
    uv_check_start(&z->check, on_check);
    return z;
}

void jd_zloop_after(jd_zloop *z, void (*after)(void *), void *arg)
{
    z->after = after;
    z->arg = arg;
}

static void set(void *s, int option, int value)
{
    if (zmq_setsockopt(s, option, &value, sizeof value) != 0)
        jd_die(JD_EX_SOFTWARE, "zmq option %d: %s", option, zmq_strerror(errno));
}

static void set_options(void *s, jd_ztype type, jd_hwm hwm)
{
    int64_t max = JD_BODY_LARGE + JD_HEADER_MAX;
    set(s, ZMQ_LINGER, LINGER_MS);
    set(s, ZMQ_SNDHWM, hwm.out);
    set(s, ZMQ_RCVHWM, hwm.in);
    set(s, ZMQ_HANDSHAKE_IVL, 5000);
    set(s, ZMQ_HEARTBEAT_IVL, 5000);
    set(s, ZMQ_HEARTBEAT_TIMEOUT, 15000);
    set(s, ZMQ_BACKLOG, 512);
    zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &max, sizeof max);
    if (type != JD_Z_ROUTER) return;
    set(s, ZMQ_ROUTER_MANDATORY, 1); /* a lost peer is an error, not silence */
    set(s, ZMQ_ROUTER_HANDOVER, 0);  /* nobody takes another's routing id over */
}

/* A stale socket file of a dead daemon would be bound over silently anyway; two living daemons are kept
 * apart by the lock in the runtime folder. */
static bool bind_all(void *s, const jd_endpoints *e)
{
    for (int i = 0; i < e->n; i++) {
        mode_t mask = umask(0117);
        int rc = zmq_bind(s, e->v[i]);
        umask(mask);
        if (rc == 0) continue;
        jd_log(JD_ERR, "%s: %s", e->v[i], zmq_strerror(errno));
        return false;
    }
    return true;
}

jd_zsocket *jd_z_bind(jd_zloop *z, jd_ztype type, const jd_endpoints *e, jd_hwm hwm, jd_on_message f, void *arg)
{
    static const int types[] = { ZMQ_ROUTER, ZMQ_PULL, ZMQ_PUB };
    jd_zsocket *s = &z->sockets[z->n];
    int fd;
    size_t n = sizeof fd;
    *s = (jd_zsocket){
        .z = z, .s = zmq_socket(z->ctx, types[type]), .readable = f != NULL, .reading = f != NULL, .f = f, .arg = arg
    };
    if (!s->s) return NULL;
    set_options(s->s, type, hwm);
    if (!bind_all(s->s, e) || zmq_getsockopt(s->s, ZMQ_FD, &fd, &n) != 0) {
        zmq_close(s->s);
        return NULL;
    }
    z->n++;
    uv_poll_init(z->loop, &s->poll, fd);
    s->poll.data = s;
    if (s->readable) uv_poll_start(&s->poll, UV_READABLE, on_wakeup);
    return s;
}

void jd_z_reading(jd_zsocket *s, bool on)
{
    s->reading = on;
}

bool jd_z_send(jd_zsocket *s, jd_str part, bool more)
{
    return zmq_send(s->s, part.p, part.n, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

/* The descriptor belongs to libzmq: it may go only after libuv has let go of it. */
static void on_poll_closed(uv_handle_t *h)
{
    jd_zsocket *s = h->data;
    zmq_close(s->s);
    s->s = NULL;
}

void jd_zloop_close(jd_zloop *z)
{
    for (int i = 0; i < z->n; i++) {
        uv_poll_stop(&z->sockets[i].poll);
        uv_close((uv_handle_t *)&z->sockets[i].poll, on_poll_closed);
    }
    uv_close((uv_handle_t *)&z->prepare, NULL);
    uv_close((uv_handle_t *)&z->check, NULL);
    uv_close((uv_handle_t *)&z->idle, NULL);
}

void jd_zloop_free(jd_zloop *z)
{
    zmq_ctx_term(z->ctx);
    free(z);
}
