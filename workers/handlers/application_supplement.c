/* Missing fields come in; the application is screened again under the policy it began under. */
#include "workers/handlers/handlers.h"

static void same_person(jd_ctx *c, const jd_form *was, const jd_form *is)
{
    if (!jd_str_eq(was->id_no, is->id_no))
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "id_no", "the number the application was made with");
}

void jd_on_application_supplement(jd_ctx *c, const void *msg)
{
    const struct jd_application_supplement *m = msg;
    const jd_layout *onto = &jd_message_get(JD_MSG_application_submit)->layout;
    uint64_t number;
    jd_form was, form;
    jd_tri facts[JD_FACTS_MAX];
    jd_case_row *row = jd_load_case(c, "application", m->application, JD_E_application, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!jd_form_of(&c->g->txn, c->g->vault, &c->g->arena, &row->application, &was)) {
        jd_form_lost(c, &row->application);
        return;
    }
    form = was;
    jd_layout_overlay(&jd_message_get(JD_MSG_application_supplement)->layout, m, onto, &form);
    same_person(c, &was, &form);
    if (!jd_form_consistent(c, p, &form)) return;
    jd_read_facts(&c->g->txn, &c->g->arena, p, (uint64_t)row->application.person, c->today, facts);
    int state = jd_screen_case(c, p, &form, (int)row->application.channel, facts);
    if (jd_refused(c) || !jd_form_added(c, &row->application)) return;
    jd_change *ch =
        jd_move(c, JD_E_application, number, row, JD_V_application_supplement, state, JD_EV_application_supplemented);
    if (!ch) return;
    jd_wait(c, p, ch);
    jd_watch_facts(c, p, &row->application, -1, NULL);
}
