/* Taking part is voluntary (LC-2.2, WH-2.1): an applicant may withdraw before the decision. */
#include "workers/handlers/handlers.h"

void jd_on_application_withdraw(jd_ctx *c, const void *msg)
{
    const struct jd_application_withdraw *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "application", m->application, JD_E_application, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    jd_change *ch = jd_move(c, JD_E_application, number, row, JD_V_application_withdraw, JD_S_application_withdrawn,
                            JD_EV_application_withdrawn);
    if (!ch) return;
    jd_wait(c, p, ch);
    jd_watch_facts(c, p, &row->application, -1, NULL);
    jd_close_application(c, (uint64_t)row->application.person, 0);
}
