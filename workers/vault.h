/* Keys and what they protect: bodies at rest, and identity numbers found by keyed hash.
 *
 * Sealed bytes are [alg u8][key id u32][ciphertext and tag]. alg 1 is XChaCha20-Poly1305. The nonce is
 * the entry's number and its salt. The salt is the command's, drawn outside and new for every start of
 * a worker and for every batch that failed: a number that is given twice, because the first was never
 * committed, does not seal two contents under one nonce, and a replay seals the same bytes. */
#ifndef JD_VAULT_H
#define JD_VAULT_H

#include "base/arena.h"

enum { JD_DIGEST = 16, JD_SEAL_OVERHEAD = 5 + 16 };

/* Where a sealed content lies: this makes its nonce. */
typedef struct jd_place {
    uint64_t seq, salt;
} jd_place;

typedef struct jd_vault jd_vault;

/* The master key: 32 bytes in $CREDENTIALS_DIRECTORY/jiandu-master-key where the service manager
 * brings it, else in `file`, which is made on first start (0600) where it may be. NULL with the reason in `why`. */
jd_vault *jd_vault_open(const char *file, bool may_make, uint32_t division, char *why, size_t why_n);
void jd_vault_close(jd_vault *v); /* wipes the keys */

void jd_random(void *p, size_t n);

/* Keyed: tells nothing about the content to who has no key. */
void jd_digest(const jd_vault *v, jd_str content, uint8_t out[JD_DIGEST]);
void jd_hash_idno(const jd_vault *v, jd_str idno, uint8_t out[16]); /* x counts as X */

void jd_seal(const jd_vault *v, jd_place at, jd_str plain, jd_buf *out);
bool jd_unseal(const jd_vault *v, jd_place at, jd_str sealed, jd_arena *a, jd_str *plain);

#endif
