/* Ending an appointment on a ground of the regulation (LC-14, WH-9): opened with what each ground rests
 * on, heard, and decided by the authority. */
#include "workers/handlers/handlers.h"
#include "workers/rules/standing.h"

enum { GROUNDS_MAX = 8 };

static jd_standing standing_of(jd_ctx *c, const jd_policy *p, const jd_case_row *row, jd_tri facts[JD_FACTS_MAX])
{
    const struct jd_row_supervisor *s = &row->supervisor;
    jd_read_facts(&c->g->txn, &c->g->arena, p, (uint64_t)s->person, c->today, facts);
    return (jd_standing){ .facts = facts,
                          .breaches = s->breaches == JD_NO_INT ? 0 : s->breaches,
                          .serious = s->serious == JD_NO_INT ? 0 : s->serious };
}

/* What arrives during a term proposes the grounds it opens; opening a case stays with people. */
void jd_propose_grounds(jd_ctx *c, const jd_policy *p, const jd_case_row *row)
{
    jd_tri facts[JD_FACTS_MAX];
    jd_standing s = standing_of(c, p, row, facts);
    for (int i = 0; i < p->grounds_n; i++)
        if (!p->grounds[i].request && jd_ground_shows(&p->grounds[i], &s) == JD_YES)
            jd_reason_add(c, (jd_reason){ .rule = p->grounds[i].item.rule, .on = JD_ON_NOTHING });
}

static int find_ground(jd_ctx *c, const jd_policy *p, jd_str code)
{
    for (int i = 0; i < p->grounds_n; i++)
        if (jd_str_eq(p->grounds[i].item.code, code)) return i;
    jd_refuse(c, JD_CODE_GROUND_UNKNOWN, p->dismissal_rule, "grounds", "a ground of %.*s, not '%.*s'", JD_FMT(p->name),
              JD_FMT(code));
    return -1;
}

/* A ground that rests on a fact or a record needs it to be there; the others need it in writing. */
static void check_ground(jd_ctx *c, const jd_policy *p, int ground, const jd_standing *s, jd_str evidence)
{
    const jd_ground_rule *g = &p->grounds[ground];
    jd_tri shows = jd_ground_shows(g, s);
    if (shows == JD_YES || (shows == JD_UNKNOWN && evidence.p)) return;
    jd_refuse(c, JD_CODE_EVIDENCE_REQUIRED, g->item.rule, "grounds", "%.*s: %s", JD_FMT(g->item.code),
              g->when                          ? "a fact that is attested"
              : g->breach == JD_BREACH_SERIOUS ? "a serious breach on record"
              : g->breach == JD_BREACH_ANY     ? "a breach on record"
              : g->request                     ? "resignation.submit"
                                               : "what it rests on, in evidence");
}

void jd_open_dismissal(jd_ctx *c, uint64_t supervisor, jd_case_row *of, const uint16_t *grounds, int n)
{
    uint64_t number;
    if (of->supervisor.dismissal > 0) {
        jd_refuse(c, JD_CODE_CASE_OPEN, JD_NO_RULE, "supervisor", "a decision in the case that is open");
        return;
    }
    jd_case_row *row = jd_new_case(c, JD_E_dismissal, &number);
    row->head.policy = of->head.policy;
    uint8_t *list = jd_alloc(&c->g->arena, 2 * GROUNDS_MAX);
    for (int i = 0; i < n; i++) jd_be16(list + 2 * i, grounds[i]);
    if (!jd_move(c, JD_E_dismissal, number, row, JD_V_dismissal_open, JD_S_dismissal_opened, JD_EV_dismissal_opened))
        return;
    row->dismissal.supervisor = (int64_t)supervisor;
    row->dismissal.dept = of->head.dept;
    row->dismissal.grounds = (jd_str){ (const char *)list, 2 * (uint32_t)n };
    of->supervisor.dismissal = (int64_t)number;
    jd_tie(c, JD_TIE_accused, supervisor, number);
}

static int read_grounds(jd_ctx *c, const jd_policy *p, const struct jd_dismissal_open *m, const jd_standing *s,
                        uint16_t out[GROUNDS_MAX])
{
    int n = 0;
    for (uint32_t i = 0; i < m->grounds.n && n < GROUNDS_MAX; i++) {
        int ground = find_ground(c, p, m->grounds.v[i]);
        if (ground < 0) continue;
        check_ground(c, p, ground, s, m->evidence);
        out[n++] = (uint16_t)ground;
    }
    return n;
}

void jd_on_dismissal_open(jd_ctx *c, const void *msg)
{
    const struct jd_dismissal_open *m = msg;
    uint64_t number;
    uint16_t grounds[GROUNDS_MAX];
    jd_tri facts[JD_FACTS_MAX];
    jd_case_row *row = jd_load_case(c, "supervisor", m->supervisor, JD_E_supervisor, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!jd_by_bureau(c, p, m->department)) return;
    jd_standing s = standing_of(c, p, row, facts);
    int n = read_grounds(c, p, m, &s, grounds);
    if (jd_refused(c)) return;
    jd_open_dismissal(c, number, row, grounds, n);
    if (jd_refused(c) || !jd_move(c, JD_E_supervisor, number, row, JD_V_supervisor_inform, (int)row->head.state,
                                  JD_EV_supervisor_informed))
        return;
    for (int i = 0; i < n; i++)
        jd_reason_add(c, (jd_reason){ .rule = p->grounds[grounds[i]].item.rule, .on = JD_ON_NOTHING });
}

void jd_on_dismissal_hear(jd_ctx *c, const void *msg)
{
    const struct jd_dismissal_hear *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "dismissal", m->dismissal, JD_E_dismissal, &number);
    if (!row) return;
    jd_policy_of(c, row);
    jd_move(c, JD_E_dismissal, number, row, JD_V_dismissal_hear, JD_S_dismissal_heard, JD_EV_dismissal_heard);
}

/* *May* leaves the choice, *shall* does not; neither dismisses on what is not proven. */
static void check_decision(jd_ctx *c, const jd_policy *p, bool dismiss, bool proven)
{
    if (dismiss && !proven) jd_refuse(c, JD_CODE_GROUND_UNPROVEN, p->dismissal_rule, "proven", "true, or keep");
    if (!dismiss && proven && p->must_dismiss)
        jd_refuse(c, JD_CODE_MUST_DISMISS, p->dismissal_rule, "decision", "dismiss");
}

static void end_appointment(jd_ctx *c, uint64_t number)
{
    jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_supervisor, number);
    if (!row) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    row->supervisor.dismissal = 0; /* this case, which is being decided */
    if (jd_move(c, JD_E_supervisor, number, row, JD_V_supervisor_dismiss, JD_S_supervisor_dismissed,
                JD_EV_supervisor_dismissed))
        jd_end_appointment(c, number, row);
}

/* The appointment goes on, and another case may be opened one day. */
static void keep_appointment(jd_ctx *c, uint64_t number)
{
    jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_supervisor, number);
    if (row && jd_move(c, JD_E_supervisor, number, row, JD_V_supervisor_inform, (int)row->head.state,
                       JD_EV_supervisor_informed))
        row->supervisor.dismissal = 0;
}

void jd_on_dismissal_decide(jd_ctx *c, const void *msg)
{
    const struct jd_dismissal_decide *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "dismissal", m->dismissal, JD_E_dismissal, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    bool dismiss = jd_str_is(m->decision, "dismiss"), proven = m->proven == JD_YES;
    if (!jd_by_authority(c, p, m->department)) return;
    if (!jd_move(c, JD_E_dismissal, number, row, JD_V_dismissal_decide,
                 dismiss ? JD_S_dismissal_dismissed : JD_S_dismissal_kept,
                 dismiss ? JD_EV_dismissal_dismissed : JD_EV_dismissal_kept))
        return;
    check_decision(c, p, dismiss, proven);
    if (jd_refused(c)) return;
    row->dismissal.proven = m->proven;
    jd_reason_add(c, (jd_reason){ .rule = p->dismissal_rule, .on = JD_ON_NOTHING });
    for (uint32_t i = 0; i + 1 < row->dismissal.grounds.n; i += 2) {
        uint16_t ground = jd_get_be16((const uint8_t *)row->dismissal.grounds.p + i);
        jd_reason_add(c, (jd_reason){ .rule = p->grounds[ground].item.rule, .on = JD_ON_NOTHING });
    }
    if (dismiss)
        end_appointment(c, (uint64_t)row->dismissal.supervisor);
    else
        keep_appointment(c, (uint64_t)row->dismissal.supervisor);
}
