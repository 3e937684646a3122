#include "workers/review.h"

#include "proto/pack.h"
#include "workers/pool.h"

enum { PAGE_DEFAULT = 100 };

/* ------------------------------------------------------------ the pool */

static void pack_ages(const jd_pool *pool, jd_buf *b)
{
    int band = pool->p->age_band;
    size_t n = 0, at;
    jd_pack_z(b, "ages");
    at = jd_pack_open(b);
    for (int from = 0; from < JD_AGES; from += band) {
        uint64_t count = 0;
        for (int age = from; age < from + band && age < JD_AGES; age++) count += pool->ages[age];
        if (!count) continue;
        jd_pack_map(b, 3);
        jd_pack_ku(b, "from", (uint64_t)from);
        jd_pack_ku(b, "to", (uint64_t)(from + band - 1));
        jd_pack_ku(b, "count", count);
        n++;
    }
    jd_pack_close_list(b, at, n);
}

static void pack_counts(const jd_pool *pool, jd_buf *b)
{
    jd_pack_z(b, "counts");
    jd_pack_list(b, (size_t)pool->counts_n);
    for (uint64_t i = 0; i < pool->counts_n; i++) {
        jd_pack_map(b, 3);
        jd_pack_kz(b, "field", pool->counts[i].field->name);
        jd_pack_ks(b, "value", pool->counts[i].value);
        jd_pack_ku(b, "count", pool->counts[i].n);
    }
}

/* ------------------------------------------------------------ one applicant */

static void pack_id(const jd_pool *pool, const jd_applicant *who, jd_buf *b)
{
    char id[JD_CASE_ID_MAX];
    jd_case_id_format((jd_case_id){ JD_E_application, pool->g->division, who->number }, id);
    jd_pack_kz(b, "application", id);
}

static bool pack_field(const jd_field *f, const jd_form *form, jd_buf *b)
{
    if (!jd_field_set(f, form)) return false;
    jd_pack_z(b, f->name);
    if (f->type == JD_T_INT)
        jd_pack_int(b, *JD_IN(int64_t, form, f));
    else if (f->type == JD_T_BOOL)
        jd_pack_bool(b, *JD_IN(jd_tri, form, f) == JD_YES);
    else if (f->type == JD_T_WORDS) {
        const jd_strs *list = JD_IN(jd_strs, form, f);
        jd_pack_list(b, list->n);
        for (uint32_t i = 0; i < list->n; i++) jd_pack_str(b, list->v[i]);
    } else
        jd_pack_str(b, *JD_IN(jd_str, form, f));
    return true;
}

static size_t pack_factor(const jd_factor *f, const jd_applicant *who, const jd_form *form, jd_buf *b)
{
    const jd_layout *l = &jd_message_get(JD_MSG_application_submit)->layout;
    size_t n = f->age;
    if (f->age) jd_pack_ku(b, "age", (uint64_t)who->age);
    for (int i = 0; i < f->fields_n; i++) n += pack_field(&l->fields[f->fields[i]], form, b);
    return n;
}

static void pack_applicant(jd_pool *pool, const jd_applicant *who, jd_buf *b)
{
    jd_form form;
    jd_arena scratch = { 0 };
    size_t at = jd_pack_open(b), n = 2;
    pack_id(pool, who, b);
    jd_pack_kz(b, "state", jd_state_name(JD_E_application, who->state));
    bool there = jd_pool_form(pool, who->number, &scratch, &form);
    for (int i = 0; there && i < pool->p->factors_n; i++) n += pack_factor(&pool->p->factors[i], who, &form, b);
    jd_pack_close_map(b, at, n);
    jd_arena_free(&scratch);
}

/* Its weight, and the rules that give it. */
static void pack_rank(const jd_pool *pool, const jd_applicant *who, jd_buf *b)
{
    size_t n = 0, at;
    jd_pack_map(b, 3);
    pack_id(pool, who, b);
    jd_pack_ku(b, "weight", (uint64_t)who->weight);
    jd_pack_z(b, "rules");
    at = jd_pack_open(b);
    for (int i = 0; i < pool->p->priorities_n; i++) {
        if (!(who->met >> i & 1)) continue;
        jd_pack_str(b, pool->p->rules[pool->p->priorities[i].item.rule].id);
        n++;
    }
    jd_pack_close_list(b, at, n);
}

/* ------------------------------------------------------------ all of it */

typedef struct page {
    uint64_t first, end;
} page;

static size_t pack_page(jd_pool *pool, page pg, jd_buf *b)
{
    bool ranked = pool->p->priorities_n > 0, more = pg.end < pool->n;
    jd_pack_z(b, "factors");
    jd_pack_list(b, (size_t)(pg.end - pg.first));
    for (uint64_t i = pg.first; i < pg.end; i++) pack_applicant(pool, &pool->v[i], b);
    if (ranked) {
        jd_pack_z(b, "ranking");
        jd_pack_list(b, (size_t)(pg.end - pg.first));
        for (uint64_t i = pg.first; i < pg.end; i++) pack_rank(pool, &pool->v[i], b);
    }
    if (more) jd_pack_ku(b, "next", pg.end);
    return 1u + ranked + more;
}

static size_t pack_pool(const jd_pool *pool, jd_buf *b)
{
    jd_pack_ku(b, "pool", pool->n);
    if (pool->cut) jd_pack_kb(b, "cut", true);
    pack_ages(pool, b);
    pack_counts(pool, b);
    return 3u + pool->cut;
}

static page page_of(const struct jd_round_review *m, uint64_t n)
{
    uint64_t first = m->after == JD_NO_INT ? 0 : (uint64_t)m->after;
    uint64_t limit = m->limit == JD_NO_INT ? PAGE_DEFAULT : (uint64_t)m->limit;
    if (first > n) first = n;
    return (page){ first, n - first < limit ? n : first + limit };
}

size_t jd_review(jd_engine *g, const jd_policy *p, const jd_entry *e, jd_arena *a, jd_buf *out)
{
    const jd_layout *l = &jd_message_get(JD_MSG_round_review)->layout;
    struct jd_round_review m;
    jd_str why, body;
    if (!jd_entry_open(e, g->vault, a, &why, &body) || !jd_decode_row(l, body, a, &m)) return 0;
    jd_pool *pool = jd_alloc(a, sizeof *pool);
    *pool = (jd_pool){ .g = g, .p = p, .a = a, .seq = e->seq, .day = jd_day_from_ms(e->at), .all = m.all == JD_YES };
    jd_pool_read(pool, e->changes[0].number);
    size_t n = pack_pool(pool, out);
    return n + pack_page(pool, page_of(&m, pool->n), out);
}
