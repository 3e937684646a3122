/* The person who aggregates drafts a handling opinion and names the department it should go to (LC-10.1,
 * LC-10.2); the assignment follows. */
#include "workers/handlers/handlers.h"

void jd_on_report_propose(jd_ctx *c, const void *msg)
{
    const struct jd_report_propose *m = msg;
    struct jd_row_report *row;
    uint64_t number;
    const jd_policy *p = jd_assigner(c, m->report, m->by, &row, &number);
    if (!p) return;
    uint16_t lead = jd_dept_of(c, p, "department", m->department);
    jd_check_conflict(c, p, row, "department", lead);
    jd_str assist = jd_assistants(c, p, row, &m->assist);
    if (jd_refused(c)) return;
    if (!jd_move_report(c, number, row, JD_V_report_propose, JD_S_report_proposed, JD_EV_report_proposed,
                        p->draft_rule))
        return;
    row->dept = lead;
    row->assist = assist;
}
