/* Appointments are announced to society (LC-5.3). The names stand in the notice and nowhere here. */
#include "workers/handlers/handlers.h"

static bool named_before(const jd_strs *list, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (jd_str_eq(list->v[i], list->v[at])) return true;
    return false;
}

static bool may_publish(jd_ctx *c, const jd_policy *p, const struct jd_notice_publish *m)
{
    if (!p->notice)
        jd_refuse(c, JD_CODE_NO_NOTICE, JD_NO_RULE, NULL, "nothing: %.*s has no notice of appointments",
                  JD_FMT(p->title));
    else if (jd_items_find(&p->notice_channels, m->channel) < 0)
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "channel", "a notice channel of %.*s, not '%.*s'",
                  JD_FMT(p->name), JD_FMT(m->channel));
    return !jd_refused(c) && jd_by_authority(c, p, m->department) && jd_not_future(c, "on", m->on);
}

static void announce(jd_ctx *c, const struct jd_notice_publish *m, uint32_t at)
{
    uint64_t number;
    jd_str id = m->supervisors.v[at];
    jd_case_row *row = jd_load_case(c, "supervisors", id, JD_E_supervisor, &number);
    if (!row) return;
    if (named_before(&m->supervisors, at))
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "supervisors", "each once, %.*s stands twice", JD_FMT(id));
    int state = (int)row->head.state;
    if (jd_state_final(JD_E_supervisor, state))
        jd_refuse(c, JD_CODE_NOT_ACTIVE, c->policy->notice_rule, "supervisors", "appointments in force, and %.*s is %s",
                  JD_FMT(id), jd_state_name(JD_E_supervisor, state));
    if (jd_refused(c)) return;
    if (!jd_move(c, JD_E_supervisor, number, row, JD_V_supervisor_publish, state, JD_EV_supervisor_announced)) return;
    row->supervisor.announced_on = m->on;
    jd_done_for_appointment(c, JD_ACT_notice, number, m->on);
}

void jd_on_notice_publish(jd_ctx *c, const void *msg)
{
    const struct jd_notice_publish *m = msg;
    if (!may_publish(c, c->policy, m)) return;
    jd_reason_once(c, c->policy->notice_rule);
    for (uint32_t i = 0; i < m->supervisors.n; i++) announce(c, m, i);
}
