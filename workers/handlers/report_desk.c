/* A report on somebody's desk: which department acts, and whether it is that department's. */
#include "workers/handlers/handlers.h"
#include "workers/rules/visibility.h"

/* Whoever is accused learns no more from it than anybody whose report it is not. */
void jd_refuse_desk(jd_ctx *c, const char *field, jd_str department)
{
    jd_refuse(c, JD_CODE_NOT_ASSIGNED, JD_NO_RULE, field, "this report is not %.*s's to act on", JD_FMT(department));
}

struct jd_row_report *jd_report_at_desk(jd_ctx *c, jd_str report, const char *field, jd_str department, int who,
                                        const jd_policy **p, uint64_t *number)
{
    jd_case_row *row = jd_load_case(c, "report", report, JD_E_report, number);
    if (!row) return NULL;
    *p = jd_policy_of(c, row);
    uint16_t dept = jd_dept_of(c, *p, field, department);
    if (dept == JD_NO_DEPT) return NULL;
    bool lead = (who & JD_LEAD) && row->head.dept == dept;
    bool manager = (who & JD_MANAGER) && jd_who_manages(*p, row->report.accused) == dept;
    manager |= (who & JD_DISCIPLINE) && (*p)->discipline == dept;
    /* an accused department sees and does nothing, whatever else it is */
    if ((lead || manager) && !jd_u16s_have(row->report.accused, dept)) return &row->report;
    jd_refuse_desk(c, field, department);
    return NULL;
}

jd_change *jd_move_report(jd_ctx *c, uint64_t number, struct jd_row_report *row, int verb, int to, jd_event_id event,
                          uint16_t rule)
{
    jd_change *ch = jd_move(c, JD_E_report, number, (jd_case_row *)(void *)row, verb, to, event);
    if (ch && rule != JD_NO_RULE) jd_reason_add(c, (jd_reason){ .rule = rule, .on = JD_ON_NOTHING });
    if (ch) ch->due = row->due;
    return ch;
}

static void check_conflict(jd_ctx *c, const jd_policy *p, const struct jd_row_report *row, const char *field,
                           uint16_t dept)
{
    if (dept != JD_NO_DEPT && jd_u16s_have(row->accused, dept))
        jd_refuse(c, JD_CODE_ROUTE_TO_ACCUSED, p->firewall_rule, field, "the report is about %.*s",
                  JD_FMT(p->depts[dept].item.code));
}

static jd_str assistants(jd_ctx *c, const jd_policy *p, const struct jd_row_report *row, const jd_strs *list)
{
    uint8_t *out = jd_alloc(&c->g->arena, 2 * (size_t)list->n + 1);
    for (uint32_t i = 0; i < list->n; i++) {
        uint16_t dept = jd_dept_of(c, p, "assist", list->v[i]);
        check_conflict(c, p, row, "assist", dept);
        jd_be16(out + 2 * i, dept);
    }
    return (jd_str){ (const char *)out, 2 * list->n };
}

static const jd_policy *assigner(jd_ctx *c, jd_str report, jd_str department, struct jd_row_report **row,
                                 uint64_t *number)
{
    jd_case_row *any = jd_load_case(c, "report", report, JD_E_report, number);
    if (!any) return NULL;
    const jd_policy *p = jd_policy_of(c, any);
    *row = &any->report;
    uint16_t by = jd_dept_of(c, p, "by", department), may = jd_who_manages(p, any->report.accused);
    if (by != JD_NO_DEPT && jd_u16s_have(any->report.accused, by))
        jd_refuse_desk(c, "by", department);
    else if (by != JD_NO_DEPT && by != may)
        jd_refuse(c, JD_CODE_NOT_ASSIGNED, p->firewall_rule, "by", "%.*s",
                  JD_FMT(may == JD_NO_DEPT ? JD_STR("a body this report does not accuse") : p->depts[may].item.code));
    return jd_refused(c) ? NULL : p;
}

bool jd_choose_desk(jd_ctx *c, jd_str report, jd_str by, jd_str department, const jd_strs *assist, jd_choice *out)
{
    out->policy = assigner(c, report, by, &out->row, &out->number);
    if (!out->policy) return false;
    out->lead = jd_dept_of(c, out->policy, "department", department);
    check_conflict(c, out->policy, out->row, "department", out->lead);
    out->assist = assistants(c, out->policy, out->row, assist);
    return !jd_refused(c);
}
