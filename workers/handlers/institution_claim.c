/* A supervisor claims listed institutions, as many as wanted (LC-11.3), and gives them back. */
#include "workers/handlers/handlers.h"

static void named(jd_ctx *c, jd_code code, uint16_t rule, jd_entity e, uint64_t number)
{
    char id[JD_CASE_ID_MAX];
    jd_case_id_format((jd_case_id){ e, c->g->division, number }, id);
    jd_refuse(c, code, rule, "institution", "one without %s", id);
}

static void check_claim(jd_ctx *c, uint64_t supervisor, jd_str code)
{
    const jd_policy *p = c->policy;
    jd_txn *t = &c->g->txn;
    uint64_t claim = jd_claim_of(t, supervisor, code);
    uint64_t recusal = jd_recusal_about(t, supervisor, JD_SCOPE_institution, code);
    if (!jd_listed(t, &c->g->arena, code, c->g->tally.numbers[JD_E_list]))
        jd_refuse(c, JD_CODE_NOT_LISTED, p->claims.rule, "institution", "one of the current list: institution.find");
    if (claim) named(c, JD_CODE_ALREADY_CLAIMED, p->claims.rule, JD_E_claim, claim);
    if (recusal) named(c, JD_CODE_RECUSED, p->recusal.rule, JD_E_recusal, recusal);
    if (p->claims.max && jd_claims_of(t, supervisor) >= p->claims.max)
        jd_refuse(c, JD_CODE_TOO_MANY_CLAIMS, p->claims.rule, "supervisor", "at most %d", p->claims.max);
}

void jd_on_institution_claim(jd_ctx *c, const void *msg)
{
    const struct jd_institution_claim *m = msg;
    const jd_policy *p = c->policy;
    uint64_t supervisor, number;
    if (!p->claims.on) {
        jd_refuse(c, JD_CODE_NOT_PROVIDED, p->claims.rule, NULL, "nothing: %.*s has no claims", JD_FMT(p->name));
        return;
    }
    if (!jd_acting_supervisor(c, m->supervisor, &supervisor)) return;
    check_claim(c, supervisor, m->institution);
    if (jd_refused(c)) return;
    jd_case_row *row = jd_new_case(c, JD_E_claim, &number);
    if (!jd_move(c, JD_E_claim, number, row, JD_V_claim_claim, JD_S_claim_active, JD_EV_claim_claimed)) return;
    row->claim.dept = p->manager;
    row->claim.supervisor = (int64_t)supervisor;
    row->claim.institution = m->institution;
    row->claim.list = (int64_t)c->g->tally.numbers[JD_E_list];
    row->claim.since = c->today;
    jd_tie(c, JD_TIE_claims, supervisor, number);
    uint8_t *be = jd_alloc(&c->g->arena, 8);
    jd_be64(be, number);
    jd_put_bytes(c, JD_DB_INTERESTS, jd_key_claim(supervisor, m->institution), (jd_str){ (const char *)be, 8 });
    jd_reason_add(c, (jd_reason){ .rule = p->claims.rule, .on = JD_ON_NOTHING });
}

void jd_on_institution_release(jd_ctx *c, const void *msg)
{
    const struct jd_institution_release *m = msg;
    uint64_t number, supervisor;
    jd_case_row *row = jd_load_case(c, "claim", m->claim, JD_E_claim, &number);
    if (!row || !jd_load_case(c, "supervisor", m->supervisor, JD_E_supervisor, &supervisor)) return;
    const jd_policy *p = jd_policy_of(c, row);
    if ((uint64_t)row->claim.supervisor != supervisor) {
        jd_refuse(c, JD_CODE_NOT_CLAIMANT, JD_NO_RULE, "supervisor", "the supervisor who claimed");
        return;
    }
    if (jd_close_claim(c, number, row, JD_V_claim_release, JD_S_claim_released, JD_EV_claim_released))
        jd_reason_add(c, (jd_reason){ .rule = p->claims.rule, .on = JD_ON_NOTHING });
}
