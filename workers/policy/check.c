/* What is well written and still cannot be right: refused before a case can meet it. */
#include "proto/tables.h"
#include "workers/policy/loader.h"

static bool category_exists(const jd_policy *p, jd_str code)
{
    for (int t = 0; t < p->targets_n; t++)
        for (int c = 0; c < p->targets[t].n; c++)
            if (jd_str_eq(p->targets[t].categories[c].item.code, code)) return true;
    return false;
}

static bool code_exists(const jd_policy *p, const char *field, jd_str code)
{
    const struct {
        const char *field;
        const jd_items *items;
    } lists[] = { { "nature", &p->natures },
                  { "subject", &p->subjects },
                  { "basis", &p->bases },
                  { "recommender", &p->recommenders },
                  { "nominee_kind", &p->nominees },
                  { "expertise", &p->expertise },
                  { "major_class", &p->major_classes },
                  { "employer_kind", &p->employer_kinds } };
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(field, lists[i].field) == 0) return jd_items_find(lists[i].items, code) >= 0;
    if (strcmp(field, "category") == 0) return category_exists(p, code);
    bool found = strcmp(field, "target") != 0 && strcmp(field, "kind") != 0;
    for (int i = 0; strcmp(field, "target") == 0 && i < p->targets_n; i++)
        found |= jd_str_eq(p->targets[i].item.code, code);
    for (int i = 0; strcmp(field, "kind") == 0 && i < p->kinds_n; i++) found |= jd_str_eq(p->kinds[i].item.code, code);
    return found;
}

static bool in_standard(const jd_layout *l, const jd_cond *c, jd_str code)
{
    const jd_field *f = &l->fields[c->index];
    return f->type != JD_T_CODE || jd_table_find((jd_table_id)f->table, code) >= 0;
}

/* A test for a code that the policy's own lists do not have would never be met. */
static void check_cond(jd_loader *l, jd_msg type, const jd_cond *c)
{
    const jd_layout *layout = &jd_message_get(type)->layout;
    if (!c) return;
    for (int i = 0; i < c->n && c->kids; i++) check_cond(l, type, c->kids[i]);
    for (int i = 0; c->kind == JD_C_IN && c->source == JD_SRC_FIELD && i < c->n; i++)
        if (!code_exists(l->p, c->name, c->values[i]) || !in_standard(layout, c, c->values[i]))
            jd_diag_at(&l->d, c->line, "%s is never '%.*s' under this policy: this would never be met", c->name,
                       JD_FMT(c->values[i]));
}

static void check_grounds(jd_loader *l)
{
    const jd_policy *p = l->p;
    for (int i = 0; i < p->grounds_n; i++) {
        check_cond(l, JD_MSG_application_submit, p->grounds[i].when);
        if (p->grounds[i].breach != JD_BREACH_NONE && p->discipline_items.n == 0)
            jd_diag_at(&l->d, p->grounds[i].item.line, "rests on a breach of discipline, and the policy lists none");
        for (int j = 0; j < i; j++)
            if (jd_str_eq(p->grounds[i].item.code, p->grounds[j].item.code))
                jd_diag_at(&l->d, p->grounds[i].item.line, "ground %.*s stands twice", JD_FMT(p->grounds[i].item.code));
    }
}

static bool asks_fact(const jd_cond *c)
{
    if (c->source == JD_SRC_FACT && !c->kids && c->kind != JD_C_HUMAN) return true;
    for (int i = 0; i < c->n && c->kids; i++)
        if (asks_fact(c->kids[i])) return true;
    return false;
}

static void check_requirements(jd_loader *l)
{
    for (int i = 0; i < l->p->requirements_n; i++) {
        const jd_requirement *r = &l->p->requirements[i];
        check_cond(l, JD_MSG_application_submit, r->test);
        if (r->test && r->on_failure == JD_FAIL_REFUSE && asks_fact(r->test))
            jd_diag_at(&l->d, r->line,
                       "a fact weighs on a person: it may make somebody ineligible "
                       "until people decide (PIPL art. 24), never refuse at the door");
    }
}

/* A priority is shown with the receipt that orders the pool, and again when that is asked for: so it rests on
 * what the form said then. */
static bool asks_beyond_form(const jd_cond *c)
{
    if (!c->kids && c->kind != JD_C_HUMAN && c->source == JD_SRC_VALUE && c->index != JD_D_age) return true;
    for (int i = 0; i < c->n && c->kids; i++)
        if (asks_beyond_form(c->kids[i])) return true;
    return asks_fact(c);
}

static bool asks_people(const jd_cond *c)
{
    for (int i = 0; i < c->n && c->kids; i++)
        if (asks_people(c->kids[i])) return true;
    return c->kind == JD_C_HUMAN;
}

static void check_recruitment(jd_loader *l)
{
    const jd_policy *p = l->p;
    bool open = false;
    for (int i = 0; i < p->channels_n; i++) open |= !p->channels[i].nominated;
    if (p->round_required && !open) jd_diag_at(&l->d, 1, "rounds are required, and no channel is open");
    for (int i = 0; i < p->priorities_n; i++) {
        const jd_priority *r = &p->priorities[i];
        check_cond(l, JD_MSG_application_submit, r->when);
        if (asks_people(r->when))
            jd_diag_at(&l->d, r->item.line, "a priority that people judge would never be met by the machine");
        if (asks_beyond_form(r->when))
            jd_diag_at(&l->d, r->item.line, "a priority asks what the form says and the age, nothing else");
    }
}

static void check_duties(jd_loader *l)
{
    const jd_policy *p = l->p;
    for (int i = 0; i < p->duties_n; i++) {
        const jd_duty_rule *r = &p->duties[i];
        if (r->act == JD_ACT_certificate && !p->certificate)
            jd_diag_at(&l->d, r->item.line, "a certificate is owed, and 'appointment' has none: never met");
        if (r->act == JD_ACT_notice && !p->notice)
            jd_diag_at(&l->d, r->item.line, "a notice is owed, and 'appointment' has none: never met");
    }
}

static void check_routes(jd_loader *l)
{
    const jd_policy *p = l->p;
    bool always = false;
    for (int i = 0; i < p->routes_n; i++) {
        const jd_route *r = &p->routes[i];
        if (always) jd_diag_at(&l->d, r->line, "stands behind a route that always matches: never reached");
        /* a county may be missing from a report, so a county route does not settle it */
        always |= r->when == NULL && !r->lead.county;
        check_cond(l, JD_MSG_report_submit, r->when);
        for (int j = 0; j < i; j++)
            if (jd_str_eq(r->id, p->routes[j].id)) jd_diag_at(&l->d, r->line, "route %.*s stands twice", JD_FMT(r->id));
    }
    if (!always) jd_diag_at(&l->d, 1, "no route without 'when': some reports would go nowhere");
}

static void check_targets(jd_loader *l)
{
    for (int t = 0; t < l->p->targets_n; t++) {
        const jd_target *target = &l->p->targets[t];
        for (int c = 0; c < target->n; c++)
            if (target->categories[c].catch_all && target->no_catch_all != JD_NO_RULE)
                jd_diag_at(&l->d, target->categories[c].item.line, "a catch-all, and %.*s says there is none",
                           JD_FMT(l->p->rules[target->no_catch_all].id));
    }
}

static void check_dates(jd_loader *l)
{
    const jd_policy *p = l->p;
    if (p->effective_to != JD_NO_DAY && p->effective_to < p->effective_from)
        jd_diag_at(&l->d, 1, "effective_to lies before effective_from");
    if (p->effective_from < p->issued_on) jd_diag_at(&l->d, 1, "effective_from lies before issued_on");
    for (int i = 0; i < JD_CLOCK_COUNT; i++)
        if (p->clocks[i].warn_n && p->clocks[i].warn[0] >= p->clocks[i].days)
            jd_diag_at(&l->d, 1, "clock %s warns before it starts", jd_clock_name((jd_clock_id)i));
    if (!p->clocks[JD_CLOCK_HANDLING].on) jd_diag_at(&l->d, 1, "clocks: 'handling' is missing");
}

/* What no record could ever meet would be late for ever. */
static void check_meeting_duties(jd_loader *l)
{
    static const bool of_meetings[JD_ACT_COUNT] = {
        [JD_ACT_meeting] = true, [JD_ACT_training] = true, [JD_ACT_hearing] = true
    };
    for (int i = 0; i < l->p->duties_n; i++) {
        const jd_duty_rule *r = &l->p->duties[i];
        const jd_kinds *list = &l->p->meetings[r->act];
        if (of_meetings[r->act] && (list->n == 0 || (r->kind.n && jd_kinds_find(list, r->kind) < 0)))
            jd_diag_at(&l->d, r->item.line, "no record could meet this: the list has no kind '%.*s'", JD_FMT(r->kind));
        if (of_meetings[r->act] && r->of_appointment)
            jd_diag_at(&l->d, r->item.line, "a meeting comes round: 'every' or 'every_months', not 'from'");
    }
}

static bool kind_ends_so(const jd_report_kind *k, jd_str result)
{
    return jd_items_find(&k->results, result) >= 0;
}

/* Every kind that is rewarded is one of the policy's, and every result is one of theirs. */
static void check_reward_kinds(jd_loader *l, const jd_reward_rule *r)
{
    const jd_policy *p = l->p;
    for (uint32_t i = 0; i < r->kinds.n; i++)
        if (!code_exists(p, "kind", r->kinds.v[i]))
            jd_diag_at(&l->d, 1, "reward: '%.*s' is not a kind of report", JD_FMT(r->kinds.v[i]));
    for (uint32_t i = 0; i < r->results.n; i++) {
        bool found = false;
        for (int k = 0; k < p->kinds_n; k++)
            for (uint32_t j = 0; j < r->kinds.n; j++)
                found |= jd_str_eq(p->kinds[k].item.code, r->kinds.v[j]) && kind_ends_so(&p->kinds[k], r->results.v[i]);
        if (!found) jd_diag_at(&l->d, 1, "reward: no rewarded kind ends with '%.*s'", JD_FMT(r->results.v[i]));
    }
}

/* An article is R37, R40-1, R41-p2: of the decree, its item, or its paragraph. */
static bool is_article(jd_str s)
{
    uint32_t i = 1;
    if (s.n < 2 || s.p[0] != 'R') return false;
    while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9') i++;
    if (i == 1 || i == s.n) return i > 1;
    if (s.p[i] != '-') return false;
    i += i + 1 < s.n && s.p[i + 1] == 'p' ? 2 : 1;
    return i < s.n && s.p[s.n - 1] >= '0' && s.p[s.n - 1] <= '9';
}

static void check_reward(jd_loader *l)
{
    const jd_reward_rule *r = &l->p->reward;
    if (!r->on) return;
    check_reward_kinds(l, r);
    for (uint32_t i = 0; i < r->fraud.n; i++)
        if (!is_article(r->fraud.v[i]))
            jd_diag_at(&l->d, 1, "reward: '%.*s' is no article of Decree 735, such as R40-1", JD_FMT(r->fraud.v[i]));
    if (r->warn_n && r->warn[0] >= 28 * r->claim_months) jd_diag_at(&l->d, 1, "reward: warns before it starts");
}

/* What may still be reopened must still be readable. */
static void check_retention(jd_loader *l)
{
    const jd_policy *p = l->p;
    const jd_retention *r = p->retention;
    if (r[JD_KEEP_REPORT].months && r[JD_KEEP_REPORT].months * 28 <= p->reopen_days)
        jd_diag_at(&l->d, 1, "retention: reports are kept %d months, and may be reopened for %d days",
                   r[JD_KEEP_REPORT].months, p->reopen_days);
}

void jd_policy_check(jd_loader *l)
{
    check_reward(l);
    check_retention(l);
    check_requirements(l);
    check_recruitment(l);
    check_duties(l);
    check_targets(l);
    check_grounds(l);
    check_routes(l);
    check_dates(l);
    check_meeting_duties(l);
    jd_check_interests(l);
}
