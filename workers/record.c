#include "workers/record.h"

#include "workers/owner.h"
#include "workers/sealer.h"

static void put_row(jd_ctx *c, jd_change *ch, uint64_t seq)
{
    jd_buf *b = &c->g->row;
    jd_key k = jd_key_case(ch->entity, ch->number);
    ch->row->head.version++;
    ch->row->head.last_seq = (int64_t)seq;
    b->n = 0;
    jd_encode_row(jd_case_layout(ch->entity), ch->row, b);
    bool last = ch->fresh && ch->entity == JD_LAST_ENTITY;
    (last ? jd_put_last : jd_put)(&c->g->txn, JD_DB_CASES, jd_k(&k), jd_buf_view(b));
    if (ch->entity == JD_E_supervisor) jd_held_drop(&c->g->held, ch->number);
}

static void move_clock(jd_engine *g, const jd_change *ch)
{
    jd_txn *t = &g->txn;
    const struct jd_row_head *was = &ch->before, *is = &ch->row->head;
    if (was->clock == is->clock && was->clock_kind == is->clock_kind) return;
    if (was->clock != JD_NO_TIME) {
        jd_key k = jd_key_clock(was->clock, ch->entity, ch->number, (int)was->clock_kind);
        jd_del(t, JD_DB_CLOCKS, jd_k(&k));
    }
    if (is->clock != JD_NO_TIME) {
        jd_key k = jd_key_clock(is->clock, ch->entity, ch->number, (int)is->clock_kind);
        jd_put(t, JD_DB_CLOCKS, jd_k(&k), (jd_str){ "", 0 });
        if (g->due_hint != JD_NO_TIME && is->clock < g->due_hint) g->due_hint = is->clock;
    }
}

/* A place in the worklist: an open state, or overdue. */
static void place(jd_txn *t, const jd_change *ch, int state, int64_t dept, bool in)
{
    jd_key k = jd_key_work(ch->entity, state, (uint16_t)dept, ch->number);
    if (in)
        jd_put(t, JD_DB_WORKLIST, jd_k(&k), (jd_str){ "", 0 });
    else
        jd_del(t, JD_DB_WORKLIST, jd_k(&k));
}

static bool listed(jd_entity e, int64_t state)
{
    return state != 0 && !jd_state_final(e, (int)state);
}

static void move_worklist(jd_ctx *c, const jd_change *ch)
{
    jd_txn *t = &c->g->txn;
    const struct jd_row_head *was = &ch->before, *is = &ch->row->head;
    bool late_was = was->overdue == JD_YES, late_is = is->overdue == JD_YES;
    bool same_dept = was->dept == is->dept;
    if (was->state != is->state || !same_dept) {
        if (listed(ch->entity, was->state)) place(t, ch, (int)was->state, was->dept, false);
        if (listed(ch->entity, is->state)) place(t, ch, (int)is->state, is->dept, true);
    }
    if (late_was == late_is && (same_dept || !late_is)) return;
    if (late_was) place(t, ch, JD_STATE_OVERDUE, was->dept, false);
    if (late_is) place(t, ch, JD_STATE_OVERDUE, is->dept, true);
    c->g->tally.overdue[ch->entity] += (uint64_t)late_is - (uint64_t)late_was;
}

static void count(jd_tally *t, const jd_change *ch)
{
    if (ch->fresh) t->numbers[ch->entity] = ch->number;
    if (!ch->fresh) t->in_state[ch->entity][ch->from]--;
    t->in_state[ch->entity][ch->to]++;
}

static void apply_change(jd_ctx *c, jd_change *ch, uint64_t seq, jd_changed *out)
{
    *out = (jd_changed){ .entity = (uint8_t)ch->entity,
                         .from = (uint8_t)ch->from,
                         .to = (uint8_t)ch->to,
                         .event = (uint8_t)ch->event,
                         .number = ch->number,
                         .dept = JD_NO_DEPT,
                         .due = ch->due };
    if (ch->entity == JD_E_none) return;
    out->prev = (uint64_t)ch->before.last_seq;
    out->dept = (uint16_t)ch->row->head.dept;
    put_row(c, ch, seq);
    out->version = (uint64_t)ch->row->head.version;
    move_clock(c->g, ch);
    move_worklist(c, ch);
    count(&c->g->tally, ch);
}

static void put_other(jd_engine *g, const jd_put_row *p)
{
    if (p->db == JD_DB_KEYS)
        jd_key_destroy(g->vault, &g->txn, jd_k(&p->key), &g->gone);
    else if (p->value.p)
        jd_put(&g->txn, p->db, jd_k(&p->key), p->value);
    else
        jd_del(&g->txn, p->db, jd_k(&p->key));
}

bool jd_looks_back(jd_msg type)
{
    return type != JD_MSG_report_submit;
}

void jd_settle(jd_engine *g)
{
    if (g->sealer) jd_sealer_put(g->sealer, &g->txn, g->tally.chain);
}

static void put_entry(jd_ctx *c, jd_entry *e, jd_str plain)
{
    jd_engine *g = c->g;
    jd_key k = jd_key_seq(e->seq);
    jd_slot slot = jd_slot_of_outcome(c);
    bool later = g->sealer && g->news && !jd_looks_back((jd_msg)e->type);
    if (!later || !jd_sealer_takes(g->sealer, slot)) jd_settle(g);
    const jd_secret *key = jd_key_to_seal(g->vault, &g->txn, &slot);
    if (!key) return; /* the transaction has the error */
    if (later) {
        jd_sealer_give(g->sealer, &g->news->last->entry, key, slot, plain, g->tally.chain);
        return;
    }
    g->entry.n = 0;
    jd_entry_pack(e, g->vault, key, slot, plain, &g->entry);
    jd_entry_close(&g->entry, 0, g->tally.chain, e->chain);
    memcpy(g->tally.chain, e->chain, JD_CHAIN);
    jd_put_last(&g->txn, JD_DB_JOURNAL, jd_k(&k), jd_buf_view(&g->entry));
}

static void put_request(jd_ctx *c, const jd_entry *e)
{
    jd_engine *g = c->g;
    uint8_t seq[8];
    jd_be64(seq, e->seq);
    if (!c->cmd->id) return;
    jd_key k = jd_key_request(e->id);
    bool last = memcmp(e->id, g->last_id, sizeof e->id) > 0;
    (last ? jd_put_last : jd_put)(&g->txn, JD_DB_REQUESTS, jd_k(&k), (jd_str){ (const char *)seq, sizeof seq });
    if (last) memcpy(g->last_id, e->id, sizeof e->id);
}

void jd_record(jd_ctx *c, jd_str plain, jd_entry *e)
{
    jd_engine *g = c->g;
    jd_outcome *out = c->out;
    *e = (jd_entry){ .seq = ++g->tally.seq,
                     .type = (uint16_t)c->cmd->type,
                     .policy = out->policy,
                     .at = c->at,
                     .txn = &g->txn,
                     .salt = c->cmd->salt,
                     .sender = c->cmd->sender,
                     .event_first = g->tally.event_seq + 1,
                     .changes_n = out->changes_n,
                     .reasons_n = out->reasons_n,
                     .reasons = out->reasons };
    if (c->cmd->id) memcpy(e->id, c->cmd->id, sizeof e->id);
    e->changes = jd_alloc(&g->arena, sizeof *e->changes * (size_t)(out->changes_n + 1));
    for (int i = 0; i < out->changes_n; i++) apply_change(c, out->changes[i], e->seq, &e->changes[i]);
    for (int i = 0; i < out->puts_n; i++) put_other(g, &out->puts[i]);
    if (g->news) jd_news_add(g->news, e, jd_engine_policy(g, e->policy));
    put_entry(c, e, plain);
    put_request(c, e);
    g->tally.event_seq += (uint64_t)out->changes_n;
    g->tally.people += out->people;
    for (int i = 0; out->meters >> i; i++) g->tally.meters[i] += out->meters >> i & 1;
    g->tally.at = c->at;
}
