/* The supervisor adds to a report. What had been found short of information goes back to where it was. */
#include "workers/handlers/handlers.h"

static int back_to(const struct jd_row_report *row)
{
    return (int)(row->state == JD_S_report_needs_info ? row->back : row->state);
}

void jd_on_report_supplement(jd_ctx *c, const void *msg)
{
    const struct jd_report_supplement *m = msg;
    uint64_t number, supervisor;
    jd_case_row *row = jd_load_case(c, "report", m->report, JD_E_report, &number);
    if (!row || !jd_load_case(c, "supervisor", m->supervisor, JD_E_supervisor, &supervisor)) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (m->secrecy.p && jd_str_is(m->secrecy, "state_secret"))
        jd_refuse(c, JD_CODE_STATE_SECRET, p->secrecy_rule, "secrecy",
                  "to be taken to the body in charge of secrecy, not here");
    if (jd_refused(c)) return;
    if ((uint64_t)row->report.supervisor != supervisor) {
        jd_refuse(c, JD_CODE_NOT_REPORTER, JD_NO_RULE, "supervisor", "the supervisor who reported");
        return;
    }
    bool asked = row->report.state == JD_S_report_needs_info;
    if (jd_move_report(c, number, &row->report, JD_V_report_supplement, back_to(&row->report),
                       JD_EV_report_supplemented, JD_NO_RULE) &&
        asked)
        row->report.clock = jd_next_word(p, &row->report, c->at);
}
