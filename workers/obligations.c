/* What the bureau and the agency owe: begun with an appointment or a period, met by what is recorded,
 * late when nothing is. Lateness is told and blocks nothing. */
#include "workers/handler.h"
#include "workers/rules/deadline.h"

static void arm(jd_ctx *c, const jd_duty_rule *r, jd_case_row *row)
{
    row->obligation.due = jd_duty_day(c->calendar, r, row->obligation.from);
    row->obligation.clock_kind = JD_CLOCK_DUTY;
    row->obligation.clock = jd_next_rung(r->limit.warn, r->limit.warn_n, row->obligation.due, c->at);
    /* begun behind its day already, as a period may be after a long standstill: late at once */
    if (row->obligation.clock == JD_NO_TIME) row->obligation.clock = jd_day_start(row->obligation.due + 1);
}

static void begin(jd_ctx *c, const jd_policy *p, int kind, uint64_t supervisor, jd_day from, uint64_t before)
{
    uint64_t number;
    const jd_duty_rule *r = &p->duties[kind];
    jd_case_row *row = jd_new_case(c, JD_E_obligation, &number);
    row->head.policy = p->number;
    jd_change *ch =
        jd_move(c, JD_E_obligation, number, row, JD_V_obligation_begin, JD_S_obligation_open, JD_EV_obligation_begun);
    if (!ch) return;
    row->obligation.kind = kind;
    row->obligation.supervisor = (int64_t)supervisor;
    row->obligation.dept = r->owner;
    row->obligation.from = from;
    if (before) row->obligation.before = (int64_t)before;
    arm(c, r, row);
    ch->due = row->obligation.due;
    jd_tie(c, r->of_appointment ? JD_TIE_duty_of : JD_TIE_periodic, supervisor, number);
}

void jd_owe_for_appointment(jd_ctx *c, const jd_policy *p, uint64_t supervisor, jd_day from)
{
    for (int i = 0; i < p->duties_n; i++)
        if (p->duties[i].of_appointment) begin(c, p, i, supervisor, from, 0);
}

static const jd_duty_rule *rule_of(jd_ctx *c, const jd_case_row *row)
{
    return &jd_engine_policy(c->g, (uint64_t)row->head.policy)->duties[row->obligation.kind];
}

/* Whether a supervisor is owed that already. */
static bool owed(jd_ctx *c, jd_act act, uint64_t supervisor)
{
    uint64_t *all, n = jd_ties(&c->g->txn, &c->g->arena, JD_TIE_duty_of, supervisor, &all);
    for (uint64_t i = 0; i < n; i++) {
        jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_obligation, all[i]);
        if (row && rule_of(c, row)->act == act) return true;
    }
    return false;
}

void jd_owe_again(jd_ctx *c, const jd_policy *p, jd_act act, uint64_t supervisor, jd_day from)
{
    for (int i = 0; i < p->duties_n; i++)
        if (p->duties[i].of_appointment && p->duties[i].act == act && !owed(c, act, supervisor))
            begin(c, p, i, supervisor, from, 0);
}

static bool close(jd_ctx *c, uint64_t number, jd_case_row *row, int verb, int to, jd_event_id event)
{
    const jd_duty_rule *r = rule_of(c, row);
    jd_change *ch = jd_move(c, JD_E_obligation, number, row, verb, to, event);
    if (!ch) return false;
    ch->due = row->obligation.due;
    row->head.clock = JD_NO_TIME;
    row->head.overdue = JD_UNKNOWN;
    jd_untie(c, r->of_appointment ? JD_TIE_duty_of : JD_TIE_periodic, (uint64_t)row->obligation.supervisor, number);
    return true;
}

/* The one that is owed now of a kind that comes round, by code: it may have begun under an older policy. */
static jd_case_row *current(jd_ctx *c, jd_str code, uint64_t *number)
{
    uint64_t *all, n = jd_ties(&c->g->txn, &c->g->arena, JD_TIE_periodic, 0, &all);
    for (uint64_t i = 0; i < n; i++) {
        jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_obligation, *number = all[i]);
        if (row && jd_str_eq(rule_of(c, row)->item.code, code)) return row;
    }
    return NULL;
}

/* A policy that has no such obligation any more ends the one that is owed. */
static void drop_unknown(jd_ctx *c, const jd_policy *p)
{
    uint64_t *all, n = jd_ties(&c->g->txn, &c->g->arena, JD_TIE_periodic, 0, &all);
    for (uint64_t i = 0; i < n; i++) {
        jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_obligation, all[i]);
        bool known = !row;
        for (int k = 0; k < p->duties_n && !known; k++)
            known = !p->duties[k].of_appointment && jd_str_eq(p->duties[k].item.code, rule_of(c, row)->item.code);
        if (!known) close(c, all[i], row, JD_V_obligation_waive, JD_S_obligation_waived, JD_EV_obligation_waived);
    }
}

void jd_owe_periods(jd_ctx *c, const jd_policy *p, jd_day from)
{
    uint64_t number;
    drop_unknown(c, p);
    for (int i = 0; i < p->duties_n; i++)
        if (!p->duties[i].of_appointment && !current(c, p->duties[i].item.code, &number)) begin(c, p, i, 0, from, 0);
}

/* A rule's index is its own policy's, and an entry names one policy. */
static uint16_t citable(const jd_ctx *c, int64_t policy, uint16_t rule)
{
    return policy == c->out->policy ? rule : JD_NO_RULE;
}

/* In time is what was done in time, also where it is recorded after the day and lateness was told. */
static void meet(jd_ctx *c, uint64_t number, jd_case_row *row, jd_day on, uint16_t rule)
{
    bool late = on > row->obligation.due;
    jd_cite(c, rule);
    row->obligation.done_on = on;
    close(c, number, row, JD_V_obligation_meet, late ? JD_S_obligation_done_late : JD_S_obligation_done,
          JD_EV_obligation_met);
}

/* What lies before the period met an earlier one, or none: it moves no clock. The first period counts its first
 * day, a later one starts behind what met the one before. */
static bool within(const jd_duty_rule *r, const jd_case_row *row, jd_day on)
{
    bool first = row->obligation.before == JD_NO_INT;
    return on > row->obligation.from || (on == row->obligation.from && (!r->months || first));
}

/* The first day of the next period: behind what was done, or behind the year it was done for. */
static jd_day next_from(const jd_duty_rule *r, const jd_case_row *row, jd_day on)
{
    return r->months ? on : row->obligation.due + 1;
}

static bool meets(const jd_duty_rule *r, jd_act act, jd_str kind)
{
    return r->act == act && (!r->kind.n || jd_str_eq(r->kind, kind));
}

void jd_done_for_appointment(jd_ctx *c, jd_act act, uint64_t supervisor, jd_day on)
{
    uint64_t *all, n = jd_ties(&c->g->txn, &c->g->arena, JD_TIE_duty_of, supervisor, &all);
    for (uint64_t i = 0; i < n; i++) {
        jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_obligation, all[i]);
        if (row && rule_of(c, row)->act == act)
            meet(c, all[i], row, on, citable(c, row->head.policy, rule_of(c, row)->item.rule));
    }
}

/* p is the policy in force: what is owed may have begun under an older one, and is met by code. */
static void done(jd_ctx *c, const jd_policy *p, int kind, jd_day on, uint64_t meeting)
{
    uint64_t number;
    const jd_duty_rule *r = &p->duties[kind];
    jd_case_row *row = current(c, r->item.code, &number);
    if (!row) {
        begin(c, p, kind, 0, on, 0);
        return;
    }
    if (!within(r, row, on)) return;
    if (meeting) row->obligation.met_by = (int64_t)meeting;
    meet(c, number, row, on, citable(c, p->number, r->item.rule));
    begin(c, p, kind, 0, next_from(r, row, on), number);
}

void jd_met_by_meeting(jd_ctx *c, jd_act act, jd_str kind, jd_day on, uint64_t meeting)
{
    const jd_policy *p = c->policy;
    for (int i = 0; i < p->duties_n; i++)
        if (!p->duties[i].of_appointment && meets(&p->duties[i], act, kind)) done(c, p, i, on, meeting);
}

void jd_done_in_period(jd_ctx *c, jd_act act, jd_str kind, jd_day on)
{
    jd_met_by_meeting(c, act, kind, on, 0);
}

static void reopen(jd_ctx *c, uint64_t number, jd_case_row *row)
{
    const jd_policy *p = jd_engine_policy(c->g, (uint64_t)row->head.policy);
    jd_change *ch = jd_move(c, JD_E_obligation, number, row, JD_V_obligation_reopen, JD_S_obligation_open,
                            JD_EV_obligation_reopened);
    if (!ch) return;
    row->obligation.done_on = JD_NO_DAY;
    row->obligation.met_by = JD_NO_INT;
    arm(c, &p->duties[row->obligation.kind], row);
    ch->due = row->obligation.due;
    jd_tie(c, JD_TIE_periodic, 0, number);
}

/* What began behind the wrong record is let go, and what it met is owed again as it was. Where something newer
 * was recorded behind it, the periods rest on that, and stay. */
static void take_back(jd_ctx *c, uint64_t number, uint64_t meeting)
{
    jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_obligation, number), *before = NULL;
    if (row && row->obligation.before > 0)
        before = jd_read_case(&c->g->txn, &c->g->arena, JD_E_obligation, (uint64_t)row->obligation.before);
    if (!before || before->obligation.met_by != (int64_t)meeting) return;
    close(c, number, row, JD_V_obligation_waive, JD_S_obligation_waived, JD_EV_obligation_waived);
    reopen(c, (uint64_t)row->obligation.before, before);
}

void jd_not_met_after_all(jd_ctx *c, uint64_t meeting)
{
    uint64_t *all, n = jd_ties(&c->g->txn, &c->g->arena, JD_TIE_periodic, 0, &all);
    for (uint64_t i = 0; i < n; i++) take_back(c, all[i], meeting);
}

static int year_of(jd_day d)
{
    int year, month, day;
    jd_day_parts(d, &year, &month, &day);
    return year;
}

/* What is done for a year is late for the years before it, and nothing for those behind it. */
void jd_done_for_year(jd_ctx *c, jd_act act, int year, jd_day on)
{
    const jd_policy *p = c->policy;
    uint64_t number;
    for (int i = 0; i < p->duties_n; i++) {
        const jd_duty_rule *r = &p->duties[i];
        jd_case_row *row = r->act == act && !r->of_appointment ? current(c, r->item.code, &number) : NULL;
        if (!row || year_of(row->obligation.due) > year) continue;
        meet(c, number, row, on, citable(c, p->number, r->item.rule));
        begin(c, p, i, 0, r->months ? on : jd_day_of(year + 1, 1, 1), number);
    }
}

void jd_owed_no_more(jd_ctx *c, uint64_t supervisor)
{
    uint64_t *all, n = jd_ties(&c->g->txn, &c->g->arena, JD_TIE_duty_of, supervisor, &all);
    for (uint64_t i = 0; i < n; i++) {
        jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_obligation, all[i]);
        if (row) close(c, all[i], row, JD_V_obligation_waive, JD_S_obligation_waived, JD_EV_obligation_waived);
    }
}

void jd_waive(jd_ctx *c, uint64_t number, jd_case_row *row)
{
    const jd_policy *p = c->policy;
    const jd_duty_rule *r = rule_of(c, row);
    jd_day from = next_from(r, row, row->obligation.due);
    if (!close(c, number, row, JD_V_obligation_waive, JD_S_obligation_waived, JD_EV_obligation_waived)) return;
    jd_reason_add(c, (jd_reason){ .rule = r->item.rule, .on = JD_ON_NOTHING });
    for (int i = 0; i < p->duties_n; i++)
        if (!p->duties[i].of_appointment && jd_str_eq(p->duties[i].item.code, r->item.code))
            begin(c, p, i, 0, from, number);
}

void jd_fire_obligation(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    const jd_duty_rule *r = &p->duties[row->obligation.kind];
    bool breach = jd_is_breach(row->obligation.due, d->at);
    jd_change *ch = jd_move(c, d->entity, d->number, row, breach ? JD_V_obligation_breach : JD_V_obligation_warn,
                            breach ? JD_S_obligation_overdue : JD_S_obligation_open,
                            breach ? JD_EV_obligation_overdue : JD_EV_obligation_warned);
    if (!ch) return;
    ch->due = row->obligation.due;
    row->head.clock = breach ? JD_NO_TIME : jd_next_rung(r->limit.warn, r->limit.warn_n, row->obligation.due, d->at);
    if (breach) row->head.overdue = JD_YES;
    jd_reason_add(c, (jd_reason){ .rule = r->item.rule, .on = JD_ON_NOTHING });
}
