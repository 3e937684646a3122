/* How an appointment is renewed, and what ends it. */
#include "workers/policy/loader.h"

void jd_load_renewal(jd_loader *l, jd_ynode *n)
{
    l->p->renewal_rule = jd_load_rule(l, n, "rule", true);
    l->p->renewal_days = (int)jd_y_int(n, "window_days", 90, 1, 3650, &l->d);
}

void jd_load_discipline(jd_loader *l, jd_ynode *n)
{
    (void)n;
    jd_load_items(l, l->root, "discipline", &l->p->discipline_items);
}

static void load_ground(jd_loader *l, jd_ynode *n, jd_ground_rule *g)
{
    const jd_layout *form = &jd_message_get(JD_MSG_application_submit)->layout;
    jd_ynode *when = jd_y_get(n, "when");
    jd_str breach = jd_y_text(n, "breach", &l->d);
    jd_load_item(l, n, &g->item);
    if (g->item.rule == JD_NO_RULE) jd_diag_at(&l->d, n->line, "a ground needs its 'rule'");
    if (when) g->when = jd_cond_parse(l->p, when, form, &l->d);
    g->request = jd_y_bool(n, "request", false, &l->d);
    g->breach = jd_str_is(breach, "any")       ? JD_BREACH_ANY
                : jd_str_is(breach, "serious") ? JD_BREACH_SERIOUS
                                               : JD_BREACH_NONE;
    if (breach.n && g->breach == JD_BREACH_NONE)
        jd_diag_at(&l->d, n->line, "'breach' must be any or serious, not '%.*s'", JD_FMT(breach));
    if ((when != NULL) + (breach.n > 0) + g->request > 1)
        jd_diag_at(&l->d, n->line, "a ground rests on one of when, breach and request");
}

void jd_load_dismissal(jd_loader *l, jd_ynode *n)
{
    jd_policy *p = l->p;
    jd_str force = jd_y_need_text(n, "force", &l->d), resignation = jd_y_need_text(n, "resignation", &l->d);
    jd_ynode *list = jd_y_need(n, "grounds", JD_Y_LIST, &l->d);
    p->dismissal_rule = jd_load_rule(l, n, "rule", true);
    p->must_dismiss = jd_str_is(force, "shall");
    p->resignation_ends = jd_str_is(resignation, "ends");
    if (force.n && !p->must_dismiss && !jd_str_is(force, "may"))
        jd_diag_at(&l->d, n->line, "'force' must be may or shall, not '%.*s'", JD_FMT(force));
    if (resignation.n && !p->resignation_ends && !jd_str_is(resignation, "decided"))
        jd_diag_at(&l->d, n->line, "'resignation' must be ends or decided, not '%.*s'", JD_FMT(resignation));
    p->grounds = jd_load_list(l, list, sizeof *p->grounds, &p->grounds_n);
    for (int i = 0; i < p->grounds_n; i++) load_ground(l, list->items[i], &p->grounds[i]);
}
