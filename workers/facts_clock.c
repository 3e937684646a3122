/* A fact is relied on through its last day. When the first of those an eligible application rests on runs out, it is
 * screened again: it needs the fact anew, and nobody finds that out only at the decision. */
#include "workers/handler.h"

static uint64_t asked(const jd_cond *c)
{
    uint64_t set = 0;
    if (c->source == JD_SRC_FACT && !c->kids && c->kind != JD_C_HUMAN) return UINT64_C(1) << c->index;
    for (int i = 0; i < c->n && c->kids; i++) set |= asked(c->kids[i]);
    return set;
}

/* Those the channel's conditions ask for, and the wider ones that may answer for them. */
static uint64_t rests_on(const jd_policy *p, int channel)
{
    uint64_t set = 0;
    for (int i = 0; i < p->requirements_n; i++)
        if (p->requirements[i].channels >> channel & 1) set |= asked(p->requirements[i].test);
    for (int i = p->facts_n - 1; i >= 0; i--)
        if ((set >> i & 1) && p->facts[i].within >= 0) set |= UINT64_C(1) << p->facts[i].within;
    return set;
}

static jd_day runs_out(jd_ctx *c, const jd_policy *p, const struct jd_row_application *row, int fact,
                       const struct jd_row_fact *fresh)
{
    struct jd_row_fact f;
    jd_day first = JD_NO_DAY;
    uint64_t set = rests_on(p, (int)row->channel);
    for (int i = 0; i < p->facts_n; i++) {
        if (!(set >> i & 1)) continue;
        if (i == fact)
            f = *fresh;
        else if (!jd_read_fact(&c->g->txn, &c->g->arena, (uint64_t)row->person, p->facts[i].item.code, &f))
            continue;
        bool counts = f.valid_until != JD_NO_DAY && jd_fact_value(&f, c->today) != JD_UNKNOWN;
        if (counts && (first == JD_NO_DAY || f.valid_until < first)) first = f.valid_until;
    }
    return first;
}

void jd_watch_facts(jd_ctx *c, const jd_policy *p, struct jd_row_application *row, int fact,
                    const struct jd_row_fact *fresh)
{
    jd_day last = row->state == JD_S_application_eligible ? runs_out(c, p, row, fact, fresh) : JD_NO_DAY;
    if (last == JD_NO_DAY && row->clock_kind != JD_CLOCK_EXPIRY) return;
    row->clock = last == JD_NO_DAY ? JD_NO_TIME : jd_day_start(last + 1);
    row->clock_kind = last == JD_NO_DAY ? JD_NO_INT : JD_CLOCK_EXPIRY;
}

/* What would be refused at the door is, once inside, for people to decide (PIPL art. 24). */
static int screened(jd_ctx *c, const jd_policy *p, const jd_form *form, const struct jd_row_application *row)
{
    jd_tri facts[JD_FACTS_MAX];
    jd_read_facts(&c->g->txn, &c->g->arena, p, (uint64_t)row->person, c->today, facts);
    int state = jd_screen_case(c, p, form, (int)row->channel, facts);
    if (!jd_refused(c)) return state;
    c->out->code = JD_CODE_RECORDED;
    return JD_S_application_proposed_ineligible;
}

void jd_fire_facts(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    jd_form form;
    if (!jd_form_of(&c->g->txn, c->g->vault, &c->g->arena, &row->application, &form)) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    int state = screened(c, p, &form, &row->application);
    jd_change *ch = jd_move(c, d->entity, d->number, row, JD_V_application_rescreen, state, JD_EV_application_screened);
    if (!ch) return;
    jd_wait(c, p, ch);
    ch->due = jd_day_from_ms(d->at) - 1; /* the last day of what ran out */
    jd_watch_facts(c, p, &row->application, -1, NULL);
}
