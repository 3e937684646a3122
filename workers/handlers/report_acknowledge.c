/* The supervisor confirms that the feedback arrived; an appointment that has ended since does not
 * take that away. */
#include "workers/handlers/handlers.h"

static void say(jd_ctx *c, jd_case_row *row, jd_tri satisfied)
{
    row->report.satisfied = satisfied;
    if (satisfied != JD_UNKNOWN) jd_meter(c, satisfied == JD_YES ? JD_METER_satisfied : JD_METER_unsatisfied);
}

void jd_on_report_acknowledge(jd_ctx *c, const void *msg)
{
    const struct jd_report_acknowledge *m = msg;
    uint64_t number, supervisor;
    jd_case_row *row = jd_load_case(c, "report", m->report, JD_E_report, &number);
    if (!row || !jd_load_case(c, "supervisor", m->supervisor, JD_E_supervisor, &supervisor)) return;
    const jd_policy *p = jd_policy_of(c, row);
    if ((uint64_t)row->report.supervisor != supervisor) {
        jd_refuse(c, JD_CODE_NOT_REPORTER, JD_NO_RULE, "supervisor", "the supervisor who reported");
        return;
    }
    if (jd_move_report(c, number, &row->report, JD_V_report_acknowledge, JD_S_report_acknowledged,
                       JD_EV_report_acknowledged, p->feedback_rule))
        say(c, row, m->satisfied);
}
