/* Rewards for clues of fraud: who is excluded, as of the day a report is received (rules.md A11), and the
 * time to claim what was granted. */
#include "workers/handler.h"
#include "workers/rules/deadline.h"

static jd_day earlier(jd_day a, jd_day b)
{
    return a == JD_NO_DAY || (b != JD_NO_DAY && b < a) ? b : a;
}

/* Appointment and attestation are rare, reports are not: what decides is kept with the supervisor. */
void jd_keep_exclusion(jd_ctx *c, const jd_policy *p, struct jd_row_supervisor *s, int fact,
                       const struct jd_row_fact *fresh)
{
    struct jd_row_fact row;
    const jd_reward_rule *r = &p->reward;
    s->excluded = JD_UNKNOWN;
    s->excluded_until = JD_NO_DAY;
    if (r->facts_n) s->excluded = JD_NO;
    for (int i = 0; i < r->facts_n; i++) {
        bool there = r->facts[i] != fact &&
                     jd_read_fact(&c->g->txn, &c->g->arena, (uint64_t)s->person, p->facts[r->facts[i]].item.code, &row);
        if (r->facts[i] == fact) row = *fresh;
        jd_tri v = there || r->facts[i] == fact ? jd_fact_value(&row, c->today) : JD_UNKNOWN;
        if (v == JD_UNKNOWN && s->excluded != JD_YES) s->excluded = JD_UNKNOWN;
        if (v == JD_NO && s->excluded == JD_NO) s->excluded_until = earlier(s->excluded_until, row.valid_until);
        if (v != JD_YES) continue;
        s->excluded = JD_YES;
        s->excluded_until = row.valid_until;
        return;
    }
}

static bool among(const jd_strs *list, jd_str code)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (jd_str_eq(list->v[i], code)) return true;
    return false;
}

/* What was attested outweighs what the person once wrote on the form; and the form excludes, it never clears. */
jd_tri jd_excluded_now(jd_ctx *c, const struct jd_row_supervisor *s)
{
    const jd_reward_rule *r = &c->policy->reward;
    if (!r->on) return JD_UNKNOWN;
    if (r->excluded_rule == JD_NO_RULE) return JD_NO;
    bool fresh = s->excluded_until == JD_NO_DAY || c->today <= s->excluded_until;
    if (fresh && s->excluded != JD_UNKNOWN) return s->excluded;
    const jd_items *kinds = &jd_engine_policy(c->g, (uint64_t)s->policy)->employer_kinds;
    bool named = s->employer >= 0 && s->employer < kinds->n;
    return named && among(&r->employer_kinds, kinds->v[s->employer].code) ? JD_YES : JD_UNKNOWN;
}

jd_tri jd_excluded_on(jd_ctx *c, const jd_policy *p, uint64_t person, jd_day day)
{
    struct jd_row_fact row;
    jd_tri sum = JD_NO;
    for (int i = 0; i < p->reward.facts_n; i++) {
        const jd_item *fact = &p->facts[p->reward.facts[i]].item;
        bool speaks = jd_read_fact(&c->g->txn, &c->g->arena, person, fact->code, &row) && row.as_of <= day;
        jd_tri v = speaks ? jd_fact_value(&row, day) : JD_UNKNOWN;
        if (v == JD_YES) return JD_YES;
        if (v == JD_UNKNOWN) sum = JD_UNKNOWN;
    }
    return sum;
}

void jd_claim_start(jd_ctx *c, const jd_policy *p, struct jd_row_reward *row, jd_day on)
{
    row->due = jd_add_days_rolled(c->calendar, jd_add_months(on, p->reward.claim_months), 0);
    row->clock_kind = JD_CLOCK_CLAIM;
    row->clock = jd_next_rung(p->reward.warn, p->reward.warn_n, row->due, c->at);
    /* recorded long after it was told: forfeited at once */
    if (row->clock == JD_NO_TIME) row->clock = jd_day_start(row->due + 1);
}

void jd_fire_claim(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    bool end = jd_is_breach(row->head.due, d->at);
    jd_change *ch =
        jd_move(c, d->entity, d->number, row, end ? JD_V_reward_forfeit : JD_V_reward_warn,
                end ? JD_S_reward_forfeited : JD_S_reward_notified, end ? JD_EV_reward_forfeited : JD_EV_reward_warned);
    if (!ch) return;
    ch->due = row->head.due;
    row->head.clock = end ? JD_NO_TIME : jd_next_rung(p->reward.warn, p->reward.warn_n, row->head.due, d->at);
    jd_reason_add(c, (jd_reason){ .rule = p->reward.rule, .on = JD_ON_NOTHING });
}
