/* Holidays are announced once a year and sometimes changed. A new calendar holds for every running limit: they
 * are laid under it one an entry, a few at a time, before any clock rings. Terms do not move. */
#include "workers/handlers/handlers.h"
#include "workers/rules/deadline.h"

void jd_on_calendar_activate(jd_ctx *c, const void *msg)
{
    const struct jd_calendar_activate *m = msg;
    jd_tally *t = &c->g->tally;
    jd_buf wrong = { 0 };
    uint8_t *seq = jd_alloc(&c->g->arena, 8);
    uint16_t number = (uint16_t)(t->calendar + 1);
    jd_calendar *cal = number > JD_CALENDARS_MAX ? NULL : jd_calendar_open("calendar", m->text, &wrong);
    jd_buf_free(&wrong);
    if (!cal) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    cal->number = number;
    jd_calendar_free(c->g->calendars[number - 1]); /* of a batch that was rolled back */
    c->g->calendars[number - 1] = cal;
    t->reckoning = t->calendar != 0;
    t->calendar = number;
    memset(t->cursor, 0, sizeof t->cursor);
    c->g->due_hint = JD_NO_TIME;
    jd_be64(seq, t->seq + 1);
    jd_put_bytes(c, JD_DB_CALENDARS, jd_key_seq(number), (jd_str){ (const char *)seq, 8 });
    jd_tell(c, JD_EV_calendar_activated)->due = cal->last;
}

/* ------------------------------------------------------------ reckoning */

enum { LOOK_MAX = 256 }; /* clocks looked at by one command */

typedef struct place {
    jd_ms due;
    jd_entity entity;
    uint64_t number;
    int kind;
} place;

/* Whether the new calendar may say anything about these days: it must know them as well as the old one did. */
static bool knows(const jd_ctx *c, jd_day from, jd_day due)
{
    const jd_calendar *is = c->calendar, *was = jd_engine_calendar(c->g, is->number - 1u);
    if (from + 1 < is->first) return false;
    return jd_calendar_covers(is, due) || !was || !jd_calendar_covers(was, due);
}

static void say_calendar(jd_ctx *c, jd_day was)
{
    jd_reason_add(c, (jd_reason){ .rule = JD_NO_RULE, .on = JD_ON_DUE, .index = (uint16_t)was });
    jd_reason_add(c, (jd_reason){ .rule = JD_NO_RULE, .on = JD_ON_CALENDAR, .index = c->calendar->number });
}

/* False where the last day stays. */
static bool lay_report(jd_ctx *c, const place *at, jd_case_row *row)
{
    const jd_policy *p = jd_engine_policy(c->g, (uint64_t)row->head.policy);
    jd_day was = row->report.due;
    jd_day due = knows(c, row->report.clock_from, was) ? jd_limit_anew(c, p, &row->report) : was;
    if (due == was) return false;
    jd_policy_of(c, row);
    jd_change *ch = jd_stay(c, JD_E_report, at->number, row, JD_EV_report_reprojected);
    if (!ch) return false;
    jd_limit_move(c, p, &row->report, due);
    ch->due = due;
    jd_reason_add(c, (jd_reason){ .rule = p->clocks[at->kind].rule, .on = JD_ON_CLOCK, .index = (uint16_t)at->kind });
    say_calendar(c, was);
    return true;
}

/* A plain limit, that has not been through anything: never before today. */
static bool lay_limit(jd_ctx *c, const place *at, jd_case_row *row, const jd_clock_rule *k, jd_day from,
                      jd_event_id event)
{
    jd_day was = row->head.due, due = knows(c, from, was) ? jd_limit_day(c->calendar, k, from) : was;
    if (due < c->today) due = was < c->today ? was : c->today;
    if (due == was || row->head.clock == JD_NO_TIME) return false;
    jd_policy_of(c, row);
    jd_change *ch = jd_stay(c, at->entity, at->number, row, event);
    if (!ch) return false;
    row->head.due = ch->due = due;
    row->head.clock = jd_next_rung(k->warn, k->warn_n, due, c->at);
    jd_reason_add(c, (jd_reason){ .rule = k->rule, .on = JD_ON_NOTHING });
    say_calendar(c, was);
    return true;
}

static bool lay_application(jd_ctx *c, const place *at, jd_case_row *row)
{
    const jd_policy *p = jd_engine_policy(c->g, (uint64_t)row->head.policy);
    bool limit = at->kind == JD_CLOCK_SUPPLEMENT || at->kind == JD_CLOCK_FACTS;
    return limit &&
           lay_limit(c, at, row, &p->clocks[at->kind], row->application.clock_from, JD_EV_application_reprojected);
}

/* What comes round ends with a month or a year, whatever the holidays. */
static bool lay_obligation(jd_ctx *c, const place *at, jd_case_row *row)
{
    const jd_policy *p = jd_engine_policy(c->g, (uint64_t)row->head.policy);
    const jd_duty_rule *r = &p->duties[row->obligation.kind];
    return r->of_appointment && lay_limit(c, at, row, &r->limit, row->obligation.from, JD_EV_obligation_reprojected);
}

/* How each entity's running limit is laid under another calendar; NULL: it has none that rests on one. */
typedef bool (*layer)(jd_ctx *c, const place *at, jd_case_row *row);
static const layer layers[JD_E_COUNT] = {
    [JD_E_report] = lay_report,
    [JD_E_application] = lay_application,
    [JD_E_obligation] = lay_obligation,
};

static bool lay(jd_ctx *c, const place *at)
{
    if (at->kind == JD_CLOCK_TERM || !layers[at->entity]) return false;
    jd_case_row *row = jd_read_case(&c->g->txn, &c->g->arena, at->entity, at->number);
    return row && layers[at->entity](c, at, row);
}

/* The first limit behind the cursor that moves, or as far as one command looks. A limit that is changed meanwhile is
 * reckoned by the new calendar anyway, and its clock only goes where the cursor has still to come. */
void jd_on_calendar_reckon(jd_ctx *c, const void *msg)
{
    jd_tally *t = &c->g->tally;
    jd_str behind = { (const char *)t->cursor, sizeof t->cursor };
    bool moved = false, more = false;
    place at;
    (void)msg;
    jd_scan s = jd_scan_from(&c->g->txn, JD_DB_CLOCKS, behind);
    for (int looked = 0; !moved && looked < LOOK_MAX && (more = jd_scan_next(&s)); looked++) {
        if (s.key.n != sizeof t->cursor || jd_str_eq(s.key, behind)) continue;
        jd_unkey_clock(s.key, &at.due, &at.entity, &at.number, &at.kind);
        memcpy(t->cursor, s.key.p, sizeof t->cursor);
        moved = lay(c, &at);
    }
    jd_scan_end(&s);
    if (!more) t->reckoning = false;
}
