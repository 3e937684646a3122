/* Everything that is held on a person (PIPL 45): their cases with what lies sealed in each, who read them, and their
 * reports in their own words. What is shown ends with the entry that asked, so asked again it is the same. */
#include "proto/pack.h"
#include "workers/content.h"
#include "workers/retention.h"

enum { LOOK_MAX = 20000, ENTRIES_MAX = 50000 }; /* reports looked at a part; entries shown of a case */

typedef struct exporting {
    const jd_engine *g;
    const jd_entry *e;
    jd_arena *a;
    jd_buf *out;
    jd_case_id *cases;
    uint64_t cases_n;
} exporting;

static void pack_id(exporting *x, const char *key, jd_case_id id)
{
    char text[JD_CASE_ID_MAX];
    jd_case_id_format((jd_case_id){ id.entity, x->g->division, id.number }, text);
    jd_pack_kz(x->out, key, text);
}

/* A case as it stood, with its entries newest first; false when there was none of it yet. */
static bool pack_case(exporting *x, jd_case_id id, const jd_case_row *row, jd_view sight)
{
    size_t start = x->out->n, n = 0;
    int state = -1;
    jd_past p = jd_past_of(x->e->txn, x->a, id, (uint64_t)row->head.last_seq);
    jd_pack_map(x->out, 3);
    pack_id(x, "id", id);
    jd_pack_z(x->out, "entries");
    size_t at = jd_pack_open(x->out);
    while (n < ENTRIES_MAX && jd_past_next(&p)) {
        if (p.e.seq >= x->e->seq) continue;
        if (state < 0) state = p.change->to;
        n += jd_pack_sealed(x->g, &p, sight, x->out);
    }
    jd_pack_close_list(x->out, at, n);
    jd_pack_kz(x->out, "state", state < 0 ? "" : jd_state_name(id.entity, state));
    if (state < 0) x->out->n = start;
    return state >= 0;
}

static void pack_cases(exporting *x)
{
    size_t n = 0;
    jd_pack_z(x->out, "cases");
    size_t at = jd_pack_open(x->out);
    for (uint64_t i = 0; i < x->cases_n; i++) {
        const jd_case_row *row = jd_read_case(x->e->txn, x->a, x->cases[i].entity, x->cases[i].number);
        if (row) n += pack_case(x, x->cases[i], row, JD_SEES_ALL);
    }
    jd_pack_close_list(x->out, at, n);
    jd_pack_z(x->out, "reads");
    at = jd_pack_open(x->out);
    n = 0;
    for (uint64_t i = 0; i < x->cases_n; i++) {
        const jd_case_row *row = jd_read_case(x->e->txn, x->a, x->cases[i].entity, x->cases[i].number);
        if (row)
            n += jd_pack_reads(x->g, jd_past_of(x->e->txn, x->a, x->cases[i], (uint64_t)row->head.last_seq), x->e->seq,
                               x->out);
    }
    jd_pack_close_list(x->out, at, n);
}

/* ------------------------------------------------------------ reports */

static bool reported(const exporting *x, const jd_case_row *report)
{
    for (uint64_t i = 0; i < x->cases_n; i++)
        if (x->cases[i].entity == JD_E_supervisor && x->cases[i].number == (uint64_t)report->report.supervisor)
            return true;
    return false;
}

/* None of this person's lies before the first application. */
static uint64_t first_report(exporting *x)
{
    const jd_case_row *row = jd_read_case(x->e->txn, x->a, x->cases[0].entity, x->cases[0].number);
    jd_ms from = row && x->cases[0].entity == JD_E_application ? row->application.received : 0;
    return jd_first_report(x->e->txn, x->g->tally.numbers[JD_E_report], from);
}

/* Where to go on, 0 at the end. */
static uint64_t pack_reports(exporting *x, uint64_t from, size_t *n)
{
    uint64_t looked = 0, next = 0;
    jd_arena scratch = { 0 };
    jd_key k = jd_key_case(JD_E_report, from);
    jd_scan s = jd_scan_from(x->e->txn, JD_DB_CASES, jd_k(&k));
    while (!next && jd_scan_next(&s)) {
        jd_entity entity;
        jd_case_row row;
        uint64_t number = jd_unkey_case(s.key, &entity);
        jd_arena_reset(&scratch);
        if (entity != JD_E_report || !jd_decode_row(&jd_row_report_layout, s.value, &scratch, &row)) break;
        if (row.report.received > x->e->at) break;
        if (reported(x, &row))
            *n += pack_case(x, (jd_case_id){ .entity = JD_E_report, .number = number }, &row, JD_SEES_OWN);
        if (++looked == LOOK_MAX || x->out->n >= JD_CONTENT_MAX) next = number;
    }
    jd_scan_end(&s);
    jd_arena_free(&scratch);
    return next;
}

void jd_tell_export(const jd_engine *g, const jd_entry *e, const struct jd_person_export *m, jd_arena *a, jd_buf *out)
{
    exporting x = { .g = g, .e = e, .a = a, .out = out };
    jd_case_id subject = { 0 }, after = { 0 };
    size_t n = 0;
    jd_case_id_parse(m->subject, &subject);
    bool first = !m->after.p || !jd_case_id_parse(m->after, &after);
    const jd_case_row *row = jd_read_case(e->txn, a, subject.entity, subject.number);
    if (row) x.cases_n = jd_person_cases(e->txn, a, jd_person_of(e->txn, a, subject.entity, row), &x.cases);
    jd_pack_z(out, "export");
    size_t pairs = 2, at = jd_pack_open(out);
    pack_id(&x, "subject", subject);
    if (first) pack_cases(&x);
    if (first) pairs += 2;
    jd_pack_z(out, "reports");
    size_t list = jd_pack_open(out);
    uint64_t next = x.cases_n ? pack_reports(&x, first ? first_report(&x) : after.number + 1, &n) : 0;
    jd_pack_close_list(out, list, n);
    if (next) pack_id(&x, "next", (jd_case_id){ .entity = JD_E_report, .number = next });
    jd_pack_close_map(out, at, pairs + (next > 0));
}
