/* It is now this late: the first due clock fires, and after a long sleep each rung that is past, one a
 * command and in order. A term lapses (LC-13.2, WH-8.3) or tells that it will;
 * a time limit warns or is breached. The event carries the last day, whenever it fires. */
#include "workers/handlers/handlers.h"
#include "workers/rules/deadline.h"

static bool first_due(jd_ctx *c, jd_due *d)
{
    jd_scan s = jd_scan_from(&c->g->txn, JD_DB_CLOCKS, (jd_str){ "", 0 });
    bool found = jd_scan_next(&s);
    if (found) jd_unkey_clock(s.key, &d->at, &d->entity, &d->number, &d->kind);
    jd_scan_end(&s);
    return found && d->at <= c->at;
}

static void fire_term(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    if (d->kind == JD_CLOCK_SETTLE) {
        jd_fire_settle(c, d, row);
        return;
    }
    bool end = jd_is_breach(row->supervisor.term_end, d->at);
    jd_change *ch = jd_move(c, d->entity, d->number, row, end ? JD_V_supervisor_lapse : JD_V_supervisor_expire,
                            end ? JD_S_supervisor_lapsed : JD_S_supervisor_expiring,
                            end ? JD_EV_supervisor_lapsed : JD_EV_supervisor_expiring);
    if (!ch) return;
    ch->due = row->supervisor.term_end;
    row->head.clock = end ? JD_NO_TIME : jd_next_rung(p->expiring, p->expiring_n, row->supervisor.term_end, d->at);
    jd_reason_add(c, (jd_reason){ .rule = end ? p->lapse_rule : p->term_rule, .on = JD_ON_NOTHING });
    if (!end) return;
    if (p->lapse_ground != JD_NO_RULE) jd_reason_add(c, (jd_reason){ .rule = p->lapse_ground, .on = JD_ON_NOTHING });
    jd_end_appointment(c, d->number, row);
}

/* What the supervisor was asked for has not come: people decide whether to go on without. */
static void fire_answer(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    jd_change *ch =
        jd_move(c, d->entity, d->number, row, JD_V_report_warn, (int)row->head.state, JD_EV_report_unanswered);
    if (!ch) return;
    ch->due = row->report.asked_on + p->answer_days;
    row->head.clock = jd_next_word(p, &row->report, d->at);
    jd_reason_add(c, (jd_reason){ .rule = p->draft_rule, .on = JD_ON_NOTHING });
}

static void fire_limit(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    if (d->at == jd_answer_end(p, &row->report)) {
        fire_answer(c, p, d, row);
        return;
    }
    const jd_clock_rule *k = &p->clocks[d->kind];
    bool breach = jd_is_breach(row->head.due, d->at);
    jd_change *ch = jd_move(c, d->entity, d->number, row, breach ? JD_V_report_breach : JD_V_report_warn,
                            (int)row->head.state, breach ? JD_EV_report_overdue : JD_EV_report_warned);
    if (!ch) return;
    ch->due = row->head.due;
    row->head.clock = jd_next_word(p, &row->report, d->at);
    if (breach) row->head.overdue = JD_YES;
    jd_reason_add(c, (jd_reason){ .rule = k->rule, .on = JD_ON_CLOCK, .index = (uint16_t)d->kind });
}

static const jd_firing firings[JD_E_COUNT] = {
    [JD_E_supervisor] = fire_term,
    [JD_E_report] = fire_limit,
    [JD_E_obligation] = jd_fire_obligation,
    [JD_E_application] = jd_fire_application,
    [JD_E_round] = jd_fire_round,
    [JD_E_certificate] = jd_fire_certificate,
    [JD_E_list] = jd_fire_list,
    [JD_E_recusal] = jd_fire_recusal,
    [JD_E_document] = jd_fire_document,
    [JD_E_reward] = jd_fire_claim,
};

void jd_on_clock_tick(jd_ctx *c, const void *msg)
{
    jd_due d;
    (void)msg;
    jd_case_row *row = first_due(c, &d) ? jd_read_case(&c->g->txn, &c->g->arena, d.entity, d.number) : NULL;
    if (row && firings[d.entity])
        firings[d.entity](c, jd_policy_of(c, row), &d, row);
    else
        c->out->code = JD_CODE_INTERNAL;
}
