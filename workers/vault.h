/* What protects content at rest, and how identity numbers are found.
 *
 * The master key (master.h) derives a key-encryption key for each of its versions and each division. It wraps
 * random data keys, one a slot, which lie in the store's table `keys` (keyring.h). Whoever destroys a slot's row has
 * destroyed what was sealed with it; whoever changes the master key wraps the data keys anew, and no content.
 *
 * Sealed bytes are [alg u8][slot kind u8][slot number, LEB128][ciphertext and tag]. alg 1 is
 * XChaCha20-Poly1305; another, such as SM4 with an HMAC of SM3, would be another number. The nonce is the entry's salt,
 * eight zeros and its number: what XChaCha20 derives from its first sixteen bytes is the same for a run of the worker. The salt is the command's, drawn outside and new for every start of a worker and for every
 * batch that failed: a number that is given twice, because the first was never committed, does not seal two contents
 * under one nonce, and a replay seals the same bytes. */
#ifndef JD_VAULT_H
#define JD_VAULT_H

#include "workers/master.h"

enum { JD_DIGEST = 16, JD_WRAPPED = 1 + 4 + 24 + JD_KEY + 16 };

/* Where a sealed content lies: this makes its nonce. */
typedef struct jd_place {
    uint64_t seq, salt;
} jd_place;

/* Whose key. Kinds are stored, in rows and in sealed bytes. */
enum { JD_SLOT_DIVISION = 'D', JD_SLOT_PERSON = 'P', JD_SLOT_MONTH = 'M' };
typedef struct jd_slot {
    uint8_t kind;
    uint64_t number; /* 0; the person's; the month, counted from year 0 */
} jd_slot;

typedef struct jd_vault jd_vault;

/* Reads the master key. NULL with the reason in `why`. */
jd_vault *jd_vault_open(const char *file, bool may_make, uint32_t division, char *why, size_t why_n);
void jd_vault_close(jd_vault *v); /* wipes the keys */

/* Reads the master key's file again and takes versions that are new. Those it lacks now stay until the worker ends. */
bool jd_vault_reload(jd_vault *v, char *why, size_t why_n);
uint32_t jd_vault_newest(const jd_vault *v);
bool jd_vault_has(const jd_vault *v, uint32_t version);

void jd_random(void *p, size_t n);

/* A data key as its row holds it: alg, version of the master key, nonce, ciphertext. Bound to its slot. */
void jd_wrap(const jd_vault *v, jd_slot slot, const jd_secret *key, uint8_t out[JD_WRAPPED]);
bool jd_unwrap(const jd_vault *v, jd_slot slot, jd_str wrapped, jd_secret *key);
uint32_t jd_wrapped_by(jd_str wrapped); /* version of the master key, 0 for no wrapped key at all */

/* The division's own key, from which those for sealing, digests and identity numbers are derived. Digests and hashes
 * want it. */
void jd_vault_adopt(jd_vault *v, const jd_secret *division);
const jd_secret *jd_vault_division(const jd_vault *v); /* for sealing; NULL before */

/* Keyed: tells nothing about the content to who has no key. */
void jd_digest(const jd_vault *v, jd_str content, uint8_t out[JD_DIGEST]);
void jd_hash_idno(const jd_vault *v, jd_str idno, uint8_t out[16]); /* x counts as X */

void jd_seal(const jd_vault *v, const jd_secret *key, jd_slot slot, jd_place at, jd_str plain, jd_buf *out);
size_t jd_sealed_size(jd_slot slot, size_t plain);
bool jd_sealed_slot(jd_str sealed, jd_slot *slot);
bool jd_unseal(const jd_secret *key, jd_place at, jd_str sealed, jd_arena *a, jd_str *plain);

/* Data keys in use, the writer's; in locked memory like the rest. NULL: not there. */
const jd_secret *jd_vault_cached(const jd_vault *v, jd_slot slot);
const jd_secret *jd_vault_cache(const jd_vault *v, jd_slot slot, const jd_secret *key);
void jd_vault_forget(const jd_vault *v, jd_slot slot);
void jd_vault_forget_all(const jd_vault *v);

#endif
