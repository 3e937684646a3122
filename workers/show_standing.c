/* Applications, supervisors and what ends an appointment. */
#include "proto/pack.h"
#include "workers/show.h"

void jd_show_application(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_application *r = &row->application;
    jd_show_time(m, "received", r->received);
    if (r->channel >= 0 && r->channel < p->channels_n) jd_show_s(m, "channel", p->channels[r->channel].item.code);
    jd_show_s(m, "recommender", jd_code_at(p->recommenders.v, p->recommenders.n, r->recommender));
    jd_show_s(m, "nominee_kind", jd_code_at(p->nominees.v, p->nominees.n, r->nominee));
    jd_show_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
    jd_show_id(m, q, "round", JD_E_round, r->round);
    if (r->clock_kind >= 0 && r->clock_kind < JD_CLOCK_COUNT)
        jd_show_z(m, "clock", jd_clock_name((jd_clock_id)r->clock_kind));
}

void jd_show_supervisor(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_supervisor *r = &row->supervisor;
    (void)p;
    jd_show_id(m, q, "application", JD_E_application, r->application);
    jd_show_day(m, "term_start", r->term_start);
    jd_show_day(m, "term_end", r->term_end);
    jd_show_day(m, "ended_on", r->ended_on);
    jd_show_u(m, "renewals", r->renewals);
    if (r->needed != JD_UNKNOWN) jd_show_bool(m, "needed", r->needed == JD_YES);
    if (r->consent != JD_UNKNOWN) jd_show_bool(m, "consent", r->consent == JD_YES);
    jd_show_id(m, q, "dismissal", JD_E_dismissal, r->dismissal);
    jd_show_day(m, "announced_on", r->announced_on);
}

void jd_show_dismissal(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_dismissal *r = &row->dismissal;
    jd_show_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
    jd_pack_z(m->b, "grounds");
    jd_pack_list(m->b, r->grounds.n / 2);
    for (uint32_t i = 0; i + 1 < r->grounds.n; i += 2)
        jd_pack_str(m->b, p->grounds[jd_get_be16((const uint8_t *)r->grounds.p + i)].item.code);
    m->n++;
    if (r->proven != JD_UNKNOWN) jd_show_bool(m, "proven", r->proven == JD_YES);
}
