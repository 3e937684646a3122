#include "workers/content.h"

#include "proto/pack.h"

enum { ENTRIES_MAX = 200, READS_MAX = 2000 };

jd_past jd_past_of(jd_txn *t, jd_arena *a, jd_case_id id, uint64_t seq)
{
    return (jd_past){ .txn = t, .arena = a, .id = id, .next = seq };
}

bool jd_past_next(jd_past *p)
{
    if (!p->next || !jd_entry_read(p->txn, p->next, p->arena, &p->e)) return false;
    p->change = jd_entry_change(&p->e, p->id);
    p->next = p->change ? p->change->prev : 0;
    return p->change != NULL;
}

/* ------------------------------------------------------------ one entry */

/* What a reporter wrote or was told; how others weighed the report is not theirs to see. */
static bool reporters_own(uint16_t type)
{
    static const jd_msg own[] = { JD_MSG_report_submit, JD_MSG_report_supplement, JD_MSG_report_feedback,
                                  JD_MSG_report_acknowledge };
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (own[i] == type) return true;
    return false;
}

static void pack_because(const jd_engine *g, const jd_past *p, jd_buf *out)
{
    jd_because *because = jd_alloc(p->arena, sizeof *because * (size_t)(p->e.reasons_n + 1));
    jd_render_reasons(jd_engine_policy(g, p->e.policy), (jd_msg)p->e.type, p->e.reasons, p->e.reasons_n, because);
    jd_receipt_because(because, p->e.reasons_n, out);
}

static bool pack_body(const jd_engine *g, const jd_past *p, jd_buf *out)
{
    jd_str why, body;
    const jd_layout *l = &jd_message_get((jd_msg)p->e.type)->layout;
    void *msg = jd_alloc(p->arena, l->size);
    if (!jd_entry_open(&p->e, g->vault, p->arena, &why, &body) || !jd_decode_row(l, body, p->arena, msg)) return false;
    jd_pack_ks(out, "reason", why);
    jd_pack_z(out, "body");
    jd_encode_map(l, msg, JD_P_SENSITIVE + 1, out);
    return true;
}

/* Destroyed on purpose, or by an accident. */
static const char *not_opened(const jd_entry *e)
{
    return jd_entry_erased(e) ? "erased" : "damaged";
}

bool jd_pack_sealed(const jd_engine *g, const jd_past *p, jd_view sight, jd_buf *out)
{
    const jd_message *m = jd_message_get((jd_msg)p->e.type);
    if (m->mode == JD_INTERNAL || (sight == JD_SEES_OWN && !reporters_own(p->e.type))) return false;
    size_t at = jd_pack_open(out), pairs = 7;
    jd_pack_kz(out, "type", m->text);
    jd_pack_kt(out, "at", p->e.at);
    jd_pack_ku(out, "entry", p->e.seq);
    jd_pack_ks(out, "sender", p->e.sender);
    jd_pack_kz(out, "event", jd_event_name((jd_event_id)p->change->event));
    jd_pack_kz(out, "to", jd_state_name((jd_entity)p->change->entity, p->change->to));
    pack_because(g, p, out);
    bool opened = pack_body(g, p, out);
    if (!opened) jd_pack_kb(out, not_opened(&p->e), true);
    jd_pack_close_map(out, at, pairs + (opened ? 2 : 1));
    return true;
}

/* ------------------------------------------------------------ who read */

static const jd_reason *reader_of(const jd_entry *e)
{
    for (int i = 0; i < e->reasons_n; i++)
        if (e->reasons[i].on == JD_ON_READER) return &e->reasons[i];
    return NULL;
}

static void pack_read(const jd_engine *g, const jd_past *p, const jd_reason *reader, jd_buf *out)
{
    char id[JD_CASE_ID_MAX];
    const jd_policy *policy = jd_engine_policy(g, p->e.policy);
    jd_case_id_format((jd_case_id){ p->id.entity, g->division, p->id.number }, id);
    jd_pack_map(out, 6);
    jd_pack_ku(out, "entry", p->e.seq);
    jd_pack_kt(out, "at", p->e.at);
    jd_pack_kz(out, "type", jd_message_get((jd_msg)p->e.type)->text);
    jd_pack_kz(out, "id", id);
    jd_pack_ks(out, "reader",
               reader->index < policy->depts_n ? policy->depts[reader->index].item.code : JD_STR("self"));
    jd_pack_ks(out, "sender", p->e.sender);
}

size_t jd_pack_reads(const jd_engine *g, jd_past past, uint64_t before, jd_buf *out)
{
    size_t n = 0;
    while (n < READS_MAX && jd_past_next(&past)) {
        const jd_reason *reader = reader_of(&past.e);
        if (!reader || past.e.seq >= before) continue;
        pack_read(g, &past, reader, out);
        n++;
    }
    return n;
}

/* ------------------------------------------------------------ receipts */

static size_t tell_content(const jd_engine *g, const jd_entry *e, const struct jd_content_read *m, jd_arena *a,
                           jd_buf *out)
{
    jd_case_id id;
    size_t n = 0;
    uint64_t shown = 0;
    if (!jd_case_id_parse(m->id, &id)) return 0;
    jd_view sight = m->supervisor.p && id.entity == JD_E_report ? JD_SEES_OWN : JD_SEES_ALL;
    jd_past p = jd_past_of(e->txn, a, id, jd_entry_change(e, id)->prev);
    jd_pack_z(out, "content");
    size_t at = jd_pack_open(out);
    while (n < ENTRIES_MAX && out->n < JD_CONTENT_MAX && jd_past_next(&p)) {
        if (m->before != JD_NO_INT && p.e.seq >= (uint64_t)m->before) continue;
        n += jd_pack_sealed(g, &p, sight, out);
        shown = p.e.seq;
    }
    jd_pack_close_list(out, at, n);
    if (!p.next) return 1;
    jd_pack_ku(out, "content_next", shown);
    return 2;
}

static size_t tell_destroyed(const jd_entry *e, jd_buf *out)
{
    uint64_t persons = 0, reports = 0;
    for (int i = 0; i < e->changes_n; i++)
        if (e->changes[i].entity == JD_E_none)
            reports += e->changes[i].number;
        else
            persons++;
    jd_pack_ku(out, "persons", persons);
    jd_pack_ku(out, "reports", reports);
    return 2;
}

bool jd_tells_content(jd_msg type)
{
    return type == JD_MSG_content_read || type == JD_MSG_person_export;
}

static size_t tell_sealed(const jd_engine *g, const jd_entry *e, jd_arena *a, jd_buf *out)
{
    jd_entry kept; /* as stored: the first time e has no sealed bytes */
    jd_str why, body;
    const jd_layout *l = &jd_message_get((jd_msg)e->type)->layout;
    void *msg = jd_alloc(a, l->size);
    if (!jd_entry_read(e->txn, e->seq, a, &kept)) return 0;
    if (!jd_entry_open(&kept, g->vault, a, &why, &body) || !jd_decode_row(l, body, a, msg)) {
        jd_pack_kb(out, not_opened(&kept), true);
        return 1;
    }
    if (e->type == JD_MSG_content_read) return tell_content(g, &kept, msg, a, out);
    jd_tell_export(g, &kept, msg, a, out);
    return 1;
}

jd_str jd_content_told(const jd_engine *g, const jd_entry *e, jd_arena *a, size_t *pairs)
{
    jd_buf out = { 0 };
    *pairs = 0;
    if (jd_tells_content((jd_msg)e->type))
        *pairs = tell_sealed(g, e, a, &out);
    else if (e->type == JD_MSG_retention_run)
        *pairs = tell_destroyed(e, &out);
    jd_str told = *pairs ? jd_copy(a, jd_buf_view(&out)) : (jd_str){ "", 0 };
    jd_buf_free(&out);
    return told;
}
