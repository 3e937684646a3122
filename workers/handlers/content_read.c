/* Somebody reads what lies sealed about a case: who, when and which case are open in the journal, why is sealed; it is
 * recorded before it is answered (LC-9.5, WH-7.3; PIPL 51; Decree 735 arts 32 and 35). */
#include "workers/handlers/handlers.h"
#include "workers/owner.h"
#include "workers/rules/visibility.h"

void jd_read_by(jd_ctx *c, const jd_policy *p, uint16_t dept)
{
    jd_reason_add(c, (jd_reason){ .rule = p->secrecy_rule, .on = JD_ON_READER, .index = dept });
}

/* Whoever works on a report or answers for it; never whom it accuses. */
static void check_department_of_report(jd_ctx *c, const jd_policy *p, const struct jd_row_report *r, uint16_t dept)
{
    if (jd_u16s_have(r->accused, dept)) {
        jd_refuse(c, JD_CODE_ACCUSED_MAY_NOT_READ, p->firewall_rule, "department", "a department it does not accuse");
        return;
    }
    if (dept == r->dept || dept == p->authority || dept == jd_who_manages(p, r->accused)) return;
    if (jd_u16s_have(r->assist, dept)) return;
    jd_refuse(c, JD_CODE_NOT_ASSIGNED, p->secrecy_rule, "department",
              "who handles the report, manages it, or the authority");
}

static uint16_t reading_department(jd_ctx *c, const jd_policy *p, jd_entity e, const jd_case_row *row, jd_str code)
{
    uint16_t dept = jd_dept_of(c, p, "department", code);
    if (dept == JD_NO_DEPT) return dept;
    if (e == JD_E_report)
        check_department_of_report(c, p, &row->report, dept);
    else
        jd_by_bureau(c, p, code);
    return dept;
}

/* What is one's own: the report one sent in, the form one filled in, the appointment one holds. */
static void check_own(jd_ctx *c, jd_entity e, const jd_case_row *row, jd_str supervisor)
{
    uint64_t number, whose = 0;
    const jd_case_row *reader = jd_load_case(c, "supervisor", supervisor, JD_E_supervisor, &number), *of = NULL;
    if (!reader) return;
    if (e == JD_E_report)
        of = jd_read_case(&c->g->txn, &c->g->arena, JD_E_supervisor, (uint64_t)row->report.supervisor);
    else if (e == JD_E_application || e == JD_E_supervisor)
        whose = jd_person_of(&c->g->txn, &c->g->arena, e, row);
    if (of) whose = (uint64_t)of->supervisor.person;
    if (whose != (uint64_t)reader->supervisor.person)
        jd_refuse(c, JD_CODE_NOT_YOUR_OWN, JD_NO_RULE, "supervisor", "whose report, application or appointment it is");
}

static jd_case_row *any_case(jd_ctx *c, jd_str text, jd_case_id *id)
{
    if (jd_case_id_parse(text, id)) return jd_load_case(c, "id", text, id->entity, &id->number);
    jd_refuse(c, JD_CODE_UNKNOWN_CASE, JD_NO_RULE, "id", "the id of a case");
    return NULL;
}

static const jd_event_id read_events[JD_E_COUNT] = {
#define ENTITY(e, letter, doc) [JD_E_##e] = JD_EV_##e##_read,
    JD_ENTITIES(ENTITY)
#undef ENTITY
};

void jd_on_content_read(jd_ctx *c, const void *msg)
{
    const struct jd_content_read *m = msg;
    jd_case_id id;
    uint16_t dept = JD_NO_DEPT;
    jd_case_row *row = any_case(c, m->id, &id);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!m->department.p == !m->supervisor.p) {
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "department", "who reads: a department, or a supervisor");
        return;
    }
    if (m->department.p)
        dept = reading_department(c, p, id.entity, row, m->department);
    else
        check_own(c, id.entity, row, m->supervisor);
    if (!jd_refused(c) && jd_slot_destroyed(&c->g->txn, jd_slot_of_case(&c->g->txn, &c->g->arena, id.entity, row)))
        jd_refuse(c, JD_CODE_ERASED, JD_NO_RULE, "id", "a case that was not erased");
    if (jd_refused(c)) return;
    jd_read_by(c, p, dept);
    jd_note(c, id.entity, id.number, row, read_events[id.entity]);
}
