#include "workers/rules/deadline.h"

jd_day jd_limit_day(const jd_policy *p, const jd_clock_rule *c, jd_day from)
{
    if (c->working) return jd_add_workdays(&p->calendar, from, c->days);
    return jd_add_days_rolled(&p->calendar, from, c->days);
}

jd_day jd_deadline(const jd_policy *p, jd_clock_id k, jd_day from)
{
    return jd_limit_day(p, &p->clocks[k], from);
}

jd_day jd_duty_day(const jd_policy *p, const jd_duty_rule *r, jd_day from)
{
    int year, month, day;
    if (r->of_appointment) return jd_limit_day(p, &r->limit, from);
    if (r->months) return jd_add_months(from, r->months);
    jd_day_parts(from, &year, &month, &day);
    return jd_day_of(year, 12, 31);
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

jd_day jd_resumed(const jd_policy *p, jd_clock_id k, jd_day due, jd_day stopped, jd_day today)
{
    if (!p->clocks[k].working) return jd_add_days_rolled(&p->calendar, today, due - stopped);
    int left = 0;
    for (jd_day d = stopped + 1; d <= due; d++) left += jd_is_workday(&p->calendar, d);
    return jd_add_workdays(&p->calendar, today, left);
}

jd_day jd_extended(const jd_policy *p, jd_clock_id k, jd_day due, int days)
{
    if (p->clocks[k].working) return jd_add_workdays(&p->calendar, due, days);
    return jd_add_days_rolled(&p->calendar, due, days);
}
