/* The lead department takes the report up (LC-10.3, WH-10.2). */
#include "workers/handlers/handlers.h"

void jd_on_report_accept(jd_ctx *c, const void *msg)
{
    const struct jd_report_accept *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row = jd_report_at_desk(c, m->report, "department", m->department, JD_LEAD, &p, &number);
    if (!row) return;
    jd_move_report(c, number, row, JD_V_report_accept, JD_S_report_accepted, JD_EV_report_accepted,
                   p->clocks[JD_CLOCK_HANDLING].rule);
}
