/* events.since: the numbered events, rendered again from the journal. */
#include "proto/pack.h"
#include "workers/query.h"
#include "workers/told.h"

enum { EVENTS_DEFAULT = 200 };

void jd_ask_events_since(jd_asked *q, const void *msg)
{
    const struct jd_events_since *m = msg;
    int64_t limit = m->limit == JD_NO_INT ? EVENTS_DEFAULT : m->limit, n = 0;
    jd_pack_z(q->out, "events");
    size_t at = jd_pack_open(q->out);
    for (jd_told w = jd_told_from(&q->txn, &q->arena, (uint64_t)m->after + 1, q->tally.seq);
         n < limit && jd_told_next(&w); n++)
        jd_render_event(q->g, jd_engine_policy(q->g, w.e.policy), &w.e, w.change, q->out);
    jd_pack_close_list(q->out, at, (size_t)n);
    jd_pack_kb(q->out, "more", (uint64_t)(m->after + n) < q->tally.event_seq);
    jd_pack_ku(q->out, "last", q->tally.event_seq);
    q->pairs += 3;
}
