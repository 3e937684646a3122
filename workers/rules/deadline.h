/* Pure: last days, and when a running limit next has something to say. */
#ifndef JD_RULES_DEADLINE_H
#define JD_RULES_DEADLINE_H

#include "workers/policy/policy.h"

/* Last day of the limit that starts on `from` (which does not count). */
jd_day jd_deadline(const jd_policy *p, jd_clock_id k, jd_day from);

/* The same of any limit, and of an obligation whose period or limit starts on `from`. */
jd_day jd_limit_day(const jd_policy *p, const jd_clock_rule *c, jd_day from);
jd_day jd_duty_day(const jd_policy *p, const jd_duty_rule *r, jd_day from);

/* Next instant after `after`: a warning at 00:00 (UTC+8) n days before the last day, or the breach at
 * 00:00 of the day behind it. JD_NO_TIME when all is past. */
jd_ms jd_next_rung(const int *warn, int warn_n, jd_day due, jd_ms after);

/* Last day of a limit that stood still from `stopped` to `today` and has the same days left. */
jd_day jd_resumed(const jd_policy *p, jd_clock_id k, jd_day due, jd_day stopped, jd_day today);

/* Last day of a limit extended by so many days of its own unit. */
jd_day jd_extended(const jd_policy *p, jd_clock_id k, jd_day due, int days);

/* Whether an instant is the breach rather than a warning. */
bool jd_is_breach(jd_day due, jd_ms instant);

/* Last day of a term: the same calendar day n months later is still in it (rules.md A5). */
jd_day jd_term_end(const jd_policy *p, jd_day start);

#endif
