/* The appointing authority appoints or rejects (LC-2.1, LC-5.2, WH-2.1). A proposal of the machine
 * becomes a decision only here, by people (PIPL art. 24). */
#include "workers/handlers/handlers.h"
#include "workers/rules/deadline.h"

enum { START_AHEAD_MAX = 366 }; /* days a term may begin after the decision */

/* Facts may have run out or come in since the last screening: nobody is appointed on old ones. */
static bool still_eligible(jd_ctx *c, const jd_policy *p, const jd_case_row *row, jd_form *form)
{
    jd_tri facts[JD_FACTS_MAX];
    if (!jd_form_of(&c->g->txn, c->g->vault, &c->g->arena, &row->application, form)) {
        c->out->code = JD_CODE_INTERNAL;
        return false;
    }
    jd_read_facts(&c->g->txn, &c->g->arena, p, (uint64_t)row->application.person, c->today, facts);
    int state = jd_screen_case(c, p, form, (int)row->application.channel, facts);
    if (state != JD_S_application_eligible && !jd_refused(c)) c->out->code = JD_CODE_MAY_NOT_APPOINT;
    return !jd_refused(c);
}

static bool start_of_term(jd_ctx *c, const struct jd_application_decide *m, const jd_case_row *row, jd_day *start)
{
    jd_day received = jd_day_from_ms(row->application.received);
    *start = m->term_start == JD_NO_DAY ? c->today : m->term_start;
    if (*start < received || *start > c->today + START_AHEAD_MAX)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "term_start",
                  "a day from the application's receipt to a year after the decision");
    return !jd_refused(c);
}

static void appoint(jd_ctx *c, const jd_policy *p, uint64_t application, const jd_case_row *from, const jd_form *form,
                    jd_day start)
{
    uint64_t number;
    jd_case_row *row = jd_new_case(c, JD_E_supervisor, &number);
    row->head.policy = from->head.policy;
    jd_change *ch = jd_move(c, JD_E_supervisor, number, row, JD_V_supervisor_appoint, JD_S_supervisor_active,
                            JD_EV_supervisor_appointed);
    if (!ch) return;
    row->supervisor.person = from->application.person;
    row->supervisor.application = (int64_t)application;
    row->supervisor.dept = p->authority;
    jd_keep_profile(p, form, &row->supervisor);
    row->supervisor.term_start = start;
    row->supervisor.term_end = row->supervisor.due = ch->due = jd_term_end(p, start);
    row->supervisor.clock_kind = JD_CLOCK_TERM;
    int employer = form->employer_kind.p ? jd_items_find(&p->employer_kinds, form->employer_kind) : -1;
    if (employer >= 0) row->supervisor.employer = employer;
    jd_keep_exclusion(c, p, &row->supervisor, -1, NULL);
    row->supervisor.clock = jd_next_rung(p->expiring, p->expiring_n, row->supervisor.due, c->at);
    if (row->supervisor.clock == JD_NO_TIME) row->supervisor.clock = jd_day_start(row->supervisor.due + 1);
    jd_close_application(c, (uint64_t)from->application.person, number);
    jd_tie(c, JD_TIE_held, (uint64_t)from->application.person, number);
    jd_owe_for_appointment(c, p, number, c->today);
}

static void decide_appoint(jd_ctx *c, const struct jd_application_decide *m, const jd_policy *p, uint64_t number,
                           jd_case_row *row)
{
    jd_day start;
    jd_form form;
    jd_change *ch = jd_move(c, JD_E_application, number, row, JD_V_application_decide, JD_S_application_appointed,
                            JD_EV_application_appointed);
    if (!ch) return;
    jd_wait(c, p, ch);
    if (!start_of_term(c, m, row, &start) || !still_eligible(c, p, row, &form)) return;
    jd_watch_facts(c, p, &row->application, -1, NULL);
    row->application.supervisor = (int64_t)c->g->tally.numbers[JD_E_supervisor] + 1;
    jd_reason_add(c, (jd_reason){ .rule = p->appoint_rule, .on = JD_ON_NOTHING });
    jd_reason_add(c, (jd_reason){ .rule = p->term_rule, .on = JD_ON_NOTHING });
    appoint(c, p, number, row, &form, start);
    jd_detect_employer(c, p, (uint64_t)row->application.supervisor, &form);
}

void jd_on_application_decide(jd_ctx *c, const void *msg)
{
    const struct jd_application_decide *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "application", m->application, JD_E_application, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!jd_by_authority(c, p, m->department)) return;
    if (jd_str_is(m->decision, "appoint")) {
        decide_appoint(c, m, p, number, row);
        return;
    }
    jd_change *ch = jd_move(c, JD_E_application, number, row, JD_V_application_decide, JD_S_application_rejected,
                            JD_EV_application_rejected);
    if (!ch) return;
    jd_wait(c, p, ch);
    jd_reason_add(c, (jd_reason){ .rule = p->appoint_rule, .on = JD_ON_NOTHING });
    jd_watch_facts(c, p, &row->application, -1, NULL);
    jd_close_application(c, (uint64_t)row->application.person, 0);
}
