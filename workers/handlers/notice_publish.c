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

typedef struct named {
    uint64_t number;
    jd_case_row *row;
} named;

static void may_be_named(jd_ctx *c, const jd_strs *list, uint32_t at, named *who)
{
    jd_str id = list->v[at];
    who->row = jd_load_case(c, "supervisors", id, JD_E_supervisor, &who->number);
    if (!who->row) return;
    int state = (int)who->row->head.state;
    if (named_before(list, at))
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "supervisors", "each once, %.*s stands twice", JD_FMT(id));
    if (jd_state_final(JD_E_supervisor, state))
        jd_refuse(c, JD_CODE_NOT_ACTIVE, c->policy->notice_rule, "supervisors", "appointments in force, and %.*s is %s",
                  JD_FMT(id), jd_state_name(JD_E_supervisor, state));
}

static void announce(jd_ctx *c, const named *who, jd_day on)
{
    if (!jd_move(c, JD_E_supervisor, who->number, who->row, JD_V_supervisor_publish, (int)who->row->head.state,
                 JD_EV_supervisor_announced))
        return;
    who->row->supervisor.announced_on = on;
    jd_done_for_appointment(c, JD_ACT_notice, who->number, on);
}

void jd_on_notice_publish(jd_ctx *c, const void *msg)
{
    const struct jd_notice_publish *m = msg;
    uint32_t n = m->supervisors.n;
    named *all = jd_alloc(&c->g->arena, sizeof *all * n);
    if (!may_publish(c, c->policy, m)) return;
    for (uint32_t i = 0; i < n; i++) may_be_named(c, &m->supervisors, i, &all[i]);
    if (jd_refused(c)) return;
    jd_cite(c, c->policy->notice_rule);
    for (uint32_t i = 0; i < n; i++) announce(c, &all[i], m->on);
}
