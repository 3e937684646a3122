#include "workers/pool.h"

#include <stdlib.h>

enum { LOOKED_MAX = 20000, COUNTS_MAX = 512 };

/* The state in which the case stood before entry `seq`: its history is walked back to there. */
static int state_then(const jd_pool *pool, jd_arena *a, uint64_t number, const jd_case_row *row)
{
    jd_case_id id = { JD_E_application, pool->g->division, number };
    uint64_t at = (uint64_t)row->head.last_seq;
    int state = (int)row->head.state;
    while (at > pool->seq) {
        jd_entry e;
        const jd_changed *c = jd_entry_read(&pool->g->txn, at, a, &e) ? jd_entry_change(&e, id) : NULL;
        if (!c) return JD_S_application_none;
        state = c->from;
        at = c->prev;
    }
    return state;
}

static void forms_then(const jd_pool *pool, struct jd_row_application *row)
{
    while (row->forms.n >= 8 && jd_get_be64((const uint8_t *)row->forms.p + row->forms.n - 8) > pool->seq)
        row->forms.n -= 8;
}

bool jd_pool_form(jd_pool *pool, uint64_t application, jd_arena *a, jd_form *form)
{
    jd_case_row *row = jd_read_case(&pool->g->txn, a, JD_E_application, application);
    if (!row) return false;
    forms_then(pool, &row->application);
    return jd_form_of(&pool->g->txn, pool->g->vault, a, &row->application, form);
}

/* ------------------------------------------------------------ how the pool is made up */

static void count_value(jd_pool *pool, const jd_field *f, jd_str value)
{
    uint64_t i = 0;
    while (i < pool->counts_n && (pool->counts[i].field != f || !jd_str_eq(pool->counts[i].value, value))) i++;
    if (i == COUNTS_MAX) return;
    if (i == pool->counts_n) pool->counts[pool->counts_n++] = (jd_pool_count){ f, jd_copy(pool->a, value), 0 };
    pool->counts[i].n++;
}

static void count_field(jd_pool *pool, const jd_field *f, const jd_form *form)
{
    bool code = f->type == JD_T_CODE || f->type == JD_T_WORD;
    if (code && jd_field_set(f, form)) count_value(pool, f, *JD_IN(jd_str, form, f));
}

/* Of each coded factor how many have which value, and of the sexes. */
static void count_form(jd_pool *pool, const jd_form *form)
{
    const jd_layout *l = &jd_message_get(JD_MSG_application_submit)->layout;
    count_field(pool, &l->fields[jd_layout_find(l, JD_STR("sex"))], form);
    for (int i = 0; i < pool->p->factors_n; i++)
        for (int k = 0; k < pool->p->factors[i].fields_n; k++)
            count_field(pool, &l->fields[pool->p->factors[i].fields[k]], form);
}

/* ------------------------------------------------------------ whom the text gives priority */

static void weigh(const jd_pool *pool, const jd_form *form, jd_applicant *who)
{
    jd_witness w = { 0 };
    jd_env env = { .layout = &jd_message_get(JD_MSG_application_submit)->layout, .msg = form };
    for (int i = 0; i < JD_D_COUNT; i++) env.derived[i] = JD_NO_INT;
    env.derived[JD_D_age] = who->age;
    for (int i = 0; i < pool->p->priorities_n; i++) {
        if (jd_cond_eval(pool->p->priorities[i].when, &env, &w) != JD_YES) continue;
        who->met |= 1u << i;
        who->weight += pool->p->priorities[i].weight;
    }
}

/* The heavier first; among equals in the order of receipt. */
static int before(const void *x, const void *y)
{
    const jd_applicant *a = x, *b = y;
    if (a->weight != b->weight) return a->weight > b->weight ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

/* ------------------------------------------------------------ reading */

static bool counted(const jd_pool *pool, int state)
{
    if (state == JD_S_application_eligible) return true;
    return pool->all && state != JD_S_application_none && !jd_state_final(JD_E_application, state);
}

static void take(jd_pool *pool, jd_arena *scratch, uint64_t number)
{
    jd_form form;
    jd_case_row *row = jd_read_case(&pool->g->txn, scratch, JD_E_application, number);
    jd_applicant who = { .number = number, .state = row ? state_then(pool, scratch, number, row) : 0 };
    if (!counted(pool, who.state) || !jd_pool_form(pool, number, scratch, &form)) return;
    who.age = jd_age_on(form.birth_date, pool->day);
    pool->ages[who.age < 0 ? 0 : who.age < JD_AGES ? who.age : JD_AGES - 1]++;
    count_form(pool, &form);
    weigh(pool, &form, &who);
    pool->v[pool->n++] = who;
}

void jd_pool_read(jd_pool *pool, uint64_t round)
{
    jd_arena scratch = { 0 };
    uint64_t *all, n = jd_ties(&pool->g->txn, pool->a, JD_TIE_applied, round, &all);
    pool->cut = n > LOOKED_MAX;
    if (pool->cut) n = LOOKED_MAX;
    pool->v = jd_alloc(pool->a, sizeof *pool->v * (size_t)(n + 1));
    pool->counts = jd_alloc(pool->a, sizeof *pool->counts * COUNTS_MAX);
    for (uint64_t i = 0; i < n; i++) {
        take(pool, &scratch, all[i]);
        jd_arena_reset(&scratch);
    }
    jd_arena_free(&scratch);
    if (pool->n) qsort(pool->v, (size_t)pool->n, sizeof *pool->v, before);
}
