/* The certificate: issued upon the decision to appoint, replaced when lost or worn, revoked (LC-5.2, LC-9.4). */
#include "workers/handlers/handlers.h"

static bool offered(jd_ctx *c, const jd_policy *p)
{
    if (!p->certificate)
        jd_refuse(c, JD_CODE_NO_CERTIFICATE, JD_NO_RULE, NULL, "nothing: %.*s has no certificate", JD_FMT(p->title));
    return !jd_refused(c);
}

static bool in_force(jd_ctx *c, const jd_policy *p, const char *field, const jd_case_row *supervisor)
{
    if (jd_state_final(JD_E_supervisor, (int)supervisor->head.state))
        jd_refuse(c, JD_CODE_NOT_ACTIVE, p->certificate_item.rule, field, "an appointment in force, not one that is %s",
                  jd_state_name(JD_E_supervisor, (int)supervisor->head.state));
    return !jd_refused(c);
}

static bool number_free(jd_ctx *c, const jd_policy *p, jd_str number)
{
    jd_str other;
    jd_key k = jd_key_certificate(number);
    if (jd_get(&c->g->txn, JD_DB_PEOPLE, jd_k(&k), &other))
        jd_refuse(c, JD_CODE_NUMBER_TAKEN, p->certificate_item.rule, "number", "a number that no certificate has had");
    return !jd_refused(c);
}

static jd_day received_on(jd_ctx *c, const jd_case_row *supervisor)
{
    jd_case_row *a =
        jd_read_case(&c->g->txn, &c->g->arena, JD_E_application, (uint64_t)supervisor->supervisor.application);
    return a ? jd_day_from_ms(a->application.received) : JD_NO_DAY;
}

static bool good_days(jd_ctx *c, const struct jd_certificate_issue *m, const jd_case_row *supervisor, jd_day *until)
{
    jd_day end = supervisor->supervisor.term_end;
    *until = m->valid_until == JD_NO_DAY ? end : m->valid_until;
    if (m->issued_on > c->today || m->issued_on < received_on(c, supervisor))
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "issued_on", "a day from the application to today");
    if (*until < c->today || *until > end)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "valid_until", "a day from today to the term's last");
    return !jd_refused(c);
}

/* The new certificate and its number; what is owed is done with it. */
static void hand_over(jd_ctx *c, const jd_policy *p, uint64_t to, const jd_case_row *supervisor,
                      const struct jd_row_certificate *as)
{
    uint64_t number;
    uint8_t *be = jd_alloc(&c->g->arena, 8);
    jd_case_row *row = jd_new_case(c, JD_E_certificate, &number);
    jd_day start = supervisor->supervisor.term_start;
    jd_day from = as->issued_on > start ? as->issued_on : start;
    bool begun = from <= c->today;
    row->head.policy = supervisor->head.policy;
    jd_change *ch = jd_move(c, JD_E_certificate, number, row, JD_V_certificate_issue,
                            begun ? JD_S_certificate_valid : JD_S_certificate_issued, JD_EV_certificate_issued);
    if (!ch) return;
    row->certificate.dept = p->authority;
    row->certificate.supervisor = (int64_t)to;
    row->certificate.number = as->number;
    row->certificate.issued_on = as->issued_on;
    row->certificate.valid_from = from;
    row->certificate.valid_until = row->certificate.due = ch->due = as->valid_until;
    row->certificate.clock_kind = JD_CLOCK_CERTIFICATE;
    row->certificate.clock = jd_day_start(begun ? as->valid_until + 1 : from);
    jd_be64(be, number);
    jd_put_bytes(c, JD_DB_PEOPLE, jd_key_certificate(as->number), (jd_str){ (const char *)be, 8 });
    jd_tie(c, JD_TIE_certified, to, number);
    jd_tie(c, JD_TIE_certificates, to, number);
    jd_done_for_appointment(c, JD_ACT_certificate, to, as->issued_on);
}

static bool replaces(jd_ctx *c, uint64_t number, jd_case_row *old)
{
    old->certificate.replaced_by = (int64_t)c->g->tally.numbers[JD_E_certificate] + 1;
    return jd_end_certificate(c, number, old, JD_V_certificate_replace, JD_S_certificate_replaced,
                              JD_EV_certificate_replaced);
}

void jd_on_certificate_issue(jd_ctx *c, const void *msg)
{
    const struct jd_certificate_issue *m = msg;
    uint64_t supervisor, held;
    jd_day until;
    jd_case_row *row = jd_load_case(c, "supervisor", m->supervisor, JD_E_supervisor, &supervisor);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!offered(c, p) || !jd_by_authority(c, p, m->department) || !in_force(c, p, "supervisor", row) ||
        !good_days(c, m, row, &until) || !number_free(c, p, m->number))
        return;
    jd_case_row *old = jd_certificate_of(c, supervisor, &held);
    if (old && old->certificate.valid_until >= row->supervisor.term_end) {
        jd_refuse(c, JD_CODE_ALREADY_CERTIFIED, p->certificate_item.rule, "supervisor",
                  "certificate.replace, where it is lost or worn");
        return;
    }
    jd_cite(c, p->certificate_item.rule);
    struct jd_row_certificate as = { .number = m->number, .issued_on = m->issued_on, .valid_until = until };
    hand_over(c, p, supervisor, row, &as);
    if (old) replaces(c, held, old); /* one that ends before the term does */
}

static jd_case_row *load(jd_ctx *c, jd_str id, uint64_t *number, const jd_policy **p)
{
    jd_case_row *row = jd_load_case(c, "certificate", id, JD_E_certificate, number);
    if (row) *p = jd_policy_of(c, row);
    return row;
}

void jd_on_certificate_lose(jd_ctx *c, const void *msg)
{
    const struct jd_certificate_lose *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = load(c, m->certificate, &number, &p);
    if (!row || !jd_by_bureau(c, p, m->department)) return;
    jd_change *ch =
        jd_move(c, JD_E_certificate, number, row, JD_V_certificate_lose, JD_S_certificate_lost, JD_EV_certificate_lost);
    if (!ch) return;
    jd_cite(c, p->certificate_item.rule);
    row->head.clock = jd_day_start(row->certificate.valid_until + 1);
}

void jd_on_certificate_replace(jd_ctx *c, const void *msg)
{
    const struct jd_certificate_replace *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = load(c, m->certificate, &number, &p);
    if (!row || !jd_by_authority(c, p, m->department)) return;
    uint64_t supervisor = (uint64_t)row->certificate.supervisor;
    jd_case_row *of = jd_read_case(&c->g->txn, &c->g->arena, JD_E_supervisor, supervisor);
    if (!of) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    struct jd_row_certificate as = { .number = m->number,
                                     .issued_on = c->today,
                                     .valid_until = row->certificate.valid_until };
    if (!replaces(c, number, row) || !in_force(c, p, "certificate", of) || !number_free(c, p, m->number)) return;
    jd_cite(c, p->certificate_item.rule);
    hand_over(c, p, supervisor, of, &as);
}

void jd_on_certificate_revoke(jd_ctx *c, const void *msg)
{
    const struct jd_certificate_revoke *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = load(c, m->certificate, &number, &p);
    if (!row || !jd_by_authority(c, p, m->department)) return;
    if (!jd_end_certificate(c, number, row, JD_V_certificate_revoke, JD_S_certificate_revoked,
                            JD_EV_certificate_revoked))
        return;
    jd_cite(c, p->certificate_item.rule);
    jd_cite(c, p->certificate_show_rule);
}
