/* A worker that starts reads its policy three times over, and most of a seed would be spent with it. What a text
 * comes to depends on the text alone: each is parsed once, and its tree copied from then on. */
#include "base/yaml.h"

#include "tests/sim/seams.h"

enum { TEXTS = 8 };

static jd_arena kept;
static struct {
    jd_str text;
    const jd_ynode *root;
} known[TEXTS];
static int known_n;

static jd_ynode **copy_all(jd_arena *a, jd_ynode *const *from, int n);

/* Readers mark nodes and policies are merged, so each has its own; the words are shared. */
static jd_ynode *copy(jd_arena *a, const jd_ynode *from)
{
    jd_ynode *n = jd_alloc(a, sizeof *n);
    *n = *from;
    if (n->items) n->items = copy_all(a, from->items, n->n);
    if (n->keys) n->keys = copy_all(a, from->keys, n->n);
    return n;
}

static jd_ynode **copy_all(jd_arena *a, jd_ynode *const *from, int n)
{
    jd_ynode **all = jd_alloc(a, sizeof *all * (size_t)(n + 1));
    for (int i = 0; i < n; i++) all[i] = copy(a, from[i]);
    return all;
}

jd_ynode *__wrap_jd_yaml_parse(jd_arena *a, jd_str text, jd_diag *d)
{
    for (int i = 0; i < known_n; i++)
        if (jd_str_eq(known[i].text, text)) return copy(a, known[i].root);
    jd_ynode *root = __real_jd_yaml_parse(&kept, text, d);
    if (!root || known_n == TEXTS) return root ? copy(a, root) : NULL;
    known[known_n].text = jd_copy(&kept, text);
    known[known_n++].root = root;
    return copy(a, root);
}
