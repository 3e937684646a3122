/* What supervisors report, who gets it, and how it comes back. */
#include "workers/policy/loader.h"

static void load_kinds(jd_loader *l, jd_ynode *list)
{
    jd_policy *p = l->p;
    p->kinds = jd_load_list(l, list, sizeof *p->kinds, &p->kinds_n);
    for (int i = 0; i < p->kinds_n; i++) {
        jd_ynode *n = list->items[i];
        jd_report_kind *k = &p->kinds[i];
        jd_load_item(l, n, &k->item);
        jd_load_unique(l, p->kinds, sizeof *p->kinds, i);
        k->needs_category = jd_y_bool(n, "needs_category", false, &l->d);
        k->needs_nature = jd_y_bool(n, "needs_nature", false, &l->d);
        jd_load_items(l, n, "results", &k->results);
        if (k->results.n == 0) jd_diag_at(&l->d, n->line, "a kind needs results it can end with");
    }
}

static void load_accuses(jd_loader *l, jd_ynode *list, jd_target *t)
{
    t->accuses = jd_load_list(l, list, sizeof *t->accuses, &t->accuses_n);
    for (int i = 0; i < t->accuses_n; i++) {
        t->accuses[i] = jd_policy_dept(l->p, list->items[i]->text);
        if (t->accuses[i] == JD_NO_DEPT)
            jd_diag_at(&l->d, list->items[i]->line, "'%.*s' is not a department", JD_FMT(list->items[i]->text));
    }
}

static void load_target(jd_loader *l, jd_ynode *n, jd_target *t)
{
    jd_ynode *list = jd_y_need(n, "categories", JD_Y_LIST, &l->d);
    jd_load_item(l, n, &t->item);
    t->no_catch_all = jd_load_rule(l, n, "no_catch_all", false);
    load_accuses(l, jd_y_get(n, "accuses"), t);
    t->categories = jd_load_list(l, list, sizeof *t->categories, &t->n);
    for (int i = 0; i < t->n; i++) {
        jd_load_item(l, list->items[i], &t->categories[i].item);
        jd_load_unique(l, t->categories, sizeof *t->categories, i);
        t->categories[i].catch_all = jd_y_bool(list->items[i], "catch_all", false, &l->d);
        t->categories[i].maps = jd_y_text(list->items[i], "maps", &l->d);
    }
}

/* A category says by itself which target it belongs to. */
static void apart(jd_loader *l, const jd_target *a, const jd_target *b)
{
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n; j++)
            if (jd_str_eq(a->categories[i].item.code, b->categories[j].item.code))
                jd_diag_at(&l->d, a->categories[i].item.line, "'%.*s' stands twice, first in line %d",
                           JD_FMT(a->categories[i].item.code), b->categories[j].item.line & JD_PLACE_LINE);
}

/* What is not of this area: refused at the door, or taken and passed on (LC-2.3, LC-16.2). */
static void load_outside(jd_loader *l, jd_ynode *n)
{
    jd_str word = jd_y_text(n, "outside", &l->d);
    l->p->outside_forwarded = jd_str_is(word, "forward");
    l->p->outside_rule = jd_load_rule(l, n, "outside_rule", l->p->outside_forwarded);
    if (word.n && !l->p->outside_forwarded && !jd_str_is(word, "refuse"))
        jd_diag_at(&l->d, n->line, "'outside' must be forward or refuse, not '%.*s'", JD_FMT(word));
}

void jd_load_reports(jd_loader *l, jd_ynode *n)
{
    jd_policy *p = l->p;
    jd_ynode *kinds = jd_y_need(n, "kinds", JD_Y_LIST, &l->d);
    jd_ynode *targets = jd_y_need(n, "targets", JD_Y_LIST, &l->d);
    jd_load_items(l, n, "natures", &p->natures);
    jd_load_items(l, n, "subjects", &p->subjects);
    jd_load_items(l, n, "bases", &p->bases);
    p->nature_rule = jd_load_rule(l, n, "nature_rule", false);
    p->secrecy_rule = jd_load_rule(l, n, "secrecy_rule", true);
    p->division_rule = jd_load_rule(l, n, "division_rule", false);
    p->kind_rule = jd_load_rule(l, n, "kind_rule", false);
    load_outside(l, n);
    p->on_site_rule = jd_load_rule(l, n, "on_site_rule", false);
    p->public_to = jd_y_text(n, "public_to", &l->d);
    p->answer_days = (int)jd_y_int(n, "answer_days", 0, 0, 3650, &l->d);
    p->reopen_days = (int)jd_y_int(n, "reopen_days", 30, 0, 3650, &l->d);
    if (kinds) load_kinds(l, kinds);
    p->targets = jd_load_list(l, targets, sizeof *p->targets, &p->targets_n);
    for (int i = 0; i < p->targets_n; i++) {
        load_target(l, targets->items[i], &p->targets[i]);
        jd_load_unique(l, p->targets, sizeof *p->targets, i);
        for (int j = 0; j < i; j++) apart(l, &p->targets[i], &p->targets[j]);
    }
}

static jd_route_to load_to(jd_loader *l, jd_ynode *n)
{
    jd_route_to to = { .county = jd_str_is(n->text, "county"), .dept = JD_NO_DEPT };
    if (to.county) return to;
    to.dept = jd_policy_dept(l->p, n->text);
    if (to.dept == JD_NO_DEPT)
        jd_diag_at(&l->d, n->line, "'%.*s' is neither a department nor 'county'", JD_FMT(n->text));
    return to;
}

static void load_route(jd_loader *l, jd_ynode *n, jd_route *r)
{
    const jd_layout *report = &jd_message_get(JD_MSG_report_submit)->layout;
    jd_ynode *when = jd_y_get(n, "when"), *lead = jd_y_need(n, "lead", JD_Y_SCALAR, &l->d);
    jd_ynode *assist = jd_y_get(n, "assist");
    r->line = n->line;
    r->id = jd_y_need_text(n, "id", &l->d);
    r->rule = jd_load_rule(l, n, "rule", true);
    if (when) r->when = jd_cond_parse(l->p, when, report, &l->d);
    if (lead) r->lead = load_to(l, lead);
    r->assist = jd_load_list(l, assist, sizeof *r->assist, &r->assist_n);
    for (int i = 0; i < r->assist_n; i++) r->assist[i] = load_to(l, assist->items[i]);
}

void jd_load_routing(jd_loader *l, jd_ynode *n)
{
    jd_policy *p = l->p;
    jd_ynode *list = jd_y_need(n, "routes", JD_Y_LIST, &l->d);
    p->firewall_rule = jd_load_rule(l, n, "firewall_rule", true);
    p->routes = jd_load_list(l, list, sizeof *p->routes, &p->routes_n);
    for (int i = 0; i < p->routes_n; i++) load_route(l, list->items[i], &p->routes[i]);
}

void jd_load_feedback(jd_loader *l, jd_ynode *n)
{
    l->p->feedback_mandatory = jd_y_bool(n, "mandatory", true, &l->d);
    l->p->feedback_rule = jd_load_rule(l, n, "rule", true);
    jd_load_items(l, n, "channels", &l->p->feedback_channels);
    jd_y_text(n, "basis", &l->d);
}
