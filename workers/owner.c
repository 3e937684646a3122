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
    default: return 0;
    }
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
