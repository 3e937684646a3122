#include "workers/journal.h"

#include <sodium.h>

#include "workers/keys.h"

static void pack_change(const jd_changed *c, jd_buf *out)
{
    jd_buf_u8(out, c->entity);
    jd_buf_u8(out, c->from);
    jd_buf_u8(out, c->to);
    jd_buf_u8(out, c->event);
    jd_buf_u16(out, c->dept);
    jd_buf_u32(out, (uint32_t)c->due);
    jd_buf_varint(out, c->number);
    jd_buf_varint(out, c->version);
    jd_buf_varint(out, c->prev);
}

static void pack_reason(const jd_reason *r, jd_buf *out)
{
    jd_buf_u16(out, r->rule);
    jd_buf_u8(out, r->on);
    jd_buf_u16(out, r->index);
    jd_buf_u8(out, r->value);
}

void jd_entry_pack(const jd_entry *e, const jd_vault *v, const jd_secret *key, jd_slot slot, jd_str plain, jd_buf *out)
{
    jd_buf_u8(out, JD_ENTRY_FORMAT);
    jd_buf_varint(out, e->type);
    jd_buf_varint(out, e->policy);
    jd_buf_u64(out, (uint64_t)e->at);
    jd_buf_add(out, e->id, sizeof e->id);
    jd_buf_varint(out, e->sender.n);
    jd_buf_str(out, e->sender);
    jd_buf_varint(out, e->event_first);
    jd_buf_varint(out, (uint64_t)e->changes_n);
    for (int i = 0; i < e->changes_n; i++) pack_change(&e->changes[i], out);
    jd_buf_varint(out, (uint64_t)e->reasons_n);
    for (int i = 0; i < e->reasons_n; i++) pack_reason(&e->reasons[i], out);
    jd_buf_u64(out, e->salt);
    jd_buf_varint(out, jd_sealed_size(slot, plain.n));
    jd_seal(v, key, slot, (jd_place){ e->seq, e->salt }, plain, out);
}

void jd_entry_close(jd_buf *entry, size_t start, const uint8_t prev[JD_CHAIN], uint8_t out[JD_CHAIN])
{
    crypto_generichash_state s;
    if (entry->failed) return;
    crypto_generichash_init(&s, NULL, 0, JD_CHAIN);
    crypto_generichash_update(&s, prev, JD_CHAIN);
    crypto_generichash_update(&s, (const uint8_t *)entry->p + start, entry->n - start);
    crypto_generichash_final(&s, out, JD_CHAIN);
    jd_buf_add(entry, out, JD_CHAIN);
}

static void parse_change(jd_cur *c, jd_changed *ch)
{
    ch->entity = jd_cur_u8(c);
    ch->from = jd_cur_u8(c);
    ch->to = jd_cur_u8(c);
    ch->event = jd_cur_u8(c);
    ch->dept = jd_cur_u16(c);
    ch->due = (int32_t)jd_cur_u32(c);
    ch->number = jd_cur_varint(c);
    ch->version = jd_cur_varint(c);
    ch->prev = jd_cur_varint(c);
}

static void parse_reason(jd_cur *c, jd_reason *r)
{
    r->rule = jd_cur_u16(c);
    r->on = jd_cur_u8(c);
    r->index = jd_cur_u16(c);
    r->value = jd_cur_u8(c);
}

static void take(jd_cur *c, void *out, size_t n)
{
    jd_str s = jd_cur_bytes(c, n);
    memcpy(out, s.p, s.n);
}

static bool parse_lists(jd_cur *c, jd_arena *a, jd_entry *e)
{
    uint64_t n = jd_cur_varint(c);
    if (c->failed || n > (uint64_t)(c->end - c->p)) return false;
    e->changes = jd_alloc(a, sizeof *e->changes * n);
    for (e->changes_n = 0; (uint64_t)e->changes_n < n; e->changes_n++) parse_change(c, &e->changes[e->changes_n]);
    n = jd_cur_varint(c);
    if (c->failed || n > (uint64_t)(c->end - c->p)) return false;
    e->reasons = jd_alloc(a, sizeof *e->reasons * n);
    for (e->reasons_n = 0; (uint64_t)e->reasons_n < n; e->reasons_n++) parse_reason(c, &e->reasons[e->reasons_n]);
    return !c->failed;
}

static bool known_numbers(const jd_entry *e)
{
    for (int i = 0; i < e->changes_n; i++) {
        const jd_changed *c = &e->changes[i];
        if (c->event >= JD_EV_COUNT || c->entity >= JD_E_COUNT) return false;
        if (c->entity == JD_E_none) continue;
        if (c->to >= jd_state_count((jd_entity)c->entity)) return false;
        if (c->from >= jd_state_count((jd_entity)c->entity)) return false;
    }
    return true;
}

bool jd_entry_parse(jd_str bytes, uint64_t seq, jd_arena *a, jd_entry *e)
{
    jd_cur c = jd_cur_of(bytes.p, bytes.n);
    *e = (jd_entry){ .seq = seq };
    if (jd_cur_u8(&c) != JD_ENTRY_FORMAT) return false;
    e->type = (uint16_t)jd_cur_varint(&c);
    e->policy = (uint16_t)jd_cur_varint(&c);
    e->at = (int64_t)jd_cur_u64(&c);
    take(&c, e->id, sizeof e->id);
    e->sender = jd_cur_bytes(&c, jd_cur_varint(&c));
    e->event_first = jd_cur_varint(&c);
    if (!parse_lists(&c, a, e)) return false;
    e->salt = jd_cur_u64(&c);
    e->sealed = jd_cur_bytes(&c, jd_cur_varint(&c));
    take(&c, e->chain, sizeof e->chain);
    return jd_cur_done(&c) && known_numbers(e);
}

const jd_changed *jd_entry_change(const jd_entry *e, jd_case_id id)
{
    for (int i = 0; i < e->changes_n; i++)
        if (e->changes[i].entity == id.entity && e->changes[i].number == id.number) return &e->changes[i];
    return NULL;
}

bool jd_entry_read(jd_txn *t, uint64_t seq, jd_arena *a, jd_entry *out)
{
    jd_str bytes;
    jd_key k = jd_key_seq(seq);
    if (!jd_get(t, JD_DB_JOURNAL, jd_k(&k), &bytes) || !jd_entry_parse(bytes, seq, a, out)) return false;
    out->txn = t;
    return true;
}

void jd_plain_pack(jd_str why, jd_str body, jd_buf *out)
{
    jd_buf_varint(out, why.n);
    jd_buf_str(out, why);
    jd_buf_str(out, body);
}

bool jd_entry_plain(const jd_entry *e, const jd_vault *v, jd_arena *a, jd_str *plain)
{
    return jd_unseal_in(v, e->txn, (jd_place){ e->seq, e->salt }, e->sealed, a, plain);
}

bool jd_entry_erased(const jd_entry *e)
{
    jd_slot slot;
    return jd_sealed_slot(e->sealed, &slot) && jd_slot_destroyed(e->txn, slot);
}

bool jd_entry_open(const jd_entry *e, const jd_vault *v, jd_arena *a, jd_str *why, jd_str *body)
{
    jd_str plain;
    if (!jd_entry_plain(e, v, a, &plain)) return false;
    jd_cur c = jd_cur_of(plain.p, plain.n);
    *why = jd_cur_bytes(&c, jd_cur_varint(&c));
    *body = (jd_str){ c.p, (uint32_t)(c.end - c.p) };
    return !c.failed;
}
