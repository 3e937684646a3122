/* Journal entries: there and back, cut short anywhere, and the chain. */
#include <stdio.h>

#include "proto/messages.h"
#include "tests/unit/support.h"
#include "workers/journal.h"
#include "workers/keys.h"
#include "workers/sealer.h"

/* A store whose keys seal the entries here. */
static struct {
    jd_store *store;
    jd_vault *vault;
    jd_txn txn;
} s;

static jd_vault *vault(void)
{
    char path[128], why[256];
    if (s.vault) return s.vault;
    snprintf(path, sizeof path, "%s/store", scratch_dir());
    s.store = jd_store_open(path, true, 16 << 20, why, sizeof why);
    snprintf(path, sizeof path, "%s/key", scratch_dir());
    s.vault = jd_vault_open(path, true, 530900, why, sizeof why);
    assert_true(s.store && s.vault && jd_keyring_open(s.vault, s.store, true, why, sizeof why));
    jd_begin(s.store, &s.txn, true);
    return s.vault;
}

static const uint8_t first[JD_CHAIN];

static jd_changed some_changes[] = {
    { .entity = JD_E_application,
      .from = JD_S_application_eligible,
      .to = JD_S_application_appointed,
      .event = JD_EV_application_appointed,
      .dept = 0xffff,
      .due = JD_NO_DAY,
      .number = 300,
      .version = 4,
      .prev = 17 },
    { .entity = JD_E_supervisor,
      .from = 0,
      .to = JD_S_supervisor_active,
      .event = JD_EV_supervisor_appointed,
      .dept = 2,
      .due = 20000,
      .number = 1,
      .version = 1,
      .prev = 0 },
};

static jd_reason some_reasons[] = {
    { .rule = 12, .on = JD_ON_FACT, .index = 3, .value = JD_YES },
    { .rule = 0xffff, .on = JD_ON_ROUTE, .index = 7 },
};

static jd_entry an_entry(void)
{
    jd_entry e = { .seq = 18,
                   .type = JD_MSG_application_decide,
                   .policy = 1,
                   .at = instant("2026-01-05T01:02:03Z"),
                   .sender = JD_STR("local"),
                   .event_first = 400,
                   .salt = 0x1122334455667788,
                   .changes_n = LENGTH(some_changes),
                   .reasons_n = LENGTH(some_reasons),
                   .changes = some_changes,
                   .reasons = some_reasons };
    for (int i = 0; i < 16; i++) e.id[i] = (uint8_t)(i + 1);
    return e;
}

static jd_buf packed(jd_entry *e, const uint8_t prev[JD_CHAIN])
{
    jd_buf plain = { 0 }, out = { 0 };
    jd_plain_pack(JD_STR("转交承办"), JD_STR("the canonical body"), &plain);
    jd_slot slot = { JD_SLOT_PERSON, 300 };
    const jd_secret *key = jd_key_to_seal(vault(), &s.txn, &slot);
    jd_entry_pack(e, vault(), key, slot, jd_buf_view(&plain), &out);
    jd_entry_close(&out, 0, prev, e->chain);
    jd_buf_free(&plain);
    return out;
}

static void same_lists(const jd_entry *a, const jd_entry *b)
{
    assert_int_equal(a->changes_n, b->changes_n);
    for (int i = 0; i < a->changes_n; i++) {
        const jd_changed *x = &a->changes[i], *y = &b->changes[i];
        assert_true(x->entity == y->entity && x->from == y->from && x->to == y->to && x->event == y->event);
        assert_true(x->dept == y->dept && x->due == y->due && x->number == y->number);
        assert_true(x->version == y->version && x->prev == y->prev);
    }
    assert_int_equal(a->reasons_n, b->reasons_n);
    for (int i = 0; i < a->reasons_n; i++) {
        const jd_reason *x = &a->reasons[i], *y = &b->reasons[i];
        assert_true(x->rule == y->rule && x->on == y->on && x->index == y->index && x->value == y->value);
    }
}

static void there_and_back(void **state)
{
    (void)state;
    jd_arena a = { 0 };
    jd_entry in = an_entry(), out;
    jd_str why, body;
    jd_buf b = packed(&in, first);
    assert_true(jd_entry_parse(jd_buf_view(&b), in.seq, &a, &out));
    assert_true(out.seq == in.seq && out.type == in.type && out.policy == in.policy && out.at == in.at);
    assert_true(out.event_first == in.event_first && jd_str_eq(out.sender, in.sender));
    assert_memory_equal(out.id, in.id, 16);
    assert_true(out.salt == in.salt);
    assert_memory_equal(out.chain, in.chain, JD_CHAIN);
    same_lists(&in, &out);
    out.txn = &s.txn;
    assert_true(jd_entry_open(&out, vault(), &a, &why, &body));
    assert_false(jd_entry_erased(&out));
    assert_str(why, "转交承办");
    assert_str(body, "the canonical body");
    jd_buf_free(&b);
    jd_arena_free(&a);
}

static void no_text_lies_open(void **state)
{
    (void)state;
    jd_entry in = an_entry();
    jd_buf b = packed(&in, first);
    assert_null(memmem(b.p, b.n, "canonical", 9));
    assert_null(memmem(b.p, b.n, "转交", strlen("转交")));
    jd_buf_free(&b);
}

static void cut_short_anywhere(void **state)
{
    (void)state;
    jd_entry in = an_entry(), out;
    jd_buf b = packed(&in, first);
    for (uint32_t n = 0; n < b.n; n++) {
        jd_arena a = { 0 };
        assert_false(jd_entry_parse((jd_str){ b.p, n }, in.seq, &a, &out));
        jd_arena_free(&a);
    }
    jd_buf_u8(&b, 0);
    jd_arena a = { 0 };
    assert_false(jd_entry_parse(jd_buf_view(&b), in.seq, &a, &out)); /* and a byte too many */
    jd_arena_free(&a);
    jd_buf_free(&b);
}

/* Damage may still parse, but it never goes unseen: the hash is another. */
static void every_changed_bit_breaks_the_chain(void **state)
{
    (void)state;
    jd_entry in = an_entry(), out;
    jd_buf b = packed(&in, first);
    uint8_t hash[JD_CHAIN];
    for (size_t at = 0; at < b.n - JD_CHAIN; at++) {
        jd_arena a = { 0 };
        jd_buf copy = { 0 };
        b.p[at] ^= (char)(1 << draw(8));
        jd_entry_parse(jd_buf_view(&b), in.seq, &a, &out); /* must not run off, whatever it says */
        jd_buf_add(&copy, b.p, b.n - JD_CHAIN);
        jd_entry_close(&copy, 0, first, hash);
        assert_memory_not_equal(hash, in.chain, JD_CHAIN);
        jd_buf_free(&copy);
        jd_buf_free(&b);
        jd_arena_free(&a);
        in = an_entry();
        b = packed(&in, first);
    }
    jd_buf_free(&b);
}

static void a_hash_covers_the_entry_before(void **state)
{
    (void)state;
    jd_entry a = an_entry(), b = an_entry();
    jd_buf x = packed(&a, first), y = packed(&b, a.chain);
    assert_memory_not_equal(a.chain, b.chain, JD_CHAIN);
    assert_memory_equal(x.p, y.p, x.n - JD_CHAIN); /* nothing else differs */
    jd_buf_free(&x);
    jd_buf_free(&y);
}

static void numbers_nobody_knows_are_damage(void **state)
{
    (void)state;
    static const jd_changed bad[] = {
        { .entity = JD_E_COUNT, .event = 0 },
        { .entity = JD_E_report, .event = JD_EV_COUNT },
        { .entity = JD_E_report, .to = JD_S_report_count },
        { .entity = JD_E_report, .from = JD_S_report_count },
    };
    for (int i = 0; i < LENGTH(bad); i++) {
        jd_arena a = { 0 };
        jd_entry in = an_entry(), out;
        jd_changed one = bad[i];
        in.changes = &one;
        in.changes_n = 1;
        jd_buf b = packed(&in, first);
        assert_false(jd_entry_parse(jd_buf_view(&b), in.seq, &a, &out));
        jd_buf_free(&b);
        jd_arena_free(&a);
    }
}

static void give(jd_sealer *sealer, jd_entry *run, uint64_t n, jd_slot slot, const uint8_t chain[JD_CHAIN])
{
    const jd_secret *key = jd_key_to_seal(vault(), &s.txn, &slot);
    for (uint64_t i = 0; i < n; i++) {
        run[i] = an_entry();
        run[i].seq = 1000 + i;
        assert_true(jd_sealer_takes(sealer, slot));
        jd_sealer_give(sealer, &run[i], key, slot, JD_STR("plain"), chain);
    }
}

/* By the thread or by who gave them, few or many: the same bytes, and the chain goes on. */
static void a_run_is_sealed_as_one_by_one(void **state)
{
    (void)state;
    enum { MOST = 3000 };
    static jd_entry run[MOST];
    static const struct {
        uint64_t n;
        size_t expected;
    } lengths[] = { { 1, 1 }, { 47, 47 }, { 48, 48 }, { 49, 200 }, { 100, 100 }, { 100, 1 }, { MOST, MOST } };
    jd_slot month = { JD_SLOT_MONTH, 24311 }, other = { JD_SLOT_MONTH, 24311 + 64 };
    jd_sealer *sealer = jd_sealer_start(vault());
    for (int l = 0; l < LENGTH(lengths); l++) {
        uint8_t chain[JD_CHAIN] = { 0 }, alone[JD_CHAIN] = { 0 };
        jd_sealer_expect(sealer, lengths[l].expected);
        give(sealer, run, lengths[l].n, month, chain);
        assert_false(jd_sealer_takes(sealer, other)); /* its key would lie where this one's does */
        jd_sealer_put(sealer, &s.txn, chain);
        assert_true(jd_sealer_takes(sealer, other));
        for (uint64_t i = 0; i < lengths[l].n; i++) {
            jd_buf b = { 0 };
            jd_str row;
            jd_key k = jd_key_seq(run[i].seq);
            jd_entry_pack(&run[i], vault(), jd_key_to_seal(vault(), &s.txn, &month), month, JD_STR("plain"), &b);
            jd_entry_close(&b, 0, alone, alone);
            assert_true(jd_get(&s.txn, JD_DB_JOURNAL, jd_k(&k), &row) && jd_str_eq(row, jd_buf_view(&b)));
            jd_del(&s.txn, JD_DB_JOURNAL, jd_k(&k));
            jd_buf_free(&b);
        }
        assert_memory_equal(chain, alone, JD_CHAIN);
    }
    jd_sealer_stop(sealer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(no_text_lies_open),
        cmocka_unit_test(cut_short_anywhere),
        cmocka_unit_test(every_changed_bit_breaks_the_chain),
        cmocka_unit_test(a_hash_covers_the_entry_before),
        cmocka_unit_test(numbers_nobody_knows_are_damage),
        cmocka_unit_test(a_run_is_sealed_as_one_by_one),
    };
    return RUN(tests);
}
