/* What LMDB leaves behind of a destroyed key: its pages are copied when they are written, so older copies of the row lie
 * in free pages. They are looked for in the file, a step at a time between batches, and overwritten.
 *
 * Only what is gone from the table is looked for, by its slot and its random nonce: what is found belongs to nobody but a
 * reader that began before, and to that one it reads as destroyed. Lost with the process; a new master key is the
 * certain way (docs/operations.md). */
#ifndef JD_SCRUB_H
#define JD_SCRUB_H

#include "workers/store.h"

typedef struct jd_scrub {
    jd_buf now, next; /* patterns: those of this walk through the file, those that came since */
    uint64_t at;
} jd_scrub;

/* A key's row as it was; to be called when its destruction is on disk. */
void jd_scrub_add(jd_scrub *s, jd_str patterns);
void jd_scrub_pattern(jd_str key, jd_str row, jd_buf *out);

bool jd_scrub_waits(const jd_scrub *s);           /* for a step */
bool jd_scrub_step(jd_scrub *s, jd_store *store); /* by the writer, in no transaction; true: there is more */
void jd_scrub_free(jd_scrub *s);

#endif
