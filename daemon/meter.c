#include "daemon/meter.h"

#include <stdlib.h>

#include "base/log.h"

bool jd_bucket_has(jd_bucket *b, uint64_t now, int64_t per_second)
{
    enum { LONG_MS = 60 * 1000 }; /* nothing is owed for longer */
    int64_t full = per_second * 1000, ms = (int64_t)(now - b->at);
    b->level += (ms > LONG_MS ? LONG_MS : ms) * per_second;
    if (b->level > full) b->level = full;
    b->at = now;
    return b->level >= 1000;
}

void jd_bucket_take(jd_bucket *b, int64_t n)
{
    b->level -= n * 1000;
}

jd_meter *jd_meter_for(jd_meter **all, jd_str key)
{
    for (jd_meter *m = *all; m; m = m->next)
        if (jd_str_is(key, m->key)) return m;
    jd_meter *m = calloc(1, sizeof *m);
    if (!m) jd_die(JD_EX_TEMPFAIL, "out of memory");
    memcpy(m->key, key.p, key.n < JD_KEY_TEXT ? key.n : JD_KEY_TEXT);
    m->next = *all;
    return *all = m;
}

void jd_meter_charge(jd_meter *m, jd_buf *senders)
{
    if (!m) return;
    jd_buf_add(senders, &m, sizeof m);
    if (senders->failed) jd_die(JD_EX_TEMPFAIL, "out of memory");
    m->outstanding++;
}

void jd_meter_settle(jd_buf *senders)
{
    for (size_t i = 0; i + sizeof(jd_meter *) <= senders->n; i += sizeof(jd_meter *)) {
        jd_meter *m;
        memcpy(&m, senders->p + i, sizeof m);
        m->outstanding--;
    }
    jd_buf_free(senders);
}
