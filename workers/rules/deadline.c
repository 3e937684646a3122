#include "workers/rules/deadline.h"

/* So many days of the limit's own unit on. */
static jd_day on(const jd_clock_rule *k, const jd_calendar *cal, jd_day from, int days)
{
    return k->working ? jd_add_workdays(cal, from, days) : jd_add_days_rolled(cal, from, days);
}

jd_day jd_limit_day(const jd_calendar *cal, const jd_clock_rule *k, jd_day from)
{
    return on(k, cal, from, k->days);
}

jd_day jd_deadline(const jd_policy *p, const jd_calendar *cal, jd_clock_id k, jd_day from)
{
    return jd_limit_day(cal, &p->clocks[k], from);
}

jd_day jd_duty_day(const jd_calendar *cal, const jd_duty_rule *r, jd_day from)
{
    int year, month, day;
    if (r->of_appointment) return jd_limit_day(cal, &r->limit, from);
    if (r->months) return jd_add_months(from, r->months);
    jd_day_parts(from, &year, &month, &day);
    return jd_day_of(year, 12, 31);
}

static jd_day resumed(const jd_clock_rule *k, const jd_calendar *cal, jd_day due, jd_day stopped, jd_day today)
{
    int left = 0;
    if (!k->working) return on(k, cal, today, due > stopped ? due - stopped : 0);
    for (jd_day d = stopped + 1; d <= due; d++) left += jd_is_workday(cal, d);
    return on(k, cal, today, left);
}

/* The extensions that came behind so many spans. */
static jd_day lengthened(const jd_clock_rule *k, const jd_calendar *cal, jd_day due, jd_str list, uint32_t spans)
{
    jd_cur c = jd_cur_of(list.p, list.n);
    while (c.p < c.end) {
        uint32_t behind = jd_cur_u32(&c), days = jd_cur_u32(&c);
        if (behind == spans) due = on(k, cal, due, (int)days);
    }
    return due;
}

jd_day jd_course_end(const jd_clock_rule *k, const jd_calendar *cal, const jd_course *c)
{
    uint32_t spans = 0;
    jd_day due = lengthened(k, cal, on(k, cal, c->from, k->days), c->lengthened, spans);
    jd_cur s = jd_cur_of(c->stood_still.p, c->stood_still.n);
    while (s.p < s.end) {
        jd_day stopped = (jd_day)jd_cur_u32(&s), again = (jd_day)jd_cur_u32(&s);
        due = lengthened(k, cal, resumed(k, cal, due, stopped, again), c->lengthened, ++spans);
    }
    return due;
}

jd_ms jd_next_rung(const int *warn, int warn_n, jd_day due, jd_ms after)
{
    for (int i = 0; i < warn_n; i++)
        if (jd_day_start(due - warn[i]) > after) return jd_day_start(due - warn[i]);
    return jd_day_start(due + 1) > after ? jd_day_start(due + 1) : JD_NO_TIME;
}

bool jd_is_breach(jd_day due, jd_ms instant)
{
    return instant >= jd_day_start(due + 1);
}

jd_day jd_term_end(const jd_policy *p, jd_day start)
{
    return jd_add_months(start, p->term_months);
}
