/* Pure: which grounds for dismissal a supervisor's facts and records show. */
#ifndef JD_RULES_STANDING_H
#define JD_RULES_STANDING_H

#include "workers/policy/policy.h"

typedef struct jd_standing {
    const jd_tri *facts;
    int64_t breaches, serious; /* recorded in this term */
    bool asked;                /* to stop */
} jd_standing;

/* Yes: it shows. No: what it rests on is not there. Unknown: only people can say. */
jd_tri jd_ground_shows(const jd_ground_rule *g, const jd_standing *s);

#endif
