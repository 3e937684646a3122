/* Conditions in three values: unknown never passes for yes nor for no. */
#include <stdio.h>

#include "tests/unit/support.h"

enum { A, B };

/* A policy with two facts is all a condition needs. */
static jd_policy *two_facts(void)
{
    static jd_fact_kind facts[] = { { .item.code = { "a", 1 } }, { .item.code = { "b", 1 } } };
    static jd_policy p;
    p.facts = facts;
    p.facts_n = 2;
    return &p;
}

static const jd_layout *layout(void)
{
    return &jd_message_get(JD_MSG_application_submit)->layout;
}

static jd_cond *parse(const char *text)
{
    jd_diag d = { .file = "f" };
    jd_cond *c = jd_cond_parse(two_facts(), yaml(text), layout(), &d);
    if (!c) fail_msg("%s: %.*s", text, JD_FMT(jd_buf_view(&d.text)));
    return c;
}

static struct jd_application_submit *blank(void)
{
    static struct jd_application_submit m;
    jd_layout_clear(layout(), &m);
    return &m;
}

static jd_tri evaluate(const char *text, const jd_env *env)
{
    jd_witness w = { 0 };
    jd_tri v = jd_cond_eval(parse(text), env, &w);
    assert_non_null(w.leaf); /* somebody will ask why */
    return v;
}

static jd_env env_of(const struct jd_application_submit *m, const jd_tri *facts)
{
    jd_env e = { .layout = layout(), .msg = m, .facts = facts };
    for (int i = 0; i < JD_D_COUNT; i++) e.derived[i] = JD_NO_INT;
    return e;
}

static jd_tri with_facts(const char *text, jd_tri a, jd_tri b)
{
    const jd_tri facts[] = { [A] = a, [B] = b };
    jd_env e = env_of(blank(), facts);
    return evaluate(text, &e);
}

static jd_tri smaller(jd_tri a, jd_tri b)
{
    static const int rank[] = { [JD_NO] = 0, [JD_UNKNOWN] = 1, [JD_YES] = 2 };
    return rank[a] < rank[b] ? a : b;
}

static jd_tri opposite(jd_tri a)
{
    return a == JD_UNKNOWN ? a : a == JD_YES ? JD_NO : JD_YES;
}

/* Kleene: all is the smallest of no < unknown < yes, any the largest. */
static void truth_tables(void **state)
{
    (void)state;
    for (int i = JD_UNKNOWN; i <= JD_YES; i++)
        for (int j = JD_UNKNOWN; j <= JD_YES; j++) {
            jd_tri a = (jd_tri)i, b = (jd_tri)j;
            assert_int_equal(with_facts("all: [{fact: a, is: true}, {fact: b, is: true}]", a, b), smaller(a, b));
            assert_int_equal(with_facts("any: [{fact: a, is: true}, {fact: b, is: true}]", a, b),
                             opposite(smaller(opposite(a), opposite(b))));
            assert_int_equal(with_facts("{not: {fact: a, is: true}}", a, b), opposite(a));
            assert_int_equal(with_facts("{fact: a, is: false}", a, b), opposite(a));
            assert_int_equal(with_facts("{fact: a, set: true}", a, b), a == JD_UNKNOWN ? JD_NO : JD_YES);
            assert_int_equal(with_facts("{not: {all: [{fact: a, is: true}, {fact: b, is: true}]}}", a, b),
                             with_facts("any: [{fact: a, is: false}, {fact: b, is: false}]", a, b));
        }
}

static jd_tri on(const char *text, const struct jd_application_submit *m)
{
    const jd_tri none[2] = { JD_UNKNOWN, JD_UNKNOWN };
    jd_env e = env_of(m, none);
    return evaluate(text, &e);
}

static void fields(void **state)
{
    (void)state;
    struct jd_application_submit *m = blank();
    assert_int_equal(on("{field: employed, is: true}", m), JD_UNKNOWN);
    assert_int_equal(on("{field: education, in: ['21', '31']}", m), JD_UNKNOWN);
    assert_int_equal(on("{field: expertise, in: [medicine]}", m), JD_UNKNOWN);
    assert_int_equal(on("{field: employed, set: true}", m), JD_NO);
    assert_int_equal(on("{field: employed, set: false}", m), JD_YES);
    m->employed = JD_NO;
    m->education = JD_STR("31");
    m->expertise = (jd_strs){ 2, (jd_str[]){ JD_STR("finance"), JD_STR("medicine") } };
    assert_int_equal(on("{field: employed, is: true}", m), JD_NO);
    assert_int_equal(on("{field: employed, is: false}", m), JD_YES);
    assert_int_equal(on("{field: employed, set: true}", m), JD_YES);
    assert_int_equal(on("{field: education, in: ['21', '31']}", m), JD_YES);
    assert_int_equal(on("{field: education, in: ['21']}", m), JD_NO);
    assert_int_equal(on("{field: expertise, in: [medicine, law]}", m), JD_YES);
    assert_int_equal(on("{field: expertise, in: [law]}", m), JD_NO);
}

static void ranges_hold_at_their_ends(void **state)
{
    (void)state;
    struct jd_application_submit *m = blank();
    assert_int_equal(on("{field: work_years, min: 3}", m), JD_UNKNOWN);
    static const struct {
        int64_t years;
        jd_tri min, max, both;
    } rows[] = { { 2, JD_NO, JD_YES, JD_NO },
                 { 3, JD_YES, JD_YES, JD_YES },
                 { 5, JD_YES, JD_YES, JD_YES },
                 { 6, JD_YES, JD_NO, JD_NO } };
    for (int i = 0; i < LENGTH(rows); i++) {
        m->work_years = rows[i].years;
        assert_int_equal(on("{field: work_years, min: 3}", m), rows[i].min);
        assert_int_equal(on("{field: work_years, max: 5}", m), rows[i].max);
        assert_int_equal(on("{field: work_years, min: 3, max: 5}", m), rows[i].both);
    }
    m->birth_date = day("1980-01-01");
    assert_int_equal(on("{field: birth_date, min: 1980-01-01}", m), JD_YES);
    assert_int_equal(on("{field: birth_date, max: 1979-12-31}", m), JD_NO);
}

static void derived_values(void **state)
{
    (void)state;
    const jd_tri none[2] = { JD_UNKNOWN, JD_UNKNOWN };
    jd_env e = env_of(blank(), none);
    assert_int_equal(evaluate("{field: age, min: 18, max: 65}", &e), JD_UNKNOWN);
    e.derived[JD_D_age] = 66;
    assert_int_equal(evaluate("{field: age, min: 18, max: 65}", &e), JD_NO);
    e.derived[JD_D_age] = 65;
    assert_int_equal(evaluate("{field: age, min: 18, max: 65}", &e), JD_YES);
    assert_int_equal(evaluate("{field: channel, in: [open]}", &e), JD_UNKNOWN);
    e.words[JD_D_channel] = JD_STR("open");
    assert_int_equal(evaluate("{field: channel, in: [open]}", &e), JD_YES);
    assert_int_equal(evaluate("{field: channel, in: [direct]}", &e), JD_NO);
}

static void people_decide_what_is_human(void **state)
{
    (void)state;
    assert_int_equal(with_facts("{human: true}", JD_YES, JD_YES), JD_UNKNOWN);
    assert_int_equal(with_facts("all: [{human: true}, {fact: a, is: true}]", JD_NO, JD_YES), JD_NO);
    assert_int_equal(with_facts("any: [{human: true}, {fact: a, is: true}]", JD_NO, JD_YES), JD_UNKNOWN);
}

/* The machine passes over what is for people; what nobody attested must not hide behind it. */
static void what_is_human_hides_nothing_unknown(void **state)
{
    (void)state;
    static const char *const texts[] = { "all: [{human: true}, {fact: a, is: true}]",
                                         "all: [{fact: a, is: true}, {human: true}]",
                                         "any: [{human: true}, {fact: a, is: true}]",
                                         "all: [{all: [{human: true}, {human: true}]}, {fact: a, is: true}]" };
    const jd_tri facts[] = { [A] = JD_UNKNOWN, [B] = JD_UNKNOWN };
    jd_env e = env_of(blank(), facts);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        jd_witness w = { 0 };
        assert_int_equal(jd_cond_eval(parse(texts[i]), &e, &w), JD_UNKNOWN);
        assert_int_equal(w.leaf->source, JD_SRC_FACT);
    }
}

/* The leaf that settled it is the one a receipt names. */
static void the_witness_is_what_decided(void **state)
{
    (void)state;
    const jd_tri facts[] = { [A] = JD_YES, [B] = JD_NO };
    jd_env e = env_of(blank(), facts);
    jd_witness w = { 0 };
    jd_cond *c = parse("all: [{fact: a, is: true}, {fact: b, is: true}]");
    assert_int_equal(jd_cond_eval(c, &e, &w), JD_NO);
    assert_string_equal(w.leaf->name, "b");
    w = (jd_witness){ 0 };
    c = parse("all: [{fact: a, is: true}, {field: employed, is: true}]");
    assert_int_equal(jd_cond_eval(c, &e, &w), JD_UNKNOWN);
    assert_string_equal(w.leaf->name, "employed");
}

static void bad(const char *text, const char *expected)
{
    jd_diag d = { .file = "f" };
    assert_null(jd_cond_parse(two_facts(), yaml(text), layout(), &d));
    jd_buf_u8(&d.text, 0);
    if (!strstr(d.text.p, expected)) fail_msg("%s: '%s' does not say '%s'", text, d.text.p, expected);
    jd_buf_free(&d.text);
}

static void mistakes(void **state)
{
    (void)state;
    bad("[a]", "a condition is a mapping");
    bad("{field: emploied, is: true}", "f:1: 'emploied' is neither a field");
    bad("{fact: c, is: true}", "not one of the policy's facts");
    bad("{field: employed}", "exactly one of");
    bad("{field: employed, is: true, set: true}", "exactly one of");
    bad("{field: employed, is: perhaps}", "takes true or false");
    bad("{field: education, is: true}", "takes true or false");
    bad("{field: name, min: 3}", "has no order");
    bad("{field: work_years, min: 5, max: 3}", "can never be met");
    bad("{field: work_years, min: x}", "not a whole number");
    bad("{field: birth_date, min: 3}", "not a date");
    bad("{field: work_years, in: [3]}", "takes a list of codes");
    bad("{field: education, in: []}", "takes a list of codes");
    bad("{all: []}", "take a list of conditions");
    bad("{any: {field: employed, is: true}}", "take a list of conditions");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(truth_tables),
        cmocka_unit_test(fields),
        cmocka_unit_test(ranges_hold_at_their_ends),
        cmocka_unit_test(derived_values),
        cmocka_unit_test(people_decide_what_is_human),
        cmocka_unit_test(what_is_human_hides_nothing_unknown),
        cmocka_unit_test(the_witness_is_what_decided),
        cmocka_unit_test(mistakes),
    };
    return RUN(tests);
}
