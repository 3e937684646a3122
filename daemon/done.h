/* The worker's answer to a batch (JD_LINK_DONE), told some receipts and events at a time: who asks something meanwhile
 * does not wait for thousands. */
#ifndef JD_DONE_H
#define JD_DONE_H

#include "daemon/daemon.h"

typedef struct jd_done {
    struct jd_done *next;
    uint64_t number, event_seq; /* of the batch; its last event */
    jd_ms wake;
    jd_buf bytes;
    jd_cur rest;               /* what is not told yet; failed: it cannot be read */
    uint32_t receipts, events; /* left */
    bool told_receipts;
} jd_done;

jd_done *jd_done_new(const jd_cur *payload);                            /* copied */
bool jd_done_tell(jd_daemon *d, int division, jd_done *done, int most); /* its place; false: there is more of it */
void jd_events_tell(jd_daemon *d, int division, jd_cur *events);        /* those of JD_LINK_EVENTS, at one go */
void jd_done_free(jd_done *done);

#endif
