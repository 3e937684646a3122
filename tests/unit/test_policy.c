/* Policies as files: the shipped ones load, and what cannot be right is refused with its line. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/support.h"

static const char *const cities[] = { "530900", "371000" };

static void the_shipped_ones_are_whole(void **state)
{
    (void)state;
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        assert_int_equal(p->division, atoi(cities[c]));
        assert_true(p->rules_n > 30 && p->depts_n > 3 && p->facts_n > 0 && p->requirements_n > 3);
        assert_true(p->authority < p->depts_n && p->manager < p->depts_n);
        assert_true(p->counties.n >= 4 && p->targets_n >= 3 && p->kinds_n >= 2);
        assert_true(p->clocks[JD_CLOCK_HANDLING].on && p->clocks[JD_CLOCK_FEEDBACK].on);
        for (int i = 0; i < p->rules_n; i++) {
            assert_true(p->rules[i].text.n && p->rules[i].article.n);
            assert_int_equal(jd_policy_rule(p, p->rules[i].id), i); /* so, unique */
        }
        for (int i = 0; i < p->counties.n; i++) {
            uint64_t code;
            assert_true(jd_str_to_u64(p->counties.v[i].code, &code));
            assert_int_equal(code / 100, p->division / 100); /* every county is the city's own */
        }
    }
}

/* Every article of the two regulations from the first to the last stands among the rules. */
static void no_article_is_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *city, *prefix;
        int last;
    } texts[] = { { "530900", "LC", 17 }, { "371000", "WH", 13 } };
    for (int t = 0; t < LENGTH(texts); t++)
        for (int article = 1; article <= texts[t].last; article++) {
            char start[16];
            bool found = false;
            const jd_policy *p = shipped_policy(texts[t].city);
            snprintf(start, sizeof start, "%s-%d.", texts[t].prefix, article);
            for (int i = 0; i < p->rules_n; i++) found |= jd_str_starts(p->rules[i].id, start);
            if (!found) fail_msg("no rule begins with %s", start);
        }
}

static void the_hash_is_the_files(void **state)
{
    (void)state;
    jd_buf none = { 0 };
    jd_policy_text t = { .file = "p", .parent_file = "q", .text = file_text("policies/530900.yaml") };
    jd_policy *p = jd_policy_load(&t, &none);
    assert_memory_equal(p->hash, shipped_policy("530900")->hash, sizeof p->hash);
    jd_policy_free(p);
    jd_buf changed = { 0 };
    jd_buf_str(&changed, t.text);
    jd_buf_z(&changed, "# one more line\n");
    t.text = jd_buf_view(&changed);
    p = jd_policy_load(&t, &none);
    assert_memory_not_equal(p->hash, shipped_policy("530900")->hash, sizeof p->hash);
    jd_policy_free(p);
    jd_buf_free(&changed);
    jd_buf_free(&none);
}

/* The shipped Lincang policy with one piece of text replaced. */
static char *replaced(const char *from, const char *to)
{
    jd_str text = file_text("policies/530900.yaml");
    jd_buf b = { 0 };
    const char *at = memmem(text.p, text.n, from, strlen(from));
    if (!at) fail_msg("the policy does not contain '%s'", from);
    jd_buf_add(&b, text.p, (size_t)(at - text.p));
    jd_buf_z(&b, to);
    jd_buf_add(&b, at + strlen(from), (size_t)(text.p + text.n - at) - strlen(from));
    jd_buf_u8(&b, 0);
    return b.p;
}

static void refused(const char *from, const char *to, const char *expected)
{
    jd_buf said = { 0 };
    char *text = replaced(from, to);
    const jd_policy_text t = { .file = "p.yaml", .text = jd_str_of(text) };
    jd_policy *p = jd_policy_load(&t, &said);
    jd_buf_u8(&said, 0);
    if (p) fail_msg("'%s' for '%s' was accepted", to, from);
    if (!strstr(said.p, expected)) fail_msg("'%s' does not say '%s'", said.p, expected);
    if (strncmp(said.p, "p.yaml:", 7) != 0) fail_msg("'%s' names no file", said.p);
    free(text);
    jd_buf_free(&said);
}

static void contradictions_are_refused(void **state)
{
    (void)state;
    refused("division: 530900", "division: 53090", "'division' must be a whole number");
    refused("term_months: 36", "term_month: 36", "'term_months' is missing");
    refused("authority: bureau", "authority: nobody", "nobody, which is not a department");
    refused("effective_from: 2021-09-08", "effective_from: 2021-09-31", "must be a date");
    refused("effective_from: 2021-09-08", "effective_from: 2021-09-07", "lies before issued_on");
    refused("expiring_days: [90, 30, 7, 1]", "expiring_days: [30, 90]", "falling");
    refused("term_rule: LC-12.1", "term_rule: LC-99", "not among the rules");
    refused("unit: calendar", "unit: lunar", "must be working or calendar");
    refused("lead: discipline", "lead: disciplin", "neither a department nor 'county'");
    refused("field: target, in: [agency]", "field: target, in: [agancy]", "this would never be met");
    refused("    - id: LC-R8\n", "    - id: LC-R7\n", "route LC-R7 stands twice");
    refused("  - id: LC-2.2\n", "  - id: LC-2.1\n", "rule LC-2.1 stands twice");
    refused("routing:\n", "ruoting:\n", "'routing' is missing");
    refused("{ rule: LC-4.1,                     exclude:", "{ rule: LC-4.1, on_failure: refuse, exclude:",
            "never refuse at the door");
}

/* LC-5.2 to LC-5.6, WH-3.5 to WH-3.7: rounds, factors, priorities, certificate and notice. */
static void what_recruitment_cannot_be(void **state)
{
    (void)state;
    const char *const age = "{ code: age,        rule: LC-5.6, label: 年龄结构, value: age }";
    refused(
        "  certificate:\n"
        "    rule: LC-5.2\n"
        "    show_rule: LC-9.4               # shown when supervising, and for nothing else (see LD4)\n"
        "    label: 《临沧市医保社会监督员证》\n"
        "    on_renewal: extends             # local: a further term extends it; or `reissue`, and a new one is owed\n",
        "", "a certificate is owed, and 'appointment' has none");
    refused("  notice:\n"
            "    rule: LC-5.3\n"
            "    channels:                       # local: the text says 向社会公告 and not where\n"
            "      - { code: official-account, rule: LC-5.3, label: 医保公众号 }\n"
            "      - { code: official-website, rule: LC-5.3, label: 官方网站 }\n"
            "      - { code: news-media,       rule: LC-5.3, label: 新闻媒体 }\n",
            "", "a notice is owed, and 'appointment' has none");
    refused("on_renewal: extends", "on_renewal: extend", "must be extends or reissue");
    refused("rounds: { required: false, rule: LC-5.5 }", "rounds: { required: true }", "'rule' is missing");
    refused("fields: [education, full_time]", "fields: [educatoin]", "no field 'educatoin'");
    refused("fields: [education, full_time]", "fields: [name]", "nothing that may name somebody");
    refused("fields: [education, full_time]", "fields: [id_no]", "nothing that may name somebody");
    refused("fields: [education, full_time]", "fields: [birth_date]", "nothing that may name somebody");
    refused(age, "{ code: age, rule: LC-5.6, label: 年龄, value: height }", "'value' must be age");
    refused(age, "{ code: age, rule: LC-5.6, label: 年龄 }", "one of 'fields' and 'value: age'");
    refused("age_band_years: 10", "age_band_years: 0", "'age_band_years' must be a whole number");
    refused("- { code: official-account, rule: LC-5.4,", "- { code: news-media, rule: LC-5.4,", "stands twice");
    refused("days: 60, unit: calendar, warn_days: [7, 1]", "days: 6, unit: calendar, warn_days: [7, 1]",
            "clock supplement warns before it starts");
}

static void what_cannot_be_a_priority(void **state)
{
    (void)state;
    static const struct {
        const char *when, *expected;
    } rows[] = {
        { "{ field: major_class, in: [physics] }", "this would never be met" },
        { "{ field: education, in: [\"99\"] }", "this would never be met" },
        { "{ fact: severe_bad_credit, is: false }", "what the form says and the age" },
        { "{ field: active_supervisors, max: 3 }", "what the form says and the age" },
        { "{ all: [ { field: employed, is: true }, { human: true } ] }", "never be met by the machine" },
    };
    for (int i = 0; i < LENGTH(rows); i++) {
        char text[256];
        snprintf(text, sizeof text,
                 "  age_band_years: 10\n  priorities:\n    - { code: x, rule: LC-5.6, label: x, when: %s }\n",
                 rows[i].when);
        refused("  age_band_years: 10", text, rows[i].expected);
    }
    refused("  age_band_years: 10",
            "  age_band_years: 10\n  priorities:\n    - { code: x, label: x, when: { field: employed, is: true } }\n",
            "a priority needs its 'rule'");
}

/* What is owed can be met by a record, kinds stand once, and who may hold them exists. */
static void kinds_are_checked(void **state)
{
    (void)state;
    refused("of: meeting, kind: half-yearly", "of: meeting, kind: weekly", "no kind 'weekly'");
    refused("of: meeting, kind: half-yearly", "of: hearing", "no record could meet this");
    refused("  - { code: half-yearly, rule: LC-10.6, label: 医保社会监督员会议",
            "  - { code: yearly, rule: LC-10.6, label: 会议", "no kind 'half-yearly'");
    refused("of: meeting, kind: half-yearly, every_months: 6",
            "of: meeting, from: appointment, days: 10, unit: working", "a meeting comes round");
    refused("by: [agency], label: 相关文件", "by: [agancy], label: 相关文件", "agancy, which is not a department");
    refused("- { code: law,    rule: LC-10.7", "- { code: policy, rule: LC-10.7", "'policy' stands twice");
    refused("also: LC-9.3", "also: LC-99", "LC-99, which is not among the rules");
    refused("own: true,    label: 宣传", "own: maybe, label: 宣传", "'own'");
    refused("documents:                          #", "dokuments: #", "dokuments");
    refused("fields: [expertise,", "fields: [name, expertise,", "nobody is chosen by 'name'");
    refused("  rule: LC-10.5\n  fields", "  fields", "'rule' is missing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_ones_are_whole), cmocka_unit_test(no_article_is_left_out),
        cmocka_unit_test(the_hash_is_the_files),      cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(what_recruitment_cannot_be), cmocka_unit_test(what_cannot_be_a_priority),
        cmocka_unit_test(kinds_are_checked),
    };
    return RUN(tests);
}
