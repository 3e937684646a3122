/* Who may act on a person's standing. */
#include "workers/handlers/handlers.h"

bool jd_by_authority(jd_ctx *c, const jd_policy *p, jd_str department)
{
    uint16_t dept = jd_dept_of(c, p, "department", department);
    if (dept != JD_NO_DEPT && dept != p->authority)
        jd_refuse(c, JD_CODE_NOT_AUTHORITY, p->appoint_rule, "department", "%.*s",
                  JD_FMT(p->depts[p->authority].item.code));
    return !jd_refused(c);
}

bool jd_by_bureau(jd_ctx *c, const jd_policy *p, jd_str department)
{
    uint16_t dept = jd_dept_of(c, p, "department", department);
    if (dept != JD_NO_DEPT && dept != p->authority && dept != p->manager)
        jd_refuse(c, JD_CODE_NOT_AUTHORITY, p->appoint_rule, "department", "%.*s or %.*s",
                  JD_FMT(p->depts[p->authority].item.code), JD_FMT(p->depts[p->manager].item.code));
    return !jd_refused(c);
}

bool jd_not_future(jd_ctx *c, const char *field, jd_day day)
{
    if (day != JD_NO_DAY && day > c->today)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, field, "a day not in the future");
    return !jd_refused(c);
}

/* LC-6, LC-12.1, LC-13.2; WH-8: an appointment in force, on this day and in this division. */
struct jd_row_supervisor *jd_supervisor_in_force(jd_ctx *c, jd_str id, uint64_t *number)
{
    jd_case_row *row = jd_load_case(c, "supervisor", id, JD_E_supervisor, number);
    if (!row) return NULL;
    struct jd_row_supervisor *s = &row->supervisor;
    bool open = !jd_state_final(JD_E_supervisor, (int)s->state);
    if (open && c->today >= s->term_start && c->today <= s->term_end) return s;
    char start[JD_DATE_LEN + 1], end[JD_DATE_LEN + 1];
    jd_format_date(s->term_start, start);
    jd_format_date(s->term_end, end);
    jd_refuse(c, JD_CODE_NOT_ACTIVE, open ? c->policy->term_rule : c->policy->lapse_rule, "supervisor",
              "the term is %s to %s", start, end);
    return NULL;
}
