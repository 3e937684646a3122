/* A round of the open channel: planned, announced where the regulation says, opened (LC-5.4, WH-5.2). */
#include "workers/handlers/handlers.h"

static bool good_days(jd_ctx *c, const struct jd_round_plan *m)
{
    if (m->closes_on < c->today) jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "closes_on", "a day not in the past");
    if (m->opens_on != JD_NO_DAY && m->opens_on > m->closes_on)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "opens_on", "a day not after closes_on");
    return !jd_refused(c);
}

/* Refuses, naming each channel that is missing; or only says so. */
static bool announced(jd_ctx *c, const jd_policy *p, int64_t set, bool refuse)
{
    bool all = true;
    for (int i = 0; i < p->announcements_n; i++) {
        const jd_announcement *a = &p->announcements[i];
        if (!a->required || set >> i & 1) continue;
        all = false;
        if (refuse)
            jd_refuse(c, JD_CODE_NOT_ANNOUNCED, a->item.rule, "round", "announced in %.*s (round.announce)",
                      JD_FMT(a->item.code));
    }
    return all;
}

void jd_on_round_plan(jd_ctx *c, const void *msg)
{
    const struct jd_round_plan *m = msg;
    const jd_policy *p = c->policy;
    uint64_t number;
    if (!jd_by_authority(c, p, m->department) || !good_days(c, m)) return;
    jd_case_row *row = jd_new_case(c, JD_E_round, &number);
    int to = announced(c, p, 0, false) ? JD_S_round_announced : JD_S_round_planned;
    jd_change *ch = jd_move(c, JD_E_round, number, row, JD_V_round_plan, to, JD_EV_round_planned);
    if (!ch) return;
    row->round.dept = p->authority;
    row->round.title = m->title;
    row->round.opens_on = m->opens_on;
    row->round.closes_on = ch->due = m->closes_on;
    row->round.places = m->places;
    row->round.announced = 0;
}

jd_case_row *jd_load_round(jd_ctx *c, jd_str id, jd_str department, uint64_t *number, const jd_policy **p)
{
    jd_case_row *row = jd_load_case(c, "round", id, JD_E_round, number);
    if (!row) return NULL;
    *p = jd_policy_of(c, row);
    return jd_by_authority(c, *p, department) ? row : NULL;
}

static int channel_of(jd_ctx *c, const jd_policy *p, jd_str code)
{
    for (int i = 0; i < p->announcements_n; i++)
        if (jd_str_eq(p->announcements[i].item.code, code)) return i;
    jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "channel", "an announcement channel of %.*s, not '%.*s'",
              JD_FMT(p->name), JD_FMT(code));
    return -1;
}

void jd_on_round_announce(jd_ctx *c, const void *msg)
{
    const struct jd_round_announce *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = jd_load_round(c, m->round, m->department, &number, &p);
    int channel = row ? channel_of(c, p, m->channel) : -1;
    if (channel < 0 || !jd_not_future(c, "on", m->on)) return;
    int64_t set = row->round.announced | (int64_t)1 << channel;
    int from = (int)row->head.state;
    int to = from == JD_S_round_planned && announced(c, p, set, false) ? JD_S_round_announced : from;
    if (!jd_move(c, JD_E_round, number, row, JD_V_round_announce, to, JD_EV_round_announced)) return;
    row->round.announced = set;
    jd_cite(c, p->announcements[channel].item.rule);
}

static bool in_time(jd_ctx *c, const struct jd_row_round *r)
{
    char day[JD_DATE_LEN + 1];
    if (r->opens_on != JD_NO_DAY && c->today < r->opens_on) {
        jd_format_date(r->opens_on, day);
        jd_refuse(c, JD_CODE_NOT_YET, JD_NO_RULE, "round", "from %s on", day);
    }
    if (c->today > r->closes_on) {
        jd_format_date(r->closes_on, day);
        jd_refuse(c, JD_CODE_NO_OPEN_ROUND, JD_NO_RULE, "round", "opened by its last day, %s", day);
    }
    return !jd_refused(c);
}

void jd_on_round_open(jd_ctx *c, const void *msg)
{
    const struct jd_round_open *m = msg;
    const jd_policy *p;
    uint64_t number;
    jd_case_row *row = jd_load_round(c, m->round, m->department, &number, &p);
    if (!row) return;
    if (row->head.state == JD_S_round_planned && !announced(c, p, row->round.announced, true)) return;
    jd_change *ch = jd_move(c, JD_E_round, number, row, JD_V_round_open, JD_S_round_open, JD_EV_round_opened);
    if (!ch || !in_time(c, &row->round)) return;
    row->round.opened_on = c->today;
    row->round.due = ch->due = row->round.closes_on;
    row->round.clock_kind = JD_CLOCK_ROUND;
    row->round.clock = jd_day_start(row->round.closes_on + 1);
    for (int i = 0; i < p->announcements_n; i++)
        if (p->announcements[i].required) jd_cite(c, p->announcements[i].item.rule);
}
