#include "tests/unit/support.h"

static void every_day_of_four_centuries(void **state)
{
    (void)state;
    int weekday = 2; /* 1800-01-01 was a Wednesday */
    for (jd_day d = jd_day_of(1800, 1, 1); d <= jd_day_of(2199, 12, 31); d++) {
        int y, m, n;
        jd_day back;
        char text[JD_DATE_LEN + 1];
        jd_day_parts(d, &y, &m, &n);
        assert_true(jd_day_valid(y, m, n));
        assert_int_equal(jd_day_of(y, m, n), d);
        assert_int_equal(jd_weekday(d), weekday);
        weekday = (weekday + 1) % 7;
        jd_format_date(d, text);
        assert_true(jd_parse_date(jd_str_of(text), &back));
        assert_int_equal(back, d);
        assert_int_equal(jd_day_from_ms(jd_day_start(d)), d);
        assert_int_equal(jd_day_from_ms(jd_day_start(d + 1) - 1), d);
    }
}

static void known_weekdays(void **state)
{
    (void)state;
    assert_int_equal(jd_weekday(0), 3); /* Thursday */
    assert_int_equal(jd_weekday(day("2026-02-13")), 4);
    assert_int_equal(jd_weekday(day("2024-02-29")), 3);
    assert_int_equal(jd_weekday(day("1900-01-01")), 0);
}

static void dates_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = { "",           "2026-02-29",  "2026-2-28",   "2026-13-01", "2026-00-10",
                                       "2026-04-31", "1799-12-31",  "2200-01-01",  "2026/01/01", "20260101",
                                       "2026-01-1x", " 2026-01-01", "2026-01-01 ", "1900-02-29" };
    jd_day d;
    for (int i = 0; i < LENGTH(bad); i++) assert_false(jd_parse_date(jd_str_of(bad[i]), &d));
    assert_true(jd_parse_date(JD_STR("2000-02-29"), &d));
}

static void times_by_rfc_3339(void **state)
{
    (void)state;
    static const struct {
        const char *text, *utc;
    } good[] = {
        { "2026-11-22T01:02:03.004Z", "2026-11-22T01:02:03.004Z" },
        { "2026-11-22t01:02:03z", "2026-11-22T01:02:03.000Z" },
        { "2026-11-22T01:02:03+08:00", "2026-11-21T17:02:03.000Z" },
        { "2026-01-01T00:00:00+08:00", "2025-12-31T16:00:00.000Z" },
        { "2026-11-22T01:02:03-00:30", "2026-11-22T01:32:03.000Z" },
        { "2026-11-22T01:02:03.5+00:00", "2026-11-22T01:02:03.500Z" },
        { "2026-11-22T01:02:03.123456789Z", "2026-11-22T01:02:03.123Z" },
        { "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z" },
        { "1800-01-01T00:00:00Z", "1800-01-01T00:00:00.000Z" },
    };
    char out[JD_TIME_LEN + 1];
    for (int i = 0; i < LENGTH(good); i++) {
        jd_format_time(instant(good[i].text), out);
        assert_string_equal(out, good[i].utc);
    }
    assert_int_equal(instant("1970-01-01T00:00:00Z"), 0);
}

static void times_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026-11-22",
        "2026-11-22T01:02:03",
        "2026-11-22 01:02:03Z",
        "2026-02-30T01:02:03Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T01:60:00Z",
        "2026-11-22T01:02:60Z",
        "2026-11-22T01:02:03.Z",
        "2026-11-22T01:02:03+15:00",
        "2026-11-22T01:02:03+08:60",
        "2026-11-22T01:02:03+0800",
        "2026-11-22T01:02:03ZZ",
        "2026-11-22T1:02:03Z",
    };
    jd_ms t;
    for (int i = 0; i < LENGTH(bad); i++) assert_false(jd_parse_time(jd_str_of(bad[i]), &t));
}

/* Statutory days begin at midnight in China, whatever the machine's time zone. */
static void the_day_changes_at_sixteen_utc(void **state)
{
    (void)state;
    assert_int_equal(jd_day_from_ms(instant("2026-01-01T15:59:59.999Z")), day("2026-01-01"));
    assert_int_equal(jd_day_from_ms(instant("2026-01-01T16:00:00Z")), day("2026-01-02"));
    assert_int_equal(jd_day_from_ms(instant("1969-12-31T16:00:00Z")), day("1970-01-01"));
    assert_int_equal(jd_day_from_ms(instant("1986-06-01T15:59:59Z")), day("1986-06-01")); /* no summer time */
}

static void months_end_on_their_last_day(void **state)
{
    (void)state;
    static const struct {
        const char *from;
        int months;
        const char *to;
    } rows[] = {
        { "2024-01-31", 1, "2024-02-29" },  { "2023-01-31", 1, "2023-02-28" },  { "2024-02-29", 12, "2025-02-28" },
        { "2024-02-29", 48, "2028-02-29" }, { "2021-09-08", 36, "2024-09-08" }, { "2025-10-31", 1, "2025-11-30" },
        { "2025-12-31", 2, "2026-02-28" },  { "2025-12-15", 1, "2026-01-15" },  { "2026-05-31", 0, "2026-05-31" },
    };
    for (int i = 0; i < LENGTH(rows); i++)
        assert_string_equal(written(jd_add_months(day(rows[i].from), rows[i].months)), rows[i].to);
}

static void ages_in_full_years(void **state)
{
    (void)state;
    assert_int_equal(jd_age_on(day("1980-05-10"), day("2026-05-09")), 45);
    assert_int_equal(jd_age_on(day("1980-05-10"), day("2026-05-10")), 46);
    assert_int_equal(jd_age_on(day("2000-02-29"), day("2018-02-28")), 17);
    assert_int_equal(jd_age_on(day("2000-02-29"), day("2018-03-01")), 18);
    assert_int_equal(jd_age_on(day("2026-05-10"), day("2026-05-10")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_four_centuries),  cmocka_unit_test(known_weekdays),
        cmocka_unit_test(dates_that_are_none),          cmocka_unit_test(times_by_rfc_3339),
        cmocka_unit_test(times_that_are_none),          cmocka_unit_test(the_day_changes_at_sixteen_utc),
        cmocka_unit_test(months_end_on_their_last_day), cmocka_unit_test(ages_in_full_years),
    };
    return RUN(tests);
}
