/* LC-11.1: the list of institutions as a CSV, line by line (the conversation tests have what is said of each mistake). */
#include "workers/policy/listing.h"

#include "tests/unit/support.h"

static jd_arena arena;

static bool read(const char *csv, jd_listing *out)
{
    return jd_listing_read(shipped_policy("530900"), jd_str_of(csv), &arena, out);
}

static void codes_of_the_policy(void **state)
{
    (void)state;
    const jd_policy *p = shipped_policy("530900");
    static const char *const yes[] = { "H53090200001", "P31010100003" };
    static const char *const no[] = {
        "", "H5309020001", "h53090200001", "X53090200001", "H530902000011", "H5309020000 "
    };
    for (int i = 0; i < LENGTH(yes); i++) assert_true(jd_institution_code(p, jd_str_of(yes[i])));
    for (int i = 0; i < LENGTH(no); i++) assert_false(jd_institution_code(p, jd_str_of(no[i])));
    assert_true(jd_institution_code(shipped_policy("371000"), JD_STR("H37100200001"))); /* no list, and still codes */
}

static void in_the_order_of_codes(void **state)
{
    (void)state;
    jd_listing l;
    assert_true(read("name,code,kind,county\nb,H53090200002,medical,530902\n\na,H53090200001,medical,530902", &l));
    assert_int_equal(l.n, 2);
    assert_str(l.v[0].code, "H53090200001");
    assert_int_equal(l.v[0].line, 4);
    assert_str(l.v[1].name, "b");
    assert_int_equal(l.v[1].from, JD_NO_DAY);
}

static void quotes(void **state)
{
    (void)state;
    jd_listing l;
    assert_true(read("code,name,county,kind\n\"H53090200001\",\"a, \"\"b\"\"\",530902,medical\r\n", &l));
    assert_str(l.v[0].name, "a, \"b\"");
    assert_false(read("code,name,county,kind\nH53090200001,\"a,530902,medical\n\",x,y,z", &l));
    assert_int_equal(l.wrong[0].line, 2);
}

static void mistakes_are_counted_and_the_first_kept(void **state)
{
    (void)state;
    jd_listing l;
    jd_buf b = { 0 };
    jd_buf_z(&b, "code,name,county,kind\n");
    for (int i = 0; i < 50; i++) jd_buf_printf(&b, "H530902%05d,a,530902,hotel\n", i);
    jd_buf_u8(&b, 0);
    assert_false(read(b.p, &l));
    assert_int_equal(l.wrong_n, 50);
    assert_int_equal(l.wrong[JD_LISTING_WRONG_MAX - 1].line, 1 + JD_LISTING_WRONG_MAX);
    jd_buf_free(&b);
}

static void nothing_at_all(void **state)
{
    (void)state;
    jd_listing l;
    static const char *const rows[] = { "", "\n", "code,name,county,kind", "code,name,county,kind\n\n" };
    for (int i = 0; i < LENGTH(rows); i++) assert_false(read(rows[i], &l));
}

static void a_pattern_that_is_none(void **state)
{
    (void)state;
    char why[80] = "";
    assert_null(jd_pattern_make("^[HP", why, sizeof why));
    assert_string_not_equal(why, "");
    jd_pattern_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(codes_of_the_policy),
                                        cmocka_unit_test(in_the_order_of_codes),
                                        cmocka_unit_test(quotes),
                                        cmocka_unit_test(mistakes_are_counted_and_the_first_kept),
                                        cmocka_unit_test(nothing_at_all),
                                        cmocka_unit_test(a_pattern_that_is_none) };
    int failed = RUN(tests);
    jd_arena_free(&arena);
    return failed;
}
