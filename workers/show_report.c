/* Reports. */
#include "proto/pack.h"
#include "proto/tables.h"
#include "workers/rules/deadline.h"
#include "workers/show.h"

/* A report of another division. */
static void show_place(jd_map *m, const char *key, int64_t division, int64_t number)
{
    char id[JD_CASE_ID_MAX];
    if (division == JD_NO_INT || number == JD_NO_INT) return;
    jd_case_id_format((jd_case_id){ JD_E_report, (uint32_t)division, (uint64_t)number }, id);
    jd_show_z(m, key, id);
}

static void show_site(jd_map *m, int64_t bits)
{
    static const struct {
        const char *key;
        int bit;
    } said[] = { { "on_site", JD_SITE_on_site },
                 { "correction_demanded", JD_SITE_demanded },
                 { "certificate_shown", JD_SITE_certificate } };
    for (size_t i = 0; bits != JD_NO_INT && i < sizeof said / sizeof *said; i++)
        if (bits & said[i].bit << JD_SITE_SAID) jd_show_bool(m, said[i].key, bits & said[i].bit);
}

/* What is open for some days yet: to object, to reopen. */
static void show_windows(jd_map *m, const jd_asked *q, const jd_policy *p, const struct jd_row_report *r)
{
    if (r->state == JD_S_report_assigned && r->assigned_on != JD_NO_DAY && p->clocks[JD_CLOCK_OBJECTION].on)
        jd_show_day(m, "object_until",
                    jd_deadline(p, jd_engine_calendar(q->g, q->tally.calendar), JD_CLOCK_OBJECTION, r->assigned_on));
    if (jd_answer_end(p, r) != JD_NO_TIME) jd_show_day(m, "answer_until", r->asked_on + p->answer_days);
    if (r->state == JD_S_report_closed && r->closed_on != JD_NO_DAY)
        jd_show_day(m, "reopen_until", r->closed_on + p->reopen_days);
}

void jd_show_report(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_report *r = &row->report;
    const jd_target *t = r->target >= 0 && r->target < p->targets_n ? &p->targets[r->target] : NULL;
    const jd_report_kind *k = &p->kinds[r->kind];
    jd_show_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
    jd_show_time(m, "received", r->received);
    jd_show_s(m, "kind", k->item.code);
    if (t) jd_show_s(m, "target", t->item.code);
    if (t && r->category >= 0 && r->category < t->n) jd_show_s(m, "category", t->categories[r->category].item.code);
    jd_show_s(m, "nature", jd_code_at(p->natures.v, p->natures.n, r->nature));
    jd_show_s(m, "subject", jd_code_at(p->subjects.v, p->subjects.n, r->subject));
    jd_show_day(m, "found_on", r->found_on);
    show_site(m, r->on_site);
    show_windows(m, q, p, r);
    jd_show_s(m, "route", p->routes[r->route].id);
    show_place(m, "origin", r->origin_division, r->origin);
    jd_show_u(m, "forwarded_to", r->forwarded_to);
    show_place(m, "forwarded_case", r->forwarded_to, r->forwarded_case);
    jd_show_depts(m, p, "assist", r->assist);
    jd_show_u(m, "county", r->county);
    if (r->clock_kind >= 0 && r->clock_kind < JD_CLOCK_COUNT)
        jd_show_z(m, "clock", jd_clock_name((jd_clock_id)r->clock_kind));
    jd_show_s(m, "result", jd_code_at(k->results.v, k->results.n, r->result));
    if (r->triage != JD_NO_INT) jd_show_z(m, "triage", jd_table_get(JD_TABLE_triage)->rows[r->triage].value);
    jd_show_id(m, q, "duplicate_of", JD_E_report, r->duplicate_of);
    jd_show_day(m, "suspended_on", r->suspended_on);
    jd_show_u(m, "extensions", r->extensions);
    jd_show_id(m, q, "recusal", JD_E_recusal, r->recusal);
    if (r->satisfied != JD_UNKNOWN) jd_show_bool(m, "satisfied", r->satisfied == JD_YES);
    if (r->excluded != JD_UNKNOWN) jd_show_bool(m, "reward_excluded", r->excluded == JD_YES);
}
