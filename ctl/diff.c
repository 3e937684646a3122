#include "ctl/diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workers/policy/extend.h"

static bool same(const jd_ynode *a, const jd_ynode *b)
{
    if (a->kind != b->kind || a->n != b->n || !jd_str_eq(a->text, b->text)) return false;
    for (int i = 0; i < a->n; i++) {
        if (a->kind == JD_Y_MAP && !jd_str_eq(a->keys[i]->text, b->keys[i]->text)) return false;
        if (!same(a->items[i], b->items[i])) return false;
    }
    return true;
}

static const jd_ynode *child(const jd_ynode *map, jd_str key)
{
    for (int i = 0; map->kind == JD_Y_MAP && i < map->n; i++)
        if (jd_str_eq(map->keys[i]->text, key)) return map->items[i];
    return NULL;
}

/* ------------------------------------------------------------ saying it */

static void write_value(FILE *to, const jd_ynode *n)
{
    if (n->kind == JD_Y_SCALAR) fprintf(to, "%.*s", JD_FMT(n->text));
    if (n->kind != JD_Y_SCALAR) fputc(n->kind == JD_Y_MAP ? '{' : '[', to);
    for (int i = 0; i < n->n; i++) {
        fputs(i ? ", " : "", to);
        if (n->kind == JD_Y_MAP) fprintf(to, "%.*s: ", JD_FMT(n->keys[i]->text));
        write_value(to, n->items[i]);
    }
    if (n->kind != JD_Y_SCALAR) fputc(n->kind == JD_Y_MAP ? '}' : ']', to);
}

/* What is being compared: the files, and the rule that the section one is in cites. */
typedef struct spot {
    const jd_diag *a, *b;
    jd_str rule;
} spot;

static int say(const spot *s, const char *path, const jd_ynode *a, const jd_ynode *b)
{
    const jd_ynode *at = b ? b : a;
    const char *file = jd_diag_file(b ? s->b : s->a, at->line), *name = strrchr(file, '/');
    printf("%c %s: ", a && b ? '!' : a ? '-' : '+', path);
    if (a) write_value(stdout, a);
    if (a && b) fputs(" -> ", stdout);
    if (b) write_value(stdout, b);
    printf("  (%s:%d%s%.*s)\n", name ? name + 1 : file, at->line & JD_PLACE_LINE, s->rule.n ? ", " : "",
           JD_FMT(s->rule));
    return 1;
}

/* ------------------------------------------------------------ finding it */

/* A value's rule stands beside it: as `rule`, or as `term_rule` beside `term_months`. */
static jd_str rule_beside(const jd_ynode *map, jd_str key)
{
    char own[64];
    uint32_t stem = 0;
    while (stem < key.n && key.p[stem] != '_') stem++;
    snprintf(own, sizeof own, "%.*s_rule", (int)stem, key.p);
    const jd_ynode *rule = child(map, jd_str_of(own));
    if (!rule) rule = child(map, JD_STR("rule"));
    return rule && rule->kind == JD_Y_SCALAR ? rule->text : (jd_str){ "", 0 };
}

static spot within(const spot *s, const jd_ynode *map, jd_str key)
{
    spot in = *s;
    jd_str rule = map->kind == JD_Y_MAP ? rule_beside(map, key) : (jd_str){ "", 0 };
    if (rule.n) in.rule = rule;
    return in;
}

static int compare(const spot *s, const char *path, const jd_ynode *a, const jd_ynode *b);

static int compare_at(const spot *s, const char *path, const char *open, jd_str name, const char *close,
                      const jd_ynode *a, const jd_ynode *b)
{
    char *deeper;
    if (asprintf(&deeper, "%s%s%.*s%s", path, open, JD_FMT(name), close) < 0) abort();
    int n = a && b ? compare(s, deeper, a, b) : say(s, deeper, a, b);
    free(deeper);
    return n;
}

static int compare_maps(const spot *s, const char *path, const jd_ynode *a, const jd_ynode *b)
{
    int n = 0;
    const char *dot = *path ? "." : "";
    for (int i = 0; i < a->n; i++) {
        jd_str key = a->keys[i]->text;
        spot in = within(s, b, key);
        n += compare_at(&in, path, dot, key, "", a->items[i], child(b, key));
    }
    for (int i = 0; i < b->n; i++) {
        spot in = within(s, b, b->keys[i]->text);
        if (!child(a, b->keys[i]->text)) n += compare_at(&in, path, dot, b->keys[i]->text, "", NULL, b->items[i]);
    }
    return n;
}

/* What an item of a list is called; without a name it is what it says. */
static jd_str name_of(const jd_ynode *n)
{
    static jd_arena names; /* as long as the program */
    return jd_item_name(&names, n);
}

static bool alike(const jd_ynode *a, const jd_ynode *b)
{
    return name_of(a).n ? jd_str_eq(name_of(a), name_of(b)) : same(a, b);
}

static const jd_ynode *find_like(const jd_ynode *list, const jd_ynode *item)
{
    for (int i = 0; i < list->n; i++)
        if (alike(item, list->items[i])) return list->items[i];
    return NULL;
}

/* Routes and channels are tried in turn: the same items in another order are not the same. */
static bool reordered(const jd_ynode *a, const jd_ynode *b)
{
    for (int i = 0; i < a->n && i < b->n; i++)
        if (!alike(a->items[i], b->items[i])) return true;
    return a->n != b->n;
}

/* Either of a and b may be NULL: the item that only the other list has. The newer one is named and cites the rule. */
static int compare_items(const spot *s, const char *path, const jd_ynode *newer, const jd_ynode *a, const jd_ynode *b)
{
    jd_str name = name_of(newer);
    spot in = within(s, newer, (jd_str){ "", 0 });
    return compare_at(&in, path, name.n ? "[" : "", name, name.n ? "]" : "", a, b);
}

static int compare_lists(const spot *s, const char *path, const jd_ynode *a, const jd_ynode *b)
{
    int n = 0;
    for (int i = 0; i < a->n; i++) {
        const jd_ynode *was = a->items[i], *is = find_like(b, was);
        n += compare_items(s, path, is ? is : was, was, is);
    }
    for (int i = 0; i < b->n; i++)
        if (!find_like(a, b->items[i])) n += compare_items(s, path, b->items[i], NULL, b->items[i]);
    return n == 0 && reordered(a, b) ? say(s, path, a, b) : n;
}

static int compare(const spot *s, const char *path, const jd_ynode *a, const jd_ynode *b)
{
    if (a->kind == JD_Y_MAP && b->kind == JD_Y_MAP) return compare_maps(s, path, a, b);
    if (a->kind == JD_Y_LIST && b->kind == JD_Y_LIST) return compare_lists(s, path, a, b);
    return same(a, b) ? 0 : say(s, path, a, b);
}

int jd_diff(const jd_ynode *a, const jd_ynode *b, const jd_diag *da, const jd_diag *db)
{
    const spot s = { .a = da, .b = db };
    return compare(&s, "", a, b);
}
