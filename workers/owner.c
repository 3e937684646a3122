#include "workers/owner.h"

static uint64_t person_of_supervisor(jd_txn *t, jd_arena *a, int64_t number)
{
    const jd_case_row *row = number > 0 ? jd_read_case(t, a, JD_E_supervisor, (uint64_t)number) : NULL;
    return row ? (uint64_t)row->supervisor.person : 0;
}

/* A line for each entity that belongs to a person. */
uint64_t jd_person_of(jd_txn *t, jd_arena *a, jd_entity e, const jd_case_row *row)
{
    switch (e) {
    case JD_E_application: return (uint64_t)row->application.person;
    case JD_E_supervisor: return (uint64_t)row->supervisor.person;
    case JD_E_dismissal: return person_of_supervisor(t, a, row->dismissal.supervisor);
    case JD_E_certificate: return person_of_supervisor(t, a, row->certificate.supervisor);
    case JD_E_claim: return person_of_supervisor(t, a, row->claim.supervisor);
    case JD_E_recusal: return person_of_supervisor(t, a, row->recusal.supervisor);
    case JD_E_reward: return person_of_supervisor(t, a, row->reward.supervisor);
    case JD_E_activity: return person_of_supervisor(t, a, row->activity.supervisor); /* what they did alone */
    default: return 0;
    }
}

/* A line for each entity that is tied to a person, or to a case of theirs (JD_E_none: to the person). */
static const struct {
    jd_entity of;
    jd_tie_kind tie;
    jd_entity to;
} belongs[] = {
    { JD_E_none, JD_TIE_applications, JD_E_application }, { JD_E_none, JD_TIE_held, JD_E_supervisor },
    { JD_E_supervisor, JD_TIE_accused, JD_E_dismissal },  { JD_E_supervisor, JD_TIE_certificates, JD_E_certificate },
    { JD_E_supervisor, JD_TIE_claims, JD_E_claim },       { JD_E_supervisor, JD_TIE_recusals, JD_E_recusal },
    { JD_E_supervisor, JD_TIE_rewards, JD_E_reward },     { JD_E_supervisor, JD_TIE_deeds, JD_E_activity },
};

static uint64_t add_tied(jd_txn *t, jd_arena *a, jd_tie_kind tie, uint64_t from, jd_entity to, jd_case_id **list,
                         uint64_t n)
{
    uint64_t *numbers, more = jd_ties(t, a, tie, from, &numbers);
    jd_case_id *longer = jd_alloc(a, sizeof *longer * (n + more + 1));
    if (n) memcpy(longer, *list, sizeof *longer * n);
    for (uint64_t i = 0; i < more; i++) longer[n + i] = (jd_case_id){ .entity = to, .number = numbers[i] };
    *list = longer;
    return n + more;
}

uint64_t jd_person_cases(jd_txn *t, jd_arena *a, uint64_t person, jd_case_id **out)
{
    uint64_t n = 0;
    *out = NULL;
    for (size_t b = 0; b < sizeof belongs / sizeof *belongs; b++) {
        uint64_t before = n;
        if (belongs[b].of == JD_E_none) n = add_tied(t, a, belongs[b].tie, person, belongs[b].to, out, n);
        for (uint64_t i = 0; belongs[b].of != JD_E_none && i < before; i++)
            if ((*out)[i].entity == belongs[b].of)
                n = add_tied(t, a, belongs[b].tie, (*out)[i].number, belongs[b].to, out, n);
    }
    return n;
}

jd_slot jd_slot_of_case(jd_txn *t, jd_arena *a, jd_entity e, const jd_case_row *row)
{
    if (e == JD_E_report) return jd_month_slot(row->report.received);
    uint64_t person = jd_person_of(t, a, e, row);
    return person ? (jd_slot){ JD_SLOT_PERSON, person } : (jd_slot){ .kind = JD_SLOT_DIVISION };
}

jd_slot jd_slot_of_outcome(jd_ctx *c)
{
    const jd_outcome *out = c->out;
    jd_slot slot = { .kind = JD_SLOT_DIVISION };
    if (jd_message_get(c->cmd->type)->mode == JD_INTERNAL) return slot;
    for (int i = 0; i < out->changes_n && slot.kind == JD_SLOT_DIVISION; i++) {
        const jd_change *ch = out->changes[i];
        if (ch->entity != JD_E_none) slot = jd_slot_of_case(&c->g->txn, &c->g->arena, ch->entity, ch->row);
    }
    return slot;
}
