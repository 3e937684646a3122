/* What handling came to (LC-10.4, WH-10.2): from here on the limit for telling the supervisor runs. */
#include "workers/handlers/handlers.h"

void jd_on_report_result(jd_ctx *c, const void *msg)
{
    const struct jd_report_result *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row = jd_report_at_desk(c, m->report, "department", m->department, JD_LEAD, &p, &number);
    if (!row) return;
    const jd_report_kind *kind = &p->kinds[row->kind];
    int result = jd_items_find(&kind->results, m->result);
    if (result < 0) {
        jd_refuse(c, JD_CODE_RESULT_NOT_FOR_KIND, kind->item.rule, "result", "a result of kind %.*s",
                  JD_FMT(kind->item.code));
        return;
    }
    jd_change *ch = jd_move_report(c, number, row, JD_V_report_result, JD_S_report_resulted, JD_EV_report_resulted,
                                   p->feedback_rule);
    if (!ch) return;
    row->result = result;
    jd_limit_start(c, p, row, JD_CLOCK_FEEDBACK, c->today);
    ch->due = row->due;
}
