/* Requests that have no reply yet: found by id, and in the order in which something is due. */
#ifndef JD_CTL_PENDING_H
#define JD_CTL_PENDING_H

#include "ctl/lib/internal.h"

typedef struct jd_pending {
    struct jd_pending *prev, *next; /* in a queue, by due */
    struct jd_pending *chain;       /* in a bucket */
    uint8_t id[16];
    bool held; /* answered busy: goes out again when due; else given up when due */
    int tries; /* that went unanswered */
    jd_ms due, busy_since, pause;
    uint32_t header_n, body_n;
    char bytes[]; /* header, then body */
} jd_pending;

typedef struct jd_queue {
    jd_pending *first, *last;
} jd_queue;

enum { JD_BUCKETS = 4096 };
typedef struct jd_pendings {
    jd_queue sent, held;
    size_t n;
    jd_pending *bucket[JD_BUCKETS];
} jd_pendings;

jd_pending *jd_pending_new(const uint8_t id[16], jd_str header, jd_str body); /* NULL: memory */
void jd_pending_put(jd_pendings *all, jd_pending *p);
jd_pending *jd_pending_find(jd_pendings *all, const uint8_t id[16]);
void jd_pending_drop(jd_pendings *all, jd_pending *p); /* frees it */

/* Moves it to the queue `held` says, behind what is due before. */
void jd_pending_due(jd_pendings *all, jd_pending *p, bool held, jd_ms due);

void jd_pending_drop_all(jd_pendings *all);

#endif
