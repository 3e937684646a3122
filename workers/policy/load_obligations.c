/* What the bureau and the agency owe, by a day. */
#include "workers/policy/loader.h"

static jd_act act_of(jd_loader *l, jd_ynode *n, jd_str word)
{
    static const char *const acts[] = {
#define ACT(code, doc) #code,
        JD_ACTS(ACT)
#undef ACT
    };
    for (int i = 0; i < JD_ACT_COUNT; i++)
        if (jd_str_is(word, acts[i])) return (jd_act)i;
    if (word.n) jd_diag_at(&l->d, n->line, "'of' names no act that is recorded: '%.*s'", JD_FMT(word));
    return JD_ACT_certificate;
}

/* A period has no number of days of its own: it ends months later, or with the year. */
static void load_period(jd_loader *l, jd_ynode *n, jd_duty_rule *r)
{
    jd_str every = jd_y_text(n, "every", &l->d);
    r->months = (int)jd_y_int(n, "every_months", 0, 1, 120, &l->d);
    r->limit.warn_n = jd_load_days(l, n, "warn_days", r->limit.warn);
    r->limit.basis = jd_y_need_text(n, "basis", &l->d);
    r->limit.rule = r->item.rule;
    if ((every.n > 0) == (r->months > 0) || (every.n && !jd_str_is(every, "year")))
        jd_diag_at(&l->d, n->line, "one of 'from: appointment', 'every: year' and 'every_months' says when it is owed");
}

static void load_duty(jd_loader *l, jd_ynode *n, jd_duty_rule *r)
{
    jd_load_item(l, n, &r->item);
    if (r->item.rule == JD_NO_RULE) jd_diag_at(&l->d, n->line, "an obligation needs its 'rule'");
    r->act = act_of(l, n, jd_y_need_text(n, "of", &l->d));
    r->kind = jd_y_text(n, "kind", &l->d);
    r->owner = jd_load_dept(l, n, "owner", true);
    jd_str from = jd_y_text(n, "from", &l->d), force = jd_y_need_text(n, "force", &l->d);
    r->must = jd_str_is(force, "must");
    if (force.n && !r->must && !jd_str_is(force, "in-principle"))
        jd_diag_at(&l->d, n->line, "'force' must be must or in-principle, not '%.*s'", JD_FMT(force));
    r->of_appointment = jd_str_is(from, "appointment");
    if (r->of_appointment)
        jd_load_limit(l, n, &r->limit);
    else
        load_period(l, n, r);
    if (from.n && !r->of_appointment)
        jd_diag_at(&l->d, n->line, "'from' must be appointment, not '%.*s'", JD_FMT(from));
}

void jd_load_obligations(jd_loader *l, jd_ynode *list)
{
    jd_policy *p = l->p;
    p->duties = jd_load_list(l, list, sizeof *p->duties, &p->duties_n);
    for (int i = 0; i < p->duties_n; i++) {
        load_duty(l, list->items[i], &p->duties[i]);
        jd_load_unique(l, p->duties, sizeof *p->duties, i);
    }
}
