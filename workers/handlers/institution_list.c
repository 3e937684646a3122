/* The agency publishes the institutions with signed agreements (LC-11.1): all lines or none. The list before
 * is superseded; claims on what it drops end by its clock (LC-11.3). */
#include "workers/handlers/handlers.h"
#include "workers/policy/listing.h"

static bool may_publish(jd_ctx *c, const struct jd_institution_list *m)
{
    const jd_policy *p = c->policy;
    const jd_institution_rules *r = &p->institutions;
    if (!r->on) {
        jd_refuse(c, JD_CODE_NOT_PROVIDED, r->rule, NULL, "nothing: %.*s has no list of institutions", JD_FMT(p->name));
        return false;
    }
    uint16_t dept = jd_dept_of(c, p, "department", m->department);
    if (dept != JD_NO_DEPT && dept != r->owner)
        jd_refuse(c, JD_CODE_NOT_AUTHORITY, r->rule, "department", "%.*s", JD_FMT(p->depts[r->owner].item.code));
    if (m->published_on > c->today)
        jd_refuse(c, JD_CODE_INCONSISTENT, r->rule, "published_on", "a day not after today");
    return !jd_refused(c);
}

static bool in_order(jd_ctx *c, const struct jd_institution_list *m, const jd_case_row *before)
{
    uint16_t rule = c->policy->institutions.rule;
    int64_t year = before ? before->list.year : m->year, last = before && m->year == year ? before->list.edition : 0;
    if (m->year < year)
        jd_refuse(c, JD_CODE_LIST_OUT_OF_ORDER, rule, "year", "%lld or later: that year's list is the current one",
                  (long long)year);
    else if (m->version != last + 1)
        jd_refuse(c, JD_CODE_LIST_OUT_OF_ORDER, rule, "version", "%lld, as the next of %lld", (long long)last + 1,
                  (long long)m->year);
    return !jd_refused(c);
}

static bool read_csv(jd_ctx *c, jd_str csv, jd_listing *out)
{
    if (jd_listing_read(c->policy, csv, &c->g->arena, out)) return true;
    for (int i = 0; i < out->wrong_n && i < JD_LISTING_WRONG_MAX; i++)
        jd_refuse(c, JD_CODE_BAD_LIST, c->policy->institutions.rule, "csv", "line %d: %s", out->wrong[i].line,
                  out->wrong[i].text);
    if (out->wrong_n > JD_LISTING_WRONG_MAX)
        jd_refuse(c, JD_CODE_BAD_LIST, JD_NO_RULE, "csv", "and %d more", out->wrong_n - JD_LISTING_WRONG_MAX);
    return false;
}

static jd_str with_year(jd_ctx *c, jd_str years, uint16_t year)
{
    if (jd_u16s_have(years, year)) return years;
    uint8_t *list = jd_alloc(&c->g->arena, years.n + 2);
    if (years.n) memcpy(list, years.p, years.n);
    jd_be16(list + years.n, year);
    return (jd_str){ (const char *)list, years.n + 2 };
}

/* Whether it was on the list of that number too. */
static bool put_institution(jd_ctx *c, const jd_listing_row *one, uint64_t list, int64_t year)
{
    uint64_t county = 0;
    struct jd_row_institution *row = jd_read_institution(&c->g->txn, &c->g->arena, one->code);
    bool stayed = row && (uint64_t)row->list == list - 1;
    jd_str years = with_year(c, row ? row->years : (jd_str){ NULL, 0 }, (uint16_t)year);
    jd_str_to_u64(one->county, &county);
    struct jd_row_institution new = { .name = one->name,
                                      .county = (int64_t)county,
                                      .kind = one->kind,
                                      .level = one->level,
                                      .agreement_from = one->from,
                                      .agreement_to = one->to,
                                      .list = (int64_t)list,
                                      .years = years };
    jd_put_other(c, JD_DB_INSTITUTIONS, jd_key_institution(one->code), &jd_row_institution_layout, &new);
    return stayed;
}

static void fill(jd_ctx *c, const struct jd_institution_list *m, const jd_listing *l, uint64_t number,
                 const jd_case_row *before, struct jd_row_list *row)
{
    int stayed = 0;
    for (int i = 0; i < l->n; i++) stayed += put_institution(c, &l->v[i], number, m->year);
    row->dept = c->policy->institutions.owner;
    row->year = m->year;
    row->edition = m->version;
    row->published_on = m->published_on;
    row->institutions = l->n;
    row->added = l->n - stayed;
    row->dropped = before ? before->list.institutions - stayed : 0;
    row->clock_kind = JD_CLOCK_SETTLE;
    row->clock = c->g->tally.in_state[JD_E_claim][JD_S_claim_active] ? c->at : JD_NO_TIME;
}

void jd_on_institution_list(jd_ctx *c, const void *msg)
{
    const struct jd_institution_list *m = msg;
    uint64_t number;
    jd_listing listing;
    if (!may_publish(c, m)) return;
    jd_case_row *row = jd_new_case(c, JD_E_list, &number);
    jd_case_row *before = number > 1 ? jd_read_case(&c->g->txn, &c->g->arena, JD_E_list, number - 1) : NULL;
    if (!in_order(c, m, before) || !read_csv(c, m->csv, &listing)) return;
    jd_change *ch = jd_move(c, JD_E_list, number, row, JD_V_list_publish, JD_S_list_current, JD_EV_list_published);
    if (!ch) return;
    fill(c, m, &listing, number, before, &row->list);
    jd_reason_add(c, (jd_reason){ .rule = c->policy->institutions.rule, .on = JD_ON_NOTHING });
    if (before &&
        jd_move(c, JD_E_list, number - 1, before, JD_V_list_supersede, JD_S_list_superseded, JD_EV_list_superseded))
        before->head.clock = JD_NO_TIME;
    jd_done_for_year(c, JD_ACT_list, (int)m->year, m->published_on);
}
