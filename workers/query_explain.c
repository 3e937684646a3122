/* case.explain: what happened to a case, under which articles and facts, and its clock day by day. */
#include "proto/check.h"
#include "proto/pack.h"
#include "workers/query.h"

enum { HISTORY_MAX = 500 };

typedef struct step {
    jd_entry e;
    const jd_changed *change;
    struct step *later;
} step;

/* The case's history, oldest first. */
static step *history(jd_asked *q, jd_case_id id, uint64_t seq, int *n)
{
    step *first = NULL;
    for (*n = 0; seq && *n < HISTORY_MAX; ++*n) {
        step *s = jd_alloc(&q->arena, sizeof *s);
        if (!jd_entry_read(&q->txn, seq, &q->arena, &s->e) || !(s->change = jd_entry_change(&s->e, id))) break;
        s->later = first;
        first = s;
        seq = s->change->prev;
    }
    return first;
}

static void pack_reasons(jd_asked *q, const jd_entry *e)
{
    jd_because *because = jd_alloc(&q->arena, sizeof *because * (size_t)(e->reasons_n + 1));
    jd_render_reasons(jd_engine_policy(q->g, e->policy), (jd_msg)e->type, e->reasons, e->reasons_n, because);
    jd_receipt_because(because, e->reasons_n, q->out);
}

static void pack_step(jd_asked *q, jd_entity entity, const step *s)
{
    const jd_changed *c = s->change;
    char cause[37];
    bool has_due = c->due != JD_NO_DAY, asked = jd_message_get((jd_msg)s->e.type)->mode != JD_INTERNAL;
    jd_format_uuid(s->e.id, cause);
    jd_pack_map(q->out, 9 + has_due + asked);
    jd_pack_ku(q->out, "seq", s->e.event_first + (uint64_t)(c - s->e.changes));
    jd_pack_kt(q->out, "at", s->e.at);
    jd_pack_kz(q->out, "event", jd_event_name((jd_event_id)c->event));
    jd_pack_kz(q->out, "from", jd_state_name(entity, c->from));
    jd_pack_kz(q->out, "to", jd_state_name(entity, c->to));
    jd_pack_kz(q->out, "type", jd_message_get((jd_msg)s->e.type)->text);
    if (asked) jd_pack_kz(q->out, "cause", cause);
    jd_pack_ks(q->out, "sender", s->e.sender);
    jd_pack_ks(q->out, "policy", jd_engine_policy(q->g, s->e.policy)->name);
    if (has_due) jd_pack_kd(q->out, "due", c->due);
    pack_reasons(q, &s->e);
}

/* ------------------------------------------------------------ the clock, day by day */

static const char *day_word(jd_day_kind k)
{
    static const char *const words[] = { "workday", "weekend", "holiday", "make-up workday" };
    return words[k];
}

/* Whether the limit stood still on that day. */
static bool stood_still(const struct jd_row_report *r, jd_day day)
{
    jd_cur c = jd_cur_of(r->stood_still.p, r->stood_still.n);
    while (c.p < c.end) {
        jd_day first = (jd_day)jd_cur_u32(&c), last = (jd_day)jd_cur_u32(&c);
        if (day > first && day <= last) return true;
    }
    return r->suspended_on != JD_NO_DAY && day > r->suspended_on;
}

typedef struct reckoning {
    const jd_calendar *calendar;
    const struct jd_row_report *r;
    const jd_clock_rule *k;
    int limit, counted;
} reckoning;

/* A calendar limit whose last day is a day off runs on until a working day: those days do not count. */
static bool counts(const reckoning *k, jd_day day, bool work)
{
    if (day <= k->r->clock_from || stood_still(k->r, day)) return false;
    return k->k->working ? work : k->counted < k->limit;
}

static void pack_day(jd_asked *q, reckoning *k, jd_day day)
{
    jd_str name;
    jd_day_kind kind = jd_calendar_kind(k->calendar, day, &name);
    bool still = stood_still(k->r, day);
    bool counted = counts(k, day, kind == JD_DAY_WORK || kind == JD_DAY_MAKEUP);
    k->counted += counted;
    jd_pack_map(q->out, 5 + (name.n > 0) + still);
    jd_pack_kd(q->out, "day", day);
    jd_pack_kz(q->out, "is", day_word(kind));
    jd_pack_kb(q->out, "counts", counted);
    jd_pack_ku(q->out, "count", (uint64_t)k->counted);
    jd_pack_kb(q->out, "last", day == k->r->due);
    if (name.n) jd_pack_ks(q->out, "name", name);
    if (still) jd_pack_kb(q->out, "suspended", true);
}

static void pack_clock(jd_asked *q, const jd_policy *p, const struct jd_row_report *r)
{
    const jd_clock_rule *k = &p->clocks[r->clock_kind];
    int extended = r->extended == JD_NO_INT ? 0 : (int)r->extended;
    const jd_calendar *cal = jd_engine_calendar(q->g, q->tally.calendar);
    reckoning sum = { .calendar = cal, .r = r, .k = k, .limit = k->days + extended };
    bool has_rule = k->rule != JD_NO_RULE;
    jd_pack_z(q->out, "clock");
    jd_pack_map(q->out, 9 + has_rule + (extended > 0));
    jd_pack_kz(q->out, "name", jd_clock_name((jd_clock_id)r->clock_kind));
    jd_pack_kz(q->out, "unit", k->working ? "working" : "calendar");
    jd_pack_ku(q->out, "limit", (uint64_t)k->days);
    if (extended) jd_pack_ku(q->out, "extended", (uint64_t)extended);
    jd_pack_ks(q->out, "basis", k->basis);
    if (has_rule) jd_pack_ks(q->out, "rule", p->rules[k->rule].id);
    jd_pack_kd(q->out, "from", r->clock_from);
    jd_pack_kd(q->out, "due", r->due);
    jd_pack_kb(q->out, "provisional", !jd_calendar_covers(cal, r->due));
    jd_pack_ku(q->out, "calendar", cal->number);
    jd_pack_z(q->out, "days");
    jd_pack_list(q->out, (size_t)(r->due - r->clock_from + 1));
    for (jd_day d = r->clock_from; d <= r->due; d++) pack_day(q, &sum, d);
    q->pairs++;
}

/* What an application waits for is reckoned as a report's limit that never stood still. */
static void pack_waiting(jd_asked *q, const jd_policy *p, const struct jd_row_application *a)
{
    struct jd_row_report r;
    jd_layout_clear(&jd_row_report_layout, &r);
    r.clock_kind = a->clock_kind;
    r.clock_from = a->clock_from;
    r.due = a->due;
    pack_clock(q, p, &r);
}

void jd_ask_case_explain(jd_asked *q, const void *msg)
{
    const struct jd_case_explain *m = msg;
    jd_case_id id;
    int n;
    jd_case_row *row = jd_ask_case(q, m->id, &id);
    if (!row) return;
    step *first = history(q, id, (uint64_t)row->head.last_seq, &n), *last = first;
    while (last && last->later) last = last->later;
    if (last) {
        pack_reasons(q, &last->e);
        q->pairs++;
    }
    jd_pack_z(q->out, "history");
    jd_pack_list(q->out, (size_t)n);
    for (step *s = first; s; s = s->later) pack_step(q, id.entity, s);
    jd_pack_z(q->out, "case");
    jd_pack_case(q, id.entity, id.number, row);
    q->pairs += 2;
    const jd_policy *p = jd_engine_policy(q->g, (uint64_t)row->head.policy);
    if (row->head.clock_kind < 0 || row->head.clock_kind >= JD_CLOCK_COUNT) return;
    if (id.entity == JD_E_report) pack_clock(q, p, &row->report);
    if (id.entity == JD_E_application) pack_waiting(q, p, &row->application);
}
