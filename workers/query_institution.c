/* institution.get and institution.find. */
#include <stdio.h>

#include "proto/pack.h"
#include "workers/show.h"

enum { PAGE_DEFAULT = 50, LOOK_MAX = 20000 };

static void pack_years(jd_map *m, jd_str years)
{
    jd_pack_z(m->b, "years");
    jd_pack_list(m->b, years.n / 2);
    for (uint32_t i = 0; i + 1 < years.n; i += 2) jd_pack_uint(m->b, jd_get_be16((const uint8_t *)years.p + i));
    m->n++;
}

static bool on_current(const jd_asked *q, const struct jd_row_institution *r)
{
    return (uint64_t)r->list == q->tally.numbers[JD_E_list];
}

static void pack_institution(jd_asked *q, jd_str code, const struct jd_row_institution *r)
{
    char county[8];
    jd_map m = jd_show_open(q->out);
    snprintf(county, sizeof county, "%06u", (unsigned)r->county % 1000000);
    jd_show_s(&m, "code", code);
    jd_show_s(&m, "name", r->name);
    jd_show_z(&m, "county", county);
    jd_show_s(&m, "kind", r->kind);
    jd_show_s(&m, "level", r->level);
    jd_show_day(&m, "agreement_from", r->agreement_from);
    jd_show_day(&m, "agreement_to", r->agreement_to);
    jd_show_bool(&m, "listed", on_current(q, r));
    jd_show_id(&m, q, "list", JD_E_list, r->list);
    pack_years(&m, r->years);
    jd_pack_close_map(q->out, m.at, m.n);
}

void jd_ask_institution_get(jd_asked *q, const void *msg)
{
    const struct jd_institution_get *m = msg;
    const struct jd_row_institution *row = jd_read_institution(&q->txn, &q->arena, m->code);
    if (!row) {
        jd_ask_fail(q, JD_CODE_NOT_LISTED, "code", "the code of an institution that was on a list");
        return;
    }
    jd_pack_z(q->out, "institution");
    pack_institution(q, m->code, row);
    q->pairs++;
}

static bool wanted(const jd_asked *q, const struct jd_institution_find *m, const struct jd_row_institution *r)
{
    uint64_t county;
    if (m->county.p && (!jd_str_to_u64(m->county, &county) || (uint64_t)r->county != county)) return false;
    if (m->kind.p && !jd_str_eq(r->kind, m->kind)) return false;
    if (m->year != JD_NO_INT && !jd_u16s_have(r->years, (uint16_t)m->year)) return false;
    return m->listed == JD_UNKNOWN || (m->listed == JD_YES) == on_current(q, r);
}

typedef struct page {
    int64_t n, limit;
    int looked;
    bool more;
    jd_str last;
} page;

/* False when the page is full, or enough was looked at. */
static bool take(jd_asked *q, const struct jd_institution_find *m, page *pg, jd_str code, jd_str bytes,
                 jd_arena *scratch)
{
    struct jd_row_institution row;
    jd_arena_reset(scratch);
    bool found = jd_decode_row(&jd_row_institution_layout, bytes, scratch, &row) && wanted(q, m, &row);
    pg->more = pg->looked == LOOK_MAX || (found && pg->n == pg->limit);
    if (pg->more) return false;
    if (found) pack_institution(q, code, &row);
    pg->n += found;
    pg->looked++;
    pg->last = code;
    return true;
}

static void scan(jd_asked *q, const struct jd_institution_find *m, page *pg)
{
    jd_arena scratch = { 0 };
    jd_key from = jd_key_institution(m->after.p ? m->after : (jd_str){ "", 0 });
    jd_scan s = jd_scan_from(&q->txn, JD_DB_INSTITUTIONS, jd_k(&from));
    while (jd_scan_next(&s)) {
        if (m->after.p && jd_str_eq(s.key, m->after)) continue;
        if (!take(q, m, pg, s.key, s.value, &scratch)) break;
    }
    jd_scan_end(&s);
    jd_arena_free(&scratch);
}

void jd_ask_institution_find(jd_asked *q, const void *msg)
{
    const struct jd_institution_find *m = msg;
    page pg = { .limit = m->limit == JD_NO_INT ? PAGE_DEFAULT : m->limit };
    jd_pack_z(q->out, "institutions");
    size_t at = jd_pack_open(q->out);
    scan(q, m, &pg);
    jd_pack_close_list(q->out, at, (size_t)pg.n);
    q->pairs++;
    if (!pg.more) return;
    jd_pack_ks(q->out, "next", pg.last);
    q->pairs++;
}
