/* Requests, receipts, and what happens when one of them is lost: after `timeout_ms` everything
 * outstanding is sent again, under the same ids, through a fresh socket (the old one may hold half
 * a conversation with a daemon that is gone). */
#include <errno.h>
#include <stdlib.h>
#include <zmq.h>

#include "ctl/lib/pending.h"
#include "proto/check.h"

/* Pauses in ms, before what was answered busy goes again. */
enum { WINDOW_MAX = 65536, PAUSE_FIRST = 50, PAUSE_MAX = 1000 };

struct jd_client {
    void *context, *socket, *push_socket;
    char *intake, *push;
    jd_curve keys;
    int timeout, retries, busy;
    size_t window;
    jd_pendings all;
    jd_reply *ready, **ready_end;
    size_t ready_n;
    jd_uuid7 uuids;
    jd_frames in;
};

/* ------------------------------------------------------------ open and close */

static int option(int given, int otherwise)
{
    if (given < 0) return 0;
    return given ? given : otherwise;
}

static char *copy(const char *z)
{
    return z && *z ? strdup(z) : NULL;
}

static int open_socket(jd_client *c)
{
    c->socket = jd_zmq_socket(c->context, ZMQ_DEALER, c->intake, 0, &c->keys);
    if (c->socket) return JD_RC_OK;
    return errno == EINVAL || errno == EPROTONOSUPPORT || errno == ENODEV ? JD_RC_ENDPOINT : JD_RC_SYSTEM;
}

static void take_options(jd_client *c, const jd_options *o)
{
    c->intake = copy(o->intake);
    c->push = copy(o->push);
    c->timeout = option(o->timeout_ms, 5000);
    c->retries = option(o->retries, 3);
    c->busy = option(o->busy_ms, 10000);
    c->window = (size_t)(o->window > WINDOW_MAX ? WINDOW_MAX : o->window > 0 ? o->window : 1024);
    if (c->timeout == 0) c->timeout = 1; /* a try must be able to be answered */
}

int jd_client_open(jd_client **out, const jd_options *o)
{
    if (!o || (!o->intake && !o->push)) return JD_RC_ENDPOINT;
    jd_client *c = calloc(1, sizeof *c);
    if (!c) return JD_RC_SYSTEM;
    take_options(c, o);
    c->ready_end = &c->ready;
    c->context = jd_zmq_hold();
    int rc = c->context ? jd_curve_read(&c->keys, o) : JD_RC_SYSTEM;
    if (rc == JD_RC_OK && c->intake) rc = open_socket(c);
    if (rc != JD_RC_OK)
        jd_client_close(&c);
    else
        *out = c;
    return rc;
}

void jd_client_close(jd_client **at)
{
    jd_client *c = at ? *at : NULL;
    if (!c) return;
    *at = NULL;
    int why = errno; /* also the way out of a failed open */
    jd_pending_drop_all(&c->all);
    for (jd_reply *r = c->ready; r; r = c->ready) {
        c->ready = r->next;
        jd_reply_free(&r);
    }
    if (c->socket) zmq_close(c->socket);
    if (c->push_socket) zmq_close(c->push_socket);
    if (c->context) jd_zmq_release();
    jd_buf_free(&c->in.bytes);
    free(c->intake);
    free(c->push);
    jd_certificate_forget(&c->keys.own);
    free(c);
    errno = why;
}

/* ------------------------------------------------------------ sending */

static bool send_frames(void *socket, jd_str header, jd_str body, int flags)
{
    return zmq_send(socket, header.p, header.n, flags | ZMQ_SNDMORE) >= 0 &&
           zmq_send(socket, body.p, body.n, flags) >= 0;
}

/* A failure shows itself as a missing receipt, like every other loss. */
static void transmit(jd_client *c, const jd_pending *p)
{
    jd_str header = { p->bytes, p->header_n }, body = { p->bytes + p->header_n, p->body_n };
    if (c->socket) send_frames(c->socket, header, body, ZMQ_DONTWAIT);
}

static int enqueue(jd_client *c, const jd_outgoing *o)
{
    if (jd_pending_find(&c->all, o->id)) return JD_RC_ARGUMENT; /* twice at once */
    jd_pending *p = jd_pending_new(o->id, jd_buf_view(&o->header), o->body);
    if (!p) return JD_RC_SYSTEM;
    p->due = jd_monotonic_ms() + c->timeout;
    jd_pending_put(&c->all, p);
    transmit(c, p);
    return JD_RC_OK;
}

int jd_client_send(jd_client *c, const jd_request *r, char id[JD_ID_SIZE])
{
    jd_outgoing o = { 0 };
    if (!c->intake) return JD_RC_ENDPOINT;
    if (jd_client_outstanding(c) >= c->window) return JD_RC_FULL;
    int rc = jd_outgoing_prepare(&o, r, &c->uuids);
    if (rc == JD_RC_OK) rc = enqueue(c, &o);
    if (rc == JD_RC_OK && id) jd_format_uuid(o.id, id);
    jd_buf_free(&o.header);
    return rc;
}

static bool open_push(jd_client *c)
{
    if (c->push_socket) return true;
    c->push_socket = jd_zmq_socket(c->context, ZMQ_PUSH, c->push, c->timeout, &c->keys);
    if (!c->push_socket) return false;
    zmq_setsockopt(c->push_socket, ZMQ_SNDTIMEO, &c->timeout, sizeof c->timeout);
    return true;
}

/* After a failure the socket may have half a message in it, so the next one gets another. */
static int push_frames(jd_client *c, const jd_outgoing *o)
{
    if (send_frames(c->push_socket, jd_buf_view(&o->header), o->body, 0)) return JD_RC_OK;
    int why = errno;
    zmq_close(c->push_socket);
    c->push_socket = NULL;
    errno = why;
    return why == EAGAIN ? JD_RC_TIMEOUT : why == EINTR ? JD_RC_INTERRUPTED : JD_RC_SYSTEM;
}

int jd_client_push(jd_client *c, const jd_request *r, char id[JD_ID_SIZE])
{
    jd_outgoing o = { 0 };
    if (!c->push || !open_push(c)) return JD_RC_ENDPOINT;
    int rc = jd_outgoing_prepare(&o, r, &c->uuids);
    if (rc == JD_RC_OK) rc = push_frames(c, &o);
    if (rc == JD_RC_OK && id) jd_format_uuid(o.id, id);
    jd_buf_free(&o.header);
    return rc;
}

/* ------------------------------------------------------------ receipts */

static void finish(jd_client *c, jd_pending *p, jd_reply *r)
{
    jd_pending_drop(&c->all, p);
    *c->ready_end = r;
    c->ready_end = &r->next;
    c->ready_n++;
}

/* Twice as long each time, and not in step with every other client that heard busy. */
static bool hold(jd_client *c, jd_pending *p, jd_ms now)
{
    if (!p->busy_since) p->busy_since = now;
    if (now - p->busy_since >= c->busy) return false;
    p->pause = p->pause ? p->pause * 2 : PAUSE_FIRST;
    if (p->pause > PAUSE_MAX) p->pause = PAUSE_MAX;
    jd_pending_due(&c->all, p, true, now + p->pause + p->id[15] % (p->pause / 2));
    return true;
}

/* A receipt nobody waits for is the second one of a request that was sent twice. */
static void take_receipt(jd_client *c, jd_str bytes, jd_ms now)
{
    jd_reply *r = jd_reply_parse(bytes);
    jd_pending *p = r ? jd_pending_find(&c->all, r->uuid) : NULL;
    if (!p || (r->status == JD_REPLY_BUSY && (p->held || hold(c, p, now))))
        jd_reply_free(&r);
    else
        finish(c, p, r);
}

static void receive_all(jd_client *c)
{
    jd_ms now = jd_monotonic_ms();
    while (c->socket && jd_zmq_receive(c->socket, &c->in))
        if (c->in.n == 1) take_receipt(c, c->in.frame[0], now);
}

/* ------------------------------------------------------------ what is due */

static int send_again(jd_client *c, jd_ms now)
{
    if (c->socket) zmq_close(c->socket);
    int rc = open_socket(c);
    for (jd_pending *p = c->all.sent.first; p; p = p->next) {
        p->due = now + c->timeout; /* all the same: the order stands */
        transmit(c, p);
    }
    return rc;
}

static int give_up(jd_client *c, jd_pending *p)
{
    jd_reply *r = jd_reply_unknown(p->id);
    if (!r) return JD_RC_SYSTEM;
    finish(c, p, r);
    return JD_RC_OK;
}

static int act_on_lost(jd_client *c, jd_ms now)
{
    int rc = JD_RC_OK;
    for (jd_pending *p = c->all.sent.first, *next; p && p->due <= now && rc == JD_RC_OK; p = next) {
        next = p->next;
        if (p->tries++ >= c->retries) rc = give_up(c, p);
    }
    return rc == JD_RC_OK ? send_again(c, now) : rc;
}

static int act_on_due(jd_client *c)
{
    jd_ms now = jd_monotonic_ms();
    for (jd_pending *p = c->all.held.first; p && p->due <= now; p = c->all.held.first) {
        jd_pending_due(&c->all, p, false, now + c->timeout);
        transmit(c, p);
    }
    bool lost = c->all.sent.first && c->all.sent.first->due <= now;
    return lost ? act_on_lost(c, now) : JD_RC_OK;
}

jd_ms jd_client_due(const jd_client *c)
{
    const jd_pending *sent = c->all.sent.first, *held = c->all.held.first;
    if (!sent || !held) return sent ? sent->due : held ? held->due : -1;
    return sent->due < held->due ? sent->due : held->due;
}

void *jd_client_socket(jd_client *c)
{
    return c->socket;
}

/* The reply to `id`, or with NULL the one that has been ready longest. */
static jd_reply *take(jd_client *c, const uint8_t *id)
{
    for (jd_reply **at = &c->ready; *at; at = &(*at)->next) {
        jd_reply *r = *at;
        if (id && memcmp(r->uuid, id, 16) != 0) continue;
        *at = r->next;
        if (!*at) c->ready_end = at;
        c->ready_n--;
        r->next = NULL;
        return r;
    }
    return NULL;
}

static int wait_more(jd_client *c, jd_ms until)
{
    if (c->all.n == 0) return JD_RC_IDLE;
    if (until >= 0 && jd_monotonic_ms() >= until) return JD_RC_TIMEOUT;
    jd_ms due = jd_client_due(c);
    return jd_zmq_poll(c->socket, NULL, until >= 0 && until < due ? until : due);
}

/* Receives and sends again until there is such a reply or the time is up. The socket is not looked at for a reply that is
 * here: that takes libzmq two calls of the system. */
static int wait_for(jd_client *c, const uint8_t *id, jd_reply **out, jd_ms until)
{
    jd_reply *r = take(c, id);
    while (!r) {
        receive_all(c);
        int rc = act_on_due(c);
        r = take(c, id);
        if (!r && rc == JD_RC_OK) rc = wait_more(c, until);
        if (!r && rc != JD_RC_OK) return rc;
    }
    *out = r;
    return JD_RC_OK;
}

int jd_client_wait(jd_client *c, jd_reply **out, int timeout_ms)
{
    return wait_for(c, NULL, out, timeout_ms < 0 ? -1 : jd_monotonic_ms() + timeout_ms);
}

int jd_client_request(jd_client *c, const jd_request *r, jd_reply **out)
{
    char text[JD_ID_SIZE];
    uint8_t id[16];
    int rc = jd_client_send(c, r, text);
    if (rc != JD_RC_OK) return rc;
    jd_parse_uuid((jd_str){ text, 36 }, id);
    return wait_for(c, id, out, -1);
}

size_t jd_client_outstanding(const jd_client *c)
{
    return c->all.n + c->ready_n;
}
