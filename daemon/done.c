#include "daemon/done.h"

#include <stdlib.h>

#include "base/log.h"

jd_done *jd_done_new(const jd_cur *payload)
{
    jd_done *done = calloc(1, sizeof *done);
    if (done) jd_buf_add(&done->bytes, payload->p, (size_t)(payload->end - payload->p));
    if (!done || done->bytes.failed) jd_die(JD_EX_TEMPFAIL, "out of memory");
    done->rest = jd_cur_of(done->bytes.p, done->bytes.n);
    done->number = jd_cur_u64(&done->rest);
    done->event_seq = jd_cur_u64(&done->rest);
    done->wake = (jd_ms)jd_cur_u64(&done->rest);
    done->receipts = jd_cur_u32(&done->rest);
    return done;
}

void jd_done_free(jd_done *done)
{
    jd_buf_free(&done->bytes);
    free(done);
}

static void answer_one(jd_daemon *d, jd_cur *c)
{
    uint32_t token = jd_cur_u32(c);
    jd_str receipt = jd_cur_lstr(c);
    if (!c->failed) jd_slot_answer(d, token, receipt);
}

static void publish_one(jd_daemon *d, int division, jd_cur *c)
{
    jd_str topic = jd_cur_lstr(c), event = jd_cur_lstr(c);
    if (!c->failed) jd_publish_event(d, division, topic, event);
}

void jd_events_tell(jd_daemon *d, int division, jd_cur *c)
{
    uint32_t n = jd_cur_u32(c);
    for (; n && !c->failed; n--) publish_one(d, division, c);
}

bool jd_done_tell(jd_daemon *d, int division, jd_done *done, int most)
{
    jd_cur *c = &done->rest;
    for (; most > 0 && done->receipts && !c->failed; most--, done->receipts--) answer_one(d, c);
    if (done->receipts && !c->failed) return false;
    if (!done->told_receipts) done->events = jd_cur_u32(c);
    done->told_receipts = true;
    for (; most > 0 && done->events && !c->failed; most--, done->events--) publish_one(d, division, c);
    return !done->events || c->failed;
}
