/* A turn of a loop is libuv's: timers, then what has come, then the sockets, then what was closed. */
#include "tests/sim/loop.h"

#include <signal.h>
#include <stdlib.h>

#include "tests/sim/world.h"

enum { AT_ONCE = 64 };

struct sim_loop {
    uv_loop_t *uv;
    sim_thread *thread; /* that turns it; NULL: none yet */
    sim_process *p;
    sim_handle *handles;
    sim_reader reader;
    uint64_t now, serial; /* ms */
    sim_loop *next;
};

static sim_loop *loops;

static sim_loop *loop_of(const uv_loop_t *uv)
{
    return uv->internal_fields;
}

int uv_loop_init(uv_loop_t *uv)
{
    sim_loop *l = calloc(1, sizeof *l);
    if (!l) return UV_ENOMEM;
    *uv = (uv_loop_t){ .internal_fields = l };
    *l = (sim_loop){ .uv = uv, .p = sim_current(), .now = sim_now() / SIM_MS, .next = loops };
    loops = l;
    return 0;
}

sim_process *sim_loop_process(const sim_loop *l)
{
    return l->p;
}

static void forget(sim_loop *l)
{
    for (sim_loop **at = &loops; *at; at = &(*at)->next)
        if (*at == l) {
            *at = l->next;
            break;
        }
}

int uv_loop_close(uv_loop_t *uv)
{
    sim_loop *l = loop_of(uv);
    if (l->handles || l->reader.read) sim_broken("a loop is closed with handles open");
    forget(l);
    free(l);
    return 0;
}

/* ------------------------------------------------------------ handles */

sim_handle *sim_handle_of(const void *uv_handle)
{
    return ((const uv_handle_t *)uv_handle)->u.reserved[0];
}

sim_handle *sim_handle_new(uv_loop_t *loop, uv_handle_t *h, uv_handle_type type, void (*poll)(sim_handle *))
{
    sim_handle *s = calloc(1, sizeof *s);
    if (!s) abort();
    sim_loop *l = loop_of(loop);
    *s = (sim_handle){ .h = h, .loop = l, .next = l->handles, .poll = poll };
    l->handles = s;
    h->loop = loop;
    h->type = type;
    h->u.reserved[0] = s;
    return s;
}

void sim_loop_wake(sim_loop *l)
{
    if (l->thread) sim_unpark(l->thread);
}

void sim_handle_pend(sim_handle *h)
{
    h->pending = true;
    sim_loop_wake(h->loop);
}

void uv_close(uv_handle_t *h, uv_close_cb f)
{
    sim_handle *s = sim_handle_of(h);
    if (s->closing) sim_broken("a handle is closed twice");
    s->closing = true;
    s->active = s->pending = false;
    s->on_close = f;
}

int uv_is_closing(const uv_handle_t *h)
{
    return sim_handle_of(h)->closing;
}

void uv_walk(uv_loop_t *uv, uv_walk_cb f, void *arg)
{
    for (sim_handle *s = loop_of(uv)->handles, *next; s; s = next) {
        next = s->next;
        f(s->h, arg);
    }
}

uv_buf_t uv_buf_init(char *base, unsigned n)
{
    return (uv_buf_t){ .base = base, .len = n };
}

const char *uv_strerror(int rc)
{
    (void)rc;
    return "an error of the simulation";
}

/* ------------------------------------------------------------ timers */

int uv_timer_init(uv_loop_t *uv, uv_timer_t *t)
{
    sim_handle_new(uv, (uv_handle_t *)t, UV_TIMER, NULL);
    return 0;
}

int uv_timer_start(uv_timer_t *t, uv_timer_cb f, uint64_t timeout, uint64_t repeat)
{
    sim_handle *s = sim_handle_of(t);
    if (s->closing) return UV_EINVAL;
    t->timer_cb = f;
    s->active = true;
    s->due = s->loop->now + timeout;
    s->repeat = repeat;
    s->serial = ++s->loop->serial;
    return 0;
}

int uv_timer_stop(uv_timer_t *t)
{
    sim_handle_of(t)->active = false;
    return 0;
}

static sim_handle *next_timer(const sim_loop *l)
{
    sim_handle *first = NULL;
    for (sim_handle *s = l->handles; s; s = s->next) {
        if (s->h->type != UV_TIMER || !s->active) continue;
        if (!first || s->due < first->due || (s->due == first->due && s->serial < first->serial)) first = s;
    }
    return first;
}

static void run_timers(sim_loop *l)
{
    for (sim_handle *s; (s = next_timer(l)) && s->due <= l->now;) {
        uv_timer_t *t = (uv_timer_t *)s->h;
        s->active = false;
        if (s->repeat) uv_timer_start(t, t->timer_cb, s->repeat, s->repeat);
        t->timer_cb(t);
    }
}

uint64_t uv_now(const uv_loop_t *uv)
{
    return loop_of(uv)->now;
}

uint64_t uv_hrtime(void)
{
    return (sim_now() + 1000 * (uint64_t)SIM_S) * 1000;
}

/* ------------------------------------------------------------ async, signals */

static void poll_async(sim_handle *s)
{
    uv_async_t *a = (uv_async_t *)s->h;
    a->async_cb(a);
}

int uv_async_init(uv_loop_t *uv, uv_async_t *a, uv_async_cb f)
{
    a->async_cb = f;
    sim_handle_new(uv, (uv_handle_t *)a, UV_ASYNC, poll_async)->active = true;
    return 0;
}

int uv_async_send(uv_async_t *a)
{
    sim_handle *s = sim_handle_of(a);
    if (!s->closing) sim_handle_pend(s);
    return 0;
}

static void poll_signal(sim_handle *s)
{
    uv_signal_t *sig = (uv_signal_t *)s->h;
    sig->signal_cb(sig, s->number);
}

int uv_signal_init(uv_loop_t *uv, uv_signal_t *sig)
{
    sim_handle_new(uv, (uv_handle_t *)sig, UV_SIGNAL, poll_signal);
    return 0;
}

int uv_signal_start(uv_signal_t *sig, uv_signal_cb f, int number)
{
    sim_handle *s = sim_handle_of(sig);
    sig->signal_cb = f;
    s->number = number;
    s->active = true;
    return 0;
}

bool sim_loops_signal(sim_process *p, int number)
{
    bool heard = false;
    for (sim_loop *l = loops; l; l = l->next)
        for (sim_handle *s = l->p == p ? l->handles : NULL; s; s = s->next) {
            if (s->h->type != UV_SIGNAL || !s->active || s->number != number) continue;
            sim_handle_pend(s);
            heard = true;
        }
    return heard;
}

/* ------------------------------------------------------------ turning */

sim_loop *sim_loop_read(uv_loop_t *uv, const sim_reader *r)
{
    sim_loop *l = loop_of(uv);
    l->reader = r ? *r : (sim_reader){ 0 };
    return l;
}

static bool is_alive(const sim_loop *l)
{
    bool any = l->reader.read != NULL;
    for (const sim_handle *s = l->handles; s; s = s->next) any |= s->active || s->closing;
    return any;
}

static bool has_work(const sim_loop *l)
{
    bool any = l->uv->stop_flag || (l->reader.ready && l->reader.ready(l->reader.arg));
    for (const sim_handle *s = l->handles; s; s = s->next) any |= s->pending || s->closing;
    return any;
}

static void wait(sim_loop *l)
{
    sim_pause(sim_below(20)); /* what a turn takes; others go on meanwhile */
    const sim_handle *t = next_timer(l);
    if (has_work(l) || (t && t->due <= sim_now() / SIM_MS)) return;
    sim_park(t ? t->due * SIM_MS : SIM_NEVER);
}

static bool still_there(const sim_loop *l, const sim_handle *s)
{
    for (const sim_handle *x = l->handles; x; x = x->next)
        if (x == s) return s->pending && !s->closing;
    return false;
}

/* What is there when the turn begins, in any order. */
static void poll(sim_loop *l)
{
    sim_handle *all[AT_ONCE];
    uint32_t n = 0;
    for (sim_handle *s = l->handles; s && n < AT_ONCE; s = s->next)
        if (s->pending && !s->closing) all[n++] = s;
    for (; n; n--) {
        uint32_t i = sim_below(n);
        sim_handle *s = all[i];
        all[i] = all[n - 1];
        if (!still_there(l, s)) continue;
        s->pending = false;
        s->poll(s);
    }
}

static void run_closing(sim_loop *l)
{
    for (sim_handle **at = &l->handles; *at;) {
        sim_handle *s = *at;
        if (!s->closing) {
            at = &s->next;
            continue;
        }
        *at = s->next;
        if (s->closed) s->closed(s);
        if (s->on_close) s->on_close(s->h);
        free(s);
        at = &l->handles; /* the callback may have changed the list */
    }
}

int uv_run(uv_loop_t *uv, uv_run_mode mode)
{
    sim_loop *l = loop_of(uv);
    (void)mode;
    l->thread = sim_self();
    while (is_alive(l) && !uv->stop_flag) {
        l->now = sim_now() / SIM_MS;
        run_timers(l);
        wait(l);
        l->now = sim_now() / SIM_MS;
        poll(l);
        if (l->reader.read) l->reader.read(l->reader.arg);
        run_closing(l);
    }
    uv->stop_flag = 0;
    return is_alive(l);
}

void uv_stop(uv_loop_t *uv)
{
    uv->stop_flag = 1;
}

void sim_loops_abandon(sim_process *p)
{
    for (sim_loop *l = loops, *next; l; l = next) {
        next = l->next;
        if (l->p == p) forget(l);
    }
}

/* ------------------------------------------------------------ processes */

typedef struct child {
    sim_handle *handle; /* NULL: closed */
    sim_process *p;
    uv_exit_cb ended;
    int status, signal;
} child;

static void poll_process(sim_handle *s)
{
    const child *c = s->more;
    s->active = false;
    if (c->ended) c->ended((uv_process_t *)s->h, c->status, c->signal);
}

static void on_child_end(void *arg, int status, int signal)
{
    child *c = arg;
    c->status = status;
    c->signal = signal;
    if (c->handle && sim_alive(c->handle->loop->p)) sim_handle_pend(c->handle);
}

static void close_process(sim_handle *s)
{
    ((child *)s->more)->handle = NULL;
}

int uv_spawn(uv_loop_t *uv, uv_process_t *process, const uv_process_options_t *o)
{
    child *c = calloc(1, sizeof *c);
    if (!c) return UV_ENOMEM;
    c->handle = sim_handle_new(uv, (uv_handle_t *)process, UV_PROCESS, poll_process);
    c->handle->more = c;
    c->handle->closed = close_process;
    c->handle->active = true;
    c->ended = o->exit_cb;
    c->p = sim_start_worker(o->args, on_child_end, c);
    return 0;
}

int uv_process_kill(uv_process_t *process, int number)
{
    child *c = sim_handle_of(process)->more;
    if (!sim_alive(c->p)) return UV_ESRCH;
    if (number == SIGKILL)
        sim_kill(c->p);
    else
        sim_signal(c->p, number);
    return 0;
}
