/* What a supervisor has with whom: claims (LC-11.3) and recusals (LC-9.6, WH-7.6), each found by supervisor and
 * object while it is open. What ends many of them at once ends them so many an entry. */
#include "workers/handler.h"

enum { AT_ONCE = 64, LOOK_MAX = 4096 };

/* ------------------------------------------------------------ finding */

struct jd_row_institution *jd_read_institution(jd_txn *t, jd_arena *a, jd_str code)
{
    jd_str bytes;
    jd_key k = jd_key_institution(code);
    if (!jd_get(t, JD_DB_INSTITUTIONS, jd_k(&k), &bytes)) return NULL;
    struct jd_row_institution *row = jd_alloc(a, sizeof *row);
    return jd_decode_row(&jd_row_institution_layout, jd_copy(a, bytes), a, row) ? row : NULL;
}

bool jd_listed(jd_txn *t, jd_arena *a, jd_str code, uint64_t list)
{
    const struct jd_row_institution *row = jd_read_institution(t, a, code);
    return row && list && (uint64_t)row->list == list;
}

static uint64_t number_at(jd_txn *t, jd_key k)
{
    jd_str v;
    return jd_get(t, JD_DB_INTERESTS, jd_k(&k), &v) ? jd_unkey_seq(v) : 0;
}

uint64_t jd_claim_of(jd_txn *t, uint64_t supervisor, jd_str institution)
{
    return number_at(t, jd_key_claim(supervisor, institution));
}

uint64_t jd_recusal_about(jd_txn *t, uint64_t supervisor, jd_scope scope, jd_str object)
{
    return number_at(t, jd_key_recusal(supervisor, scope, object));
}

bool jd_recused(jd_txn *t, jd_arena *a, uint64_t supervisor, jd_scope scope, jd_str object, jd_day today)
{
    uint64_t number = jd_recusal_about(t, supervisor, scope, object);
    const jd_case_row *row = number ? jd_read_case(t, a, JD_E_recusal, number) : NULL;
    if (!row || row->head.state != JD_S_recusal_upheld) return false;
    return row->recusal.until == JD_NO_DAY || today <= row->recusal.until;
}

/* The open ones of a kind ('C' or 'X') of a supervisor, at most so many. */
static int open_of(jd_txn *t, jd_key first, uint64_t *numbers, int max)
{
    enum { PREFIX = 9 };
    int n = 0;
    jd_scan s = jd_scan_from(t, JD_DB_INTERESTS, (jd_str){ (const char *)first.bytes, PREFIX });
    while (jd_scan_next(&s)) {
        if (n == max || s.key.n < PREFIX || memcmp(s.key.p, first.bytes, PREFIX) != 0) break;
        if (numbers) numbers[n] = jd_unkey_seq(s.value);
        n++;
    }
    jd_scan_end(&s);
    return n;
}

int jd_claims_of(jd_txn *t, uint64_t supervisor)
{
    return open_of(t, jd_key_claim(supervisor, (jd_str){ "", 0 }), NULL, INT32_MAX);
}

/* ------------------------------------------------------------ closing */

jd_change *jd_close_claim(jd_ctx *c, uint64_t number, jd_case_row *row, int verb, int to, jd_event_id event)
{
    jd_key k = jd_key_claim((uint64_t)row->claim.supervisor, row->claim.institution);
    jd_change *ch = jd_move(c, JD_E_claim, number, row, verb, to, event);
    if (ch) jd_put_bytes(c, JD_DB_INTERESTS, k, (jd_str){ NULL, 0 });
    return ch;
}

jd_change *jd_close_recusal(jd_ctx *c, uint64_t number, jd_case_row *row, int verb, int to, jd_event_id event)
{
    jd_key k = jd_key_recusal((uint64_t)row->recusal.supervisor, (int)row->recusal.scope, row->recusal.object);
    jd_change *ch = jd_move(c, JD_E_recusal, number, row, verb, to, event);
    if (!ch) return NULL;
    jd_put_bytes(c, JD_DB_INTERESTS, k, (jd_str){ NULL, 0 });
    row->head.clock = JD_NO_TIME;
    return ch;
}

static void end_one(jd_ctx *c, jd_entity e, uint64_t number)
{
    jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, e, number);
    if (!row)
        c->out->code = JD_CODE_INTERNAL;
    else if (e == JD_E_claim)
        jd_close_claim(c, number, row, JD_V_claim_end, JD_S_claim_ended_by_appointment, JD_EV_claim_ended);
    else
        jd_close_recusal(c, number, row, JD_V_recusal_end, JD_S_recusal_ended, JD_EV_recusal_ended);
}

bool jd_end_interests(jd_ctx *c, uint64_t supervisor)
{
    uint64_t claims[AT_ONCE + 1], recusals[AT_ONCE + 1];
    jd_str first = { "", 0 };
    int k = open_of(&c->g->txn, jd_key_claim(supervisor, first), claims, AT_ONCE + 1);
    int x = open_of(&c->g->txn, jd_key_recusal(supervisor, 0, first), recusals, AT_ONCE + 1);
    for (int i = 0; i < k && i < AT_ONCE; i++) end_one(c, JD_E_claim, claims[i]);
    for (int i = 0; i < x && i < AT_ONCE; i++) end_one(c, JD_E_recusal, recusals[i]);
    return k <= AT_ONCE && x <= AT_ONCE;
}

/* The appointment ended before; what it left goes on ending, and the last of it is told. */
void jd_fire_settle(jd_ctx *c, const jd_due *d, jd_case_row *row)
{
    if (!jd_end_interests(c, d->number)) return;
    jd_note(c, JD_E_supervisor, d->number, row, JD_EV_supervisor_settled);
    row->head.clock = JD_NO_TIME;
}

/* ------------------------------------------------------------ a list without them */

typedef struct sweep {
    uint64_t list, last; /* the list; the last claim looked at */
    int looked, ended;
    bool more;
} sweep;

static bool dropped(jd_ctx *c, jd_arena *scratch, const sweep *s, jd_str bytes)
{
    jd_case_row row;
    jd_arena_reset(scratch);
    if (!jd_decode_row(jd_case_layout(JD_E_claim), bytes, scratch, &row)) return false;
    return row.head.state == JD_S_claim_active && !jd_listed(&c->g->txn, scratch, row.claim.institution, s->list);
}

static void drop(jd_ctx *c, sweep *s)
{
    jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_claim, s->last);
    s->ended++;
    jd_close_claim(c, s->last, row, JD_V_claim_unlist, JD_S_claim_ended_by_list, JD_EV_claim_ended);
}

static void look_through(jd_ctx *c, sweep *s)
{
    jd_arena scratch = { 0 };
    jd_key from = jd_key_case(JD_E_claim, s->last + 1);
    jd_scan rows = jd_scan_from(&c->g->txn, JD_DB_CASES, jd_k(&from));
    while (jd_scan_next(&rows)) {
        jd_entity e;
        uint64_t number = jd_unkey_case(rows.key, &e);
        if (e != JD_E_claim) break;
        s->more = s->looked == LOOK_MAX || s->ended == AT_ONCE;
        if (s->more) break;
        s->looked++;
        s->last = number;
        if (dropped(c, &scratch, s, rows.value)) drop(c, s);
    }
    jd_scan_end(&rows);
    jd_arena_free(&scratch);
}

/* LC-11.3: a claim on what is no longer listed ends. */
void jd_fire_list(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    sweep s = { .list = d->number, .last = row->list.settled == JD_NO_INT ? 0 : (uint64_t)row->list.settled };
    look_through(c, &s);
    if (!jd_move(c, JD_E_list, d->number, row, JD_V_list_settle, JD_S_list_current, JD_EV_list_settled)) return;
    row->list.settled = (int64_t)s.last;
    row->head.clock = s.more ? d->at : JD_NO_TIME;
    jd_reason_add(c, (jd_reason){ .rule = p->claims.on ? p->claims.rule : p->institutions.rule, .on = JD_ON_NOTHING });
}

/* ------------------------------------------------------------ recusals */

void jd_uphold_recusal(jd_ctx *c, uint64_t number, jd_case_row *row)
{
    struct jd_row_recusal *r = &row->recusal;
    r->since = c->today;
    r->due = r->until;
    r->clock_kind = JD_CLOCK_UNTIL;
    r->clock = r->until == JD_NO_DAY ? JD_NO_TIME : jd_day_start(r->until + 1);
    uint64_t claim = r->scope == JD_SCOPE_institution ? jd_claim_of(&c->g->txn, (uint64_t)r->supervisor, r->object) : 0;
    jd_case_row *blocked = claim ? jd_read_case(&c->g->txn, &c->g->arena, JD_E_claim, claim) : NULL;
    if (!blocked) return;
    jd_close_claim(c, claim, blocked, JD_V_claim_block, JD_S_claim_blocked_by_recusal, JD_EV_claim_blocked);
    blocked->claim.recusal = (int64_t)number;
}

static void detect(jd_ctx *c, const jd_policy *p, uint64_t supervisor, jd_scope scope, jd_str object)
{
    uint64_t number;
    jd_case_row *row = jd_new_case(c, JD_E_recusal, &number);
    row->head.policy = p->number;
    if (jd_move(c, JD_E_recusal, number, row, JD_V_recusal_detect,
                p->recusal.detected_upheld ? JD_S_recusal_upheld : JD_S_recusal_detected, JD_EV_recusal_detected))
        jd_begin_recusal(c, p, number, row, supervisor, scope, object);
}

/* The form says where the supervisor works, and at what kind of place: an interest that the machine can see
 * (WH-7.6), or that people decide on (LC-9.6). */
void jd_detect_employer(jd_ctx *c, const jd_policy *p, uint64_t supervisor, const jd_form *form)
{
    const jd_recusal_rules *r = &p->recusal;
    if (!r->on || jd_refused(c)) return;
    if (form->employer_institution.p) detect(c, p, supervisor, JD_SCOPE_institution, form->employer_institution);
    for (int i = 0; i < r->sights_n && form->employer_kind.p; i++)
        if (jd_str_eq(r->sights[i].employer_kind, form->employer_kind))
            detect(c, p, supervisor, JD_SCOPE_target, r->sights[i].target);
}

void jd_begin_recusal(jd_ctx *c, const jd_policy *p, uint64_t number, jd_case_row *row, uint64_t supervisor,
                      jd_scope scope, jd_str object)
{
    uint8_t *be = jd_alloc(&c->g->arena, 8);
    jd_be64(be, number);
    row->recusal.supervisor = (int64_t)supervisor;
    row->recusal.scope = scope;
    row->recusal.object = object;
    jd_tie(c, JD_TIE_recusals, supervisor, number);
    row->recusal.dept = p->manager;
    jd_put_bytes(c, JD_DB_INTERESTS, jd_key_recusal(supervisor, scope, object), (jd_str){ (const char *)be, 8 });
    jd_reason_add(c, (jd_reason){ .rule = p->recusal.rule, .on = JD_ON_NOTHING });
    if (row->head.state == JD_S_recusal_upheld) jd_uphold_recusal(c, number, row);
}

void jd_fire_recusal(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    jd_change *ch = jd_close_recusal(c, d->number, row, JD_V_recusal_expire, JD_S_recusal_lifted, JD_EV_recusal_lifted);
    if (!ch) return;
    ch->due = row->recusal.until;
    jd_reason_add(c, (jd_reason){ .rule = p->recusal.rule, .on = JD_ON_NOTHING });
}
