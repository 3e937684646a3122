/* A citizen applies in the open channel (LC-5.1, LC-5.5, WH-5.1, WH-5.3). */
#include "workers/handlers/handlers.h"

static int open_channel(const jd_policy *p)
{
    for (int i = 0; i < p->channels_n; i++)
        if (!p->channels[i].nominated) return i;
    return -1;
}

void jd_on_application_submit(jd_ctx *c, const void *msg)
{
    const struct jd_application_submit *m = msg;
    int channel = open_channel(c->policy);
    uint64_t round;
    if (channel < 0) {
        jd_refuse(c, JD_CODE_CHANNEL_NOT_OFFERED, JD_NO_RULE, NULL, "a nomination: %.*s has no open channel",
                  JD_FMT(c->policy->name));
        return;
    }
    if (jd_join_round(c, m->round, &round)) jd_receive_application(c, m, channel, round, -1, -1);
}
