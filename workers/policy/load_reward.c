/* What another rule pays for clues of fraud: whom it is referred to, and who is excluded. */
#include "workers/policy/loader.h"

static jd_strs load_words(jd_loader *l, jd_ynode *map, const char *key, bool must)
{
    jd_ynode *list = must ? jd_y_need(map, key, JD_Y_LIST, &l->d) : jd_y_get(map, key);
    int n;
    jd_str *v = jd_load_list(l, list, sizeof *v, &n);
    for (int i = 0; i < n; i++) v[i] = list->items[i]->text;
    if (must && list && n == 0) jd_diag_at(&l->d, list->line, "'%s' names none", key);
    return (jd_strs){ .n = (uint32_t)n, .v = v };
}

static void load_facts(jd_loader *l, jd_ynode *n, jd_reward_rule *r)
{
    jd_strs words = load_words(l, n, "facts", false);
    r->facts = jd_alloc(&l->p->arena, sizeof *r->facts * (words.n + 1));
    for (uint32_t i = 0; i < words.n; i++) {
        int at = l->p->facts_n - 1;
        while (at >= 0 && !jd_str_eq(l->p->facts[at].item.code, words.v[i])) at--;
        if (at < 0)
            jd_diag_at(&l->d, n->line, "'%.*s' is not one of the policy's facts", JD_FMT(words.v[i]));
        else
            r->facts[r->facts_n++] = at;
    }
}

static void load_excluded(jd_loader *l, jd_ynode *n, jd_reward_rule *r)
{
    r->excluded_rule = jd_load_rule(l, n, "rule", true);
    r->employer_kinds = load_words(l, n, "employer_kinds", false);
    load_facts(l, n, r);
    for (uint32_t i = 0; i < r->employer_kinds.n; i++)
        if (jd_items_find(&l->p->employer_kinds, r->employer_kinds.v[i]) < 0)
            jd_diag_at(&l->d, n->line, "'%.*s' is not one of the policy's employer_kinds",
                       JD_FMT(r->employer_kinds.v[i]));
    /* what the form says may be old or wrong: without a fact nobody could ever be cleared */
    if (r->facts_n == 0) jd_diag_at(&l->d, n->line, "'facts' names none: nobody could be found not excluded");
}

static void load_grades(jd_loader *l, jd_ynode *n, jd_reward_rule *r)
{
    jd_ynode *list = jd_y_get(n, "grades");
    r->grades = jd_load_list(l, list, sizeof *r->grades, &r->grades_n);
    for (int i = 0; i < r->grades_n; i++) {
        jd_reward_grade *g = &r->grades[i];
        jd_load_item(l, list->items[i], &g->item);
        jd_load_unique(l, r->grades, sizeof *r->grades, i);
        g->min = jd_y_int(list->items[i], "min_fen", 0, 1, 100000000000, &l->d);
        g->max = jd_y_int(list->items[i], "max_fen", 0, 1, 100000000000, &l->d);
        if (g->min == 0 || g->max < g->min)
            jd_diag_at(&l->d, list->items[i]->line, "a grade goes from 'min_fen' to 'max_fen', not below it");
    }
}

void jd_load_reward(jd_loader *l, jd_ynode *n)
{
    jd_reward_rule *r = &l->p->reward;
    jd_ynode *excluded = jd_y_get(n, "excluded");
    r->on = true;
    r->rule = jd_load_rule(l, n, "rule", true);
    r->scheme = jd_y_need_text(n, "scheme", &l->d);
    r->refer_to = jd_load_dept(l, n, "refer_to", true);
    r->kinds = load_words(l, n, "kinds", true);
    r->results = load_words(l, n, "results", true);
    r->fraud = load_words(l, n, "fraud", true);
    r->claim_months = (int)jd_y_int(n, "claim_months", 0, 1, 120, &l->d);
    if (r->claim_months == 0) jd_diag_at(&l->d, n->line, "'claim_months' is missing");
    r->warn_n = jd_load_days(l, n, "warn_days", r->warn);
    r->excluded_rule = JD_NO_RULE;
    if (excluded) load_excluded(l, excluded, r);
    load_grades(l, n, r);
    jd_y_text(n, "basis", &l->d);
    jd_y_text(n, "source", &l->d);
}
