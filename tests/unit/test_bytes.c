#include "tests/unit/support.h"

static void integers_there_and_back(void **state)
{
    (void)state;
    static const uint64_t values[] = { 0,         1,         127,   128,   255,        256,
                                       16383,     16384,     65535, 65536, UINT32_MAX, (uint64_t)UINT32_MAX + 1,
                                       INT64_MAX, UINT64_MAX };
    jd_buf b = { 0 };
    for (int i = 0; i < LENGTH(values); i++) {
        jd_buf_u8(&b, (uint8_t)values[i]);
        jd_buf_u16(&b, (uint16_t)values[i]);
        jd_buf_u32(&b, (uint32_t)values[i]);
        jd_buf_u64(&b, values[i]);
        jd_buf_varint(&b, values[i]);
        jd_buf_lstr(&b, JD_STR("abc"));
    }
    jd_cur c = jd_cur_of(b.p, b.n);
    for (int i = 0; i < LENGTH(values); i++) {
        assert_int_equal(jd_cur_u8(&c), (uint8_t)values[i]);
        assert_int_equal(jd_cur_u16(&c), (uint16_t)values[i]);
        assert_int_equal(jd_cur_u32(&c), (uint32_t)values[i]);
        assert_true(jd_cur_u64(&c) == values[i]);
        assert_true(jd_cur_varint(&c) == values[i]);
        assert_str(jd_cur_lstr(&c), "abc");
    }
    assert_true(jd_cur_done(&c));
    jd_buf_free(&b);
}

static void a_reader_stops_at_the_end(void **state)
{
    (void)state;
    jd_cur c = jd_cur_of("\x05\x00\x00\x00"
                         "abc",
                         7);
    jd_str s = jd_cur_lstr(&c); /* says five, holds three */
    assert_int_equal(s.n, 0);
    assert_true(c.failed);
    assert_int_equal(jd_cur_u8(&c), 0); /* and stays failed */
    assert_false(jd_cur_done(&c));
    c = jd_cur_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11);
    jd_cur_varint(&c);
    assert_true(c.failed); /* longer than any number */
    c = jd_cur_of(NULL, 0);
    assert_true(jd_cur_done(&c));
    assert_int_equal(jd_cur_u64(&c), 0);
    assert_true(c.failed);
}

/* As used on the stack: room for so many bytes, and never another place. */
static void a_buffer_keeps_its_bound(void **state)
{
    (void)state;
    char room[20];
    jd_buf b = { .p = room, .cap = sizeof room, .cap_max = sizeof room };
    jd_buf_z(&b, "0123456789");
    jd_buf_z(&b, "0123456789");
    assert_false(b.failed);
    assert_int_equal(b.n, sizeof room);
    jd_buf_u8(&b, 1);
    assert_true(b.failed);
    b.n = 0;
    jd_buf_u8(&b, 1);
    assert_true(b.failed); /* for good */
    assert_int_equal(b.n, 0);
    assert_ptr_equal(b.p, room);
}

static void printing_into_a_buffer(void **state)
{
    (void)state;
    jd_buf b = { 0 };
    for (int i = 0; i < 1000; i++) jd_buf_printf(&b, "%03d,", i);
    assert_int_equal(b.n, 4000);
    assert_memory_equal(b.p, "000,001,", 8);
    assert_memory_equal(b.p + 3996, "999,", 4);
    jd_buf_free(&b);
}

static void strings(void **state)
{
    (void)state;
    uint64_t v;
    assert_true(jd_str_is(JD_STR("ab"), "ab"));
    assert_false(jd_str_is(JD_STR("ab"), "abc"));
    assert_true(jd_str_eq((jd_str){ NULL, 0 }, JD_STR("")));
    assert_true(jd_str_starts(JD_STR("LC-4"), "LC-"));
    assert_false(jd_str_starts(JD_STR("LC"), "LC-"));
    assert_true(jd_str_cmp(JD_STR("a"), JD_STR("ab")) < 0);
    assert_true(jd_str_cmp(JD_STR("b"), JD_STR("ab")) > 0);
    assert_int_equal(jd_str_cmp(JD_STR("ab"), JD_STR("ab")), 0);
    assert_true(jd_str_to_u64(JD_STR("9007199254740991"), &v));
    assert_true(v == 9007199254740991);
    static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "0x1", "12345678901234567890" };
    for (int i = 0; i < LENGTH(bad); i++) assert_false(jd_str_to_u64(jd_str_of(bad[i]), &v));
}

static void an_arena_is_zeroed_and_aligned(void **state)
{
    (void)state;
    jd_arena a = { 0 };
    for (int round = 0; round < 3; round++) {
        for (size_t n = 1; n < 200000; n = n * 3 + 1) {
            uint8_t *p = jd_alloc(&a, n);
            assert_int_equal((uintptr_t)p % 16, 0);
            for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
            memset(p, 0xee, n);
        }
        jd_arena_reset(&a);
    }
    assert_str(jd_copy(&a, JD_STR("abc")), "abc");
    jd_arena_free(&a);
    assert_null(a.head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_there_and_back),
        cmocka_unit_test(a_reader_stops_at_the_end),
        cmocka_unit_test(a_buffer_keeps_its_bound),
        cmocka_unit_test(printing_into_a_buffer),
        cmocka_unit_test(strings),
        cmocka_unit_test(an_arena_is_zeroed_and_aligned),
    };
    return RUN(tests);
}
