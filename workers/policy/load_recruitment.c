/* Who may apply, how, and under which conditions. */
#include "workers/policy/loader.h"

static void load_pair(jd_loader *l, jd_ynode *n, jd_pair *pair)
{
    pair->recommender = jd_y_need_text(n, "recommender", &l->d);
    pair->nominee = jd_y_need_text(n, "nominee", &l->d);
    pair->rule = jd_load_rule(l, n, "rule", true);
    if (jd_items_find(&l->p->recommenders, pair->recommender) < 0)
        jd_diag_at(&l->d, n->line, "'%.*s' is not a recommender", JD_FMT(pair->recommender));
    if (jd_items_find(&l->p->nominees, pair->nominee) < 0)
        jd_diag_at(&l->d, n->line, "'%.*s' is not a kind of nominee", JD_FMT(pair->nominee));
}

void jd_load_recruitment(jd_loader *l, jd_ynode *n)
{
    jd_policy *p = l->p;
    jd_ynode *channels = jd_y_need(n, "channels", JD_Y_LIST, &l->d), *pairs = jd_y_get(n, "pairs");
    jd_load_items(l, n, "recommenders", &p->recommenders);
    jd_load_items(l, n, "nominees", &p->nominees);
    p->channels = jd_load_list(l, channels, sizeof *p->channels, &p->channels_n);
    for (int i = 0; i < p->channels_n; i++) {
        jd_load_item(l, channels->items[i], &p->channels[i].item);
        jd_load_unique(l, p->channels, sizeof *p->channels, i);
        p->channels[i].nominated = jd_y_bool(channels->items[i], "nominated", false, &l->d);
        p->channels[i].open_ended = jd_y_bool(channels->items[i], "open_ended", false, &l->d);
    }
    p->pairs = jd_load_list(l, pairs, sizeof *p->pairs, &p->pairs_n);
    for (int i = 0; i < p->pairs_n; i++) load_pair(l, pairs->items[i], &p->pairs[i]);
}

void jd_load_form(jd_loader *l, jd_ynode *n)
{
    jd_items *req = &l->p->form_required;
    jd_ynode *list = jd_y_need(n, "required", JD_Y_LIST, &l->d);
    uint16_t rule = jd_load_rule(l, n, "rule", true);
    req->v = jd_load_list(l, list, sizeof *req->v, &req->n);
    l->p->form_fields = jd_alloc(&l->p->arena, sizeof(int) * (size_t)(req->n ? req->n : 1));
    for (int i = 0; i < req->n; i++) {
        req->v[i] = (jd_item){ .code = list->items[i]->text, .rule = rule, .line = list->items[i]->line };
        l->p->form_fields[i] = jd_load_form_field(l, list->items[i]);
    }
}

void jd_load_facts(jd_loader *l, jd_ynode *list)
{
    jd_policy *p = l->p;
    p->facts = jd_load_list(l, list, sizeof *p->facts, &p->facts_n);
    if (p->facts_n > JD_FACTS_MAX) {
        jd_diag_at(&l->d, list->line, "more than %d facts", JD_FACTS_MAX);
        p->facts_n = 0;
    }
    for (int i = 0; i < p->facts_n; i++) {
        jd_ynode *n = list->items[i];
        jd_fact_kind *f = &p->facts[i];
        jd_str within = jd_y_text(n, "within", &l->d);
        jd_load_item(l, n, &f->item);
        jd_load_unique(l, p->facts, sizeof *p->facts, i);
        f->valid_days = (int)jd_y_int(n, "valid_days", 0, 0, 36500, &l->d);
        f->within = -1;
        if (f->item.code.n > JD_PREDICATE_MAX)
            jd_diag_at(&l->d, n->line, "a fact's code has at most %d characters", JD_PREDICATE_MAX);
        for (int j = 0; j < i; j++)
            if (within.n && jd_str_eq(p->facts[j].item.code, within)) f->within = j;
        if (within.n && f->within < 0)
            jd_diag_at(&l->d, n->line, "'within' names %.*s, which is not a fact above this one", JD_FMT(within));
    }
}

static uint32_t load_channels(jd_loader *l, jd_ynode *n)
{
    jd_ynode *list = jd_y_get(n, "channels");
    uint32_t set = 0;
    if (!list) return UINT32_MAX;
    for (int i = 0; i < list->n; i++) {
        int at = -1;
        for (int c = 0; c < l->p->channels_n; c++)
            if (jd_str_eq(l->p->channels[c].item.code, list->items[i]->text)) at = c;
        if (at < 0)
            jd_diag_at(&l->d, list->items[i]->line, "'%.*s' is not a channel", JD_FMT(list->items[i]->text));
        else
            set |= 1u << at;
    }
    return set;
}

static jd_on_failure load_failure(jd_loader *l, jd_ynode *n)
{
    jd_str word = jd_y_text(n, "on_failure", &l->d);
    if (word.n == 0 || jd_str_is(word, "ineligible")) return JD_FAIL_INELIGIBLE;
    if (!jd_str_is(word, "refuse"))
        jd_diag_at(&l->d, n->line, "'on_failure' must be ineligible or refuse, not '%.*s'", JD_FMT(word));
    return JD_FAIL_REFUSE;
}

/* A disqualifier is met by not being so: stored as the negation of what the text excludes. */
static jd_cond *negated(jd_policy *p, jd_cond *c)
{
    jd_cond *no = jd_alloc(&p->arena, sizeof *no);
    *no = (jd_cond){ .kind = JD_C_NOT, .n = 1, .line = c->line };
    no->kids = jd_alloc(&p->arena, sizeof *no->kids);
    no->kids[0] = c;
    return no;
}

static void load_requirement(jd_loader *l, jd_ynode *n, jd_requirement *r)
{
    const jd_layout *form = &jd_message_get(JD_MSG_application_submit)->layout;
    jd_ynode *require = jd_y_get(n, "require"), *exclude = jd_y_get(n, "exclude");
    r->line = n->line;
    r->rule = jd_load_rule(l, n, "rule", true);
    r->on_failure = load_failure(l, n);
    r->channels = load_channels(l, n);
    r->disqualifier = exclude != NULL;
    if ((require != NULL) == (exclude != NULL)) {
        jd_diag_at(&l->d, n->line, "one of 'require' and 'exclude'");
        return;
    }
    r->test = jd_cond_parse(l->p, exclude ? exclude : require, form, &l->d);
    if (exclude && r->test) r->test = negated(l->p, r->test);
}

void jd_load_eligibility(jd_loader *l, jd_ynode *list)
{
    jd_policy *p = l->p;
    p->requirements = jd_load_list(l, list, sizeof *p->requirements, &p->requirements_n);
    for (int i = 0; i < p->requirements_n; i++) load_requirement(l, list->items[i], &p->requirements[i]);
}
