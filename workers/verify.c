#include "workers/verify.h"

#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "workers/engine.h"
#include "workers/keys.h"
#include "workers/replay.h"
#include "workers/told.h"

typedef struct check {
    jd_engine *g;
    jd_txn txn;
    jd_arena arena;
    uint64_t entries, events, requests, cases, open_cases, clocks, erased, first_erased;
    uint64_t late, overdue[JD_E_COUNT];
    uint64_t in_state[JD_E_COUNT][32];
    uint64_t numbers[JD_E_COUNT];
    char broken[256];
} check;

#define BROKEN(c, number, ...) (snprintf((c)->broken, sizeof(c)->broken, "promise " #number ": " __VA_ARGS__), false)

/* 4: a body opens, or its key was destroyed and nothing opens it any more. */
static bool check_body(check *c, const jd_entry *e)
{
    jd_str plain;
    if (jd_entry_erased(e)) {
        if (c->erased++ == 0) c->first_erased = e->seq;
        return true;
    }
    return jd_entry_plain(e, c->g->vault, &c->arena, &plain) ||
           BROKEN(c, 4, "journal entry %llu: the sealed body does not open", (unsigned long long)e->seq);
}

/* 1 to 5: the journal: no gap, the chain, legal moves, bodies that open, events numbered in order. */
static bool check_entry(check *c, const jd_entry *e, jd_str bytes, const uint8_t prev[JD_CHAIN])
{
    uint8_t hash[JD_CHAIN];
    crypto_generichash_state s;
    unsigned long long seq = e->seq;
    crypto_generichash_init(&s, NULL, 0, JD_CHAIN);
    crypto_generichash_update(&s, prev, JD_CHAIN);
    crypto_generichash_update(&s, (const uint8_t *)bytes.p, bytes.n - JD_CHAIN);
    crypto_generichash_final(&s, hash, JD_CHAIN);
    if (memcmp(hash, e->chain, JD_CHAIN) != 0) return BROKEN(c, 2, "journal entry %llu: the hash chain breaks", seq);
    if (e->event_first != c->events + 1) return BROKEN(c, 5, "journal entry %llu: events out of order", seq);
    c->events += (uint64_t)e->changes_n;
    return check_body(c, e);
}

/* A case's steps follow one another in state and version. */
static bool check_steps(check *c, const jd_entry *e)
{
    jd_entry before;
    for (int i = 0; i < e->changes_n; i++) {
        const jd_changed *ch = &e->changes[i];
        unsigned long long seq = e->seq;
        if (ch->entity == JD_E_none) continue;
        if (ch->version == 1 && ch->from == 0 && ch->prev == 0) continue;
        if (!jd_entry_read(&c->txn, ch->prev, &c->arena, &before))
            return BROKEN(c, 3, "journal entry %llu: the entry before it is not there", seq);
        bool follows = false;
        for (int j = 0; j < before.changes_n; j++)
            follows |= before.changes[j].entity == ch->entity && before.changes[j].number == ch->number &&
                       before.changes[j].to == ch->from && before.changes[j].version + 1 == ch->version;
        if (!follows) return BROKEN(c, 3, "journal entry %llu: a case moves from where it was not", seq);
    }
    return true;
}

static bool check_journal(check *c)
{
    uint8_t prev[JD_CHAIN] = { 0 };
    jd_entry e;
    jd_scan s = jd_scan_from(&c->txn, JD_DB_JOURNAL, (jd_str){ "", 0 });
    bool ok = true;
    while (ok && jd_scan_next(&s)) {
        uint64_t seq = jd_unkey_seq(s.key);
        if (seq != c->entries + 1)
            ok = BROKEN(c, 1, "journal entry %llu is missing", (unsigned long long)c->entries + 1);
        else if (!jd_entry_parse(s.value, seq, &c->arena, &e))
            ok = BROKEN(c, 1, "journal entry %llu cannot be read", (unsigned long long)seq);
        else if ((e.txn = &c->txn))
            ok = check_entry(c, &e, s.value, prev) && check_steps(c, &e);
        if (!ok) break;
        memcpy(prev, e.chain, JD_CHAIN);
        c->entries++;
        c->requests += jd_message_get((jd_msg)e.type)->mode != JD_INTERNAL || e.type == JD_MSG_push_refused;
        jd_arena_reset(&c->arena);
    }
    jd_scan_end(&s);
    if (ok && memcmp(prev, c->g->tally.chain, JD_CHAIN) != 0)
        return BROKEN(c, 2, "the chain's head is not the last entry's: entries are missing at the end");
    return ok;
}

static bool check_event(check *c, uint64_t seq)
{
    jd_arena_reset(&c->arena);
    jd_told w = jd_told_from(&c->txn, &c->arena, seq, c->entries);
    return (jd_told_next(&w) && w.e.event_first + (uint64_t)w.change == seq) ||
           BROKEN(c, 6, "event %llu is not found by its number", (unsigned long long)seq);
}

/* 6: events are found by number: the last, and one in every few hundred. That none is missing, 5 has shown. */
static bool check_events(check *c)
{
    enum { STEP = 499 };
    bool ok = !c->events || check_event(c, c->events);
    for (uint64_t seq = 1; ok && seq <= c->events; seq += STEP) ok = check_event(c, seq);
    return ok;
}

/* 7: every request id points at its entry. */
static bool check_requests(check *c)
{
    jd_entry e;
    uint64_t n = 0;
    jd_scan s = jd_scan_from(&c->txn, JD_DB_REQUESTS, (jd_str){ "", 0 });
    for (; jd_scan_next(&s); n++) {
        jd_arena_reset(&c->arena);
        if (!jd_entry_read(&c->txn, jd_unkey_seq(s.value), &c->arena, &e) || s.key.n != 16 ||
            memcmp(e.id, s.key.p, 16) != 0) {
            jd_scan_end(&s);
            return BROKEN(c, 7, "a request id points at another entry");
        }
    }
    return n == c->requests ||
           BROKEN(c, 7, "%llu request ids for %llu requests", (unsigned long long)n, (unsigned long long)c->requests);
}

static bool has(check *c, jd_db db, jd_key k)
{
    jd_str v;
    return jd_get(&c->txn, db, jd_k(&k), &v);
}

/* 8 to 10: each case is where its last entry left it, has its clock, and its place in the worklist. */
static bool check_case(check *c, jd_entity e, uint64_t number, const jd_case_row *row)
{
    const struct jd_row_head *h = &row->head;
    jd_entry last;
    bool same = false;
    unsigned long long n = number;
    const char *name = jd_entity_name(e);
    if (!jd_entry_read(&c->txn, (uint64_t)h->last_seq, &c->arena, &last))
        return BROKEN(c, 8, "%s %llu: its last journal entry is not there", name, n);
    for (int i = 0; i < last.changes_n; i++)
        same |= last.changes[i].entity == e && last.changes[i].number == number && last.changes[i].to == h->state &&
                (int64_t)last.changes[i].version == h->version;
    if (!same) return BROKEN(c, 8, "%s %llu: its row is not what the journal left", name, n);
    if (h->clock != JD_NO_TIME && !has(c, JD_DB_CLOCKS, jd_key_clock(h->clock, e, number, (int)h->clock_kind)))
        return BROKEN(c, 9, "%s %llu: its clock is not set", name, n);
    c->clocks += h->clock != JD_NO_TIME;
    bool open = !jd_state_final(e, (int)h->state);
    if (open && !has(c, JD_DB_WORKLIST, jd_key_work(e, (int)h->state, (uint16_t)h->dept, number)))
        return BROKEN(c, 10, "%s %llu: not in the worklist", name, n);
    bool late = h->overdue == JD_YES;
    if (late && !has(c, JD_DB_WORKLIST, jd_key_work(e, JD_STATE_OVERDUE, (uint16_t)h->dept, number)))
        return BROKEN(c, 10, "%s %llu: overdue, and not listed so", name, n);
    c->open_cases += open;
    c->late += late;
    c->overdue[e] += late;
    return true;
}

static bool check_cases(check *c)
{
    jd_case_row row;
    bool ok = true;
    jd_scan s = jd_scan_from(&c->txn, JD_DB_CASES, (jd_str){ "", 0 });
    while (ok && jd_scan_next(&s)) {
        jd_entity e;
        uint64_t number = jd_unkey_case(s.key, &e);
        jd_arena_reset(&c->arena);
        if (e == JD_E_none || e >= JD_E_COUNT || !jd_decode_row(jd_case_layout(e), s.value, &c->arena, &row))
            ok = BROKEN(c, 8, "a case row cannot be read");
        else
            ok = check_case(c, e, number, &row);
        if (!ok) break;
        c->cases++;
        c->in_state[e][row.head.state]++;
        if (number > c->numbers[e]) c->numbers[e] = number;
    }
    jd_scan_end(&s);
    return ok;
}

/* 11: nothing is listed that is no case's. 12: the counters. */
static bool check_counts(check *c)
{
    const jd_tally *t = &c->g->tally;
    uint64_t clocks = jd_count(&c->txn, JD_DB_CLOCKS), work = jd_count(&c->txn, JD_DB_WORKLIST);
    if (clocks != c->clocks)
        return BROKEN(c, 11, "%llu clocks, %llu cases that have one", (unsigned long long)clocks,
                      (unsigned long long)c->clocks);
    if (work != c->open_cases + c->late)
        return BROKEN(c, 11, "%llu rows in the worklist for %llu open cases", (unsigned long long)work,
                      (unsigned long long)c->open_cases);
    if (t->policies != jd_count(&c->txn, JD_DB_POLICIES) || t->calendar != jd_count(&c->txn, JD_DB_CALENDARS) ||
        t->policy > t->policies || t->pending > t->policies)
        return BROKEN(c, 12, "the tally knows other policies or calendars");
    if (t->seq != c->entries || t->event_seq != c->events || memcmp(t->overdue, c->overdue, sizeof t->overdue) != 0)
        return BROKEN(c, 12, "the tally's heads are not the store's");
    for (int e = 1; e < JD_E_COUNT; e++) {
        if (t->numbers[e] != c->numbers[e])
            return BROKEN(c, 12, "the tally counts other %ss", jd_entity_name((jd_entity)e));
        for (int s = 1; s < jd_state_count((jd_entity)e); s++)
            if (t->in_state[e][s] != c->in_state[e][s])
                return BROKEN(c, 12, "the tally counts %llu %ss in state %s, there are %llu",
                              (unsigned long long)t->in_state[e][s], jd_entity_name((jd_entity)e),
                              jd_state_name((jd_entity)e, s), (unsigned long long)c->in_state[e][s]);
    }
    return true;
}

/* 13: every key is wrapped by a master key that is there, and opens, or was destroyed. */
static bool check_keys(check *c)
{
    bool ok = true;
    jd_secret key;
    jd_slot slot;
    jd_scan s = jd_scan_from(&c->txn, JD_DB_KEYS, (jd_str){ "", 0 });
    while (ok && jd_scan_next(&s)) {
        jd_unkey_slot(s.key, &slot.kind, &slot.number);
        ok = jd_row_destroyed(s.value) || jd_unwrap(c->g->vault, slot, s.value, &key);
        if (!ok) ok = BROKEN(c, 13, "key %c %llu does not open", slot.kind, (unsigned long long)slot.number);
    }
    sodium_memzero(&key, sizeof key);
    jd_scan_end(&s);
    return ok;
}

/* One read transaction for everything: the store may be in use. */
static bool check_store(jd_engine *g, check *c)
{
    *c = (check){ .g = g };
    jd_begin(g->store, &c->txn, false);
    bool ok = jd_tally_read(&c->txn, &g->tally) && check_journal(c) && check_events(c) && check_requests(c) &&
              check_cases(c) && check_counts(c) && check_keys(c);
    if (c->txn.rc) ok = BROKEN(c, 0, "%s", jd_store_error(c->txn.rc));
    jd_arena_free(&c->arena);
    return ok;
}

/* 20. Behind an entry that was erased nothing can be replayed: the journal up to there is compared. */
static bool check_replay(jd_config *conf, check *c)
{
    uint64_t last = c->erased ? c->first_erased - 1 : c->g->tally.seq;
    return jd_replay(conf, c->g, &c->txn, last, c->broken, sizeof c->broken);
}

/* ------------------------------------------------------------ all */

static void say(const check *c, uint32_t division, bool replay)
{
    printf("%06u ok: %llu journal entries, %llu events, %llu cases (%llu open), %llu clocks", division,
           (unsigned long long)c->entries, (unsigned long long)c->events, (unsigned long long)c->cases,
           (unsigned long long)c->open_cases, (unsigned long long)c->clocks);
    if (c->erased) printf(", %llu entries erased", (unsigned long long)c->erased);
    if (replay && !c->erased) printf(", replay the same");
    if (replay && c->erased)
        printf(", replay the same up to entry %llu, not possible behind it", (unsigned long long)c->first_erased - 1);
    putchar('\n');
}

static bool verify_one(jd_config *conf, uint32_t division, bool replay)
{
    static jd_engine g;
    static check c;
    char why[512];
    jd_vault *v = jd_vault_open(conf->key, false, division, why, sizeof why);
    jd_store *s =
        v ? jd_store_open(jd_store_dir(conf, division), false, (size_t)conf->map_mib << 20, why, sizeof why) : NULL;
    bool ok = s && jd_engine_open(&g, s, v, division, why, sizeof why);
    if (ok) {
        ok = check_store(&g, &c) && (!replay || check_replay(conf, &c));
        jd_abort(&c.txn);
        snprintf(why, sizeof why, "%s", c.broken);
        jd_engine_close(&g);
    }
    if (ok)
        say(&c, division, replay);
    else
        printf("%06u BROKEN: %s\n", division, why);
    jd_store_close(s);
    jd_vault_close(v);
    return ok;
}

int jd_verify_all(jd_config *c, uint32_t division, bool replay)
{
    bool ok = true;
    for (int i = 0; i < c->divisions_n; i++)
        if (!division || c->divisions[i] == division) ok &= verify_one(c, c->divisions[i], replay);
    return ok ? JD_EX_OK : JD_EX_REFUSED;
}
