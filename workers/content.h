/* What is sealed about a case, and the receipts that carry it: of commands that record the read. */
#ifndef JD_CONTENT_H
#define JD_CONTENT_H

#include "workers/owner.h"

/* The entries of a case's history, newest first: p->e and what it did to the case. */
typedef struct jd_past {
    jd_txn *txn;
    jd_arena *arena;
    jd_case_id id;
    uint64_t next; /* journal entry, 0 at the end */
    jd_entry e;
    const jd_changed *change;
} jd_past;

jd_past jd_past_of(jd_txn *t, jd_arena *a, jd_case_id id, uint64_t seq); /* from that entry back */
bool jd_past_next(jd_past *p);

/* What a receipt carries beyond what every one does, packed as pairs; the same whenever it is asked for again, unless
 * it was erased since. */
jd_str jd_content_told(const jd_engine *g, const jd_entry *e, jd_arena *a, size_t *pairs);
bool jd_tells_content(jd_msg type);

/* Who may see of a case what. The reporter sees of a report their own words and the feedback. */
typedef enum { JD_SEES_ALL, JD_SEES_OWN } jd_view;

enum { JD_CONTENT_MAX = 4 << 20 }; /* bytes a receipt; what is left is asked for again */

/* One entry as a map; false where there is nothing to show of it. */
bool jd_pack_sealed(const jd_engine *g, const jd_past *p, jd_view sight, jd_buf *out);

/* Who read: {entry, at, type, id, reader, sender} for each read of the case before an entry, the last 2,000. */
size_t jd_pack_reads(const jd_engine *g, jd_past past, uint64_t before, jd_buf *out);

/* export.c */
void jd_tell_export(const jd_engine *g, const jd_entry *e, const struct jd_person_export *m, jd_arena *a, jd_buf *out);

#endif
