/* A round closes, is looked through, has its result published, or is called off. */
#include "workers/handlers/handlers.h"

static void no_clock(jd_case_row *row)
{
    row->round.due = JD_NO_DAY;
    row->round.clock = JD_NO_TIME;
}

void jd_on_round_close(jd_ctx *c, const void *msg)
{
    const struct jd_round_close *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = jd_load_round(c, m->round, m->department, &number, &p);
    if (!row || !jd_move(c, JD_E_round, number, row, JD_V_round_close, JD_S_round_closed, JD_EV_round_closed)) return;
    row->round.closed_on = c->today;
    no_clock(row);
    jd_cite(c, p->round_rule);
}

/* What they look at is in the receipt (review.c); here is that they did. */
void jd_on_round_review(jd_ctx *c, const void *msg)
{
    const struct jd_round_review *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = jd_load_round(c, m->round, m->department, &number, &p);
    if (!row || !jd_move(c, JD_E_round, number, row, JD_V_round_review, JD_S_round_selecting, JD_EV_round_reviewed))
        return;
    for (int i = 0; i < p->factors_n; i++) jd_cite(c, p->factors[i].item.rule);
    for (int i = 0; i < p->priorities_n; i++) jd_cite(c, p->priorities[i].item.rule);
}

void jd_on_round_publish(jd_ctx *c, const void *msg)
{
    const struct jd_round_publish *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = jd_load_round(c, m->round, m->department, &number, &p);
    if (!row || !jd_not_future(c, "on", m->on)) return;
    if (!jd_move(c, JD_E_round, number, row, JD_V_round_publish, JD_S_round_published, JD_EV_round_published)) return;
    row->round.published_on = m->on == JD_NO_DAY ? c->today : m->on;
    jd_round_settles(c, row);
    for (int i = 0; i < p->factors_n; i++) jd_cite(c, p->factors[i].item.rule);
}

void jd_on_round_cancel(jd_ctx *c, const void *msg)
{
    const struct jd_round_cancel *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = jd_load_round(c, m->round, m->department, &number, &p);
    if (!row || !jd_move(c, JD_E_round, number, row, JD_V_round_cancel, JD_S_round_cancelled, JD_EV_round_cancelled))
        return;
    no_clock(row);
    if (jd_tie_behind(&c->g->txn, JD_TIE_applied, number, 0)) jd_round_settles(c, row);
}
