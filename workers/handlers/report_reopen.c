/* A closed report is handled again: with a reason, within the policy's window, on a limit of its own. */
#include "workers/handlers/handlers.h"
#include "workers/rules/visibility.h"

void jd_on_report_reopen(jd_ctx *c, const void *msg)
{
    const struct jd_report_reopen *m = msg;
    const jd_policy *p;
    uint64_t number;
    char last[JD_DATE_LEN + 1];
    struct jd_row_report *row = jd_report_at_desk(c, m->report, "by", m->by, JD_MANAGER, &p, &number);
    if (!row) return;
    if (row->closed_on != JD_NO_DAY && c->today > row->closed_on + p->reopen_days) {
        jd_format_date(row->closed_on + p->reopen_days, last);
        jd_refuse(c, JD_CODE_REOPEN_TOO_LATE, JD_NO_RULE, NULL, "by %s", last);
        return;
    }
    jd_str accused = jd_accused_with(c, p, row->accused, &m->accused);
    if (row->dept == JD_NO_DEPT) row->dept = jd_who_manages(p, row->accused);
    int to = jd_state_with(p, row, accused, JD_S_report_assigned);
    jd_change *ch =
        jd_move_report(c, number, row, JD_V_report_reopen, to, JD_EV_report_reopened, p->routes[row->route].rule);
    if (!ch) return;
    jd_shut_out(c, p, row, JD_S_report_closed, accused);
    row->result = row->triage = row->duplicate_of = row->extensions = row->extended = JD_NO_INT;
    row->stood_still = (jd_str){ NULL, 0 };
    row->closed_on = JD_NO_DAY;
    row->satisfied = JD_UNKNOWN;
    row->assigned_on = c->today;
    jd_limit_start(c, p, row, JD_CLOCK_HANDLING, c->today);
    ch->due = row->due;
}
