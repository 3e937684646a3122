/* The sieve against the conditions it stands for: what it clears is not met, what it calls whole is met where it is set,
 * and what it leaves out of doubt is met or left to people. Random conditions, random messages. */
#include "workers/policy/sieve.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/support.h"

enum { CONDS = 200, MESSAGES = 400, WORDS = 12 };

static const jd_layout *layout(void)
{
    return &jd_message_get(JD_MSG_application_submit)->layout;
}

static jd_str word(void)
{
    static const char *const words[WORDS] = { "a",        "ab",       "1",        "2",      "medicine", "pharmacy",
                                              "530900-x", "530900-y", "530901-x", "policy", "other",    "" };
    return jd_str_of(words[draw(WORDS - 1)]);
}

static int field_of(jd_ftype type)
{
    for (;;) {
        int i = (int)draw((uint32_t)layout()->n);
        if (layout()->fields[i].type == type) return i;
    }
}

static jd_cond *cond_new(jd_arena *a, jd_cond_kind kind)
{
    jd_cond *c = jd_alloc(a, sizeof *c);
    c->kind = kind;
    c->name = "";
    return c;
}

static void any_place(jd_cond *c, bool of_words)
{
    static const jd_ftype types[] = { JD_T_CODE, JD_T_WORD, JD_T_WORDS };
    uint32_t where = draw(3);
    c->source = where == 0 ? JD_SRC_VALUE : JD_SRC_FIELD;
    c->index = where == 0 ? (draw(2) ? JD_D_channel : JD_D_county_or_institution) : field_of(types[draw(3)]);
    if (of_words) return;
    c->source = where == 0 ? JD_SRC_FACT : JD_SRC_FIELD;
    c->index = where == 0 ? (int)draw(JD_FACTS_MAX) : field_of(JD_T_BOOL);
}

static jd_cond *leaf(jd_arena *a)
{
    static const jd_cond_kind kinds[] = { JD_C_IN, JD_C_IN, JD_C_IS, JD_C_IS, JD_C_SET, JD_C_HUMAN };
    jd_cond *c = cond_new(a, kinds[draw(6)]);
    any_place(c, c->kind == JD_C_IN);
    c->want = draw(2);
    if (c->kind != JD_C_IN) return c;
    c->n = 1 + (int)draw(4);
    c->values = jd_alloc(a, sizeof *c->values * (size_t)c->n);
    for (int i = 0; i < c->n; i++) c->values[i] = word();
    return c;
}

static jd_cond *condition(jd_arena *a, int depth)
{
    static const jd_cond_kind kinds[] = { JD_C_ALL, JD_C_ALL, JD_C_ANY, JD_C_NOT };
    if (depth == 0 || draw(2)) return leaf(a);
    jd_cond *c = cond_new(a, kinds[draw(4)]);
    c->n = c->kind == JD_C_NOT ? 1 : 1 + (int)draw(3);
    c->kids = jd_alloc(a, sizeof *c->kids * (size_t)c->n);
    for (int i = 0; i < c->n; i++) c->kids[i] = condition(a, depth - 1);
    return c;
}

static void any_value(jd_form *form, const jd_field *f, jd_arena *a)
{
    if (f->type == JD_T_BOOL) *JD_AT(jd_tri, form, f) = (jd_tri)draw(3);
    if (draw(4) == 0) return;
    if (f->type == JD_T_CODE || f->type == JD_T_WORD) *JD_AT(jd_str, form, f) = word();
    if (f->type != JD_T_WORDS) return;
    jd_strs *list = JD_AT(jd_strs, form, f);
    list->n = draw(4);
    list->v = jd_alloc(a, sizeof *list->v * 4);
    for (uint32_t i = 0; i < list->n; i++) list->v[i] = word();
}

typedef struct asked {
    jd_form form;
    jd_tri facts[JD_FACTS_MAX];
    jd_env env;
} asked;

static void any_message(asked *m, jd_arena *a)
{
    jd_layout_clear(layout(), &m->form);
    for (int i = 0; i < layout()->n; i++) any_value(&m->form, &layout()->fields[i], a);
    for (int i = 0; i < JD_FACTS_MAX; i++) m->facts[i] = (jd_tri)draw(3);
    m->env = (jd_env){ .layout = layout(), .msg = &m->form, .facts = draw(8) ? m->facts : NULL };
    for (int i = 0; i < JD_D_COUNT; i++) m->env.derived[i] = JD_NO_INT;
    if (draw(3)) m->env.words[JD_D_channel] = word();
    if (draw(3)) m->env.words[JD_D_county_or_institution] = word();
}

static void check(const jd_sieve *s, jd_cond *const *conds, int n, const asked *m)
{
    jd_bits may, doubt;
    jd_sieve_ask(s, &m->env, &may);
    jd_sieve_doubts(s, &m->env, &doubt);
    for (int i = 0; i < n; i++) {
        jd_witness w = { 0 };
        jd_tri v = conds[i] ? jd_cond_eval(conds[i], &m->env, &w) : JD_YES;
        bool set = jd_bits_next(&may, n, i) == i, doubted = jd_bits_next(&doubt, n, i) == i;
        if (v == JD_YES) assert_true(set);
        if (set && jd_sieve_whole(s, i)) assert_int_equal(v, JD_YES);
        if (!doubted) assert_true(v == JD_YES || (w.leaf->kind == JD_C_HUMAN && v == JD_UNKNOWN));
    }
}

static void agrees_with_the_conditions(void **state)
{
    (void)state;
    for (int round = 0; round < 20; round++) {
        jd_arena a = { 0 };
        jd_cond *conds[CONDS];
        int n = 1 + (int)draw(CONDS);
        for (int i = 0; i < n; i++) conds[i] = draw(20) ? condition(&a, 3) : NULL;
        const jd_sieve *s = jd_sieve_make(&a, layout(), conds, n);
        for (int i = 0; i < MESSAGES; i++) {
            asked m;
            any_message(&m, &a);
            check(s, conds, n, &m);
        }
        jd_arena_free(&a);
    }
}

/* More than it holds: those behind are all looked at. */
static void what_is_behind_is_asked(void **state)
{
    (void)state;
    enum { MANY = JD_SIEVE_MAX + 10 };
    static jd_cond *conds[MANY];
    jd_arena a = { 0 };
    asked m;
    any_message(&m, &a);
    for (int i = 0; i < MANY; i++) conds[i] = leaf(&a);
    const jd_sieve *s = jd_sieve_make(&a, layout(), conds, MANY);
    check(s, conds, MANY, &m);
    for (int i = JD_SIEVE_MAX; i < MANY; i++) assert_false(jd_sieve_whole(s, i));
    jd_arena_free(&a);
}

static void of_nothing_is_nothing(void **state)
{
    (void)state;
    jd_arena a = { 0 };
    jd_bits b;
    asked m;
    any_message(&m, &a);
    jd_sieve_ask(jd_sieve_make(&a, layout(), NULL, 0), &m.env, &b);
    assert_int_equal(jd_bits_next(&b, 0, 0), 0);
    jd_arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_conditions),
        cmocka_unit_test(what_is_behind_is_asked),
        cmocka_unit_test(of_nothing_is_nothing),
    };
    return RUN(tests);
}
