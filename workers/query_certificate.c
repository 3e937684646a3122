/* certificate.verify: what a hospital's front desk may know of a certificate that is shown to it (LC-9.4). */
#include <stdio.h>

#include "proto/pack.h"
#include "workers/show.h"
#include "workers/tries.h"

/* NULL: it is valid. By the day, whether or not the clock of that day has fired yet. */
static const char *why_not(const jd_case_row *row, jd_day today)
{
    switch (row->head.state) {
    case JD_S_certificate_revoked: return "revoked";
    case JD_S_certificate_replaced: return "replaced";
    case JD_S_certificate_lost: return "lost";
    default: break;
    }
    if (row->head.state == JD_S_certificate_expired || today > row->certificate.valid_until) return "expired";
    return today < row->certificate.valid_from ? "not-yet" : NULL;
}

/* Whether the name begins so; only the first character is ever compared. */
static jd_tri name_begins(jd_asked *q, const jd_case_row *row, jd_str initial)
{
    jd_form form;
    jd_case_row *s = jd_read_case(&q->txn, &q->arena, JD_E_supervisor, (uint64_t)row->certificate.supervisor);
    jd_case_row *a = s ? jd_read_case(&q->txn, &q->arena, JD_E_application, (uint64_t)s->supervisor.application) : NULL;
    if (!a || !jd_form_of(&q->txn, q->g->vault, &q->arena, &a->application, &form)) return JD_UNKNOWN;
    bool same = form.name.n >= initial.n && memcmp(form.name.p, initial.p, initial.n) == 0;
    return same ? JD_YES : JD_NO;
}

/* Beyond the bound right ones are not told either: otherwise that would be the answer. */
static bool may_try(jd_asked *q, uint64_t certificate, jd_day today)
{
    jd_tries *t = q->g->tries;
    if (!t || jd_tries_left(t, certificate, today)) return true;
    char *expected = jd_alloc(&q->arena, 120);
    snprintf(expected, 120, "no name any more today, after %lld wrong ones; without a name it is answered",
             (long long)t->most);
    jd_ask_fail(q, JD_CODE_TOO_MANY_TRIES, "name_initial", expected);
    return false;
}

static jd_tri compare(jd_asked *q, const jd_case_row *row, uint64_t certificate, jd_str initial, jd_day today)
{
    jd_tri same = name_begins(q, row, initial);
    if (same == JD_NO && q->g->tries) jd_tries_wrong(q->g->tries, certificate, today);
    return same;
}

static jd_case_row *find(jd_asked *q, jd_str number, uint64_t *certificate)
{
    jd_str bytes;
    jd_key k = jd_key_certificate(number);
    if (!jd_get(&q->txn, JD_DB_PEOPLE, jd_k(&k), &bytes)) return NULL;
    *certificate = jd_unkey_seq(bytes);
    return jd_read_case(&q->txn, &q->arena, JD_E_certificate, *certificate);
}

void jd_ask_certificate_verify(jd_asked *q, const void *msg)
{
    const struct jd_certificate_verify *m = msg;
    char division[8];
    uint64_t certificate = 0;
    jd_case_row *row = find(q, m->number, &certificate);
    const jd_policy *p = jd_engine_policy(q->g, row ? (uint64_t)row->head.policy : q->tally.policy);
    if (!row && !p->certificate) {
        jd_ask_fail(q, JD_CODE_NO_CERTIFICATE, NULL, "nothing: nobody here holds a certificate");
        return;
    }
    jd_day today = jd_day_from_ms(q->now > q->tally.at ? q->now : q->tally.at);
    const char *reason = row ? why_not(row, today) : "unknown";
    bool compared = row && !reason && m->name_initial.p;
    if (compared && !may_try(q, certificate, today)) return;
    snprintf(division, sizeof division, "%06u", q->g->division % 1000000);
    jd_pack_z(q->out, "certificate");
    jd_map map = jd_show_open(q->out);
    jd_show_s(&map, "number", m->number);
    jd_show_bool(&map, "valid", reason == NULL);
    if (reason) jd_show_z(&map, "reason", reason);
    jd_show_z(&map, "division", division);
    jd_show_s(&map, "authority", p->depts[p->authority].item.label);
    jd_show_s(&map, "certificate", p->certificate_item.label);
    if (row) jd_show_day(&map, "valid_until", row->certificate.valid_until);
    jd_tri same = compared ? compare(q, row, certificate, m->name_initial, today) : JD_UNKNOWN;
    if (same != JD_UNKNOWN) jd_show_bool(&map, "name_matches", same == JD_YES);
    if (p->certificate_show_rule != JD_NO_RULE) jd_show_s(&map, "rule", p->rules[p->certificate_show_rule].id);
    jd_pack_close_map(q->out, map.at, map.n);
    q->pairs++;
}
