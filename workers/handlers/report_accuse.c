/* Staff find that a report is about somebody else besides (LC-7.A3, WH-6.2). */
#include "workers/handlers/handlers.h"

void jd_on_report_accuse(jd_ctx *c, const void *msg)
{
    const struct jd_report_accuse *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row =
        jd_report_at_desk(c, m->report, "by", m->by, JD_LEAD | JD_MANAGER | JD_DISCIPLINE, &p, &number);
    if (!row) return;
    jd_str accused = jd_accused_with(c, p, row->accused, &m->accused);
    if (jd_refused(c)) return;
    int was = (int)row->state, to = jd_state_with(p, row, accused, was);
    jd_event_id event = jd_event_with(row, accused, to, JD_EV_report_revised);
    jd_change *ch = jd_move_report(c, number, row, JD_V_report_accuse, to, event, p->routes[row->route].rule);
    if (!ch) return;
    jd_shut_out(c, p, row, was, accused);
    ch->due = row->due;
}
