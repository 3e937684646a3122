/* The worker's socket: one daemon at a time, batches to the writer, queries answered here. */
#ifndef JD_SERVER_H
#define JD_SERVER_H

#include "base/config.h"
#include "workers/engine.h"

/* Serves until SIGTERM or SIGINT, then finishes what was received. Returns an exit code. The configuration says where
 * the socket is and where the policy folder, which is read again when policy.activate asks for it. */
int jd_serve(jd_engine *g, uint64_t salt, jd_config *c);

#endif
