/* A breach of discipline, as people found it. It must lie within the term (LC-14.3) and cite an item of
 * the policy's list; how grave it is, is theirs to say. */
#include "workers/handlers/handlers.h"
#include "workers/rules/standing.h"

static bool within_term(jd_ctx *c, const struct jd_row_supervisor *s, jd_day day)
{
    char start[JD_DATE_LEN + 1], end[JD_DATE_LEN + 1];
    jd_day last = c->today < s->term_end ? c->today : s->term_end;
    if (day >= s->term_start && day <= last) return true;
    jd_format_date(s->term_start, start);
    jd_format_date(last, end);
    jd_refuse(c, JD_CODE_NOT_IN_TERM, JD_NO_RULE, "occurred_on", "a day from %s to %s", start, end);
    return false;
}

static void count(struct jd_row_supervisor *s, bool serious)
{
    if (s->breaches == JD_NO_INT) s->breaches = 0;
    if (s->serious == JD_NO_INT) s->serious = 0;
    s->breaches++;
    s->serious += serious;
}

void jd_on_discipline_record(jd_ctx *c, const void *msg)
{
    const struct jd_discipline_record *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "supervisor", m->supervisor, JD_E_supervisor, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (!jd_by_bureau(c, p, m->department)) return;
    int item = jd_items_find(&p->discipline_items, m->item);
    if (item < 0)
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "item", "an item of the discipline of %.*s",
                  JD_FMT(p->name));
    if (!within_term(c, &row->supervisor, m->occurred_on) || jd_refused(c)) return;
    if (!jd_move(c, JD_E_supervisor, number, row, JD_V_supervisor_discipline, (int)row->head.state,
                 JD_EV_supervisor_disciplined))
        return;
    count(&row->supervisor, m->serious == JD_YES);
    jd_reason_add(c, (jd_reason){ .rule = p->discipline_items.v[item].rule, .on = JD_ON_NOTHING });
    jd_propose_grounds(c, p, row);
}
