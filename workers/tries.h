/* How often a name was guessed wrong for one certificate. A query leaves no trace in the store, so this is in memory: of
 * a fixed size, for a day, until the worker ends. */
#ifndef JD_TRIES_H
#define JD_TRIES_H

#include "base/civil.h"

/* That many certificates in a row have a place each; with more, some share one and are bounded together. */
enum { JD_TRIES_PLACES = 16384 };

typedef struct jd_tries {
    int64_t most; /* a day */
    struct {
        jd_day day;
        uint32_t wrong;
    } of[JD_TRIES_PLACES];
} jd_tries;

jd_tries *jd_tries_new(int64_t most);
bool jd_tries_left(const jd_tries *t, uint64_t certificate, jd_day today);
void jd_tries_wrong(jd_tries *t, uint64_t certificate, jd_day today);

#endif
