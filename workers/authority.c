#include "workers/authority.h"

#include "workers/rules/visibility.h"

/* What is looked at: from a batch or from a query. */
typedef struct view {
    const jd_engine *g;
    jd_txn *t;
    jd_arena *a;
    const jd_actor *actor;
} view;

/* ------------------------------------------------------------ seeing */

/* Who handed an application in: the sender of the first of its forms. */
static bool handed_in(const view *v, const struct jd_row_application *row)
{
    jd_entry e;
    if (row->forms.n < 8) return false;
    uint64_t first = jd_get_be64((const uint8_t *)row->forms.p);
    return jd_entry_read(v->t, first, v->a, &e) && jd_str_eq(e.sender, v->actor->name);
}

static bool is_of_supervisor(const view *v, jd_case_id id, const jd_case_row *row)
{
    switch (id.entity) {
    case JD_E_supervisor: return jd_actor_has_supervisor(v->actor, (int64_t)id.number);
    case JD_E_application: return jd_actor_has_supervisor(v->actor, row->application.supervisor);
    case JD_E_report: return jd_actor_has_supervisor(v->actor, row->report.supervisor);
    case JD_E_dismissal: return jd_actor_has_supervisor(v->actor, row->dismissal.supervisor);
    case JD_E_certificate: return jd_actor_has_supervisor(v->actor, row->certificate.supervisor);
    case JD_E_claim: return jd_actor_has_supervisor(v->actor, row->claim.supervisor);
    case JD_E_recusal: return jd_actor_has_supervisor(v->actor, row->recusal.supervisor);
    case JD_E_reward: return jd_actor_has_supervisor(v->actor, row->reward.supervisor);
    case JD_E_activity: return jd_actor_has_supervisor(v->actor, row->activity.supervisor); /* done alone */
    default: return false;
    }
}

/* The actor's departments as this policy numbers them. */
static jd_str departments(const view *v, const jd_policy *p)
{
    jd_str code;
    jd_cur c = jd_cur_of(v->actor->departments.p, v->actor->departments.n);
    uint8_t *list = jd_alloc(v->a, 2 * (size_t)v->actor->departments.n + 2);
    uint32_t n = 0;
    while (jd_actor_next_department(&c, &code)) {
        uint16_t dept = jd_policy_dept(p, code);
        if (dept == JD_NO_DEPT) continue;
        jd_be16(list + n, dept);
        n += 2;
    }
    return (jd_str){ (const char *)list, n };
}

static bool is_of_departments(const view *v, jd_case_id id, const jd_case_row *row)
{
    jd_desks d = { .lead = (uint16_t)row->head.dept, .assist = { "", 0 }, .accused = { "", 0 } };
    const jd_policy *p = jd_engine_policy(v->g, (uint64_t)row->head.policy);
    if (v->actor->every_department) return true;
    if (id.entity == JD_E_reward) { /* as the report it is for */
        const jd_case_row *report = jd_read_case(v->t, v->a, JD_E_report, (uint64_t)row->reward.report);
        if (!report || !is_of_departments(v, (jd_case_id){ .entity = JD_E_report }, report)) return false;
    }
    if (id.entity == JD_E_report) d.assist = row->report.assist;
    if (id.entity == JD_E_report) d.accused = row->report.accused;
    return jd_departments_see(p, &d, departments(v, p));
}

static bool sees(const view *v, jd_case_id id, const jd_case_row *row)
{
    if (!v->actor) return true;
    bool public = id.entity == JD_E_round || id.entity == JD_E_list;
    if (public) return v->actor->role != JD_ROLE_watch;
    switch (v->actor->role) {
    case JD_ROLE_admin: return true;
    case JD_ROLE_intake: return id.entity == JD_E_application && handed_in(v, &row->application);
    case JD_ROLE_staff: return is_of_departments(v, id, row);
    case JD_ROLE_portal: return is_of_supervisor(v, id, row);
    default: return false;
    }
}

/* ------------------------------------------------------------ saying */

static bool of_supervisor(const jd_ctx *c, jd_str text)
{
    jd_case_id id;
    const jd_actor *a = c->cmd->actor;
    if (a->every_supervisor || a->role != JD_ROLE_portal) return true;
    return jd_case_id_parse(text, &id) && id.entity == JD_E_supervisor && id.division == c->g->division &&
           jd_actor_has_supervisor(a, (int64_t)id.number);
}

static bool of_department(const jd_actor *a, jd_str code)
{
    return a->role != JD_ROLE_staff || jd_actor_has_department(a, code);
}

/* A case that is not there is the handler's to refuse. */
static bool of_case(jd_ctx *c, jd_str text)
{
    jd_case_id id;
    const view v = { c->g, &c->g->txn, &c->g->arena, c->cmd->actor };
    if (v.actor->role == JD_ROLE_admin) return true;
    if (!jd_case_id_parse(text, &id) || id.division != c->g->division || !jd_case_layout(id.entity)) return true;
    const jd_case_row *row = jd_read_case(v.t, v.a, id.entity, id.number);
    return !row || sees(&v, id, row);
}

static jd_str named(const jd_access *x, const void *msg)
{
    return *(const jd_str *)(const void *)((const char *)msg + x->offset);
}

/* Staff read for a department of theirs, a portal for a supervisor of its own. */
static bool reads(jd_ctx *c, const struct jd_content_read *m)
{
    const jd_actor *a = c->cmd->actor;
    if (!of_case(c, m->id) || (m->department.p && !of_department(a, m->department))) return false;
    if (a->role != JD_ROLE_portal) return true;
    return m->supervisor.p && !m->department.p && of_supervisor(c, m->supervisor);
}

bool jd_authorised(jd_ctx *c, const void *msg)
{
    const jd_actor *a = c->cmd->actor;
    const jd_access *x = jd_access_of(c->cmd->type);
    if (!a) return true;
    if (!jd_role_may(a->role, c->cmd->type))
        jd_refuse(c, JD_CODE_ROLE_MAY_NOT, JD_NO_RULE, NULL, "another role than %s", jd_role_text(a->role));
    else if (msg && x->truth == JD_ACT_DEPARTMENT && !of_department(a, named(x, msg)))
        jd_refuse(c, JD_CODE_NOT_YOUR_DEPARTMENT, JD_NO_RULE, x->field, "a department this client is granted");
    else if (msg && x->truth == JD_ACT_SUPERVISOR && !of_supervisor(c, named(x, msg)))
        jd_refuse(c, JD_CODE_NOT_YOUR_SUPERVISOR, JD_NO_RULE, x->field, "a supervisor this client is granted");
    else if (msg && x->truth == JD_ACT_READS && !reads(c, msg))
        jd_refuse(c, JD_CODE_NOT_YOUR_CASE, JD_NO_RULE, x->field,
                  "a case this client may see, read for a department or supervisor it is granted");
    else if (msg && x->truth == JD_ACT_SEES && !of_case(c, named(x, msg)))
        jd_refuse(c, JD_CODE_NOT_YOUR_CASE, JD_NO_RULE, x->field, "a case this client may see");
    return !jd_refused(c);
}

/* ------------------------------------------------------------ asking */

bool jd_may_ask(jd_asked *q, jd_msg type)
{
    const jd_actor *a = q->actor;
    if (!a) return true;
    if (!jd_role_may(a->role, type))
        jd_ask_fail(q, JD_CODE_ROLE_MAY_NOT, "type", "a type this role may send");
    else if (jd_access_of(type)->truth == JD_ACT_DIVISION && !a->every_department)
        jd_ask_fail(q, JD_CODE_WHOLE_DIVISION, "type", "a client that acts for all departments, or one of role watch");
    return q->code == JD_CODE_ANSWERED;
}

bool jd_may_read(const jd_asked *q, jd_case_id id, const jd_case_row *row)
{
    jd_arena scratch = { 0 };
    jd_txn t = q->txn;
    const view v = { q->g, &t, &scratch, q->actor };
    bool ok = sees(&v, id, row);
    jd_arena_free(&scratch);
    return ok;
}
