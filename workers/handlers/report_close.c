/* Where the policy makes feedback a duty (LC-10.4), nothing is closed without it. */
#include "workers/handlers/handlers.h"

static bool fed_back(const struct jd_row_report *row)
{
    return row->state == JD_S_report_fed_back || row->state == JD_S_report_acknowledged;
}

void jd_on_report_close(jd_ctx *c, const void *msg)
{
    const struct jd_report_close *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row =
        jd_report_at_desk(c, m->report, "department", m->department, JD_LEAD | JD_MANAGER, &p, &number);
    if (!row) return;
    bool may = jd_moves(JD_E_report, (int)row->state, JD_V_report_close) != 0;
    if (may && p->feedback_mandatory && !fed_back(row)) {
        jd_refuse(c, JD_CODE_FEEDBACK_REQUIRED, p->feedback_rule, NULL, "report.feedback first");
        return;
    }
    jd_change *ch =
        jd_move_report(c, number, row, JD_V_report_close, JD_S_report_closed, JD_EV_report_closed, p->feedback_rule);
    if (!ch) return;
    jd_limit_end(row);
    row->closed_on = c->today;
    ch->due = JD_NO_DAY;
}
