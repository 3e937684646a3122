/* A report on somebody's desk: which department acts, and whether it is that department's. */
#include "workers/handlers/handlers.h"

struct jd_row_report *jd_report_at_desk(jd_ctx *c, jd_str report, const char *field, jd_str department,
                                        int who, const jd_policy **p, uint64_t *number)
{
    jd_case_row *row = jd_load_case(c, "report", report, JD_E_report, number);
    if (!row) return NULL;
    *p = jd_policy_of(c, row);
    uint16_t dept = jd_dept_of(c, *p, field, department);
    if (dept == JD_NO_DEPT) return NULL;
    bool lead = (who & JD_LEAD) && row->head.dept == dept;
    bool manager = (who & JD_MANAGER) && (*p)->manager == dept;
    /* an accused department sees and does nothing, whatever else it is */
    if ((lead || manager) && !jd_u16s_have(row->report.accused, dept)) return &row->report;
    jd_refuse(c, JD_CODE_NOT_ASSIGNED, JD_NO_RULE, field, "this report is not %.*s's to act on",
              JD_FMT(department));
    return NULL;
}

jd_change *jd_move_report(jd_ctx *c, uint64_t number, struct jd_row_report *row, int verb, int to,
                          jd_event_id event, uint16_t rule)
{
    jd_change *ch = jd_move(c, JD_E_report, number, (jd_case_row *)(void *)row, verb, to, event);
    if (ch && rule != JD_NO_RULE) jd_reason_add(c, (jd_reason){ .rule = rule, .on = JD_ON_NOTHING });
    if (ch) ch->due = row->due;
    return ch;
}
