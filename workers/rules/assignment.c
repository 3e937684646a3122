#include "workers/rules/assignment.h"

#include "workers/policy/sieve.h"
#include "workers/rows.h"

static uint16_t resolve(const jd_policy *p, const jd_route_to *to, uint32_t county)
{
    return to->county ? jd_policy_county_dept(p, county) : to->dept;
}

/* The sieve let it through. */
static bool matches(const jd_policy *p, int route, const jd_env *env, uint32_t county)
{
    jd_witness w = { 0 };
    const jd_route *r = &p->routes[route];
    if (r->lead.county && resolve(p, &r->lead, county) == JD_NO_DEPT) return false;
    return jd_sieve_whole(p->routes_sieve, route) || !r->when || jd_cond_eval(r->when, env, &w) == JD_YES;
}

static void fill_assist(const jd_policy *p, const jd_route *r, uint32_t county, jd_str accused, jd_assignment *out)
{
    for (int i = 0; i < r->assist_n && out->assist_n < JD_ASSIST_MAX; i++) {
        uint16_t dept = resolve(p, &r->assist[i], county);
        if (dept != JD_NO_DEPT && dept != out->lead && !jd_u16s_have(accused, dept))
            out->assist[out->assist_n++] = dept;
    }
}

/* The discipline body stands in for an accused department; where it is accused too, or there is none,
 * nobody gets the report until a person decides. */
static uint16_t without_conflict(const jd_policy *p, uint16_t lead, jd_str accused, bool *diverted)
{
    if (!jd_u16s_have(accused, lead)) return lead;
    *diverted = true;
    bool free = p->discipline != JD_NO_DEPT && !jd_u16s_have(accused, p->discipline);
    return free ? p->discipline : JD_NO_DEPT;
}

void jd_assign(const jd_policy *p, const jd_env *env, uint32_t county, jd_str accused, jd_assignment *out)
{
    jd_bits may;
    *out = (jd_assignment){ .lead = JD_NO_DEPT };
    jd_sieve_ask(p->routes_sieve, env, &may);
    for (int i = jd_bits_next(&may, p->routes_n, 0); i < p->routes_n; i = jd_bits_next(&may, p->routes_n, i + 1)) {
        const jd_route *r = &p->routes[i];
        if (!matches(p, i, env, county)) continue;
        out->route = i;
        out->lead = without_conflict(p, resolve(p, &r->lead, county), accused, &out->diverted);
        /* what is diverted is nobody else's business */
        if (!out->diverted) fill_assist(p, r, county, accused, out);
        return;
    }
}
