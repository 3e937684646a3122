/* The lead department says it is not the right one: with reasons and within the window the policy
 * sets (petition regulation art. 23). The statutory limit runs on. */
#include "workers/handlers/handlers.h"
#include "workers/rules/deadline.h"

static bool in_time(jd_ctx *c, const jd_policy *p, const struct jd_row_report *row)
{
    char last[JD_DATE_LEN + 1];
    const jd_clock_rule *window = &p->clocks[JD_CLOCK_OBJECTION];
    if (!window->on || row->assigned_on == JD_NO_DAY) return true;
    jd_day end = jd_deadline(p, c->calendar, JD_CLOCK_OBJECTION, row->assigned_on);
    if (c->today <= end) return true;
    jd_format_date(end, last);
    jd_refuse(c, JD_CODE_OBJECTION_TOO_LATE, window->rule, NULL, "by %s", last);
    return false;
}

void jd_on_report_object(jd_ctx *c, const void *msg)
{
    const struct jd_report_object *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row = jd_report_at_desk(c, m->report, "department", m->department, JD_LEAD, &p, &number);
    if (!row) return;
    if (row->state == JD_S_report_assigned && !in_time(c, p, row)) return;
    jd_move_report(c, number, row, JD_V_report_object, JD_S_report_objected, JD_EV_report_objected,
                   p->clocks[JD_CLOCK_OBJECTION].rule);
}
