/* Data keys wrapped anew when the master key has another version: some in each commit, between batches. */
#ifndef JD_REWRAP_H
#define JD_REWRAP_H

#include "workers/engine.h"

typedef struct jd_rewrap {
    bool wanted;  /* keys may be wrapped by an older master key */
    jd_slot last; /* that was looked at */
    int done;
} jd_rewrap;

void jd_rewrap_reload(jd_rewrap *r, jd_engine *g); /* the key's file is read again; where it is bad, nothing changes */
void jd_rewrap_step(jd_rewrap *r, jd_engine *g);   /* in no transaction */

#endif
