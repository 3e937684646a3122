/* The one row in which the store says where it stands. */
#include <stdio.h>

#include "tests/unit/support.h"
#include "workers/engine.h"
#include "workers/keys.h"

static jd_store *store(void)
{
    char dir[128], why[256] = "";
    snprintf(dir, sizeof dir, "%s/530900", scratch_dir());
    jd_store *s = jd_store_open(dir, true, 16 << 20, why, sizeof why);
    if (!s) fail_msg("%s", why);
    return s;
}

static jd_tally some_tally(void)
{
    jd_tally t = {
        .seq = 1000000, .event_seq = 2000001, .at = instant("2026-11-22T00:00:00Z"), .people = 7, .policy = 2
    };
    for (int e = 1; e < JD_E_COUNT; e++) {
        t.numbers[e] = (uint64_t)e * 1000;
        t.overdue[e] = (uint64_t)e;
        for (int s = 0; s < jd_state_count((jd_entity)e); s++) t.in_state[e][s] = draw(100000);
    }
    for (int i = 0; i < JD_METER_COUNT; i++) t.meters[i] = draw(100000);
    for (int i = 0; i < JD_CHAIN; i++) t.chain[i] = (uint8_t)(255 - i);
    return t;
}

static void there_and_back(void **state)
{
    (void)state;
    jd_txn txn;
    jd_tally in = some_tally(), out;
    jd_store *s = store();
    jd_begin(s, &txn, true);
    assert_true(jd_tally_read(&txn, &out)); /* an empty store: all zero */
    assert_int_equal(out.seq, 0);
    jd_tally_write(&txn, &in);
    assert_true(jd_tally_read(&txn, &out));
    assert_memory_equal(&in, &out, sizeof in);
    assert_int_equal(jd_commit(&txn), 0);
    jd_store_close(s);
}

static void damage_is_seen(void **state)
{
    (void)state;
    jd_txn txn;
    jd_tally t;
    jd_str bytes;
    char copy[4096];
    jd_store *s = store();
    jd_begin(s, &txn, true);
    jd_tally_write(&txn, &(jd_tally){ .seq = 5 });
    assert_true(jd_get(&txn, JD_DB_META, JD_STR("tally"), &bytes));
    assert_true(bytes.n < sizeof copy);
    memcpy(copy, bytes.p, bytes.n);
    uint32_t n = bytes.n;
    for (uint32_t cut = 0; cut < n; cut++) {
        jd_put(&txn, JD_DB_META, JD_STR("tally"), (jd_str){ copy, cut });
        assert_false(jd_tally_read(&txn, &t));
    }
    jd_abort(&txn);
    jd_store_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),

        cmocka_unit_test(damage_is_seen),
    };
    return RUN(tests);
}
