/* Bytes that would have a decoder allocate gigabytes, recurse, or read on: each is turned away by the
 * walk before msgpack-c sees it. */
#include "proto/decode.h"
#include "proto/pack.h"

#include "tests/unit/support.h"

typedef struct bomb {
    const char *bytes;
    uint32_t n;
} bomb;

/* clang-format off */

#define BYTES(literal) { literal, sizeof(literal) - 1 }

static void bombs_are_refused(void **state)
{
    (void)state;
    static const bomb bombs[] = {
        BYTES(""),
        BYTES("\xdd\x10\x00\x00\x00"),             /* a list of 268 million */
        BYTES("\xdd\xff\xff\xff\xff"),             /* of 4 thousand million */
        BYTES("\xdf\xff\xff\xff\xff"),             /* a map of as many */
        BYTES("\xdf\x80\x00\x00\x00"),             /* whose pairs, doubled, are none in 32 bits */
        BYTES("\xdc\xff\xff"),
        BYTES("\xde\xff\xff"),
        BYTES("\xdb\xff\xff\xff\xff"),             /* text of 4 GiB */
        BYTES("\xc6\xff\xff\xff\xff"),             /* bytes likewise */
        BYTES("\xda\x00\x05" "ab"),
        BYTES("\xd9"),
        BYTES("\xa5" "abcd"),
        BYTES("\x91"),                             /* a list of one, which is not there */
        BYTES("\x81\xa1" "a"),                     /* a key without its value */
        BYTES("\x91\x91\x91\x91\x91\xc0"),         /* deeper than messages go */
        BYTES("\xc1"),                             /* never used */
        BYTES("\xc7\x00\x01"),                     /* extensions */
        BYTES("\xd4\x01\x00"),
        BYTES("\xd6\xff\x00\x00\x00\x00"),
        BYTES("\xc9\xff\xff\xff\xff\x01"),
        BYTES("\xc0\xc0"),                         /* something behind the end */
        BYTES("\xcd\x01"),
        BYTES("\xcf\x01\x02\x03"),
        BYTES("\xcb\x00"),
        BYTES("\xca"),
    };
    for (int i = 0; i < LENGTH(bombs); i++)
        if (!jd_prescan((jd_str){ bombs[i].bytes, bombs[i].n })) fail_msg("bomb %d went through", i);
}

static void good_values_pass(void **state)
{
    (void)state;
    static const bomb good[] = {
        BYTES("\xc0"), BYTES("\xc2"), BYTES("\xc3"), BYTES("\x7f"), BYTES("\xff"), BYTES("\xcc\xff"),
        BYTES("\xd3\xff\xff\xff\xff\xff\xff\xff\xff"), BYTES("\xca\x00\x00\x00\x00"),
        BYTES("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"), BYTES("\xa0"), BYTES("\x80"), BYTES("\x90"),
        BYTES("\x91\x91\x91\x91\xc0"), BYTES("\x82\xa1" "a\x01\xa1" "b\x92\x01\x02"), BYTES("\xc4\x02\x00\x01"),
        BYTES("\xda\x00\x02" "ab"), BYTES("\xdd\x00\x00\x00\x01\xc0"), BYTES("\xdf\x00\x00\x00\x01\xa1" "a\xc0"),
    };
    for (int i = 0; i < LENGTH(good); i++) {
        const char *wrong = jd_prescan((jd_str){ good[i].bytes, good[i].n });
        if (wrong) fail_msg("value %d: %s", i, wrong);
    }
}

/* clang-format on */

static void counts_are_bounded(void **state)
{
    (void)state;
    jd_buf b = { 0 };
    jd_pack_list(&b, JD_ITEMS_MAX - 1);
    for (int i = 1; i < JD_ITEMS_MAX; i++) jd_pack_nil(&b);
    assert_null(jd_prescan(jd_buf_view(&b)));
    b.n = 0;
    jd_pack_list(&b, JD_ITEMS_MAX);
    for (int i = 0; i < JD_ITEMS_MAX; i++) jd_pack_nil(&b);
    assert_non_null(jd_prescan(jd_buf_view(&b)));
    /* many small lists, each within the bound */
    b.n = 0;
    jd_pack_list(&b, 100);
    for (int i = 0; i < 100; i++) {
        jd_pack_list(&b, 100);
        for (int j = 0; j < 100; j++) jd_pack_nil(&b);
    }
    assert_non_null(jd_prescan(jd_buf_view(&b)));
    jd_buf_free(&b);
}

/* Every prefix of a good message is a bad one, and is said to be. */
static void cut_short_anywhere(void **state)
{
    (void)state;
    jd_buf b = { 0 };
    jd_pack_map(&b, 3);
    jd_pack_kz(&b, "text", "重复收费");
    jd_pack_ku(&b, "n", 70000);
    jd_pack_z(&b, "list");
    jd_pack_list(&b, 2);
    jd_pack_bool(&b, true);
    jd_pack_double(&b, 0.5);
    assert_null(jd_prescan(jd_buf_view(&b)));
    for (uint32_t n = 0; n < b.n; n++) assert_non_null(jd_prescan((jd_str){ b.p, n }));
    jd_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(good_values_pass),
        cmocka_unit_test(counts_are_bounded),
        cmocka_unit_test(cut_short_anywhere),
    };
    return RUN(tests);
}
