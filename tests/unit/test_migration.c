/* A case's row in the words of another policy: LC-17.1, WH-13.1. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/decode.h"
#include "tests/unit/support.h"
#include "workers/rules/migration.h"

static jd_arena arena;

/* The shipped Lincang policy with pieces of text replaced: pairs, NULL at the end. */
static jd_policy *bent(const char *const changes[])
{
    jd_buf text = { 0 }, wrong = { 0 };
    jd_buf_str(&text, file_text("policies/530900.yaml"));
    for (int i = 0; changes[i]; i += 2) {
        jd_buf b = { 0 };
        const char *at = memmem(text.p, text.n, changes[i], strlen(changes[i]));
        if (!at) fail_msg("the policy does not contain '%s'", changes[i]);
        jd_buf_add(&b, text.p, (size_t)(at - text.p));
        jd_buf_z(&b, changes[i + 1]);
        jd_buf_add(&b, at + strlen(changes[i]), (size_t)(text.p + text.n - at) - strlen(changes[i]));
        jd_buf_free(&text);
        text = b;
    }
    const jd_policy_text t = { .file = "bent", .text = jd_buf_view(&text) };
    jd_policy *p = jd_policy_load(&t, &wrong);
    if (!p) fail_msg("%.*s", JD_FMT(jd_buf_view(&wrong)));
    jd_buf_free(&text);
    return p;
}

static jd_case_row report(const jd_policy *p)
{
    static uint8_t accused[4];
    jd_case_row row;
    jd_layout_clear(&jd_row_report_layout, &row);
    jd_be16(accused, jd_policy_dept(p, JD_STR("agency")));
    jd_be16(accused + 2, jd_policy_dept(p, JD_STR("county-530922")));
    row.report.dept = jd_policy_dept(p, JD_STR("fund"));
    row.report.kind = 0;
    row.report.target = 1;
    row.report.category = 2;
    row.report.route = 2;
    row.report.result = 1;
    row.report.accused = (jd_str){ (const char *)accused, 4 };
    row.report.assist = (jd_str){ (const char *)accused, 0 };
    return row;
}

static void indexes_follow_their_codes(void **state)
{
    (void)state;
    static const char *const shuffled[] = {
        "departments:\n",
        "departments:\n  - { code: office, kind: section, label: x }\n",
        "  kinds:\n",
        "  kinds:\n    - { code: praise, label: x, results: [ { code: noted, label: y } ] }\n",
        "  targets:\n",
        "  targets:\n    - { code: bureau, label: x, categories: [ { code: Z1, label: y } ] }\n",
        "        - { code: LC.B1,",
        "        - { code: LC.B0, label: x }\n        - { code: LC.B1,",
        "        - { code: substantiated, ",
        "        - { code: untrue, label: x }\n        - { code: substantiated, ",
        NULL
    };
    const jd_policy *from = shipped_policy("530900");
    jd_policy *to = bent(shuffled);
    jd_case_row row = report(from);
    jd_missing missing;
    assert_true(jd_migrate_row(from, to, JD_E_report, &row, &arena, &missing));
    assert_int_equal(row.report.dept, jd_policy_dept(to, JD_STR("fund")));
    assert_int_equal(row.report.kind, 1);
    assert_int_equal(row.report.target, 2);
    assert_str(to->targets[2].categories[row.report.category].item.code, "LC.B3");
    assert_int_equal(row.report.category, 3);
    assert_int_equal(row.report.result, 2);
    assert_int_equal(row.report.route, 2);
    assert_true(jd_u16s_have(row.report.accused, jd_policy_dept(to, JD_STR("agency"))));
    assert_true(jd_u16s_have(row.report.accused, jd_policy_dept(to, JD_STR("county-530922"))));
    assert_int_equal(row.report.accused.n, 4);
    jd_policy_free(to);
}

static void what_is_absent_stays_absent(void **state)
{
    (void)state;
    const jd_policy *p = shipped_policy("530900");
    jd_case_row row;
    jd_missing missing;
    jd_layout_clear(&jd_row_report_layout, &row);
    row.report.dept = JD_NO_DEPT;
    row.report.kind = 1;
    assert_true(jd_migrate_row(p, p, JD_E_report, &row, &arena, &missing));
    assert_int_equal(row.report.dept, JD_NO_DEPT);
    assert_true(row.report.target == JD_NO_INT && row.report.category == JD_NO_INT && row.report.result == JD_NO_INT);
    assert_int_equal(row.report.kind, 1);
}

static void what_is_missing_is_named(void **state)
{
    (void)state;
    static const char *const less[] = { "code: LC.B3,",
                                        "code: LC.B9,",
                                        "id: LC-R3 ",
                                        "id: LC-R9 ",
                                        "code: partly,  ",
                                        "code: half,  ",
                                        "results: [substantiated, partly]",
                                        "results: [substantiated]",
                                        NULL };
    const jd_policy *from = shipped_policy("530900");
    jd_policy *to = bent(less);
    jd_case_row row = report(from);
    jd_missing missing;
    assert_false(jd_migrate_row(from, to, JD_E_report, &row, &arena, &missing));
    assert_int_equal(missing.n, 3);
    static const char *const expected[][2] = { { "route", "LC-R3" }, { "result", "partly" }, { "category", "LC.B3" } };
    for (int i = 0; i < missing.n; i++) {
        assert_string_equal(missing.v[i].what, expected[i][0]);
        assert_str(missing.v[i].code, expected[i][1]);
    }
    jd_policy_free(to);
}

/* Every entity that can be listed is one that migration knows or has no index at all. */
static void each_entity_maps_onto_itself(void **state)
{
    (void)state;
    const jd_policy *p = shipped_policy("530900");
    for (int e = 1; e < JD_E_COUNT; e++) {
        jd_case_row row;
        jd_missing missing;
        jd_buf was = { 0 }, is = { 0 };
        jd_layout_clear(jd_case_layout((jd_entity)e), &row);
        row.head.dept = 3;
        jd_encode_row(jd_case_layout((jd_entity)e), &row, &was);
        assert_true(jd_migrate_row(p, p, (jd_entity)e, &row, &arena, &missing));
        jd_encode_row(jd_case_layout((jd_entity)e), &row, &is);
        assert_true(jd_str_eq(jd_buf_view(&was), jd_buf_view(&is)));
        jd_buf_free(&was);
        jd_buf_free(&is);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(indexes_follow_their_codes),
        cmocka_unit_test(what_is_absent_stays_absent),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(each_entity_maps_onto_itself),
    };
    return RUN(tests);
}
