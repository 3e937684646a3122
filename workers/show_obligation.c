/* What is owed. */
#include "workers/show.h"

void jd_show_obligation(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_obligation *r = &row->obligation;
    const jd_duty_rule *d = &p->duties[r->kind];
    jd_show_s(m, "obligation", d->item.code);
    jd_show_z(m, "force", d->must ? "must" : "in-principle");
    jd_show_s(m, "basis", d->limit.basis);
    jd_show_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
    jd_show_day(m, "from", r->from);
    jd_show_day(m, "done_on", r->done_on);
}
