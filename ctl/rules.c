/* jianductl rules: each article of a policy, who decides it, where the file acts on it, and which messages
 * cite it. What nothing acts on says so. */
#include <ctype.h>
#include <errno.h>

#include "ctl/ctl.h"
#include "proto/messages.h"
#include "workers/policy/policy.h"

typedef struct sheet {
    const char *file;
    jd_ynode *root, *rules;
    json_t *where; /* rule id -> list of places in the file */
} sheet;

static bool is_rule(const sheet *s, jd_str id)
{
    for (int i = 0; i < s->rules->n; i++) {
        jd_ynode *n = jd_y_get(s->rules->items[i], "id");
        if (n && jd_str_eq(n->text, id)) return true;
    }
    return false;
}

static void add(json_t *map, jd_str id, const char *place)
{
    json_t *list = json_object_getn(map, id.p, id.n);
    if (!list) json_object_setn_new(map, id.p, id.n, list = json_array());
    json_array_append_new(list, json_string(place));
}

/* An item of a list is called by its code or id, else by its place. */
static void name_item(const jd_ynode *item, int at, jd_buf *path)
{
    static const char *const keys[] = { "code", "id" };
    for (size_t k = 0; item->kind == JD_Y_MAP && k < sizeof keys / sizeof *keys; k++) {
        const jd_ynode *n = jd_y_get((jd_ynode *)item, keys[k]);
        if (!n || n->kind != JD_Y_SCALAR) continue;
        jd_buf_printf(path, ".%.*s", JD_FMT(n->text));
        return;
    }
    jd_buf_printf(path, "[%d]", at + 1);
}

/* Every place that names a rule, by its path from the top. */
static void walk(const sheet *s, const jd_ynode *n, jd_buf *path)
{
    size_t start = path->n;
    for (int i = 0; i < n->n; i++) {
        jd_ynode *item = n->items[i];
        if (item == s->rules) continue;
        if (n->kind == JD_Y_MAP && item->kind == JD_Y_SCALAR) {
            jd_buf_u8(path, 0);
            if (is_rule(s, item->text)) add(s->where, item->text, path->n > 1 ? path->p + 1 : "");
        } else if (n->kind == JD_Y_MAP) {
            jd_buf_printf(path, ".%.*s", JD_FMT(n->keys[i]->text));
            walk(s, item, path);
        } else {
            name_item(item, i, path);
            walk(s, item, path);
        }
        path->n = start;
    }
}

/* Whether a text names the rule as a word of its own, and not as the beginning of a longer one. */
static bool names(const char *text, jd_str id)
{
    const char *found = text;
    while ((found = memmem(found, strlen(found), id.p, id.n))) {
        found += id.n;
        if (!isalnum((unsigned char)*found) && (*found != '.' || !isalnum((unsigned char)found[1]))) return true;
    }
    return false;
}

static bool message_names(const jd_message *m, jd_str id)
{
    bool found = names(m->doc, id);
    for (int f = 0; f < m->layout.n && !found; f++) found = names(m->layout.fields[f].rule, id);
    return found;
}

static json_t *messages_of(jd_str id)
{
    json_t *list = json_array();
    for (int m = 0; m < JD_MSG_COUNT; m++)
        if (message_names(jd_message_get((jd_msg)m), id))
            json_array_append_new(list, json_string(jd_message_get((jd_msg)m)->text));
    return list;
}

static json_t *describe(const sheet *s, const jd_ynode *rule)
{
    static const char *const keys[] = { "id", "article", "how", "text" };
    json_t *out = json_object(), *places;
    jd_str id = jd_y_get((jd_ynode *)rule, "id")->text;
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
        const jd_ynode *n = jd_y_get((jd_ynode *)rule, keys[k]);
        if (n) json_object_set_new(out, keys[k], json_stringn(n->text.p, n->text.n));
    }
    places = json_object_getn(s->where, id.p, id.n);
    json_object_set(out, "policy", places ? places : json_array());
    json_object_set_new(out, "messages", messages_of(id));
    return out;
}

static void say_list(const char *head, const json_t *list)
{
    size_t n = json_array_size(list);
    if (!n) return;
    printf("  %-9s", head);
    for (size_t i = 0; i < n; i++) printf("%s%s", i ? ", " : "", json_string_value(json_array_get(list, i)));
    putchar('\n');
}

static void say(const json_t *rule)
{
    printf("%s  %s  [%s]\n  %s\n", jd_json_text(rule, "id"), jd_json_text(rule, "article"), jd_json_text(rule, "how"),
           jd_json_text(rule, "text"));
    say_list("policy", json_object_get(rule, "policy"));
    say_list("messages", json_object_get(rule, "messages"));
}

static int print_rules(jd_args *a, const sheet *s, const char *only)
{
    int code = JD_EX_REFUSED;
    for (int i = 0; i < s->rules->n; i++) {
        const jd_ynode *id = jd_y_get(s->rules->items[i], "id");
        if (!id || (only && !jd_str_is(id->text, only))) continue;
        json_t *rule = describe(s, s->rules->items[i]);
        if (a->json)
            jd_print_json(rule);
        else
            say(rule);
        json_decref(rule);
        code = JD_EX_OK;
    }
    if (code != JD_EX_OK) jd_complain("%s has no rule %s", s->file, only ? only : "at all");
    return code;
}

int jd_run_rules(jd_args *a)
{
    sheet s = { .file = a->rest[0], .where = json_object() };
    jd_buf text = { 0 }, path = { 0 };
    jd_diag d = { .file = s.file };
    if (!jd_read_file(s.file, &text))
        jd_complain("%s: %s", s.file, strerror(errno));
    else if ((s.root = jd_yaml_parse(&a->arena, jd_buf_view(&text), &d)) && s.root->kind == JD_Y_MAP)
        s.rules = jd_y_get(s.root, "rules");
    bool readable = s.rules && s.rules->kind == JD_Y_LIST;
    if (d.errors) fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(&d.text)));
    if (!readable && !d.errors && text.n) jd_complain("%s: a policy with a list of rules was expected", s.file);
    if (readable) walk(&s, s.root, &path);
    int code = readable ? print_rules(a, &s, a->n > 1 ? a->rest[1] : NULL) : JD_EX_DATA;
    jd_buf_free(&text);
    jd_buf_free(&path);
    jd_buf_free(&d.text);
    json_decref(s.where);
    return code;
}
