/* A meeting, a training or a hearing was held (LC-10.6, LC-10.7, WH-6.7, WH-11): recorded with who was there, and
 * what is owed of its kind is met. One entity for the three, as they hold the same and differ in what they meet. */
#include "workers/handlers/handlers.h"

static bool well_recorded(jd_ctx *c, const jd_kind *k, const struct jd_meeting_record *m)
{
    char today[JD_DATE_LEN + 1];
    jd_format_date(c->today, today);
    if (m->held_on > c->today) jd_refuse(c, JD_CODE_NOT_YET, k->item.rule, "held_on", "a day not after %s", today);
    if (k->material && !m->material.p)
        jd_refuse(c, JD_CODE_MISSING_FIELD, k->item.rule, "material", "what was handed out, for a %.*s",
                  JD_FMT(k->item.code));
    return !jd_refused(c);
}

static void tie_attendees(jd_ctx *c, uint64_t meeting, const jd_named *who)
{
    for (uint64_t i = 0; i < who->n; i++) jd_tie(c, JD_TIE_meeting_of, who->v[i], meeting);
}

static void record(jd_ctx *c, const struct jd_meeting_record *m, jd_act act, jd_event_id event)
{
    const jd_policy *p = c->policy;
    jd_named who;
    uint64_t number;
    uint16_t dept;
    int kind = jd_kind_of(c, p, &p->meetings[act], m->kind, m->department, &dept);
    if (kind < 0 || !well_recorded(c, &p->meetings[act].v[kind], m)) return;
    if (!jd_name_supervisors(c, "attendees", &m->attendees, m->held_on, false, &who)) return;
    jd_case_row *row = jd_new_case(c, JD_E_meeting, &number);
    if (!jd_move(c, JD_E_meeting, number, row, JD_V_meeting_record, JD_S_meeting_recorded, event)) return;
    row->meeting.dept = dept;
    row->meeting.act = act;
    row->meeting.kind = kind;
    row->meeting.held_on = m->held_on;
    row->meeting.attended = (int64_t)who.n;
    row->meeting.hours = m->hours;
    tie_attendees(c, number, &who);
    jd_cite(c, p->meetings[act].v[kind].item.rule);
    jd_met_by_meeting(c, act, m->kind, m->held_on, number);
}

/* The three messages have the same fields in the same order (proto/meeting.def). */
void jd_on_meeting_record(jd_ctx *c, const void *msg)
{
    record(c, msg, JD_ACT_meeting, JD_EV_meeting_held);
}

void jd_on_training_record(jd_ctx *c, const void *msg)
{
    record(c, msg, JD_ACT_training, JD_EV_meeting_trained);
}

void jd_on_hearing_record(jd_ctx *c, const void *msg)
{
    record(c, msg, JD_ACT_hearing, JD_EV_meeting_heard);
}

void jd_on_meeting_withdraw(jd_ctx *c, const void *msg)
{
    const struct jd_meeting_withdraw *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "meeting", m->meeting, JD_E_meeting, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!jd_by_authority(c, p, m->department)) return;
    if (!jd_move(c, JD_E_meeting, number, row, JD_V_meeting_withdraw, JD_S_meeting_withdrawn, JD_EV_meeting_withdrawn))
        return;
    jd_cite(c, p->meetings[row->meeting.act].v[row->meeting.kind].item.rule);
    jd_not_met_after_all(c, number);
}
