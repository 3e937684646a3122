#include "workers/port.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

typedef struct jd_peer {
    uv_pipe_t pipe;
    jd_port *port;
    bool open; /* it said who it is */
    jd_buf in;
} peer;

static void on_closed(uv_handle_t *h)
{
    peer *e = h->data;
    jd_buf_free(&e->in);
    free(e);
}

static bool is_closing(const peer *e)
{
    return uv_is_closing((const uv_handle_t *)&e->pipe);
}

static void drop(peer *e)
{
    if (e->port->peer == e) e->port->peer = NULL;
    if (!is_closing(e)) uv_close((uv_handle_t *)&e->pipe, on_closed);
}

static bool take_open(peer *e, jd_cur *c)
{
    uint16_t version = jd_cur_u16(c);
    uint32_t division = jd_cur_u32(c);
    if (c->failed || version != JD_LINK_VERSION || division != e->port->division) {
        jd_log(JD_WARN, "a daemon of version %u for division %06u is not ours", version, division);
        return false;
    }
    e->open = true;
    if (e->port->opened) e->port->opened(e->port->arg);
    return true;
}

static bool take_frame(void *arg, jd_link_kind kind, jd_cur *c)
{
    peer *e = arg;
    if (!e->open) return kind == JD_LINK_OPEN && take_open(e, c);
    return e->port->take(e->port->arg, kind, c) && !is_closing(e);
}

static void on_alloc(uv_handle_t *h, size_t suggested, uv_buf_t *buf)
{
    (void)suggested;
    *buf = jd_stream_room(&((peer *)h->data)->in);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    peer *e = stream->data;
    (void)buf;
    if (!jd_stream_read(&e->in, n, take_frame, e)) drop(e);
}

static void on_connection(uv_stream_t *listener, int status)
{
    jd_port *p = listener->data;
    peer *e = status == 0 ? calloc(1, sizeof *e) : NULL;
    if (!e) return;
    e->port = p;
    uv_pipe_init(listener->loop, &e->pipe, 0);
    e->pipe.data = e;
    if (uv_accept(listener, (uv_stream_t *)&e->pipe) != 0) {
        uv_close((uv_handle_t *)&e->pipe, on_closed);
        return;
    }
    if (p->peer) drop(p->peer);
    p->peer = e;
    p->number++;
    uv_read_start((uv_stream_t *)&e->pipe, on_alloc, on_read);
}

bool jd_port_open(jd_port *p, uv_loop_t *loop)
{
    unlink(p->path); /* ours: the store's lock is held */
    mode_t mask = umask(0117);
    uv_pipe_init(loop, &p->listener, 0);
    p->listener.data = p;
    int rc = uv_pipe_bind(&p->listener, p->path);
    if (rc == 0) rc = uv_listen((uv_stream_t *)&p->listener, 8, on_connection);
    umask(mask);
    if (rc) jd_log(JD_ERR, "%s: %s", p->path, uv_strerror(rc));
    return rc == 0;
}

void jd_port_deaf(jd_port *p)
{
    uv_close((uv_handle_t *)&p->listener, NULL);
    if (p->peer) uv_read_stop((uv_stream_t *)&p->peer->pipe);
}

void jd_port_hang_up(jd_port *p, uint64_t number)
{
    if (p->peer && p->number == number) drop(p->peer);
}

void jd_port_send(jd_port *p, uint64_t number, jd_buf *frame)
{
    if (p->peer && p->number == number)
        jd_stream_send(&p->peer->pipe, frame);
    else
        jd_buf_free(frame);
}
