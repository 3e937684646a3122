/* Lists of institutions, claims and recusals. What relation a recusal rests on stands in its sealed content
 * only. */
#include "workers/show.h"

void jd_show_list(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_list *r = &row->list;
    (void)q;
    (void)p;
    jd_show_u(m, "year", r->year);
    jd_show_u(m, "list_version", r->edition);
    jd_show_day(m, "published_on", r->published_on);
    jd_show_u(m, "institutions", r->institutions);
    jd_show_u(m, "added", r->added);
    jd_show_u(m, "dropped", r->dropped);
}

void jd_show_claim(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_row_claim *r = &row->claim;
    (void)p;
    jd_show_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
    jd_show_s(m, "institution", r->institution);
    jd_show_id(m, q, "list", JD_E_list, r->list);
    jd_show_day(m, "since", r->since);
    jd_show_id(m, q, "recusal", JD_E_recusal, r->recusal);
}

void jd_show_recusal(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row)
{
    static const char *const scopes[] = {
#define SCOPE(code, doc) #code,
        JD_SCOPES(SCOPE)
#undef SCOPE
    };
    const struct jd_row_recusal *r = &row->recusal;
    (void)p;
    jd_show_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
    if (r->scope >= 0 && r->scope < JD_SCOPE_COUNT) jd_show_z(m, "scope", scopes[r->scope]);
    jd_show_s(m, "object", r->object);
    jd_show_day(m, "since", r->since);
    jd_show_day(m, "until", r->until);
}
