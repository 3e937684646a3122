/* What one key is using: so many a second, and so many at once. */
#ifndef JD_DAEMON_METER_H
#define JD_DAEMON_METER_H

#include "base/certificate.h"

/* Filled at so much a second, up to a second's worth. */
typedef struct jd_bucket {
    int64_t level; /* thousandths */
    uint64_t at;   /* ms */
} jd_bucket;

bool jd_bucket_has(jd_bucket *b, uint64_t now, int64_t per_second); /* at least one */
void jd_bucket_take(jd_bucket *b, int64_t n); /* may fall below nothing: what follows waits the longer */

/* Kept as long as the daemon lives, so that a reload forgives nothing. */
typedef struct jd_meter {
    struct jd_meter *next;
    char key[JD_KEY_TEXT + 1];
    int64_t outstanding, queries;
    jd_bucket messages, bytes, connects;
    int64_t kept; /* connections that have said something */
    unsigned may; /* a bit a socket with keys: where it may be, when that was last looked at */
} jd_meter;

/* The one of a key, in a list that grows by it. */
jd_meter *jd_meter_for(jd_meter **all, jd_str key);

/* Whose messages a batch holds: counted when they are taken, and when the batch is done with. NULL: nobody's. */
void jd_meter_charge(jd_meter *m, jd_buf *senders);
void jd_meter_settle(jd_buf *senders); /* and frees it */

#endif
