/* What became of an activity, and what a supervisor did alone (LC-6.2, LC-6.3, LC-9.1, LC-9.3, WH-6.1, WH-6.6). */
#include "workers/handlers/handlers.h"

static void cite(jd_ctx *c, const jd_kind *k)
{
    jd_cite(c, k->item.rule);
    jd_cite(c, k->also);
}

/* Who organised it, and the bureau, which manages all of it. */
static bool by_organiser(jd_ctx *c, const jd_policy *p, const struct jd_row_activity *a, jd_str department)
{
    uint16_t dept = jd_dept_of(c, p, "department", department);
    bool may = dept == p->authority || dept == p->manager || (a->supervisor == 0 && dept == a->dept);
    if (dept != JD_NO_DEPT && !may)
        jd_refuse(c, JD_CODE_NOT_ASSIGNED, JD_NO_RULE, "department", "%.*s", JD_FMT(p->depts[a->dept].item.code));
    return !jd_refused(c);
}

static void tie_attended(jd_ctx *c, uint64_t activity, const jd_named *who)
{
    for (uint64_t i = 0; i < who->n; i++) {
        jd_tie(c, JD_TIE_took_part, activity, who->v[i]);
        jd_tie(c, JD_TIE_activity_of, who->v[i], activity);
    }
}

void jd_on_activity_record(jd_ctx *c, const void *msg)
{
    const struct jd_activity_record *m = msg;
    char day[JD_DATE_LEN + 1];
    jd_named who;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "activity", m->activity, JD_E_activity, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!by_organiser(c, p, &row->activity, m->department)) return;
    if (!jd_move(c, JD_E_activity, number, row, JD_V_activity_record, JD_S_activity_held, JD_EV_activity_held)) return;
    jd_format_date(row->activity.on, day);
    if (row->activity.on > c->today) jd_refuse(c, JD_CODE_NOT_YET, JD_NO_RULE, "activity", "from %s on", day);
    if (!jd_name_supervisors(c, "attended", &m->attended, row->activity.on, false, &who)) return;
    row->activity.attended = (int64_t)who.n;
    row->activity.hours = m->hours;
    tie_attended(c, number, &who);
    cite(c, &p->activities.v[row->activity.kind]);
}

void jd_on_activity_cancel(jd_ctx *c, const void *msg)
{
    const struct jd_activity_cancel *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "activity", m->activity, JD_E_activity, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!by_organiser(c, p, &row->activity, m->department)) return;
    if (jd_move(c, JD_E_activity, number, row, JD_V_activity_cancel, JD_S_activity_cancelled, JD_EV_activity_cancelled))
        cite(c, &p->activities.v[row->activity.kind]);
}

/* ------------------------------------------------------------ done alone */

static int own_kind(jd_ctx *c, const jd_policy *p, jd_str code)
{
    int kind = jd_kinds_find(&p->activities, code);
    if (p->activities.n == 0)
        jd_refuse(c, JD_CODE_NOT_IN_REGULATION, JD_NO_RULE, "kind", "%.*s has no activities", JD_FMT(p->name));
    else if (kind < 0 || !p->activities.v[kind].own)
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "kind", "an activity of %.*s that is a supervisor's own",
                  JD_FMT(p->name));
    return kind;
}

static void check_day(jd_ctx *c, const jd_case_row *supervisor, jd_day on)
{
    if (on > c->today)
        jd_refuse(c, JD_CODE_NOT_YET, JD_NO_RULE, "on", "a day that is not to come");
    else if (!jd_in_term(supervisor, on))
        jd_refuse(c, JD_CODE_NOT_IN_TERM, c->policy->term_rule, "on", "a day within the term");
}

void jd_on_activity_report(jd_ctx *c, const void *msg)
{
    const struct jd_activity_report *m = msg;
    const jd_policy *p = c->policy;
    uint64_t number, supervisor;
    int kind = own_kind(c, p, m->kind);
    jd_case_row *who = jd_acting_supervisor(c, m->supervisor, &supervisor), *row;
    if (who) check_day(c, who, m->on);
    if (jd_refused(c)) return;
    row = jd_new_case(c, JD_E_activity, &number);
    if (!jd_move(c, JD_E_activity, number, row, JD_V_activity_report, JD_S_activity_reported, JD_EV_activity_reported))
        return;
    row->activity.dept = p->manager;
    row->activity.kind = kind;
    row->activity.on = m->on;
    row->activity.hours = m->hours;
    row->activity.attended = 1;
    row->activity.supervisor = (int64_t)supervisor;
    jd_tie(c, JD_TIE_activity_of, supervisor, number);
    jd_tie(c, JD_TIE_deeds, supervisor, number);
    cite(c, &p->activities.v[kind]);
}
