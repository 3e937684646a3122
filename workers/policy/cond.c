/* Conditions: parsed from the policy's YAML, evaluated in three values (Kleene). */
#include "workers/policy/policy.h"

static const char *const derived_names[] = {
#define X(name, doc) #name,
    JD_DERIVED(X)
#undef X
};

static jd_cond *parse_combination(jd_policy *p, jd_cond *c, jd_ynode *list, const jd_layout *l, jd_diag *d)
{
    if (list->kind != JD_Y_LIST || list->n == 0) {
        jd_diag_at(d, list->line, "all and any take a list of conditions");
        return NULL;
    }
    c->n = list->n;
    c->kids = jd_alloc(&p->arena, sizeof *c->kids * (size_t)c->n);
    for (int i = 0; i < c->n; i++)
        if (!(c->kids[i] = jd_cond_parse(p, list->items[i], l, d))) return NULL;
    return c;
}

static int find_derived(jd_str name)
{
    for (int i = 0; i < JD_D_COUNT; i++)
        if (jd_str_is(name, derived_names[i])) return i;
    return -1;
}

static bool find_field(jd_cond *c, jd_str name, const jd_layout *l, jd_diag *d)
{
    c->source = JD_SRC_FIELD;
    c->index = jd_layout_find(l, name);
    if (c->index >= 0) {
        c->name = l->fields[c->index].name;
        return true;
    }
    c->source = JD_SRC_VALUE;
    c->index = find_derived(name);
    if (c->index >= 0) {
        c->name = derived_names[c->index];
        return true;
    }
    jd_diag_at(d, c->line, "'%.*s' is neither a field of %s nor a derived value", JD_FMT(name), l->name);
    return false;
}

static bool find_fact(jd_policy *p, jd_cond *c, jd_str code, jd_diag *d)
{
    c->source = JD_SRC_FACT;
    for (c->index = 0; c->index < p->facts_n; c->index++)
        if (jd_str_eq(p->facts[c->index].item.code, code)) {
            c->name = p->facts[c->index].item.code.p;
            return true;
        }
    jd_diag_at(d, c->line, "'%.*s' is not one of the policy's facts", JD_FMT(code));
    return false;
}

static uint8_t leaf_type(const jd_cond *c, const jd_layout *l)
{
    if (c->source == JD_SRC_FIELD) return l->fields[c->index].type;
    if (c->source == JD_SRC_FACT) return JD_T_BOOL;
    return c->index == JD_D_channel || c->index == JD_D_county_or_institution ? JD_T_WORD : JD_T_INT;
}

/* A bound is a number, or a date where the field is one. */
static bool parse_bound(jd_ynode *n, bool date, int64_t *out, jd_diag *d)
{
    jd_day day;
    if (!n) return true;
    if (date && n->kind == JD_Y_SCALAR && jd_parse_date(n->text, &day)) {
        *out = day;
        return true;
    }
    if (!date && jd_y_scalar_int(n, out)) return true;
    jd_diag_at(d, n->line, "'%.*s' is not %s", JD_FMT(n->text), date ? "a date" : "a whole number");
    return false;
}

static bool parse_range(jd_cond *c, jd_ynode *n, uint8_t type, jd_diag *d)
{
    bool date = type == JD_T_DATE;
    c->kind = JD_C_RANGE;
    c->lo = INT64_MIN + 1;
    c->hi = INT64_MAX;
    if (type != JD_T_INT && type != JD_T_DATE) {
        jd_diag_at(d, c->line, "'%s' has no order: min and max need a number or a date", c->name);
        return false;
    }
    if (!parse_bound(jd_y_get(n, "min"), date, &c->lo, d)) return false;
    if (!parse_bound(jd_y_get(n, "max"), date, &c->hi, d)) return false;
    if (c->lo <= c->hi) return true;
    jd_diag_at(d, c->line, "min is above max: this can never be met");
    return false;
}

static bool parse_is(jd_cond *c, jd_ynode *n, uint8_t type, jd_diag *d)
{
    c->kind = JD_C_IS;
    if (type == JD_T_BOOL && jd_y_scalar_bool(n, &c->want)) return true;
    jd_diag_at(d, n->line, "is: takes true or false, on a yes-or-no field or a fact");
    return false;
}

static bool parse_in(jd_policy *p, jd_cond *c, jd_ynode *n, uint8_t type, jd_diag *d)
{
    c->kind = JD_C_IN;
    if (n->kind != JD_Y_LIST || n->n == 0 || type == JD_T_INT || type == JD_T_BOOL || type == JD_T_DATE) {
        jd_diag_at(d, n->line, "in: takes a list of codes, on a field that holds a code");
        return false;
    }
    c->n = n->n;
    c->values = jd_alloc(&p->arena, sizeof *c->values * (size_t)c->n);
    for (int i = 0; i < c->n; i++) c->values[i] = n->items[i]->text;
    return true;
}

static jd_cond *parse_leaf(jd_policy *p, jd_cond *c, jd_ynode *n, const jd_layout *l, jd_diag *d)
{
    jd_str field = jd_y_text(n, "field", d), fact = jd_y_text(n, "fact", d);
    bool found = fact.n ? find_fact(p, c, fact, d) : find_field(c, field, l, d);
    if (!found) return NULL;
    uint8_t type = leaf_type(c, l);
    jd_ynode *is = jd_y_get(n, "is"), *in = jd_y_get(n, "in"), *set = jd_y_get(n, "set");
    bool range = jd_y_get(n, "min") || jd_y_get(n, "max");
    if ((is != NULL) + (in != NULL) + (set != NULL) + range != 1) {
        jd_diag_at(d, c->line, "a test needs exactly one of is, in, set, or min and max");
        return NULL;
    }
    if (set) {
        c->kind = JD_C_SET;
        return jd_y_scalar_bool(set, &c->want) ? c : NULL;
    }
    bool ok = is ? parse_is(c, is, type, d) : in ? parse_in(p, c, in, type, d) : parse_range(c, n, type, d);
    return ok ? c : NULL;
}

jd_cond *jd_cond_parse(jd_policy *p, jd_ynode *n, const jd_layout *l, jd_diag *d)
{
    jd_cond *c = jd_alloc(&p->arena, sizeof *c);
    jd_ynode *sub;
    c->line = n->line;
    if (n->kind != JD_Y_MAP) {
        jd_diag_at(d, n->line, "a condition is a mapping, such as { field: employed, is: true }");
        return NULL;
    }
    if ((sub = jd_y_get(n, "all"))) {
        c->kind = JD_C_ALL;
        return parse_combination(p, c, sub, l, d);
    }
    if ((sub = jd_y_get(n, "any"))) {
        c->kind = JD_C_ANY;
        return parse_combination(p, c, sub, l, d);
    }
    if ((sub = jd_y_get(n, "not"))) {
        c->kind = JD_C_NOT;
        c->kids = jd_alloc(&p->arena, sizeof *c->kids);
        c->n = 1;
        c->kids[0] = jd_cond_parse(p, sub, l, d);
        return c->kids[0] ? c : NULL;
    }
    if (jd_y_bool(n, "human", false, d)) {
        c->kind = JD_C_HUMAN;
        return c;
    }
    return parse_leaf(p, c, n, l, d);
}

/* ------------------------------------------------------------ evaluation */

static bool among(const jd_cond *c, jd_str v)
{
    for (int i = 0; i < c->n; i++)
        if (jd_str_eq(c->values[i], v)) return true;
    return false;
}

static jd_tri yes_if(bool v)
{
    return v ? JD_YES : JD_NO;
}

static jd_tri in_range(const jd_cond *c, int64_t v)
{
    return v == JD_NO_INT ? JD_UNKNOWN : yes_if(v >= c->lo && v <= c->hi);
}

static jd_tri eval_list(const jd_cond *c, const jd_strs *list)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (among(c, list->v[i])) return JD_YES;
    return list->n ? JD_NO : JD_UNKNOWN;
}

static jd_tri eval_field(const jd_cond *c, const jd_env *e)
{
    const jd_field *f = &e->layout->fields[c->index];
    if (c->kind == JD_C_SET) return yes_if(jd_field_set(f, e->msg) == c->want);
    if (!jd_field_set(f, e->msg)) return JD_UNKNOWN;
    switch (f->type) {
    case JD_T_BOOL: return yes_if((*JD_IN(jd_tri, e->msg, f) == JD_YES) == c->want);
    case JD_T_INT: return in_range(c, *JD_IN(int64_t, e->msg, f));
    case JD_T_DATE: return in_range(c, *JD_IN(jd_day, e->msg, f));
    case JD_T_WORDS: return eval_list(c, JD_IN(jd_strs, e->msg, f));
    default: return yes_if(among(c, *JD_IN(jd_str, e->msg, f)));
    }
}

static jd_tri eval_fact(const jd_cond *c, const jd_env *e)
{
    jd_tri v = e->facts ? e->facts[c->index] : JD_UNKNOWN;
    if (c->kind == JD_C_SET) return yes_if((v != JD_UNKNOWN) == c->want);
    return v == JD_UNKNOWN ? JD_UNKNOWN : yes_if((v == JD_YES) == c->want);
}

static jd_tri eval_value(const jd_cond *c, const jd_env *e)
{
    bool known = e->derived[c->index] != JD_NO_INT || e->words[c->index].n;
    if (c->kind == JD_C_SET) return yes_if(known == c->want);
    if (c->kind == JD_C_RANGE) return in_range(c, e->derived[c->index]);
    return e->words[c->index].n ? yes_if(among(c, e->words[c->index])) : JD_UNKNOWN;
}

static jd_tri eval_leaf(const jd_cond *c, const jd_env *e, jd_witness *w)
{
    w->leaf = c;
    switch (c->source) {
    case JD_SRC_FIELD: return eval_field(c, e);
    case JD_SRC_FACT: return eval_fact(c, e);
    case JD_SRC_VALUE: return eval_value(c, e);
    }
    return JD_UNKNOWN;
}

/* What people judge must not hide what is not known: the machine passes over the one, never the other. */
static bool for_people(const jd_cond *leaf)
{
    return leaf->kind == JD_C_HUMAN;
}

/* `all` is settled by the first no, `any` by the first yes; else unknown outweighs the rest. */
static jd_tri eval_combination(const jd_cond *c, const jd_env *e, jd_witness *w)
{
    jd_tri settles = c->kind == JD_C_ALL ? JD_NO : JD_YES;
    jd_tri sum = c->kind == JD_C_ALL ? JD_YES : JD_NO;
    for (int i = 0; i < c->n; i++) {
        jd_witness kid = { 0 };
        jd_tri v = jd_cond_eval(c->kids[i], e, &kid);
        if (v == settles || !w->leaf || (v == JD_UNKNOWN && (sum != JD_UNKNOWN || for_people(w->leaf)))) *w = kid;
        if (v == settles) return v;
        if (v == JD_UNKNOWN) sum = JD_UNKNOWN;
    }
    return sum;
}

jd_tri jd_cond_eval(const jd_cond *c, const jd_env *e, jd_witness *w)
{
    jd_tri v;
    switch (c->kind) {
    case JD_C_ALL:
    case JD_C_ANY: return eval_combination(c, e, w);
    case JD_C_NOT: v = jd_cond_eval(c->kids[0], e, w); return v == JD_UNKNOWN ? v : yes_if(v == JD_NO);
    case JD_C_HUMAN: w->leaf = c; return JD_UNKNOWN;
    default: return eval_leaf(c, e, w);
    }
}
