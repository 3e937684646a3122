/* jiandud: reads its configuration, binds its sockets, starts its workers, and runs until told to stop. */
#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/log.h"
#include "base/turns.h"
#include "daemon/daemon.h"

enum { HEARTBEAT_MS = 2000, DRAIN_LOOK_MS = 20, DRAIN_MAX_MS = 15000, GRACE_MS = 300 };

static void usage(FILE *out)
{
    fputs("usage: jiandud [-c FILE] [--check-config]\n"
          "\n"
          "Takes reports and applications of medical-insurance fund social supervisors over ZeroMQ, hands\n"
          "them to the division's worker, and publishes status events.\n"
          "\n"
          "  -c, --config FILE   configuration (/etc/jiandu/jiandu.yaml)\n"
          "      --check-config  say what is wrong with it, with file and line, and stop\n"
          "      --version, --help\n",
          out);
}

static const char *read_options(int argc, char **argv, bool *check)
{
    static const struct option longs[] = {
        { "config", 1, 0, 'c' }, { "check-config", 0, 0, 'C' }, { "version", 0, 0, 'v' }, { "help", 0, 0, 'h' }, { 0 }
    };
    const char *file = "/etc/jiandu/jiandu.yaml";
    int c;
    while ((c = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
        switch (c) {
        case 'c': file = optarg; break;
        case 'C': *check = true; break;
        case 'v': puts("jiandud (jiandu) " JD_VERSION); exit(0);
        case 'h': usage(stdout); exit(0);
        default: usage(stderr); exit(JD_EX_USAGE);
        }
    }
    if (optind < argc) {
        usage(stderr);
        exit(JD_EX_USAGE);
    }
    return file;
}

/* The configuration and the files it names; NULL when any of them is wrong. */
static jd_config *load_config(const char *file, jd_keys *keys)
{
    jd_buf diagnostics = { 0 };
    jd_config *c = jd_config_load(file, &diagnostics);
    if (c && !jd_keys_load(keys, c, file, &diagnostics)) {
        jd_config_free(c);
        c = NULL;
    }
    if (!c) fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(&diagnostics)));
    jd_buf_free(&diagnostics);
    return c;
}

/* Beside the daemon's own program, unless the configuration names another. */
static void default_program(jd_config *c)
{
    char self[2048];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (c->program || n <= 0) return;
    self[n] = 0;
    *strrchr(self, '/') = 0;
    c->program = jd_path(&c->arena, self, "jiandu-worker");
}

/* An ipc path bound twice leaves the first daemon deaf: only one may have the folder. */
static bool lock_runtime(const jd_config *c)
{
    char path[4096];
    if (mkdir(c->runtime, 0750) != 0 && access(c->runtime, W_OK) != 0) {
        jd_log(JD_ERR, "%s: cannot be made or written", c->runtime);
        return false;
    }
    snprintf(path, sizeof path, "%s/jiandud.lock", c->runtime);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) return true;
    jd_log(JD_ERR, "%s: another jiandud serves from this folder", c->runtime);
    return false;
}

/* ------------------------------------------------------------ running */

static void on_round(void *arg, bool more)
{
    jd_daemon *d = arg;
    d->more = more;
    for (int i = 0; i < d->divisions_n; i++) jd_division_flush(d->divisions[i]);
}

static void on_heartbeat(uv_timer_t *t)
{
    jd_gate_look(t->data);
    jd_outflow_look(t->data);
    jd_publish_heartbeat(t->data);
}

static void on_watchdog(uv_timer_t *t)
{
    (void)t;
    sd_notify(0, "WATCHDOG=1");
}

static void close_any(uv_handle_t *h, void *arg)
{
    (void)arg;
    if (!uv_is_closing(h) && h->type != UV_PROCESS) uv_close(h, NULL);
}

static void close_all(jd_daemon *d)
{
    uv_timer_stop(&d->drain);
    jd_publish_heartbeat(d);
    for (int i = 0; i < d->divisions_n; i++) jd_division_close(d->divisions[i]);
    jd_zloop_close(d->z);
    uv_walk(&d->loop, close_any, NULL); /* the loop ends with its last child */
}

/* Everything that was read is answered before the workers go. */
static void on_drain(uv_timer_t *t)
{
    jd_daemon *d = t->data;
    bool idle = true;
    for (int i = 0; i < d->divisions_n; i++) idle &= jd_division_idle(d->divisions[i]);
    bool too_long = uv_now(&d->loop) - d->draining_since > DRAIN_MAX_MS;
    if (!idle && !too_long) return;
    /* A connection closed with requests unread takes with it the receipts its client has not read yet: leave
     * clients the time to read them. New requests are told that this daemon is stopping. */
    if (idle && !d->idle_since) d->idle_since = uv_now(&d->loop);
    if (idle && uv_now(&d->loop) - d->idle_since < GRACE_MS) return;
    if (!idle) jd_log(JD_WARN, "stopping with messages unanswered; their senders will ask again");
    close_all(d);
}

static void on_stop(uv_signal_t *sig, int number)
{
    jd_daemon *d = sig->loop->data;
    if (d->draining) return;
    jd_log(JD_NOTICE, "signal %d: draining", number);
    sd_notify(0, "STOPPING=1");
    d->draining = true;
    d->draining_since = uv_now(&d->loop);
    jd_backpressure(d);
    uv_timer_start(&d->drain, on_drain, 0, DRAIN_LOOK_MS);
}

/* A bad file changes nothing. A good one gives log level, limits and who may come in, and the workers start again
 * to read their policies; what they had not answered is sent again. */
static void on_reload(uv_signal_t *sig, int number)
{
    jd_daemon *d = sig->loop->data;
    (void)number;
    sd_notify(0, "RELOADING=1");
    jd_keys keys;
    jd_config *fresh = load_config(d->config_file, &keys);
    if (fresh && !fresh->access_file != !d->config->access_file)
        jd_log(JD_WARN, "'keys' come or go with a restart: who may come in is as it was");
    else if (fresh)
        jd_gate_take(d, &keys);
    if (fresh) {
        jd_grants_free(keys.grants); /* where they were not taken */
        d->config->client = fresh->client;
        d->config->connections = fresh->connections;
        d->config->silent = fresh->silent;
        d->config->batch_messages = fresh->batch_messages;
        d->config->log_level = fresh->log_level;
        jd_log_init("jiandud", fresh->log_level);
        jd_config_free(fresh);
        for (int i = 0; i < d->divisions_n; i++) jd_division_reload(d->divisions[i]);
    }
    jd_log(fresh ? JD_NOTICE : JD_ERR, fresh ? "reloaded" : "reload refused; running on as before");
    sd_notify(0, "READY=1");
}

static void start_handles(jd_daemon *d)
{
    uint64_t usec = 0;
    uv_signal_init(&d->loop, &d->term);
    uv_signal_init(&d->loop, &d->interrupt);
    uv_signal_init(&d->loop, &d->hangup);
    uv_signal_start(&d->term, on_stop, SIGTERM);
    uv_signal_start(&d->interrupt, on_stop, SIGINT);
    uv_signal_start(&d->hangup, on_reload, SIGHUP);
    uv_timer_init(&d->loop, &d->heartbeat);
    uv_timer_init(&d->loop, &d->watchdog);
    uv_timer_init(&d->loop, &d->drain);
    d->heartbeat.data = d->watchdog.data = d->drain.data = d;
    uv_timer_start(&d->heartbeat, on_heartbeat, HEARTBEAT_MS, HEARTBEAT_MS);
    if (sd_watchdog_enabled(0, &usec) > 0) uv_timer_start(&d->watchdog, on_watchdog, 0, usec / 2000);
}

static int run(jd_daemon *d)
{
    jd_turns_long(); /* ZeroMQ's threads too */
    uv_loop_init(&d->loop);
    d->loop.data = d;
    if (!jd_slots_init(d, (uint32_t)d->config->in_flight + 4096)) return JD_EX_TEMPFAIL;
    for (int i = 0; i < d->config->divisions_n; i++, d->divisions_n++) d->divisions[i] = jd_division_new(d, i);
    if (!jd_doors_open(d, on_round)) return JD_EX_UNAVAILABLE; /* divisions first: the gate knows who may hear which */
    start_handles(d);
    for (int i = 0; i < d->divisions_n; i++) jd_division_start(d->divisions[i]);
    if (d->config->simulated) jd_log(JD_WARN, "the clock is simulated: for tests and demonstrations only");
    sd_notifyf(0, "READY=1\nSTATUS=serving %d divisions", d->divisions_n);
    uv_run(&d->loop, UV_RUN_DEFAULT);
    jd_zloop_free(d->z);
    uv_loop_close(&d->loop);
    return JD_EX_OK;
}

int main(int argc, char **argv)
{
    static jd_daemon d;
    bool check = false;
    d.config_file = read_options(argc, argv, &check);
    jd_keys keys;
    d.config = load_config(d.config_file, &keys);
    if (!d.config) return JD_EX_CONFIG;
    if (check) {
        printf("%s: good\n", d.config_file);
        jd_grants_free(keys.grants);
        return 0;
    }
    jd_log_init("jiandud", d.config->log_level);
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_DUMPABLE, 0); /* the server's key stays out of core files */
    /* batches come and go by the megabyte: keep their pages instead of faulting them in each time */
    mallopt(M_MMAP_THRESHOLD, 256 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    default_program(d.config);
    jd_gate_begin(&d, &keys);
    return lock_runtime(d.config) ? run(&d) : JD_EX_TEMPFAIL;
}
