/* The policy file as a whole: identity, rules, departments, appointment; then each section. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "workers/policy/listing.h"
#include "workers/policy/loader.h"
#include "workers/policy/sieve.h"

void *jd_load_list(jd_loader *l, jd_ynode *list, size_t size, int *count)
{
    *count = 0;
    if (!list) return NULL;
    if (list->kind != JD_Y_LIST) {
        jd_diag_at(&l->d, list->line, "this must be a list");
        return NULL;
    }
    *count = list->n;
    return jd_alloc(&l->p->arena, size * (size_t)(list->n ? list->n : 1));
}

uint16_t jd_load_rule(jd_loader *l, jd_ynode *map, const char *key, bool must)
{
    jd_str id = must ? jd_y_need_text(map, key, &l->d) : jd_y_text(map, key, &l->d);
    if (id.n == 0) return JD_NO_RULE;
    uint16_t rule = jd_policy_rule(l->p, id);
    if (rule == JD_NO_RULE)
        jd_diag_at(&l->d, map->line, "'%s' names %.*s, which is not among the rules", key, JD_FMT(id));
    return rule;
}

uint16_t jd_load_dept(jd_loader *l, jd_ynode *map, const char *key, bool must)
{
    jd_str code = must ? jd_y_need_text(map, key, &l->d) : jd_y_text(map, key, &l->d);
    if (code.n == 0) return JD_NO_DEPT;
    uint16_t dept = jd_policy_dept(l->p, code);
    if (dept == JD_NO_DEPT)
        jd_diag_at(&l->d, map->line, "'%s' names %.*s, which is not a department", key, JD_FMT(code));
    return dept;
}

void jd_load_item(jd_loader *l, jd_ynode *n, jd_item *out)
{
    out->line = n->line;
    out->code = jd_y_need_text(n, "code", &l->d);
    out->label = jd_y_need_text(n, "label", &l->d);
    out->rule = jd_load_rule(l, n, "rule", false);
}

void jd_load_unique(jd_loader *l, const void *list, size_t stride, int n)
{
    const jd_item *last = (const void *)((const char *)list + stride * (size_t)n);
    for (int i = 0; i < n; i++) {
        const jd_item *other = (const void *)((const char *)list + stride * (size_t)i);
        if (jd_str_eq(last->code, other->code))
            jd_diag_at(&l->d, last->line, "'%.*s' stands twice, first in line %d", JD_FMT(last->code),
                       other->line & JD_PLACE_LINE);
    }
}

int jd_load_form_field(jd_loader *l, const jd_ynode *n)
{
    int field = jd_layout_find(&jd_message_get(JD_MSG_application_submit)->layout, n->text);
    if (field < 0) jd_diag_at(&l->d, n->line, "the form has no field '%.*s'", JD_FMT(n->text));
    return field;
}

void jd_load_items(jd_loader *l, jd_ynode *map, const char *key, jd_items *out)
{
    jd_ynode *list = jd_y_get(map, key);
    out->v = jd_load_list(l, list, sizeof *out->v, &out->n);
    for (int i = 0; i < out->n; i++) {
        jd_load_item(l, list->items[i], &out->v[i]);
        jd_load_unique(l, out->v, sizeof *out->v, i);
    }
}

static void load_rules(jd_loader *l, jd_ynode *list)
{
    jd_policy *p = l->p;
    p->rules = jd_load_list(l, list, sizeof *p->rules, &p->rules_n);
    for (int i = 0; i < p->rules_n; i++) {
        jd_ynode *n = list->items[i];
        jd_str id = jd_y_need_text(n, "id", &l->d);
        if (jd_policy_rule(p, id) != JD_NO_RULE) jd_diag_at(&l->d, n->line, "rule %.*s stands twice", JD_FMT(id));
        p->rules[i] = (jd_rule){ .id = id,
                                 .article = jd_y_need_text(n, "article", &l->d),
                                 .text = jd_y_need_text(n, "text", &l->d),
                                 .how = jd_y_need_text(n, "how", &l->d),
                                 .line = n->line };
    }
}

static void load_departments(jd_loader *l, jd_ynode *list)
{
    static const char *const kinds[] = { "bureau", "section", "centre", "agency", "county", "discipline" };
    jd_policy *p = l->p;
    p->depts = jd_load_list(l, list, sizeof *p->depts, &p->depts_n);
    for (int i = 0; i < p->depts_n; i++) {
        jd_ynode *n = list->items[i];
        jd_dept *dept = &p->depts[i];
        bool known = false;
        jd_load_item(l, n, &dept->item);
        jd_load_unique(l, p->depts, sizeof *p->depts, i);
        dept->kind = jd_y_need_text(n, "kind", &l->d);
        dept->division = (uint32_t)jd_y_int(n, "division", 0, 100000, 999999, &l->d);
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) known |= jd_str_is(dept->kind, kinds[k]);
        if (!known) jd_diag_at(&l->d, n->line, "'%.*s' is not a kind of department", JD_FMT(dept->kind));
        if (jd_str_is(dept->kind, "county") && dept->division == 0)
            jd_diag_at(&l->d, n->line, "a county's department needs its division");
    }
}

static jd_day load_date(jd_loader *l, jd_ynode *map, const char *key, bool must)
{
    jd_day day = JD_NO_DAY;
    jd_str text = must ? jd_y_need_text(map, key, &l->d) : jd_y_text(map, key, &l->d);
    if (text.n && !jd_parse_date(text, &day))
        jd_diag_at(&l->d, map->line, "'%s' must be a date as YYYY-MM-DD, not '%.*s'", key, JD_FMT(text));
    return day;
}

int jd_load_days(jd_loader *l, jd_ynode *map, const char *key, int out[8])
{
    int n;
    int64_t v;
    jd_ynode *list = jd_y_get(map, key);
    jd_load_list(l, list, sizeof(int), &n);
    if (n > 8) jd_diag_at(&l->d, list->line, "'%s' takes at most 8 days", key);
    for (int i = 0; i < n && i < 8; i++) {
        if (!jd_y_scalar_int(list->items[i], &v) || v < 1 || v > 3650 || (i && v >= out[i - 1])) {
            jd_diag_at(&l->d, list->items[i]->line, "'%s' takes numbers of days, falling", key);
            return 0;
        }
        out[i] = (int)v;
    }
    return n > 8 ? 8 : n;
}

static void load_appointment(jd_loader *l, jd_ynode *n)
{
    jd_policy *p = l->p;
    p->authority = jd_load_dept(l, n, "authority", true);
    p->appoint_rule = jd_load_rule(l, n, "rule", true);
    p->term_months = (int)jd_y_int(n, "term_months", 0, 1, 240, &l->d);
    if (p->term_months == 0) jd_diag_at(&l->d, n->line, "'term_months' is missing");
    p->term_rule = jd_load_rule(l, n, "term_rule", true);
    p->lapse_rule = jd_load_rule(l, n, "lapse_rule", true);
    p->lapse_ground = jd_load_rule(l, n, "lapse_ground", false);
    p->expiring_n = jd_load_days(l, n, "expiring_days", p->expiring);
    jd_load_formalities(l, n);
}

static void load_management(jd_loader *l, jd_ynode *n)
{
    l->p->manager = jd_load_dept(l, n, "department", true);
    l->p->discipline = jd_load_dept(l, n, "discipline", false);
    l->p->draft_rule = jd_load_rule(l, n, "rule", false);
    l->p->draft_required = jd_y_bool(n, "draft_opinion", false, &l->d);
}

/* From when to when the policy holds, by its own words. */
static void load_validity(jd_loader *l, jd_ynode *n)
{
    l->p->validity_rule = jd_load_rule(l, n, "rule", true);
}

static void load_interpretation(jd_loader *l, jd_ynode *n)
{
    l->p->interpreter = jd_load_dept(l, n, "department", true);
    l->p->interpreter_rule = jd_load_rule(l, n, "rule", true);
}

static void load_lists(jd_loader *l, jd_ynode *n)
{
    jd_load_items(l, n, "expertise", &l->p->expertise);
    jd_load_items(l, n, "major_classes", &l->p->major_classes);
    jd_load_items(l, n, "employer_kinds", &l->p->employer_kinds);
    jd_load_items(l, n, "counties", &l->p->counties);
}

static void load_chapters(jd_loader *l, jd_ynode *n)
{
    jd_policy *p = l->p;
    if (n->kind != JD_Y_MAP) {
        jd_diag_at(&l->d, n->line, "'chapters' is a mapping of names to lists");
        return;
    }
    p->chapters_n = n->n;
    p->chapters = jd_alloc(&p->arena, sizeof *p->chapters * (size_t)(n->n ? n->n : 1));
    for (int i = 0; i < n->n; i++) {
        p->chapters[i].name = n->keys[i]->text;
        jd_load_items(l, n, n->keys[i]->text.p, &p->chapters[i].items);
    }
}

static void load_extension(jd_loader *l, jd_ynode *n, jd_clock_rule *c)
{
    c->extend_days = (int)jd_y_int(n, "days", 0, 1, 365, &l->d);
    c->extend_times = (int)jd_y_int(n, "times", 1, 1, 10, &l->d);
    c->extend_by = jd_load_dept(l, n, "approver", true);
    c->extend_rule = jd_load_rule(l, n, "rule", false);
    if (c->extend_days == 0) jd_diag_at(&l->d, n->line, "'days' is missing");
}

void jd_load_limit(jd_loader *l, jd_ynode *n, jd_clock_rule *c)
{
    jd_str unit = jd_y_need_text(n, "unit", &l->d);
    c->on = true;
    c->working = jd_str_is(unit, "working");
    if (!c->working && !jd_str_is(unit, "calendar"))
        jd_diag_at(&l->d, n->line, "'unit' must be working or calendar, not '%.*s'", JD_FMT(unit));
    c->days = (int)jd_y_int(n, "days", 0, 1, 3650, &l->d);
    if (c->days == 0) jd_diag_at(&l->d, n->line, "'days' is missing");
    c->rule = jd_load_rule(l, n, "rule", false);
    c->basis = jd_y_need_text(n, "basis", &l->d);
    c->warn_n = jd_load_days(l, n, "warn_days", c->warn);
    jd_y_text(n, "source", &l->d);
    jd_load_items(l, n, "suspend_grounds", &c->suspend_grounds);
    c->extend_rule = JD_NO_RULE;
    if (jd_y_get(n, "extend")) load_extension(l, jd_y_get(n, "extend"), c);
}

void jd_load_clocks(jd_loader *l, jd_ynode *n)
{
    for (int i = 0; i < JD_CLOCK_COUNT; i++) {
        jd_ynode *sub = jd_y_get(n, jd_clock_name((jd_clock_id)i));
        if (sub) jd_load_limit(l, sub, &l->p->clocks[i]);
    }
}

static jd_policy_status load_status(jd_loader *l, jd_ynode *n)
{
    jd_str word = jd_y_need_text(n, "status", &l->d);
    for (int i = 0; i < JD_POLICY_STATUS_COUNT; i++)
        if (jd_str_is(word, jd_policy_status_name((jd_policy_status)i))) return (jd_policy_status)i;
    if (word.n) jd_diag_at(&l->d, n->line, "'status' must be trial, formal or repealed, not '%.*s'", JD_FMT(word));
    return JD_POLICY_TRIAL;
}

static void load_identity(jd_loader *l)
{
    jd_policy *p = l->p;
    jd_ynode *n = l->root;
    char name[128];
    p->id = jd_y_need_text(n, "id", &l->d);
    p->version = (int)jd_y_int(n, "version", 1, 1, 9999, &l->d);
    p->division = (uint32_t)jd_y_int(n, "division", 0, 100000, 999999, &l->d);
    p->title = jd_y_need_text(n, "title", &l->d);
    p->doc_no = jd_y_text(n, "doc_no", &l->d);
    p->purpose = jd_y_text(n, "purpose", &l->d);
    p->extends = (uint32_t)jd_y_int(n, "extends", 0, 100000, 999999, &l->d);
    p->status = load_status(l, n);
    p->issued_on = load_date(l, n, "issued_on", true);
    p->effective_from = load_date(l, n, "effective_from", true);
    p->effective_to = load_date(l, n, "effective_to", false);
    snprintf(name, sizeof name, "%.*s@%d", JD_FMT(p->id), p->version);
    p->name = jd_str_of(jd_copyz(&p->arena, name));
}

static void load_sections(jd_loader *l)
{
    static const struct {
        const char *key;
        jd_ykind kind;
        bool must;
        void (*load)(jd_loader *, jd_ynode *);
    } sections[] = {
        /* rules and departments first: the others name them */
        { "rules", JD_Y_LIST, true, load_rules },
        { "departments", JD_Y_LIST, true, load_departments },
        { "appointment", JD_Y_MAP, true, load_appointment },
        { "management", JD_Y_MAP, true, load_management },
        { "validity", JD_Y_MAP, true, load_validity },
        { "interpretation", JD_Y_MAP, false, load_interpretation },
        { "lists", JD_Y_MAP, true, load_lists },
        { "recruitment", JD_Y_MAP, true, jd_load_recruitment },
        { "form", JD_Y_MAP, false, jd_load_form },
        { "facts", JD_Y_LIST, false, jd_load_facts },
        { "eligibility", JD_Y_LIST, true, jd_load_eligibility },
        { "recruitment", JD_Y_MAP, true, jd_load_selection },
        { "renewal", JD_Y_MAP, true, jd_load_renewal },
        { "discipline", JD_Y_LIST, false, jd_load_discipline },
        { "dismissal", JD_Y_MAP, true, jd_load_dismissal },
        { "reports", JD_Y_MAP, true, jd_load_reports },
        { "routing", JD_Y_MAP, true, jd_load_routing },
        { "clocks", JD_Y_MAP, true, jd_load_clocks },
        { "feedback", JD_Y_MAP, true, jd_load_feedback },
        { "obligations", JD_Y_LIST, false, jd_load_obligations },
        { "institutions", JD_Y_MAP, false, jd_load_institutions },
        { "claims", JD_Y_MAP, false, jd_load_claims },
        { "recusal", JD_Y_MAP, false, jd_load_recusal },
        { "meetings", JD_Y_LIST, false, jd_load_meetings },
        { "training", JD_Y_LIST, false, jd_load_training },
        { "hearings", JD_Y_LIST, false, jd_load_hearings },
        { "activities", JD_Y_LIST, false, jd_load_activities },
        { "documents", JD_Y_LIST, false, jd_load_documents },
        { "referral", JD_Y_MAP, false, jd_load_referral },
        { "matching", JD_Y_MAP, false, jd_load_matching },
        { "reward", JD_Y_MAP, false, jd_load_reward },
        { "retention", JD_Y_MAP, false, jd_load_retention },
        { "chapters", JD_Y_MAP, false, load_chapters },
    };
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        jd_ynode *n = sections[i].must ? jd_y_need(l->root, sections[i].key, sections[i].kind, &l->d)
                                       : jd_y_get(l->root, sections[i].key);
        if (n) sections[i].load(l, n);
    }
}

/* Of both files: a parent that changes makes another policy. */
static void hash(jd_policy *p)
{
    crypto_generichash_state s;
    uint8_t n[8];
    jd_be64(n, p->text.n);
    crypto_generichash_init(&s, NULL, 0, sizeof p->hash);
    crypto_generichash_update(&s, n, sizeof n);
    crypto_generichash_update(&s, (const uint8_t *)p->text.p, p->text.n);
    crypto_generichash_update(&s, (const uint8_t *)p->parent_text.p, p->parent_text.n);
    crypto_generichash_final(&s, p->hash, sizeof p->hash);
}

static void load_all(jd_loader *l, const jd_policy_text *t)
{
    l->root = jd_policy_tree(&l->p->arena, t, &l->d);
    if (!l->root) return;
    l->p->interpreter = JD_NO_DEPT;
    l->p->interpreter_rule = JD_NO_RULE;
    l->p->referral_rule = l->p->matching_rule = JD_NO_RULE; /* where the regulation has neither */
    load_identity(l);
    load_sections(l);
    jd_y_unused(l->root, &l->d);
    if (!l->d.errors) jd_policy_check(l);
}

static void make_sieves(jd_policy *p)
{
    int n = p->requirements_n > p->routes_n ? p->requirements_n : p->routes_n;
    const jd_layout *form = &jd_message_get(JD_MSG_application_submit)->layout,
                    *report = &jd_message_get(JD_MSG_report_submit)->layout;
    jd_cond **conds = jd_alloc(&p->arena, sizeof(jd_cond *) * (size_t)(n + 1));
    for (int i = 0; i < p->requirements_n; i++) conds[i] = p->requirements[i].test;
    p->eligibility_sieve = jd_sieve_make(&p->arena, form, conds, p->requirements_n);
    for (int i = 0; i < p->routes_n; i++) conds[i] = p->routes[i].when;
    p->routes_sieve = jd_sieve_make(&p->arena, report, conds, p->routes_n);
}

jd_policy *jd_policy_load(const jd_policy_text *t, jd_buf *diagnostics)
{
    jd_policy *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    jd_loader l = { .p = p, .d = { .file = t->file } };
    p->text = jd_copy(&p->arena, t->text);
    p->parent_text = jd_copy(&p->arena, t->parent);
    hash(p);
    load_all(&l, t);
    jd_buf_str(diagnostics, jd_buf_view(&l.d.text));
    jd_buf_free(&l.d.text);
    if (l.d.errors) {
        jd_policy_free(p);
        return NULL;
    }
    make_sieves(p);
    return p;
}

void jd_policy_free(jd_policy *p)
{
    if (!p) return;
    jd_pattern_free(p->institutions.matcher);
    jd_arena a = p->arena;
    free(p);
    jd_arena_free(&a);
}

uint16_t jd_policy_rule(const jd_policy *p, jd_str id)
{
    for (int i = 0; i < p->rules_n; i++)
        if (p->rules[i].id.n && jd_str_eq(p->rules[i].id, id)) return (uint16_t)i;
    return JD_NO_RULE;
}

uint16_t jd_policy_dept(const jd_policy *p, jd_str code)
{
    for (int i = 0; i < p->depts_n; i++)
        if (jd_str_eq(p->depts[i].item.code, code)) return (uint16_t)i;
    return JD_NO_DEPT;
}

uint16_t jd_policy_county_dept(const jd_policy *p, uint32_t division)
{
    for (int i = 0; division && i < p->depts_n; i++)
        if (p->depts[i].division == division) return (uint16_t)i;
    return JD_NO_DEPT;
}

int jd_items_find(const jd_items *l, jd_str code)
{
    for (int i = 0; i < l->n; i++)
        if (jd_str_eq(l->v[i].code, code)) return i;
    return -1;
}

const char *jd_policy_status_name(jd_policy_status s)
{
    static const char *const names[JD_POLICY_STATUS_COUNT] = { "trial", "formal", "repealed" };
    return names[s];
}

bool jd_policy_holds(const jd_policy *p, jd_day today)
{
    if (p->status == JD_POLICY_REPEALED || today < p->effective_from) return false;
    return p->effective_to == JD_NO_DAY || today <= p->effective_to;
}

const char *jd_clock_name(jd_clock_id c)
{
    static const char *const names[JD_CLOCK_COUNT] = { "handling", "feedback", "objection", "supplement", "facts" };
    return names[c];
}
