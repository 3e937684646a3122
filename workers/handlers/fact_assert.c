/* Something attested from outside: an open application is screened again by it (LC-4.1 to LC-4.3). */
#include "workers/handlers/handlers.h"
#include "workers/rules/standing.h"

static int find_fact(const jd_policy *p, jd_str predicate)
{
    for (int i = 0; i < p->facts_n; i++)
        if (jd_str_eq(p->facts[i].item.code, predicate)) return i;
    return -1;
}

static void check_dates(jd_ctx *c, const struct jd_fact_assert *m)
{
    if (m->as_of > c->today) jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "as_of", "a day not in the future");
    if (m->valid_until != JD_NO_DAY && m->valid_until < m->as_of)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "valid_until", "a day not before as_of");
}

/* A fact as it will be kept. */
static struct jd_row_fact fact_row(jd_ctx *c, const jd_fact_kind *f, const struct jd_fact_assert *m)
{
    struct jd_row_fact row = { .value = jd_str_is(m->value, "yes")  ? JD_YES
                                        : jd_str_is(m->value, "no") ? JD_NO
                                                                    : JD_UNKNOWN,
                               .as_of = m->as_of,
                               .valid_until = m->valid_until,
                               .seq = (int64_t)c->g->tally.seq + 1 };
    if (row.valid_until == JD_NO_DAY && f->valid_days) row.valid_until = m->as_of + f->valid_days;
    return row;
}

/* The outcome is written after the handler, so the new value is laid over what the store says. */
static void rescreen(jd_ctx *c, const jd_policy *p, uint64_t number, jd_case_row *row, int fact,
                     const struct jd_row_fact *kept)
{
    jd_form form;
    jd_tri facts[JD_FACTS_MAX];
    if (!jd_form_of(&c->g->txn, c->g->vault, &c->g->arena, &row->application, &form)) {
        jd_form_lost(c, &row->application);
        return;
    }
    jd_read_facts_with(&c->g->txn, &c->g->arena, p, (uint64_t)row->application.person, c->today, fact,
                       jd_fact_value(kept, c->today), facts);
    int state = jd_screen_case(c, p, &form, (int)row->application.channel, facts);
    if (jd_refused(c)) return;
    jd_change *ch =
        jd_move(c, JD_E_application, number, row, JD_V_application_rescreen, state, JD_EV_application_screened);
    if (!ch) return;
    jd_wait(c, p, ch);
    jd_watch_facts(c, p, &row->application, fact, kept);
}

/* A fact that arrives during a term proposes the grounds it opens (LC-14.2, 14.4, 14.5; WH-9.2). */
static void propose(jd_ctx *c, const jd_policy *p, const jd_case_row *row, int fact, jd_tri value)
{
    jd_tri facts[JD_FACTS_MAX];
    jd_read_facts_with(&c->g->txn, &c->g->arena, p, (uint64_t)row->supervisor.person, c->today, fact, value, facts);
    jd_standing s = { .facts = facts };
    for (int i = 0; i < p->grounds_n; i++)
        if (p->grounds[i].when && jd_ground_shows(&p->grounds[i], &s) == JD_YES)
            jd_reason_add(c, (jd_reason){ .rule = p->grounds[i].item.rule,
                                          .on = JD_ON_FACT,
                                          .index = (uint16_t)fact,
                                          .value = (uint8_t)value });
}

static void on_supervisor(jd_ctx *c, const jd_policy *p, jd_case_row *row, int fact, const struct jd_row_fact *kept)
{
    propose(c, p, row, fact, jd_fact_value(kept, c->today));
    jd_keep_exclusion(c, p, &row->supervisor, fact, kept);
}

void jd_on_fact_assert(jd_ctx *c, const void *msg)
{
    const struct jd_fact_assert *m = msg;
    jd_entity e = m->subject.p[0] == 'S' ? JD_E_supervisor : JD_E_application;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "subject", m->subject, e, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    int fact = find_fact(p, m->predicate);
    if (fact < 0) jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "predicate", "a fact of %.*s", JD_FMT(p->name));
    check_dates(c, m);
    if (jd_refused(c)) return;
    struct jd_row_fact kept = fact_row(c, &p->facts[fact], m);
    if (e == JD_E_application)
        rescreen(c, p, number, row, fact, &kept);
    else if (jd_move(c, e, number, row, JD_V_supervisor_inform, (int)row->head.state, JD_EV_supervisor_informed))
        on_supervisor(c, p, row, fact, &kept);
    if (jd_refused(c)) return;
    uint64_t person = (uint64_t)(e == JD_E_application ? row->application.person : row->supervisor.person);
    jd_put_other(c, JD_DB_FACTS, jd_key_fact(person, p->facts[fact].item.code), &jd_row_fact_layout, &kept);
}
