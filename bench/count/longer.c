#include "bench/count/longer.h"

/* Facts are as many as a policy may have. */
enum { RULES = 620, FACTS = 56, REQUIREMENTS = 117, ROUTES = 72 };

#define WORDS "它只是使文件更长，别无他用，谁也不引用它。"

static void add_rule(jd_buf *b, const char *rule, int i)
{
    (void)rule;
    jd_buf_printf(b,
                  "  - { id: B-%d, article: 第%d条, how: R, text: 没有规定任何事项的一条。" WORDS WORDS WORDS WORDS
                      WORDS WORDS WORDS WORDS " }\n",
                  i, i);
}

static void add_fact(jd_buf *b, const char *rule, int i)
{
    jd_buf_printf(b, "  - { code: made_up_%d, rule: %s, label: 某项情况 }\n", i, rule);
}

/* What a form meets and what no fact says, as in the policy itself. */
static void add_requirement(jd_buf *b, const char *rule, int i)
{
    static const char *const tests[] = { "require: { field: health, in: [\"6\", \"3\", \"2\", \"1\"] }",
                                         "require: { field: attests_stance, is: true }",
                                         "require: { field: expertise, in: [nursing, it, policy, medicine] }" };
    if (i % 2)
        jd_buf_printf(b, "  - { rule: %s, exclude: { fact: made_up_%d, is: true } }\n", rule, i / 2 % FACTS);
    else
        jd_buf_printf(b, "  - { rule: %s, %s }\n", rule, tests[i / 2 % 3]);
}

/* For everything a report may be about, somewhere else. */
static void add_route(jd_buf *b, const char *rule, int i)
{
    jd_buf_printf(b,
                  "    - { id: B-R%d, rule: %s, lead: fund, when: { all: [ { field: target, in: [institution] },"
                  " { field: category, in: [LC.B1] }, { field: county_or_institution, in: [%d, %d, %d, %d] } ] } }\n",
                  i, rule, 990001 + 4 * i, 990002 + 4 * i, 990003 + 4 * i, 990004 + 4 * i);
}

static const struct section {
    const char *heading;
    int n;
    void (*add)(jd_buf *b, const char *rule, int i);
} sections[] = {
    { "rules:", RULES, add_rule },
    { "facts:", FACTS, add_fact },
    { "eligibility:", REQUIREMENTS, add_requirement },
    { "  routes:", ROUTES, add_route },
};

void jd_longer(jd_str policy, const char *rule, jd_buf *out)
{
    const char *p = policy.p, *end = policy.p + policy.n;
    while (p < end) {
        const char *eol = memchr(p, '\n', (size_t)(end - p));
        jd_str line = { p, (uint32_t)((eol ? eol : end) - p) };
        jd_buf_str(out, line);
        jd_buf_z(out, "\n");
        for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
            for (int k = 0; jd_str_is(line, sections[i].heading) && k < sections[i].n; k++)
                sections[i].add(out, rule, k);
        p = eol ? eol + 1 : end;
    }
}
