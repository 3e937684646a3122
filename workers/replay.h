/* The journal applied to an empty store, which must come out the same, row for row. */
#ifndef JD_REPLAY_H
#define JD_REPLAY_H

#include "base/config.h"
#include "workers/engine.h"

/* Entries 1 to `last`, read in t. Where that is not the whole journal, the entries are compared and no other rows. */
bool jd_replay(jd_config *conf, jd_engine *g, jd_txn *t, uint64_t last, char *broken, size_t n);

#endif
