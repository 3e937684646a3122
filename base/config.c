#include "base/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

char *jd_path(jd_arena *a, const char *dir, const char *fmt, ...)
{
    char name[2048], path[4096];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(name, sizeof name, fmt, ap);
    va_end(ap);
    bool alone = name[0] == '/' || dir[0] == 0;
    snprintf(path, sizeof path, "%s%s%s", alone ? "" : dir, alone ? "" : "/", name);
    return jd_copyz(a, path);
}

typedef struct reader {
    jd_config *c;
    jd_diag d;
    jd_ynode *root;
    char dir[2048]; /* of the file, "" for the working folder */
} reader;

static char *read_path(reader *r, const char *key, char *otherwise)
{
    jd_str s = jd_y_text(r->root, key, &r->d);
    return s.n ? jd_path(&r->c->arena, r->dir, "%.*s", JD_FMT(s)) : otherwise;
}

static void read_divisions(reader *r)
{
    jd_ynode *list = jd_y_need(r->root, "divisions", JD_Y_LIST, &r->d);
    int64_t v;
    for (int i = 0; list && i < list->n; i++) {
        jd_ynode *n = list->items[i];
        if (i == JD_DIVISIONS_MAX || !jd_y_scalar_int(n, &v) || v < 100000 || v > 999999) {
            jd_diag_at(&r->d, n->line, "'divisions' takes up to %d six-digit GB/T 2260 codes", JD_DIVISIONS_MAX);
            return;
        }
        for (int j = 0; j < i; j++)
            if (r->c->divisions[j] == v) jd_diag_at(&r->d, n->line, "division %lld stands twice", (long long)v);
        r->c->divisions[r->c->divisions_n++] = (uint32_t)v;
    }
    if (list && list->n == 0) jd_diag_at(&r->d, list->line, "'divisions' is empty");
}

/* 127.x.y.z, [::1] or localhost, and nothing that only begins like one. */
static bool loopback(jd_str address)
{
    if (jd_str_starts(address, "localhost:") || jd_str_starts(address, "[::1]:")) return true;
    if (!jd_str_starts(address, "127.")) return false;
    for (uint32_t i = 0; i < address.n; i++) {
        if (address.p[i] == ':') return true;
        if (address.p[i] != '.' && (address.p[i] < '0' || address.p[i] > '9')) return false;
    }
    return false;
}

bool jd_is_tcp(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", 6) == 0;
}

static void check_endpoint(reader *r, jd_ynode *n)
{
    if (jd_str_starts(n->text, "ipc://")) return;
    if (!jd_str_starts(n->text, "tcp://")) {
        jd_diag_at(&r->d, n->line, "an endpoint begins with ipc:// or tcp://, not '%.*s'", JD_FMT(n->text));
        return;
    }
    if (!r->c->access_file && !loopback((jd_str){ n->text.p + 6, n->text.n - 6 }))
        jd_diag_at(&r->d, n->line, "'%.*s' is not a loopback address: that needs CURVE, and 'keys' name none",
                   JD_FMT(n->text));
}

static uint64_t division_bit(reader *r, jd_ynode *n)
{
    int64_t v = 0;
    for (int i = 0; jd_y_scalar_int(n, &v) && i < r->c->divisions_n; i++)
        if (r->c->divisions[i] == v) return (uint64_t)1 << i;
    jd_diag_at(&r->d, n->line, "'divisions' names those of this daemon that the endpoint carries");
    return 0;
}

/* An endpoint, or { endpoint, divisions }: who may hear all of these divisions, and no more, may connect. */
static jd_ynode *read_endpoint(reader *r, jd_ynode *n, uint64_t *divisions)
{
    jd_ynode *address = n->kind == JD_Y_MAP ? jd_y_need(n, "endpoint", JD_Y_SCALAR, &r->d) : n;
    jd_ynode *list = jd_y_sub(n, "divisions", JD_Y_LIST, &r->d);
    *divisions = UINT64_MAX;
    if (!address || !list) return address;
    if (!jd_str_starts(address->text, "tcp://") || !r->c->access_file)
        jd_diag_at(&r->d, list->line, "'divisions' of an endpoint need tcp and 'keys'");
    *divisions = 0;
    for (int i = 0; i < list->n; i++) *divisions |= division_bit(r, list->items[i]);
    return address;
}

static void read_endpoints(reader *r, jd_ynode *map, const char *key, jd_endpoints *out)
{
    jd_ynode *list = jd_y_get(map, key);
    if (!list) {
        out->divisions[0] = UINT64_MAX;
        out->v[out->n++] = jd_path(&r->c->arena, "", "ipc://%s/%s.sock", r->c->runtime, key);
        return;
    }
    if (list->kind != JD_Y_LIST || list->n > JD_ENDPOINTS_MAX) {
        jd_diag_at(&r->d, list->line, "'%s' is a list of up to %d endpoints", key, JD_ENDPOINTS_MAX);
        return;
    }
    for (int i = 0; i < list->n; i++) {
        bool with = list->items[i]->kind == JD_Y_MAP && out == &r->c->events;
        jd_ynode *n = with ? read_endpoint(r, list->items[i], &out->divisions[out->n]) : list->items[i];
        if (!n) continue;
        if (!with) out->divisions[out->n] = UINT64_MAX;
        check_endpoint(r, n);
        out->v[out->n++] = jd_copyz(&r->c->arena, n->text.p ? n->text.p : "");
    }
}

/* Both or neither: a key without a list of who may come in would let everybody in. */
static void read_keys(reader *r)
{
    jd_ynode *n = jd_y_sub(r->root, "keys", JD_Y_MAP, &r->d), *role = jd_y_sub(r->root, "ipc_role", JD_Y_SCALAR, &r->d);
    jd_config *c = r->c;
    c->ipc_role = role ? jd_copyz(&c->arena, role->text.p) : "admin";
    c->ipc_role_line = role ? role->line : 0;
    if (!n) return;
    jd_str server = jd_y_need_text(n, "server", &r->d), access = jd_y_need_text(n, "access", &r->d);
    c->server_key = jd_path(&c->arena, r->dir, "%.*s", JD_FMT(server));
    c->access_file = jd_path(&c->arena, r->dir, "%.*s", JD_FMT(access));
}

static void read_workers(reader *r)
{
    jd_ynode *n = jd_y_sub(r->root, "workers", JD_Y_MAP, &r->d);
    jd_str start = n ? jd_y_text(n, "start", &r->d) : (jd_str){ "", 0 };
    jd_str program = n ? jd_y_text(n, "program", &r->d) : (jd_str){ "", 0 };
    r->c->spawn = start.n == 0 || jd_str_is(start, "daemon");
    if (start.n && !r->c->spawn && !jd_str_is(start, "service-manager"))
        jd_diag_at(&r->d, n->line, "'start' must be daemon or service-manager, not '%.*s'", JD_FMT(start));
    r->c->program = program.n ? jd_path(&r->c->arena, r->dir, "%.*s", JD_FMT(program)) : NULL;
}

static void read_words(reader *r)
{
    static const struct {
        const char *word;
        int level;
    } levels[] = { { "", JD_INFO },         { "error", JD_ERR }, { "warning", JD_WARN },
                   { "notice", JD_NOTICE }, { "info", JD_INFO }, { "debug", JD_DEBUG } };
    jd_str clock = jd_y_text(r->root, "clock", &r->d), log = jd_y_text(r->root, "log", &r->d);
    r->c->simulated = jd_str_is(clock, "simulated");
    if (clock.n && !r->c->simulated && !jd_str_is(clock, "system"))
        jd_diag_at(&r->d, jd_y_get(r->root, "clock")->line, "'clock' must be system or simulated");
    r->c->log_level = -1;
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
        if (jd_str_is(log, levels[i].word)) r->c->log_level = levels[i].level;
    if (r->c->log_level < 0)
        jd_diag_at(&r->d, jd_y_get(r->root, "log")->line, "'log' must be error, warning, notice, info or debug");
}

static void read_limits(reader *r)
{
    jd_ynode *n = jd_y_sub(r->root, "limits", JD_Y_MAP, &r->d);
    jd_config *c = r->c;
    c->batch_messages = jd_y_int(n, "batch_messages", 4096, 1, 65536, &r->d);
    c->in_flight = jd_y_int(n, "in_flight", 16384, 16, 1 << 20, &r->d);
    c->in_flight_mib = jd_y_int(n, "in_flight_mib", 64, 1, 4096, &r->d);
    c->events_hwm = jd_y_int(n, "events_hwm", 100000, 1000, 10000000, &r->d);
    c->map_mib = jd_y_int(n, "map_mib", 65536, 16, 4 << 20, &r->d);
    c->certificate_tries = jd_y_int(n, "certificate_tries", 10, 1, 1000000, &r->d);
    c->client.messages = jd_y_int(n, "client_messages", 100000, 1, 10000000, &r->d);
    c->client.kib = jd_y_int(n, "client_kib", 131072, 128, 16 << 20, &r->d);
    c->client.outstanding = jd_y_int(n, "client_outstanding", 4096, 1, 1 << 20, &r->d);
    c->client.queries = jd_y_int(n, "client_queries", 64, 1, 1 << 20, &r->d);
    c->client.connects = jd_y_int(n, "client_connects", 50, 1, 1000000, &r->d);
    c->client.connections = jd_y_int(n, "client_connections", 1000, 1, 60000, &r->d);
    c->silent = jd_y_int(n, "silent_connections", 1000, 1, 60000, &r->d);
    c->connections = jd_y_int(n, "connections", 10000, 1, 60000, &r->d);
}

static void read_checkpoints(reader *r)
{
    jd_ynode *n = jd_y_sub(r->root, "checkpoints", JD_Y_MAP, &r->d);
    r->c->checkpoint_entries = jd_y_int(n, "entries", 10000, 1, 1000000000, &r->d);
    r->c->checkpoint_minutes = jd_y_int(n, "minutes", 60, 1, 10080, &r->d);
}

static void read_all(reader *r)
{
    jd_config *c = r->c;
    c->state = read_path(r, "state", "/var/lib/jiandu");
    c->runtime = read_path(r, "runtime", "/run/jiandu");
    c->policies = read_path(r, "policies", "/etc/jiandu/policies");
    c->key = read_path(r, "key", jd_path(&c->arena, c->state, "master.key"));
    read_divisions(r);
    read_keys(r);
    jd_ynode *endpoints = jd_y_sub(r->root, "endpoints", JD_Y_MAP, &r->d);
    read_endpoints(r, endpoints, "intake", &c->intake);
    read_endpoints(r, endpoints, "push", &c->push);
    read_endpoints(r, endpoints, "events", &c->events);
    read_workers(r);
    read_words(r);
    read_limits(r);
    read_checkpoints(r);
    jd_y_unused(r->root, &r->d);
}

jd_config *jd_config_load(const char *file, jd_buf *diagnostics)
{
    jd_buf text = { 0 };
    jd_config *c = calloc(1, sizeof *c);
    reader r = { .c = c, .d = { .file = file } };
    const char *slash = strrchr(file, '/');
    if (!c) jd_die(JD_EX_TEMPFAIL, "out of memory");
    if (slash) snprintf(r.dir, sizeof r.dir, "%.*s", (int)(slash - file), file);
    if (!jd_read_file(file, &text))
        jd_diag_at(&r.d, 0, "%s", strerror(errno));
    else
        r.root = jd_yaml_parse(&c->arena, jd_buf_view(&text), &r.d);
    if (r.root && r.root->kind != JD_Y_MAP) jd_diag_at(&r.d, 1, "the configuration is a mapping");
    if (r.root && !r.d.errors) read_all(&r);
    jd_buf_str(diagnostics, jd_buf_view(&r.d.text));
    jd_buf_free(&r.d.text);
    jd_buf_free(&text);
    if (!r.d.errors) return c;
    jd_config_free(c);
    return NULL;
}

void jd_config_free(jd_config *c)
{
    if (!c) return;
    jd_arena_free(&c->arena);
    free(c);
}

char *jd_store_dir(jd_config *c, uint32_t division)
{
    return jd_path(&c->arena, c->state, "%06u", division);
}

char *jd_worker_socket(jd_config *c, uint32_t division)
{
    return jd_path(&c->arena, c->runtime, "worker-%06u.sock", division);
}

char *jd_questions_socket(jd_config *c, uint32_t division)
{
    return jd_path(&c->arena, c->runtime, "questions-%06u.sock", division);
}

char *jd_policy_file(jd_config *c, uint32_t division)
{
    return jd_path(&c->arena, c->policies, "%06u.yaml", division);
}

char *jd_calendar_file(jd_config *c)
{
    return jd_path(&c->arena, c->policies, "calendar-cn.csv");
}
