/* Rounds and certificates. */
#include "proto/pack.h"
#include "workers/show.h"

static void show_announced(jd_map *m, const jd_policy *p, int64_t set)
{
    size_t n = 0, at;
    jd_pack_z(m->b, "announced");
    at = jd_pack_open(m->b);
    for (int i = 0; i < p->announcements_n; i++) {
        if (!(set >> i & 1)) continue;
        jd_pack_str(m->b, p->announcements[i].item.code);
        n++;
    }
    jd_pack_close_list(m->b, at, n);
    m->n++;
}

void jd_show_round(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_round *r = &row->round;
    (void)q;
    jd_show_s(m, "title", r->title);
    jd_show_u(m, "places", r->places);
    jd_show_day(m, "opens_on", r->opens_on);
    jd_show_day(m, "closes_on", r->closes_on);
    show_announced(m, p, r->announced);
    jd_show_day(m, "opened_on", r->opened_on);
    jd_show_day(m, "closed_on", r->closed_on);
    jd_show_day(m, "published_on", r->published_on);
}

void jd_show_certificate(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_certificate *r = &row->certificate;
    (void)p;
    jd_show_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
    jd_show_s(m, "number", r->number);
    jd_show_day(m, "issued_on", r->issued_on);
    jd_show_day(m, "valid_from", r->valid_from);
    jd_show_day(m, "valid_until", r->valid_until);
    jd_show_id(m, q, "replaced_by", JD_E_certificate, r->replaced_by);
}
