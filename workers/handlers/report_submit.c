/* A supervisor reports: may they, is it well formed under this policy, and who handles it. */
#include "workers/handlers/handlers.h"
#include "workers/rules/assignment.h"
#include "workers/rules/deadline.h"

/* Anybody may report (Decree 735 art. 35), elsewhere: the refusal says where. */
static void show_the_way(jd_ctx *c)
{
    if (c->out->code == JD_CODE_NOT_SUPERVISOR && c->policy->public_to.n)
        jd_reason_add(c, (jd_reason){ .rule = JD_NO_RULE, .on = JD_ON_NOTHING, .text = c->policy->public_to });
}

static int64_t in_list(jd_ctx *c, const jd_items *list, const char *field, jd_str code)
{
    int at = code.p ? jd_items_find(list, code) : -1;
    if (code.p && at < 0)
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, field, "a code of %.*s, not '%.*s'",
                  JD_FMT(c->policy->name), JD_FMT(code));
    return at < 0 ? JD_NO_INT : at;
}

static const jd_report_kind *kind_of(jd_ctx *c, const struct jd_report_submit *m, int *index)
{
    const jd_policy *p = c->policy;
    for (*index = 0; *index < p->kinds_n; ++*index)
        if (jd_str_eq(p->kinds[*index].item.code, m->kind)) return &p->kinds[*index];
    jd_refuse(c, JD_CODE_KIND_NOT_ACCEPTED, p->kind_rule, "kind", "a kind of %.*s", JD_FMT(p->name));
    return NULL;
}

static int target_of(jd_ctx *c, jd_str code)
{
    const jd_policy *p = c->policy;
    for (int i = 0; i < p->targets_n; i++)
        if (jd_str_eq(p->targets[i].item.code, code)) return i;
    jd_refuse(c, JD_CODE_TARGET_NOT_SUPERVISED, p->targets_n ? p->targets[0].item.rule : JD_NO_RULE, "target",
              "a target of %.*s", JD_FMT(p->name));
    return -1;
}

/* "other" is whatever catch-all the target has. */
static int category_in(const jd_target *t, jd_str code)
{
    for (int i = 0; i < t->n; i++)
        if (jd_str_eq(t->categories[i].item.code, code) || (t->categories[i].catch_all && jd_str_is(code, "other")))
            return i;
    return -1;
}

static int category_of(jd_ctx *c, int target, jd_str code)
{
    const jd_policy *p = c->policy;
    const jd_target *t = &p->targets[target];
    int found = category_in(t, code);
    if (found >= 0) return found;
    for (int i = 0; i < p->targets_n; i++)
        if (category_in(&p->targets[i], code) >= 0 && !jd_str_is(code, "other")) {
            jd_refuse(c, JD_CODE_CATEGORY_NOT_FOR_TARGET, t->item.rule, "category", "'%.*s' belongs to target %.*s",
                      JD_FMT(code), JD_FMT(p->targets[i].item.code));
            return -1;
        }
    if (t->no_catch_all != JD_NO_RULE)
        jd_refuse(c, JD_CODE_NO_CATCH_ALL, t->no_catch_all, "category",
                  "one of the categories named for %.*s; send an opinion instead", JD_FMT(t->item.code));
    else
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "category", "a category of target %.*s",
                  JD_FMT(t->item.code));
    return -1;
}

static void required(jd_ctx *c, const jd_report_kind *k, const char *field, jd_str value)
{
    if (!value.p) jd_refuse(c, JD_CODE_MISSING_FIELD, k->item.rule, field, "a %.*s must name it", JD_FMT(k->item.code));
}

static void check_subject_matter(jd_ctx *c, const struct jd_report_submit *m, struct jd_row_report *row)
{
    int kind, target = -1;
    const jd_report_kind *k = kind_of(c, m, &kind);
    if (!k) return;
    row->kind = kind;
    if (k->needs_category) required(c, k, "target", m->target);
    if (k->needs_category) required(c, k, "category", m->category);
    if (m->target.p && (target = target_of(c, m->target)) >= 0) row->target = target;
    if (target >= 0 && m->category.p) row->category = category_of(c, target, m->category);
    if (k->needs_nature && !m->nature.p)
        jd_refuse(c, JD_CODE_NATURE_REQUIRED, c->policy->nature_rule, "nature", "a %.*s must name its nature",
                  JD_FMT(k->item.code));
    row->nature = in_list(c, &c->policy->natures, "nature", m->nature);
    row->subject = in_list(c, &c->policy->subjects, "subject", m->subject);
    in_list(c, &c->policy->bases, "basis", m->basis);
}

/* Another area's report is refused, or taken for passing on (LC-2.3, LC-16.2). One that is passed on to here
 * must be ours. */
static bool is_outside(const jd_ctx *c, const struct jd_report_submit *m)
{
    return m->county.p && jd_items_find(&c->policy->counties, m->county) < 0;
}

static uint16_t area_rule(const jd_policy *p)
{
    return p->outside_rule == JD_NO_RULE ? p->division_rule : p->outside_rule;
}

static int64_t site_bits(jd_tri v, int bit)
{
    return v == JD_UNKNOWN ? 0 : bit << JD_SITE_SAID | (v == JD_YES ? bit : 0);
}

/* LC-8.1: on site, correction demanded on the spot, what came of it: none against the one before. What is left out
 * contradicts nothing. */
static int64_t site_of(jd_ctx *c, const struct jd_report_submit *m)
{
    if (m->correction_demanded == JD_YES && m->on_site == JD_NO)
        jd_refuse(c, JD_CODE_INCONSISTENT, c->policy->on_site_rule, "correction_demanded", "not with on_site false");
    if (m->correction_result.p && m->correction_demanded == JD_NO)
        jd_refuse(c, JD_CODE_INCONSISTENT, c->policy->on_site_rule, "correction_result",
                  "not with correction_demanded false");
    int64_t bits = site_bits(m->on_site, JD_SITE_on_site) | site_bits(m->correction_demanded, JD_SITE_demanded) |
                   site_bits(m->certificate_shown, JD_SITE_certificate);
    return bits ? bits : JD_NO_INT;
}

/* WH-7.4: promptly, with no limit: it is counted, and nobody is late. */
static void count_lag(jd_ctx *c, jd_day found)
{
    static const int last[] = { 0, 3, 7, 30, INT32_MAX };
    jd_meter_id m = JD_METER_lag_0;
    if (found == JD_NO_DAY) return;
    while (c->today - found > last[m - JD_METER_lag_0]) m++;
    jd_meter(c, m);
}

static void check_place_and_time(jd_ctx *c, const struct jd_report_submit *m)
{
    bool taken = c->policy->outside_forwarded && c->cmd->type == JD_MSG_report_submit;
    if (is_outside(c, m) && !taken)
        jd_refuse(c, JD_CODE_NOT_OWN_DIVISION, area_rule(c->policy), "county", "a county of division %06u",
                  c->g->division);
    if (m->found_on != JD_NO_DAY && m->found_on > c->today)
        jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "found_on",
                  "a day not after the one on which the report is received");
    if (m->secrecy.p && jd_str_is(m->secrecy, "state_secret"))
        jd_refuse(c, JD_CODE_STATE_SECRET, c->policy->secrecy_rule, "secrecy",
                  "to be taken to the body in charge of secrecy, not here");
}

/* Whom it names, and whom a report on this target is about in any case (WH-6.2, LC-7.A3). */
static jd_str accused_of(jd_ctx *c, const struct jd_report_submit *m, int64_t target)
{
    const jd_target *t = target == JD_NO_INT ? NULL : &c->policy->targets[target];
    jd_str named = jd_accused_with(c, c->policy, (jd_str){ NULL, 0 }, &m->accused);
    if (!t || !t->accuses_n) return named;
    jd_strs always = { (uint32_t)t->accuses_n, jd_alloc(&c->g->arena, sizeof *always.v * (size_t)t->accuses_n) };
    for (uint32_t i = 0; i < always.n; i++) always.v[i] = c->policy->depts[t->accuses[i]].item.code;
    return jd_accused_with(c, c->policy, named, &always);
}

/* The county named, else digits 2 to 7 of the institution's code: a hint, never a reason to refuse. */
static uint32_t county_of(const jd_policy *p, const struct jd_report_submit *m, jd_str *word)
{
    uint64_t v;
    *word = m->county;
    if (!word->p && m->institution.n >= 7) *word = (jd_str){ m->institution.p + 1, 6 };
    if (!word->p || jd_items_find(&p->counties, *word) < 0 || !jd_str_to_u64(*word, &v)) {
        *word = (jd_str){ NULL, 0 };
        return 0;
    }
    return (uint32_t)v;
}

static void fill_env(jd_ctx *c, const struct jd_report_submit *m, jd_env *env)
{
    *env = (jd_env){ .layout = &jd_message_get(JD_MSG_report_submit)->layout, .msg = m };
    for (int i = 0; i < JD_D_COUNT; i++) env->derived[i] = JD_NO_INT;
    if (m->found_on != JD_NO_DAY) env->derived[JD_D_days_since_found] = c->today - m->found_on;
}

static jd_str pack_depts(jd_ctx *c, const uint16_t *v, int n)
{
    uint8_t *list = jd_alloc(&c->g->arena, 2 * (size_t)n + 1);
    for (int i = 0; i < n; i++) jd_be16(list + 2 * i, v[i]);
    return (jd_str){ (const char *)list, 2 * (uint32_t)n };
}

/* Where a report begins: nobody may have it; its handling opinion comes first (LC-10.2); or it is
 * somebody's at once. */
enum { HELD, DRAFT, ASSIGNED };
typedef struct begin {
    int state;
    jd_event_id event;
} begin;
static const begin beginnings[] = { [HELD] = { JD_S_report_held, JD_EV_report_held },
                                    [DRAFT] = { JD_S_report_registered, JD_EV_report_registered },
                                    [ASSIGNED] = { JD_S_report_assigned, JD_EV_report_assigned } };

static void say_area(jd_ctx *c, const char *field)
{
    int at = jd_layout_find(&jd_message_get(c->cmd->type)->layout, jd_str_of(field));
    jd_reason_add(c, (jd_reason){ .rule = area_rule(c->policy), .on = JD_ON_FIELD, .index = (uint16_t)at });
}

/* The institution's code may say that it lies in another county of the same city: staff are told, no more. */
static bool hints_elsewhere(const jd_ctx *c, const struct jd_report_submit *m)
{
    jd_str area = m->institution.n >= 7 ? (jd_str){ m->institution.p + 1, 6 } : (jd_str){ "", 0 };
    uint64_t code = 0;
    bool same_city = jd_str_to_u64(area, &code) && code / 100 == c->g->division / 100;
    return c->policy->outside_forwarded && !m->county.p && same_city && jd_items_find(&c->policy->counties, area) < 0;
}

/* A report of another area is nobody's here until staff forward it, or keep it after all. */
static void hold_for(const struct jd_report_submit *m, struct jd_row_report *row, jd_assignment *a)
{
    uint64_t county;
    a->lead = JD_NO_DEPT;
    a->assist_n = 0;
    if (jd_str_to_u64(m->county, &county)) row->county = (int64_t)county;
}

static void say_why(jd_ctx *c, const struct jd_report_submit *m, const jd_assignment *a)
{
    const jd_policy *p = c->policy;
    if (is_outside(c, m)) {
        say_area(c, "county");
        return;
    }
    if (hints_elsewhere(c, m)) say_area(c, "institution");
    jd_reason_add(c, (jd_reason){ .rule = p->routes[a->route].rule, .on = JD_ON_ROUTE, .index = (uint16_t)a->route });
    if (a->diverted) jd_firewall_reason(c, p);
}

/* An interest does not silence anybody (LC-11.4, Decree 735 art. 35): the report is taken, and whoever handles it
 * sees that its reporter is to keep away (LC-9.6, WH-7.6). */
static void mark_interest(jd_ctx *c, const struct jd_report_submit *m, uint64_t supervisor, jd_case_row *row)
{
    const uint64_t *open = c->g->tally.in_state[JD_E_recusal];
    const struct {
        const char *field;
        jd_scope scope;
        jd_str object;
    } about[] = { { "institution", JD_SCOPE_institution, m->institution }, { "target", JD_SCOPE_target, m->target } };
    if (!(open[JD_S_recusal_applied] + open[JD_S_recusal_raised] + open[JD_S_recusal_detected] +
          open[JD_S_recusal_upheld]))
        return;
    for (int i = 0; i < 2; i++) {
        uint64_t n = about[i].object.p ? jd_recusal_about(&c->g->txn, supervisor, about[i].scope, about[i].object) : 0;
        if (!n) continue;
        int at = jd_layout_find(&jd_message_get(JD_MSG_report_submit)->layout, jd_str_of(about[i].field));
        row->report.recusal = (int64_t)n;
        jd_reason_add(c, (jd_reason){ .rule = c->policy->recusal.rule, .on = JD_ON_FIELD, .index = (uint16_t)at });
        return;
    }
}

static void assign(jd_ctx *c, const struct jd_report_submit *m, uint64_t number, jd_case_row *row)
{
    jd_env env;
    jd_assignment a;
    jd_str word;
    bool own = c->cmd->type == JD_MSG_report_submit;
    uint32_t county = county_of(c->policy, m, &word);
    fill_env(c, m, &env);
    env.words[JD_D_county_or_institution] = word;
    jd_assign(c->policy, &env, county, row->report.accused, &a);
    if (is_outside(c, m)) hold_for(m, &row->report, &a);
    const begin *b = &beginnings[a.lead == JD_NO_DEPT ? HELD : c->policy->draft_required ? DRAFT : ASSIGNED];
    jd_change *ch =
        jd_move(c, JD_E_report, number, row, own ? JD_V_report_submit : JD_V_report_receive, b->state, b->event);
    if (!ch) return;
    row->report.dept = a.lead;
    row->report.route = a.route;
    row->report.assist = pack_depts(c, a.assist, a.assist_n);
    if (county) row->report.county = county;
    row->report.assigned_on = b->state == JD_S_report_assigned ? c->today : JD_NO_DAY;
    jd_limit_start(c, c->policy, &row->report, JD_CLOCK_HANDLING, c->today);
    ch->due = row->report.due;
    say_why(c, m, &a);
}

void jd_on_report_submit(jd_ctx *c, const void *msg)
{
    const struct jd_report_submit *m = msg;
    uint64_t supervisor, number;
    const jd_case_row *reporter = jd_acting_supervisor(c, m->supervisor, &supervisor);
    if (!reporter) {
        show_the_way(c);
        return;
    }
    jd_case_row *row = jd_take_report(c, m, &number);
    if (!row) return;
    row->report.supervisor = (int64_t)supervisor;
    row->report.excluded = jd_excluded_now(c, &reporter->supervisor);
    mark_interest(c, m, supervisor, row);
}

jd_case_row *jd_take_report(jd_ctx *c, const struct jd_report_submit *m, uint64_t *number)
{
    jd_case_row *row = jd_new_case(c, JD_E_report, number);
    check_place_and_time(c, m);
    check_subject_matter(c, m, &row->report);
    row->report.accused = accused_of(c, m, row->report.target);
    row->report.on_site = site_of(c, m);
    row->report.found_on = m->found_on;
    if (jd_refused(c)) return NULL;
    count_lag(c, m->found_on);
    row->report.received = c->at;
    assign(c, m, *number, row);
    return jd_refused(c) ? NULL : row;
}
