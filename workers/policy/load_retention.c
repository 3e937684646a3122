/* How long what is held about a person, or reported, is kept when it has ended. */
#include "workers/policy/loader.h"

static void load_one(jd_loader *l, jd_ynode *n, bool person, jd_retention *out)
{
    out->months = (int)jd_y_int(n, "months", 0, 1, 1200, &l->d);
    out->rule = jd_load_rule(l, n, "rule", true);
    out->basis = jd_y_need_text(n, "basis", &l->d);
    if (person) out->consent = jd_y_bool(n, "consent", false, &l->d);
    if (out->months == 0) jd_diag_at(&l->d, n->line, "'months' is missing: how long it is kept");
    if (!jd_str_is(out->basis, "text") && !jd_str_is(out->basis, "reference") && !jd_str_is(out->basis, "local"))
        jd_diag_at(&l->d, n->line, "'basis' must be text, reference or local, not '%.*s'", JD_FMT(out->basis));
}

void jd_load_retention(jd_loader *l, jd_ynode *n)
{
    static const char *const names[JD_KEEP_COUNT] = { "application", "supervisor", "report" };
    for (int i = 0; i < JD_KEEP_COUNT; i++) {
        jd_ynode *one = jd_y_sub(n, names[i], JD_Y_MAP, &l->d);
        if (one) load_one(l, one, i != JD_KEEP_REPORT, &l->p->retention[i]);
    }
}
