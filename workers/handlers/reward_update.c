/* What became of a referral. Grade and amount are people's decisions: the program checks them against the
 * policy's table, where it has one, and reckons nothing itself. */
#include "workers/handlers/handlers.h"

#include "proto/tables.h"

/* In the order of the table reward_step. `either`: who referred it may record it too. */
static const struct step {
    int state;
    jd_event_id event;
    bool either, note;
} steps[] = {
    { JD_S_reward_acknowledged, JD_EV_reward_acknowledged, false, false },
    { JD_S_reward_graded, JD_EV_reward_graded, false, false },
    { JD_S_reward_notified, JD_EV_reward_notified, true, false },
    { JD_S_reward_claimed, JD_EV_reward_claimed, true, false },
    { JD_S_reward_waived, JD_EV_reward_waived, true, true },
    { JD_S_reward_refused, JD_EV_reward_refused, false, true },
};

static void check_who(jd_ctx *c, const jd_policy *p, const struct jd_reward_update *m, const struct step *s,
                      const struct jd_row_reward *row)
{
    uint16_t dept = jd_dept_of(c, p, "department", m->department);
    if (dept == JD_NO_DEPT || dept == row->dept || (s->either && dept == row->by)) return;
    jd_refuse(c, JD_CODE_NOT_ASSIGNED, JD_NO_RULE, "department", "%.*s", JD_FMT(p->depts[row->dept].item.code));
}

static const jd_reward_grade *grade_of(const jd_reward_rule *r, jd_str code)
{
    for (int i = 0; i < r->grades_n; i++)
        if (jd_str_eq(r->grades[i].item.code, code)) return &r->grades[i];
    return NULL;
}

/* Without a table the program has nothing to hold an amount against, so it takes none. */
static void check_amount(jd_ctx *c, const jd_policy *p, const struct jd_reward_update *m, const struct step *s)
{
    const jd_reward_rule *r = &p->reward;
    const jd_reward_grade *g = grade_of(r, m->grade);
    bool graded = s->state == JD_S_reward_graded, given = m->grade.p || m->amount != JD_NO_INT;
    if (given && (!graded || r->grades_n == 0))
        jd_refuse(c, JD_CODE_AMOUNT_NOT_ALLOWED, r->rule, m->grade.p ? "grade" : "amount", "%s",
                  graded ? "none: the policy has no grades" : "only with graded");
    else if (graded && r->grades_n && !g)
        jd_refuse(c, JD_CODE_AMOUNT_NOT_ALLOWED, r->rule, "grade", "a grade of %.*s", JD_FMT(p->name));
    else if (g && m->amount != JD_NO_INT && (m->amount < g->min || m->amount > g->max))
        jd_refuse(c, JD_CODE_AMOUNT_NOT_ALLOWED, g->item.rule, "amount", "%lld to %lld fen", (long long)g->min,
                  (long long)g->max);
}

static void check_day(jd_ctx *c, const struct jd_row_reward *row, const struct step *s, jd_day on)
{
    if (on > c->today || on < row->on)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "on", "a day from that of the step before to today");
    else if (s->state == JD_S_reward_claimed && row->due != JD_NO_DAY && on > row->due)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "on", "a day within the time to claim");
}

static void fill(jd_ctx *c, const jd_policy *p, struct jd_row_reward *row, const struct step *s, jd_day on,
                 jd_change *ch)
{
    row->on = on;
    row->clock = JD_NO_TIME;
    if (s->state == JD_S_reward_notified) jd_claim_start(c, p, row, on);
    if (s->state == JD_S_reward_notified) ch->due = row->due;
    jd_reason_add(c, (jd_reason){ .rule = p->reward.rule, .on = JD_ON_NOTHING });
}

void jd_on_reward_update(jd_ctx *c, const void *msg)
{
    const struct jd_reward_update *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "reward", m->reward, JD_E_reward, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    const struct step *s = &steps[jd_table_find(JD_TABLE_reward_step, m->to)];
    jd_day on = m->on == JD_NO_DAY ? c->today : m->on;
    check_who(c, p, m, s, &row->reward);
    if (jd_refused(c)) return;
    jd_change *ch = jd_move(c, JD_E_reward, number, row, JD_V_reward_update, s->state, s->event);
    if (!ch) return;
    check_amount(c, p, m, s);
    check_day(c, &row->reward, s, on);
    if (s->note && !m->note.p) jd_refuse(c, JD_CODE_MISSING_FIELD, JD_NO_RULE, "note", "why");
    if (!jd_refused(c)) fill(c, p, &row->reward, s, on, ch);
}
