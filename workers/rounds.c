/* Rounds of the open channel: which one an application joins, and what becomes of it when its time is over. */
#include "workers/handler.h"
#include "workers/rules/deadline.h"

/* The first open one, in the worklist's order. */
static uint64_t first_open(jd_txn *t)
{
    jd_key from = jd_key_work(JD_E_round, JD_S_round_open, 0, 0);
    jd_scan s = jd_scan_from(t, JD_DB_WORKLIST, jd_k(&from));
    jd_entity e = JD_E_none;
    int state = 0;
    uint16_t dept;
    uint64_t number = 0;
    if (jd_scan_next(&s)) jd_unkey_work(s.key, &e, &state, &dept, &number);
    jd_scan_end(&s);
    return e == JD_E_round && state == JD_S_round_open ? number : 0;
}

static void join_named(jd_ctx *c, jd_str id, uint64_t *round)
{
    jd_case_row *row = jd_load_case(c, "round", id, JD_E_round, round);
    if (row && row->head.state != JD_S_round_open)
        jd_refuse(c, JD_CODE_NO_OPEN_ROUND, c->policy->round_rule, "round", "a round that is open, not one that is %s",
                  jd_state_name(JD_E_round, (int)row->head.state));
}

bool jd_join_round(jd_ctx *c, jd_str id, uint64_t *round)
{
    uint64_t open = c->g->tally.in_state[JD_E_round][JD_S_round_open];
    *round = 0;
    if (id.p)
        join_named(c, id, round);
    else if (open > 1)
        jd_refuse(c, JD_CODE_MISSING_FIELD, c->policy->round_rule, "round", "which of the %d open rounds it is for",
                  (int)open);
    else if (open == 1)
        *round = first_open(&c->g->txn);
    else if (c->policy->round_required)
        jd_refuse(c, JD_CODE_NO_OPEN_ROUND, c->policy->round_rule, "round", "an application while a round is open");
    return !jd_refused(c);
}

/* Some of what is undecided expires; false when nothing is left to look at. */
static bool settle(jd_ctx *c, const jd_policy *p, uint64_t number, jd_case_row *round)
{
    enum { EXPIRED_AT_ONCE = 32, LOOKED_AT_ONCE = 1024 };
    int expired = 0;
    for (int looked = 0; looked < LOOKED_AT_ONCE && expired < EXPIRED_AT_ONCE; looked++) {
        uint64_t after = (uint64_t)round->round.settled;
        uint64_t next = jd_tie_behind(&c->g->txn, JD_TIE_applied, number, after);
        if (!next) return false;
        round->round.settled = (int64_t)next;
        jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_application, next);
        if (!row || !jd_undecided(row)) continue;
        jd_expire_application(c, p, next, row);
        expired++;
    }
    return true;
}

void jd_round_settles(jd_ctx *c, jd_case_row *round)
{
    round->round.settled = 0;
    round->round.due = JD_NO_DAY;
    round->round.clock_kind = JD_CLOCK_ROUND;
    round->round.clock = c->at;
}

static void fire_last_day(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    jd_change *ch = jd_move(c, d->entity, d->number, row, JD_V_round_close, JD_S_round_closed, JD_EV_round_closed);
    if (!ch) return;
    ch->due = row->round.closed_on = row->round.closes_on;
    row->round.due = JD_NO_DAY;
    row->round.clock = JD_NO_TIME;
    jd_cite(c, p->round_rule);
}

void jd_fire_round(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    if (row->head.state == JD_S_round_open) {
        fire_last_day(c, p, d, row);
        return;
    }
    bool more = settle(c, p, d->number, row);
    if (row->head.state == JD_S_round_cancelled)
        jd_note(c, d->entity, d->number, row, JD_EV_round_settled);
    else
        jd_move(c, d->entity, d->number, row, JD_V_round_archive, more ? JD_S_round_published : JD_S_round_archived,
                more ? JD_EV_round_settled : JD_EV_round_archived);
    jd_cite(c, p->round_rule);
    if (!more) row->head.clock = JD_NO_TIME;
}
