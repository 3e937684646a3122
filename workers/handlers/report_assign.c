/* Staff assign or reassign (LC-10.3, WH-10.1): with a reason, never to whom it accuses, and without
 * restarting the statutory limit. */
#include "workers/handlers/handlers.h"

void jd_on_report_assign(jd_ctx *c, const void *msg)
{
    const struct jd_report_assign *m = msg;
    jd_choice choice;
    if (!jd_choose_desk(c, m->report, m->by, m->department, &m->assist, &choice)) return;
    struct jd_row_report *row = choice.row;
    bool asked = row->state == JD_S_report_needs_info;
    if (!jd_move_report(c, choice.number, row, JD_V_report_assign, JD_S_report_assigned, JD_EV_report_assigned,
                        choice.policy->routes[row->route].rule))
        return;
    row->dept = choice.lead;
    row->assist = choice.assist;
    row->assigned_on = c->today;
    row->forwarded_to = row->forwarded_case = JD_NO_INT; /* taken back */
    if (asked) row->clock = jd_next_word(choice.policy, row, c->at);
}
