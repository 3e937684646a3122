/* The rights over one's data that change none of it: to have it handed over (PIPL 45), and to have it put right
 * (PIPL 46). The office acts, on application (PIPL 50). */
#include "workers/handlers/handlers.h"
#include "workers/owner.h"

bool jd_subject_of(jd_ctx *c, const char *field, jd_str text, jd_str department, jd_subject *out)
{
    bool known = jd_case_id_parse(text, &out->id);
    if (!known || (out->id.entity != JD_E_application && out->id.entity != JD_E_supervisor)) {
        jd_refuse(c, JD_CODE_UNKNOWN_CASE, JD_NO_RULE, field, "an application or an appointment");
        return false;
    }
    out->row = jd_load_case(c, field, text, out->id.entity, &out->id.number);
    if (!out->row) return false;
    out->person = jd_person_of(&c->g->txn, &c->g->arena, out->id.entity, out->row);
    if (!jd_by_bureau(c, jd_policy_of(c, out->row), department)) return false;
    if (jd_slot_destroyed(&c->g->txn, (jd_slot){ JD_SLOT_PERSON, out->person }))
        jd_refuse(c, JD_CODE_ERASED, JD_NO_RULE, field, "a person who was not erased");
    return !jd_refused(c);
}

void jd_on_person_export(jd_ctx *c, const void *msg)
{
    const struct jd_person_export *m = msg;
    jd_subject s;
    uint64_t report;
    if (!jd_subject_of(c, "subject", m->subject, m->department, &s)) return;
    if (m->after.p && !jd_load_case(c, "after", m->after, JD_E_report, &report)) return;
    const jd_policy *p = jd_policy_of(c, s.row);
    jd_read_by(c, p, jd_policy_dept(p, m->department));
    jd_note(c, s.id.entity, s.id.number, s.row,
            s.id.entity == JD_E_supervisor ? JD_EV_supervisor_exported : JD_EV_application_exported);
}

/* ------------------------------------------------------------ correcting */

/* The hash by which a person is found follows the number. */
static void move_identity(jd_ctx *c, uint64_t person, jd_str idno)
{
    uint8_t *hash = jd_alloc(&c->g->arena, 16), *number = jd_alloc(&c->g->arena, 8);
    uint64_t other = jd_find_person(c, idno, hash);
    struct jd_row_person *row = jd_read_person(&c->g->txn, &c->g->arena, person);
    if (!row) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    if (other && other != person)
        jd_refuse(c, JD_CODE_IDENTITY_TAKEN, JD_NO_RULE, "id_no", "a number that nobody else here has");
    if (jd_refused(c) || other == person) return;
    jd_be64(number, person);
    jd_put_bytes(c, JD_DB_PEOPLE, jd_key_person_hash((const uint8_t *)row->hash.p), (jd_str){ NULL, 0 });
    jd_put_bytes(c, JD_DB_PEOPLE, jd_key_person_hash(hash), (jd_str){ (const char *)number, 8 });
    row->hash = (jd_str){ (const char *)hash, 16 };
    jd_put_person(c, person, row);
}

static bool any_field(const struct jd_person_correct *m)
{
    const jd_layout *l = &jd_message_get(JD_MSG_person_correct)->layout;
    for (int i = 2; i < l->n; i++) /* behind subject and department */
        if (jd_field_set(&l->fields[i], m)) return true;
    return false;
}

/* An application that is not decided is screened again; a decided one stays as it was decided. */
static void correct_application(jd_ctx *c, const jd_policy *p, uint64_t number, jd_case_row *row, const jd_form *form)
{
    jd_tri facts[JD_FACTS_MAX];
    if (!jd_form_added(c, &row->application)) return;
    if (jd_state_final(JD_E_application, (int)row->head.state)) {
        jd_note(c, JD_E_application, number, row, JD_EV_application_corrected);
        return;
    }
    jd_read_facts(&c->g->txn, &c->g->arena, p, (uint64_t)row->application.person, c->today, facts);
    int state = jd_screen_case(c, p, form, (int)row->application.channel, facts);
    if (!jd_refused(c))
        jd_move(c, JD_E_application, number, row, JD_V_application_rescreen, state, JD_EV_application_corrected);
}

static void correct(jd_ctx *c, const struct jd_person_correct *m, const jd_subject *s, uint64_t number,
                    jd_case_row *row)
{
    const jd_layout *onto = &jd_message_get(JD_MSG_application_submit)->layout;
    const jd_policy *p = jd_policy_of(c, row);
    jd_form form;
    if (!jd_form_of(&c->g->txn, c->g->vault, &c->g->arena, &row->application, &form)) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    jd_layout_overlay(&jd_message_get(JD_MSG_person_correct)->layout, m, onto, &form);
    if (!jd_form_consistent(c, p, &form)) return;
    if (m->id_no.p) move_identity(c, s->person, form.id_no);
    if (jd_refused(c)) return;
    if (s->id.entity == JD_E_supervisor) jd_note(c, JD_E_supervisor, s->id.number, s->row, JD_EV_supervisor_corrected);
    correct_application(c, p, number, row, &form);
}

void jd_on_person_correct(jd_ctx *c, const void *msg)
{
    const struct jd_person_correct *m = msg;
    jd_subject s;
    if (!any_field(m)) jd_refuse(c, JD_CODE_MISSING_FIELD, JD_NO_RULE, NULL, "at least one field of the form");
    if (!jd_subject_of(c, "subject", m->subject, m->department, &s) || jd_refused(c)) return;
    uint64_t number = s.id.number;
    jd_case_row *row = s.row;
    if (s.id.entity == JD_E_supervisor) {
        number = (uint64_t)s.row->supervisor.application;
        row = jd_read_case(&c->g->txn, &c->g->arena, JD_E_application, number);
    }
    if (row)
        correct(c, m, &s, number, row);
    else
        c->out->code = JD_CODE_INTERNAL;
}
