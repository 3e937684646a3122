#include "workers/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mutant.h"
#include "workers/keys.h"
#include "workers/record.h"

const jd_policy *jd_engine_policy(const jd_engine *g, uint64_t number)
{
    if (number == 0) number = g->tally.policy;
    return number && number <= JD_POLICIES_MAX ? g->policies[number - 1] : NULL;
}

const jd_calendar *jd_engine_calendar(const jd_engine *g, uint64_t number)
{
    return number && number <= JD_CALENDARS_MAX ? g->calendars[number - 1] : NULL;
}

/* The message of a stored entry; NULL where it cannot be opened. */
static const void *stored_message(jd_engine *g, jd_txn *t, uint64_t seq, jd_msg *type)
{
    jd_entry e;
    jd_str reason, body;
    if (!jd_entry_read(t, seq, &g->arena, &e) || !jd_entry_open(&e, g->vault, &g->arena, &reason, &body)) return NULL;
    *type = (jd_msg)e.type;
    const jd_layout *l = &jd_message_get(*type)->layout;
    void *msg = jd_alloc(&g->arena, l->size);
    return jd_decode_row(l, body, &g->arena, msg) ? msg : NULL;
}

/* A policy and the one it extends are whole in the entry that took it up. */
static bool stored_policy(jd_engine *g, uint64_t number, jd_msg type, const void *msg, jd_buf *wrong)
{
    const struct jd_policy_activate *asked = msg;
    const struct jd_policy_load *own = msg;
    bool is_asked = type == JD_MSG_policy_activate;
    const jd_policy_text t = { .file = "stored policy",
                               .parent_file = "stored policy it extends",
                               .text = is_asked ? asked->text : own->text,
                               .parent = is_asked ? asked->parent : own->parent };
    jd_policy *p = jd_policy_load(&t, wrong);
    if (!p) return false;
    p->number = (uint16_t)number;
    g->policies[number - 1] = p;
    return true;
}

static bool stored_calendar(jd_engine *g, uint64_t number, jd_msg type, const void *msg, jd_buf *wrong)
{
    const struct jd_calendar_activate *m = msg;
    (void)type;
    jd_calendar *c = jd_calendar_open("stored calendar", m->text, wrong);
    if (!c) return false;
    c->number = (uint16_t)number;
    g->calendars[number - 1] = c;
    return true;
}

/* Every policy, or every calendar, that was ever taken up. */
static bool load_stored(jd_engine *g, jd_txn *t, jd_db db,
                        bool (*load)(jd_engine *, uint64_t, jd_msg, const void *, jd_buf *), jd_buf *wrong)
{
    bool ok = true;
    jd_scan s = jd_scan_from(t, db, (jd_str){ "", 0 });
    while (ok && jd_scan_next(&s)) {
        jd_msg type;
        uint64_t number = jd_unkey_seq(s.key), seq = jd_unkey_seq(s.value);
        const void *msg = number && number <= JD_POLICIES_MAX ? stored_message(g, t, seq, &type) : NULL;
        if (!msg)
            jd_buf_printf(wrong,
                          "journal entry %llu cannot be opened: is the master key the one this store was made with?",
                          (unsigned long long)seq);
        ok = msg && load(g, number, type, msg, wrong);
    }
    jd_scan_end(&s);
    return ok && t->rc == 0;
}

static bool load_all(jd_engine *g, jd_txn *t, char *why, size_t why_n)
{
    jd_buf wrong = { 0 };
    bool ok = load_stored(g, t, JD_DB_POLICIES, stored_policy, &wrong) &&
              load_stored(g, t, JD_DB_CALENDARS, stored_calendar, &wrong);
    if (wrong.n) snprintf(why, why_n, "%.*s", JD_FMT(jd_buf_view(&wrong)));
    jd_buf_free(&wrong);
    return ok;
}

/* What is known of the store beside its tally. */
static void look_back(jd_engine *g, jd_txn *t)
{
    jd_held_drop_all(&g->held);
    memset(g->last_id, 0, sizeof g->last_id);
    jd_scan s = jd_scan_back(t, JD_DB_REQUESTS, (jd_str){ "", 0 });
    if (jd_scan_next(&s) && s.key.n == sizeof g->last_id) memcpy(g->last_id, s.key.p, sizeof g->last_id);
    jd_scan_end(&s);
}

bool jd_engine_open(jd_engine *g, jd_store *store, jd_vault *vault, uint32_t division, char *why, size_t why_n)
{
    jd_txn t;
    *g = (jd_engine){ .division = division, .store = store, .vault = vault, .due_hint = JD_NO_TIME };
    snprintf(why, why_n, "the store cannot be read");
    jd_begin(store, &t, false);
    bool ok = !t.rc && jd_tally_read(&t, &g->tally);
    jd_abort(&t);
    if (!ok || !jd_keyring_open(vault, store, g->tally.seq == 0, why, why_n)) return false;
    jd_begin(store, &t, false);
    ok = !t.rc && load_all(g, &t, why, why_n);
    look_back(g, &t);
    ok = ok && !t.rc;
    jd_abort(&t);
    jd_arena_reset(&g->arena);
    return ok;
}

void jd_engine_close(jd_engine *g)
{
    for (int i = 0; i < JD_POLICIES_MAX; i++) jd_policy_free(g->policies[i]);
    for (int i = 0; i < JD_CALENDARS_MAX; i++) jd_calendar_free(g->calendars[i]);
    jd_arena_free(&g->arena);
    jd_buf_free(&g->entry);
    jd_buf_free(&g->row);
    jd_buf_free(&g->gone);
    jd_scrub_free(&g->scrub);
}

enum { AT_ONCE = 1024, RECKONS_AT_ONCE = 64 };

void jd_batch_begin(jd_engine *g)
{
    g->news = NULL;
    g->reckons_left = RECKONS_AT_ONCE;
    g->gone.n = 0;
    jd_begin(g->store, &g->txn, true);
}

/* After a failure the tally is what the store still says. */
static void roll_back(jd_engine *g)
{
    jd_txn t;
    g->due_hint = JD_NO_TIME;
    jd_vault_forget_all(g->vault); /* keys that were drawn are drawn anew */
    jd_begin(g->store, &t, false);
    if (!jd_tally_read(&t, &g->tally)) jd_die(JD_EX_IO, "the store cannot be read back");
    look_back(g, &t);
    if (t.rc) jd_die(JD_EX_IO, "the store cannot be read back");
    jd_abort(&t);
}

int jd_batch_commit(jd_engine *g)
{
    jd_settle(g);
    jd_tally_write(&g->txn, &g->tally);
    if (g->row.failed || g->entry.failed) g->txn.rc = ENOMEM; /* what went through them is not whole */
    int rc = jd_commit(&g->txn);
    if (rc)
        roll_back(g);
    else if (g->gone.n)
        jd_scrub_add(&g->scrub, jd_buf_view(&g->gone));
    return rc;
}

/* ------------------------------------------------------------ what the worker does by itself */

static void apply_own(jd_engine *g, jd_msg type, const void *msg, jd_ms now, uint64_t salt)
{
    jd_buf body = { 0 }, nobody = { 0 };
    jd_encode_row(&jd_message_get(type)->layout, msg, &body);
    jd_command cmd = {
        .type = type, .at = now, .salt = salt, .sender = JD_STR("worker"), .body = jd_buf_view(&body), .canonical = true
    };
    jd_apply(g, &cmd, &nobody);
    jd_buf_free(&body);
    jd_buf_free(&nobody);
}

static bool same_policy(const jd_policy *a, const jd_policy *b)
{
    return a && memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

void jd_take_up(jd_engine *g, const jd_policy *p, const jd_calendar *cal, jd_ms now, uint64_t salt)
{
    struct jd_policy_load policy = { .text = p->text, .parent = p->parent_text };
    struct jd_calendar_activate calendar = { .text = cal->text };
    const jd_calendar *was = jd_engine_calendar(g, g->tally.calendar);
    uint16_t latest = g->tally.pending ? g->tally.pending : g->tally.policy;
    if (!p->parent_text.n) policy.parent = (jd_str){ NULL, 0 };
    if (!latest || !same_policy(jd_engine_policy(g, latest), p)) apply_own(g, JD_MSG_policy_load, &policy, now, salt);
    if (!was || memcmp(was->hash, cal->hash, sizeof was->hash) != 0)
        apply_own(g, JD_MSG_calendar_activate, &calendar, now, salt);
}

static jd_ms next_clock(jd_engine *g)
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

/* Limits are laid under a new calendar before any clock rings by the old one. */
static jd_msg next_of_own(jd_engine *g, jd_ms *due)
{
    const jd_policy *pending = g->tally.pending ? jd_engine_policy(g, g->tally.pending) : NULL;
    *due = g->tally.at;
    if (g->tally.reckoning) return JD_MSG_calendar_reckon;
    *due = next_clock(g);
    if (!pending || (*due != JD_NO_TIME && *due < jd_day_start(pending->effective_from))) return JD_MSG_clock_tick;
    *due = jd_day_start(pending->effective_from);
    return JD_MSG_policy_commence;
}

jd_ms jd_next_due(jd_engine *g)
{
    jd_ms due;
    next_of_own(g, &due);
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

/* These have no fields. */
static void fire(jd_engine *g, jd_msg type, jd_ms now, uint64_t salt)
{
    bool twice = JD_IS_MUTANT(clock_twice) && type == JD_MSG_clock_tick;
    jd_key k = twice ? first_clock(g) : (jd_key){ 0 };
    apply_own(g, type, NULL, now, salt);
    if (!k.n) return;
    jd_put(&g->txn, JD_DB_CLOCKS, jd_k(&k), (jd_str){ "", 0 });
    apply_own(g, type, NULL, now, salt);
    jd_del(&g->txn, JD_DB_CLOCKS, jd_k(&k));
}

bool jd_fire_due(jd_engine *g, jd_ms now, uint64_t salt)
{
    jd_ms due;
    if (now < g->tally.at) now = g->tally.at;
    if (g->due_hint != JD_NO_TIME && now < g->due_hint) return false;
    for (int i = 0; i < AT_ONCE; i++) {
        jd_msg type = next_of_own(g, &due);
        g->due_hint = due == JD_NO_TIME ? INT64_MAX : due;
        if (due == JD_NO_TIME || due > now || g->txn.rc) return false;
        if (type == JD_MSG_calendar_reckon && g->reckons_left-- <= 0) return true;
        uint64_t before = g->tally.seq;
        fire(g, type, now, salt);
        /* a clock without its case: stop rather than guess */
        if (g->tally.seq == before && !g->txn.rc) g->txn.rc = JD_STORE_DAMAGED;
    }
    return true;
}
