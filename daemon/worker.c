/* A worker's process where the daemon starts it itself: started, and started again with growing pauses
 * when it dies. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "daemon/daemon.h"

enum { FIRST_PAUSE_MS = 100, LONGEST_PAUSE_MS = 10000, STEADY_MS = 10000 };

struct jd_child {
    jd_daemon *d;
    uint32_t division;
    uv_process_t process, checker;
    uv_timer_t again;
    bool running, stopping, checking;
    uint64_t started, pause;
};

static void start(jd_child *c);

static void on_again(uv_timer_t *t)
{
    start(t->data);
}

/* A worker that refuses its configuration will refuse it again: pauses grow, and each is logged. */
static void restart_later(jd_child *c)
{
    bool steady = uv_now(&c->d->loop) - c->started > STEADY_MS;
    c->pause = steady || !c->pause ? FIRST_PAUSE_MS : c->pause * 2;
    if (c->pause > LONGEST_PAUSE_MS) c->pause = LONGEST_PAUSE_MS;
    uv_timer_start(&c->again, on_again, c->pause, 0);
}

static void on_process_closed(uv_handle_t *h)
{
    jd_child *c = h->data;
    c->running = false;
    if (!c->stopping) restart_later(c);
}

static void on_process_exit(uv_process_t *p, int64_t status, int sig)
{
    jd_child *c = p->data;
    if (!c->stopping || status != 0 || sig != 0)
        jd_log(c->stopping ? JD_NOTICE : JD_WARN, "division %06u: worker ended, status %lld, signal %d", c->division,
               (long long)status, sig);
    uv_close((uv_handle_t *)p, on_process_closed);
}

/* Our own program's companion, with the daemon's configuration and standard error. */
static int spawn(jd_child *c, uv_process_t *p, char *mode, uv_exit_cb on_end)
{
    char division[16];
    snprintf(division, sizeof division, "%06u", c->division);
    char *args[] = {
        c->d->config->program, "-c", (char *)(uintptr_t)c->d->config_file, "--division", division, mode, NULL
    };
    uv_stdio_container_t io[3] = { { .flags = UV_IGNORE },
                                   { .flags = UV_INHERIT_FD, .data.fd = 2 },
                                   { .flags = UV_INHERIT_FD, .data.fd = 2 } };
    uv_process_options_t o = { .exit_cb = on_end, .file = args[0], .args = args, .stdio = io, .stdio_count = 3 };
    p->data = c;
    int rc = uv_spawn(&c->d->loop, p, &o);
    if (rc) jd_log(JD_ERR, "%s: %s", args[0], uv_strerror(rc));
    return rc;
}

static void start(jd_child *c)
{
    c->started = uv_now(&c->d->loop);
    c->running = true;
    if (spawn(c, &c->process, "--child", on_process_exit) != 0) uv_close((uv_handle_t *)&c->process, on_process_closed);
}

static void on_checker_closed(uv_handle_t *h)
{
    ((jd_child *)h->data)->checking = false;
}

/* A worker is only ended for a policy that the next one will take. */
static void on_checked(uv_process_t *p, int64_t status, int sig)
{
    jd_child *c = p->data;
    uv_close((uv_handle_t *)p, on_checker_closed);
    if (status == 0 && sig == 0)
        jd_child_stop(c, true);
    else
        jd_log(JD_ERR, "division %06u: its policy file was not taken up; running on as before", c->division);
}

void jd_child_reload(jd_child *c)
{
    if (c->checking || c->stopping) return;
    c->checking = true;
    if (spawn(c, &c->checker, "--check-policy", on_checked) != 0)
        uv_close((uv_handle_t *)&c->checker, on_checker_closed);
}

jd_child *jd_child_new(jd_daemon *d, uint32_t division)
{
    jd_child *c = calloc(1, sizeof *c);
    if (!c) jd_die(JD_EX_TEMPFAIL, "out of memory");
    c->d = d;
    c->division = division;
    uv_timer_init(&d->loop, &c->again);
    c->again.data = c;
    return c;
}

void jd_child_start(jd_child *c)
{
    start(c);
}

void jd_child_stop(jd_child *c, bool again)
{
    if (c->stopping) return;
    c->stopping = !again;
    c->started = 0; /* a wished restart is no failure: no growing pause */
    if (!again) uv_close((uv_handle_t *)&c->again, NULL);
    if (c->running) uv_process_kill(&c->process, SIGTERM);
}

void jd_child_kill(jd_child *c)
{
    if (c->running) uv_process_kill(&c->process, SIGKILL);
}
