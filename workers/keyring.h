/* The data keys of a store: a row a slot, wrapped. An empty row says that the key was destroyed.
 *
 * A key is drawn when its slot is first sealed with. So this table is the one that does not follow from the journal:
 * a replay is given a copy of it, and seals the same bytes. */
#ifndef JD_KEYRING_H
#define JD_KEYRING_H

#include "workers/store.h"
#include "workers/vault.h"

/* Adopts the division's key, and in an empty store that may be written draws it. Every key there is must be wrapped
 * by a master key that is present. */
bool jd_keyring_open(jd_vault *v, jd_store *s, bool empty, char *why, size_t why_n);

jd_slot jd_month_slot(int64_t ms); /* of an instant, in UTC+8 */

/* The key to seal with, in a write transaction. A slot whose key was destroyed stays so: the division's is used, and
 * `slot` says so. NULL with an error in the transaction. */
const jd_secret *jd_key_to_seal(const jd_vault *v, jd_txn *t, jd_slot *slot);

bool jd_unseal_in(const jd_vault *v, jd_txn *t, jd_place at, jd_str sealed, jd_arena *a, jd_str *plain);
/* For good: the row is overwritten, then emptied. Copies on pages that are free are scrub.h's, by what is added to
 * `gone`. */
void jd_key_destroy(const jd_vault *v, jd_txn *t, jd_str key, jd_buf *gone);
bool jd_row_destroyed(jd_str row);
bool jd_slot_destroyed(jd_txn *t, jd_slot slot);

/* Wraps up to `max` rows behind *from under the newest master key; how many were looked at, 0 at the end. */
int jd_keyring_rewrap(const jd_vault *v, jd_txn *t, jd_slot *from, int max, int *wrapped);

/* How many rows each version of the master key wraps, and how many keys were destroyed (version 0). */
typedef struct jd_keys_by {
    int n;
    struct {
        uint32_t version;
        uint64_t keys;
    } v[JD_MASTERS_MAX + 1];
} jd_keys_by;
void jd_keyring_count(jd_txn *t, jd_keys_by *out);

#endif
