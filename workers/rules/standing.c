#include "workers/rules/standing.h"

static jd_tri yes_if(bool v)
{
    return v ? JD_YES : JD_NO;
}

jd_tri jd_ground_shows(const jd_ground_rule *g, const jd_standing *s)
{
    jd_witness w = { 0 };
    jd_env env = { .layout = &jd_message_get(JD_MSG_application_submit)->layout, .facts = s->facts };
    for (int i = 0; i < JD_D_COUNT; i++) env.derived[i] = JD_NO_INT;
    if (g->when) return jd_cond_eval(g->when, &env, &w) == JD_YES ? JD_YES : JD_NO;
    if (g->breach == JD_BREACH_ANY) return yes_if(s->breaches > 0);
    if (g->breach == JD_BREACH_SERIOUS) return yes_if(s->serious > 0);
    return g->request ? yes_if(s->asked) : JD_UNKNOWN;
}
