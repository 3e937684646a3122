/* An office recommends somebody (LC-5.7, WH-5.5). Which office may recommend whom is the policy's
 * list of pairs; where the text ends it with 等, the bureau adds pairs there. */
#include "workers/handlers/handlers.h"

static int nominated_channel(const jd_policy *p)
{
    for (int i = 0; i < p->channels_n; i++)
        if (p->channels[i].nominated) return i;
    return -1;
}

static const jd_pair *find_pair(const jd_policy *p, jd_str recommender, jd_str nominee)
{
    for (int i = 0; i < p->pairs_n; i++)
        if (jd_str_eq(p->pairs[i].recommender, recommender) && jd_str_eq(p->pairs[i].nominee, nominee))
            return &p->pairs[i];
    return NULL;
}

static void check_pair(jd_ctx *c, const jd_channel *channel, const struct jd_nomination_submit *m)
{
    const jd_policy *p = c->policy;
    const jd_pair *pair = find_pair(p, m->recommender, m->nominee_kind);
    if (jd_items_find(&p->recommenders, m->recommender) < 0)
        jd_refuse(c, JD_CODE_PAIR_NOT_ALLOWED, channel->item.rule, "recommender",
                  "'%.*s' is not among the policy's recommenders", JD_FMT(m->recommender));
    else if (jd_items_find(&p->nominees, m->nominee_kind) < 0)
        jd_refuse(c, JD_CODE_PAIR_NOT_ALLOWED, channel->item.rule, "nominee_kind",
                  "'%.*s' is not among the policy's nominees", JD_FMT(m->nominee_kind));
    else if (!pair)
        jd_refuse(c, JD_CODE_PAIR_NOT_ALLOWED, p->pairs_n ? p->pairs[0].rule : channel->item.rule, "nominee_kind",
                  "a pair of the policy%s, not %.*s and %.*s",
                  channel->open_ended ? " (the text ends with 等: the bureau may add pairs)" : "",
                  JD_FMT(m->recommender), JD_FMT(m->nominee_kind));
    else
        jd_reason_add(c, (jd_reason){ .rule = pair->rule, .on = JD_ON_NOTHING });
}

void jd_on_nomination_submit(jd_ctx *c, const void *msg)
{
    const struct jd_nomination_submit *m = msg;
    const jd_layout *own = &jd_message_get(JD_MSG_nomination_submit)->layout;
    const jd_layout *form_layout = &jd_message_get(JD_MSG_application_submit)->layout;
    int channel = nominated_channel(c->policy);
    if (channel < 0) {
        jd_refuse(c, JD_CODE_CHANNEL_NOT_OFFERED, JD_NO_RULE, NULL, "an application: %.*s has no such channel",
                  JD_FMT(c->policy->name));
        return;
    }
    check_pair(c, &c->policy->channels[channel], m);
    if (jd_refused(c)) return;
    jd_form *form = jd_alloc(&c->g->arena, sizeof *form);
    jd_layout_clear(form_layout, form);
    jd_layout_overlay(own, m, form_layout, form);
    jd_receive_application(c, form, channel, 0, jd_items_find(&c->policy->recommenders, m->recommender),
                           jd_items_find(&c->policy->nominees, m->nominee_kind));
}
