/* Another division forwards a report that is ours to handle (LC-2.3, LC-16.2). It has no supervisor here: result and
 * feedback are told to that division, which tells its own. */
#include "workers/handlers/handlers.h"

static bool from_elsewhere(jd_ctx *c, jd_str text, jd_case_id *origin)
{
    jd_str known;
    bool good = jd_case_id_parse(text, origin) && origin->entity == JD_E_report && origin->division != c->g->division;
    if (!good) {
        jd_refuse(c, JD_CODE_INCONSISTENT, c->policy->division_rule, "origin", "a report of another division");
        return false;
    }
    jd_key k = jd_key_origin(origin->division, origin->number);
    if (!jd_get(&c->g->txn, JD_DB_PEOPLE, jd_k(&k), &known)) return true;
    jd_refuse(c, JD_CODE_ALREADY_RECEIVED, JD_NO_RULE, "origin", "one that is not R-%06u-%08llu here", c->g->division,
              (unsigned long long)jd_unkey_seq(known));
    return false;
}

static void remember(jd_ctx *c, jd_case_id origin, uint64_t number)
{
    uint8_t *value = jd_alloc(&c->g->arena, 8);
    jd_be64(value, number);
    jd_put_bytes(c, JD_DB_PEOPLE, jd_key_origin(origin.division, origin.number), (jd_str){ (const char *)value, 8 });
}

void jd_on_report_receive(jd_ctx *c, const void *msg)
{
    const struct jd_report_receive *m = msg;
    const jd_layout *own = &jd_message_get(JD_MSG_report_receive)->layout;
    const jd_layout *as_report = &jd_message_get(JD_MSG_report_submit)->layout;
    jd_case_id origin;
    uint64_t number;
    if (!from_elsewhere(c, m->origin, &origin)) return;
    struct jd_report_submit *report = jd_alloc(&c->g->arena, sizeof *report);
    jd_layout_clear(as_report, report);
    jd_layout_overlay(own, m, as_report, report);
    jd_case_row *row = jd_take_report(c, report, &number);
    if (!row) return;
    row->report.origin_division = origin.division;
    row->report.origin = (int64_t)origin.number;
    remember(c, origin, number);
}
