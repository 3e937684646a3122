/* jianductl policy check, show, diff. */
#include "workers/policy/policy.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl/ctl.h"
#include "ctl/diff.h"

static const char *calendar_beside(jd_args *a, const char *file)
{
    jd_buf path = { 0 };
    if (a->calendar) return a->calendar;
    jd_buf_printf(&path, "%s/calendar-cn.csv", dirname(jd_copyz(&a->arena, file)));
    const char *beside = jd_copy(&a->arena, jd_buf_view(&path)).p;
    jd_buf_free(&path);
    return beside;
}

static void say_wrong(jd_buf *wrong)
{
    if (wrong->n) fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(wrong)));
    jd_buf_free(wrong);
}

/* NULL after the diagnostics. */
static jd_policy *load(jd_args *a, const char *file)
{
    jd_policy_text text;
    jd_buf wrong = { 0 };
    jd_policy *p = jd_policy_read(&a->arena, file, &text, &wrong) ? jd_policy_load(&text, &wrong) : NULL;
    say_wrong(&wrong);
    return p;
}

struct jd_policy *jd_load_policy(jd_args *a, const char *file)
{
    return load(a, file);
}

static jd_calendar *load_calendar(jd_args *a, const char *file)
{
    jd_buf days = { 0 }, wrong = { 0 };
    const char *calendar = calendar_beside(a, file);
    jd_calendar *c = NULL;
    if (jd_read_file(calendar, &days))
        c = jd_calendar_open(calendar, jd_buf_view(&days), &wrong);
    else
        jd_complain("%s: %s", calendar, strerror(errno));
    jd_buf_free(&days);
    say_wrong(&wrong);
    return c;
}

static void say_well(const char *file, const jd_policy *p, const jd_calendar *cal)
{
    char until[JD_DATE_LEN + 1], extends[32] = "";
    jd_format_date(cal->last, until);
    if (p->extends) snprintf(extends, sizeof extends, ", extending %06u,", p->extends);
    printf("%s: %.*s of %06u%s is well: %d rules, %d requirements, %d departments, %d targets, "
           "%d routes; holidays known until %s\n",
           file, JD_FMT(p->name), p->division, extends, p->rules_n, p->requirements_n, p->depts_n, p->targets_n,
           p->routes_n, until);
}

static int check(jd_args *a)
{
    jd_policy *p = load(a, a->rest[1]);
    jd_calendar *cal = load_calendar(a, a->rest[1]);
    if (p && cal && !a->quiet) say_well(a->rest[1], p, cal);
    int code = p && cal ? JD_EX_OK : JD_EX_DATA;
    jd_policy_free(p);
    jd_calendar_free(cal);
    return code;
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

/* A file is shown as it is written, with what it inherits, once it is known to be a policy. */
static int show_file(jd_args *a, const char *file)
{
    jd_policy *p = load(a, file);
    if (!p) return JD_EX_DATA;
    const jd_policy_text t = { .file = file, .parent_file = file, .text = p->text, .parent = p->parent_text };
    jd_diag d = { .file = file };
    json_t *whole = json_of(jd_policy_tree(&a->arena, &t, &d));
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

/* A file, or a division: then its file in the policy folder. */
static const char *named_file(jd_args *a, const char *name)
{
    jd_buf path = { 0 };
    if (access(name, F_OK) == 0 || strspn(name, "0123456789") != 6 || strlen(name) != 6) return name;
    jd_buf_printf(&path, "%s/%s.yaml", jd_policy_folder(a), name);
    const char *file = jd_copy(&a->arena, jd_buf_view(&path)).p;
    jd_buf_free(&path);
    return file;
}

/* Everything a file says, inherited or not; *parent is what it inherits from, or NULL. */
static jd_ynode *parse(jd_args *a, const char *name, jd_diag *d, jd_ynode **parent)
{
    jd_policy_text t;
    jd_ynode *own, *whole = NULL;
    *d = (jd_diag){ .file = named_file(a, name) };
    if (jd_policy_read(&a->arena, d->file, &t, &d->text) && jd_policy_trees(&a->arena, &t, d, &own, parent))
        whole = *parent ? jd_policy_tree(&a->arena, &t, d) : own;
    if (!whole) fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(&d->text)));
    jd_buf_free(&d->text);
    return whole;
}

static int diff(jd_args *a)
{
    jd_diag da, db;
    jd_ynode *above, *parent, *a_tree, *b_tree = parse(a, a->rest[a->n - 1], &db, &parent);
    if (!b_tree) return JD_EX_DATA;
    if (a->n == 2 && !parent) {
        jd_complain("%s extends no other policy: name two", a->rest[1]);
        return JD_EX_USAGE;
    }
    a_tree = a->n == 2 ? parent : parse(a, a->rest[1], &da, &above);
    if (!a_tree) return JD_EX_DATA;
    return jd_diff(a_tree, b_tree, a->n == 2 ? &db : &da, &db) ? JD_EX_REFUSED : JD_EX_OK;
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
                  { "diff", 2, 3, diff, "diff [A] B" } };
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (strcmp(verbs[i].name, a->rest[0]) != 0) continue;
        if (a->n >= verbs[i].least && a->n <= verbs[i].most) return verbs[i].run(a);
        jd_complain("usage: jianductl policy %s", verbs[i].arguments);
        return JD_EX_USAGE;
    }
    jd_complain("policy check, show or diff, not '%s'", a->rest[0]);
    return JD_EX_USAGE;
}
