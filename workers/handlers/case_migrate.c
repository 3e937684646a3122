/* One open case moves to the policy in force, on somebody's word and with a reason. Its items are those of the same
 * code there; its running limit is reckoned from its start, and never into a breach; a granted term stays. */
#include "workers/handlers/handlers.h"
#include "workers/rules/deadline.h"
#include "workers/rules/migration.h"

typedef struct migration {
    jd_entity entity;
    uint64_t number;
    jd_case_row *row;
    const jd_policy *from, *to;
} migration;

/* What else changes with the policy, and the event that says so. The indexes are in the new policy already. */
static jd_change *move_application(jd_ctx *c, const migration *m)
{
    jd_form form;
    jd_tri facts[JD_FACTS_MAX];
    if (!jd_form_of(&c->g->txn, c->g->vault, &c->g->arena, &m->row->application, &form)) {
        c->out->code = JD_CODE_INTERNAL;
        return NULL;
    }
    jd_read_facts(&c->g->txn, &c->g->arena, m->to, (uint64_t)m->row->application.person, c->today, facts);
    if (jd_state_final(JD_E_application, (int)m->row->head.state))
        return jd_stay(c, m->entity, m->number, m->row, JD_EV_application_migrated); /* refuses */
    int state = jd_screen_case(c, m->to, &form, (int)m->row->application.channel, facts);
    if (jd_refused(c)) return NULL;
    jd_change *ch =
        jd_move(c, m->entity, m->number, m->row, JD_V_application_rescreen, state, JD_EV_application_migrated);
    if (!ch) return NULL;
    jd_wait_anew(c, m->to, ch);
    jd_watch_facts(c, m->to, &m->row->application, -1, NULL);
    return ch;
}

/* What supervisors are chosen by is indexes too: read again from the form they came with. */
static void keep_profile(jd_ctx *c, const migration *m, struct jd_row_supervisor *s)
{
    jd_form form;
    jd_case_row *application = jd_read_case(&c->g->txn, &c->g->arena, JD_E_application, (uint64_t)s->application);
    jd_forget_profile(s);
    if (application && jd_form_of(&c->g->txn, c->g->vault, &c->g->arena, &application->application, &form))
        jd_keep_profile(m->to, &form, s);
}

static jd_change *move_supervisor(jd_ctx *c, const migration *m)
{
    struct jd_row_supervisor *s = &m->row->supervisor;
    jd_change *ch = jd_stay(c, m->entity, m->number, m->row, JD_EV_supervisor_migrated);
    if (!ch) return NULL;
    keep_profile(c, m, s);
    s->clock = jd_next_rung(m->to->expiring, m->to->expiring_n, s->term_end, c->at);
    ch->due = s->term_end;
    jd_reason_add(c, (jd_reason){ .rule = m->to->term_rule, .on = JD_ON_NOTHING });
    return ch;
}

/* A limit that runs; one that stands still is reckoned when it runs on, and a breach stands. */
static void move_limit(jd_ctx *c, const migration *m, jd_change *ch)
{
    struct jd_row_report *r = &m->row->report;
    int64_t k = r->clock_kind;
    if (k < 0 || k >= JD_CLOCK_COUNT || r->clock == JD_NO_TIME) return;
    jd_day was = r->due;
    if (m->to->clocks[k].on)
        jd_limit_move(c, m->to, r, jd_limit_anew(c, m->to, r));
    else
        jd_limit_end(r);
    ch->due = r->due;
    jd_reason_add(c, (jd_reason){ .rule = m->to->clocks[k].on ? m->to->clocks[k].rule : JD_NO_RULE,
                                  .on = JD_ON_CLOCK,
                                  .index = (uint16_t)k });
    jd_reason_add(c, (jd_reason){ .rule = JD_NO_RULE, .on = JD_ON_DUE, .index = (uint16_t)was });
}

static jd_change *move_report(jd_ctx *c, const migration *m)
{
    jd_change *ch = jd_stay(c, m->entity, m->number, m->row, JD_EV_report_migrated);
    if (!ch) return NULL;
    ch->due = m->row->report.due;
    move_limit(c, m, ch);
    return ch;
}

static jd_change *move_dismissal(jd_ctx *c, const migration *m)
{
    return jd_stay(c, m->entity, m->number, m->row, JD_EV_dismissal_migrated);
}

/* A new entity adds its row here and its indexes to rules/migration.c. */
static jd_change *(*const movers[JD_E_COUNT])(jd_ctx *c, const migration *m) = {
    [JD_E_application] = move_application,
    [JD_E_supervisor] = move_supervisor,
    [JD_E_report] = move_report,
    [JD_E_dismissal] = move_dismissal,
};

static void may(jd_ctx *c, jd_str by, const migration *m)
{
    uint16_t dept = jd_dept_of(c, m->to, "by", by), then = jd_policy_dept(m->from, by);
    if (dept == JD_NO_DEPT) return;
    if (dept != m->to->authority && dept != m->to->manager)
        jd_refuse(c, JD_CODE_NOT_AUTHORITY, m->to->appoint_rule, "by", "%.*s or %.*s",
                  JD_FMT(m->to->depts[m->to->authority].item.code), JD_FMT(m->to->depts[m->to->manager].item.code));
    else if (m->entity == JD_E_report && then != JD_NO_DEPT && jd_u16s_have(m->row->report.accused, then))
        jd_refuse(c, JD_CODE_NOT_ASSIGNED, m->to->firewall_rule, "by", "a department the report does not accuse");
}

static void map_row(jd_ctx *c, const migration *m)
{
    jd_missing missing = { .n = 0 };
    if (jd_migrate_row(m->from, m->to, m->entity, m->row, &c->g->arena, &missing)) return;
    for (int i = 0; i < missing.n; i++)
        jd_refuse(c, JD_CODE_NOT_IN_POLICY, JD_NO_RULE, "id", "%s '%.*s' in %.*s", missing.v[i].what,
                  JD_FMT(missing.v[i].code), JD_FMT(m->to->name));
}

void jd_on_case_migrate(jd_ctx *c, const void *msg)
{
    const struct jd_case_migrate *m = msg;
    jd_case_id id = { 0 };
    if (!jd_case_id_parse(m->id, &id) || !movers[id.entity]) {
        jd_refuse(c, JD_CODE_UNKNOWN_CASE, JD_NO_RULE, "id", "the id of a case that has a policy");
        return;
    }
    migration to = { .entity = id.entity, .to = c->policy };
    to.row = jd_load_case(c, "id", m->id, id.entity, &to.number);
    if (!to.row) return;
    to.from = jd_policy_of(c, to.row);
    c->out->policy = c->policy->number;
    struct jd_row_head before = to.row->head;
    if (to.from == to.to)
        jd_refuse(c, JD_CODE_ALREADY_IN_FORCE, JD_NO_RULE, "id", "a case under another policy than %.*s",
                  JD_FMT(to.to->name));
    may(c, m->by, &to);
    if (!jd_refused(c)) map_row(c, &to);
    jd_change *ch = jd_refused(c) ? NULL : movers[to.entity](c, &to);
    if (!ch) return;
    ch->before = before; /* its place in the worklist was by the old policy's departments */
    to.row->head.policy = c->policy->number;
}
