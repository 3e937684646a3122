/* Which department manages a report, and which may see it. Pure. */
#ifndef JD_RULES_VISIBILITY_H
#define JD_RULES_VISIBILITY_H

#include "workers/policy/policy.h"

/* A case's departments, as its row has them. */
typedef struct jd_desks {
    uint16_t lead;          /* JD_NO_DEPT for none */
    jd_str assist, accused; /* u16 each */
} jd_desks;

/* Who manages a report: the managing department, and where that is accused the discipline body, then the
 * authority. JD_NO_DEPT: a report that accuses all of them waits for a body above this division. */
uint16_t jd_who_manages(const jd_policy *p, jd_str accused);

/* `mine`: departments of one person, u16 each. What accuses one of them is hidden, unless another of them has it to
 * handle; else the leading and assisting departments see it, and those that manage, decide or guard discipline. */
bool jd_departments_see(const jd_policy *p, const jd_desks *d, jd_str mine);

#endif
