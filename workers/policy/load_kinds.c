/* What departments hold with supervisors or send to them, and what supervisors are chosen by. */
#include "workers/policy/loader.h"

static void load_by(jd_loader *l, jd_ynode *list, jd_kind *k)
{
    k->by = jd_load_list(l, list, sizeof *k->by, &k->by_n);
    for (int i = 0; i < k->by_n; i++) {
        k->by[i] = jd_policy_dept(l->p, list->items[i]->text);
        if (k->by[i] == JD_NO_DEPT)
            jd_diag_at(&l->d, list->items[i]->line, "'by' names %.*s, which is not a department",
                       JD_FMT(list->items[i]->text));
    }
}

static void load_kinds(jd_loader *l, jd_ynode *list, jd_kinds *out)
{
    out->v = jd_load_list(l, list, sizeof *out->v, &out->n);
    for (int i = 0; i < out->n; i++) {
        jd_ynode *n = list->items[i];
        jd_kind *k = &out->v[i];
        jd_load_item(l, n, &k->item);
        jd_load_unique(l, out->v, sizeof *out->v, i);
        k->also = jd_load_rule(l, n, "also", false);
        load_by(l, jd_y_get(n, "by"), k);
    }
}

static void load_meetings(jd_loader *l, jd_ynode *list, jd_act act)
{
    jd_kinds *out = &l->p->meetings[act];
    load_kinds(l, list, out);
    for (int i = 0; i < out->n; i++) out->v[i].material = jd_y_bool(list->items[i], "material", false, &l->d);
}

void jd_load_meetings(jd_loader *l, jd_ynode *list)
{
    load_meetings(l, list, JD_ACT_meeting);
}

void jd_load_training(jd_loader *l, jd_ynode *list)
{
    load_meetings(l, list, JD_ACT_training);
}

void jd_load_hearings(jd_loader *l, jd_ynode *list)
{
    load_meetings(l, list, JD_ACT_hearing);
}

void jd_load_activities(jd_loader *l, jd_ynode *list)
{
    jd_kinds *out = &l->p->activities;
    load_kinds(l, list, out);
    for (int i = 0; i < out->n; i++) out->v[i].own = jd_y_bool(list->items[i], "own", false, &l->d);
}

void jd_load_documents(jd_loader *l, jd_ynode *list)
{
    load_kinds(l, list, &l->p->documents);
}

void jd_load_referral(jd_loader *l, jd_ynode *n)
{
    l->p->referral_rule = jd_load_rule(l, n, "rule", true);
}

static int match_of(jd_str word)
{
    static const char *const fields[] = {
#define MATCH(field) #field,
        JD_MATCHING(MATCH)
#undef MATCH
    };
    for (int i = 0; i < JD_MATCH_COUNT; i++)
        if (jd_str_is(word, fields[i])) return i;
    return -1;
}

void jd_load_matching(jd_loader *l, jd_ynode *n)
{
    jd_ynode *list = jd_y_need(n, "fields", JD_Y_LIST, &l->d);
    l->p->matching_rule = jd_load_rule(l, n, "rule", true);
    for (int i = 0; list && i < list->n; i++) {
        int at = match_of(list->items[i]->text);
        if (at < 0)
            jd_diag_at(&l->d, list->items[i]->line, "nobody is chosen by '%.*s'", JD_FMT(list->items[i]->text));
        else
            l->p->matching |= 1u << at;
    }
    if (l->p->expertise.n > 62) jd_diag_at(&l->d, n->line, "matching takes at most 62 kinds of expertise");
}

int jd_kinds_find(const jd_kinds *l, jd_str code)
{
    for (int i = 0; i < l->n; i++)
        if (jd_str_eq(l->v[i].item.code, code)) return i;
    return -1;
}

bool jd_kind_by(const jd_policy *p, const jd_kind *k, uint16_t dept)
{
    for (int i = 0; i < k->by_n; i++)
        if (k->by[i] == dept) return true;
    return k->by_n == 0 && (dept == p->authority || dept == p->manager);
}
