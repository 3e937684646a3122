/* Which policy is in force, and from which day on (LC-17.1, WH-13.1). Cases keep the one they began under. */
#include "workers/handlers/handlers.h"

#include <sodium.h>
#include <stdio.h>

/* The whole text, under the next number. NULL after refusing. */
static jd_policy *take_up(jd_ctx *c, jd_str text, jd_str parent)
{
    jd_buf wrong = { 0 };
    bool room = c->g->tally.policies < JD_POLICIES_MAX;
    const jd_policy_text t = { .file = "policy", .parent_file = "extended policy", .text = text, .parent = parent };
    jd_policy *p = room && text.p ? jd_policy_load(&t, &wrong) : NULL;
    jd_str first = { wrong.p, wrong.n ? (uint32_t)strcspn(wrong.p, "\n") : 0 };
    if (!p)
        jd_refuse(c, JD_CODE_POLICY_UNUSABLE, JD_NO_RULE, "policy", "%.*s",
                  JD_FMT(first.n ? first : JD_STR("a policy file that can be read")));
    jd_buf_free(&wrong);
    return p;
}

static void keep(jd_ctx *c, jd_policy *p)
{
    uint8_t *seq = jd_alloc(&c->g->arena, 8);
    p->number = ++c->g->tally.policies;
    jd_policy_free(c->g->policies[p->number - 1]); /* of a batch that was rolled back */
    c->g->policies[p->number - 1] = p;
    jd_be64(seq, c->g->tally.seq + 1);
    jd_put_bytes(c, JD_DB_POLICIES, jd_key_seq(p->number), (jd_str){ (const char *)seq, 8 });
}

static void say(jd_ctx *c, const jd_policy *p, jd_event_id event)
{
    c->out->policy = p->number;
    jd_reason_add(c, (jd_reason){ .rule = p->validity_rule, .on = JD_ON_NOTHING });
    jd_tell(c, event)->due = p->effective_from;
}

/* In force at once where its day has come; else it waits. The first there is does not wait: something must
 * say why nothing may begin yet. */
static void settle(jd_ctx *c, const jd_policy *p)
{
    jd_tally *t = &c->g->tally;
    bool now = t->policy == 0 || c->today >= p->effective_from;
    t->pending = now ? 0 : p->number;
    if (now) t->policy = p->number;
    c->g->due_hint = JD_NO_TIME;
    say(c, p, now ? JD_EV_policy_activated : JD_EV_policy_pending);
    if (now) jd_owe_periods(c, p, c->today > p->effective_from ? c->today : p->effective_from);
}

static bool same(const jd_policy *a, const jd_policy *b)
{
    return a && memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

static const jd_policy *pending(const jd_ctx *c)
{
    return c->g->tally.pending ? jd_engine_policy(c->g, c->g->tally.pending) : NULL;
}

/* The one in force lies in the folder again: the one that waited does not come. */
static void withdraw(jd_ctx *c, const jd_policy *waits)
{
    c->g->tally.pending = 0;
    c->g->due_hint = JD_NO_TIME;
    say(c, waits, JD_EV_policy_withdrawn);
}

static void settle_or_withdraw(jd_ctx *c, jd_policy *p)
{
    const jd_policy *waits = pending(c);
    if (waits && same(c->policy, p)) {
        jd_policy_free(p);
        withdraw(c, waits);
        return;
    }
    keep(c, p);
    settle(c, p);
}

void jd_on_policy_load(jd_ctx *c, const void *msg)
{
    const struct jd_policy_load *m = msg;
    jd_policy *p = take_up(c, m->text, m->parent);
    if (p) settle_or_withdraw(c, p);
}

void jd_on_policy_commence(jd_ctx *c, const void *msg)
{
    const jd_policy *p = pending(c);
    (void)msg;
    if (!p) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    settle(c, p);
}

static bool is_called(const jd_policy *p, jd_str name)
{
    char hex[2 * sizeof p->hash + 1];
    sodium_bin2hex(hex, sizeof hex, p->hash, sizeof p->hash);
    return jd_str_eq(p->name, name) || jd_str_is(name, hex);
}

static void check_wanted(jd_ctx *c, const struct jd_policy_activate *m, const jd_policy *p)
{
    bool current = pending(c) ? same(pending(c), p) : same(c->policy, p);
    if (!is_called(p, m->policy))
        jd_refuse(c, JD_CODE_NOT_THAT_POLICY, p->validity_rule, "policy", "%.*s", JD_FMT(p->name));
    else if (p->division != c->g->division)
        jd_refuse(c, JD_CODE_NOT_OWN_DIVISION, JD_NO_RULE, "policy", "a policy of division %06u", c->g->division);
    else if (current)
        jd_refuse(c, JD_CODE_ALREADY_IN_FORCE, JD_NO_RULE, "policy", "another than %.*s", JD_FMT(p->name));
}

void jd_on_policy_activate(jd_ctx *c, const void *msg)
{
    const struct jd_policy_activate *m = msg;
    uint16_t by = jd_dept_of(c, c->policy, "by", m->by);
    if (by != JD_NO_DEPT && by != c->policy->authority)
        jd_refuse(c, JD_CODE_NOT_AUTHORITY, c->policy->appoint_rule, "by", "%.*s",
                  JD_FMT(c->policy->depts[c->policy->authority].item.code));
    jd_policy *p = jd_refused(c) ? NULL : take_up(c, m->text, m->parent);
    if (!p) return;
    check_wanted(c, m, p);
    if (jd_refused(c))
        jd_policy_free(p);
    else
        settle_or_withdraw(c, p);
}
