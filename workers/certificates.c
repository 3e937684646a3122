/* Certificates follow the appointment they show: extended with it, ended with it (LC-5.2, LC-9.4). */
#include "workers/handler.h"
#include "workers/rules/deadline.h"

jd_case_row *jd_certificate_of(jd_ctx *c, uint64_t supervisor, uint64_t *number)
{
    *number = jd_tie_behind(&c->g->txn, JD_TIE_certified, supervisor, 0);
    return *number ? jd_read_case(&c->g->txn, &c->g->arena, JD_E_certificate, *number) : NULL;
}

bool jd_end_certificate(jd_ctx *c, uint64_t number, jd_case_row *row, int verb, int to, jd_event_id event)
{
    jd_change *ch = jd_move(c, JD_E_certificate, number, row, verb, to, event);
    if (!ch) return false;
    ch->due = row->certificate.valid_until;
    row->head.clock = JD_NO_TIME;
    row->head.due = JD_NO_DAY;
    jd_untie(c, JD_TIE_certified, (uint64_t)row->certificate.supervisor, number);
    return true;
}

void jd_no_certificate_more(jd_ctx *c, uint64_t supervisor, bool lapsed)
{
    uint64_t number;
    jd_case_row *row = jd_certificate_of(c, supervisor, &number);
    if (!row) return;
    if (lapsed)
        jd_end_certificate(c, number, row, JD_V_certificate_expire, JD_S_certificate_expired,
                           JD_EV_certificate_expired);
    else
        jd_end_certificate(c, number, row, JD_V_certificate_revoke, JD_S_certificate_revoked,
                           JD_EV_certificate_revoked);
}

/* One that runs as long as the term did goes on with it; a shorter one was meant to be short. */
void jd_renew_certificate(jd_ctx *c, const jd_policy *p, uint64_t supervisor, jd_day from, jd_day to)
{
    uint64_t number;
    if (!p->certificate) return;
    if (!p->certificate_extends) {
        jd_owe_again(c, p, JD_ACT_certificate, supervisor, c->today);
        return;
    }
    jd_case_row *row = jd_certificate_of(c, supervisor, &number);
    if (!row || row->certificate.valid_until != from) return;
    jd_change *ch = jd_move(c, JD_E_certificate, number, row, JD_V_certificate_extend, (int)row->head.state,
                            JD_EV_certificate_extended);
    if (!ch) return;
    ch->due = row->head.due = row->certificate.valid_until = to;
    if (row->head.state != JD_S_certificate_issued) row->head.clock = jd_day_start(to + 1);
}

void jd_fire_certificate(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    jd_cite(c, p->certificate_item.rule);
    if (jd_is_breach(row->certificate.valid_until, d->at)) {
        jd_end_certificate(c, d->number, row, JD_V_certificate_expire, JD_S_certificate_expired,
                           JD_EV_certificate_expired);
        return;
    }
    jd_change *ch =
        jd_move(c, d->entity, d->number, row, JD_V_certificate_begin, JD_S_certificate_valid, JD_EV_certificate_begun);
    if (!ch) return;
    ch->due = row->certificate.valid_until;
    row->head.clock = jd_day_start(row->certificate.valid_until + 1);
}
