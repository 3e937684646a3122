/* supervisor.record: how a supervisor's standing duties were fulfilled (LC-6.2, LC-6.3, LC-9.1, LC-9.3, WH-6.1):
 * meetings, activities, documents and reports, counted by kind. */
#include "proto/pack.h"
#include "workers/show.h"

enum { INVITATIONS_MAX = 100, REPORTS_LOOK_MAX = 20000 };

/* One kind of meeting or activity, by code: policies may number their kinds otherwise. */
typedef struct sum {
    struct sum *next;
    jd_entity entity;
    int act; /* of a meeting, else 0 */
    jd_str kind;
    int64_t invited, accepted, declined, attended, own, hours;
} sum;

typedef struct sums {
    struct sum *first, **last;
    size_t n;
} sums;

static sum *sum_of(jd_asked *q, sums *s, jd_entity e, int act, jd_str kind)
{
    for (sum *one = s->first; one; one = one->next)
        if (one->act == act && jd_str_eq(one->kind, kind)) return one;
    sum *fresh = jd_alloc(&q->arena, sizeof *fresh);
    *fresh = (sum){ .entity = e, .act = act, .kind = kind };
    *s->last = fresh;
    s->last = &fresh->next;
    s->n++;
    return fresh;
}

static void add_hours(sum *s, int64_t hours)
{
    if (hours != JD_NO_INT) s->hours += hours;
}

static void add_meeting(jd_asked *q, sums *s, const jd_case_row *row)
{
    const struct jd_row_meeting *r = &row->meeting;
    const jd_policy *p = jd_engine_policy(q->g, (uint64_t)r->policy);
    if (r->state == JD_S_meeting_withdrawn) return;
    sum *one = sum_of(q, s, JD_E_meeting, (int)r->act, jd_kind_code(&p->meetings[r->act], r->kind));
    one->attended++;
    add_hours(one, r->hours);
}

static void add_activity(jd_asked *q, sums *s, uint64_t number, uint64_t who, const jd_case_row *row)
{
    const struct jd_row_activity *r = &row->activity;
    const jd_policy *p = jd_engine_policy(q->g, (uint64_t)r->policy);
    if (r->state == JD_S_activity_cancelled) return;
    sum *one = sum_of(q, s, JD_E_activity, 0, jd_kind_code(&p->activities, r->kind));
    bool own = r->supervisor > 0, there = own || jd_tied(&q->txn, JD_TIE_took_part, number, who);
    one->own += own;
    one->attended += there && !own;
    one->invited += jd_tied(&q->txn, JD_TIE_invited, number, who);
    one->accepted += jd_tied(&q->txn, JD_TIE_accepts, number, who);
    one->declined += jd_tied(&q->txn, JD_TIE_declines, number, who);
    if (there) add_hours(one, r->hours);
}

/* Every case tied to the supervisor; false at its end. */
static bool next_case(jd_asked *q, jd_tie_walk *w, jd_arena *scratch, jd_entity e, uint64_t *number, jd_case_row **row)
{
    jd_arena_reset(scratch);
    if (!jd_tie_next(w, number)) return false;
    *row = jd_read_case(&q->txn, scratch, e, *number);
    return *row != NULL;
}

static void add_all(jd_asked *q, uint64_t who, sums *s, jd_entity e, jd_tie_kind tie)
{
    jd_arena scratch = { 0 };
    jd_case_row *row;
    uint64_t number;
    jd_tie_walk w = jd_tie_from(&q->txn, tie, who, 0);
    while (next_case(q, &w, &scratch, e, &number, &row))
        if (e == JD_E_meeting)
            add_meeting(q, s, row);
        else
            add_activity(q, s, number, who, row);
    jd_tie_end(&w);
    jd_arena_free(&scratch);
}

static void show_sum(jd_asked *q, const sum *s)
{
    static const char *const acts[] = {
#define ACT(code, doc) #code,
        JD_ACTS(ACT)
#undef ACT
    };
    jd_map m = jd_show_open(q->out);
    bool meeting = s->entity == JD_E_meeting;
    if (meeting) jd_show_z(&m, "act", acts[s->act]);
    jd_show_s(&m, "kind", s->kind);
    jd_show_u(&m, "attended", s->attended);
    jd_show_u(&m, "hours", s->hours);
    jd_show_u(&m, "invited", meeting ? JD_NO_INT : s->invited);
    jd_show_u(&m, "accepted", meeting ? JD_NO_INT : s->accepted);
    jd_show_u(&m, "declined", meeting ? JD_NO_INT : s->declined);
    jd_show_u(&m, "own", meeting ? JD_NO_INT : s->own);
    jd_pack_close_map(q->out, m.at, m.n);
}

static void show_sums(jd_asked *q, const char *key, const sums *s)
{
    jd_pack_z(q->out, key);
    jd_pack_list(q->out, s->n);
    for (const sum *one = s->first; one; one = one->next) show_sum(q, one);
    q->pairs++;
}

static void show_documents(jd_asked *q, uint64_t who)
{
    int64_t sent = 0, acknowledged = 0, outstanding = 0;
    jd_arena scratch = { 0 };
    jd_case_row *row;
    uint64_t number;
    jd_tie_walk w = jd_tie_from(&q->txn, JD_TIE_document_of, who, 0);
    while (next_case(q, &w, &scratch, JD_E_document, &number, &row)) {
        bool read = jd_tied(&q->txn, JD_TIE_acknowledged, number, who);
        sent++;
        acknowledged += read;
        outstanding += !read && row->head.state == JD_S_document_outstanding;
    }
    jd_tie_end(&w);
    jd_arena_free(&scratch);
    jd_pack_z(q->out, "documents");
    jd_map m = jd_show_open(q->out);
    jd_show_u(&m, "sent", sent);
    jd_show_u(&m, "acknowledged", acknowledged);
    jd_show_u(&m, "outstanding", outstanding);
    jd_pack_close_map(q->out, m.at, m.n);
    q->pairs++;
}

static void show_invitation(jd_asked *q, uint64_t number, uint64_t who, const jd_case_row *row, jd_arena *scratch)
{
    const struct jd_row_activity *r = &row->activity;
    const jd_policy *p = jd_engine_policy(q->g, (uint64_t)r->policy);
    bool yes = jd_tied(&q->txn, JD_TIE_accepts, number, who), no = jd_tied(&q->txn, JD_TIE_declines, number, who);
    jd_map m = jd_show_open(q->out);
    jd_show_id(&m, q, "activity", JD_E_activity, (int64_t)number);
    jd_show_s(&m, "kind", jd_kind_code(&p->activities, r->kind));
    jd_show_title(&m, q, r->entry, scratch);
    jd_show_day(&m, "on", r->on);
    jd_show_day(&m, "answer_by", r->answer_by);
    if (yes || no) jd_show_bool(&m, "takes_part", yes);
    jd_pack_close_map(q->out, m.at, m.n);
}

/* What they are invited to and has not taken place: the first hundred; nothing once the appointment has ended. */
static void show_invitations(jd_asked *q, uint64_t who, bool in_force)
{
    size_t n = 0;
    jd_arena scratch = { 0 };
    jd_case_row *row;
    uint64_t number;
    jd_pack_z(q->out, "invitations");
    size_t at = jd_pack_open(q->out);
    jd_tie_walk w = jd_tie_from(&q->txn, JD_TIE_activity_of, who, 0);
    while (in_force && n < INVITATIONS_MAX && next_case(q, &w, &scratch, JD_E_activity, &number, &row)) {
        if (row->head.state != JD_S_activity_invited) continue;
        show_invitation(q, number, who, row, &scratch);
        n++;
    }
    jd_tie_end(&w);
    jd_arena_free(&scratch);
    jd_pack_close_list(q->out, at, n);
    q->pairs++;
}

/* No tie leads from a supervisor to their reports: it would cost every report a write in no order. They are looked
 * for among the newest, and the answer says whether those were all. False when there are more. */
static bool count_reports(jd_asked *q, uint64_t who, uint64_t in_state[JD_S_report_count])
{
    jd_arena scratch = { 0 };
    jd_case_row row;
    jd_entity e;
    int looked = 0;
    jd_key from = jd_key_case(JD_E_report, UINT64_MAX);
    jd_scan s = jd_scan_back(&q->txn, JD_DB_CASES, jd_k(&from));
    while (looked <= REPORTS_LOOK_MAX && jd_scan_next(&s)) {
        jd_unkey_case(s.key, &e);
        jd_arena_reset(&scratch);
        if (e != JD_E_report || ++looked > REPORTS_LOOK_MAX) break;
        if (jd_decode_row(jd_case_layout(e), s.value, &scratch, &row) && row.report.supervisor == (int64_t)who)
            in_state[row.head.state]++;
    }
    jd_scan_end(&s);
    jd_arena_free(&scratch);
    return looked <= REPORTS_LOOK_MAX;
}

static void show_reports(jd_asked *q, uint64_t who)
{
    uint64_t in_state[JD_S_report_count] = { 0 };
    bool all = count_reports(q, who, in_state);
    jd_pack_z(q->out, "reports");
    jd_map m = jd_show_open(q->out);
    for (int s = 1; s < JD_S_report_count; s++)
        if (in_state[s]) jd_show_u(&m, jd_state_name(JD_E_report, s), (int64_t)in_state[s]);
    jd_pack_close_map(q->out, m.at, m.n);
    jd_pack_kb(q->out, "all_reports", all);
    q->pairs += 2;
}

void jd_ask_supervisor_record(jd_asked *q, const void *msg)
{
    const struct jd_supervisor_record *m = msg;
    jd_case_id id;
    jd_case_row *row = jd_ask_case(q, m->supervisor, &id);
    sums meetings = { .last = &meetings.first }, activities = { .last = &activities.first };
    if (!row || id.entity != JD_E_supervisor) {
        jd_ask_fail(q, JD_CODE_NOT_SUPERVISOR, "supervisor", "the id of a supervisor of this division");
        return;
    }
    add_all(q, id.number, &meetings, JD_E_meeting, JD_TIE_meeting_of);
    add_all(q, id.number, &activities, JD_E_activity, JD_TIE_activity_of);
    show_sums(q, "meetings", &meetings);
    show_sums(q, "activities", &activities);
    show_documents(q, id.number);
    show_reports(q, id.number);
    show_invitations(q, id.number, jd_in_force(row, jd_day_from_ms(q->now)));
}
