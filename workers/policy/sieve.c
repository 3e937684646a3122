#include "workers/policy/sieve.h"

#include <string.h>

enum { KEYS_MAX = 128 };

/* One field, fact or derived value, and a row of the conditions that each of its values meets. A row that would leave
 * everything standing is NULL. */
typedef struct key {
    jd_source source;
    int index;
    enum { KEY_BOOL, KEY_WORD, KEY_WORDS } kind;
    const uint64_t *of[JD_YES + 1]; /* by jd_tri; of a code: JD_UNKNOWN where there is none, JD_NO for any other */
    struct slot {
        jd_str value;
        const uint64_t *row;
    } * slots; /* hashed; a power of two of them */
    uint32_t mask;
} key;

struct jd_sieve {
    int n, words, keys_n;
    int facts_n; /* keys that are facts, which come first */
    key *keys;
    uint64_t *whole;   /* conditions that their rows describe wholly */
    uint64_t *settled; /* those, and what people alone judge */
};

/* A test that must be met for its condition to be. */
typedef struct leaf {
    int cond, key;
    const jd_cond *test;
    bool negated;
} leaf;

typedef struct maker {
    jd_arena *a;
    const jd_layout *l;
    jd_sieve *s;
    leaf *leaves;
    int leaves_n, room;
} maker;

/* ------------------------------------------------------------ making */

static int kind_of(const maker *m, const jd_cond *c)
{
    uint8_t type = c->source == JD_SRC_FIELD ? m->l->fields[c->index].type : JD_T_WORD;
    if (c->source == JD_SRC_FACT) return c->kind == JD_C_IS ? KEY_BOOL : -1;
    if (c->kind == JD_C_IS) return type == JD_T_BOOL ? KEY_BOOL : -1;
    if (c->kind != JD_C_IN) return -1;
    return type == JD_T_WORDS ? KEY_WORDS : KEY_WORD;
}

static int find_key(maker *m, const jd_cond *c, int kind)
{
    jd_sieve *s = m->s;
    for (int i = 0; i < s->keys_n; i++)
        if (s->keys[i].source == c->source && s->keys[i].index == c->index) return i;
    if (s->keys_n == KEYS_MAX) return -1;
    s->keys[s->keys_n] = (key){ .source = c->source, .index = c->index, .kind = (uint8_t)kind };
    return s->keys_n++;
}

/* Of a list any value may meet the test, so one list cannot stand for two tests, nor for none of them. */
static bool fits(const maker *m, int cond, int at, int kind, bool negated)
{
    if (kind != KEY_WORDS) return true;
    for (int i = 0; i < m->leaves_n; i++)
        if (m->leaves[i].cond == cond && m->leaves[i].key == at) return false;
    return !negated;
}

static int leaves_below(const jd_cond *c)
{
    int n = 1;
    for (int i = 0; c && c->kids && i < c->n; i++) n += leaves_below(c->kids[i]);
    return n;
}

/* Adds the tests that must be met. True when they are all there is to the condition. */
static bool collect(maker *m, int cond, const jd_cond *c, bool negated)
{
    if (c->kind == JD_C_NOT) return collect(m, cond, c->kids[0], !negated);
    if (c->kind == JD_C_ALL && !negated) {
        bool whole = true;
        for (int i = 0; i < c->n; i++) whole &= collect(m, cond, c->kids[i], false);
        return whole;
    }
    int kind = c->kids || c->kind == JD_C_HUMAN ? -1 : kind_of(m, c);
    int at = kind < 0 ? -1 : find_key(m, c, kind);
    if (at < 0 || !fits(m, cond, at, kind, negated)) return false;
    m->leaves[m->leaves_n++] = (leaf){ cond, at, c, negated };
    return true;
}

static bool has_value(const jd_cond *c, jd_str v)
{
    for (int i = 0; i < c->n; i++)
        if (jd_str_eq(c->values[i], v)) return true;
    return false;
}

static bool met_by_tri(const leaf *l, jd_tri v)
{
    if (v == JD_UNKNOWN) return false;
    return l->test->kind == JD_C_IS ? ((v == JD_YES) == l->test->want) != l->negated : l->negated; /* any other code */
}

static uint64_t *full_row(maker *m)
{
    uint64_t *row = jd_alloc(m->a, sizeof *row * (size_t)m->s->words);
    for (int i = 0; i < m->s->n; i++) row[i / 64] |= (uint64_t)1 << i % 64;
    return row;
}

static const uint64_t *make_row(maker *m, int at, const jd_str *value, jd_tri v)
{
    uint64_t *row = full_row(m);
    bool all = true;
    for (int i = 0; i < m->leaves_n; i++) {
        const leaf *l = &m->leaves[i];
        if (l->key != at || (value ? has_value(l->test, *value) != l->negated : met_by_tri(l, v))) continue;
        row[l->cond / 64] &= ~((uint64_t)1 << l->cond % 64);
        all = false;
    }
    return all ? NULL : row;
}

/* Of both ends: codes are short, and differ there. */
static uint32_t hash(jd_str v)
{
    uint32_t front = 0, back = 0;
    if (v.n >= 4) {
        memcpy(&front, v.p, 4);
        memcpy(&back, v.p + v.n - 4, 4);
    } else
        for (uint32_t i = 0; i < v.n; i++) front = front << 8 | (uint8_t)v.p[i];
    uint32_t h = (front ^ v.n) * 2654435761u ^ back * 2246822519u;
    return h ^ h >> 15;
}

static const struct slot *find_slot(const key *k, jd_str v)
{
    uint32_t at = hash(v) & k->mask;
    while (k->slots[at].value.p && !jd_str_eq(k->slots[at].value, v)) at = (at + 1) & k->mask;
    return &k->slots[at];
}

static void make_slots(maker *m, int at)
{
    key *k = &m->s->keys[at];
    uint32_t values = 0, room = 4;
    for (int i = 0; i < m->leaves_n; i++) values += m->leaves[i].key == at ? (uint32_t)m->leaves[i].test->n : 0;
    while (room < 2 * values) room *= 2;
    k->slots = jd_alloc(m->a, sizeof *k->slots * room);
    k->mask = room - 1;
    for (int i = 0; i < m->leaves_n; i++)
        for (int v = 0; m->leaves[i].key == at && v < m->leaves[i].test->n; v++) {
            struct slot *s = &k->slots[find_slot(k, m->leaves[i].test->values[v]) - k->slots];
            if (s->value.p) continue;
            s->value = m->leaves[i].test->values[v];
            s->row = make_row(m, at, &s->value, JD_YES);
        }
}

static void make_key(maker *m, int at)
{
    for (int v = JD_UNKNOWN; v <= JD_YES; v++) m->s->keys[at].of[v] = make_row(m, at, NULL, (jd_tri)v);
    if (m->s->keys[at].kind != KEY_BOOL) make_slots(m, at);
}

/* They are many in a long policy, and asked in a loop of their own. */
static void put_facts_first(jd_sieve *s)
{
    for (int i = 0; i < s->keys_n; i++) {
        key k = s->keys[i];
        if (k.source != JD_SRC_FACT) continue;
        s->keys[i] = s->keys[s->facts_n];
        s->keys[s->facts_n++] = k;
    }
}

const jd_sieve *jd_sieve_make(jd_arena *a, const jd_layout *l, jd_cond *const *conds, int n)
{
    int room = 0;
    if (n > JD_SIEVE_MAX) n = JD_SIEVE_MAX;
    for (int i = 0; i < n; i++) room += leaves_below(conds[i]);
    jd_sieve *s = jd_alloc(a, sizeof *s);
    *s = (jd_sieve){ .n = n, .words = (n + 63) / 64, .keys = jd_alloc(a, sizeof *s->keys * KEYS_MAX) };
    s->whole = jd_alloc(a, sizeof *s->whole * JD_SIEVE_WORDS);
    s->settled = jd_alloc(a, sizeof *s->settled * JD_SIEVE_WORDS);
    maker m = { .a = a, .l = l, .s = s, .leaves = jd_alloc(a, sizeof *m.leaves * (size_t)(room + 1)) };
    for (int i = 0; i < n; i++) {
        bool human = conds[i] && conds[i]->kind == JD_C_HUMAN;
        bool whole = !conds[i] || (!human && collect(&m, i, conds[i], false));
        s->whole[i / 64] |= (uint64_t)whole << i % 64;
        s->settled[i / 64] |= (uint64_t)(whole || human) << i % 64;
    }
    for (int i = 0; i < s->keys_n; i++) make_key(&m, i);
    put_facts_first(s);
    return s;
}

/* ------------------------------------------------------------ asking */

static const uint64_t *row_of_word(const key *k, jd_str v)
{
    const struct slot *s = find_slot(k, v);
    return s->value.p ? s->row : k->of[JD_NO];
}

/* What any of a list's values meets. */
static void keep_any(const jd_sieve *s, const key *k, const jd_strs *list, jd_bits *b)
{
    uint64_t any[JD_SIEVE_WORDS] = { 0 };
    for (uint32_t i = 0; i < list->n; i++) {
        const uint64_t *row = row_of_word(k, list->v[i]);
        if (!row) return;
        for (int w = 0; w < s->words; w++) any[w] |= row[w];
    }
    for (int w = 0; w < s->words; w++) b->w[w] &= list->n ? any[w] : k->of[JD_UNKNOWN][w];
}

static const uint64_t *row_of(const key *k, const jd_env *e)
{
    if (k->source == JD_SRC_VALUE) return e->words[k->index].n ? row_of_word(k, e->words[k->index]) : k->of[JD_UNKNOWN];
    const jd_field *f = &e->layout->fields[k->index];
    if (k->kind == KEY_BOOL) return k->of[*JD_IN(jd_tri, e->msg, f)];
    const jd_str *v = JD_IN(jd_str, e->msg, f);
    return v->p ? row_of_word(k, *v) : k->of[JD_UNKNOWN];
}

static void keep(const jd_sieve *s, const uint64_t *row, jd_bits *b)
{
    for (int w = 0; row && w < s->words; w++) b->w[w] &= row[w];
}

static void ask_facts(const jd_sieve *s, const jd_env *e, jd_bits *may)
{
    for (const key *k = s->keys, *end = k + s->facts_n; k < end; k++)
        keep(s, k->of[e->facts ? e->facts[k->index] : JD_UNKNOWN], may);
}

void jd_sieve_ask(const jd_sieve *s, const jd_env *e, jd_bits *may)
{
    for (int w = 0; w < s->words; w++) may->w[w] = ~(uint64_t)0;
    ask_facts(s, e, may);
    for (int i = s->facts_n; i < s->keys_n; i++) {
        const key *k = &s->keys[i];
        if (k->kind == KEY_WORDS)
            keep_any(s, k, JD_IN(jd_strs, e->msg, &e->layout->fields[k->index]), may);
        else
            keep(s, row_of(k, e), may);
    }
}

bool jd_sieve_whole(const jd_sieve *s, int cond)
{
    return cond < s->n && (s->whole[cond / 64] >> cond % 64 & 1);
}

void jd_sieve_doubts(const jd_sieve *s, const jd_env *e, jd_bits *doubt)
{
    jd_sieve_ask(s, e, doubt);
    for (int w = 0; w < s->words; w++) doubt->w[w] = ~(doubt->w[w] & s->settled[w]);
}
