/* case.get and case.list. */
#include "proto/pack.h"
#include "proto/tables.h"
#include "workers/authority.h"

jd_case_row *jd_ask_case(jd_asked *q, jd_str text, jd_case_id *id)
{
    jd_case_row *row = NULL;
    if (jd_case_id_parse(text, id) && id->division == q->g->division)
        row = jd_read_case(&q->txn, &q->arena, id->entity, id->number);
    if (row && !jd_may_read(q, *id, row)) row = NULL; /* as if it were not there */
    if (!row && !q->txn.rc) jd_ask_fail(q, JD_CODE_UNKNOWN_CASE, "id", "the id of a case of this division");
    return row;
}

static const jd_policy *policy_of(const jd_asked *q, const jd_case_row *row)
{
    return jd_engine_policy(q->g, (uint64_t)row->head.policy);
}

typedef struct map {
    jd_buf *b;
    size_t at, n;
} map;

static map open_map(jd_buf *b)
{
    return (map){ b, jd_pack_open(b), 0 };
}

static void put_z(map *m, const char *key, const char *z)
{
    jd_pack_kz(m->b, key, z);
    m->n++;
}

static void put_s(map *m, const char *key, jd_str s)
{
    if (!s.n) return;
    jd_pack_ks(m->b, key, s);
    m->n++;
}

static void put_u(map *m, const char *key, int64_t v)
{
    if (v == JD_NO_INT) return;
    jd_pack_ku(m->b, key, (uint64_t)v);
    m->n++;
}

static void put_day(map *m, const char *key, jd_day d)
{
    if (d == JD_NO_DAY) return;
    jd_pack_kd(m->b, key, d);
    m->n++;
}

static void put_time(map *m, const char *key, jd_ms t)
{
    if (t == JD_NO_TIME) return;
    jd_pack_kt(m->b, key, t);
    m->n++;
}

static void put_bool(map *m, const char *key, bool v)
{
    jd_pack_kb(m->b, key, v);
    m->n++;
}

static void put_id(map *m, const jd_asked *q, const char *key, jd_entity e, int64_t number)
{
    char id[JD_CASE_ID_MAX];
    if (number == JD_NO_INT || number == 0) return;
    jd_case_id_format((jd_case_id){ e, q->g->division, (uint64_t)number }, id);
    put_z(m, key, id);
}

static jd_str code_at(const jd_item *items, int n, int64_t i)
{
    return i >= 0 && i < n ? items[i].code : (jd_str){ "", 0 };
}

static jd_str dept_code(const jd_policy *p, int64_t i)
{
    return i >= 0 && i < p->depts_n ? p->depts[i].item.code : (jd_str){ "", 0 };
}

static void put_depts(map *m, const jd_policy *p, const char *key, jd_str list)
{
    if (!list.n) return;
    jd_pack_z(m->b, key);
    jd_pack_list(m->b, list.n / 2);
    for (uint32_t i = 0; i + 1 < list.n; i += 2)
        jd_pack_str(m->b, dept_code(p, jd_get_be16((const uint8_t *)list.p + i)));
    m->n++;
}

static void put_application(map *m, const jd_asked *q, const jd_policy *p, const struct jd_row_application *r)
{
    put_time(m, "received", r->received);
    if (r->channel >= 0 && r->channel < p->channels_n) put_s(m, "channel", p->channels[r->channel].item.code);
    put_s(m, "recommender", code_at(p->recommenders.v, p->recommenders.n, r->recommender));
    put_s(m, "nominee_kind", code_at(p->nominees.v, p->nominees.n, r->nominee));
    put_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
}

static void put_supervisor(map *m, const jd_asked *q, const jd_policy *p, const struct jd_row_supervisor *r)
{
    (void)p;
    put_id(m, q, "application", JD_E_application, r->application);
    put_day(m, "term_start", r->term_start);
    put_day(m, "term_end", r->term_end);
    put_u(m, "renewals", r->renewals);
    if (r->needed != JD_UNKNOWN) put_bool(m, "needed", r->needed == JD_YES);
    if (r->consent != JD_UNKNOWN) put_bool(m, "consent", r->consent == JD_YES);
    put_id(m, q, "dismissal", JD_E_dismissal, r->dismissal);
}

static void put_dismissal(map *m, const jd_asked *q, const jd_policy *p, const struct jd_row_dismissal *r)
{
    put_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
    jd_pack_z(m->b, "grounds");
    jd_pack_list(m->b, r->grounds.n / 2);
    for (uint32_t i = 0; i + 1 < r->grounds.n; i += 2)
        jd_pack_str(m->b, p->grounds[jd_get_be16((const uint8_t *)r->grounds.p + i)].item.code);
    m->n++;
    if (r->proven != JD_UNKNOWN) put_bool(m, "proven", r->proven == JD_YES);
}

static void put_report(map *m, const jd_asked *q, const jd_policy *p, const struct jd_row_report *r)
{
    const jd_target *t = r->target >= 0 && r->target < p->targets_n ? &p->targets[r->target] : NULL;
    const jd_report_kind *k = &p->kinds[r->kind];
    put_id(m, q, "supervisor", JD_E_supervisor, r->supervisor);
    put_time(m, "received", r->received);
    put_s(m, "kind", k->item.code);
    if (t) put_s(m, "target", t->item.code);
    if (t && r->category >= 0 && r->category < t->n) put_s(m, "category", t->categories[r->category].item.code);
    put_s(m, "route", p->routes[r->route].id);
    put_depts(m, p, "assist", r->assist);
    put_u(m, "county", r->county);
    if (r->clock_kind >= 0 && r->clock_kind < JD_CLOCK_COUNT)
        put_z(m, "clock", jd_clock_name((jd_clock_id)r->clock_kind));
    put_s(m, "result", code_at(k->results.v, k->results.n, r->result));
    if (r->triage != JD_NO_INT) put_z(m, "triage", jd_table_get(JD_TABLE_triage)->rows[r->triage].value);
    put_id(m, q, "duplicate_of", JD_E_report, r->duplicate_of);
    put_day(m, "suspended_on", r->suspended_on);
    put_u(m, "extensions", r->extensions);
    if (r->satisfied != JD_UNKNOWN) put_bool(m, "satisfied", r->satisfied == JD_YES);
}

static void put_rest(map *m, const jd_asked *q, const jd_policy *p, jd_entity e, const jd_case_row *row)
{
    switch (e) {
    case JD_E_application: put_application(m, q, p, &row->application); break;
    case JD_E_supervisor: put_supervisor(m, q, p, &row->supervisor); break;
    case JD_E_dismissal: put_dismissal(m, q, p, &row->dismissal); break;
    case JD_E_report: put_report(m, q, p, &row->report); break;
    default: break;
    }
}

void jd_pack_case(jd_asked *q, jd_entity e, uint64_t number, const jd_case_row *row)
{
    const jd_policy *p = policy_of(q, row);
    map m = open_map(q->out);
    put_id(&m, q, "id", e, (int64_t)number);
    put_z(&m, "entity", jd_entity_name(e));
    put_z(&m, "state", jd_state_name(e, (int)row->head.state));
    put_u(&m, "version", row->head.version);
    put_s(&m, "policy", p->name);
    put_s(&m, "department", dept_code(p, row->head.dept));
    put_day(&m, "due", row->head.due);
    put_bool(&m, "overdue", row->head.overdue == JD_YES);
    put_rest(&m, q, p, e, row);
    jd_pack_close_map(q->out, m.at, m.n);
}

/* ------------------------------------------------------------ case.get */

static uint64_t previous(const jd_entry *e, jd_case_id id)
{
    const jd_changed *c = jd_entry_change(e, id);
    return c ? c->prev : 0;
}

static bool open_entry(jd_asked *q, const jd_entry *e, void **msg, jd_str *why)
{
    jd_str body;
    const jd_layout *l = &jd_message_get((jd_msg)e->type)->layout;
    *msg = jd_alloc(&q->arena, l->size);
    return jd_entry_open(e, q->g->vault, &q->arena, why, &body) && jd_decode_row(l, body, &q->arena, *msg);
}

/* What was handed in, oldest last: the sealed bodies of the case's history. */
static void pack_content(jd_asked *q, jd_case_id id, const jd_case_row *row)
{
    jd_entry e;
    jd_str why;
    void *msg;
    size_t n = 0, at;
    jd_pack_z(q->out, "content");
    at = jd_pack_open(q->out);
    for (uint64_t seq = (uint64_t)row->head.last_seq; seq && n < 200; seq = previous(&e, id)) {
        if (!jd_entry_read(&q->txn, seq, &q->arena, &e)) break;
        if (jd_message_get((jd_msg)e.type)->mode == JD_INTERNAL || !open_entry(q, &e, &msg, &why)) continue;
        jd_pack_map(q->out, 4);
        jd_pack_kz(q->out, "type", jd_message_get((jd_msg)e.type)->text);
        jd_pack_kt(q->out, "at", e.at);
        jd_pack_ks(q->out, "reason", why);
        jd_pack_z(q->out, "body");
        jd_encode_map(&jd_message_get((jd_msg)e.type)->layout, msg, JD_P_SENSITIVE + 1, q->out);
        n++;
    }
    jd_pack_close_list(q->out, at, n);
    q->pairs++;
}

void jd_ask_case_get(jd_asked *q, const void *msg)
{
    const struct jd_case_get *m = msg;
    jd_case_id id;
    jd_case_row *row = jd_ask_case(q, m->id, &id);
    if (!row) return;
    if (m->content == JD_YES && !jd_may_read_content(q)) {
        jd_ask_fail(q, JD_CODE_CONTENT_FOR_STAFF, "content", "no content");
        return;
    }
    if (m->content == JD_YES && !q->why.n) {
        jd_ask_fail(q, JD_CODE_REASON_REQUIRED, "content", "a reason in the header: content is personal data");
        return;
    }
    jd_pack_z(q->out, "case");
    jd_pack_case(q, id.entity, id.number, row);
    q->pairs++;
    if (m->content == JD_YES) pack_content(q, id, row);
}

/* ------------------------------------------------------------ case.list */

enum { LIST_DEFAULT = 50, LOOK_MAX = 20000 };

typedef struct page {
    jd_entity entity;
    uint64_t after, last; /* numbers */
    int64_t limit;
    int state;    /* -1: any */
    int64_t dept; /* -1: any */
    jd_str dept_code;
    bool overdue, more;
    int64_t n;
    int looked;
} page;

static bool wanted(const jd_asked *q, const page *pg, const jd_case_row *row)
{
    if (pg->state >= 0 && row->head.state != pg->state) return false;
    if (pg->overdue && row->head.overdue != JD_YES) return false;
    return !pg->dept_code.n || jd_str_eq(dept_code(policy_of(q, row), row->head.dept), pg->dept_code);
}

static bool take(jd_asked *q, page *pg, uint64_t number, const jd_case_row *row)
{
    if (!jd_may_read(q, (jd_case_id){ pg->entity, q->g->division, number }, row)) return true;
    if (pg->n == pg->limit) {
        pg->more = true;
        return false;
    }
    jd_pack_case(q, pg->entity, number, row);
    pg->last = number;
    pg->n++;
    return true;
}

/* All cases of the entity, by number. Bounded in what it looks at: an empty page with `next` says
 * that there is more to look at. */
static void scan_cases(jd_asked *q, page *pg)
{
    jd_arena scratch = { 0 };
    jd_key from = jd_key_case(pg->entity, pg->after + 1);
    jd_scan s = jd_scan_from(&q->txn, JD_DB_CASES, jd_k(&from));
    while (jd_scan_next(&s)) {
        jd_entity e;
        uint64_t number = jd_unkey_case(s.key, &e);
        jd_case_row row;
        if (e != pg->entity) break;
        jd_arena_reset(&scratch);
        if (!jd_decode_row(jd_case_layout(e), s.value, &scratch, &row)) continue;
        if (wanted(q, pg, &row) && !take(q, pg, number, &row)) break;
        if (++pg->looked == LOOK_MAX) {
            pg->more = true;
            pg->last = number;
            break;
        }
    }
    jd_scan_end(&s);
    jd_arena_free(&scratch);
}

/* One place of the worklist: a state, or overdue, of one department. */
static void scan_worklist(jd_asked *q, page *pg, int place, uint16_t dept)
{
    jd_key from = jd_key_work(pg->entity, place, dept, pg->after + 1);
    jd_scan s = jd_scan_from(&q->txn, JD_DB_WORKLIST, jd_k(&from));
    while (jd_scan_next(&s)) {
        jd_entity e;
        int state;
        uint16_t d;
        uint64_t number;
        jd_unkey_work(s.key, &e, &state, &d, &number);
        if (e != pg->entity || state != place || d != dept) break;
        jd_case_row *row = jd_read_case(&q->txn, &q->arena, e, number);
        if (row && wanted(q, pg, row) && !take(q, pg, number, row)) break;
    }
    jd_scan_end(&s);
}

static bool read_page(jd_asked *q, const struct jd_case_list *m, page *pg)
{
    jd_case_id after = { 0 };
    *pg = (page){ .entity = jd_entity_find(m->entity), .limit = LIST_DEFAULT, .state = -1, .dept = -1 };
    if (pg->entity == JD_E_none) {
        jd_ask_fail(q, JD_CODE_UNKNOWN_CODE, "entity", "application, supervisor, report or dismissal");
        return false;
    }
    if (m->limit != JD_NO_INT) pg->limit = m->limit;
    if (m->state.p && (pg->state = jd_state_find(pg->entity, m->state)) < 0)
        jd_ask_fail(q, JD_CODE_UNKNOWN_CODE, "state", "a state of that entity");
    if (m->after.p && (!jd_case_id_parse(m->after, &after) || after.entity != pg->entity))
        jd_ask_fail(q, JD_CODE_BAD_FORMAT, "after", "the id of a case of that entity");
    pg->after = after.number;
    pg->overdue = m->overdue == JD_YES;
    if (m->department.p) pg->dept_code = m->department;
    if (m->department.p) pg->dept = jd_policy_dept(jd_engine_policy(q->g, q->tally.policy), m->department);
    if (pg->dept == JD_NO_DEPT) jd_ask_fail(q, JD_CODE_UNKNOWN_IN_POLICY, "department", "a department of the policy");
    return q->code == JD_CODE_ANSWERED;
}

/* The worklist serves one open state or the overdue ones of one department in order; everything else
 * is found among the cases. */
static void fill_page(jd_asked *q, page *pg)
{
    bool open = pg->state >= 0 && !jd_state_final(pg->entity, pg->state);
    if (pg->dept >= 0 && pg->overdue)
        scan_worklist(q, pg, JD_STATE_OVERDUE, (uint16_t)pg->dept);
    else if (pg->dept >= 0 && open)
        scan_worklist(q, pg, pg->state, (uint16_t)pg->dept);
    else
        scan_cases(q, pg);
}

void jd_ask_case_list(jd_asked *q, const void *msg)
{
    page pg;
    char next[JD_CASE_ID_MAX];
    if (!read_page(q, msg, &pg)) return;
    jd_pack_z(q->out, "cases");
    size_t at = jd_pack_open(q->out);
    fill_page(q, &pg);
    jd_pack_close_list(q->out, at, (size_t)pg.n);
    q->pairs++;
    if (!pg.more) return;
    jd_case_id_format((jd_case_id){ pg.entity, q->g->division, pg.last }, next);
    jd_pack_kz(q->out, "next", next);
    q->pairs++;
}
