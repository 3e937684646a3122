/* Keys of the store: what they hold comes back, and byte order is the order of what they hold. */
#include "tests/unit/support.h"
#include "workers/keys.h"

static const uint64_t rising[] = { 0, 1, 255, 256, 65535, 65536, 1u << 31, (uint64_t)1 << 32, (uint64_t)1 << 62 };

static int compare(const jd_key *a, const jd_key *b)
{
    return jd_str_cmp(jd_k(a), jd_k(b));
}

static void numbers_are_in_order(void **state)
{
    (void)state;
    for (int i = 1; i < LENGTH(rising); i++) {
        jd_key low = jd_key_seq(rising[i - 1]), high = jd_key_seq(rising[i]);
        assert_true(compare(&low, &high) < 0);
        low = jd_key_case(JD_E_report, rising[i - 1]);
        high = jd_key_case(JD_E_report, rising[i]);
        assert_true(compare(&low, &high) < 0);
        low = jd_key_clock((jd_ms)rising[i - 1], JD_E_report, UINT64_MAX, 9);
        high = jd_key_clock((jd_ms)rising[i], JD_E_application, 0, 0);
        assert_true(compare(&low, &high) < 0); /* the due time comes first */
        low = jd_key_work(JD_E_report, 3, 7, rising[i - 1]);
        high = jd_key_work(JD_E_report, 3, 7, rising[i]);
        assert_true(compare(&low, &high) < 0);
    }
}

static void a_worklist_lies_together(void **state)
{
    (void)state;
    jd_key a = jd_key_work(JD_E_report, 3, 7, UINT64_MAX), b = jd_key_work(JD_E_report, 3, 8, 0);
    jd_key c = jd_key_work(JD_E_report, 4, 0, 0), d = jd_key_work(JD_E_report, JD_STATE_OVERDUE, 0, 0);
    assert_true(compare(&a, &b) < 0 && compare(&b, &c) < 0 && compare(&c, &d) < 0);
}

static void what_a_key_holds_comes_back(void **state)
{
    (void)state;
    for (int i = 0; i < LENGTH(rising); i++) {
        jd_entity e;
        jd_ms due;
        uint64_t number;
        int kind, st;
        uint16_t dept;
        jd_key k = jd_key_seq(rising[i]);
        assert_true(jd_unkey_seq(jd_k(&k)) == rising[i]);
        k = jd_key_case(JD_E_supervisor, rising[i]);
        assert_true(jd_unkey_case(jd_k(&k), &e) == rising[i]);
        assert_int_equal(e, JD_E_supervisor);
        k = jd_key_clock(1234567890123, JD_E_report, rising[i], 2);
        jd_unkey_clock(jd_k(&k), &due, &e, &number, &kind);
        assert_true(due == 1234567890123 && e == JD_E_report && number == rising[i] && kind == 2);
        k = jd_key_work(JD_E_report, JD_STATE_OVERDUE, 0xffff, rising[i]);
        jd_unkey_work(jd_k(&k), &e, &st, &dept, &number);
        assert_true(e == JD_E_report && st == JD_STATE_OVERDUE && dept == 0xffff && number == rising[i]);
    }
}

static void different_things_have_different_keys(void **state)
{
    (void)state;
    uint8_t hash[16] = { 0 };
    jd_key a = jd_key_person_hash(hash), b = jd_key_person(0);
    assert_int_not_equal(compare(&a, &b), 0);
    char longest[JD_PREDICATE_MAX + 1] = { 0 };
    memset(longest, 'x', JD_PREDICATE_MAX);
    a = jd_key_fact(1, jd_str_of(longest));
    assert_int_equal(a.n, 8 + JD_PREDICATE_MAX); /* the longest predicate a policy may name fits whole */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_in_order),
        cmocka_unit_test(a_worklist_lies_together),
        cmocka_unit_test(what_a_key_holds_comes_back),
        cmocka_unit_test(different_things_have_different_keys),
    };
    return RUN(tests);
}
