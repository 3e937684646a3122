/* Who has acknowledged a document (LC-11.2): recipients one by one, and the day by which they were to. */
#include "workers/handlers/handlers.h"
#include "workers/rules/deadline.h"

static void stop(struct jd_row_document *d)
{
    d->clock = JD_NO_TIME;
    d->overdue = JD_UNKNOWN;
}

static void check_recipient(jd_ctx *c, uint64_t document, uint64_t supervisor)
{
    if (!jd_tied(&c->g->txn, JD_TIE_recipient, document, supervisor))
        jd_refuse(c, JD_CODE_NOT_RECIPIENT, JD_NO_RULE, "supervisor", "one of its recipients");
    else if (jd_tied(&c->g->txn, JD_TIE_acknowledged, document, supervisor))
        jd_refuse(c, JD_CODE_ALREADY_ACKNOWLEDGED, JD_NO_RULE, "supervisor", "each recipient once");
}

void jd_on_document_acknowledge(jd_ctx *c, const void *msg)
{
    const struct jd_document_acknowledge *m = msg;
    uint64_t number, supervisor;
    jd_case_row *row = jd_load_case(c, "document", m->document, JD_E_document, &number);
    if (!row || !jd_acting_supervisor(c, m->supervisor, &supervisor)) return;
    const jd_policy *p = jd_policy_of(c, row);
    check_recipient(c, number, supervisor);
    if (jd_refused(c)) return;
    bool last = row->document.acknowledged + 1 == row->document.sent;
    if (!jd_move(c, JD_E_document, number, row, JD_V_document_acknowledge,
                 last ? JD_S_document_acknowledged : JD_S_document_outstanding, JD_EV_document_acknowledged))
        return;
    row->document.acknowledged++;
    if (last) stop(&row->document);
    jd_tie(c, JD_TIE_acknowledged, number, supervisor);
    jd_cite(c, p->documents.v[row->document.kind].item.rule);
}

void jd_on_document_close(jd_ctx *c, const void *msg)
{
    const struct jd_document_close *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "document", m->document, JD_E_document, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    uint16_t dept = jd_dept_of(c, p, "department", m->department);
    if (dept != JD_NO_DEPT && dept != row->head.dept && dept != p->authority)
        jd_refuse(c, JD_CODE_NOT_ASSIGNED, JD_NO_RULE, "department", "%.*s",
                  JD_FMT(p->depts[row->head.dept].item.code));
    if (jd_refused(c) ||
        !jd_move(c, JD_E_document, number, row, JD_V_document_close, JD_S_document_closed, JD_EV_document_closed))
        return;
    stop(&row->document);
    jd_cite(c, p->documents.v[row->document.kind].item.rule);
}

/* Those whose appointment has ended are not waited for. */
static bool somebody_owes(jd_ctx *c, uint64_t document)
{
    uint64_t who;
    bool found = false;
    jd_arena scratch = { 0 };
    jd_tie_walk w = jd_tie_from(&c->g->txn, JD_TIE_recipient, document, 0);
    while (!found && jd_tie_next(&w, &who)) {
        jd_arena_reset(&scratch);
        if (jd_tied(&c->g->txn, JD_TIE_acknowledged, document, who)) continue;
        jd_case_row *row = jd_read_case(&c->g->txn, &scratch, JD_E_supervisor, who);
        found = row && jd_in_force(row, c->today);
    }
    jd_tie_end(&w);
    jd_arena_free(&scratch);
    return found;
}

void jd_fire_document(jd_ctx *c, const jd_policy *p, const jd_due *d, jd_case_row *row)
{
    bool late = somebody_owes(c, d->number);
    jd_change *ch = jd_move(c, d->entity, d->number, row, JD_V_document_breach,
                            late ? JD_S_document_outstanding : JD_S_document_closed,
                            late ? JD_EV_document_overdue : JD_EV_document_closed);
    if (!ch) return;
    ch->due = row->head.due;
    stop(&row->document);
    if (late) row->head.overdue = JD_YES;
    jd_cite(c, p->documents.v[row->document.kind].item.rule);
}
