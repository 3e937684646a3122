/* Persons are numbers here; their identity numbers are found by keyed hash and stand in the clear
 * nowhere. */
#include "workers/handler.h"

struct jd_row_person *jd_read_person(jd_txn *t, jd_arena *a, uint64_t number)
{
    jd_str bytes;
    jd_key k = jd_key_person(number);
    if (!jd_get(t, JD_DB_PEOPLE, jd_k(&k), &bytes)) return NULL;
    bytes = jd_copy(a, bytes);
    struct jd_row_person *row = jd_alloc(a, sizeof *row);
    return jd_decode_row(&jd_row_person_layout, bytes, a, row) ? row : NULL;
}

uint64_t jd_find_person(jd_ctx *c, jd_str idno, uint8_t hash[16])
{
    jd_str bytes;
    jd_hash_idno(c->g->vault, idno, hash);
    jd_key k = jd_key_person_hash(hash);
    return jd_get(&c->g->txn, JD_DB_PEOPLE, jd_k(&k), &bytes) ? jd_unkey_seq(bytes) : 0;
}

void jd_put_person(jd_ctx *c, uint64_t number, const struct jd_row_person *row)
{
    jd_put_other(c, JD_DB_PEOPLE, jd_key_person(number), &jd_row_person_layout, row);
    if (number <= c->g->tally.people) return;
    uint8_t *be = jd_alloc(&c->g->arena, 8);
    jd_be64(be, number);
    c->out->people++;
    jd_put_bytes(c, JD_DB_PEOPLE, jd_key_person_hash((const uint8_t *)row->hash.p), (jd_str){ (const char *)be, 8 });
}

jd_tri jd_fact_value(const struct jd_row_fact *row, jd_day today)
{
    bool expired = row->valid_until != JD_NO_DAY && today > row->valid_until;
    return expired ? JD_UNKNOWN : (jd_tri)row->value;
}

bool jd_read_fact(jd_txn *t, jd_arena *a, uint64_t person, jd_str code, struct jd_row_fact *out)
{
    jd_str bytes;
    jd_key k = jd_key_fact(person, code);
    return jd_get(t, JD_DB_FACTS, jd_k(&k), &bytes) && jd_decode_row(&jd_row_fact_layout, bytes, a, out);
}

static jd_tri read_fact(jd_txn *t, jd_arena *a, uint64_t person, const jd_fact_kind *f, jd_day today)
{
    struct jd_row_fact row;
    return jd_read_fact(t, a, person, f->item.code, &row) ? jd_fact_value(&row, today) : JD_UNKNOWN;
}

/* A narrower predicate's yes makes the wider one's yes; a wider one's no makes the narrower's no. */
static void close_over(const jd_policy *p, jd_tri facts[JD_FACTS_MAX])
{
    for (int i = p->facts_n - 1; i >= 0; i--)
        if (p->facts[i].within >= 0 && facts[i] == JD_YES) facts[p->facts[i].within] = JD_YES;
    for (int i = 0; i < p->facts_n; i++)
        if (p->facts[i].within >= 0 && facts[i] == JD_UNKNOWN && facts[p->facts[i].within] == JD_NO) facts[i] = JD_NO;
}

void jd_read_facts_with(jd_txn *t, jd_arena *a, const jd_policy *p, uint64_t person, jd_day today, int fact,
                        jd_tri value, jd_tri facts[JD_FACTS_MAX])
{
    for (int i = 0; i < p->facts_n; i++) facts[i] = person ? read_fact(t, a, person, &p->facts[i], today) : JD_UNKNOWN;
    if (fact >= 0) facts[fact] = value;
    close_over(p, facts);
}

void jd_read_facts(jd_txn *t, jd_arena *a, const jd_policy *p, uint64_t person, jd_day today,
                   jd_tri facts[JD_FACTS_MAX])
{
    jd_read_facts_with(t, a, p, person, today, -1, JD_UNKNOWN, facts);
}

void jd_close_application(jd_ctx *c, uint64_t person, uint64_t supervisor)
{
    struct jd_row_person *row = jd_read_person(&c->g->txn, &c->g->arena, person);
    if (!row) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    row->application = 0;
    if (supervisor) row->supervisor = (int64_t)supervisor;
    jd_put_person(c, person, row);
}

/* The case about an appointment that ended by itself has nothing left to decide. */
static void end_dismissal(jd_ctx *c, uint64_t number)
{
    jd_case_row *row = number ? jd_read_case(&c->g->txn, &c->g->arena, JD_E_dismissal, number) : NULL;
    if (!row || jd_state_final(JD_E_dismissal, (int)row->head.state)) return;
    jd_move(c, JD_E_dismissal, number, row, JD_V_dismissal_end, JD_S_dismissal_moot, JD_EV_dismissal_moot);
}

void jd_end_appointment(jd_ctx *c, uint64_t number, jd_case_row *supervisor)
{
    uint64_t person = (uint64_t)supervisor->supervisor.person;
    struct jd_row_person *row = jd_read_person(&c->g->txn, &c->g->arena, person);
    if (!row) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    row->supervisor = 0;
    jd_put_person(c, person, row);
    supervisor->head.clock_kind = JD_CLOCK_SETTLE;
    supervisor->head.clock = jd_end_interests(c, number) ? JD_NO_TIME : c->at;
    if (supervisor->supervisor.dismissal > 0) end_dismissal(c, (uint64_t)supervisor->supervisor.dismissal);
    supervisor->supervisor.dismissal = 0;
    jd_day last = supervisor->supervisor.term_end;
    supervisor->supervisor.ended_on = c->today < last ? c->today : last;
    jd_forget_profile(&supervisor->supervisor);
    jd_owed_no_more(c, number);
    jd_no_certificate_more(c, number, supervisor->head.state == JD_S_supervisor_lapsed);
}
