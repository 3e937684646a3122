#include "workers/rules/migration.h"

/* What an index of a row points into. */
typedef enum {
    REF_DEPT,
    REF_CHANNEL,
    REF_RECOMMENDER,
    REF_NOMINEE,
    REF_KIND,
    REF_TARGET,
    REF_CATEGORY, /* of the row's target */
    REF_RESULT,   /* of the row's kind */
    REF_ROUTE,
    REF_GROUND,
    REF_NATURE,
    REF_SUBJECT,
    REF_EMPLOYER,
} ref;

/* Every stored index, a row each: a new entity adds its own. Owners stand behind what they own. */
static const struct reference {
    jd_entity entity;
    ref to;
    const char *field; /* of the row: an INT, or BYTES with a list of u16 */
    const char *what;
    const char *owner; /* field with the index of what the list belongs to; NULL for none */
} references[] = {
    { JD_E_application, REF_DEPT, "dept", "department", NULL },
    { JD_E_application, REF_CHANNEL, "channel", "channel", NULL },
    { JD_E_application, REF_RECOMMENDER, "recommender", "recommender", NULL },
    { JD_E_application, REF_NOMINEE, "nominee", "nominee", NULL },
    { JD_E_supervisor, REF_DEPT, "dept", "department", NULL },
    { JD_E_supervisor, REF_EMPLOYER, "employer", "kind of employer", NULL },
    { JD_E_dismissal, REF_DEPT, "dept", "department", NULL },
    { JD_E_dismissal, REF_GROUND, "grounds", "ground", NULL },
    { JD_E_report, REF_DEPT, "dept", "department", NULL },
    { JD_E_report, REF_DEPT, "assist", "department", NULL },
    { JD_E_report, REF_DEPT, "accused", "department", NULL },
    { JD_E_report, REF_ROUTE, "route", "route", NULL },
    { JD_E_report, REF_RESULT, "result", "result", "kind" },
    { JD_E_report, REF_CATEGORY, "category", "category", "target" },
    { JD_E_report, REF_NATURE, "nature", "nature", NULL },
    { JD_E_report, REF_SUBJECT, "subject", "subject", NULL },
    { JD_E_report, REF_KIND, "kind", "kind", NULL },
    { JD_E_report, REF_TARGET, "target", "target", NULL },
};

/* A list of a policy. Every item begins with its code. */
typedef struct list {
    const void *items;
    size_t size;
    int n;
} list;

#define LIST(items, n) ((list){ (items), sizeof *(items), (n) })

static list list_of(const jd_policy *p, ref to, int64_t owner)
{
    switch (to) {
    case REF_DEPT: return LIST(p->depts, p->depts_n);
    case REF_CHANNEL: return LIST(p->channels, p->channels_n);
    case REF_RECOMMENDER: return LIST(p->recommenders.v, p->recommenders.n);
    case REF_NOMINEE: return LIST(p->nominees.v, p->nominees.n);
    case REF_KIND: return LIST(p->kinds, p->kinds_n);
    case REF_TARGET: return LIST(p->targets, p->targets_n);
    case REF_ROUTE: return LIST(p->routes, p->routes_n);
    case REF_NATURE: return LIST(p->natures.v, p->natures.n);
    case REF_SUBJECT: return LIST(p->subjects.v, p->subjects.n);
    case REF_EMPLOYER: return LIST(p->employer_kinds.v, p->employer_kinds.n);
    case REF_GROUND: return LIST(p->grounds, p->grounds_n);
    case REF_CATEGORY:
        if (owner >= 0 && owner < p->targets_n) return LIST(p->targets[owner].categories, p->targets[owner].n);
        break;
    case REF_RESULT:
        if (owner >= 0 && owner < p->kinds_n) return LIST(p->kinds[owner].results.v, p->kinds[owner].results.n);
        break;
    }
    return (list){ 0 };
}

static jd_str code_at(const list *l, int64_t i)
{
    return *(const jd_str *)(const void *)((const char *)l->items + l->size * (size_t)i);
}

static int64_t find(const list *l, jd_str code)
{
    for (int64_t i = 0; i < l->n; i++)
        if (jd_str_eq(code_at(l, i), code)) return i;
    return -1;
}

static void miss(jd_missing *m, const char *what, jd_str code)
{
    if (m->n == JD_MISSING_MAX) return;
    m->v[m->n].what = what;
    m->v[m->n++].code = code;
}

/* An index that points at nothing, such as JD_NO_DEPT, goes on pointing at nothing. */
static int64_t mapped(const list *old, const list *new, const struct reference *r, int64_t i, jd_missing *missing)
{
    if (i < 0 || i >= old->n) return i;
    int64_t found = find(new, code_at(old, i));
    if (found < 0) miss(missing, r->what, code_at(old, i));
    return found;
}

static jd_str mapped_list(const list *old, const list *new, const struct reference *r, jd_str packed, jd_arena *a,
                          jd_missing *missing)
{
    if (!packed.p) return packed;
    uint8_t *out = jd_alloc(a, packed.n + 1u);
    for (uint32_t i = 0; i + 1 < packed.n; i += 2)
        jd_be16(out + i, (uint16_t)mapped(old, new, r, jd_get_be16((const uint8_t *)packed.p + i), missing));
    return (jd_str){ (const char *)out, packed.n };
}

typedef struct moving {
    const jd_policy *from, *to;
    const jd_layout *layout;
    jd_case_row *row;
    jd_arena *a;
    jd_missing *missing;
} moving;

static const jd_field *field(const moving *m, const char *name)
{
    return &m->layout->fields[jd_layout_find(m->layout, jd_str_of(name))];
}

/* Owners are mapped behind what they own, so the row still says which one it was. */
static int64_t owner_in(const moving *m, const struct reference *r, bool new)
{
    int64_t was = r->owner ? *JD_AT(int64_t, m->row, field(m, r->owner)) : -1;
    if (!new || was < 0) return was;
    ref to = r->to == REF_CATEGORY ? REF_TARGET : REF_KIND;
    list old = list_of(m->from, to, -1), other = list_of(m->to, to, -1);
    return was < old.n ? find(&other, code_at(&old, was)) : -1;
}

static void move(const moving *m, const struct reference *r)
{
    const jd_field *f = field(m, r->field);
    list old = list_of(m->from, r->to, owner_in(m, r, false)), new = list_of(m->to, r->to, owner_in(m, r, true));
    if (f->type == JD_T_BYTES)
        *JD_AT(jd_str, m->row, f) = mapped_list(&old, &new, r, *JD_AT(jd_str, m->row, f), m->a, m->missing);
    else
        *JD_AT(int64_t, m->row, f) = mapped(&old, &new, r, *JD_AT(int64_t, m->row, f), m->missing);
}

bool jd_migrate_row(const jd_policy *from, const jd_policy *to, jd_entity e, jd_case_row *row, jd_arena *a,
                    jd_missing *missing)
{
    const moving m = { from, to, jd_case_layout(e), row, a, missing };
    missing->n = 0;
    for (size_t i = 0; i < sizeof references / sizeof *references; i++)
        if (references[i].entity == e) move(&m, &references[i]);
    return missing->n == 0;
}
