/* Arming and clearing a case's running time limit. */
#include "workers/handler.h"
#include "workers/rules/deadline.h"

/* A moment behind the rungs of that day, so that no two fall on one instant. */
jd_ms jd_answer_end(const jd_policy *p, const struct jd_row_report *row)
{
    bool waits = row->state == JD_S_report_needs_info && p->answer_days && row->asked_on != JD_NO_DAY;
    return waits ? jd_day_start(row->asked_on + p->answer_days + 1) + 1 : JD_NO_TIME;
}

jd_ms jd_next_word(const jd_policy *p, const struct jd_row_report *row, jd_ms after)
{
    jd_ms answer = jd_answer_end(p, row), rung = JD_NO_TIME;
    if (row->clock_kind >= 0 && row->clock_kind < JD_CLOCK_COUNT) {
        const jd_clock_rule *k = &p->clocks[row->clock_kind];
        rung = jd_next_rung(k->warn, k->warn_n, row->due, after);
    }
    if (answer == JD_NO_TIME || answer <= after) return rung;
    return rung == JD_NO_TIME || answer < rung ? answer : rung;
}

void jd_limit_start(jd_ctx *c, const jd_policy *p, struct jd_row_report *row, jd_clock_id k, jd_day from)
{
    jd_limit_end(row);
    if (!p->clocks[k].on) return;
    row->clock_kind = k;
    row->clock_from = from;
    row->extended = JD_NO_INT;
    row->stood_still = row->lengthened = (jd_str){ NULL, 0 };
    row->due = jd_deadline(p, c->calendar, k, from);
    row->clock = jd_next_rung(p->clocks[k].warn, p->clocks[k].warn_n, row->due, c->at);
}

void jd_limit_end(struct jd_row_report *row)
{
    row->clock_kind = JD_NO_INT;
    row->clock = JD_NO_TIME;
    row->due = JD_NO_DAY;
    row->clock_from = JD_NO_DAY;
    row->overdue = JD_UNKNOWN;
}

jd_day jd_limit_reckoned(const jd_ctx *c, const jd_policy *p, const struct jd_row_report *row)
{
    const jd_course course = { .from = row->clock_from,
                               .stood_still = row->stood_still,
                               .lengthened = row->lengthened };
    return jd_course_end(&p->clocks[row->clock_kind], c->calendar, &course);
}

jd_day jd_limit_anew(const jd_ctx *c, const jd_policy *p, const struct jd_row_report *row)
{
    jd_day due = jd_limit_reckoned(c, p, row);
    if (due >= c->today) return due;
    if (row->due >= c->today) return c->today;
    return due > row->due ? due : row->due;
}

void jd_limit_move(jd_ctx *c, const jd_policy *p, struct jd_row_report *row, jd_day due)
{
    row->due = due;
    row->clock = jd_next_word(p, row, c->at);
    if (c->today <= due) row->overdue = JD_UNKNOWN;
    /* past already and not said to be: that is what is due now */
    if (row->clock == JD_NO_TIME && row->overdue != JD_YES) row->clock = jd_day_start(due + 1);
}
