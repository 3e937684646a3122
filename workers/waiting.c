/* How long an application may wait: for the applicant, for what somebody must attest, for its round. Whoever
 * waited too long may apply again; nothing is decided about anybody. */
#include "workers/handler.h"
#include "workers/rules/deadline.h"

static jd_clock_id clock_of(int state)
{
    if (state == JD_S_application_needs_info) return JD_CLOCK_SUPPLEMENT;
    return state == JD_S_application_needs_fact ? JD_CLOCK_FACTS : JD_CLOCK_COUNT;
}

void jd_wait_anew(jd_ctx *c, const jd_policy *p, jd_change *ch)
{
    struct jd_row_application *row = &ch->row->application;
    jd_clock_id k = clock_of(ch->to);
    bool runs = k != JD_CLOCK_COUNT && p->clocks[k].on;
    row->clock_kind = runs ? (int64_t)k : JD_NO_INT;
    row->clock_from = runs ? c->today : JD_NO_DAY;
    row->due = ch->due = runs ? jd_deadline(p, c->calendar, k, c->today) : JD_NO_DAY;
    row->clock = runs ? jd_next_rung(p->clocks[k].warn, p->clocks[k].warn_n, row->due, c->at) : JD_NO_TIME;
}

/* A limit starts when its state is entered, runs on while the case stays there, and ends with it. */
void jd_wait(jd_ctx *c, const jd_policy *p, jd_change *ch)
{
    jd_clock_id k = clock_of(ch->to);
    if (ch->to != ch->from || k == JD_CLOCK_COUNT || !p->clocks[k].on) jd_wait_anew(c, p, ch);
    ch->due = ch->row->head.due;
}

bool jd_undecided(const jd_case_row *application)
{
    return !jd_state_final(JD_E_application, (int)application->head.state);
}

void jd_expire_application(jd_ctx *c, const jd_policy *p, uint64_t number, jd_case_row *row)
{
    jd_day due = row->head.due;
    jd_change *ch = jd_move(c, JD_E_application, number, row, JD_V_application_expire, JD_S_application_expired,
                            JD_EV_application_expired);
    if (!ch) return;
    jd_wait(c, p, ch);
    ch->due = due;
    jd_close_application(c, (uint64_t)row->application.person, 0);
}

void jd_fire_application(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    if (d->kind == JD_CLOCK_EXPIRY) {
        jd_fire_facts(c, p, d, row);
        return;
    }
    const jd_clock_rule *k = &p->clocks[d->kind];
    jd_reason_add(c, (jd_reason){ .rule = k->rule, .on = JD_ON_CLOCK, .index = (uint16_t)d->kind });
    if (jd_is_breach(row->head.due, d->at)) {
        jd_expire_application(c, p, d->number, row);
        return;
    }
    jd_change *ch =
        jd_move(c, d->entity, d->number, row, JD_V_application_warn, (int)row->head.state, JD_EV_application_warned);
    if (!ch) return;
    ch->due = row->head.due;
    row->head.clock = jd_next_rung(k->warn, k->warn_n, row->head.due, d->at);
}
