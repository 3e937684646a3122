/* What a daemon that comes is told first: the events that were recorded and perhaps never published, then that the worker
 * is ready. Events are repeated, never skipped. */
#ifndef JD_WELCOME_H
#define JD_WELCOME_H

#include "workers/engine.h"

/* The last event a daemon said it had handed on, as the store knows it. */
uint64_t jd_published_read(jd_store *s);
void jd_published_write(jd_txn *t, uint64_t seq);

/* Frames, whole. The first has some of the events behind `after`: how many. Both by the writer, in no transaction. */
uint32_t jd_welcome_events(jd_engine *g, uint64_t after, jd_buf *frame);
void jd_welcome_ready(jd_engine *g, jd_buf *frame);

#endif
