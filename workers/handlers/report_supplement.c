/* The supervisor adds to a report. What had been found short of information goes back to where it was; what turns
 * out to be about somebody who has it does not stay there. */
#include "workers/handlers/handlers.h"

static int back_to(const struct jd_row_report *row)
{
    return (int)(row->state == JD_S_report_needs_info ? row->back : row->state);
}

static void supplement(jd_ctx *c, const jd_policy *p, uint64_t number, struct jd_row_report *row, jd_str accused)
{
    int was = (int)row->state, to = jd_state_with(p, row, accused, back_to(row));
    jd_event_id event = jd_event_with(row, accused, to, JD_EV_report_supplemented);
    uint16_t rule = event == JD_EV_report_supplemented ? JD_NO_RULE : p->routes[row->route].rule;
    jd_change *ch = jd_move_report(c, number, row, JD_V_report_supplement, to, event, rule);
    if (!ch) return;
    jd_shut_out(c, p, row, was, accused);
    if (was == JD_S_report_needs_info && row->clock != JD_NO_TIME) row->clock = jd_next_word(p, row, c->at);
    ch->due = row->due;
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
    if ((uint64_t)row->report.supervisor != supervisor) {
        jd_refuse(c, JD_CODE_NOT_REPORTER, JD_NO_RULE, "supervisor", "the supervisor who reported");
        return;
    }
    jd_str accused = jd_accused_with(c, p, row->report.accused, &m->accused);
    if (!jd_refused(c)) supplement(c, p, number, &row->report, accused);
}
