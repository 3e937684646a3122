/* Pure: last days, and when a running limit next has something to say. */
#ifndef JD_RULES_DEADLINE_H
#define JD_RULES_DEADLINE_H

#include "workers/policy/policy.h"

/* Last day of the limit that starts on `from` (which does not count). */
jd_day jd_deadline(const jd_policy *p, jd_clock_id k, jd_day from);

/* Next instant after `after`: a warning at 00:00 (UTC+8) n days before the last day, or the breach at
 * 00:00 of the day behind it. JD_NO_TIME when all is past. */
jd_ms jd_next_rung(const int *warn, int warn_n, jd_day due, jd_ms after);

/* Whether an instant is the breach rather than a warning. */
bool jd_is_breach(jd_day due, jd_ms instant);

/* Last day of a term: the same calendar day n months later is still in it (rules.md A5). */
jd_day jd_term_end(const jd_policy *p, jd_day start);

#endif
