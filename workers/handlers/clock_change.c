/* The handling limit stands still, runs on, is extended: each with who and why, and the history keeps what
 * it was before. */
#include "workers/handlers/handlers.h"
#include "workers/rules/deadline.h"
#include "workers/rules/visibility.h"

static bool running(jd_ctx *c, const struct jd_row_report *row)
{
    if (row->clock_kind == JD_CLOCK_HANDLING && row->due != JD_NO_DAY) return true;
    jd_refuse(c, JD_CODE_CLOCK_NOT_RUNNING, JD_NO_RULE, "report", "a report whose handling limit runs");
    return false;
}

/* A breach is not undone by standing still. */
static bool may_stop(jd_ctx *c, const jd_clock_rule *k, const struct jd_row_report *row)
{
    if (!running(c, row)) return false;
    if (row->overdue == JD_YES)
        jd_refuse(c, JD_CODE_CLOCK_NOT_RUNNING, k->rule, "report", "a limit that is not breached yet");
    return !jd_refused(c);
}

static jd_str with_pair(jd_ctx *c, jd_str list, uint32_t first, uint32_t second)
{
    jd_buf b = { 0 };
    jd_buf_str(&b, list);
    jd_buf_u32(&b, first);
    jd_buf_u32(&b, second);
    jd_str longer = jd_copy(&c->g->arena, jd_buf_view(&b));
    jd_buf_free(&b);
    return longer;
}

static void remember_span(jd_ctx *c, struct jd_row_report *row)
{
    row->stood_still = with_pair(c, row->stood_still, (uint32_t)row->suspended_on, (uint32_t)c->today);
    row->suspended_on = JD_NO_DAY;
}

void jd_limit_resume(jd_ctx *c, const jd_policy *p, struct jd_row_report *row)
{
    remember_span(c, row);
    jd_limit_move(c, p, row, jd_limit_reckoned(c, p, row));
}

static void remember_extension(jd_ctx *c, struct jd_row_report *row, uint32_t days)
{
    row->lengthened = with_pair(c, row->lengthened, row->stood_still.n / 8, days);
}

void jd_on_clock_suspend(jd_ctx *c, const void *msg)
{
    const struct jd_clock_suspend *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row = jd_report_at_desk(c, m->report, "by", m->by, JD_LEAD | JD_MANAGER, &p, &number);
    if (!row) return;
    const jd_clock_rule *k = &p->clocks[JD_CLOCK_HANDLING];
    int ground = jd_items_find(&k->suspend_grounds, m->ground);
    if (ground < 0) {
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, k->rule, "ground", "a ground for suspension of %.*s", JD_FMT(p->name));
        return;
    }
    if (row->state == JD_S_report_accepted && !may_stop(c, k, row)) return;
    if (!jd_move_report(c, number, row, JD_V_report_suspend, JD_S_report_suspended, JD_EV_report_suspended, k->rule))
        return;
    row->suspended_on = c->today;
    row->clock = JD_NO_TIME;
}

void jd_on_clock_resume(jd_ctx *c, const void *msg)
{
    const struct jd_clock_resume *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row = jd_report_at_desk(c, m->report, "by", m->by, JD_LEAD | JD_MANAGER, &p, &number);
    if (!row) return;
    jd_change *ch = jd_move_report(c, number, row, JD_V_report_resume, JD_S_report_accepted, JD_EV_report_resumed,
                                   p->clocks[JD_CLOCK_HANDLING].rule);
    if (!ch) return;
    jd_limit_resume(c, p, row);
    ch->due = row->due;
}

static bool may_extend(jd_ctx *c, const jd_policy *p, const struct jd_clock_extend *m, const struct jd_row_report *row)
{
    const jd_clock_rule *k = &p->clocks[JD_CLOCK_HANDLING];
    int64_t times = row->extensions == JD_NO_INT ? 0 : row->extensions;
    uint16_t approver = jd_dept_of(c, p, "approver", m->approver), may = k->extend_by;
    if (jd_refused(c) || !running(c, row)) return false;
    if (jd_u16s_have(row->accused, may)) may = jd_who_manages(p, row->accused);
    if (jd_u16s_have(row->accused, approver))
        jd_refuse_desk(c, "approver", m->approver);
    else if (k->extend_days == 0 || m->days > k->extend_days || times >= k->extend_times)
        jd_refuse(c, JD_CODE_EXTENSION_NOT_ALLOWED, k->extend_rule, "days", "at most %d days, %d times", k->extend_days,
                  k->extend_days ? k->extend_times : 0);
    else if (approver != may)
        jd_refuse(c, JD_CODE_NOT_AUTHORITY, k->extend_rule, "approver", "%.*s",
                  JD_FMT(may == JD_NO_DEPT ? JD_STR("a body this report does not accuse") : p->depts[may].item.code));
    return !jd_refused(c);
}

void jd_on_clock_extend(jd_ctx *c, const void *msg)
{
    const struct jd_clock_extend *m = msg;
    uint64_t number;
    jd_case_row *any = jd_load_case(c, "report", m->report, JD_E_report, &number);
    if (!any) return;
    struct jd_row_report *row = &any->report;
    const jd_policy *p = jd_policy_of(c, any);
    if (jd_moves(JD_E_report, (int)row->state, JD_V_report_extend) && !may_extend(c, p, m, row)) return;
    jd_change *ch = jd_move_report(c, number, row, JD_V_report_extend, (int)row->state, JD_EV_report_extended,
                                   p->clocks[JD_CLOCK_HANDLING].extend_rule);
    if (!ch) return;
    row->extensions = row->extensions == JD_NO_INT ? 1 : row->extensions + 1;
    row->extended = (row->extended == JD_NO_INT ? 0 : row->extended) + m->days;
    remember_extension(c, row, (uint32_t)m->days);
    jd_limit_move(c, p, row, jd_limit_reckoned(c, p, row));
    ch->due = row->due;
}
