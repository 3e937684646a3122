/* The rules alone: one form screened and one report routed, again and again, under a policy as it is shipped or one ten
 * times as long. Nothing is stored. */
#include "bench/count/rules.h"

#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "bench/count/longer.h"
#include "bench/messages.h"
#include "proto/decode.h"
#include "workers/rules/assignment.h"
#include "workers/rules/eligibility.h"

typedef struct bench_rules {
    jd_arena arena;
    jd_policy *policy;
    jd_env form, report;
    jd_tri facts[JD_FACTS_MAX];
} bench_rules;

static jd_policy *load(jd_arena *a, const char *dir, bool longer)
{
    char file[512];
    jd_policy_text text;
    jd_buf wrong = { 0 }, more = { 0 };
    snprintf(file, sizeof file, "%s/530900.yaml", dir);
    if (!jd_policy_read(a, file, &text, &wrong)) jd_die(JD_EX_CONFIG, "%.*s", JD_FMT(jd_buf_view(&wrong)));
    uint32_t n = text.text.n;
    if (longer) jd_longer(text.text, "LC-4.4", &more);
    if (longer) text.text = jd_buf_view(&more);
    jd_policy *p = jd_policy_load(&text, &wrong);
    if (!p) jd_die(JD_EX_CONFIG, "%.*s", JD_FMT(jd_buf_view(&wrong)));
    printf("policy %.1f times as long: %d requirements, %d facts, %d routes\n", (double)text.text.n / n,
           p->requirements_n, p->facts_n, p->routes_n);
    jd_buf_free(&more);
    return p;
}

static jd_env env_of(jd_arena *a, jd_msg type, const jd_buf *body)
{
    const jd_layout *l = &jd_message_get(type)->layout;
    jd_problems wrong = { 0 };
    void *msg = jd_alloc(a, l->size);
    if (!jd_decode(l, jd_buf_view(body), a, msg, &wrong)) jd_die(JD_EX_SOFTWARE, "%s", wrong.v[0].field);
    jd_env e = { .layout = l, .msg = msg };
    for (int i = 0; i < JD_D_COUNT; i++) e.derived[i] = JD_NO_INT;
    return e;
}

static void prepare(bench_rules *r, const char *policies, bool longer)
{
    static jd_buf form, report; /* what was decoded points into them */
    r->policy = load(&r->arena, policies, longer);
    jd_bench_form(&form);
    jd_bench_report(&report, "S-530900-00000001");
    r->form = env_of(&r->arena, JD_MSG_application_submit, &form);
    r->form.derived[JD_D_age] = 36;
    r->form.words[JD_D_channel] = r->policy->channels[0].item.code;
    r->form.facts = r->facts;
    for (int i = 0; i < JD_FACTS_MAX; i++) r->facts[i] = JD_NO;
    r->report = env_of(&r->arena, JD_MSG_report_submit, &report);
    r->report.words[JD_D_county_or_institution] = JD_STR("530902");
}

static void decide(const bench_rules *r)
{
    jd_screening s;
    jd_assignment a;
    jd_screen(r->policy, &r->form, 0, &s);
    jd_assign(r->policy, &r->report, 530902, (jd_str){ "", 0 }, &a);
    if (s.verdict != JD_VERDICT_ELIGIBLE || !jd_str_is(r->policy->routes[a.route].id, "LC-R3"))
        jd_die(JD_EX_SOFTWARE, "decided otherwise: verdict %d, route %.*s", (int)s.verdict,
               JD_FMT(r->policy->routes[a.route].id));
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void jd_run_rules(const char *policies, long n, bool longer)
{
    static bench_rules r;
    prepare(&r, policies, longer);
    double start = seconds();
    for (long i = 0; i < n; i++) decide(&r);
    printf("eligibility and routing %.2f us a message\n", (seconds() - start) * 1e6 / (double)n);
    jd_policy_free(r.policy);
    jd_arena_free(&r.arena);
}
