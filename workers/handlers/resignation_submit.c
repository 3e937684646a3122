/* A supervisor asks to stop. In Weihai that ends the appointment (WH-9.4); in Lincang it is one of the
 * grounds on which the authority may end it (LC-14.7), so a case is opened. */
#include "workers/handlers/handlers.h"

static void end_now(jd_ctx *c, const jd_policy *p, uint64_t number, jd_case_row *row, uint16_t rule)
{
    if (!jd_move(c, JD_E_supervisor, number, row, JD_V_supervisor_resign, JD_S_supervisor_resigned,
                 JD_EV_supervisor_resigned))
        return;
    jd_reason_add(c, (jd_reason){ .rule = rule == JD_NO_RULE ? p->dismissal_rule : rule, .on = JD_ON_NOTHING });
    jd_end_appointment(c, number, row);
}

void jd_on_resignation_submit(jd_ctx *c, const void *msg)
{
    const struct jd_resignation_submit *m = msg;
    uint64_t number;
    uint16_t ground = 0;
    jd_case_row *row = jd_load_case(c, "supervisor", m->supervisor, JD_E_supervisor, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    while (ground < p->grounds_n && !p->grounds[ground].request) ground++;
    bool listed = ground < p->grounds_n;
    if (p->resignation_ends || !listed) {
        end_now(c, p, number, row, listed ? p->grounds[ground].item.rule : JD_NO_RULE);
        return;
    }
    if (!jd_move(c, JD_E_supervisor, number, row, JD_V_supervisor_resign, (int)row->head.state,
                 JD_EV_supervisor_resigned))
        return;
    jd_reason_add(c, (jd_reason){ .rule = p->grounds[ground].item.rule, .on = JD_ON_NOTHING });
    jd_open_dismissal(c, number, row, &ground, 1);
}
