#include "workers/engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mutant.h"
#include "workers/handler.h"
#include "workers/keys.h"

const jd_policy *jd_engine_policy(const jd_engine *g, uint64_t number)
{
    if (number == 0) number = g->tally.policy;
    return number && number <= JD_POLICIES_MAX ? g->policies[number - 1] : NULL;
}

/* A stored activation: its body holds both files. */
static jd_policy *load_activation(jd_engine *g, jd_txn *t, uint64_t seq, char *why, size_t why_n)
{
    jd_entry e;
    jd_str reason, body;
    jd_buf diagnostics = { 0 };
    struct jd_policy_activate m;
    const jd_layout *l = &jd_message_get(JD_MSG_policy_activate)->layout;
    if (!jd_entry_read(t, seq, &g->arena, &e) || !jd_entry_open(&e, g->vault, &g->arena, &reason, &body) ||
        !jd_decode_row(l, body, &g->arena, &m)) {
        snprintf(why, why_n,
                 "the policy in journal entry %llu cannot be opened: is the master key the one "
                 "this store was made with?",
                 (unsigned long long)seq);
        return NULL;
    }
    jd_policy *p = jd_policy_load("stored policy", m.policy, "stored calendar", m.calendar, &diagnostics);
    if (!p) snprintf(why, why_n, "%.*s", JD_FMT(jd_buf_view(&diagnostics)));
    jd_buf_free(&diagnostics);
    return p;
}

static bool load_policies(jd_engine *g, jd_txn *t, char *why, size_t why_n)
{
    jd_scan s = jd_scan_from(t, JD_DB_POLICIES, (jd_str){ "", 0 });
    while (jd_scan_next(&s)) {
        uint64_t number = jd_unkey_seq(s.key);
        jd_policy *p = load_activation(g, t, jd_unkey_seq(s.value), why, why_n);
        if (!p || number == 0 || number > JD_POLICIES_MAX) {
            jd_scan_end(&s);
            return false;
        }
        p->number = (uint16_t)number;
        g->policies[number - 1] = p;
    }
    return t->rc == 0;
}

bool jd_engine_open(jd_engine *g, jd_store *store, jd_vault *vault, uint32_t division, char *why, size_t why_n)
{
    jd_txn t;
    *g = (jd_engine){ .division = division, .store = store, .vault = vault, .due_hint = JD_NO_TIME };
    snprintf(why, why_n, "the store cannot be read");
    jd_begin(store, &t, false);
    bool ok = !t.rc && jd_tally_read(&t, &g->tally) && load_policies(g, &t, why, why_n);
    jd_abort(&t);
    jd_arena_reset(&g->arena);
    return ok;
}

void jd_engine_close(jd_engine *g)
{
    for (int i = 0; i < JD_POLICIES_MAX; i++) jd_policy_free(g->policies[i]);
    jd_arena_free(&g->arena);
    jd_buf_free(&g->entry);
    jd_buf_free(&g->row);
}

void jd_batch_begin(jd_engine *g, jd_buf *events)
{
    g->events = events;
    g->events_n = 0;
    jd_arena_reset(&g->arena);
    jd_begin(g->store, &g->txn, true);
}

/* After a failure the tally is what the store still says. */
static void roll_back(jd_engine *g)
{
    jd_txn t;
    g->due_hint = JD_NO_TIME;
    jd_begin(g->store, &t, false);
    if (!jd_tally_read(&t, &g->tally)) jd_die(JD_EX_IO, "the store cannot be read back");
    jd_abort(&t);
}

int jd_batch_commit(jd_engine *g)
{
    jd_tally_write(&g->txn, &g->tally);
    int rc = jd_commit(&g->txn);
    if (rc) roll_back(g);
    return rc;
}

void jd_activate(jd_engine *g, const jd_policy *p, jd_ms now, uint64_t salt)
{
    struct jd_policy_activate m = { .policy = p->text, .calendar = p->calendar_text };
    jd_buf body = { 0 }, nobody = { 0 };
    const jd_policy *in_force = jd_engine_policy(g, 0);
    if (in_force && memcmp(in_force->hash, p->hash, sizeof p->hash) == 0) return;
    jd_encode_row(&jd_message_get(JD_MSG_policy_activate)->layout, &m, &body);
    jd_command cmd = { .type = JD_MSG_policy_activate,
                       .at = now,
                       .salt = salt,
                       .sender = JD_STR("worker"),
                       .body = jd_buf_view(&body),
                       .canonical = true };
    jd_apply(g, &cmd, &nobody);
    jd_buf_free(&body);
    jd_buf_free(&nobody);
}

jd_ms jd_next_due(jd_engine *g)
{
    jd_ms due = JD_NO_TIME;
    jd_entity e;
    uint64_t number;
    int kind;
    jd_scan s = jd_scan_from(&g->txn, JD_DB_CLOCKS, (jd_str){ "", 0 });
    if (jd_scan_next(&s)) jd_unkey_clock(s.key, &due, &e, &number, &kind);
    jd_scan_end(&s);
    return due;
}

static jd_key first_clock(jd_engine *g)
{
    jd_key k = { 0 };
    jd_scan s = jd_scan_from(&g->txn, JD_DB_CLOCKS, (jd_str){ "", 0 });
    if (jd_scan_next(&s)) memcpy(k.bytes, s.key.p, k.n = (uint8_t)s.key.n);
    jd_scan_end(&s);
    return k;
}

static void fire(jd_engine *g, const jd_command *tick)
{
    jd_buf nobody = { 0 };
    jd_key k = JD_IS_MUTANT(clock_twice) ? first_clock(g) : (jd_key){ 0 };
    jd_apply(g, tick, &nobody);
    if (!k.n) return;
    jd_put(&g->txn, JD_DB_CLOCKS, jd_k(&k), (jd_str){ "", 0 });
    jd_apply(g, tick, &nobody);
    jd_del(&g->txn, JD_DB_CLOCKS, jd_k(&k));
}

bool jd_fire_due(jd_engine *g, jd_ms now, uint64_t salt)
{
    enum { AT_ONCE = 1024 };
    jd_ms due;
    if (now < g->tally.at) now = g->tally.at;
    if (g->due_hint != JD_NO_TIME && now < g->due_hint) return false;
    for (int i = 0; i < AT_ONCE; i++) {
        due = jd_next_due(g);
        g->due_hint = due == JD_NO_TIME ? INT64_MAX : due;
        if (due == JD_NO_TIME || due > now || g->txn.rc) return false;
        jd_command cmd = { .type = JD_MSG_clock_tick,
                           .at = now,
                           .salt = salt,
                           .sender = JD_STR("worker"),
                           .body = JD_STR("\x90"),
                           .canonical = true };
        uint64_t before = g->tally.seq;
        fire(g, &cmd);
        /* a clock without its case: stop rather than guess */
        if (g->tally.seq == before && !g->txn.rc) g->txn.rc = JD_STORE_DAMAGED;
    }
    return true;
}
