/* Institutions and their list, who may claim them, and who keeps away from what. */
#include "workers/policy/listing.h"
#include "workers/policy/loader.h"

/* Observed, not from a text: H or P, the division's six digits, five of a serial number. */
static const char usual_code[] = "^[HP][0-9]{11}$";

static void load_pattern(jd_loader *l, jd_ynode *n)
{
    char why[120] = "no memory";
    jd_institution_rules *r = &l->p->institutions;
    r->pattern = n ? jd_y_text(n, "pattern", &l->d) : (jd_str){ "", 0 };
    if (!r->pattern.n) r->pattern = jd_str_of(usual_code);
    r->matcher = jd_pattern_make(jd_copy(&l->p->arena, r->pattern).p, why, sizeof why);
    if (!r->matcher) jd_diag_at(&l->d, n ? n->line : 1, "'pattern' is no regular expression: %s", why);
}

void jd_load_institutions(jd_loader *l, jd_ynode *n)
{
    jd_institution_rules *r = &l->p->institutions;
    r->on = jd_y_bool(n, "enabled", true, &l->d);
    r->rule = jd_load_rule(l, n, "rule", r->on);
    r->owner = jd_load_dept(l, n, "owner", r->on);
    jd_load_items(l, n, "kinds", &r->kinds);
    load_pattern(l, n);
    if (r->on && r->kinds.n == 0) jd_diag_at(&l->d, n->line, "a list of institutions needs the 'kinds' they are of");
}

void jd_load_claims(jd_loader *l, jd_ynode *n)
{
    jd_claim_rules *r = &l->p->claims;
    r->on = jd_y_bool(n, "enabled", true, &l->d);
    r->rule = jd_load_rule(l, n, "rule", r->on);
    r->max = (int)jd_y_int(n, "max", 0, 1, 100000, &l->d);
    jd_load_rule(l, n, "beyond_rule", false);
}

static bool load_effect(jd_loader *l, jd_ynode *n, const char *key)
{
    jd_str word = jd_y_need_text(n, key, &l->d);
    bool upheld = jd_str_is(word, "upheld");
    if (word.n && !upheld && !jd_str_is(word, "decided"))
        jd_diag_at(&l->d, n->line, "'%s' must be upheld or decided, not '%.*s'", key, JD_FMT(word));
    return upheld;
}

static bool target_exists(const jd_policy *p, jd_str code)
{
    for (int i = 0; i < p->targets_n; i++)
        if (jd_str_eq(p->targets[i].item.code, code)) return true;
    return false;
}

static void load_sights(jd_loader *l, jd_ynode *list)
{
    jd_policy *p = l->p;
    jd_recusal_rules *r = &p->recusal;
    r->sights = jd_load_list(l, list, sizeof *r->sights, &r->sights_n);
    for (int i = 0; i < r->sights_n; i++) {
        jd_sight *s = &r->sights[i];
        s->employer_kind = jd_y_need_text(list->items[i], "employer_kind", &l->d);
        s->target = jd_y_need_text(list->items[i], "target", &l->d);
        if (jd_items_find(&p->employer_kinds, s->employer_kind) < 0)
            jd_diag_at(&l->d, list->items[i]->line, "'%.*s' is not a kind of employer", JD_FMT(s->employer_kind));
        if (!target_exists(p, s->target))
            jd_diag_at(&l->d, list->items[i]->line, "'%.*s' is not a target", JD_FMT(s->target));
        for (int j = 0; j < i; j++)
            if (jd_str_eq(s->employer_kind, r->sights[j].employer_kind) && jd_str_eq(s->target, r->sights[j].target))
                jd_diag_at(&l->d, list->items[i]->line, "stands in line %d already", list->items[j]->line);
    }
}

void jd_load_recusal(jd_loader *l, jd_ynode *n)
{
    jd_recusal_rules *r = &l->p->recusal;
    r->on = jd_y_bool(n, "enabled", true, &l->d);
    r->rule = jd_load_rule(l, n, "rule", r->on);
    if (!r->on) return;
    r->applied_upheld = load_effect(l, n, "applied");
    r->detected_upheld = load_effect(l, n, "detected");
    jd_load_items(l, n, "scopes", &r->scopes);
    jd_load_items(l, n, "relations", &r->relations);
    load_sights(l, jd_y_get(n, "detects"));
    if (r->scopes.n == 0 || r->relations.n == 0)
        jd_diag_at(&l->d, n->line, "a recusal has a scope and a relation: 'scopes' and 'relations' list them");
}

/* ------------------------------------------------------------ contradictions */

static bool known_scope(jd_str code)
{
    static const char *const codes[] = {
#define SCOPE(code, doc) #code,
        JD_SCOPES(SCOPE)
#undef SCOPE
    };
    for (int i = 0; i < JD_SCOPE_COUNT; i++)
        if (jd_str_is(code, codes[i])) return true;
    return false;
}

static void check_targets(jd_loader *l)
{
    const jd_policy *p = l->p;
    for (int t = 0; t < p->targets_n; t++) {
        bool manager = false, discipline = p->discipline == JD_NO_DEPT, authority = false;
        for (int i = 0; i < p->targets[t].accuses_n; i++) {
            manager |= p->targets[t].accuses[i] == p->manager;
            discipline |= p->targets[t].accuses[i] == p->discipline;
            authority |= p->targets[t].accuses[i] == p->authority;
        }
        if (manager && discipline && authority)
            jd_diag_at(&l->d, p->targets[t].item.line, "accuses whoever could assign such a report: nobody is left to");
    }
}

void jd_check_interests(jd_loader *l)
{
    jd_policy *p = l->p;
    if (!p->institutions.matcher) load_pattern(l, NULL);
    if (!p->institutions.on && !jd_y_get(l->root, "institutions")) p->institutions.rule = JD_NO_RULE;
    if (!jd_y_get(l->root, "claims")) p->claims.rule = JD_NO_RULE;
    if (!jd_y_get(l->root, "recusal")) p->recusal.rule = JD_NO_RULE;
    if (p->claims.on && !p->institutions.on)
        jd_diag_at(&l->d, jd_y_get(l->root, "claims")->line,
                   "only what is listed can be claimed, and there is no list");
    for (int i = 0; i < p->duties_n; i++)
        if (p->duties[i].act == JD_ACT_list && !p->institutions.on)
            jd_diag_at(&l->d, p->duties[i].item.line, "a list is owed that nobody can publish: 'institutions' is off");
    for (int i = 0; i < p->recusal.scopes.n; i++)
        if (!known_scope(p->recusal.scopes.v[i].code))
            jd_diag_at(&l->d, p->recusal.scopes.v[i].line,
                       "a scope is institution, report, activity or target, not '%.*s'",
                       JD_FMT(p->recusal.scopes.v[i].code));
    check_targets(l);
}
