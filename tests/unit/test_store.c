/* LMDB as we use it: the sticky error, scans both ways, one writer, and what survives. */
#include <stdio.h>
#include <sys/stat.h>

#include "tests/unit/support.h"
#include "workers/keys.h"
#include "workers/store.h"

enum { MAP = 64 << 20 };

static jd_store *open_new(const char *name)
{
    char dir[128], why[256] = "";
    snprintf(dir, sizeof dir, "%s/%s", scratch_dir(), name);
    jd_store *s = jd_store_open(dir, true, MAP, why, sizeof why);
    if (!s) fail_msg("%s", why);
    return s;
}

static void put_number(jd_txn *t, uint64_t n)
{
    char value[32];
    jd_key k = jd_key_seq(n);
    snprintf(value, sizeof value, "v%llu", (unsigned long long)n);
    jd_put(t, JD_DB_JOURNAL, jd_k(&k), jd_str_of(value));
}

static bool holds(jd_txn *t, uint64_t n)
{
    jd_str v;
    jd_key k = jd_key_seq(n);
    return jd_get(t, JD_DB_JOURNAL, jd_k(&k), &v);
}

static void what_is_committed_stays(void **state)
{
    (void)state;
    jd_txn t;
    jd_store *s = open_new("stays");
    jd_begin(s, &t, true);
    put_number(&t, 1);
    assert_int_equal(jd_commit(&t), 0);
    jd_begin(s, &t, true);
    put_number(&t, 2);
    jd_abort(&t);
    jd_store_close(s);
    s = open_new("stays");
    jd_begin(s, &t, false);
    assert_true(holds(&t, 1));
    assert_false(holds(&t, 2));
    assert_int_equal(t.rc, 0); /* not there is no error */
    assert_int_equal(jd_count(&t, JD_DB_JOURNAL), 1);
    jd_abort(&t);
    jd_store_close(s);
}

static void the_first_error_sticks(void **state)
{
    (void)state;
    jd_txn t;
    jd_str v;
    jd_store *s = open_new("sticky");
    jd_begin(s, &t, true);
    put_number(&t, 5);
    static const char long_key[1000]; /* LMDB takes 511 bytes */
    jd_put(&t, JD_DB_JOURNAL, (jd_str){ long_key, sizeof long_key }, JD_STR("x"));
    int first = t.rc;
    assert_int_not_equal(first, 0);
    put_number(&t, 6);
    jd_key five = jd_key_seq(5);
    jd_del(&t, JD_DB_JOURNAL, jd_k(&five));
    assert_false(jd_get(&t, JD_DB_JOURNAL, jd_k(&five), &v));
    jd_scan scan = jd_scan_from(&t, JD_DB_JOURNAL, (jd_str){ "", 0 });
    assert_false(jd_scan_next(&scan));
    jd_scan_end(&scan);
    assert_int_equal(jd_commit(&t), first);
    jd_begin(s, &t, false);
    assert_int_equal(jd_count(&t, JD_DB_JOURNAL), 0); /* nothing of it happened */
    jd_abort(&t);
    jd_store_close(s);
}

static void expect_scan(jd_scan s, const uint64_t *expected, int n)
{
    for (int i = 0; i < n; i++) {
        assert_true(jd_scan_next(&s));
        assert_true(jd_unkey_seq(s.key) == expected[i]);
    }
    assert_false(jd_scan_next(&s));
    assert_null(s.cursor);
}

static jd_scan from(jd_txn *t, uint64_t n)
{
    jd_key k = jd_key_seq(n);
    return jd_scan_from(t, JD_DB_JOURNAL, jd_k(&k));
}

static jd_scan back(jd_txn *t, uint64_t n)
{
    jd_key k = jd_key_seq(n);
    return jd_scan_back(t, JD_DB_JOURNAL, jd_k(&k));
}

static void scans_go_both_ways(void **state)
{
    (void)state;
    jd_txn t;
    jd_store *s = open_new("scan");
    jd_begin(s, &t, true);
    expect_scan(from(&t, 1), NULL, 0);
    expect_scan(back(&t, 1), NULL, 0);
    for (uint64_t n = 10; n <= 40; n += 10) put_number(&t, n);
    expect_scan(from(&t, 20), (uint64_t[]){ 20, 30, 40 }, 3);
    expect_scan(from(&t, 21), (uint64_t[]){ 30, 40 }, 2);
    expect_scan(from(&t, 41), NULL, 0);
    expect_scan(jd_scan_from(&t, JD_DB_JOURNAL, (jd_str){ "", 0 }), (uint64_t[]){ 10, 20, 30, 40 }, 4);
    expect_scan(back(&t, 20), (uint64_t[]){ 20, 10 }, 2);
    expect_scan(back(&t, 29), (uint64_t[]){ 20, 10 }, 2);
    expect_scan(back(&t, 99), (uint64_t[]){ 40, 30, 20, 10 }, 4);
    expect_scan(back(&t, 9), NULL, 0);
    expect_scan(jd_scan_back(&t, JD_DB_JOURNAL, (jd_str){ "", 0 }), (uint64_t[]){ 40, 30, 20, 10 }, 4);
    assert_int_equal(t.rc, 0);
    jd_abort(&t);
    jd_store_close(s);
}

/* Rows go in wherever they belong, whichever way they come. */
static void puts_in_any_order(void **state)
{
    (void)state;
    jd_txn t;
    jd_store *s = open_new("order");
    jd_begin(s, &t, true);
    static const uint64_t order[] = { 5, 6, 7, 1, 2, 9, 8, 6, 3, 4, 10 };
    for (int i = 0; i < LENGTH(order); i++) {
        put_number(&t, order[i]);
        if (i == 4) {
            jd_key seven = jd_key_seq(7);
            jd_del(&t, JD_DB_JOURNAL, jd_k(&seven));
        }
    }
    assert_int_equal(jd_commit(&t), 0);
    jd_begin(s, &t, false);
    expect_scan(from(&t, 0), (uint64_t[]){ 1, 2, 3, 4, 5, 6, 8, 9, 10 }, 9);
    jd_abort(&t);
    jd_store_close(s);
}

static void one_writer_only(void **state)
{
    (void)state;
    char dir[128], why[256] = "";
    struct stat st;
    jd_store *s = open_new("lock");
    snprintf(dir, sizeof dir, "%s/lock", scratch_dir());
    assert_null(jd_store_open(dir, true, MAP, why, sizeof why));
    assert_non_null(strstr(why, "another worker has it"));
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    jd_store_close(s);
    s = open_new("lock"); /* and again when the first is gone */
    jd_store_close(s);
}

static void a_full_map_is_not_the_end(void **state)
{
    (void)state;
    jd_txn t;
    char dir[128], why[256], big[4000];
    memset(big, 'x', sizeof big);
    snprintf(dir, sizeof dir, "%s/full", scratch_dir());
    jd_store *s = jd_store_open(dir, true, 1 << 20, why, sizeof why);
    assert_non_null(s);
    jd_begin(s, &t, true);
    put_number(&t, 1);
    assert_int_equal(jd_commit(&t), 0);
    jd_begin(s, &t, true);
    for (uint64_t n = 2; n < 1000; n++) {
        jd_key k = jd_key_seq(n);
        jd_put(&t, JD_DB_JOURNAL, jd_k(&k), (jd_str){ big, sizeof big });
    }
    assert_true(jd_store_full(jd_commit(&t)));
    jd_begin(s, &t, true);
    put_number(&t, 2);
    assert_int_equal(jd_commit(&t), 0);
    assert_true(jd_store_used(s) < 1.0);
    jd_store_close(s);
}

static void tables_have_names(void **state)
{
    (void)state;
    for (int i = 0; i < JD_DB_COUNT; i++)
        for (int j = 0; j < i; j++) assert_string_not_equal(jd_db_name((jd_db)i), jd_db_name((jd_db)j));
    assert_string_equal(jd_store_error(JD_STORE_DAMAGED), "the store is damaged");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_stays), cmocka_unit_test(the_first_error_sticks),
        cmocka_unit_test(scans_go_both_ways),      cmocka_unit_test(puts_in_any_order),
        cmocka_unit_test(one_writer_only),         cmocka_unit_test(a_full_map_is_not_the_end),
        cmocka_unit_test(tables_have_names),
    };
    return RUN(tests);
}
