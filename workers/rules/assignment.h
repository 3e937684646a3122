/* Pure: which department handles a report. */
#ifndef JD_RULES_ASSIGNMENT_H
#define JD_RULES_ASSIGNMENT_H

#include "workers/policy/policy.h"

enum { JD_ASSIST_MAX = 8 };

typedef struct jd_assignment {
    int route;     /* index of the rule that matched */
    uint16_t lead; /* JD_NO_DEPT: held, nobody may have it without conflict */
    bool diverted; /* the rule named an accused department: it went to the discipline body */
    int assist_n;
    uint16_t assist[JD_ASSIST_MAX];
} jd_assignment;

/* The first route whose condition holds. A department in `accused` (u16 big-endian each) is never
 * chosen, neither to lead nor to assist (LC-7.A3, WH-6.2, petition regulation art. 30). */
void jd_assign(const jd_policy *p, const jd_env *env, uint32_t county, jd_str accused, jd_assignment *out);

#endif
