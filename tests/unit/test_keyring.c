/* The data keys of a store: drawn when first needed, destroyed for good, wrapped anew under another master key. */
#include <stdio.h>

#include "tests/unit/support.h"
#include "workers/keyring.h"
#include "workers/keys.h"
#include "workers/scrub.h"

static struct {
    jd_store *store;
    jd_vault *vault;
    jd_txn txn;
    char path[128], key[128];
} s;

static void start(const char *name)
{
    char why[256] = "";
    snprintf(s.path, sizeof s.path, "%s/%s", scratch_dir(), name);
    snprintf(s.key, sizeof s.key, "%s/%s.key", scratch_dir(), name);
    s.store = jd_store_open(s.path, true, 16 << 20, why, sizeof why);
    s.vault = jd_vault_open(s.key, true, 530900, why, sizeof why);
    if (!s.store || !s.vault || !jd_keyring_open(s.vault, s.store, true, why, sizeof why)) fail_msg("%s", why);
}

static void finish(void)
{
    jd_vault_close(s.vault);
    jd_store_close(s.store);
}

static jd_secret key_for(jd_slot slot)
{
    jd_slot got = slot;
    const jd_secret *key = jd_key_to_seal(s.vault, &s.txn, &got);
    assert_non_null(key);
    assert_true(got.kind == slot.kind && got.number == slot.number);
    return *key;
}

static bool same(jd_secret a, jd_secret b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static const jd_slot one = { JD_SLOT_PERSON, 1 }, two = { JD_SLOT_PERSON, 2 }, month = { JD_SLOT_MONTH, 1 };

static void a_slot_keeps_its_key(void **state)
{
    (void)state;
    start("keeps");
    jd_begin(s.store, &s.txn, true);
    jd_secret a = key_for(one), b = key_for(two), c = key_for(month);
    assert_false(same(a, b) || same(a, c) || same(b, c));
    jd_vault_forget_all(s.vault);
    assert_true(same(a, key_for(one)) && same(b, key_for(two)) && same(c, key_for(month)));
    assert_int_equal(jd_count(&s.txn, JD_DB_KEYS), 4); /* and the division's */
    assert_int_equal(jd_commit(&s.txn), 0);
    jd_begin(s.store, &s.txn, true);
    jd_vault_forget_all(s.vault);
    assert_true(same(a, key_for(one)));
    jd_abort(&s.txn);
    finish();
}

/* What was drawn in a transaction that never was is drawn anew. */
static void nothing_of_an_aborted_transaction_stays(void **state)
{
    (void)state;
    start("aborted");
    jd_begin(s.store, &s.txn, true);
    jd_secret a = key_for(one);
    jd_abort(&s.txn);
    jd_vault_forget_all(s.vault); /* as the engine does after a failed commit */
    jd_begin(s.store, &s.txn, true);
    assert_false(same(a, key_for(one)));
    jd_abort(&s.txn);
    finish();
}

static jd_buf gone;

static void destroy(jd_slot slot)
{
    jd_key k = jd_key_slot(slot.kind, slot.number);
    jd_key_destroy(s.vault, &s.txn, jd_k(&k), &gone);
}

/* Of a page that was written anew nothing stays behind in its gaps. */
static void it_is_overwritten(void **state)
{
    (void)state;
    char file[160], row[JD_WRAPPED];
    jd_str found;
    jd_key k = jd_key_slot(two.kind, two.number);
    start("overwritten");
    jd_begin(s.store, &s.txn, true);
    key_for(one);
    key_for(two); /* the last put lies where a deletion leaves it */
    assert_true(jd_get(&s.txn, JD_DB_KEYS, jd_k(&k), &found));
    memcpy(row, found.p, sizeof row);
    destroy(two);
    assert_int_equal(jd_commit(&s.txn), 0);
    snprintf(file, sizeof file, "%s/data.mdb", s.path);
    jd_str bytes = file_text(file);
    assert_null(memmem(bytes.p, bytes.n, row + 5, 24));
    finish();
}

static void what_was_destroyed_stays_so(void **state)
{
    (void)state;
    jd_arena a = { 0 };
    jd_buf sealed = { 0 };
    jd_str plain;
    jd_slot slot = one;
    start("destroyed");
    jd_begin(s.store, &s.txn, true);
    jd_seal(s.vault, jd_key_to_seal(s.vault, &s.txn, &slot), slot, (jd_place){ 1, 1 }, JD_STR("text"), &sealed);
    assert_true(jd_unseal_in(s.vault, &s.txn, (jd_place){ 1, 1 }, jd_buf_view(&sealed), &a, &plain));
    assert_false(jd_slot_destroyed(&s.txn, one));
    destroy(one);
    assert_true(jd_slot_destroyed(&s.txn, one));
    assert_false(jd_slot_destroyed(&s.txn, two)); /* never used is another thing */
    assert_false(jd_unseal_in(s.vault, &s.txn, (jd_place){ 1, 1 }, jd_buf_view(&sealed), &a, &plain));
    slot = one;
    assert_ptr_equal(jd_key_to_seal(s.vault, &s.txn, &slot), jd_vault_division(s.vault));
    assert_int_equal(slot.kind, JD_SLOT_DIVISION);
    assert_int_equal(s.txn.rc, 0);
    jd_abort(&s.txn);
    jd_buf_free(&sealed);
    jd_arena_free(&a);
    finish();
}

static bool in_file(const char *row)
{
    char file[160];
    snprintf(file, sizeof file, "%s/data.mdb", s.path);
    jd_str bytes = file_text(file);
    return memmem(bytes.p, bytes.n, row + 5, 24) != NULL;
}

static void row_of(jd_slot slot, char row[JD_WRAPPED])
{
    jd_str found;
    jd_key k = jd_key_slot(slot.kind, slot.number);
    assert_true(jd_get(&s.txn, JD_DB_KEYS, jd_k(&k), &found) && found.n == JD_WRAPPED);
    memcpy(row, found.p, JD_WRAPPED);
}

/* Older copies of the page keep the row, until the file is scrubbed; every other key stays. */
static void copies_in_free_pages(void **state)
{
    (void)state;
    enum { KEYS = 200 };
    char row[JD_WRAPPED], kept[JD_WRAPPED], why[256];
    jd_scrub scrub = { 0 };
    jd_secret key[KEYS];
    start("copies");
    for (int i = 0; i < KEYS; i++) { /* a commit each: many copies of many pages */
        jd_begin(s.store, &s.txn, true);
        key[i] = key_for((jd_slot){ JD_SLOT_PERSON, (uint64_t)i });
        if (i == 77) row_of((jd_slot){ JD_SLOT_PERSON, 77 }, row);
        if (i == 78) row_of((jd_slot){ JD_SLOT_PERSON, 78 }, kept);
        assert_int_equal(jd_commit(&s.txn), 0);
    }
    gone.n = 0;
    jd_begin(s.store, &s.txn, true);
    destroy((jd_slot){ JD_SLOT_PERSON, 77 });
    jd_key k = jd_key_slot(JD_SLOT_PERSON, 78); /* and what was not destroyed, which must be left alone */
    jd_scrub_pattern(jd_k(&k), (jd_str){ kept, sizeof kept }, &gone);
    assert_int_equal(jd_commit(&s.txn), 0);
    assert_true(in_file(row) && in_file(kept));
    jd_scrub_add(&scrub, jd_buf_view(&gone));
    while (jd_scrub_step(&scrub, s.store)) continue;
    assert_true(!in_file(row) && in_file(kept));
    jd_scrub_free(&scrub);
    jd_vault_forget_all(s.vault);
    assert_true(jd_keyring_open(s.vault, s.store, false, why, sizeof why));
    jd_begin(s.store, &s.txn, true);
    for (int i = 0; i < KEYS; i++)
        if (i != 77) assert_true(same(key[i], key_for((jd_slot){ JD_SLOT_PERSON, (uint64_t)i })));
    jd_abort(&s.txn);
    finish();
}

/* Rows of another table, of all lengths: their pages are written in buffers that held keys before. */
static void put_others(int n)
{
    char text[300];
    for (int i = 0; i < 4; i++) {
        jd_key k = jd_key_seq(draw(60));
        uint32_t length = 1 + draw(i % 2 ? 40 : sizeof text - 1);
        memset(text, (int)(jd_get_be64(k.bytes) + 1), length);
        jd_put(&s.txn, JD_DB_CASES, jd_k(&k), (jd_str){ text, length });
        if (n % 3 == 0) jd_del(&s.txn, JD_DB_CASES, jd_k(&k));
    }
}

static void others_are_whole(void)
{
    jd_scan scan = jd_scan_from(&s.txn, JD_DB_CASES, (jd_str){ "", 0 });
    while (jd_scan_next(&scan)) {
        assert_int_equal(scan.key.n, 8);
        for (uint32_t i = 0; i < scan.value.n; i++) assert_int_equal(scan.value.p[i], jd_unkey_seq(scan.key) + 1);
    }
    assert_int_equal(s.txn.rc, 0);
}

/* Keys come and go, and what a page keeps in its gaps lies half under rows that are in use. */
static void no_other_byte_is_touched(void **state)
{
    (void)state;
    enum { ROUNDS = 400, A_ROUND = 3, KEYS = ROUNDS * A_ROUND };
    static jd_secret key[KEYS];
    static bool is_gone[KEYS];
    char why[256];
    jd_scrub scrub = { 0 };
    start("touched");
    for (int n = 0; n < KEYS; n += A_ROUND) {
        gone.n = 0;
        jd_begin(s.store, &s.txn, true);
        for (int i = n; i < n + A_ROUND; i++) key[i] = key_for((jd_slot){ JD_SLOT_PERSON, (uint64_t)i * 7919 % KEYS });
        put_others(n);
        for (int i = 0; i < A_ROUND / 3; i++) {
            int which = (int)draw((uint32_t)(n + A_ROUND));
            if (!is_gone[which]) destroy((jd_slot){ JD_SLOT_PERSON, (uint64_t)which * 7919 % KEYS });
            is_gone[which] = true;
        }
        assert_int_equal(jd_commit(&s.txn), 0);
        jd_scrub_add(&scrub, jd_buf_view(&gone));
        while (jd_scrub_step(&scrub, s.store)) continue;
        jd_begin(s.store, &s.txn, false);
        others_are_whole();
        jd_abort(&s.txn);
    }
    jd_vault_forget_all(s.vault);
    assert_true(jd_keyring_open(s.vault, s.store, false, why, sizeof why));
    jd_begin(s.store, &s.txn, true);
    others_are_whole();
    assert_int_equal(jd_count(&s.txn, JD_DB_KEYS), KEYS + 1);
    for (int i = 0; i < KEYS; i++) {
        jd_slot slot = { JD_SLOT_PERSON, (uint64_t)i * 7919 % KEYS };
        assert_int_equal(jd_slot_destroyed(&s.txn, slot), is_gone[i]);
        if (!is_gone[i]) assert_true(same(key[i], key_for(slot)));
    }
    jd_abort(&s.txn);
    jd_scrub_free(&scrub);
    finish();
}

/* A reader that began before the writer destroyed a key still opens with it, and no later one does. */
static void readers_keep_no_key(void **state)
{
    (void)state;
    jd_arena a = { 0 };
    jd_buf sealed = { 0 };
    jd_str plain;
    jd_slot slot = one;
    jd_txn before, after;
    start("readers");
    jd_begin(s.store, &s.txn, true);
    jd_seal(s.vault, jd_key_to_seal(s.vault, &s.txn, &slot), slot, (jd_place){ 1, 1 }, JD_STR("text"), &sealed);
    assert_int_equal(jd_commit(&s.txn), 0);
    jd_begin(s.store, &before, false);
    jd_begin(s.store, &s.txn, true);
    destroy(one);
    assert_int_equal(jd_commit(&s.txn), 0);
    jd_begin(s.store, &after, false);
    assert_true(jd_unseal_in(s.vault, &before, (jd_place){ 1, 1 }, jd_buf_view(&sealed), &a, &plain));
    assert_false(jd_unseal_in(s.vault, &after, (jd_place){ 1, 1 }, jd_buf_view(&sealed), &a, &plain));
    jd_abort(&before);
    jd_abort(&after);
    jd_buf_free(&sealed);
    jd_arena_free(&a);
    finish();
}

static int rewrap_all(int at_once)
{
    int wrapped = 0;
    jd_slot from = { 0 };
    while (jd_keyring_rewrap(s.vault, &s.txn, &from, at_once, &wrapped) == at_once) continue;
    return wrapped;
}

static void another_master_key(void **state)
{
    (void)state;
    char why[256] = "";
    uint32_t version;
    jd_secret before[40];
    jd_keys_by by;
    start("master");
    jd_begin(s.store, &s.txn, true);
    for (int i = 0; i < LENGTH(before); i++) before[i] = key_for((jd_slot){ JD_SLOT_PERSON, (uint64_t)i });
    destroy((jd_slot){ JD_SLOT_PERSON, 7 });
    assert_int_equal(rewrap_all(10), 0); /* there is no newer one */
    assert_true(jd_masters_add(s.key, &version, why, sizeof why) && jd_vault_reload(s.vault, why, sizeof why));
    assert_int_equal(rewrap_all(10), LENGTH(before)); /* the division's, and not the one that was destroyed */
    assert_int_equal(rewrap_all(10), 0);
    jd_keyring_count(&s.txn, &by);
    assert_int_equal(by.n, 2);
    for (int i = 0; i < by.n; i++) assert_int_equal(by.v[i].keys, by.v[i].version ? LENGTH(before) : 1);
    assert_int_equal(jd_commit(&s.txn), 0);
    jd_vault_close(s.vault);
    assert_true(jd_masters_drop(s.key, why, sizeof why));
    s.vault = jd_vault_open(s.key, false, 530900, why, sizeof why);
    assert_true(s.vault && jd_keyring_open(s.vault, s.store, false, why, sizeof why));
    jd_begin(s.store, &s.txn, true);
    for (int i = 0; i < LENGTH(before); i++)
        if (i != 7) assert_true(same(before[i], key_for((jd_slot){ JD_SLOT_PERSON, (uint64_t)i })));
    jd_abort(&s.txn);
    finish();
}

static void keys_of_a_master_key_that_is_gone(void **state)
{
    (void)state;
    char why[256] = "";
    uint32_t version;
    start("gone");
    jd_vault_close(s.vault);
    assert_true(jd_masters_add(s.key, &version, why, sizeof why) && jd_masters_drop(s.key, why, sizeof why));
    s.vault = jd_vault_open(s.key, false, 530900, why, sizeof why);
    assert_false(jd_keyring_open(s.vault, s.store, false, why, sizeof why));
    if (!strstr(why, "version 1 of the master key")) fail_msg("%s", why);
    finish();
}

static void months(void **state)
{
    (void)state;
    assert_int_equal(jd_month_slot(instant("2026-01-05T01:02:03Z")).number, 2026 * 12);
    assert_int_equal(jd_month_slot(instant("2026-01-31T15:59:59Z")).number, 2026 * 12); /* still January in UTC+8 */
    assert_int_equal(jd_month_slot(instant("2026-01-31T16:00:00Z")).number, 2026 * 12 + 1);
    assert_int_equal(jd_month_slot(instant("2026-12-31T16:00:00Z")).number, 2027 * 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_keeps_its_key),
        cmocka_unit_test(nothing_of_an_aborted_transaction_stays),
        cmocka_unit_test(what_was_destroyed_stays_so),
        cmocka_unit_test(it_is_overwritten),
        cmocka_unit_test(copies_in_free_pages),
        cmocka_unit_test(no_other_byte_is_touched),
        cmocka_unit_test(readers_keep_no_key),
        cmocka_unit_test(another_master_key),
        cmocka_unit_test(keys_of_a_master_key_that_is_gone),
        cmocka_unit_test(months),
    };
    return RUN(tests);
}
