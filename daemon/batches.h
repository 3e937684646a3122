/* What is on its way to a worker: messages that gather, and the batches sent that are not answered yet. Each message counts
 * as in flight from jd_batches_add on, until its batch is answered or it is given back. */
#ifndef JD_BATCHES_H
#define JD_BATCHES_H

#include "daemon/daemon.h"

typedef struct jd_outbatch {
    struct jd_outbatch *next;
    uint64_t number;
    uint32_t count;
    jd_buf frame;   /* JD_LINK_BATCH, kept to be sent again; empty before the first message */
    jd_buf senders; /* a jd_meter * each */
} jd_outbatch;

typedef struct jd_batches {
    jd_daemon *d;
    jd_outbatch gathering;      /* not yet sent */
    jd_outbatch *first, **last; /* sent, not yet answered, oldest first */
    int unanswered;
    uint64_t number; /* of the last one sent; they rise by one */
} jd_batches;

void jd_batches_init(jd_batches *b, jd_daemon *d);
void jd_batches_add(jd_batches *b, const jd_link_msg *m, jd_meter *by);
bool jd_batches_full(const jd_batches *b); /* the one that gathers */
/* What is gathered becomes a batch, to be sent: empty if there is nothing. */
const jd_outbatch *jd_batches_next(jd_batches *b, uint64_t published, jd_ms now);
void jd_batches_answered(jd_batches *b, uint64_t number); /* in order: another than the oldest is not ours */
/* What has gathered was never sent, so never recorded: its senders are told to come again. */
void jd_batches_give_back(jd_batches *b);

#endif
