#include "workers/welcome.h"

#include "base/log.h"
#include "proto/link.h"
#include "workers/keys.h"
#include "workers/told.h"

static const jd_str published_key = { "published", 9 };

uint64_t jd_published_read(jd_store *s)
{
    jd_txn t;
    jd_str bytes;
    jd_begin(s, &t, false);
    uint64_t v = jd_get(&t, JD_DB_META, published_key, &bytes) ? jd_unkey_seq(bytes) : 0;
    jd_abort(&t);
    return v;
}

void jd_published_write(jd_txn *t, uint64_t seq)
{
    jd_key v = jd_key_seq(seq);
    jd_put(t, JD_DB_META, published_key, jd_k(&v));
}

static uint32_t put_events(jd_engine *g, uint64_t after, jd_buf *frame)
{
    enum { A_FRAME = 1000 };
    jd_txn t;
    jd_arena a = { 0 };
    uint32_t n = 0;
    jd_begin(g->store, &t, false);
    for (jd_told told = jd_told_from(&t, &a, after + 1, g->tally.seq); n < A_FRAME && jd_told_next(&told); n++)
        jd_publish(g, jd_engine_policy(g, told.e.policy), &told.e, told.change, frame);
    if (t.rc) jd_die(JD_EX_IO, "an event has no journal entry");
    jd_abort(&t);
    jd_arena_free(&a);
    return n;
}

uint32_t jd_welcome_events(jd_engine *g, uint64_t after, jd_buf *frame)
{
    jd_link_begin(frame, JD_LINK_EVENTS);
    jd_buf_u64(frame, g->tally.event_seq);
    size_t at = frame->n;
    jd_buf_u32(frame, 0);
    uint32_t n = put_events(g, after, frame);
    jd_buf_set_u32(frame, at, n);
    jd_link_end(frame, 0);
    return n;
}

void jd_welcome_ready(jd_engine *g, jd_buf *frame)
{
    jd_batch_begin(g);
    jd_ms wake = jd_next_due(g);
    jd_abort(&g->txn);
    jd_link_begin(frame, JD_LINK_READY);
    jd_buf_u64(frame, g->tally.event_seq);
    jd_buf_u64(frame, (uint64_t)wake);
    jd_buf_u64(frame, (uint64_t)g->tally.at);
    jd_buf_u64(frame, g->epoch);
    jd_link_end(frame, 0);
}
