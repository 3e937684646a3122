/* jiandu as it is measured: a real jiandud with its worker for 530900, in a folder of its own. */
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "base/certificate.h"
#include "bench/bench.h"

static void write_file(const char *dir, const char *name, jd_str text)
{
    char path[JD_PATH + 32];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "w");
    if (!f || fwrite(text.p, 1, text.n, f) != text.n || fclose(f) != 0) jd_fail("%s: %m", path);
}

/* One key for the daemon and one for who sends. */
static void write_keys(jd_own *o)
{
    jd_certificate server = { 0 };
    jd_buf b = { 0 };
    zmq_curve_keypair(o->keys.server, o->keys.server_secret);
    zmq_curve_keypair(o->keys.client, o->keys.client_secret);
    memcpy(server.public_key, o->keys.server, 41);
    memcpy(server.secret_key, o->keys.server_secret, 41);
    jd_certificate_write(&server, true, &b);
    write_file(o->dir, "server.key_secret", jd_buf_view(&b));
    b.n = 0;
    jd_buf_printf(&b, "clients:\n  - { name: bench, key: \"%s\", role: admin, divisions: all }\n", o->keys.client);
    write_file(o->dir, "access.yaml", jd_buf_view(&b));
    jd_buf_free(&b);
}

/* Settings are the defaults, except that one client with a key may send as much as all of them together. */
static void write_config(const jd_bench *b, const jd_own_plan *plan, jd_own *o)
{
    jd_buf c = { 0 };
    jd_buf_printf(&c, "state: .\nruntime: .\npolicies: %s\ndivisions: [530900]\nlog: warning\n", b->policies);
    jd_buf_printf(&c, "endpoints: { intake: ['%s', '%s'] }\n", o->ipc, o->tcp);
    if (plan->simulated) jd_buf_z(&c, "clock: simulated\n");
    if (plan->keys)
        jd_buf_z(&c, "keys: { server: server.key_secret, access: access.yaml }\n"
                     "limits: { client_messages: 10000000, client_kib: 16777216, client_outstanding: 65536 }\n");
    if (plan->keys) write_keys(o);
    write_file(o->dir, "jiandu.yaml", jd_buf_view(&c));
    jd_buf_free(&c);
}

static void fill(const jd_bench *b, const jd_own_plan *plan, const jd_own *o)
{
    char program[JD_PATH], count[24], early[24];
    snprintf(program, sizeof program, "%s/jiandu-fill", b->build);
    snprintf(count, sizeof count, "%ld", plan->filled);
    snprintf(early, sizeof early, "%ld", plan->early);
    const char *argv[] = { program, b->policies, o->dir, count, plan->simulated ? early : NULL, NULL };
    if (jd_run(o->dir, argv) != 0) jd_fail("filling a store failed: see %s/out", o->dir);
}

/* Asked again and again, for the first question may come before the worker. */
static void wait_until_up(jd_own *o, double start)
{
    char answer[4096];
    void *ctx, *s = jd_ask_open(o->ipc, NULL, 200, &ctx);
    for (;;) {
        size_t n = jd_ask(s, "health.get", NULL, "\x80", 1, answer, sizeof answer);
        if (jd_answer_ok(answer, n)) break;
        if (!jd_alive(o->pid) || jd_now() > start + 60) jd_fail("jiandud does not answer: see %s/out", o->dir);
        jd_pause(0.005);
    }
    o->took = jd_now() - start;
    o->worker = jd_child_of(o->pid);
    jd_ask_close(s, ctx);
}

static void start(const jd_bench *b, jd_own *o)
{
    char program[JD_PATH], config[JD_PATH + 32];
    snprintf(program, sizeof program, "%s/jiandud", b->build);
    snprintf(config, sizeof config, "%s/jiandu.yaml", o->dir);
    const char *argv[] = { program, "-c", config, NULL };
    double at = jd_now();
    o->pid = jd_start(o->dir, argv);
    wait_until_up(o, at);
}

void jd_own_start(const jd_bench *b, const jd_own_plan *plan, jd_own *o)
{
    *o = (jd_own){ 0 };
    jd_make_dir(o->dir, b->dir, plan->name);
    snprintf(o->ipc, sizeof o->ipc, "ipc://%.*s/intake.sock", JD_PATH - 32, o->dir);
    snprintf(o->events, sizeof o->events, "ipc://%.*s/events.sock", JD_PATH - 32, o->dir);
    snprintf(o->tcp, sizeof o->tcp, "tcp://127.0.0.1:%d", jd_free_port());
    write_config(b, plan, o);
    if (plan->filled) fill(b, plan, o);
    start(b, o);
    if (!plan->filled) jd_appoint(o->ipc);
}

void jd_own_again(const jd_bench *b, jd_own *o)
{
    jd_stop(o->pid);
    start(b, o);
}

void jd_own_stop(jd_own *o)
{
    jd_stop(o->pid);
}
