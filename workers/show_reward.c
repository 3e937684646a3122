/* Rewards; the amount stands in the sealed content only. */
#include "workers/show.h"

void jd_show_reward(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_reward *r = &row->reward;
    jd_show_id(m, q, "report", JD_E_report, r->report);
    jd_show_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
    jd_show_s(m, "scheme", p->reward.scheme);
    jd_show_s(m, "referred_by", jd_dept_code(p, r->by));
    if (r->article >= 0 && r->article < (int64_t)p->reward.fraud.n)
        jd_show_s(m, "decree735", p->reward.fraud.v[r->article]);
    jd_show_day(m, "on", r->on);
}
