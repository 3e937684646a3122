/* How the open channel is announced, and what those who select look at. */
#include "workers/policy/loader.h"

enum { ANNOUNCEMENTS_MAX = 32, PRIORITIES_MAX = 32 }; /* a bit each: in a round's row, in an applicant's rank */

static void load_rounds(jd_loader *l, jd_ynode *n)
{
    jd_ynode *rounds = jd_y_sub(n, "rounds", JD_Y_MAP, &l->d);
    l->p->round_rule = JD_NO_RULE;
    if (!rounds) return;
    l->p->round_required = jd_y_bool(rounds, "required", false, &l->d);
    l->p->round_rule = jd_load_rule(l, rounds, "rule", true);
}

static void load_announcements(jd_loader *l, jd_ynode *list)
{
    jd_policy *p = l->p;
    p->announcements = jd_load_list(l, list, sizeof *p->announcements, &p->announcements_n);
    if (p->announcements_n > ANNOUNCEMENTS_MAX) {
        jd_diag_at(&l->d, list->line, "more than %d announcement channels", ANNOUNCEMENTS_MAX);
        p->announcements_n = 0;
    }
    for (int i = 0; i < p->announcements_n; i++) {
        jd_load_item(l, list->items[i], &p->announcements[i].item);
        jd_load_unique(l, p->announcements, sizeof *p->announcements, i);
        p->announcements[i].required = jd_y_bool(list->items[i], "required", true, &l->d);
    }
}

/* What leaves the form for those who select is codes and numbers: no free text, and nothing that names anybody. */
static bool coded(const jd_field *f)
{
    return f->type == JD_T_CODE || f->type == JD_T_WORD || f->type == JD_T_WORDS || f->type == JD_T_BOOL ||
           f->type == JD_T_INT;
}

static void load_fields(jd_loader *l, jd_ynode *list, jd_factor *f)
{
    const jd_layout *form = &jd_message_get(JD_MSG_application_submit)->layout;
    f->fields = jd_load_list(l, list, sizeof *f->fields, &f->fields_n);
    for (int i = 0; i < f->fields_n; i++) {
        jd_ynode *n = list->items[i];
        f->fields[i] = jd_load_form_field(l, n);
        if (f->fields[i] >= 0 && !coded(&form->fields[f->fields[i]]))
            jd_diag_at(&l->d, n->line, "'%.*s' is no code or number: a factor shows nothing that may name somebody",
                       JD_FMT(n->text));
    }
}

static void load_factor(jd_loader *l, jd_ynode *n, jd_factor *f)
{
    jd_str value = jd_y_text(n, "value", &l->d);
    jd_load_item(l, n, &f->item);
    load_fields(l, jd_y_get(n, "fields"), f);
    f->age = jd_str_is(value, "age");
    if (value.n && !f->age) jd_diag_at(&l->d, n->line, "'value' must be age, not '%.*s'", JD_FMT(value));
    if (f->age == (f->fields_n > 0)) jd_diag_at(&l->d, n->line, "a factor has one of 'fields' and 'value: age'");
}

static void load_priority(jd_loader *l, jd_ynode *n, jd_priority *r)
{
    const jd_layout *form = &jd_message_get(JD_MSG_application_submit)->layout;
    jd_ynode *when = jd_y_need(n, "when", JD_Y_MAP, &l->d);
    jd_load_item(l, n, &r->item);
    if (r->item.rule == JD_NO_RULE) jd_diag_at(&l->d, n->line, "a priority needs its 'rule'");
    r->weight = (int)jd_y_int(n, "weight", 1, 1, 1000, &l->d);
    if (when) r->when = jd_cond_parse(l->p, when, form, &l->d);
}

static void load_factors(jd_loader *l, jd_ynode *list)
{
    jd_policy *p = l->p;
    p->factors = jd_load_list(l, list, sizeof *p->factors, &p->factors_n);
    for (int i = 0; i < p->factors_n; i++) {
        load_factor(l, list->items[i], &p->factors[i]);
        jd_load_unique(l, p->factors, sizeof *p->factors, i);
    }
}

static void load_priorities(jd_loader *l, jd_ynode *list)
{
    jd_policy *p = l->p;
    p->priorities = jd_load_list(l, list, sizeof *p->priorities, &p->priorities_n);
    if (p->priorities_n > PRIORITIES_MAX) {
        jd_diag_at(&l->d, list->line, "more than %d priorities", PRIORITIES_MAX);
        p->priorities_n = 0;
    }
    for (int i = 0; i < p->priorities_n; i++) {
        load_priority(l, list->items[i], &p->priorities[i]);
        jd_load_unique(l, p->priorities, sizeof *p->priorities, i);
    }
}

void jd_load_selection(jd_loader *l, jd_ynode *n)
{
    load_rounds(l, n);
    load_announcements(l, jd_y_get(n, "announcement_channels"));
    l->p->age_band = (int)jd_y_int(n, "age_band_years", 10, 1, 50, &l->d);
    load_factors(l, jd_y_get(n, "factors"));
    load_priorities(l, jd_y_get(n, "priorities"));
}
