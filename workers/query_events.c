/* events.since: the numbered events, rendered again from the journal. */
#include "proto/pack.h"
#include "workers/query.h"

enum { EVENTS_DEFAULT = 200 };

static bool pack_event(jd_asked *q, jd_str where)
{
    jd_entry e;
    char topic_room[96];
    jd_buf topic = { .p = topic_room, .cap = sizeof topic_room, .cap_max = sizeof topic_room };
    int at = jd_get_be16((const uint8_t *)where.p + 8);
    if (!jd_entry_read(&q->txn, jd_unkey_seq(where), &q->arena, &e) || at >= e.changes_n) return false;
    jd_render_event(q->g, jd_engine_policy(q->g, e.policy), &e, at, &topic, q->out);
    return true;
}

void jd_ask_events_since(jd_asked *q, const void *msg)
{
    const struct jd_events_since *m = msg;
    int64_t limit = m->limit == JD_NO_INT ? EVENTS_DEFAULT : m->limit, n = 0;
    jd_key from = jd_key_seq((uint64_t)m->after + 1);
    jd_pack_z(q->out, "events");
    size_t at = jd_pack_open(q->out);
    jd_scan s = jd_scan_from(&q->txn, JD_DB_EVENTS, jd_k(&from));
    while (n < limit && jd_scan_next(&s)) {
        if (!pack_event(q, s.value)) q->txn.rc = JD_STORE_DAMAGED;
        n++;
    }
    jd_scan_end(&s);
    jd_pack_close_list(q->out, at, (size_t)n);
    jd_pack_kb(q->out, "more", (uint64_t)(m->after + n) < q->tally.event_seq);
    jd_pack_ku(q->out, "last", q->tally.event_seq);
    q->pairs += 3;
}
