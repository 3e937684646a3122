#include "daemon/zloop.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <zmq.h>

#include "base/log.h"
#include "proto/decode.h"

enum { SOCKETS = 16, LINGER_MS = 3000 };
enum {
    FAILED =
        ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
};

struct jd_zsocket {
    jd_zloop *z;
    void *s;
    uv_poll_t poll;
    bool readable; /* of a type that is read */
    bool reading;
    bool look; /* there may be something to be read */
    int at_a_time;
    jd_on_message f;
    void *arg;
    void *monitor;  /* of a socket with keys */
    jd_peers peers; /* likewise */
};

struct jd_zloop {
    void *ctx;
    uv_loop_t *loop;
    uv_prepare_t prepare;
    uv_check_t check;
    uv_idle_t idle;
    void (*after)(void *, bool);
    void *arg;
    int n;
    jd_zsocket sockets[SOCKETS];
};

/* To ask libzmq takes two calls of the system, and there are half a dozen sockets a round: those are asked whose descriptor
 * has said something, and those that were sent something on, for then libzmq may have taken in what it would have said. */
static bool has_input(jd_zsocket *s)
{
    int events = 0;
    size_t n = sizeof events;
    if (!s->look || !s->reading) return false;
    s->look = zmq_getsockopt(s->s, ZMQ_EVENTS, &events, &n) == 0 && (events & ZMQ_POLLIN);
    return s->look;
}

static void on_idle(uv_idle_t *h)
{
    (void)h; /* it exists so that the loop does not sleep */
}

static void on_wakeup(uv_poll_t *h, int status, int events)
{
    (void)status, (void)events;
    ((jd_zsocket *)h->data)->look = true; /* check reads */
}

static bool any_input(jd_zloop *z)
{
    bool any = false;
    for (int i = 0; i < z->n; i++) any |= has_input(&z->sockets[i]);
    return any;
}

static void on_prepare(uv_prepare_t *h)
{
    jd_zloop *z = h->data;
    if (any_input(z))
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
    /* of the last frame, not the first: libzmq 4.3.4 loses it on a routing id that was read ahead */
    if (m.n && s->monitor) m.user = zmq_msg_gets(&part[kept - 1], "User-Id");
    m.fd = m.user ? zmq_msg_get(&part[kept - 1], ZMQ_SRCFD) : -1;
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
        for (int k = 0; k < s->at_a_time && s->look && s->reading; k++) s->look = receive(s);
    }
    if (z->after) z->after(z->arg, any_input(z));
}

jd_zloop *jd_zloop_new(uv_loop_t *loop)
{
    jd_zloop *z = calloc(1, sizeof *z);
    if (!z) return NULL;
    z->ctx = zmq_ctx_new();
    /* One thread: what the monitor says of a connection is then said before what that connection itself brings. */
    if (z->ctx) zmq_ctx_set(z->ctx, ZMQ_IO_THREADS, 1);
    z->loop = loop;
    uv_prepare_init(loop, &z->prepare);
    uv_check_init(loop, &z->check);
    uv_idle_init(loop, &z->idle);
    z->prepare.data = z->check.data = z->idle.data = z;
    uv_prepare_start(&z->prepare, on_prepare);
    uv_check_start(&z->check, on_check);
    return z;
}

void jd_zloop_after(jd_zloop *z, void (*after)(void *, bool), void *arg)
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
    set(s, ZMQ_LINGER, type == JD_Z_PAIR ? 0 : LINGER_MS);
    set(s, ZMQ_SNDHWM, hwm.out);
    set(s, ZMQ_RCVHWM, hwm.in);
    if (type == JD_Z_PAIR) return; /* both ends are ours */
    set(s, ZMQ_HANDSHAKE_IVL, 5000);
    set(s, ZMQ_HEARTBEAT_IVL, 5000);
    set(s, ZMQ_HEARTBEAT_TIMEOUT, 15000);
    set(s, ZMQ_BACKLOG, 512);
    zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &max, sizeof max);
    if (type == JD_Z_XPUB)
        set(s, ZMQ_XPUB_VERBOSER, 1); /* each subscription is shown, not only a topic's first and last */
    if (type != JD_Z_ROUTER) return;
    set(s, ZMQ_ROUTER_MANDATORY, 1); /* a lost peer is an error, not silence */
    set(s, ZMQ_ROUTER_HANDOVER, 0);  /* nobody takes another's routing id over */
}

/* What is bound from here on speaks CURVE, and nobody gets in whom the ZAP handler does not let in. */
static bool lock_with_key(jd_zloop *z, jd_zsocket *s, const jd_zplan *plan)
{
    static int serial;
    char address[40];
    int zero = 0;
    set(s->s, ZMQ_CURVE_SERVER, 1);
    if (zmq_setsockopt(s->s, ZMQ_CURVE_SECRETKEY, plan->secret, strlen(plan->secret) + 1) != 0 ||
        zmq_setsockopt(s->s, ZMQ_ZAP_DOMAIN, plan->domain, strlen(plan->domain)) != 0)
        return false;
    snprintf(address, sizeof address, "inproc://doings-%d", ++serial);
    if (zmq_socket_monitor(s->s, address, FAILED | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_DISCONNECTED) != 0) return false;
    s->monitor = zmq_socket(z->ctx, ZMQ_PAIR);
    /* without a bound: what reports is an I/O thread, which must not wait for us */
    if (s->monitor) set(s->monitor, ZMQ_RCVHWM, zero);
    if (s->monitor) set(s->monitor, ZMQ_LINGER, zero);
    return s->monitor && zmq_connect(s->monitor, address) == 0;
}

/* A stale socket file of a dead daemon would be bound over silently anyway; two living daemons are kept
 * apart by the lock in the runtime folder. */
static bool bind_one(jd_zsocket *s, const char *endpoint, mode_t forbidden)
{
    mode_t mask = umask(forbidden);
    int rc = zmq_bind(s->s, endpoint), why = errno;
    umask(mask);
    errno = why;
    return rc == 0;
}

static bool attach(jd_zsocket *s, const jd_zplan *plan)
{
    const jd_endpoints *e = plan->endpoints;
    mode_t forbidden = plan->type == JD_Z_PAIR ? 0177 : 0117; /* our own end alone, or the group's programs */
    for (int i = 0; i < e->n; i++) {
        if (plan->connects ? zmq_connect(s->s, e->v[i]) == 0 : bind_one(s, e->v[i], forbidden)) continue;
        jd_log(JD_ERR, "%s: %s", e->v[i], zmq_strerror(errno));
        return false;
    }
    return true;
}

static void close_socket(jd_zsocket *s)
{
    if (s->monitor) zmq_socket_monitor(s->s, NULL, 0);
    if (s->monitor) zmq_close(s->monitor);
    zmq_close(s->s);
    s->s = s->monitor = NULL;
    jd_peers_free(&s->peers);
}

jd_zsocket *jd_z_bind(jd_zloop *z, const jd_zplan *plan)
{
    static const int types[] = { ZMQ_ROUTER, ZMQ_PULL, ZMQ_XPUB, ZMQ_REP, ZMQ_PAIR };
    jd_zsocket *s = &z->sockets[z->n];
    int fd;
    size_t n = sizeof fd;
    bool reads = plan->f != NULL;
    if (z->n == SOCKETS) return NULL;
    *s = (jd_zsocket){ .z = z,
                       .readable = reads,
                       .reading = reads,
                       .look = reads,
                       .at_a_time = plan->type == JD_Z_PAIR ? INT_MAX : JD_AT_A_TIME,
                       .f = plan->f,
                       .arg = plan->arg };
    s->s = zmq_socket(z->ctx, types[plan->type]);
    if (!s->s) return NULL;
    set_options(s->s, plan->type, plan->hwm);
    bool locked = !plan->secret || lock_with_key(z, s, plan);
    if (!locked) jd_log(JD_ERR, "the server's key: %s", zmq_strerror(errno));
    if (!locked || !attach(s, plan) || zmq_getsockopt(s->s, ZMQ_FD, &fd, &n) != 0) {
        close_socket(s);
        return NULL;
    }
    z->n++;
    uv_poll_init(z->loop, &s->poll, fd);
    s->poll.data = s;
    if (s->readable) uv_poll_start(&s->poll, UV_READABLE, on_wakeup);
    return s;
}

/* ------------------------------------------------------------ peers */

/* A monitor's message is two frames: event and value, and the endpoint. False when there is none. */
static bool next_event(void *monitor, uint16_t *event, int32_t *value)
{
    uint8_t frame[6];
    char endpoint[256];
    if (zmq_recv(monitor, frame, sizeof frame, ZMQ_DONTWAIT) < (int)sizeof frame) return false;
    zmq_recv(monitor, endpoint, sizeof endpoint, ZMQ_DONTWAIT);
    memcpy(event, frame, sizeof *event);
    memcpy(value, frame + sizeof *event, sizeof *value);
    return true;
}

jd_peers *jd_z_peers(jd_zsocket *s, uint64_t *failed)
{
    uint16_t event;
    int32_t fd;
    while (s->monitor && next_event(s->monitor, &event, &fd)) {
        if (event == ZMQ_EVENT_ACCEPTED) jd_peer_came(&s->peers, fd, uv_now(s->z->loop));
        if (event == ZMQ_EVENT_DISCONNECTED) jd_peer_went(&s->peers, fd);
        *failed += (event & FAILED) != 0;
    }
    return &s->peers;
}

const jd_peers *jd_z_known_peers(const jd_zsocket *s)
{
    return &s->peers;
}

void jd_z_hang_up(jd_zsocket *s, int fd)
{
    jd_peer *e = jd_peer_find(&s->peers, fd, UINT64_MAX);
    if (!e || e->ended) return;
    e->ended = true;
    shutdown(fd, SHUT_RDWR);
}

bool jd_z_key_pair(const char *secret, const char *public_key)
{
    char derived[41];
    return zmq_curve_public(derived, secret) == 0 && strcmp(derived, public_key) == 0;
}

void jd_z_reading(jd_zsocket *s, bool on)
{
    if (!s || s->reading == on || uv_is_closing((uv_handle_t *)&s->poll)) return;
    s->reading = on;
    s->look = true; /* what has come may have been said before */
    if (on)
        uv_poll_start(&s->poll, UV_READABLE, on_wakeup);
    else
        uv_poll_stop(&s->poll); /* it would go on saying so, and the loop turn round and round */
}

bool jd_z_send(jd_zsocket *s, jd_str part, bool more)
{
    s->look = s->readable;
    return zmq_send(s->s, part.p, part.n, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

/* The descriptor belongs to libzmq: it may go only after libuv has let go of it. */
static void on_poll_closed(uv_handle_t *h)
{
    close_socket(h->data);
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
