/* supervisor.find: who may be picked for an activity (WH-10.3, LC-10.5). The criteria stand in the supervisors'
 * rows; no form is opened, and the answer repeats only what was asked for. */
#include "proto/pack.h"
#include "proto/tables.h"
#include "workers/authority.h"
#include "workers/show.h"

enum { FIND_DEFAULT = 50, LOOK_MAX = 20000 };

typedef struct search {
    const struct jd_supervisor_find *m;
    jd_day on;
    uint64_t after, last;
    int64_t limit, n;
    int looked;
    bool more;
} search;

static bool among(const jd_strs *list, jd_str code)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (code.n && jd_str_eq(list->v[i], code)) return true;
    return false;
}

/* A code by its place in a list; what the policy does not keep matches nothing. */
static bool matches(const jd_strs *asked, const jd_items *list, int64_t at)
{
    return asked->n == 0 || among(asked, jd_code_at(list->v, list->n, at));
}

static bool knows(const jd_strs *asked, const jd_policy *p, int64_t expertise)
{
    for (int i = 0; i < p->expertise.n && expertise != JD_NO_INT; i++)
        if (expertise >> i & 1 && among(asked, p->expertise.v[i].code)) return true;
    return asked->n == 0;
}

static jd_str education_code(int64_t at)
{
    const jd_table *t = jd_table_get(JD_TABLE_education);
    return at >= 0 && at < t->n ? jd_str_of(t->rows[at].value) : (jd_str){ "", 0 };
}

static bool fits(const search *s, const jd_policy *p, const jd_case_row *row)
{
    const struct jd_supervisor_find *m = s->m;
    const struct jd_row_supervisor *r = &row->supervisor;
    if (!jd_in_force(row, s->on)) return false;
    if (m->work_years != JD_NO_INT && (r->work_years == JD_NO_INT || r->work_years < m->work_years)) return false;
    if (m->education.n && !among(&m->education, education_code(r->education))) return false;
    return knows(&m->expertise, p, r->expertise) && matches(&m->major_class, &p->major_classes, r->major_class) &&
           matches(&m->employer_kind, &p->employer_kinds, r->employer_kind);
}

static void show_expertise(jd_map *map, const jd_strs *asked, const jd_policy *p, int64_t expertise)
{
    size_t n = 0;
    jd_pack_z(map->b, "expertise");
    size_t at = jd_pack_open(map->b);
    for (int i = 0; i < p->expertise.n; i++) {
        if (!(expertise >> i & 1) || !among(asked, p->expertise.v[i].code)) continue;
        jd_pack_str(map->b, p->expertise.v[i].code);
        n++;
    }
    jd_pack_close_list(map->b, at, n);
    map->n++;
}

static void show(jd_asked *q, const search *s, const jd_policy *p, uint64_t number, const struct jd_row_supervisor *r)
{
    const struct jd_supervisor_find *m = s->m;
    jd_map map = jd_show_open(q->out);
    jd_show_id(&map, q, "id", JD_E_supervisor, (int64_t)number);
    if (m->expertise.n) show_expertise(&map, &m->expertise, p, r->expertise);
    if (m->major_class.n)
        jd_show_s(&map, "major_class", jd_code_at(p->major_classes.v, p->major_classes.n, r->major_class));
    if (m->employer_kind.n)
        jd_show_s(&map, "employer_kind", jd_code_at(p->employer_kinds.v, p->employer_kinds.n, r->employer_kind));
    if (m->education.n) jd_show_s(&map, "education", education_code(r->education));
    if (m->work_years != JD_NO_INT) jd_show_u(&map, "work_years", r->work_years);
    jd_pack_close_map(q->out, map.at, map.n);
}

/* False when the page ends here. */
static bool look(jd_asked *q, search *s, uint64_t number, const jd_case_row *row)
{
    const jd_policy *p = jd_engine_policy(q->g, (uint64_t)row->head.policy);
    bool fit = fits(s, p, row) && jd_may_read(q, (jd_case_id){ JD_E_supervisor, q->g->division, number }, row);
    s->more = (fit && s->n == s->limit) || s->looked == LOOK_MAX;
    if (s->more) return false;
    if (fit) show(q, s, p, number, &row->supervisor);
    s->n += fit;
    s->looked++;
    s->last = number;
    return true;
}

static void scan(jd_asked *q, search *s)
{
    jd_arena scratch = { 0 };
    jd_case_row row;
    jd_entity e;
    jd_key from = jd_key_case(JD_E_supervisor, s->after + 1);
    jd_scan all = jd_scan_from(&q->txn, JD_DB_CASES, jd_k(&from));
    while (jd_scan_next(&all)) {
        uint64_t number = jd_unkey_case(all.key, &e);
        jd_arena_reset(&scratch);
        if (e != JD_E_supervisor) break;
        if (jd_decode_row(jd_case_layout(e), all.value, &scratch, &row) && !look(q, s, number, &row)) break;
    }
    jd_scan_end(&all);
    jd_arena_free(&scratch);
}

/* The first mistake is told. */
static void fail(jd_asked *q, jd_code code, const char *field, const char *text)
{
    if (q->code == JD_CODE_ANSWERED) jd_ask_fail(q, code, field, text);
}

/* A criterion the policy keeps nothing of would find nobody and not say why. */
static void check_kept(jd_asked *q, const jd_policy *p, const char *field, jd_match match, bool asked)
{
    if (asked && !(p->matching >> match & 1))
        fail(q, JD_CODE_NOT_IN_REGULATION, field, "a field of the policy's matching");
}

/* So would a code that its list does not have. */
static void check_codes(jd_asked *q, const char *field, const jd_strs *asked, const jd_items *list)
{
    for (uint32_t i = 0; i < asked->n; i++)
        if (jd_items_find(list, asked->v[i]) < 0)
            fail(q, JD_CODE_UNKNOWN_IN_POLICY, field, "codes of the policy's list");
}

static void check_criteria(jd_asked *q, const struct jd_supervisor_find *m)
{
    const jd_policy *p = jd_engine_policy(q->g, q->tally.policy);
    check_codes(q, "expertise", &m->expertise, &p->expertise);
    check_codes(q, "major_class", &m->major_class, &p->major_classes);
    check_codes(q, "employer_kind", &m->employer_kind, &p->employer_kinds);
    for (uint32_t i = 0; i < m->education.n; i++)
        if (jd_table_find(JD_TABLE_education, m->education.v[i]) < 0)
            fail(q, JD_CODE_UNKNOWN_CODE, "education", "codes of GB/T 4658");
    check_kept(q, p, "expertise", JD_MATCH_expertise, m->expertise.n > 0);
    check_kept(q, p, "major_class", JD_MATCH_major_class, m->major_class.n > 0);
    check_kept(q, p, "employer_kind", JD_MATCH_employer_kind, m->employer_kind.n > 0);
    check_kept(q, p, "education", JD_MATCH_education, m->education.n > 0);
    check_kept(q, p, "work_years", JD_MATCH_work_years, m->work_years != JD_NO_INT);
}

void jd_ask_supervisor_find(jd_asked *q, const void *msg)
{
    const struct jd_supervisor_find *m = msg;
    jd_case_id after = { 0 };
    search s = { .m = m, .on = m->on == JD_NO_DAY ? jd_day_from_ms(q->now) : m->on, .limit = FIND_DEFAULT };
    if (m->limit != JD_NO_INT) s.limit = m->limit;
    if (m->after.p && (!jd_case_id_parse(m->after, &after) || after.entity != JD_E_supervisor))
        jd_ask_fail(q, JD_CODE_BAD_FORMAT, "after", "the id of a supervisor");
    check_criteria(q, m);
    if (q->code != JD_CODE_ANSWERED) return;
    s.after = s.last = after.number;
    jd_pack_z(q->out, "supervisors");
    size_t at = jd_pack_open(q->out);
    scan(q, &s);
    jd_pack_close_list(q->out, at, (size_t)s.n);
    q->pairs++;
    if (!s.more) return;
    jd_map next = { .b = q->out };
    jd_show_id(&next, q, "next", JD_E_supervisor, (int64_t)s.last);
    q->pairs += next.n;
}
