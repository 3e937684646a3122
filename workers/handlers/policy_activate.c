/* A policy comes into force (LC-17.1, WH-13.1). Cases keep the one they began under. */
#include "workers/handlers/handlers.h"

void jd_on_policy_activate(jd_ctx *c, const void *msg)
{
    const struct jd_policy_activate *m = msg;
    uint16_t number = (uint16_t)(c->g->tally.policy + 1);
    jd_buf diagnostics = { 0 };
    uint8_t *seq = jd_alloc(&c->g->arena, 8);
    jd_policy *p =
        number > JD_POLICIES_MAX ? NULL : jd_policy_load("policy", m->policy, "calendar", m->calendar, &diagnostics);
    jd_buf_free(&diagnostics);
    if (!p) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    p->number = number;
    jd_policy_free(c->g->policies[number - 1]); /* of a batch that was rolled back */
    c->g->policies[number - 1] = p;
    c->g->tally.policy = c->out->policy = number;
    jd_be64(seq, c->g->tally.seq + 1);
    jd_put_bytes(c, JD_DB_POLICIES, jd_key_seq(number), (jd_str){ (const char *)seq, 8 });
    jd_tell(c, JD_EV_policy_activated)->due = p->effective_from;
    jd_owe_periods(c, p, c->today);
}
