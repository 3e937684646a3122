/* Identity numbers, text, UUIDs and the other forms a field promises. */
#include "proto/check.h"

#include "tests/unit/support.h"

static const char *const real_form[] = {
    "11010519491231002X", "440524188001010014", /* the standard's own examples */
    "530902199001010013", "371002198506150027", "530927197202291235", "371083200002290083",
};

static jd_code idno(const char *z)
{
    return jd_check_idno(jd_str_of(z));
}

static void identity_numbers_by_gb_11643(void **state)
{
    (void)state;
    for (int i = 0; i < LENGTH(real_form); i++) assert_int_equal(idno(real_form[i]), JD_CODE_RECORDED);
    assert_int_equal(idno("11010519491231002x"), JD_CODE_RECORDED);
    assert_int_equal(idno("530902199002300013"), JD_CODE_BAD_DATE);
    assert_int_equal(idno("530902900101001"), JD_CODE_OLD_ID_NUMBER);
    assert_int_equal(idno(""), JD_CODE_BAD_FORMAT);
    assert_int_equal(idno("5309021990010100130"), JD_CODE_BAD_FORMAT);
    assert_int_equal(idno("53090219900101001Y"), JD_CODE_BAD_FORMAT);
    assert_int_equal(idno("5309021990010100X3"), JD_CODE_BAD_FORMAT);
    assert_int_equal(idno("53090219900101 013"), JD_CODE_BAD_FORMAT);
    assert_int_equal(jd_check_idno((jd_str){ "53090219900101001\0", 18 }), JD_CODE_BAD_FORMAT);
}

static void one_wrong_digit_is_always_found(void **state)
{
    (void)state;
    for (int i = 0; i < LENGTH(real_form); i++)
        for (int at = 0; at < 18; at++)
            for (const char *c = "0123456789X"; *c; c++) {
                char changed[19];
                memcpy(changed, real_form[i], sizeof changed);
                if (changed[at] == *c) continue;
                changed[at] = *c;
                assert_int_not_equal(idno(changed), JD_CODE_RECORDED);
            }
}

static void what_a_number_says(void **state)
{
    (void)state;
    jd_day born;
    assert_true(jd_idno_birth(jd_str_of("530927197202291235"), &born));
    assert_int_equal(born, day("1972-02-29"));
    assert_true(jd_idno_male(jd_str_of("530927197202291235")));
    assert_false(jd_idno_male(jd_str_of("371002198506150027")));
}

static bool good_text(const char *z, bool prose)
{
    int64_t points;
    return jd_check_utf8(jd_str_of(z), prose, &points);
}

static bool is_text(const char *p, uint32_t n)
{
    int64_t points;
    return jd_check_utf8((jd_str){ p, n }, true, &points) && points == 2;
}

/* Each code point of three bytes, with a letter behind it; then with one of its bytes spoilt, and cut short. */
static void every_code_point_of_three_bytes(void **state)
{
    (void)state;
    for (uint32_t c = 0x800; c <= 0xFFFF; c++) {
        char s[] = { (char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63)), 'x' };
        bool half = c >= 0xD800 && c <= 0xDFFF, none = (c >= 0xFDD0 && c <= 0xFDEF) || c >= 0xFFFE;
        bool turns = c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
        assert_int_equal(is_text(s, 4), !half && !none && !turns);
        assert_false(is_text(s, 2));
        s[2] = (char)(s[2] ^ 0x40);
        assert_false(is_text(s, 4));
        s[1] = (char)(s[1] ^ 0x40);
        assert_false(is_text(s, 4));
    }
}

static void text_is_utf8_without_tricks(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\xff",         "\xc0\x80",     "\xe4\xb8",     "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "a\x01",        "a\x7f",        "\xc2\x85",     "\xe2\x80\xae", "\xe2\x81\xa6",
        "\xe2\x80\x8f", "\xef\xbf\xbe", "\xef\xb7\x90", "a\rb",         "\xd8\x9c",
    };
    for (int i = 0; i < LENGTH(bad); i++) assert_false(good_text(bad[i], true));
    assert_true(good_text("重复收费，请核查。\n\t第二行", true));
    assert_false(good_text("两\n行", false));
    assert_false(good_text("a\tb", false));
    assert_true(good_text("\xf0\xa0\xae\xb7", false)); /* beyond the first plane, as in rare names */
    int64_t points;
    assert_true(jd_check_utf8(jd_str_of("临沧ab"), false, &points));
    assert_int_equal(points, 4);
    assert_false(jd_check_utf8((jd_str){ "a\0b", 3 }, true, &points));
}

static void uuids_in_text_and_in_bytes(void **state)
{
    (void)state;
    uint8_t id[16], again[16];
    char text[37];
    assert_true(jd_parse_uuid(JD_STR("018f3f6e-7B2c-7a10-8f00-0123456789ab"), id));
    jd_format_uuid(id, text);
    assert_string_equal(text, "018f3f6e-7b2c-7a10-8f00-0123456789ab");
    assert_true(jd_parse_uuid((jd_str){ (char *)id, 16 }, again));
    assert_memory_equal(id, again, 16);
    static const char *const bad[] = { "",
                                       "018f3f6e-7b2c-7a10-8f00-0123456789a",
                                       "018f3f6e7b2c7a108f000123456789ab",
                                       "018f3f6e-7b2c-7a10-8f00-0123456789ag",
                                       "018f3f6e-7b2c-7a108-f00-0123456789ab",
                                       "{18f3f6e-7b2c-7a10-8f00-0123456789a}" };
    for (int i = 0; i < LENGTH(bad); i++) assert_false(jd_parse_uuid(jd_str_of(bad[i]), id));
}

static jd_code check(jd_ftype type, int64_t lo, int64_t hi, const char *z)
{
    const jd_field f = { .type = (uint8_t)type, .lo = lo, .hi = hi };
    return jd_check_text(&f, jd_str_of(z));
}

static void other_forms(void **state)
{
    (void)state;
    assert_int_equal(check(JD_T_PHONE, 7, 20, "13800000000"), JD_CODE_RECORDED);
    assert_int_equal(check(JD_T_PHONE, 7, 20, "+86 883-2160000"), JD_CODE_RECORDED);
    assert_int_equal(check(JD_T_PHONE, 7, 20, "138x0000000"), JD_CODE_BAD_FORMAT);
    assert_int_equal(check(JD_T_PHONE, 7, 20, "138"), JD_CODE_OUT_OF_BOUNDS);
    assert_int_equal(check(JD_T_EMAIL, 3, 100, "a@example.org"), JD_CODE_RECORDED);
    static const char *const mails[] = { "aexample", "@example", "ab@", "a@b@c", "a b@c" };
    for (int i = 0; i < LENGTH(mails); i++) assert_int_equal(check(JD_T_EMAIL, 3, 100, mails[i]), JD_CODE_BAD_FORMAT);
    assert_int_equal(check(JD_T_WORD, 1, 5, "LC.B1"), JD_CODE_RECORDED);
    assert_int_equal(check(JD_T_WORD, 1, 5, "LC.B12"), JD_CODE_OUT_OF_BOUNDS);
    assert_int_equal(check(JD_T_WORD, 1, 5, "a/b"), JD_CODE_BAD_FORMAT);
    assert_int_equal(check(JD_T_LINE, 2, 2, "临沧"), JD_CODE_RECORDED); /* characters, not bytes */
    assert_int_equal(check(JD_T_LINE, 3, 9, "临沧"), JD_CODE_OUT_OF_BOUNDS);
    assert_int_equal(check(JD_T_CASE, 0, 0, "R-530900-00000017"), JD_CODE_RECORDED);
    assert_int_equal(check(JD_T_CASE, 0, 0, "R-530900-17"), JD_CODE_BAD_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity_numbers_by_gb_11643),
        cmocka_unit_test(one_wrong_digit_is_always_found),
        cmocka_unit_test(what_a_number_says),
        cmocka_unit_test(text_is_utf8_without_tricks),
        cmocka_unit_test(every_code_point_of_three_bytes),
        cmocka_unit_test(uuids_in_text_and_in_bytes),
        cmocka_unit_test(other_forms),
    };
    return RUN(tests);
}
