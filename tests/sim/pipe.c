/* Unix stream sockets. What is written is taken by the kernel at once or bit by bit, arrives in pieces and after some
 * time, and where a connection breaks, any part of what was under way does not arrive. */
#include <stdlib.h>

#include "tests/sim/fate.h"
#include "tests/sim/loop.h"

typedef struct writing {
    struct writing *next;
    uv_write_t *req;
    uv_write_cb f;
    size_t left; /* bytes not taken by the kernel */
    int status;
} writing;

typedef struct end {
    struct end *peer, *next_waiting, *next;
    sim_process *owner;   /* NULL while it waits to be accepted */
    sim_handle *handle;   /* likewise, and once closed */
    jd_buf out, wire, in; /* written here; on its way here; arrived */
    writing *writes, **last;
    sim_us arrives;              /* the last byte on the wire */
    bool ended, broken, reading; /* ended: no more comes */
} end;

/* A pipe's own, by what it was made: listening, connecting, connected. */
typedef struct pipe_of {
    end *e;
    char *path;
    uv_connection_cb listening;
    end *waiting; /* to be accepted */
    uv_connect_t *connecting;
    int result;
} pipe_of;

typedef struct arrival {
    end *e;
    size_t n;
    bool last;
} arrival;

static end *ends;
static sim_handle *listeners[4];
enum { LISTENERS = sizeof listeners / sizeof *listeners };

static pipe_of *mine(const sim_handle *s)
{
    return s->more;
}

static end *end_new(sim_process *owner, sim_handle *handle)
{
    end *e = calloc(1, sizeof *e);
    if (!e) abort();
    *e = (end){ .owner = owner, .handle = handle, .last = &e->writes, .next = ends };
    ends = e;
    return e;
}

/* ------------------------------------------------------------ bytes under way */

static void drop_front(jd_buf *b, size_t n)
{
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

static void wake_reader(end *e)
{
    if (e->handle && e->reading && (e->in.n || e->ended)) sim_handle_pend(e->handle);
}

static void on_arrival(void *arg)
{
    arrival *a = arg;
    end *e = a->e;
    size_t n = a->n < e->wire.n ? a->n : e->wire.n;
    jd_buf_add(&e->in, e->wire.p, n);
    if (n) drop_front(&e->wire, n);
    e->ended |= a->last;
    free(a);
    wake_reader(e);
}

static void arrive(end *e, size_t n, bool last)
{
    arrival *a = malloc(sizeof *a);
    if (!a) abort();
    *a = (arrival){ e, n, last };
    sim_us at = sim_now() + sim_below(sim_fate.link_us) * (sim_chance(100) ? 10 : 1);
    e->arrives = at > e->arrives ? at : e->arrives + 1;
    sim_at(e->arrives, on_arrival, a);
}

static void send_on(end *e, size_t n)
{
    end *to = e->peer;
    jd_buf_add(&to->wire, e->out.p, n);
    drop_front(&e->out, n);
    while (n) {
        size_t piece = sim_fate.chunky ? 1 + sim_below(sim_chance(500) ? (uint32_t)n : 16) : n;
        if (piece > n) piece = n;
        arrive(to, piece, false);
        n -= piece;
    }
}

static void settle_writes(end *e, size_t taken)
{
    for (writing *w = e->writes; w && taken; w = w->next) {
        size_t n = w->left < taken ? w->left : taken;
        w->left -= n;
        taken -= n;
    }
    if (e->handle) sim_handle_pend(e->handle);
}

static void flush(void *arg)
{
    end *e = arg;
    if (!e->out.n || !e->handle || e->broken) return;
    size_t n = sim_chance(sim_fate.partial) ? sim_below((uint32_t)e->out.n) : e->out.n;
    send_on(e, n);
    settle_writes(e, n);
    if (e->out.n) sim_in(1 + sim_below(5 * SIM_MS), flush, e);
}

/* No more comes from there; of what was on its way a part is lost where the connection broke. */
static void hang_up(end *e, bool lossy)
{
    if (lossy) e->wire.n = sim_below((uint32_t)e->wire.n + 1);
    arrive(e, 0, true);
}

static void break_end(end *e)
{
    e->broken = true;
    e->out.n = 0;
    for (writing *w = e->writes; w; w = w->next) {
        w->status = w->left ? UV_EPIPE : 0;
        w->left = 0;
    }
    if (e->handle && e->writes) sim_handle_pend(e->handle);
}

static void leave(end *e, bool lossy)
{
    e->handle = NULL;
    e->owner = NULL;
    if (!e->peer) return;
    hang_up(e->peer, lossy);
    break_end(e->peer);
    e->peer->peer = NULL;
    e->peer = NULL;
}

/* ------------------------------------------------------------ a pipe */

static void call_written(end *e)
{
    while (e->writes && !e->writes->left) {
        writing *w = e->writes;
        e->writes = w->next;
        if (!e->writes) e->last = &e->writes;
        w->f(w->req, w->status);
        free(w);
    }
}

static bool still_reads(const sim_handle *s, const end *e)
{
    return !s->closing && e->reading;
}

static void read_some(sim_handle *s, end *e)
{
    uv_stream_t *stream = (uv_stream_t *)s->h;
    for (int turns = 0; turns < 32 && still_reads(s, e) && e->in.n; turns++) {
        uv_buf_t b = { 0 };
        stream->alloc_cb(s->h, 65536, &b);
        size_t most = sim_fate.chunky ? 1 + sim_below((uint32_t)e->in.n) : e->in.n;
        size_t n = most < b.len ? most : b.len;
        memcpy(b.base, e->in.p, n);
        drop_front(&e->in, n);
        stream->read_cb(stream, (ssize_t)n, &b);
    }
    if (!still_reads(s, e)) return;
    if (e->in.n) {
        sim_handle_pend(s);
    } else if (e->ended) {
        uv_buf_t none = { 0 };
        e->reading = false;
        stream->read_cb(stream, UV_EOF, &none);
    }
}

static void poll_pipe(sim_handle *s)
{
    pipe_of *p = mine(s);
    if (p->connecting && p->result != 1) {
        uv_connect_t *req = p->connecting;
        p->connecting = NULL;
        req->cb(req, p->result);
    }
    if (s->closing) return;
    while (p->waiting && !s->closing) {
        end *first = p->waiting;
        p->listening((uv_stream_t *)s->h, 0);
        if (p->waiting == first) break; /* not accepted: out of memory */
    }
    if (s->closing || !p->e) return;
    call_written(p->e);
    if (!s->closing) read_some(s, p->e);
}

static void unlisten(const sim_handle *s)
{
    for (int i = 0; i < LISTENERS; i++)
        if (listeners[i] == s) listeners[i] = NULL;
    for (end *w = mine(s)->waiting; w; w = w->next_waiting) leave(w, false);
    mine(s)->waiting = NULL;
}

static void cancel_writes(end *e)
{
    e->out.n = 0;
    for (writing *w = e->writes; w; w = w->next) {
        if (w->left) w->status = UV_ECANCELED;
        w->left = 0;
    }
    call_written(e);
}

static void close_pipe(sim_handle *s)
{
    pipe_of *p = mine(s);
    unlisten(s);
    if (p->connecting) p->connecting->cb(p->connecting, UV_ECANCELED);
    if (p->e) cancel_writes(p->e);
    if (p->e) leave(p->e, false);
    free(p->path);
    free(p);
}

int uv_pipe_init(uv_loop_t *uv, uv_pipe_t *pipe, int ipc)
{
    (void)ipc;
    pipe_of *p = calloc(1, sizeof *p);
    if (!p) return UV_ENOMEM;
    sim_handle *s = sim_handle_new(uv, (uv_handle_t *)pipe, UV_NAMED_PIPE, poll_pipe);
    s->more = p;
    s->closed = close_pipe;
    return 0;
}

int uv_pipe_bind(uv_pipe_t *pipe, const char *path)
{
    mine(sim_handle_of(pipe))->path = strdup(path);
    return 0;
}

int uv_listen(uv_stream_t *stream, int backlog, uv_connection_cb f)
{
    sim_handle *s = sim_handle_of(stream);
    (void)backlog;
    mine(s)->listening = f;
    s->active = true;
    for (int i = 0; i < LISTENERS; i++)
        if (!listeners[i]) {
            listeners[i] = s;
            return 0;
        }
    return UV_ENFILE;
}

static void on_connecting(void *arg)
{
    sim_handle *s = arg, *to = NULL;
    pipe_of *p = mine(s);
    for (int i = 0; i < LISTENERS; i++)
        if (listeners[i] && strcmp(mine(listeners[i])->path, p->path) == 0) to = listeners[i];
    p->result = to ? 0 : UV_ECONNREFUSED;
    if (to) {
        end *theirs = end_new(sim_loop_process(to->loop), NULL), **at = &mine(to)->waiting;
        p->e = end_new(sim_loop_process(s->loop), s);
        p->e->peer = theirs;
        theirs->peer = p->e;
        while (*at) at = &(*at)->next_waiting;
        *at = theirs;
        sim_handle_pend(to);
    }
    sim_handle_pend(s);
}

void uv_pipe_connect(uv_connect_t *req, uv_pipe_t *pipe, const char *path, uv_connect_cb f)
{
    sim_handle *s = sim_handle_of(pipe);
    pipe_of *p = mine(s);
    p->path = strdup(path);
    p->connecting = req;
    p->result = 1;
    req->cb = f;
    req->handle = (uv_stream_t *)pipe;
    s->active = true;
    on_connecting(s);
}

int uv_accept(uv_stream_t *listener, uv_stream_t *client)
{
    pipe_of *from = mine(sim_handle_of(listener));
    sim_handle *s = sim_handle_of(client);
    end *e = from->waiting;
    if (!e) return UV_EAGAIN;
    from->waiting = e->next_waiting;
    mine(s)->e = e;
    e->handle = s;
    s->active = true;
    return 0;
}

int uv_read_start(uv_stream_t *stream, uv_alloc_cb alloc, uv_read_cb f)
{
    end *e = mine(sim_handle_of(stream))->e;
    stream->alloc_cb = alloc;
    stream->read_cb = f;
    e->reading = true;
    wake_reader(e);
    return 0;
}

int uv_read_stop(uv_stream_t *stream)
{
    end *e = mine(sim_handle_of(stream))->e;
    if (e) e->reading = false;
    return 0;
}

int uv_write(uv_write_t *req, uv_stream_t *stream, const uv_buf_t bufs[], unsigned n, uv_write_cb f)
{
    sim_handle *s = sim_handle_of(stream);
    end *e = mine(s)->e;
    writing *w = calloc(1, sizeof *w);
    if (!e || s->closing || !w) {
        free(w);
        return UV_EBADF;
    }
    *w = (writing){ .req = req, .f = f, .status = e->broken ? UV_EPIPE : 0 };
    *e->last = w;
    e->last = &w->next;
    for (unsigned i = 0; i < n && !e->broken; i++) {
        jd_buf_add(&e->out, bufs[i].base, bufs[i].len);
        w->left += bufs[i].len;
    }
    if (e->broken)
        sim_handle_pend(s);
    else
        flush(e);
    return 0;
}

/* ------------------------------------------------------------ what goes wrong */

void sim_pipes_abandon(sim_process *p)
{
    for (int i = 0; i < LISTENERS; i++)
        if (listeners[i] && sim_loop_process(listeners[i]->loop) == p) unlisten(listeners[i]);
    for (end *e = ends; e; e = e->next)
        if (e->owner == p) leave(e, sim_chance(500));
}

void sim_pipes_cut(void)
{
    for (end *e = ends; e; e = e->next) {
        if (!e->peer || e->broken) continue;
        hang_up(e, true);
        break_end(e);
    }
}
