#include "workers/rules/eligibility.h"

#include "workers/policy/sieve.h"

static void add(jd_screening *s, jd_verdict v, uint16_t rule, jd_ground on, int index, jd_tri value)
{
    if (v > s->verdict) s->verdict = v;
    if (s->n < 32)
        s->reasons[s->n++] =
            (jd_reason){ .rule = rule, .on = (uint8_t)on, .index = (uint16_t)index, .value = (uint8_t)value };
}

static void screen_form(const jd_policy *p, const jd_env *env, jd_screening *s)
{
    for (int i = 0; i < p->form_required.n; i++) {
        int at = p->form_fields[i];
        if (!jd_field_set(&env->layout->fields[at], env->msg))
            add(s, JD_VERDICT_NEEDS_INFO, p->form_required.v[i].rule, JD_ON_FORM, at, JD_UNKNOWN);
    }
}

static jd_ground ground_of(const jd_cond *leaf)
{
    static const jd_ground of[] = {
        [JD_SRC_FIELD] = JD_ON_FORM, [JD_SRC_FACT] = JD_ON_FACT, [JD_SRC_VALUE] = JD_ON_DERIVED
    };
    return leaf->kind == JD_C_HUMAN ? JD_ON_NOTHING : of[leaf->source];
}

/* Whether a yes-or-no field decided: such a field is a declaration the person makes. */
static bool is_declaration(const jd_env *env, const jd_cond *leaf)
{
    return leaf->source == JD_SRC_FIELD && strncmp(env->layout->fields[leaf->index].name, "declares_", 9) == 0;
}

static void failed(const jd_env *env, const jd_requirement *r, const jd_cond *leaf, jd_screening *s)
{
    jd_tri value = r->disqualifier ? JD_YES : JD_NO;
    jd_verdict v = r->on_failure == JD_FAIL_REFUSE ? JD_VERDICT_REFUSED : JD_VERDICT_INELIGIBLE;
    if (v == JD_VERDICT_REFUSED && is_declaration(env, leaf)) s->declaration = true;
    add(s, v, r->rule, ground_of(leaf), leaf->index, value);
}

/* What people judge is theirs at the decision; the machine passes over it. */
static void screen_one(const jd_env *env, const jd_requirement *r, jd_screening *s)
{
    jd_witness w = { 0 };
    jd_tri v = jd_cond_eval(r->test, env, &w);
    if (v == JD_YES || w.leaf->kind == JD_C_HUMAN) return;
    if (v == JD_NO) {
        failed(env, r, w.leaf, s);
        return;
    }
    jd_verdict need = w.leaf->source == JD_SRC_FACT ? JD_VERDICT_NEEDS_FACT : JD_VERDICT_NEEDS_INFO;
    add(s, need, r->rule, ground_of(w.leaf), w.leaf->index, JD_UNKNOWN);
}

void jd_screen(const jd_policy *p, const jd_env *env, int channel, jd_screening *out)
{
    jd_bits doubt;
    *out = (jd_screening){ .verdict = JD_VERDICT_ELIGIBLE };
    screen_form(p, env, out);
    jd_sieve_doubts(p->eligibility_sieve, env, &doubt);
    const int n = p->requirements_n;
    for (int i = jd_bits_next(&doubt, n, 0); i < n; i = jd_bits_next(&doubt, n, i + 1))
        if (p->requirements[i].channels >> channel & 1) screen_one(env, &p->requirements[i], out);
}
