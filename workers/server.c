#include "workers/server.h"

#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/log.h"
#include "base/turns.h"
#include "workers/port.h"
#include "workers/questions.h"

typedef struct server {
    uv_loop_t loop;
    uv_async_t done;
    uv_signal_t term, interrupt, hangup;
    uv_timer_t watchdog;
    jd_engine *g;
    jd_port port;
    jd_writer *writer;
    jd_questions *questions;
    const char *policy_file; /* read again when somebody asks for what lies there */
    bool told_full;
} server;

static void tell_state(server *s)
{
    s->told_full = s->g->nearly_full;
    sd_notifyf(0, "STATUS=division %06u%s", s->g->division,
               s->told_full ? ": the store is nearly full, new cases are refused" : "");
}

/* ------------------------------------------------------------ batches */

/* What was recorded and finds nobody is published when a daemon comes. */
static void tell(server *s, uint64_t link, jd_inbatch *b)
{
    jd_buf frame = { 0 };
    jd_inbatch_tell(s->g, b, &frame);
    jd_inbatch_free(b);
    jd_port_send(&s->port, link, &frame);
    if (s->told_full != s->g->nearly_full) tell_state(s);
}

static void tell_all(server *s)
{
    uint64_t link;
    jd_inbatch *b;
    jd_buf frame;
    while (jd_writer_take(s->writer, &link, &b, &frame))
        if (b)
            tell(s, link, b);
        else
            jd_port_send(&s->port, link, &frame);
}

static void on_done(uv_async_t *a)
{
    tell_all(a->data);
}

static void wake_loop(void *arg)
{
    uv_async_send(&((server *)arg)->done);
}

static void on_daemon(void *arg)
{
    server *s = arg;
    jd_writer_give(s->writer, s->port.number, NULL);
}

static bool take_frame(void *arg, jd_link_kind kind, jd_cur *c)
{
    server *s = arg;
    jd_inbatch *b = kind == JD_LINK_BATCH ? jd_inbatch_read(c->p, (size_t)(c->end - c->p)) : NULL;
    if (!b) return false;
    jd_inbatch_attach(b, s->policy_file);
    if (!jd_writer_apply(s->writer, b)) {
        jd_writer_give(s->writer, s->port.number, b);
        return true;
    }
    tell_all(s); /* what the thread did before comes first */
    tell(s, s->port.number, b);
    return true;
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
    jd_port_deaf(&s->port);
    jd_writer_finish(s->writer);
    tell_all(s);
    jd_port_hang_up(&s->port, s->port.number);
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

static void start_handles(server *s)
{
    uint64_t usec = 0;
    uv_async_init(&s->loop, &s->done, on_done);
    uv_signal_init(&s->loop, &s->term);
    uv_signal_init(&s->loop, &s->interrupt);
    uv_signal_init(&s->loop, &s->hangup);
    uv_timer_init(&s->loop, &s->watchdog);
    s->done.data = s->term.data = s->interrupt.data = s->hangup.data = s->watchdog.data = s;
    uv_signal_start(&s->term, on_stop, SIGTERM);
    uv_signal_start(&s->interrupt, on_stop, SIGINT);
    uv_signal_start(&s->hangup, on_hangup, SIGHUP);
    if (sd_watchdog_enabled(0, &usec) > 0) uv_timer_start(&s->watchdog, on_watchdog, 0, usec / 2000);
}

static void stop_handles(server *s)
{
    uv_walk(&s->loop, close_any, NULL);
    uv_run(&s->loop, UV_RUN_DEFAULT);
    uv_loop_close(&s->loop);
    unlink(s->port.path);
}

/* Questions first: the daemon takes a worker for ready when both its sockets are there. */
static bool open_sockets(server *s, jd_config *c)
{
    uint32_t division = s->g->division;
    s->port = (jd_port){
        .path = jd_worker_socket(c, division), .division = division, .opened = on_daemon, .take = take_frame, .arg = s
    };
    s->questions = jd_questions_start(s->g, s->writer, jd_questions_socket(c, division));
    return s->questions && jd_port_open(&s->port, &s->loop);
}

int jd_serve(jd_engine *g, uint64_t salt, jd_config *c)
{
    server s = { .g = g, .policy_file = jd_policy_file(c, g->division) };
    jd_turns_long(); /* the writer too, and the sealer */
    uv_loop_init(&s.loop);
    start_handles(&s);
    s.writer = jd_writer_start(g, salt, wake_loop, &s);
    if (!s.writer) return JD_EX_TEMPFAIL;
    if (!open_sockets(&s, c)) return JD_EX_UNAVAILABLE;
    sd_notify(0, "READY=1");
    tell_state(&s);
    uv_run(&s.loop, UV_RUN_DEFAULT);
    jd_questions_stop(s.questions);
    stop_handles(&s);
    jd_writer_free(s.writer);
    return JD_EX_OK;
}
