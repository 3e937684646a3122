/* jianductl access: the access file as a table, and its two changes. The file stays the administrator's: a change
 * adds lines or takes lines out, everything else is left as it is, and a result that is not a good access file is
 * not written. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "ctl/ctl.h"
#include "proto/grants.h"

/* ------------------------------------------------------------ the file */

static const char *access_file(jd_args *a)
{
    jd_buf wrong = { 0 };
    if (a->access) return a->access;
    jd_config *c = a->config ? jd_config_load(a->config, &wrong) : NULL;
    if (wrong.n) fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(&wrong)));
    jd_buf_free(&wrong);
    const char *named = c && c->access_file ? jd_copyz(&a->arena, c->access_file) : NULL;
    jd_config_free(c);
    if (a->config && !named) jd_complain("%s names no access file", a->config);
    return a->config ? named : "/etc/jiandu/access.yaml";
}

static jd_grants *parse(const char *file, jd_str text)
{
    jd_diag d = { .file = file };
    jd_grants *g = jd_grants_parse(text, &d);
    if (d.errors) fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(&d.text)));
    jd_buf_free(&d.text);
    return g;
}

static const jd_grant *find(const jd_grants *g, const char *name)
{
    for (int i = 0; i < g->n; i++)
        if (jd_str_is(g->v[i].name, name)) return &g->v[i];
    return NULL;
}

static bool fill(int fd, jd_str text)
{
    for (uint32_t at = 0; at < text.n;) {
        ssize_t n = write(fd, text.p + at, text.n - at);
        if (n <= 0) return false;
        at += (uint32_t)n;
    }
    return fsync(fd) == 0;
}

/* Beside the old one, with its owner and mode, and then in its place: a reader sees one or the other. */
static bool replace(jd_args *a, const char *file, jd_str text)
{
    struct stat was;
    char temporary[4096];
    bool there = stat(file, &was) == 0;
    snprintf(temporary, sizeof temporary, "%s.XXXXXX", file);
    int fd = mkostemp(temporary, O_CLOEXEC);
    bool ok = fd >= 0 && fchmod(fd, there ? was.st_mode & 07777 : 0644) == 0 && fill(fd, text);
    if (ok && there && fchown(fd, was.st_uid, was.st_gid) != 0 && errno != EPERM) ok = false;
    if (ok) ok = rename(temporary, file) == 0;
    if (!ok) jd_complain("%s: %s", file, strerror(errno));
    if (!ok && fd >= 0) unlink(temporary);
    if (fd >= 0) close(fd);
    int dir = ok ? open(dirname(jd_copyz(&a->arena, file)), O_RDONLY | O_CLOEXEC) : -1;
    if (dir >= 0 && fsync(dir) != 0) jd_complain("%s: %s", file, strerror(errno));
    if (dir >= 0) close(dir);
    return ok;
}

/* What is to be there afterwards: one client more or less, and that one of this name. */
static int put(jd_args *a, const char *file, const jd_buf *text, int n, const char *name, bool there)
{
    jd_grants *g = parse(file, jd_buf_view(text));
    bool good = g && g->n == n && (find(g, name) != NULL) == there;
    if (g && !good) jd_complain("%s is written in a way this command does not change: use an editor", file);
    jd_grants_free(g);
    if (!good) return JD_EX_DATA;
    if (!replace(a, file, jd_buf_view(text))) return JD_EX_REFUSED;
    printf("%s: %s %s; a running jiandud takes it up on SIGHUP (systemctl reload jiandud)\n", file,
           there ? "granted" : "revoked", name);
    return JD_EX_OK;
}

/* ------------------------------------------------------------ list */

static json_t *list_of_divisions(const jd_grant *g)
{
    char code[8];
    json_t *list = json_array();
    if (g->every_division) json_array_append_new(list, json_string("all"));
    for (int i = 0; i < g->divisions_n; i++) {
        snprintf(code, sizeof code, "%06u", g->divisions[i] % 1000000);
        json_array_append_new(list, json_string(code));
    }
    return list;
}

static json_t *list_of_departments(const jd_grant *g)
{
    jd_str code;
    json_t *list = json_array();
    jd_cur c = jd_cur_of(g->departments.p, g->departments.n);
    if (g->every_department) json_array_append_new(list, json_string("all"));
    while (jd_actor_next_department(&c, &code)) json_array_append_new(list, json_stringn(code.p, code.n));
    return list;
}

static void put_day(json_t *map, const char *key, jd_day day)
{
    char text[JD_DATE_LEN + 1];
    if (day == JD_NO_DAY) return;
    jd_format_date(day, text);
    json_object_set_new(map, key, json_string(text));
}

static json_t *row_of(const jd_grant *g)
{
    json_t *row = json_object();
    json_object_set_new(row, "name", json_stringn(g->name.p, g->name.n));
    json_object_set_new(row, "role", json_string(jd_role_text(g->role)));
    json_object_set_new(row, "divisions", list_of_divisions(g));
    if (g->role == JD_ROLE_staff) json_object_set_new(row, "departments", list_of_departments(g));
    if (g->role == JD_ROLE_portal)
        json_object_set_new(row, "supervisors",
                            g->every_supervisor ? json_string("all") : json_integer(g->supervisors_n));
    put_day(row, "valid_from", g->valid_from);
    put_day(row, "valid_to", g->valid_to);
    json_object_set_new(row, "key", json_stringn(g->key.p, g->key.n));
    return row;
}

static int list(jd_args *a, const char *file, jd_str text)
{
    jd_grants *g = parse(file, text);
    if (!g) return JD_EX_DATA;
    for (int i = 0; i < g->n; i++) {
        json_t *row = row_of(&g->v[i]);
        if (i && !a->json) putchar('\n');
        if (a->json)
            jd_print_json(row);
        else
            jd_print_value(row, 0);
        json_decref(row);
    }
    jd_grants_free(g);
    return JD_EX_OK;
}

/* ------------------------------------------------------------ grant */

/* "a,b" as [a, b]; `all` as it is. */
static void put_list(jd_buf *b, const char *key, const char *value)
{
    if (!value) return;
    if (strcmp(value, "all") == 0)
        jd_buf_printf(b, "    %s: all\n", key);
    else
        jd_buf_printf(b, "    %s: [%s]\n", key, value);
}

static void put_entry(jd_args *a, const char *name, const char *key, jd_buf *b)
{
    jd_buf_printf(b, "  - name: %s\n    key: \"%s\"\n    role: %s\n", name, key, a->role);
    put_list(b, "divisions", a->divisions);
    put_list(b, "departments", a->departments);
    put_list(b, "supervisors", a->supervisors);
    if (a->valid_from) jd_buf_printf(b, "    valid_from: %s\n", a->valid_from);
    if (a->valid_to) jd_buf_printf(b, "    valid_to: %s\n", a->valid_to);
}

static int grant(jd_args *a, const char *file, jd_str old)
{
    jd_certificate c;
    jd_buf text = { 0 };
    jd_diag d = { .file = a->rest[2] };
    if (!a->role || !a->divisions) {
        jd_complain("say --role and --divisions; staff takes --departments, supervisor-portal --supervisors");
        return JD_EX_USAGE;
    }
    if (!jd_certificate_read(a->rest[2], false, &c, &d)) {
        fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(&d.text)));
        jd_buf_free(&d.text);
        return JD_EX_DATA;
    }
    jd_grants *before = old.n ? parse(file, old) : NULL;
    if (old.n && !before) return JD_EX_DATA;
    jd_buf_str(&text, old.n ? old : JD_STR("# Who may come in by which key; see docs/operations.md.\nclients:\n"));
    if (text.n && text.p[text.n - 1] != '\n') jd_buf_u8(&text, '\n');
    put_entry(a, a->rest[1], c.public_key, &text);
    int code = put(a, file, &text, before ? before->n + 1 : 1, a->rest[1], true);
    jd_certificate_forget(&c);
    jd_grants_free(before);
    jd_buf_free(&text);
    return code;
}

/* ------------------------------------------------------------ revoke */

/* The start of line n, from 1; the end of the text where there is no such line. */
static const char *line_at(jd_str text, int n)
{
    const char *at = text.p, *end = text.p + text.n;
    for (; n > 1 && at < end; n--) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        at = stop ? stop + 1 : end;
    }
    return at;
}

static bool is_comment(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    return at == end || *at == '#' || *at == '\n';
}

/* Up to the next client or the end, but for comments in front of what follows. */
static int line_behind(const jd_grants *g, const jd_grant *one, jd_str text)
{
    int last = 1, behind;
    for (uint32_t i = 0; i < text.n; i++) last += text.p[i] == '\n';
    behind = last + 1;
    for (int i = 0; i < g->n; i++)
        if (g->v[i].line > one->line && g->v[i].line < behind) behind = g->v[i].line;
    while (behind > one->line + 1 && is_comment(line_at(text, behind - 1), text.p + text.n)) behind--;
    return behind;
}

static int take_back(jd_args *a, const char *file, jd_str old)
{
    jd_buf text = { 0 };
    jd_grants *g = parse(file, old);
    if (!g) return JD_EX_DATA;
    const jd_grant *one = find(g, a->rest[1]);
    int code = JD_EX_REFUSED;
    if (one) {
        const char *from = line_at(old, one->line), *to = line_at(old, line_behind(g, one, old));
        jd_buf_add(&text, old.p, (size_t)(from - old.p));
        jd_buf_add(&text, to, (size_t)(old.p + old.n - to));
        code = put(a, file, &text, g->n - 1, a->rest[1], false);
    } else {
        jd_complain("%s: there is no client '%s'", file, a->rest[1]);
    }
    jd_grants_free(g);
    jd_buf_free(&text);
    return code;
}

/* ------------------------------------------------------------ all */

typedef struct verb {
    const char *name, *usage;
    int n;
    bool new_file; /* may begin one */
    int (*run)(jd_args *a, const char *file, jd_str old);
} verb;

static int run(jd_args *a, const verb *v)
{
    jd_buf text = { 0 };
    const char *file = access_file(a);
    if (!file) return JD_EX_DATA;
    bool read = jd_read_file(file, &text) || (errno == ENOENT && v->new_file);
    if (!read) jd_complain("%s: %s", file, strerror(errno));
    int code = read ? v->run(a, file, jd_buf_view(&text)) : JD_EX_DATA;
    jd_buf_free(&text);
    return code;
}

int jd_run_access(jd_args *a)
{
    static const verb verbs[] = {
        { "list", "list", 1, false, list },
        { "grant", "grant NAME CERTIFICATE --role ROLE --divisions LIST", 3, true, grant },
        { "revoke", "revoke NAME", 2, false, take_back },
    };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(verbs[i].name, a->rest[0]) != 0) continue;
        if (a->n == verbs[i].n) return run(a, &verbs[i]);
        jd_complain("usage: jianductl access %s", verbs[i].usage);
        return JD_EX_USAGE;
    }
    jd_complain("access list, grant or revoke, not '%s'", a->rest[0]);
    return JD_EX_USAGE;
}
