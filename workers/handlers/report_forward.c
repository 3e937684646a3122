/* A report of another area goes there (LC-2.3, LC-16.2). The limit runs on here: the supervisor is ours, and is told
 * the result here (LC-10.4). */
#include "workers/handlers/handlers.h"

static uint32_t division_of(jd_ctx *c, const struct jd_report_forward *m, uint16_t rule)
{
    uint64_t v = 0;
    bool good = jd_str_to_u64(m->division, &v) && v >= 100000 && v != c->g->division;
    if (!good) jd_refuse(c, JD_CODE_INCONSISTENT, rule, "division", "the code of another division");
    return good ? (uint32_t)v : 0;
}

/* The case it became, where the sender knows it already. */
static int64_t case_there(jd_ctx *c, const struct jd_report_forward *m, uint32_t division)
{
    jd_case_id id;
    if (!m->forwarded_case.p) return JD_NO_INT;
    if (jd_case_id_parse(m->forwarded_case, &id) && id.entity == JD_E_report && id.division == division)
        return (int64_t)id.number;
    jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "forwarded_case", "a report of division %.*s", JD_FMT(m->division));
    return JD_NO_INT;
}

void jd_on_report_forward(jd_ctx *c, const void *msg)
{
    const struct jd_report_forward *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row = jd_report_at_desk(c, m->report, "by", m->by, JD_MANAGER, &p, &number);
    if (!row) return;
    uint16_t rule = p->outside_rule == JD_NO_RULE ? p->division_rule : p->outside_rule;
    uint32_t division = division_of(c, m, rule);
    int64_t there = division ? case_there(c, m, division) : JD_NO_INT;
    if (jd_refused(c)) return;
    if (!jd_move_report(c, number, row, JD_V_report_forward, JD_S_report_forwarded, JD_EV_report_forwarded, rule))
        return;
    row->forwarded_to = division;
    row->forwarded_case = there;
    row->dept = jd_policy_dept(p, m->by);
}
