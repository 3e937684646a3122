/* The one place that turns an outcome into writes. */
#ifndef JD_RECORD_H
#define JD_RECORD_H

#include "workers/handler.h"

/* Writes entry, events, rows, clocks, worklist and request of an outcome whose code is RECORDED, and
 * moves the tally on. `plain` is what is sealed. `out` is the entry as it was written. */
void jd_record(jd_ctx *c, jd_str plain, jd_entry *out);

/* Reports look at no entry, so a run of them is sealed behind the writer's back (sealer.h). Everything else settles
 * first: then the journal has all of them. */
bool jd_looks_back(jd_msg type);
void jd_settle(jd_engine *g);

#endif
