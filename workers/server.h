/* The worker's socket: one daemon at a time, batches to the writer, queries answered here. */
#ifndef JD_SERVER_H
#define JD_SERVER_H

#include "workers/engine.h"

/* Serves until SIGTERM or SIGINT, then finishes what was received. Returns an exit code. */
int jd_serve(jd_engine *g, uint64_t salt, const char *socket_path);

#endif
