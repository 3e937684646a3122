/* Reports on their way into the journal: a thread of its own seals and chains them, in order, while the writer decides
 * what comes next. Sealing and chaining are two fifths of what a report costs the writer, and need nothing but the entry
 * and the one before. */
#ifndef JD_SEALER_H
#define JD_SEALER_H

#include "workers/journal.h"

typedef struct jd_sealer jd_sealer;

jd_sealer *jd_sealer_start(const jd_vault *v);
void jd_sealer_stop(jd_sealer *s);

/* About so many entries come until they are put; they decide when the thread is first told of any. */
void jd_sealer_expect(jd_sealer *s, size_t n);

/* True where all that was given and not yet put is of this slot. Another's key could take the place in the vault's cache
 * of one that is still sealed with: put first. */
bool jd_sealer_takes(const jd_sealer *s, jd_slot slot);

/* One more, the entry that follows those given before, or `chain` where none are. What it points to stays until it is put. */
void jd_sealer_give(jd_sealer *s, const jd_entry *e, const jd_secret *key, jd_slot slot, jd_str plain,
                    const uint8_t chain[JD_CHAIN]);

/* Seals what the thread has not come to, puts all that was given into the journal and moves the chain on. */
void jd_sealer_put(jd_sealer *s, jd_txn *t, uint8_t chain[JD_CHAIN]);

#endif
