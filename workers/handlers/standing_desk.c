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
