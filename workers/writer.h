/* The thread that applies batches: whatever has arrived goes into one transaction and one commit. While
 * it syncs, the next batch gathers. */
#ifndef JD_WRITER_H
#define JD_WRITER_H

#include "workers/batch.h"

typedef struct jd_writer jd_writer;

/* Batches in, batches out. `salt` is random, new for each start. `wake` is called from the thread when something is ready to be taken. */
jd_writer *jd_writer_start(jd_engine *g, uint64_t salt, void (*wake)(void *), void *arg);

/* Hands over a batch, which becomes the writer's; NULL says that a daemon has come. `link` says over which
 * connection. */
void jd_writer_give(jd_writer *w, uint64_t link, jd_inbatch *b);

/* A batch of few messages, while the thread has nothing to do, is applied by the caller itself: two threads that wake each
 * other take longer. True: its fate is known, and it is the caller's still. False: give it to the thread. */
bool jd_writer_apply(jd_writer *w, jd_inbatch *b);

/* A batch whose fate is known and is to be told, or a frame for a connection; false when there is neither. Both become
 * the caller's. */
bool jd_writer_take(jd_writer *w, uint64_t *link, jd_inbatch **batch, jd_buf *frame);

/* Reads the master key again; under a newer version every key is wrapped anew, some at a time, between batches. */
void jd_writer_rekey(jd_writer *w);

uint64_t jd_writer_waiting_ms(jd_writer *w); /* how long the oldest frame has been waiting */
void jd_writer_finish(jd_writer *w);         /* what was given is applied; the thread ends */
void jd_writer_free(jd_writer *w);

#endif
