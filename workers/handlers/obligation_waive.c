/* What is owed is let go this time, by the authority and with a reason. */
#include "workers/handlers/handlers.h"

void jd_on_obligation_waive(jd_ctx *c, const void *msg)
{
    const struct jd_obligation_waive *m = msg;
    uint64_t number;
    jd_case_row *row = jd_load_case(c, "obligation", m->obligation, JD_E_obligation, &number);
    if (!row) return;
    const jd_policy *p = jd_policy_of(c, row);
    if (jd_by_authority(c, p, m->department)) jd_waive(c, number, row);
}
