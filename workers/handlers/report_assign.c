/* Staff assign or reassign (LC-10.3, WH-10.1): with a reason, never to whom it accuses, and without
 * restarting the statutory limit. */
#include "workers/handlers/handlers.h"
#include "workers/rules/assignment.h"

void jd_on_report_assign(jd_ctx *c, const void *msg)
{
    const struct jd_report_assign *m = msg;
    struct jd_row_report *row;
    uint64_t number;
    const jd_policy *p = jd_assigner(c, m->report, m->by, &row, &number);
    if (!p) return;
    uint16_t lead = jd_dept_of(c, p, "department", m->department);
    jd_check_conflict(c, p, row, "department", lead);
    jd_str assist = jd_assistants(c, p, row, &m->assist);
    if (jd_refused(c)) return;
    if (!jd_move_report(c, number, row, JD_V_report_assign, JD_S_report_assigned, JD_EV_report_assigned,
                        p->routes[row->route].rule))
        return;
    row->dept = lead;
    row->assist = assist;
    row->assigned_on = c->today;
}
