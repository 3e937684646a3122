/* Keeping away from what touches an interest: asked for (LC-9.6), declared (WH-7.6), or said by somebody else;
 * decided by people where the text leaves it to them, and lifted when the interest is gone. */
#include "workers/handlers/handlers.h"
#include "workers/policy/listing.h"

/* What applying and raising have in common. */
typedef struct request {
    jd_str scope, object, relation;
    jd_day until;
    uint64_t supervisor;
    jd_scope kind;
} request;

static jd_scope scope_of(jd_str code)
{
    static const char *const codes[] = {
#define SCOPE(code, doc) #code,
        JD_SCOPES(SCOPE)
#undef SCOPE
    };
    int i = 0;
    while (i < JD_SCOPE_COUNT && !jd_str_is(code, codes[i])) i++;
    return (jd_scope)i;
}

static void check_target(jd_ctx *c, jd_str code)
{
    const jd_policy *p = c->policy;
    for (int i = 0; i < p->targets_n; i++)
        if (jd_str_eq(p->targets[i].item.code, code)) return;
    jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "object", "a target of %.*s", JD_FMT(p->name));
}

/* An institution need not be listed: people work where no agreement is too. */
static void check_object(jd_ctx *c, const request *r)
{
    uint64_t number;
    if (r->kind == JD_SCOPE_target)
        check_target(c, r->object);
    else if (r->kind != JD_SCOPE_institution)
        jd_load_case(c, "object", r->object, jd_entity_find(r->scope), &number);
    else if (!jd_institution_code(c->policy, r->object))
        jd_refuse(c, JD_CODE_BAD_FORMAT, JD_NO_RULE, "object", "an institution's code, of the form %.*s",
                  JD_FMT(c->policy->institutions.pattern));
}

static void check_until(jd_ctx *c, jd_day until)
{
    if (until != JD_NO_DAY && until < c->today)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "until", "today or a later day");
}

static bool check(jd_ctx *c, request *r)
{
    const jd_policy *p = c->policy;
    const jd_recusal_rules *rules = &p->recusal;
    char id[JD_CASE_ID_MAX];
    if (jd_items_find(&rules->relations, r->relation) < 0)
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "relation", "a relation of %.*s", JD_FMT(p->name));
    check_until(c, r->until);
    r->kind = scope_of(r->scope);
    if (jd_items_find(&rules->scopes, r->scope) < 0) {
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "scope", "a scope of %.*s", JD_FMT(p->name));
        return false;
    }
    check_object(c, r);
    uint64_t open = jd_recusal_about(&c->g->txn, r->supervisor, r->kind, r->object);
    jd_case_id_format((jd_case_id){ JD_E_recusal, c->g->division, open }, id);
    if (open) jd_refuse(c, JD_CODE_ALREADY_RECUSED, rules->rule, "object", "one without %s", id);
    return !jd_refused(c);
}

static bool provided(jd_ctx *c)
{
    const jd_policy *p = c->policy;
    if (!p->recusal.on)
        jd_refuse(c, JD_CODE_NOT_PROVIDED, p->recusal.rule, NULL, "nothing: %.*s has no recusal", JD_FMT(p->name));
    return p->recusal.on;
}

static void begin(jd_ctx *c, request *r, int verb, int to, jd_event_id event)
{
    uint64_t number;
    if (!check(c, r)) return;
    jd_case_row *row = jd_new_case(c, JD_E_recusal, &number);
    jd_change *ch = jd_move(c, JD_E_recusal, number, row, verb, to, event);
    if (!ch) return;
    row->recusal.until = ch->due = r->until;
    jd_begin_recusal(c, c->policy, number, row, r->supervisor, r->kind, r->object);
}

void jd_on_recusal_apply(jd_ctx *c, const void *msg)
{
    const struct jd_recusal_apply *m = msg;
    request r = { .scope = m->scope, .object = m->object, .relation = m->relation, .until = m->until };
    if (!provided(c) || !jd_acting_supervisor(c, m->supervisor, &r.supervisor)) return;
    begin(c, &r, JD_V_recusal_apply, c->policy->recusal.applied_upheld ? JD_S_recusal_upheld : JD_S_recusal_applied,
          JD_EV_recusal_applied);
}

/* What somebody else says about a person is never decided by being said. */
void jd_on_recusal_raise(jd_ctx *c, const void *msg)
{
    const struct jd_recusal_raise *m = msg;
    request r = { .scope = m->scope, .object = m->object, .relation = m->relation, .until = m->until };
    if (!provided(c) || !jd_by_bureau(c, c->policy, m->department)) return;
    if (jd_acting_supervisor(c, m->supervisor, &r.supervisor))
        begin(c, &r, JD_V_recusal_raise, JD_S_recusal_raised, JD_EV_recusal_raised);
}

static void uphold(jd_ctx *c, const struct jd_recusal_decide *m, uint64_t number, jd_case_row *row)
{
    jd_change *ch =
        jd_move(c, JD_E_recusal, number, row, JD_V_recusal_decide, JD_S_recusal_upheld, JD_EV_recusal_upheld);
    if (!ch) return;
    if (m->until != JD_NO_DAY) row->recusal.until = m->until;
    check_until(c, row->recusal.until);
    ch->due = row->recusal.until;
    jd_uphold_recusal(c, number, row);
}

void jd_on_recusal_decide(jd_ctx *c, const void *msg)
{
    const struct jd_recusal_decide *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "recusal", m->recusal, JD_E_recusal, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!jd_by_bureau(c, p, m->department)) return;
    if (jd_str_is(m->decision, "uphold"))
        uphold(c, m, number, row);
    else
        jd_close_recusal(c, number, row, JD_V_recusal_decide, JD_S_recusal_denied, JD_EV_recusal_denied);
    if (!jd_refused(c)) jd_reason_add(c, (jd_reason){ .rule = p->recusal.rule, .on = JD_ON_NOTHING });
}

void jd_on_recusal_lift(jd_ctx *c, const void *msg)
{
    const struct jd_recusal_lift *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "recusal", m->recusal, JD_E_recusal, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (jd_by_bureau(c, p, m->department) &&
        jd_close_recusal(c, number, row, JD_V_recusal_lift, JD_S_recusal_lifted, JD_EV_recusal_lifted))
        jd_reason_add(c, (jd_reason){ .rule = p->recusal.rule, .on = JD_ON_NOTHING });
}
