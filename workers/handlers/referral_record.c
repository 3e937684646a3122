/* A breach of national law was referred to the body in charge (WH-12.1, LC-9.2): a record in the supervisor's
 * history. It ends nothing; a dismissal is a case of its own. */
#include "workers/handlers/handlers.h"

void jd_on_referral_record(jd_ctx *c, const void *msg)
{
    const struct jd_referral_record *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "supervisor", m->supervisor, JD_E_supervisor, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (p->referral_rule == JD_NO_RULE)
        jd_refuse(c, JD_CODE_NOT_IN_REGULATION, JD_NO_RULE, NULL, "%.*s has no referrals", JD_FMT(p->name));
    if (!jd_by_bureau(c, p, m->department)) return;
    if (m->referred_on > c->today)
        jd_refuse(c, JD_CODE_NOT_YET, p->referral_rule, "referred_on", "a day that is not to come");
    if (jd_refused(c)) return;
    jd_note(c, JD_E_supervisor, number, row, JD_EV_supervisor_referred);
    jd_cite(c, p->referral_rule);
}
