/* A batch on its way: read and prepared for the writer as it comes from the daemon (frame JD_LINK_BATCH), put in
 * words when its fate is known (JD_LINK_DONE). Both are the loop thread's work. */
#ifndef JD_BATCH_H
#define JD_BATCH_H

#include "workers/engine.h"

typedef struct jd_batched {
    uint32_t token; /* the daemon's: where the receipt goes */
    jd_actor actor;
    jd_prepared prepared;
    const jd_news_item *answer; /* what it came to; NULL: its receipt lies in `said` */
    size_t said_at, said_n;
} jd_batched;

typedef struct jd_inbatch {
    uint64_t number;
    uint64_t published; /* the last event the daemon has handed on */
    jd_ms now;
    uint32_t n;
    jd_batched *v;
    jd_arena arena;
    jd_buf scratch; /* its room is used again for each message */
    jd_buf said;    /* receipts the writer gave itself */
    jd_news news;
    bool undone; /* its commit failed: everybody is told to send again */
    uint64_t event_seq;
    jd_ms wake;
} jd_inbatch;

jd_inbatch *jd_inbatch_read(const char *p, size_t n); /* the bytes are copied; NULL: they are no batch */
/* What the worker itself puts beside a message: for policy.activate the policy of the folder, as it is now. */
void jd_inbatch_attach(jd_inbatch *b, const char *policy_file);
void jd_inbatch_tell(jd_engine *g, jd_inbatch *b, jd_buf *frame); /* in words, a whole frame */
void jd_inbatch_free(jd_inbatch *b);

#endif
