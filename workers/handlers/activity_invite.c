/* A department picks supervisors for an activity (LC-6.2, LC-10.5, WH-6.6, WH-10.3), and they answer. */
#include "workers/handlers/handlers.h"

static void check_days(jd_ctx *c, const struct jd_activity_invite *m)
{
    if (m->on < c->today) jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "on", "today or a day to come");
    if (m->answer_by != JD_NO_DAY && (m->answer_by < c->today || m->answer_by > m->on))
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "answer_by", "a day from today to that of the activity");
}

/* Who keeps away from the institution, or from this activity, is not sent there (LC-9.6, WH-7.6). */
static void check_interest(jd_ctx *c, uint64_t supervisor, uint64_t activity, jd_str institution, const char *field)
{
    char id[JD_CASE_ID_MAX], who[JD_CASE_ID_MAX];
    jd_case_id_format((jd_case_id){ JD_E_activity, c->g->division, activity }, id);
    jd_case_id_format((jd_case_id){ JD_E_supervisor, c->g->division, supervisor }, who);
    if (jd_recused(&c->g->txn, &c->g->arena, supervisor, JD_SCOPE_activity, jd_str_of(id), c->today) ||
        (institution.n &&
         jd_recused(&c->g->txn, &c->g->arena, supervisor, JD_SCOPE_institution, institution, c->today)))
        jd_refuse(c, JD_CODE_RECUSED, jd_engine_policy(c->g, c->out->policy)->recusal.rule, field,
                  "somebody else than %s, who keeps away", who);
}

static void tie_invited(jd_ctx *c, uint64_t activity, const jd_named *who)
{
    for (uint64_t i = 0; i < who->n; i++) {
        jd_tie(c, JD_TIE_invited, activity, who->v[i]);
        jd_tie(c, JD_TIE_activity_of, who->v[i], activity);
    }
}

void jd_on_activity_invite(jd_ctx *c, const void *msg)
{
    const struct jd_activity_invite *m = msg;
    const jd_policy *p = c->policy;
    jd_named who;
    uint64_t number;
    uint16_t dept;
    int kind = jd_kind_of(c, p, &p->activities, m->kind, m->department, &dept);
    if (kind < 0) return;
    check_days(c, m);
    if (jd_refused(c)) return; /* a wrong day would put everybody out of term */
    if (!jd_name_supervisors(c, "supervisors", &m->supervisors, m->on, true, &who)) return;
    jd_case_row *row = jd_new_case(c, JD_E_activity, &number);
    for (uint64_t i = 0; i < who.n; i++) check_interest(c, who.v[i], number, m->institution, "supervisors");
    if (jd_refused(c)) return;
    jd_change *ch =
        jd_move(c, JD_E_activity, number, row, JD_V_activity_invite, JD_S_activity_invited, JD_EV_activity_invited);
    if (!ch) return;
    row->activity.dept = dept;
    row->activity.kind = kind;
    row->activity.on = m->on;
    row->activity.answer_by = ch->due = m->answer_by;
    row->activity.institution = m->institution;
    row->activity.invited = (int64_t)who.n;
    row->activity.entry = (int64_t)c->g->tally.seq + 1;
    row->activity.accepted = row->activity.declined = row->activity.supervisor = 0;
    tie_invited(c, number, &who);
    jd_cite(c, p->activities.v[kind].item.rule);
}

/* ------------------------------------------------------------ the answer */

static void check_answer(jd_ctx *c, const struct jd_row_activity *a, uint64_t activity, uint64_t supervisor)
{
    char day[JD_DATE_LEN + 1];
    jd_day last = a->answer_by == JD_NO_DAY ? a->on : a->answer_by;
    jd_format_date(last, day);
    if (!jd_tied(&c->g->txn, JD_TIE_invited, activity, supervisor))
        jd_refuse(c, JD_CODE_NOT_INVITED, JD_NO_RULE, "supervisor", "one of those invited");
    else if (c->today > last)
        jd_refuse(c, JD_CODE_ANSWER_TOO_LATE, JD_NO_RULE, "activity", "an answer by %s", day);
}

/* The answer before is taken back. */
static void recount(jd_ctx *c, struct jd_row_activity *a, uint64_t activity, uint64_t supervisor, bool yes)
{
    jd_txn *t = &c->g->txn;
    a->accepted += yes - jd_tied(t, JD_TIE_accepts, activity, supervisor);
    a->declined += !yes - jd_tied(t, JD_TIE_declines, activity, supervisor);
    jd_untie(c, yes ? JD_TIE_declines : JD_TIE_accepts, activity, supervisor);
    jd_tie(c, yes ? JD_TIE_accepts : JD_TIE_declines, activity, supervisor);
}

void jd_on_activity_answer(jd_ctx *c, const void *msg)
{
    const struct jd_activity_answer *m = msg;
    uint64_t number, supervisor;
    jd_case_row *row = jd_load_case(c, "activity", m->activity, JD_E_activity, &number);
    if (!row || !jd_acting_supervisor(c, m->supervisor, &supervisor)) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!jd_move(c, JD_E_activity, number, row, JD_V_activity_answer, JD_S_activity_invited, JD_EV_activity_answered))
        return;
    check_answer(c, &row->activity, number, supervisor);
    if (m->takes_part == JD_YES) check_interest(c, supervisor, number, row->activity.institution, "supervisor");
    if (jd_refused(c)) return;
    recount(c, &row->activity, number, supervisor, m->takes_part == JD_YES);
    jd_cite(c, p->activities.v[row->activity.kind].item.rule);
}
