/* Screening as a pure function over both shipped policies: what is not known never passes, what weighs on a
 * person is only proposed, and every reason names a rule. LC-2.2, LC-3.1 to LC-3.4, LC-4.1 to LC-4.3;
 * WH-2.1, WH-3.1 to WH-3.4, WH-4.2, WH-5.3. */
#include "workers/rules/eligibility.h"

#include "tests/unit/support.h"

static const char *const cities[] = { "530900", "371000" };

static const jd_layout *layout(void)
{
    return &jd_message_get(JD_MSG_application_submit)->layout;
}

/* A form in which nothing is missing under either policy. */
static jd_form complete(void)
{
    static jd_str knows = { "medicine", 8 };
    jd_form f;
    jd_layout_clear(layout(), &f);
    for (int i = 0; i < layout()->n; i++)
        if (layout()->fields[i].type == JD_T_BOOL) *JD_AT(jd_tri, &f, &layout()->fields[i]) = JD_YES;
    for (int i = 0; i < layout()->n; i++) {
        uint8_t type = layout()->fields[i].type;
        if (type == JD_T_LINE || type == JD_T_TEXT) *JD_AT(jd_str, &f, &layout()->fields[i]) = JD_STR("填写");
    }
    f.sex = JD_STR("1");
    f.birth_date = day("1980-01-01");
    f.id_no = JD_STR("530902198001010017");
    f.phone = JD_STR("13800000000");
    f.ethnicity = JD_STR("01");
    f.political_status = JD_STR("13");
    f.health = JD_STR("1");
    f.email = JD_STR("a@example.org");
    f.education = JD_STR("21");
    f.employer_kind = f.major_class = JD_STR("other");
    f.work_years = 10;
    f.expertise = (jd_strs){ 1, &knows };
    f.signed_on = day("2026-01-05");
    return f;
}

static jd_screening screen(const jd_policy *p, const jd_form *form, const jd_tri *facts, int channel)
{
    jd_screening s;
    jd_env e = { .layout = layout(), .msg = form, .facts = facts };
    for (int i = 0; i < JD_D_COUNT; i++) e.derived[i] = JD_NO_INT;
    e.derived[JD_D_age] = jd_age_on(form->birth_date, day("2026-01-05"));
    e.derived[JD_D_active_supervisors] = 0;
    e.words[JD_D_channel] = p->channels[channel].item.code;
    jd_screen(p, &e, channel, &s);
    return s;
}

static bool asks(const jd_cond *c, int fact)
{
    if (c->kids) {
        for (int i = 0; i < c->n; i++)
            if (asks(c->kids[i], fact)) return true;
        return false;
    }
    return c->kind != JD_C_HUMAN && c->source == JD_SRC_FACT && c->index == fact;
}

static bool weighs(const jd_policy *p, int channel, int fact)
{
    for (int i = 0; i < p->requirements_n; i++)
        if (p->requirements[i].channels >> channel & 1 && asks(p->requirements[i].test, fact)) return true;
    return false;
}

static bool names_rule(const jd_policy *p, const jd_screening *s, const char *rule)
{
    for (int i = 0; i < s->n; i++)
        if (s->reasons[i].rule != JD_NO_RULE && jd_str_is(p->rules[s->reasons[i].rule].id, rule)) return true;
    return false;
}

static void all_facts(const jd_policy *p, jd_tri facts[JD_FACTS_MAX], jd_tri v)
{
    for (int i = 0; i < p->facts_n; i++) facts[i] = v;
}

static void complete_and_clean_is_eligible(void **state)
{
    (void)state;
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        jd_tri facts[JD_FACTS_MAX];
        jd_form form = complete();
        all_facts(p, facts, JD_NO);
        for (int channel = 0; channel < p->channels_n; channel++) {
            jd_screening s = screen(p, &form, facts, channel);
            if (s.verdict != JD_VERDICT_ELIGIBLE)
                fail_msg("%s: verdict %d, rule %.*s", cities[c], s.verdict,
                         s.reasons[0].rule == JD_NO_RULE ? 0 : (int)p->rules[s.reasons[0].rule].id.n,
                         s.reasons[0].rule == JD_NO_RULE ? "" : p->rules[s.reasons[0].rule].id.p);
            assert_int_equal(s.n, 0);
        }
    }
}

/* Every combination of yes, no and unknown of the facts a channel weighs. */
static void what_is_not_known_never_passes(void **state)
{
    (void)state;
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        jd_form form = complete();
        int combinations = 1;
        for (int i = 0; i < p->facts_n; i++) combinations *= 3;
        for (int n = 0; n < combinations; n++) {
            jd_tri facts[JD_FACTS_MAX];
            for (int i = 0, rest = n; i < p->facts_n; i++, rest /= 3) facts[i] = (jd_tri)(rest % 3);
            for (int channel = 0; channel < p->channels_n; channel++) {
                jd_screening s = screen(p, &form, facts, channel);
                bool unknown = false, against = false;
                for (int i = 0; i < p->facts_n; i++) {
                    unknown |= facts[i] == JD_UNKNOWN && weighs(p, channel, i);
                    against |= facts[i] == JD_YES && weighs(p, channel, i);
                }
                jd_verdict expected = against   ? JD_VERDICT_INELIGIBLE
                                      : unknown ? JD_VERDICT_NEEDS_FACT
                                                : JD_VERDICT_ELIGIBLE;
                assert_int_equal(s.verdict, expected);
            }
        }
    }
}

/* Blanking any one thing the form must tell makes it incomplete, or is refused where it is a declaration. */
static void a_blank_never_passes(void **state)
{
    (void)state;
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        jd_tri facts[JD_FACTS_MAX];
        all_facts(p, facts, JD_NO);
        for (int i = 0; i < p->form_required.n; i++) {
            const jd_field *f = &layout()->fields[p->form_fields[i]];
            jd_form form = complete(), empty;
            jd_layout_clear(layout(), &empty);
            size_t end = f + 1 < layout()->fields + layout()->n ? f[1].offset : layout()->size;
            memcpy((char *)&form + f->offset, (char *)&empty + f->offset, end - f->offset);
            jd_screening s = screen(p, &form, facts, 0);
            assert_int_equal(s.verdict, JD_VERDICT_NEEDS_INFO);
            assert_true(s.reasons[0].on == JD_ON_FORM && s.reasons[0].index == p->form_fields[i]);
        }
    }
}

static void each_disqualifier_names_its_rule(void **state)
{
    (void)state;
    static const struct {
        const char *fact, *rule;
    } rows[] = { { "severe_bad_credit", "LC-4.1" },
                 { "medins_admin_penalty", "LC-4.2" },
                 { "criminal_punishment", "LC-4.3" } };
    const jd_policy *p = shipped_policy("530900");
    for (int r = 0; r < LENGTH(rows); r++) {
        jd_tri facts[JD_FACTS_MAX];
        jd_form form = complete();
        all_facts(p, facts, JD_NO);
        for (int i = 0; i < p->facts_n; i++)
            if (jd_str_is(p->facts[i].item.code, rows[r].fact)) facts[i] = JD_YES;
        for (int channel = 0; channel < p->channels_n; channel++) {
            jd_screening s = screen(p, &form, facts, channel);
            assert_int_equal(s.verdict, JD_VERDICT_INELIGIBLE); /* proposed; people decide */
            assert_int_equal(s.n, 1);
            assert_true(names_rule(p, &s, rows[r].rule));
            assert_int_equal(s.reasons[0].value, JD_YES);
        }
    }
}

static void expect(const char *city, jd_form form, jd_verdict verdict, const char *rule)
{
    const jd_policy *p = shipped_policy(city);
    jd_tri facts[JD_FACTS_MAX];
    all_facts(p, facts, JD_NO);
    jd_screening s = screen(p, &form, facts, 0);
    assert_int_equal(s.verdict, verdict);
    assert_true(names_rule(p, &s, rule));
}

static void what_the_form_says_counts(void **state)
{
    (void)state;
    static jd_str nothing_known = { "cooking", 7 };
    jd_form f = complete();
    f.voluntary = JD_NO;
    expect("530900", f, JD_VERDICT_REFUSED, "LC-2.2");
    expect("371000", f, JD_VERDICT_REFUSED, "WH-2.1");
    f = complete();
    f.unpaid_ack = JD_NO;
    expect("530900", f, JD_VERDICT_REFUSED, "LC-3.2");
    expect("371000", f, JD_VERDICT_REFUSED, "WH-2.1");
    f = complete();
    f.attests_stance = JD_NO;
    expect("530900", f, JD_VERDICT_INELIGIBLE, "LC-3.1");
    expect("371000", f, JD_VERDICT_INELIGIBLE, "WH-3.1");
    f = complete();
    f.declares_clean = JD_NO;
    expect("371000", f, JD_VERDICT_REFUSED, "WH-4.2");
    f = complete();
    f.written_form = JD_NO;
    expect("371000", f, JD_VERDICT_REFUSED, "WH-5.3");
    f = complete();
    f.expertise = (jd_strs){ 1, &nothing_known };
    expect("530900", f, JD_VERDICT_INELIGIBLE, "LC-3.3");
    f = complete();
    f.health = JD_STR("6"); /* whether a disability is compatible people judge: LC-3.4, WH-3.4 */
    jd_tri facts[JD_FACTS_MAX];
    all_facts(shipped_policy("530900"), facts, JD_NO);
    assert_int_equal(screen(shipped_policy("530900"), &f, facts, 0).verdict, JD_VERDICT_ELIGIBLE);
}

/* A paper form is as good as a digest of it (WH-5.3), and of either one is enough. */
static void a_written_form_either_way(void **state)
{
    (void)state;
    jd_form f = complete();
    jd_tri facts[JD_FACTS_MAX];
    all_facts(shipped_policy("371000"), facts, JD_NO);
    f.written_form = JD_NO;
    f.form_sha256 = JD_STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_int_equal(screen(shipped_policy("371000"), &f, facts, 0).verdict, JD_VERDICT_ELIGIBLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(complete_and_clean_is_eligible), cmocka_unit_test(what_is_not_known_never_passes),
        cmocka_unit_test(a_blank_never_passes),           cmocka_unit_test(each_disqualifier_names_its_rule),
        cmocka_unit_test(what_the_form_says_counts),      cmocka_unit_test(a_written_form_either_way),
    };
    return RUN(tests);
}
