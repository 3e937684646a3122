/* Signed heads of the journal. The chain shows that nothing within the journal was changed; that nothing was cut from
 * its end, and that the chain is the one that was written, shows a head that was signed earlier and kept elsewhere.
 *
 * A line each in the file `checkpoints` beside the store, only ever added to:
 *     1 DIVISION EPOCH ENTRY EVENT TIME CHAIN KEY SIGNATURE
 * TIME in ms since 1970; CHAIN, KEY and SIGNATURE in hexadecimal. The signature is Ed25519 over what stands before
 * the last blank. The signing key follows from the division's, so nobody makes one without it; with the public key,
 * which health.get names too, anybody checks one. */
#ifndef JD_CHECKPOINT_H
#define JD_CHECKPOINT_H

#include "base/config.h"
#include "workers/engine.h"

typedef struct jd_checkpoints jd_checkpoints;

enum { JD_CHECKPOINT_KEY = 32 };
void jd_checkpoint_public(const jd_vault *v, uint8_t key[JD_CHECKPOINT_KEY]);

/* The file is opened, or begun, with the first one. */
jd_checkpoints *jd_checkpoints_open(jd_config *c, const jd_engine *g);
void jd_checkpoints_close(jd_checkpoints *k, const jd_engine *g); /* with a last one, where something is new */

/* Behind a commit: adds one when enough has come since the last, or enough time has passed. One that cannot be written
 * is logged and tried again. */
void jd_checkpoint(jd_checkpoints *k, const jd_engine *g);

/* Every line of the store's own file, or of another, against the journal. Prints; an exit code. */
int jd_checkpoints_verify(jd_config *c, uint32_t division, const char *file);

#endif
