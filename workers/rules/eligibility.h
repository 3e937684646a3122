/* Pure: what a form, the facts and the policy come to. */
#ifndef JD_RULES_ELIGIBILITY_H
#define JD_RULES_ELIGIBILITY_H

#include "workers/journal.h"
#include "workers/policy/policy.h"

typedef enum {
    JD_VERDICT_ELIGIBLE,
    JD_VERDICT_NEEDS_FACT, /* something attested from outside is not known */
    JD_VERDICT_NEEDS_INFO, /* the form lacks a field */
    JD_VERDICT_INELIGIBLE, /* proposed; people decide (PIPL art. 24) */
    JD_VERDICT_REFUSED,    /* at the door: the message itself contradicts a condition */
} jd_verdict;

typedef struct jd_screening {
    jd_verdict verdict; /* the gravest of its reasons */
    bool declaration;   /* refused for a declaration, not for a condition */
    int n;
    jd_reason reasons[32];
} jd_screening;

void jd_screen(const jd_policy *p, const jd_env *env, int channel, jd_screening *out);

#endif
