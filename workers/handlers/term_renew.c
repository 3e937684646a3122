/* A further term needs the authority's word and the supervisor's, in any order (LC-13.1, WH-8.2). */
#include "workers/handlers/handlers.h"
#include "workers/rules/deadline.h"

static jd_case_row *in_window(jd_ctx *c, jd_str id, uint64_t *number, const jd_policy **p)
{
    char from[JD_DATE_LEN + 1];
    jd_case_row *row = jd_load_case(c, "supervisor", id, JD_E_supervisor, number);
    if (!row) return NULL;
    *p = jd_policy_of(c, row);
    jd_day opens = row->supervisor.term_end - (*p)->renewal_days;
    if (jd_state_final(JD_E_supervisor, (int)row->head.state) || c->today >= opens) return row;
    jd_format_date(opens, from);
    jd_refuse(c, JD_CODE_NOT_YET, (*p)->renewal_rule, "supervisor", "from %s on", from);
    return NULL;
}

/* Decided before the term ends, it takes effect when it ends: the new one starts the day after. */
static void extend(jd_ctx *c, const jd_policy *p, uint64_t number, struct jd_row_supervisor *s)
{
    jd_day was = s->term_end;
    s->term_end = s->due = jd_term_end(p, s->term_end + 1);
    s->renewals = s->renewals == JD_NO_INT ? 1 : s->renewals + 1;
    s->needed = s->consent = JD_UNKNOWN;
    s->breaches = s->serious = JD_NO_INT;
    s->clock = jd_next_rung(p->expiring, p->expiring_n, s->term_end, c->at);
    jd_renew_certificate(c, p, number, was, s->term_end);
}

/* Both words are there, and both are yes: renewed. Else the one that came is kept. */
static void settle(jd_ctx *c, const jd_policy *p, uint64_t number, jd_case_row *row, int verb, jd_event_id word)
{
    struct jd_row_supervisor *s = &row->supervisor;
    bool renewed = s->needed == JD_YES && s->consent == JD_YES;
    jd_change *ch = jd_move(c, JD_E_supervisor, number, row, verb, renewed ? JD_S_supervisor_active : (int)s->state,
                            renewed ? JD_EV_supervisor_renewed : word);
    if (!ch) return;
    jd_reason_add(c, (jd_reason){ .rule = p->renewal_rule, .on = JD_ON_NOTHING });
    if (renewed) jd_reason_add(c, (jd_reason){ .rule = p->term_rule, .on = JD_ON_NOTHING });
    if (renewed) extend(c, p, number, s);
    ch->due = s->term_end;
}

void jd_on_term_need(jd_ctx *c, const void *msg)
{
    const struct jd_term_need *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = in_window(c, m->supervisor, &number, &p);
    if (!row || !jd_by_authority(c, p, m->department)) return;
    row->supervisor.needed = m->needed;
    settle(c, p, number, row, JD_V_supervisor_need, JD_EV_supervisor_need_assessed);
}

void jd_on_term_consent(jd_ctx *c, const void *msg)
{
    const struct jd_term_consent *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = in_window(c, m->supervisor, &number, &p);
    if (!row) return;
    row->supervisor.consent = m->consent;
    settle(c, p, number, row, JD_V_supervisor_consent, JD_EV_supervisor_consented);
}
