/* Pure: last days, and when a running limit next has something to say. */
#ifndef JD_RULES_DEADLINE_H
#define JD_RULES_DEADLINE_H

#include "workers/policy/policy.h"

/* Last day of the limit that starts on `from` (which does not count). */
jd_day jd_deadline(const jd_policy *p, const jd_calendar *cal, jd_clock_id k, jd_day from);

/* What a limit has been through, as rows keep it. */
typedef struct jd_course {
    jd_day from;
    jd_str stood_still; /* spans, pairs of i32 days: behind the first, through the second */
    jd_str lengthened;  /* extensions, pairs of u32: how many spans came before, and the days */
} jd_course;

/* Its last day, step by step from the start: what stood still has the same days left when it runs on, and an
 * extension adds days of the limit's own unit. So another calendar or policy can be laid under it. */
jd_day jd_course_end(const jd_clock_rule *k, const jd_calendar *cal, const jd_course *c);

/* The same of any limit, and of an obligation whose period or limit starts on `from`. */
jd_day jd_limit_day(const jd_calendar *cal, const jd_clock_rule *k, jd_day from);
jd_day jd_duty_day(const jd_calendar *cal, const jd_duty_rule *r, jd_day from);

/* Next instant after `after`: a warning at 00:00 (UTC+8) n days before the last day, or the breach at
 * 00:00 of the day behind it. JD_NO_TIME when all is past. */
jd_ms jd_next_rung(const int *warn, int warn_n, jd_day due, jd_ms after);

/* Whether an instant is the breach rather than a warning. */
bool jd_is_breach(jd_day due, jd_ms instant);

/* Last day of a term: the same calendar day n months later is still in it (rules.md A5). */
jd_day jd_term_end(const jd_policy *p, jd_day start);

#endif
