/* A clue that people found to be fraud is referred for the reward of another rule (LC-15.1), unless the
 * reporter was excluded when it was received (LC-15.2). */
#include "workers/handlers/handlers.h"

static int among(const jd_strs *list, jd_str code)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (jd_str_eq(list->v[i], code)) return (int)i;
    return -1;
}

/* A second report of the same brings no second reward. */
static bool original(jd_ctx *c, const jd_policy *p, const struct jd_row_report *row)
{
    char id[JD_CASE_ID_MAX];
    if (row->duplicate_of == JD_NO_INT) return true;
    jd_case_id_format((jd_case_id){ JD_E_report, c->g->division, (uint64_t)row->duplicate_of }, id);
    jd_refuse(c, JD_CODE_REWARD_NOT_APPLICABLE, p->reward.rule, "report", "the first report of it, %s", id);
    return false;
}

static void check_finding(jd_ctx *c, const jd_policy *p, const struct jd_reward_refer *m,
                          const struct jd_row_report *row)
{
    const jd_report_kind *k = &p->kinds[row->kind];
    bool ended = row->result >= 0 && row->result < k->results.n;
    if (among(&p->reward.kinds, k->item.code) < 0 || !ended ||
        among(&p->reward.results, k->results.v[row->result].code) < 0)
        jd_refuse(c, JD_CODE_REWARD_NOT_APPLICABLE, p->reward.rule, "report", "a clue that was found to be true");
    if (m->fraud != JD_YES)
        jd_refuse(c, JD_CODE_REWARD_NOT_APPLICABLE, p->reward.rule, "fraud", "found to be fraud");
    else if (!m->decree735.p)
        jd_refuse(c, JD_CODE_MISSING_FIELD, p->reward.rule, "decree735", "the article of Decree 735 as found");
    else if (among(&p->reward.fraud, m->decree735) < 0)
        jd_refuse(c, JD_CODE_REWARD_NOT_APPLICABLE, p->reward.rule, "decree735", "an article on fraud");
}

/* What was not known when the report came in may be attested since, for that day. */
static jd_tri excluded(jd_ctx *c, const jd_policy *p, const struct jd_row_report *row)
{
    if (row->excluded != JD_UNKNOWN) return row->excluded;
    jd_case_row *s = jd_read_case(&c->g->txn, &c->g->arena, JD_E_supervisor, (uint64_t)row->supervisor);
    return s ? jd_excluded_on(c, p, (uint64_t)s->supervisor.person, jd_day_from_ms(row->received)) : JD_UNKNOWN;
}

static void check_reporter(jd_ctx *c, const jd_policy *p, const struct jd_row_report *row)
{
    const jd_reward_rule *r = &p->reward;
    char day[JD_DATE_LEN + 1];
    if (row->supervisor == JD_NO_INT) { /* it was forwarded here */
        jd_refuse(c, JD_CODE_REWARD_NOT_APPLICABLE, r->rule, "report", "one of a supervisor of this division");
        return;
    }
    jd_tri is = excluded(c, p, row);
    if (is == JD_YES)
        jd_refuse(c, JD_CODE_REWARD_EXCLUDED, r->excluded_rule, "report", "a reporter the rule does not exclude");
    if (is != JD_UNKNOWN) return;
    jd_format_date(jd_day_from_ms(row->received), day);
    jd_refuse(c, JD_CODE_FACT_NEEDED, r->excluded_rule, NULL, "attested for %s", day);
    for (int i = 0; i < r->facts_n; i++)
        jd_reason_add(
            c, (jd_reason){
                   .rule = r->excluded_rule, .on = JD_ON_FACT, .index = (uint16_t)r->facts[i], .value = JD_UNKNOWN });
}

static void check_once(jd_ctx *c, uint64_t report)
{
    uint64_t *all;
    char id[JD_CASE_ID_MAX];
    if (jd_ties(&c->g->txn, &c->g->arena, JD_TIE_reward_of, report, &all) == 0) return;
    jd_case_id_format((jd_case_id){ JD_E_reward, c->g->division, all[0] }, id);
    jd_refuse(c, JD_CODE_CASE_OPEN, JD_NO_RULE, "report", "it was referred as %s", id);
}

/* Whoever the report accuses decides on no reward for it. */
static uint16_t decider(const jd_policy *p, jd_str accused)
{
    const uint16_t order[] = { p->reward.refer_to, p->discipline };
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        if (order[i] != JD_NO_DEPT && !jd_u16s_have(accused, order[i])) return order[i];
    return JD_NO_DEPT;
}

static void refer(jd_ctx *c, const jd_policy *p, const struct jd_reward_refer *m, uint64_t report,
                  const struct jd_row_report *of, uint16_t to)
{
    uint64_t number;
    jd_case_row *row = jd_new_case(c, JD_E_reward, &number);
    row->head.policy = of->policy;
    if (!jd_move(c, JD_E_reward, number, row, JD_V_reward_refer, JD_S_reward_referred, JD_EV_reward_referred)) return;
    row->reward.dept = to;
    row->reward.report = (int64_t)report;
    row->reward.supervisor = of->supervisor;
    row->reward.by = jd_policy_dept(p, m->department);
    row->reward.article = among(&p->reward.fraud, m->decree735);
    row->reward.on = c->today;
    jd_tie(c, JD_TIE_reward_of, report, number);
    jd_tie(c, JD_TIE_rewards, (uint64_t)of->supervisor, number);
    jd_reason_add(c, (jd_reason){ .rule = p->reward.rule, .on = JD_ON_NOTHING });
}

void jd_on_reward_refer(jd_ctx *c, const void *msg)
{
    const struct jd_reward_refer *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row = jd_report_at_desk(c, m->report, "department", m->department, JD_MANAGER, &p, &number);
    if (!row) return;
    if (!p->reward.on) {
        jd_refuse(c, JD_CODE_REWARD_NOT_OFFERED, JD_NO_RULE, "report", "%.*s knows no reward", JD_FMT(p->title));
        return;
    }
    if (!original(c, p, row)) return;
    check_finding(c, p, m, row);
    if (!jd_refused(c)) check_reporter(c, p, row);
    if (!jd_refused(c)) check_once(c, number);
    uint16_t to = decider(p, row->accused);
    if (!jd_refused(c) && to == JD_NO_DEPT)
        jd_refuse(c, JD_CODE_ROUTE_TO_ACCUSED, p->firewall_rule, "report", "somebody the report does not accuse");
    if (!jd_refused(c)) refer(c, p, m, number, row, to);
}
