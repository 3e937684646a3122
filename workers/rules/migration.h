/* Pure: a case's row, said in the words of another policy. */
#ifndef JD_RULES_MIGRATION_H
#define JD_RULES_MIGRATION_H

#include "workers/policy/policy.h"
#include "workers/rows.h"

enum { JD_MISSING_MAX = 16 };

/* What the other policy lacks: "category", "LC.B3". */
typedef struct jd_missing {
    int n;
    struct {
        const char *what;
        jd_str code;
    } v[JD_MISSING_MAX];
} jd_missing;

/* Every index of the row becomes that of the item with the same code in `to`; lists are copied to the arena.
 * False with what is missing; the row is then not to be used. */
bool jd_migrate_row(const jd_policy *from, const jd_policy *to, jd_entity e, jd_case_row *row, jd_arena *a,
                    jd_missing *missing);

#endif
