/* document.outstanding: who has not acknowledged a document, and what a supervisor has not (LC-11.2). */
#include "proto/pack.h"
#include "workers/show.h"

enum { OUTSTANDING_DEFAULT = 50, LOOK_MAX = 20000 };

typedef struct page {
    bool of_document, all, more;
    uint64_t number, after, last;
    int64_t limit, n;
    int looked;
} page;

/* A row of the answer, where it belongs there. */
static bool show_recipient(jd_asked *q, const page *pg, uint64_t who, jd_arena *scratch)
{
    bool read = jd_tied(&q->txn, JD_TIE_acknowledged, pg->number, who);
    jd_case_row *row = jd_read_case(&q->txn, scratch, JD_E_supervisor, who);
    bool in_force = row && jd_in_force(row, jd_day_from_ms(q->now));
    if (!pg->all && (read || !in_force)) return false; /* who has left is not waited for */
    if (pg->n == pg->limit) return true;
    jd_map m = jd_show_open(q->out);
    jd_show_id(&m, q, "supervisor", JD_E_supervisor, (int64_t)who);
    jd_show_bool(&m, "acknowledged", read);
    jd_pack_close_map(q->out, m.at, m.n);
    return true;
}

static bool show_document(jd_asked *q, const page *pg, uint64_t document, jd_arena *scratch)
{
    bool read = jd_tied(&q->txn, JD_TIE_acknowledged, document, pg->number);
    jd_case_row *row = jd_read_case(&q->txn, scratch, JD_E_document, document);
    if (!row || (!pg->all && (read || row->head.state != JD_S_document_outstanding))) return false;
    if (pg->n == pg->limit) return true;
    const jd_policy *p = jd_engine_policy(q->g, (uint64_t)row->head.policy);
    jd_map m = jd_show_open(q->out);
    jd_show_id(&m, q, "document", JD_E_document, (int64_t)document);
    jd_show_s(&m, "kind", jd_kind_code(&p->documents, row->document.kind));
    jd_show_title(&m, q, row->document.entry, scratch);
    jd_show_day(&m, "sent_on", row->document.sent_on);
    jd_show_day(&m, "ack_by", row->head.due);
    jd_show_bool(&m, "requires_ack", row->document.requires_ack == JD_YES);
    jd_show_bool(&m, "acknowledged", read);
    jd_pack_close_map(q->out, m.at, m.n);
    return true;
}

static void fill(jd_asked *q, page *pg)
{
    uint64_t other;
    jd_arena scratch = { 0 };
    jd_tie_walk w =
        jd_tie_from(&q->txn, pg->of_document ? JD_TIE_recipient : JD_TIE_document_of, pg->number, pg->after);
    while (!pg->more && jd_tie_next(&w, &other)) {
        jd_arena_reset(&scratch);
        bool shown = pg->of_document ? show_recipient(q, pg, other, &scratch) : show_document(q, pg, other, &scratch);
        pg->more = (shown && pg->n == pg->limit) || ++pg->looked > LOOK_MAX;
        if (pg->more) break;
        pg->n += shown;
        pg->last = other;
    }
    jd_tie_end(&w);
    jd_arena_free(&scratch);
}

static bool read_page(jd_asked *q, const struct jd_document_outstanding *m, page *pg)
{
    jd_case_id id = { 0 }, after = { 0 };
    *pg = (page){ .of_document = m->document.p != NULL, .all = m->all == JD_YES, .limit = OUTSTANDING_DEFAULT };
    if ((m->document.p != NULL) == (m->supervisor.p != NULL)) {
        jd_ask_fail(q, JD_CODE_INCONSISTENT, "document", "one of document and supervisor");
        return false;
    }
    jd_entity asked = pg->of_document ? JD_E_document : JD_E_supervisor;
    jd_entity listed = pg->of_document ? JD_E_supervisor : JD_E_document;
    if (!jd_ask_case(q, pg->of_document ? m->document : m->supervisor, &id)) return false;
    if (id.entity != asked) jd_ask_fail(q, JD_CODE_UNKNOWN_CASE, jd_entity_name(asked), "a case of that kind");
    if (m->after.p && (!jd_case_id_parse(m->after, &after) || after.entity != listed))
        jd_ask_fail(q, JD_CODE_BAD_FORMAT, "after", "the `next` of the page before");
    if (m->limit != JD_NO_INT) pg->limit = m->limit;
    pg->number = id.number;
    pg->after = pg->last = after.number;
    return q->code == JD_CODE_ANSWERED;
}

void jd_ask_document_outstanding(jd_asked *q, const void *msg)
{
    page pg;
    if (!read_page(q, msg, &pg)) return;
    jd_pack_z(q->out, "outstanding");
    size_t at = jd_pack_open(q->out);
    fill(q, &pg);
    jd_pack_close_list(q->out, at, (size_t)pg.n);
    q->pairs++;
    if (!pg.more) return;
    jd_map next = { .b = q->out };
    jd_show_id(&next, q, "next", pg.of_document ? JD_E_supervisor : JD_E_document, (int64_t)pg.last);
    q->pairs += next.n;
}
