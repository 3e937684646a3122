/* A batch as it comes from the daemon, read and prepared for the writer (frame JD_LINK_BATCH). */
#ifndef JD_BATCH_H
#define JD_BATCH_H

#include "workers/engine.h"

typedef struct jd_batched {
    uint32_t token; /* the daemon's: where the receipt goes */
    jd_actor actor;
    jd_prepared prepared;
} jd_batched;

typedef struct jd_inbatch {
    uint64_t number;
    uint64_t published; /* the last event the daemon has handed on */
    jd_ms now;
    uint32_t n;
    jd_batched *v;
    jd_arena arena;
    jd_buf scratch; /* its room is used again for each message */
} jd_inbatch;

/* NULL when the bytes are no batch. They are copied. */
jd_inbatch *jd_inbatch_read(const char *p, size_t n);
/* What the worker itself puts beside a message: for policy.activate the policy of the folder, as it is now. */
void jd_inbatch_attach(jd_inbatch *b, const char *policy_file);
void jd_inbatch_free(jd_inbatch *b);

#endif
