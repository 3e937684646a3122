/* case.get and case.list. */
#include "proto/pack.h"
#include "workers/authority.h"
#include "workers/show.h"

jd_case_row *jd_ask_case(jd_asked *q, jd_str text, jd_case_id *id)
{
    jd_case_row *row = NULL;
    if (jd_case_id_parse(text, id) && id->division == q->g->division)
        row = jd_read_case(&q->txn, &q->arena, id->entity, id->number);
    if (row && !jd_may_read(q, *id, row)) row = NULL; /* as if it were not there */
    if (!row && !q->txn.rc) jd_ask_fail(q, JD_CODE_UNKNOWN_CASE, "id", "the id of a case of this division");
    return row;
}

/* ------------------------------------------------------------ case.get */

void jd_ask_case_get(jd_asked *q, const void *msg)
{
    const struct jd_case_get *m = msg;
    jd_case_id id;
    jd_case_row *row = jd_ask_case(q, m->id, &id);
    if (!row) return;
    jd_pack_z(q->out, "case");
    jd_pack_case(q, id.entity, id.number, row);
    q->pairs++;
}

/* ------------------------------------------------------------ case.list */

enum { LIST_DEFAULT = 50, LOOK_MAX = 20000 };

typedef struct page {
    jd_entity entity;
    uint64_t after, last; /* numbers */
    int64_t limit;
    int state;      /* -1: any */
    int64_t dept;   /* -1: any */
    uint64_t round; /* 0: any */
    jd_str dept_code;
    const jd_field *about; /* the entity's field `supervisor`, where one is asked for */
    int64_t supervisor;
    bool overdue, more;
    int64_t n;
    int looked;
} page;

static bool wanted(const jd_asked *q, const page *pg, const jd_case_row *row)
{
    if (pg->state >= 0 && row->head.state != pg->state) return false;
    if (pg->overdue && row->head.overdue != JD_YES) return false;
    if (pg->about && *JD_IN(int64_t, row, pg->about) != pg->supervisor) return false;
    return !pg->dept_code.n ||
           jd_str_eq(jd_dept_code(jd_engine_policy(q->g, (uint64_t)row->head.policy), row->head.dept), pg->dept_code);
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

/* The applications of one round, by their ties. */
static void scan_round(jd_asked *q, page *pg)
{
    for (uint64_t number = pg->after; (number = jd_tie_behind(&q->txn, JD_TIE_applied, pg->round, number));) {
        jd_case_row *row = jd_read_case(&q->txn, &q->arena, pg->entity, number);
        if (row && wanted(q, pg, row) && !take(q, pg, number, row)) return;
        if (++pg->looked < LOOK_MAX) continue;
        pg->more = true;
        pg->last = number;
        return;
    }
}

/* Reports, claims, obligations and others say whose they are in a field of this name. */
static void read_supervisor(jd_asked *q, jd_str id, page *pg)
{
    const jd_layout *l = jd_case_layout(pg->entity);
    int at = jd_layout_find(l, JD_STR("supervisor"));
    jd_case_id s;
    if (!id.p) return;
    bool good = jd_case_id_parse(id, &s) && s.entity == JD_E_supervisor && s.division == q->g->division;
    if (at < 0 || !good) {
        jd_ask_fail(q, JD_CODE_BAD_FORMAT, "supervisor", "a supervisor's id of this division, for what is about one");
        return;
    }
    pg->about = &l->fields[at];
    pg->supervisor = (int64_t)s.number;
}

static bool read_page(jd_asked *q, const struct jd_case_list *m, page *pg)
{
    jd_case_id after = { 0 };
    *pg = (page){ .entity = jd_entity_find(m->entity), .limit = LIST_DEFAULT, .state = -1, .dept = -1 };
    if (pg->entity == JD_E_none) {
        jd_ask_fail(q, JD_CODE_UNKNOWN_CODE, "entity", "an entity of the protocol manual, such as report");
        return false;
    }
    if (m->limit != JD_NO_INT) pg->limit = m->limit;
    if (m->round.p && (pg->entity != JD_E_application || !jd_case_id_parse(m->round, &after) ||
                       after.entity != JD_E_round || after.division != q->g->division))
        jd_ask_fail(q, JD_CODE_BAD_FORMAT, "round", "the id of a round of this division, for applications");
    pg->round = m->round.p ? after.number : 0;
    after.number = 0;
    if (m->state.p && (pg->state = jd_state_find(pg->entity, m->state)) < 0)
        jd_ask_fail(q, JD_CODE_UNKNOWN_CODE, "state", "a state of that entity");
    if (m->after.p && (!jd_case_id_parse(m->after, &after) || after.entity != pg->entity))
        jd_ask_fail(q, JD_CODE_BAD_FORMAT, "after", "the id of a case of that entity");
    pg->after = after.number;
    pg->overdue = m->overdue == JD_YES;
    read_supervisor(q, m->supervisor, pg);
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
    if (pg->round)
        scan_round(q, pg);
    else if (pg->dept >= 0 && pg->overdue)
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
