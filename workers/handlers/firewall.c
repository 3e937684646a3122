/* Nobody handles what is said about them (LC-7.A3, WH-6.2, rules.md A10). Who is accused may come out late: then a
 * report is taken away at once from whoever has it, and what the event says of that is what any reassignment
 * says. */
#include "workers/handlers/handlers.h"

jd_str jd_accused_with(jd_ctx *c, const jd_policy *p, jd_str accused, const jd_strs *more)
{
    if (!more->n) return accused;
    uint8_t *list = jd_alloc(&c->g->arena, accused.n + 2 * (size_t)more->n + 1);
    jd_str all = { (const char *)list, accused.n };
    if (accused.n) memcpy(list, accused.p, accused.n);
    for (uint32_t i = 0; i < more->n; i++) {
        uint16_t dept = jd_dept_of(c, p, "accused", more->v[i]);
        if (jd_u16s_have(all, dept)) continue;
        jd_be16(list + all.n, dept);
        all.n += 2;
    }
    return all;
}

static uint16_t stand_in(const jd_policy *p, jd_str accused)
{
    bool free = p->discipline != JD_NO_DEPT && !jd_u16s_have(accused, p->discipline);
    return free ? p->discipline : JD_NO_DEPT;
}

static bool lead_accused(const struct jd_row_report *row, jd_str accused)
{
    return row->dept != JD_NO_DEPT && jd_u16s_have(accused, (uint16_t)row->dept);
}

/* What has a result already keeps it, and only changes hands. */
static bool handled(int state)
{
    return state == JD_S_report_resulted || state == JD_S_report_fed_back || state == JD_S_report_acknowledged;
}

int jd_state_with(const jd_policy *p, const struct jd_row_report *row, jd_str accused, int stay)
{
    if (!lead_accused(row, accused) || handled(stay)) return stay;
    if (stand_in(p, accused) == JD_NO_DEPT) return JD_S_report_held;
    /* its handling opinion still comes first (LC-10.2) */
    return stay == JD_S_report_registered ? stay : JD_S_report_assigned;
}

jd_event_id jd_event_with(const struct jd_row_report *row, jd_str accused, int to, jd_event_id otherwise)
{
    if (!lead_accused(row, accused) || handled(to) || to == JD_S_report_registered) return otherwise;
    return to == JD_S_report_held ? JD_EV_report_held : JD_EV_report_assigned;
}

static jd_str without(jd_ctx *c, jd_str list, jd_str accused)
{
    uint8_t *left = jd_alloc(&c->g->arena, list.n + 1);
    jd_str out = { (const char *)left, 0 };
    for (uint32_t i = 0; i + 1 < list.n; i += 2) {
        uint16_t dept = jd_get_be16((const uint8_t *)list.p + i);
        if (jd_u16s_have(accused, dept)) continue;
        jd_be16(left + out.n, dept);
        out.n += 2;
    }
    return out;
}

void jd_firewall_reason(jd_ctx *c, const jd_policy *p)
{
    jd_reason_add(c, (jd_reason){ .rule = p->firewall_rule, .on = JD_ON_ACCUSED });
}

void jd_shut_out(jd_ctx *c, const jd_policy *p, struct jd_row_report *row, int was, jd_str accused)
{
    bool taken = lead_accused(row, accused);
    if (accused.n == row->accused.n) return;
    row->accused = accused;
    row->assist = taken ? (jd_str){ NULL, 0 } : without(c, row->assist, accused);
    jd_firewall_reason(c, p);
    if (!taken) return;
    row->dept = stand_in(p, accused);
    row->assigned_on = row->state == JD_S_report_assigned ? c->today : row->assigned_on;
    if (was == JD_S_report_suspended) jd_limit_resume(c, p, row);
}
