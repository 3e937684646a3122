/* Working days and rolled calendar days: the vectors of the State Council's notices of 2019 to 2026.
 * They carry LC-10.3 and LC-10.4, WH-10.1 and WH-10.2: time limits of handling and feedback. */
#include "tests/unit/support.h"

static const jd_calendar *calendar(void)
{
    return shipped_calendar();
}

static void working_days(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int days;
        const char *to;
    } rows[] = {
        { "2026-02-13", 5, "2026-02-27" }, /* the 14th works, the 15th to 23rd are off */
        { "2026-01-01", 5, "2026-01-08" }, /* Sunday the 4th works */
        { "2025-12-31", 1, "2026-01-04" }, { "2026-09-30", 5, "2026-10-13" }, { "2024-09-30", 5, "2024-10-12" },
        { "2024-02-09", 5, "2024-02-22" }, { "2026-07-06", 5, "2026-07-13" }, /* a week without holidays */
        { "2026-07-11", 1, "2026-07-13" },                                    /* beginning on a Saturday */
        { "2026-07-06", 0, "2026-07-06" },
    };
    for (int i = 0; i < LENGTH(rows); i++)
        assert_string_equal(written(jd_add_workdays(calendar(), day(rows[i].from), rows[i].days)), rows[i].to);
}

static void calendar_days_roll_to_a_working_day(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int days;
        const char *to;
    } rows[] = {
        { "2026-08-03", 60, "2026-10-08" }, /* 2 October is off, as are the days to the 7th */
        { "2026-01-30", 15, "2026-02-14" }, /* a Saturday that is worked */
        { "2026-07-01", 10, "2026-07-13" }, /* an ordinary Saturday */
        { "2026-07-01", 9, "2026-07-10" },
    };
    for (int i = 0; i < LENGTH(rows); i++)
        assert_string_equal(written(jd_add_days_rolled(calendar(), day(rows[i].from), rows[i].days)), rows[i].to);
}

static void a_limit_ends_on_a_working_day(void **state)
{
    (void)state;
    for (jd_day d = day("2019-01-01"); d <= day("2026-10-31"); d++)
        for (int n = 1; n <= 15; n += 7) {
            assert_true(jd_is_workday(calendar(), jd_add_workdays(calendar(), d, n)));
            jd_day rolled = jd_add_days_rolled(calendar(), d, n);
            assert_true(jd_is_workday(calendar(), rolled));
            assert_true(rolled >= d + n);
        }
}

static void days_have_kinds_and_names(void **state)
{
    (void)state;
    jd_str name;
    assert_int_equal(jd_calendar_kind(calendar(), day("2026-10-01"), &name), JD_DAY_OFF);
    assert_str(name, "国庆节");
    assert_int_equal(jd_calendar_kind(calendar(), day("2026-02-14"), &name), JD_DAY_MAKEUP);
    assert_int_equal(jd_calendar_kind(calendar(), day("2026-07-11"), &name), JD_DAY_WEEKEND);
    assert_int_equal(name.n, 0);
    assert_int_equal(jd_calendar_kind(calendar(), day("2026-07-13"), NULL), JD_DAY_WORK);
}

/* A calendar of dates expires: beyond its years only weekends are known, and it says so. */
static void coverage_ends(void **state)
{
    (void)state;
    assert_true(jd_calendar_covers(calendar(), day("2019-01-01")));
    /* of 2018 only the days are known that the notice for 2019 changed: the year is not covered, the days are used */
    assert_false(jd_calendar_covers(calendar(), day("2018-12-31")));
    assert_int_equal(jd_calendar_kind(calendar(), day("2018-12-31"), NULL), JD_DAY_OFF);
    assert_int_equal(jd_calendar_kind(calendar(), day("2018-12-29"), NULL), JD_DAY_MAKEUP);
    assert_true(jd_calendar_covers(calendar(), day("2026-12-31")));
    assert_false(jd_calendar_covers(calendar(), day("2017-12-31")));
    jd_day beyond = calendar()->last + 1;
    assert_false(jd_calendar_covers(calendar(), beyond));
    assert_true(jd_is_workday(calendar(), day("2035-10-01"))); /* a Monday, for all the data knows */
    assert_false(jd_is_workday(calendar(), day("2035-10-06")));
}

/* A year of which only one end is known is not covered: from the notice for the next year, or begun by hand. */
static void half_a_year_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *rows, *first, *last;
    } rows[] = { { "2025-12-28,work,x\n2026-05-01,off,y\n", "2026-01-01", "2026-12-31" },
                 { "2025-05-01,off,y\n2026-01-01,off,x\n", "2025-01-01", "2025-12-31" },
                 { "2025-12-28,work,x\n2026-10-01,off,y\n2027-01-01,off,x\n", "2026-01-01", "2026-12-31" },
                 { "2026-01-01,off,x\n", "2026-01-01", "2026-12-31" },
                 { "2026-12-31,off,x\n", "2026-01-01", "2026-12-31" } };
    for (int i = 0; i < LENGTH(rows); i++) {
        jd_buf wrong = { 0 };
        jd_calendar *c = jd_calendar_open("cal", jd_str_of(rows[i].rows), &wrong);
        assert_non_null(c);
        assert_string_equal(written(c->first), rows[i].first);
        assert_string_equal(written(c->last), rows[i].last);
        jd_calendar_free(c);
    }
}

static int mistakes(const char *text, const char *expected)
{
    jd_arena a = { 0 };
    jd_calendar c = { 0 };
    jd_diag d = { .file = "cal" };
    bool ok = jd_calendar_load(&a, jd_str_of(text), &c, &d);
    assert_int_equal(ok, d.errors == 0);
    if (expected) {
        jd_buf_u8(&d.text, 0);
        assert_non_null(strstr(d.text.p, expected));
    }
    jd_buf_free(&d.text);
    jd_arena_free(&a);
    return d.errors;
}

static void mistakes_name_their_line(void **state)
{
    (void)state;
    assert_int_equal(mistakes("date,kind,name\n2026-01-01,off,x\n", NULL), 0);
    assert_int_equal(mistakes("# only this\r\n2026-01-01,off,x\r\n", NULL), 0);
    assert_int_equal(mistakes("2026-01-01,off,x\n2026-02-30,off,y\n", "cal:2:"), 1);
    assert_int_equal(mistakes("2026-01-01,free,x\n", "cal:1:"), 2); /* and no dates are left */
    assert_int_equal(mistakes("2026-01-01,off,x\n\n2026-01-01,work,y\n", "cal:3:"), 1);
    assert_int_equal(mistakes("", "cal:1:"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(working_days),
        cmocka_unit_test(calendar_days_roll_to_a_working_day),
        cmocka_unit_test(a_limit_ends_on_a_working_day),
        cmocka_unit_test(days_have_kinds_and_names),
        cmocka_unit_test(coverage_ends),
        cmocka_unit_test(half_a_year_is_none),
        cmocka_unit_test(mistakes_name_their_line),
    };
    return RUN(tests);
}
