/* Staff assign or reassign (LC-10.3, WH-10.1): with a reason, never to whom it accuses, and without
 * restarting the statutory limit. */
#include "workers/handlers/handlers.h"
#include "workers/rules/assignment.h"

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

/* Who assigns: the managing department, or the discipline body where the former is accused. */
static const jd_policy *assigner(jd_ctx *c, const struct jd_report_assign *m, struct jd_row_report **row,
                                 uint64_t *number)
{
    jd_case_row *any = jd_load_case(c, "report", m->report, JD_E_report, number);
    if (!any) return NULL;
    const jd_policy *p = jd_policy_of(c, any);
    *row = &any->report;
    uint16_t by = jd_dept_of(c, p, "by", m->by);
    bool accused = jd_u16s_have(any->report.accused, p->manager);
    uint16_t may = accused ? p->discipline : p->manager;
    if (accused && (may == JD_NO_DEPT || jd_u16s_have(any->report.accused, may))) may = p->authority;
    if (by != JD_NO_DEPT && by != may)
        jd_refuse(c, JD_CODE_NOT_ASSIGNED, JD_NO_RULE, "by", "%.*s", JD_FMT(p->depts[may].item.code));
    return jd_refused(c) ? NULL : p;
}

void jd_on_report_assign(jd_ctx *c, const void *msg)
{
    const struct jd_report_assign *m = msg;
    struct jd_row_report *row;
    uint64_t number;
    const jd_policy *p = assigner(c, m, &row, &number);
    if (!p) return;
    uint16_t lead = jd_dept_of(c, p, "department", m->department);
    check_conflict(c, p, row, "department", lead);
    jd_str assist = assistants(c, p, row, &m->assist);
    if (jd_refused(c)) return;
    if (!jd_move_report(c, number, row, JD_V_report_assign, JD_S_report_assigned, JD_EV_report_assigned,
                        p->routes[row->route].rule))
        return;
    row->dept = lead;
    row->assist = assist;
    row->assigned_on = c->today;
}
