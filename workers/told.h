/* Events by number. They lie in the journal's entries, whose numbers and first events rise together: the entry
 * an event belongs to is found by halving. */
#ifndef JD_TOLD_H
#define JD_TOLD_H

#include "workers/journal.h"

/* for (jd_told w = jd_told_from(t, a, seq, entries); jd_told_next(&w);) ... w.e, w.change
 * From event `seq` on; the journal has so many entries. Ends at the last event, or with the transaction's error. */
typedef struct jd_told {
    jd_txn *txn;
    jd_arena *a;
    uint64_t seq, entry, entries; /* next event; entry it is looked for in; how many there are */
    jd_entry e;
    int change;
} jd_told;

jd_told jd_told_from(jd_txn *t, jd_arena *a, uint64_t seq, uint64_t entries);
bool jd_told_next(jd_told *w);

#endif
