#include "workers/server.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include <uv.h>

#include "base/log.h"
#include "proto/link.h"
#include "workers/query.h"
#include "workers/writer.h"

typedef struct server server;

/* The daemon that is connected. A newer connection takes the place of an older one. */
typedef struct peer {
    uv_pipe_t pipe;
    server *s;
    uint64_t number;
    bool open; /* it said who it is */
    jd_buf in;
} peer;

struct server {
    uv_loop_t loop;
    uv_pipe_t listener;
    uv_async_t done;
    uv_signal_t term, interrupt, hangup;
    uv_timer_t watchdog, more;
    jd_engine *g;
    jd_writer *writer;
    jd_inbatch *reading, **last; /* what came in, oldest first */
    jd_inbatch *telling;         /* what the writer is done with */
    peer *peer;
    uint64_t peers;
    const char *path;
    const char *policy_file; /* read again when somebody asks for what lies there */
    bool told_full;
};

/* ------------------------------------------------------------ writing */

typedef struct outgoing {
    uv_write_t req;
    jd_buf bytes;
} outgoing;

static void on_written(uv_write_t *req, int status)
{
    outgoing *o = (outgoing *)req;
    (void)status; /* a broken connection is seen by its reader */
    jd_buf_free(&o->bytes);
    free(o);
}

/* Takes the buffer over. */
static void send_frame(peer *l, jd_buf *bytes)
{
    outgoing *o = malloc(sizeof *o);
    if (!o || bytes->failed) jd_die(JD_EX_TEMPFAIL, "out of memory");
    o->bytes = *bytes;
    *bytes = (jd_buf){ 0 };
    uv_buf_t b = uv_buf_init(o->bytes.p, (unsigned)o->bytes.n);
    if (uv_write(&o->req, (uv_stream_t *)&l->pipe, &b, 1, on_written) != 0) {
        jd_buf_free(&o->bytes);
        free(o);
    }
}

static void tell_state(server *s)
{
    s->told_full = s->g->nearly_full;
    sd_notifyf(0, "STATUS=division %06u%s", s->g->division,
               s->told_full ? ": the store is nearly full, new cases are refused" : "");
}

/* What was recorded and finds nobody is published when a daemon comes. */
static void send_over(server *s, uint64_t link, jd_buf *frame)
{
    if (s->peer && s->peer->number == link)
        send_frame(s->peer, frame);
    else
        jd_buf_free(frame);
}

/* ------------------------------------------------------------ batches, some messages at a time */

enum { SLICE = 256 }; /* messages; a query waits for so many to be read and so many to be told */

static void drop_peer(peer *l);

static jd_inbatch *first_read(server *s)
{
    jd_inbatch *b = s->reading;
    if (!(s->reading = b->next)) s->last = &s->reading;
    return b;
}

/* What was never given to the writer was never recorded: the daemon sends it again. */
static void forget_unread(server *s)
{
    while (s->reading) jd_inbatch_free(first_read(s));
}

static void say_unreadable(void)
{
    jd_log(JD_WARN, "a frame that cannot be read; connection closed");
}

static void refuse_unreadable(server *s, jd_inbatch *b)
{
    say_unreadable();
    if (s->peer && s->peer->number == b->link) drop_peer(s->peer);
    jd_inbatch_free(b);
}

/* True while there is more to be done; likewise below. */
static bool read_some(server *s)
{
    if (!s->reading) return false;
    jd_batch_state state = jd_inbatch_read(s->reading, SLICE);
    if (state == JD_BATCH_MORE) return true;
    jd_inbatch *b = first_read(s);
    if (state == JD_BATCH_UNREADABLE) {
        refuse_unreadable(s, b);
    } else {
        jd_inbatch_attach(b, s->policy_file);
        jd_writer_give(s->writer, b->link, b);
    }
    return s->reading != NULL;
}

static bool next_to_tell(server *s)
{
    uint64_t link;
    jd_buf frame;
    while (!s->telling && jd_writer_take(s->writer, &link, &s->telling, &frame))
        if (!s->telling) send_over(s, link, &frame);
    return s->telling != NULL;
}

static bool tell_some(server *s)
{
    if (!next_to_tell(s)) return false;
    jd_inbatch *b = s->telling;
    if (!jd_inbatch_tell(s->g, b, SLICE)) return true;
    send_over(s, b->link, &b->words);
    jd_inbatch_free(b);
    s->telling = NULL;
    return next_to_tell(s);
}

static void on_more(uv_timer_t *t);

static void go_on(server *s)
{
    bool more = read_some(s);
    if (tell_some(s) || more) uv_timer_start(&s->more, on_more, 0, 0);
}

static void on_more(uv_timer_t *t)
{
    go_on(t->data);
}

static void on_done(uv_async_t *a)
{
    server *s = a->data;
    go_on(s);
    if (s->told_full != s->g->nearly_full) tell_state(s);
}

static void wake_loop(void *arg)
{
    uv_async_send(&((server *)arg)->done);
}

/* ------------------------------------------------------------ frames */

static void on_peer_closed(uv_handle_t *h)
{
    peer *l = h->data;
    jd_buf_free(&l->in);
    free(l);
}

static void drop_peer(peer *l)
{
    if (l->s->peer == l) l->s->peer = NULL;
    if (!uv_is_closing((uv_handle_t *)&l->pipe)) uv_close((uv_handle_t *)&l->pipe, on_peer_closed);
}

static bool frame_open(peer *l, jd_cur *c)
{
    uint16_t version = jd_cur_u16(c);
    uint32_t division = jd_cur_u32(c);
    if (c->failed || version != JD_LINK_VERSION || division != l->s->g->division) {
        jd_log(JD_WARN, "a daemon of version %u for division %06u is not ours", version, division);
        return false;
    }
    l->open = true;
    forget_unread(l->s);
    jd_writer_give(l->s->writer, l->number, NULL);
    return true;
}

static void frame_batch(peer *l, jd_cur *c)
{
    server *s = l->s;
    *s->last = jd_inbatch_new(l->number, c->p, (size_t)(c->end - c->p));
    s->last = &(*s->last)->next;
    go_on(s);
}

static bool frame_query(peer *l, jd_cur *c)
{
    jd_link_msg m;
    jd_buf out = { 0 };
    jd_ms now = (jd_ms)jd_cur_u64(c);
    if (!jd_link_take(c, &m) || m.type >= JD_MSG_COUNT) return false;
    jd_command cmd = { .type = (jd_msg)m.type,
                       .id = m.id,
                       .id_binary = m.flags & JD_LINK_ID_BINARY,
                       .at = now,
                       .sender = m.actor.name,
                       .actor = &m.actor,
                       .why = m.why,
                       .body = m.body };
    jd_link_begin(&out, JD_LINK_ANSWER);
    jd_buf_u32(&out, m.token);
    jd_buf_u32(&out, 0);
    jd_query(l->s->g, &cmd, &out);
    jd_buf_set_u32(&out, 9, (uint32_t)(out.n - 13));
    jd_link_end(&out, 0);
    send_frame(l, &out);
    return true;
}

static bool frame_ping(peer *l, jd_cur *c)
{
    jd_buf out = { 0 };
    uint64_t nonce = jd_cur_u64(c);
    jd_link_begin(&out, JD_LINK_PONG);
    jd_buf_u64(&out, nonce);
    jd_buf_u64(&out, jd_writer_waiting_ms(l->s->writer));
    jd_link_end(&out, 0);
    send_frame(l, &out);
    return !c->failed;
}

static bool take_frame(void *arg, jd_link_kind kind, jd_cur *c)
{
    peer *l = arg;
    if (!l->open) return kind == JD_LINK_OPEN && frame_open(l, c);
    switch (kind) {
    case JD_LINK_BATCH: frame_batch(l, c); return !uv_is_closing((uv_handle_t *)&l->pipe);
    case JD_LINK_QUERY: return frame_query(l, c);
    case JD_LINK_PING: return frame_ping(l, c);
    default: return false;
    }
}

/* ------------------------------------------------------------ reading */

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
    peer *l = h->data;
    size_t n = l->in.n;
    (void)suggested;
    char *at = jd_buf_room(&l->in, 256 * 1024);
    l->in.n = n; /* room, not content */
    *buf = uv_buf_init(at, at ? 256 * 1024 : 0);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    peer *l = stream->data;
    (void)buf;
    if (n > 0) l->in.n += (size_t)n;
    if (n >= 0 && jd_link_frames(&l->in, take_frame, l)) return;
    if (n >= 0 && !uv_is_closing((uv_handle_t *)&l->pipe)) say_unreadable();
    drop_peer(l);
}

static void on_connection(uv_stream_t *listener, int status)
{
    server *s = listener->data;
    peer *l = status == 0 ? calloc(1, sizeof *l) : NULL;
    if (!l) return;
    l->s = s;
    l->number = ++s->peers;
    uv_pipe_init(&s->loop, &l->pipe, 0);
    l->pipe.data = l;
    if (uv_accept(listener, (uv_stream_t *)&l->pipe) != 0) {
        uv_close((uv_handle_t *)&l->pipe, on_peer_closed);
        return;
    }
    if (s->peer) drop_peer(s->peer);
    s->peer = l;
    uv_read_start((uv_stream_t *)&l->pipe, on_alloc, on_read);
}

/* ------------------------------------------------------------ life */

static void close_any(uv_handle_t *h, void *arg)
{
    (void)arg;
    if (!uv_is_closing(h)) uv_close(h, NULL);
}

/* What was received is recorded and, as far as the daemon is still there, answered. */
static void on_stop(uv_signal_t *sig, int number)
{
    server *s = sig->data;
    (void)number;
    sd_notify(0, "STOPPING=1");
    uv_close((uv_handle_t *)&s->listener, NULL);
    if (s->peer) uv_read_stop((uv_stream_t *)&s->peer->pipe);
    while (read_some(s)) continue;
    jd_writer_finish(s->writer);
    while (tell_some(s)) continue;
    if (s->peer) drop_peer(s->peer);
    uv_stop(&s->loop);
}

static void on_hangup(uv_signal_t *sig, int number)
{
    (void)number;
    jd_writer_rekey(((server *)sig->data)->writer);
}

/* Alive means that the writer is, too. */
static void on_watchdog(uv_timer_t *t)
{
    server *s = t->data;
    if (jd_writer_waiting_ms(s->writer) < 20000) sd_notify(0, "WATCHDOG=1");
}

static int listen_at(server *s)
{
    unlink(s->path); /* ours: the store's lock is held */
    mode_t mask = umask(0117);
    uv_pipe_init(&s->loop, &s->listener, 0);
    s->listener.data = s;
    int rc = uv_pipe_bind(&s->listener, s->path);
    if (rc == 0) rc = uv_listen((uv_stream_t *)&s->listener, 8, on_connection);
    umask(mask);
    if (rc) jd_log(JD_ERR, "%s: %s", s->path, uv_strerror(rc));
    return rc;
}

static void start_handles(server *s)
{
    uint64_t usec = 0;
    uv_async_init(&s->loop, &s->done, on_done);
    uv_signal_init(&s->loop, &s->term);
    uv_signal_init(&s->loop, &s->interrupt);
    uv_signal_init(&s->loop, &s->hangup);
    uv_timer_init(&s->loop, &s->watchdog);
    uv_timer_init(&s->loop, &s->more);
    s->done.data = s->term.data = s->interrupt.data = s->hangup.data = s->watchdog.data = s->more.data = s;
    uv_signal_start(&s->term, on_stop, SIGTERM);
    uv_signal_start(&s->interrupt, on_stop, SIGINT);
    uv_signal_start(&s->hangup, on_hangup, SIGHUP);
    if (sd_watchdog_enabled(0, &usec) > 0) uv_timer_start(&s->watchdog, on_watchdog, 0, usec / 2000);
}

int jd_serve(jd_engine *g, uint64_t salt, jd_config *c)
{
    server s = { .g = g, .path = jd_worker_socket(c, g->division), .policy_file = jd_policy_file(c, g->division) };
    s.last = &s.reading;
    uv_loop_init(&s.loop);
    start_handles(&s);
    if (listen_at(&s) != 0) return JD_EX_UNAVAILABLE;
    s.writer = jd_writer_start(g, salt, wake_loop, &s);
    if (!s.writer) return JD_EX_TEMPFAIL;
    sd_notify(0, "READY=1");
    tell_state(&s);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    uv_walk(&s.loop, close_any, NULL);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    jd_writer_free(s.writer);
    uv_loop_close(&s.loop);
    unlink(s.path);
    return JD_EX_OK;
}
