#include "ctl/diff.h"

#include <stdio.h>
#include <stdlib.h>

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

static int say(char mark, const char *path, const jd_ynode *a, const jd_ynode *b)
{
    printf("%c %s: ", mark, path);
    write_value(stdout, a);
    if (b) fputs(" -> ", stdout);
    if (b) write_value(stdout, b);
    putchar('\n');
    return 1;
}

/* ------------------------------------------------------------ finding it */

static int compare(const char *path, const jd_ynode *a, const jd_ynode *b);

static int compare_at(const char *path, const char *open, jd_str name, const char *close, const jd_ynode *a,
                      const jd_ynode *b)
{
    char *deeper;
    if (asprintf(&deeper, "%s%s%.*s%s", path, open, JD_FMT(name), close) < 0) abort();
    int n = a && b ? compare(deeper, a, b) : say(a ? '-' : '+', deeper, a ? a : b, NULL);
    free(deeper);
    return n;
}

static int compare_maps(const char *path, const jd_ynode *a, const jd_ynode *b)
{
    int n = 0;
    const char *dot = *path ? "." : "";
    for (int i = 0; i < a->n; i++) {
        jd_str key = a->keys[i]->text;
        n += compare_at(path, dot, key, "", a->items[i], child(b, key));
    }
    for (int i = 0; i < b->n; i++)
        if (!child(a, b->keys[i]->text)) n += compare_at(path, dot, b->keys[i]->text, "", NULL, b->items[i]);
    return n;
}

/* What an item of a list is called: its id or code; without one it is what it says. */
static jd_str name_of(const jd_ynode *n)
{
    const jd_ynode *id = child(n, JD_STR("id"));
    const jd_ynode *code = id ? id : child(n, JD_STR("code"));
    return code ? code->text : (jd_str){ "", 0 };
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

/* Either may be NULL: the item that only the other list has. */
static int compare_items(const char *path, const jd_ynode *a, const jd_ynode *b)
{
    jd_str name = name_of(a ? a : b);
    return compare_at(path, name.n ? "[" : "", name, name.n ? "]" : "", a, b);
}

static int compare_lists(const char *path, const jd_ynode *a, const jd_ynode *b)
{
    int n = 0;
    for (int i = 0; i < a->n; i++) n += compare_items(path, a->items[i], find_like(b, a->items[i]));
    for (int i = 0; i < b->n; i++)
        if (!find_like(a, b->items[i])) n += compare_items(path, NULL, b->items[i]);
    return n == 0 && reordered(a, b) ? say('!', path, a, b) : n;
}

static int compare(const char *path, const jd_ynode *a, const jd_ynode *b)
{
    if (a->kind == JD_Y_MAP && b->kind == JD_Y_MAP) return compare_maps(path, a, b);
    if (a->kind == JD_Y_LIST && b->kind == JD_Y_LIST) return compare_lists(path, a, b);
    return same(a, b) ? 0 : say('!', path, a, b);
}

int jd_diff(const jd_ynode *a, const jd_ynode *b)
{
    return compare("", a, b);
}
