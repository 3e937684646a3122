/* The supervisor is told (LC-10.4; Weihai's text has no such duty, WH-10.∅). */
#include "workers/handlers/handlers.h"

void jd_on_report_feedback(jd_ctx *c, const void *msg)
{
    const struct jd_report_feedback *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row =
        jd_report_at_desk(c, m->report, "department", m->department, JD_LEAD | JD_MANAGER, &p, &number);
    if (!row) return;
    if (jd_items_find(&p->feedback_channels, m->channel) < 0) {
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "channel", "a feedback channel of %.*s", JD_FMT(p->name));
        return;
    }
    bool there = m->delivered != JD_NO;
    jd_change *ch = jd_move_report(c, number, row, JD_V_report_feedback, there ? JD_S_report_fed_back : (int)row->state,
                                   there ? JD_EV_report_fed_back : JD_EV_report_undelivered, p->feedback_rule);
    if (!ch) return;
    if (!there) jd_meter(c, JD_METER_undelivered);
    if (!there) return;
    jd_limit_end(row);
    ch->due = JD_NO_DAY;
}
