/* Time limits and terms: LC-10.3 and LC-10.4, LC-12.1 and LC-13.2, WH-8. */
#include "tests/unit/support.h"
#include "workers/rules/deadline.h"

static const char *const cities[] = { "530900", "371000" };

static void rungs_come_in_order_and_end(void **state)
{
    (void)state;
    static const int warn[] = { 7, 3, 1 };
    jd_day due = day("2026-10-08");
    jd_ms t = jd_day_start(day("2026-08-03"));
    static const char *const expected[] = { "2026-10-01", "2026-10-05", "2026-10-07", "2026-10-09" };
    for (int i = 0; i < LENGTH(expected); i++) {
        t = jd_next_rung(warn, LENGTH(warn), due, t);
        assert_true(t == jd_day_start(day(expected[i])));
        assert_int_equal(jd_is_breach(due, t), i == LENGTH(expected) - 1);
    }
    assert_true(jd_next_rung(warn, LENGTH(warn), due, t) == JD_NO_TIME);
    /* a limit begun late passes over the warnings that would have come before it */
    t = jd_day_start(day("2026-10-06"));
    assert_true(jd_next_rung(warn, LENGTH(warn), due, t) == jd_day_start(day("2026-10-07")));
    assert_true(jd_next_rung(warn, 0, due, t) == jd_day_start(day("2026-10-09")));
}

/* The last day counts whole: the limit is breached when it is over, at midnight in China. */
static void the_last_day_is_in_time(void **state)
{
    (void)state;
    jd_day due = day("2026-10-08");
    assert_false(jd_is_breach(due, instant("2026-10-08T15:59:59.999Z")));
    assert_true(jd_is_breach(due, instant("2026-10-08T16:00:00Z")));
}

static void limits_of_the_shipped_policies(void **state)
{
    (void)state;
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        for (int k = 0; k < JD_CLOCK_COUNT; k++) {
            const jd_clock_rule *rule = &p->clocks[k];
            for (jd_day d = day("2026-01-01"); rule->on && d < day("2026-06-30"); d++) {
                jd_day due = jd_deadline(p, shipped_calendar(), (jd_clock_id)k, d);
                assert_true(jd_is_workday(shipped_calendar(), due));
                assert_true(due > d && due >= d + rule->days - !rule->working);
                for (int i = 0; i < rule->warn_n; i++) assert_true(i == 0 || rule->warn[i] < rule->warn[i - 1]);
            }
        }
    }
    /* LC-10.3: 60 calendar days from 3 August 2026 end in the October holidays and roll on */
    const jd_policy *lincang = shipped_policy("530900");
    assert_false(lincang->clocks[JD_CLOCK_HANDLING].working);
    assert_int_equal(lincang->clocks[JD_CLOCK_HANDLING].days, 60);
    assert_string_equal(written(jd_deadline(lincang, shipped_calendar(), JD_CLOCK_HANDLING, day("2026-08-03"))),
                        "2026-10-08");
    /* LC-10.4: 5 working days from 13 February 2026 span the Spring Festival and a Saturday at work */
    assert_string_equal(written(jd_deadline(lincang, shipped_calendar(), JD_CLOCK_FEEDBACK, day("2026-02-13"))),
                        "2026-02-27");
}

static jd_str pairs(const uint32_t *v, int n)
{
    static jd_arena arena;
    jd_buf b = { 0 };
    for (int i = 0; i < n; i++) jd_buf_u32(&b, v[i]);
    jd_str kept = jd_copy(&arena, jd_buf_view(&b));
    jd_buf_free(&b);
    return kept;
}

/* LC-10.3, WH-10.2: what a limit went through, reckoned again from its start, comes to the same day. */
static void a_course_is_its_steps(void **state)
{
    (void)state;
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        const jd_calendar *cal = shipped_calendar();
        const jd_clock_rule *k = &p->clocks[JD_CLOCK_HANDLING];
        for (jd_day d = day("2026-01-01"); d < day("2026-03-01"); d++) {
            jd_course course = { .from = d };
            assert_int_equal(jd_course_end(k, cal, &course), jd_deadline(p, cal, JD_CLOCK_HANDLING, d));
            /* it stands still from the first day on: it has all its days left */
            const uint32_t span[] = { (uint32_t)d, (uint32_t)d + 20 };
            course.stood_still = pairs(span, 2);
            jd_day moved = jd_course_end(k, cal, &course);
            if (k->working) assert_int_equal(moved, jd_deadline(p, cal, JD_CLOCK_HANDLING, d + 20));
            assert_true(moved > jd_deadline(p, cal, JD_CLOCK_HANDLING, d));
            /* extended before and behind it */
            const uint32_t before[] = { 0, 5 }, behind[] = { 1, 5 };
            course.lengthened = pairs(before, 2);
            jd_day first = jd_course_end(k, cal, &course);
            course.lengthened = pairs(behind, 2);
            jd_day then = jd_course_end(k, cal, &course);
            assert_true(first > moved && then > moved);
            if (k->working) assert_int_equal(first, then);
        }
    }
    /* no day was left when it stopped: it ends on the day it runs on */
    const uint32_t at_the_end[] = { (uint32_t)day("2026-03-06"), (uint32_t)day("2026-04-01") };
    const jd_course late = { .from = day("2026-01-05"), .stood_still = pairs(at_the_end, 2) };
    const jd_clock_rule *k = &shipped_policy("530900")->clocks[JD_CLOCK_HANDLING];
    assert_string_equal(written(jd_course_end(k, shipped_calendar(), &late)), "2026-04-01");
}

static void terms_end_on_the_same_day_of_the_month(void **state)
{
    (void)state;
    const jd_policy *lincang = shipped_policy("530900"), *weihai = shipped_policy("371000");
    assert_int_equal(lincang->term_months, 36); /* LC-12.1: three years */
    assert_string_equal(written(jd_term_end(lincang, day("2021-09-08"))), "2024-09-08");
    assert_string_equal(written(jd_term_end(lincang, day("2024-02-29"))), "2027-02-28");
    for (jd_day d = day("2024-01-01"); d < day("2028-01-01"); d++)
        assert_int_equal(jd_term_end(weihai, d), jd_add_months(d, weihai->term_months));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rungs_come_in_order_and_end),
        cmocka_unit_test(the_last_day_is_in_time),
        cmocka_unit_test(limits_of_the_shipped_policies),
        cmocka_unit_test(a_course_is_its_steps),
        cmocka_unit_test(terms_end_on_the_same_day_of_the_month),
    };
    return RUN(tests);
}
