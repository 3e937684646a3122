#include "workers/policy/extend.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------ finding things in a tree */

static int find(const jd_ynode *map, jd_str key)
{
    for (int i = 0; map->kind == JD_Y_MAP && i < map->n; i++)
        if (jd_str_eq(map->keys[i]->text, key)) return i;
    return -1;
}

static jd_str text_at(const jd_ynode *map, const char *key)
{
    int at = find(map, jd_str_of(key));
    return at >= 0 && map->items[at]->kind == JD_Y_SCALAR ? map->items[at]->text : (jd_str){ "", 0 };
}

jd_str jd_item_name(jd_arena *a, const jd_ynode *item)
{
    jd_buf b = { 0 };
    jd_str id = text_at(item, "id"), code = text_at(item, "code");
    if (id.n) return id;
    if (code.n) return code;
    jd_str recommender = text_at(item, "recommender"), nominee = text_at(item, "nominee");
    if (!recommender.n || !nominee.n) return (jd_str){ "", 0 };
    jd_buf_printf(&b, "%.*s/%.*s", JD_FMT(recommender), JD_FMT(nominee));
    jd_str name = jd_copy(a, jd_buf_view(&b));
    jd_buf_free(&b);
    return name;
}

static bool removes(const jd_ynode *n)
{
    bool yes = false;
    int at = find(n, JD_STR("remove"));
    return at >= 0 && jd_y_scalar_bool(n->items[at], &yes) && yes;
}

/* ------------------------------------------------------------ merging */

typedef struct merging {
    jd_arena *a;
    jd_diag *d;
} merging;

static jd_ynode *merge(merging *m, jd_ynode *old, jd_ynode *own);

static jd_ynode *room_for(merging *m, const jd_ynode *own, int n)
{
    jd_ynode *out = jd_alloc(m->a, sizeof *out);
    *out = (jd_ynode){ .kind = own->kind, .line = own->line };
    out->items = jd_alloc(m->a, sizeof *out->items * (size_t)(n ? n : 1));
    out->keys = jd_alloc(m->a, sizeof *out->keys * (size_t)(n ? n : 1));
    return out;
}

static void add(jd_ynode *out, jd_ynode *key, jd_ynode *value)
{
    out->keys[out->n] = key;
    out->items[out->n++] = value;
}

static void nothing_to_remove(merging *m, const jd_ynode *n, jd_str name)
{
    if (removes(n)) jd_diag_at(m->d, n->line, "there is no '%.*s' to remove", JD_FMT(name));
}

static jd_ynode *merge_maps(merging *m, jd_ynode *old, jd_ynode *own)
{
    jd_ynode *out = room_for(m, own, old->n + own->n);
    for (int i = 0; i < old->n; i++) {
        int at = find(own, old->keys[i]->text);
        if (at < 0)
            add(out, old->keys[i], old->items[i]);
        else if (!removes(own->items[at]))
            add(out, own->keys[at], merge(m, old->items[i], own->items[at]));
    }
    for (int i = 0; i < own->n; i++) {
        if (find(old, own->keys[i]->text) >= 0) continue;
        nothing_to_remove(m, own->items[i], own->keys[i]->text);
        add(out, own->keys[i], own->items[i]);
    }
    return out;
}

static int find_item(merging *m, const jd_ynode *list, jd_str name)
{
    for (int i = 0; i < list->n; i++)
        if (jd_str_eq(jd_item_name(m->a, list->items[i]), name)) return i;
    return -1;
}

static void check_items(merging *m, const jd_ynode *own)
{
    for (int i = 0; i < own->n; i++) {
        jd_str name = jd_item_name(m->a, own->items[i]);
        if (!name.n) jd_diag_at(m->d, own->items[i]->line, "an item that changes an inherited list needs its name");
        for (int j = 0; j < i && name.n; j++)
            if (jd_str_eq(name, jd_item_name(m->a, own->items[j])))
                jd_diag_at(m->d, own->items[i]->line, "'%.*s' stands twice, first in line %d", JD_FMT(name),
                           own->items[j]->line);
    }
}

static jd_ynode *merge_lists(merging *m, jd_ynode *old, jd_ynode *own)
{
    jd_ynode *out = room_for(m, own, old->n + own->n);
    check_items(m, own);
    for (int i = 0; i < old->n; i++) {
        int at = find_item(m, own, jd_item_name(m->a, old->items[i]));
        if (at < 0)
            add(out, NULL, old->items[i]);
        else if (!removes(own->items[at]))
            add(out, NULL, merge(m, old->items[i], own->items[at]));
    }
    for (int i = 0; i < own->n; i++) {
        jd_str name = jd_item_name(m->a, own->items[i]);
        if (find_item(m, old, name) >= 0) continue;
        nothing_to_remove(m, own->items[i], name);
        add(out, NULL, own->items[i]);
    }
    return out;
}

static bool named(merging *m, const jd_ynode *list)
{
    for (int i = 0; i < list->n; i++)
        if (!jd_item_name(m->a, list->items[i]).n) return false;
    return list->n > 0;
}

static jd_ynode *merge(merging *m, jd_ynode *old, jd_ynode *own)
{
    int at = find(own, JD_STR("replace"));
    if (at >= 0 && own->n == 1) return own->items[at];
    if (old->kind == JD_Y_MAP && own->kind == JD_Y_MAP) return merge_maps(m, old, own);
    bool lists = old->kind == JD_Y_LIST && own->kind == JD_Y_LIST;
    return lists && own->n && named(m, old) ? merge_lists(m, old, own) : own;
}

/* Who a policy is and when it holds is its own, never its parent's. */
static jd_ynode *without_identity(merging *m, jd_ynode *root)
{
    static const char *const own[] = { "id",     "version",   "division",       "title",       "doc_no",
                                       "status", "issued_on", "effective_from", "effective_to" };
    jd_ynode *out = room_for(m, root, root->n);
    for (int i = 0; i < root->n; i++) {
        bool kept = true;
        for (size_t k = 0; k < sizeof own / sizeof *own; k++) kept &= !jd_str_is(root->keys[i]->text, own[k]);
        if (kept) add(out, root->keys[i], root->items[i]);
    }
    return out;
}

/* ------------------------------------------------------------ both files */

static jd_ynode *parse(jd_arena *a, jd_str text, jd_diag *d)
{
    jd_ynode *root = jd_yaml_parse(a, text, d);
    if (root && root->kind != JD_Y_MAP) jd_diag_at(d, root->line, "a policy is a mapping");
    return d->errors ? NULL : root;
}

static jd_ynode *parse_parent(jd_arena *a, const jd_policy_text *t, jd_diag *d)
{
    jd_diag own = { .file = t->parent_file };
    jd_ynode *root = parse(a, t->parent, &own);
    if (root) jd_y_other(root);
    jd_buf_str(&d->text, jd_buf_view(&own.text));
    d->errors += own.errors;
    jd_buf_free(&own.text);
    return root;
}

/* One step up, and to the division it names. */
static void check_parent(const jd_ynode *own, const jd_ynode *parent, jd_diag *d)
{
    int at = find(own, JD_STR("extends")), again = find(parent, JD_STR("extends"));
    jd_str wanted = own->items[at]->text, found = text_at(parent, "division");
    if (jd_str_eq(wanted, text_at(own, "division")))
        jd_diag_at(d, own->items[at]->line, "a policy cannot extend itself");
    else if (!jd_str_eq(wanted, found))
        jd_diag_at(d, own->items[at]->line, "extends %.*s, and what is beside it is the policy of '%.*s'",
                   JD_FMT(wanted), JD_FMT(found));
    else if (again >= 0)
        jd_diag_at(d, parent->keys[again]->line,
                   "this extends another in turn; a policy extends one that stands alone");
}

bool jd_policy_trees(jd_arena *a, const jd_policy_text *t, jd_diag *d, jd_ynode **own, jd_ynode **parent)
{
    d->other = t->parent_file;
    *parent = NULL;
    *own = parse(a, t->text, d);
    int at = *own ? find(*own, JD_STR("extends")) : -1;
    if (at < 0) return *own != NULL;
    if (!t->parent.n) {
        jd_diag_at(d, (*own)->items[at]->line, "extends '%.*s', whose policy is not beside it",
                   JD_FMT((*own)->items[at]->text));
        return false;
    }
    *parent = parse_parent(a, t, d);
    if (*parent) check_parent(*own, *parent, d);
    return d->errors == 0;
}

jd_ynode *jd_policy_tree(jd_arena *a, const jd_policy_text *t, jd_diag *d)
{
    merging m = { .a = a, .d = d };
    jd_ynode *own, *parent;
    if (!jd_policy_trees(a, t, d, &own, &parent)) return NULL;
    if (!parent) return own;
    jd_ynode *whole = merge_maps(&m, without_identity(&m, parent), own);
    return d->errors ? NULL : whole;
}

/* ------------------------------------------------------------ the folder */

static bool read_text(jd_arena *a, const char *file, jd_str *out, jd_buf *wrong)
{
    jd_buf text = { 0 };
    bool ok = jd_read_file(file, &text);
    if (ok) *out = jd_copy(a, jd_buf_view(&text));
    if (!ok) jd_buf_printf(wrong, "%s: %s\n", file, strerror(errno));
    jd_buf_free(&text);
    return ok;
}

/* A file with mistakes extends nothing here: whoever loads it will name them. */
static jd_str extended(jd_arena *a, jd_str text)
{
    jd_diag d = { .file = "" };
    jd_ynode *root = jd_yaml_parse(a, text, &d);
    jd_buf_free(&d.text);
    return root && root->kind == JD_Y_MAP ? text_at(root, "extends") : (jd_str){ "", 0 };
}

static const char *beside(jd_arena *a, const char *file, jd_str division)
{
    jd_buf b = { 0 };
    jd_buf_printf(&b, "%s/%.*s.yaml", dirname(jd_copyz(a, file)), JD_FMT(division));
    jd_buf_u8(&b, 0);
    const char *path = jd_copy(a, jd_buf_view(&b)).p;
    jd_buf_free(&b);
    return path;
}

bool jd_policy_read(jd_arena *a, const char *file, jd_policy_text *out, jd_buf *wrong)
{
    uint64_t code;
    *out = (jd_policy_text){ .file = file, .text = { "", 0 }, .parent = { "", 0 } };
    if (!read_text(a, file, &out->text, wrong)) return false;
    jd_str parent = extended(a, out->text);
    if (parent.n != 6 || !jd_str_to_u64(parent, &code)) return true; /* the loader says what is wrong */
    out->parent_file = beside(a, file, parent);
    if (access(out->parent_file, F_OK) != 0) return true;
    return read_text(a, out->parent_file, &out->parent, wrong);
}
