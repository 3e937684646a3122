/* The person who aggregates drafts a handling opinion and names the department it should go to (LC-10.1,
 * LC-10.2); the assignment follows. */
#include "workers/handlers/handlers.h"

void jd_on_report_propose(jd_ctx *c, const void *msg)
{
    const struct jd_report_propose *m = msg;
    jd_choice choice;
    if (!jd_choose_desk(c, m->report, m->by, m->department, &m->assist, &choice)) return;
    if (!jd_move_report(c, choice.number, choice.row, JD_V_report_propose, JD_S_report_proposed, JD_EV_report_proposed,
                        choice.policy->draft_rule))
        return;
    choice.row->dept = choice.lead;
    choice.row->assist = choice.assist;
}
