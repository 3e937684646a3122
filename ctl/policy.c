/* jianductl policy check, show, diff. */
#include "workers/policy/policy.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl/ctl.h"
#include "ctl/diff.h"

static bool read_text(const char *path, jd_buf *out)
{
    if (jd_read_file(path, out)) return true;
    jd_complain("%s: %s", path, strerror(errno));
    return false;
}

static const char *calendar_beside(jd_args *a, const char *file)
{
    jd_buf path = { 0 };
    if (a->calendar) return a->calendar;
    jd_buf_printf(&path, "%s/calendar-cn.csv", dirname(jd_copyz(&a->arena, file)));
    const char *beside = jd_copy(&a->arena, jd_buf_view(&path)).p;
    jd_buf_free(&path);
    return beside;
}

/* NULL after the diagnostics. */
static jd_policy *load(jd_args *a, const char *file)
{
    jd_buf text = { 0 }, calendar = { 0 }, wrong = { 0 };
    jd_policy *p = NULL;
    const char *calendar_file = calendar_beside(a, file);
    if (read_text(file, &text) && read_text(calendar_file, &calendar))
        p = jd_policy_load(file, jd_buf_view(&text), calendar_file, jd_buf_view(&calendar), &wrong);
    if (wrong.n) fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(&wrong)));
    jd_buf_free(&text);
    jd_buf_free(&calendar);
    jd_buf_free(&wrong);
    return p;
}

struct jd_policy *jd_load_policy(jd_args *a, const char *file)
{
    return load(a, file);
}

static int check(jd_args *a)
{
    jd_policy *p = load(a, a->rest[1]);
    if (!p) return JD_EX_DATA;
    char until[JD_DATE_LEN + 1];
    jd_format_date(p->calendar.last, until);
    if (!a->quiet)
        printf("%s: %.*s of %06u is well: %d rules, %d requirements, %d departments, %d targets, "
               "%d routes; holidays known until %s\n",
               a->rest[1], JD_FMT(p->name), p->division, p->rules_n, p->requirements_n, p->depts_n, p->targets_n,
               p->routes_n, until);
    jd_policy_free(p);
    return JD_EX_OK;
}

/* ------------------------------------------------------------ show */

static json_t *json_of(const jd_ynode *n)
{
    json_t *v = n->kind == JD_Y_MAP ? json_object() : json_array();
    for (int i = 0; i < n->n && n->kind == JD_Y_MAP; i++)
        json_object_setn_new(v, n->keys[i]->text.p, n->keys[i]->text.n, json_of(n->items[i]));
    for (int i = 0; i < n->n && n->kind == JD_Y_LIST; i++) json_array_append_new(v, json_of(n->items[i]));
    if (n->kind != JD_Y_SCALAR) return v;
    json_decref(v);
    return json_stringn(n->text.p, n->text.n);
}

/* A file is shown as it is written, once it is known to be a policy. */
static int show_file(jd_args *a, const char *file)
{
    jd_policy *p = load(a, file);
    if (!p) return JD_EX_DATA;
    jd_diag d = { .file = file };
    json_t *whole = json_of(jd_yaml_parse(&a->arena, p->text, &d));
    if (!a->rules) json_object_del(whole, "rules");
    if (a->json)
        jd_print_json(whole);
    else
        jd_print_value(whole, 0);
    json_decref(whole);
    jd_policy_free(p);
    return JD_EX_OK;
}

static int show_active(jd_args *a)
{
    json_t *answer, *body = json_object();
    const char *division = jd_division_for(a, NULL);
    if (a->rules) json_object_set_new(body, "rules", json_true());
    if (!division) {
        json_decref(body);
        return JD_EX_USAGE;
    }
    int code = jd_ask_once(a, "policy.show", division, body, &answer);
    if (code == JD_EX_OK)
        jd_print_answer(a, answer);
    else if (answer && a->json)
        jd_print_json(answer);
    json_decref(answer);
    return code;
}

static int show(jd_args *a)
{
    return a->n > 1 ? show_file(a, a->rest[1]) : show_active(a);
}

/* ------------------------------------------------------------ diff */

static jd_ynode *parse(jd_args *a, const char *file)
{
    jd_buf text = { 0 };
    jd_diag d = { .file = file };
    jd_ynode *root = NULL;
    if (read_text(file, &text)) root = jd_yaml_parse(&a->arena, jd_buf_view(&text), &d);
    if (d.errors) fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(&d.text)));
    jd_buf_free(&d.text);
    jd_buf_free(&text);
    return root;
}

static int diff(jd_args *a)
{
    jd_ynode *old = parse(a, a->rest[1]), *new = old ? parse(a, a->rest[2]) : NULL;
    if (!new) return JD_EX_DATA;
    return jd_diff(old, new) ? JD_EX_REFUSED : JD_EX_OK;
}

int jd_run_policy(jd_args *a)
{
    static const struct {
        const char *name;
        int least, most;
        int (*run)(jd_args *a);
        const char *arguments;
    } verbs[] = { { "check", 2, 2, check, "check FILE" },
                  { "show", 1, 2, show, "show [FILE]" },
                  { "diff", 3, 3, diff, "diff A B" } };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(verbs[i].name, a->rest[0]) != 0) continue;
        if (a->n >= verbs[i].least && a->n <= verbs[i].most) return verbs[i].run(a);
        jd_complain("usage: jianductl policy %s", verbs[i].arguments);
        return JD_EX_USAGE;
    }
    jd_complain("policy check, show or diff, not '%s'", a->rest[0]);
    return JD_EX_USAGE;
}
