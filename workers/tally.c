/* The one row in which the store says where it stands. */
#include "workers/engine.h"
#include "workers/keys.h"

enum { FORMAT = 2 };

static const jd_str tally_key = { "tally", 5 };

static void pack(const jd_tally *t, jd_buf *b)
{
    jd_buf_u8(b, FORMAT);
    jd_buf_varint(b, t->seq);
    jd_buf_varint(b, t->event_seq);
    jd_buf_varint(b, (uint64_t)t->at);
    jd_buf_varint(b, t->people);
    jd_buf_varint(b, t->policies);
    jd_buf_varint(b, t->policy);
    jd_buf_varint(b, t->pending);
    jd_buf_varint(b, t->calendar);
    jd_buf_u8(b, t->reckoning);
    jd_buf_add(b, t->cursor, sizeof t->cursor);
    jd_buf_varint(b, JD_E_COUNT - 1);
    for (int e = 1; e < JD_E_COUNT; e++) {
        jd_buf_varint(b, t->numbers[e]);
        jd_buf_varint(b, t->overdue[e]);
        jd_buf_varint(b, (uint64_t)jd_state_count((jd_entity)e));
        for (int s = 0; s < jd_state_count((jd_entity)e); s++) jd_buf_varint(b, t->in_state[e][s]);
    }
    jd_buf_varint(b, JD_METER_COUNT);
    for (int i = 0; i < JD_METER_COUNT; i++) jd_buf_varint(b, t->meters[i]);
    jd_buf_add(b, t->chain, sizeof t->chain);
}

static void take(jd_cur *c, uint8_t *out, size_t n)
{
    jd_str s = jd_cur_bytes(c, n);
    memcpy(out, s.p, s.n);
}

static void parse_entity(jd_cur *c, jd_tally *t, uint64_t e)
{
    t->numbers[e] = jd_cur_varint(c);
    t->overdue[e] = jd_cur_varint(c);
    uint64_t states = jd_cur_varint(c);
    for (uint64_t s = 0; s < states && s < 32; s++) t->in_state[e][s] = jd_cur_varint(c);
}

static bool parse(jd_str bytes, jd_tally *t)
{
    jd_cur c = jd_cur_of(bytes.p, bytes.n);
    *t = (jd_tally){ 0 };
    uint8_t format = jd_cur_u8(&c);
    if (format != FORMAT) return false;
    t->seq = jd_cur_varint(&c);
    t->event_seq = jd_cur_varint(&c);
    t->at = (int64_t)jd_cur_varint(&c);
    t->people = jd_cur_varint(&c);
    t->policies = (uint16_t)jd_cur_varint(&c);
    t->policy = (uint16_t)jd_cur_varint(&c);
    t->pending = (uint16_t)jd_cur_varint(&c);
    t->calendar = (uint16_t)jd_cur_varint(&c);
    t->reckoning = jd_cur_u8(&c);
    take(&c, t->cursor, sizeof t->cursor);
    uint64_t entities = jd_cur_varint(&c);
    if (entities >= JD_E_COUNT) return false;
    for (uint64_t e = 1; e <= entities && !c.failed; e++) parse_entity(&c, t, e);
    uint64_t meters = jd_cur_varint(&c);
    if (meters > JD_METER_COUNT) return false;
    for (uint64_t i = 0; i < meters; i++) t->meters[i] = jd_cur_varint(&c);
    take(&c, t->chain, sizeof t->chain);
    return jd_cur_done(&c);
}

bool jd_tally_read(jd_txn *txn, jd_tally *t)
{
    jd_str bytes;
    if (jd_get(txn, JD_DB_META, tally_key, &bytes)) return parse(bytes, t);
    *t = (jd_tally){ 0 };
    return txn->rc == 0;
}

void jd_tally_write(jd_txn *txn, const jd_tally *t)
{
    jd_buf b = { 0 };
    pack(t, &b);
    jd_put(txn, JD_DB_META, tally_key, jd_buf_view(&b));
    jd_buf_free(&b);
}
