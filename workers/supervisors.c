/* Supervisors as messages name them, and the few codes they are chosen by. */
#include <stdlib.h>

#include "proto/tables.h"
#include "workers/handler.h"

bool jd_in_term(const jd_case_row *row, jd_day day)
{
    const struct jd_row_supervisor *s = &row->supervisor;
    jd_day last = s->ended_on == JD_NO_DAY ? s->term_end : s->ended_on;
    return day >= s->term_start && day <= last;
}

bool jd_in_force(const jd_case_row *row, jd_day day)
{
    return !jd_state_final(JD_E_supervisor, (int)row->head.state) && jd_in_term(row, day);
}

/* Of the policy whose rules the reasons name. */
static uint16_t term_rule(const jd_ctx *c)
{
    return jd_engine_policy(c->g, c->out->policy)->term_rule;
}

static void check_term(jd_ctx *c, const char *field, jd_str id, const jd_case_row *row, jd_day day, bool acting)
{
    char start[JD_DATE_LEN + 1], end[JD_DATE_LEN + 1];
    const struct jd_row_supervisor *s = &row->supervisor;
    bool ended = acting && jd_state_final(JD_E_supervisor, (int)row->head.state);
    if (!ended && jd_in_term(row, day)) return;
    jd_format_date(s->term_start, start);
    jd_format_date(s->ended_on == JD_NO_DAY ? s->term_end : s->ended_on, end);
    jd_refuse(c, ended ? JD_CODE_NOT_ACTIVE : JD_CODE_NOT_IN_TERM, term_rule(c), field, "%.*s: from %s to %s",
              JD_FMT(id), start, end);
}

static int in_order(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

bool jd_name_supervisors(jd_ctx *c, const char *field, const jd_strs *ids, jd_day day, bool acting, jd_named *out)
{
    *out = (jd_named){ .v = jd_alloc(&c->g->arena, sizeof *out->v * (ids->n + 1)) };
    for (uint32_t i = 0; i < ids->n; i++) {
        jd_case_row *row = jd_load_case(c, field, ids->v[i], JD_E_supervisor, &out->v[out->n]);
        if (!row) continue;
        check_term(c, field, ids->v[i], row, day, acting);
        out->n++;
    }
    qsort(out->v, out->n, sizeof *out->v, in_order);
    for (uint64_t i = 1; i < out->n; i++)
        if (out->v[i] == out->v[i - 1]) {
            jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, field, "each supervisor once");
            break;
        }
    return !jd_refused(c);
}

/* LC-6, LC-12.1, LC-13.2; WH-8: an appointment in force, on this day and in this division. */
jd_case_row *jd_acting_supervisor(jd_ctx *c, jd_str id, uint64_t *number)
{
    char start[JD_DATE_LEN + 1], end[JD_DATE_LEN + 1];
    jd_case_row *row = jd_load_case(c, "supervisor", id, JD_E_supervisor, number);
    if (!row || jd_in_force(row, c->today)) return row;
    const jd_policy *p = jd_engine_policy(c->g, c->out->policy);
    bool ended = jd_state_final(JD_E_supervisor, (int)row->head.state);
    jd_format_date(row->supervisor.term_start, start);
    jd_format_date(row->supervisor.term_end, end);
    jd_refuse(c, JD_CODE_NOT_ACTIVE, ended ? p->lapse_rule : p->term_rule, "supervisor", "the term is %s to %s", start,
              end);
    return NULL;
}

/* ------------------------------------------------------------ what they are chosen by */

static int64_t index_or_none(int i)
{
    return i < 0 ? JD_NO_INT : i;
}

void jd_keep_profile(const jd_policy *p, const jd_form *form, struct jd_row_supervisor *row)
{
    int64_t expertise = 0;
    for (uint32_t i = 0; i < form->expertise.n; i++) {
        int at = jd_items_find(&p->expertise, form->expertise.v[i]);
        if (at >= 0 && at < 63) expertise |= (int64_t)1 << at;
    }
    const int64_t known[JD_MATCH_COUNT] = {
        [JD_MATCH_expertise] = expertise,
        [JD_MATCH_major_class] = index_or_none(jd_items_find(&p->major_classes, form->major_class)),
        [JD_MATCH_employer_kind] = index_or_none(jd_items_find(&p->employer_kinds, form->employer_kind)),
        [JD_MATCH_education] = index_or_none(jd_table_find(JD_TABLE_education, form->education)),
        [JD_MATCH_work_years] = form->work_years,
    };
#define MATCH(field) row->field = p->matching >> JD_MATCH_##field & 1 ? known[JD_MATCH_##field] : JD_NO_INT;
    JD_MATCHING(MATCH)
#undef MATCH
}

void jd_forget_profile(struct jd_row_supervisor *row)
{
#define MATCH(field) row->field = JD_NO_INT;
    JD_MATCHING(MATCH)
#undef MATCH
}
