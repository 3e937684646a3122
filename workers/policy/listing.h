/* The list of institutions as a CSV: read whole or not at all, by the policy's codes. The worker and
 * jianductl read it with the same rules. */
#ifndef JD_POLICY_LISTING_H
#define JD_POLICY_LISTING_H

#include "workers/policy/policy.h"

enum { JD_LISTING_MAX = 20000, JD_LISTING_WRONG_MAX = 20 };

typedef struct jd_listing_row {
    jd_str code, name, kind, level; /* level NULL where it is not said */
    jd_str county;
    jd_day from, to; /* of the agreement */
    int line;
} jd_listing_row;

typedef struct jd_listing {
    int n;
    jd_listing_row *v; /* in the order of their codes */
    int wrong_n;       /* all of them; the first are kept */
    struct {
        int line;
        char text[160];
    } wrong[JD_LISTING_WRONG_MAX];
} jd_listing;

/* False when a line is wrong. Strings point into csv or the arena. */
bool jd_listing_read(const jd_policy *p, jd_str csv, jd_arena *a, jd_listing *out);

/* A policy's pattern of institution codes; NULL, with what is wrong, when it is none. */
void *jd_pattern_make(const char *pattern, char *why, size_t why_n);
void jd_pattern_free(void *matcher);
bool jd_institution_code(const jd_policy *p, jd_str code); /* does it look like one? */

#endif
