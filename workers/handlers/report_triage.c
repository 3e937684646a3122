/* Whose a report is (petition regulation art. 22). A duplicate and what belongs to another body end here,
 * and the supervisor is told like of any result (LC-10.4). */
#include "proto/tables.h"
#include "workers/handlers/handlers.h"

static bool original(jd_ctx *c, const struct jd_report_triage *m, uint64_t number, struct jd_row_report *row)
{
    uint64_t earlier = 0;
    if (m->duplicate_of.p && !jd_load_case(c, "duplicate_of", m->duplicate_of, JD_E_report, &earlier)) return false;
    if (earlier == 0 || earlier >= number)
        jd_refuse(c, JD_CODE_NOT_THE_ORIGINAL, JD_NO_RULE, "duplicate_of", "the id of an earlier report");
    row->duplicate_of = (int64_t)earlier;
    return !jd_refused(c);
}

/* What is said about somebody is not laid on their desk by another name either. */
static void check_original(jd_ctx *c, const jd_policy *p, const struct jd_row_report *row)
{
    jd_case_row *first = jd_read_case(&c->g->txn, &c->g->arena, JD_E_report, (uint64_t)row->duplicate_of);
    if (first && first->head.dept != JD_NO_DEPT && jd_u16s_have(row->accused, (uint16_t)first->head.dept))
        jd_refuse(c, JD_CODE_ROUTE_TO_ACCUSED, p->firewall_rule, "duplicate_of",
                  "a report that is not with a department this one accuses");
}

/* Their own offices too, but not whoever is sent to them, such as 派驻…纪检监察组. */
static bool names(jd_str text, jd_str word)
{
    return word.n && text.n >= word.n && memcmp(text.p, word.p, word.n) == 0;
}

static void check_forwarded(jd_ctx *c, const jd_policy *p, const struct jd_row_report *row, jd_str to)
{
    for (uint32_t i = 0; i + 1 < row->accused.n; i += 2) {
        const jd_item *accused = &p->depts[jd_get_be16((const uint8_t *)row->accused.p + i)].item;
        if (jd_str_eq(to, accused->code) || names(to, accused->label))
            jd_refuse(c, JD_CODE_ROUTE_TO_ACCUSED, p->firewall_rule, "forwarded_to",
                      "a body this report does not accuse");
    }
}

static void keep_here(jd_ctx *c, const jd_policy *p, uint64_t number, struct jd_row_report *row)
{
    bool asked = row->state == JD_S_report_needs_info;
    int64_t to = asked ? row->back : row->state;
    if (jd_move_report(c, number, row, JD_V_report_triage, (int)to, JD_EV_report_triaged, p->draft_rule) && asked)
        row->clock = jd_next_word(p, row, c->at);
}

/* The limit runs on while the supervisor is asked: the duty to handle is not theirs. */
static void ask_back(jd_ctx *c, const jd_policy *p, uint64_t number, struct jd_row_report *row)
{
    int64_t was = row->state;
    if (!jd_move_report(c, number, row, JD_V_report_triage, JD_S_report_needs_info, JD_EV_report_triaged,
                        p->draft_rule))
        return;
    if (was != JD_S_report_needs_info) row->back = was;
    row->asked_on = c->today;
    row->clock = jd_next_word(p, row, c->at);
}

static void end_here(jd_ctx *c, const jd_policy *p, uint64_t number, struct jd_row_report *row, int triage)
{
    jd_change *ch = jd_move_report(c, number, row, JD_V_report_triage, JD_S_report_resulted, JD_EV_report_triaged,
                                   p->feedback_rule);
    if (!ch) return;
    row->triage = triage;
    jd_limit_start(c, p, row, JD_CLOCK_FEEDBACK, c->today);
    ch->due = row->due;
}

void jd_on_report_triage(jd_ctx *c, const void *msg)
{
    const struct jd_report_triage *m = msg;
    const jd_policy *p;
    uint64_t number;
    struct jd_row_report *row = jd_report_at_desk(c, m->report, "by", m->by, JD_MANAGER, &p, &number);
    if (!row) return;
    int triage = jd_table_find(JD_TABLE_triage, m->decision);
    if (jd_str_is(m->decision, "duplicate") && !original(c, m, number, row)) return;
    if (jd_str_is(m->decision, "duplicate")) check_original(c, p, row);
    if (jd_str_is(m->decision, "forwarded") && m->forwarded_to.p) check_forwarded(c, p, row, m->forwarded_to);
    if (jd_str_is(m->decision, "forwarded") && !m->forwarded_to.p)
        jd_refuse(c, JD_CODE_MISSING_FIELD, p->division_rule, "forwarded_to", "the body it goes to");
    if (jd_refused(c)) return;
    if (jd_str_is(m->decision, "ours"))
        keep_here(c, p, number, row);
    else if (jd_str_is(m->decision, "needs-info"))
        ask_back(c, p, number, row);
    else
        end_here(c, p, number, row, triage);
}
