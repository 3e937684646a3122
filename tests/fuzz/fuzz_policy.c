/* A policy file: refused with diagnostics, or whole. */
#include "tests/fuzz/fuzz.h"
#include "workers/policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const jd_str calendar = { "2026-01-01,off,元旦\n", sizeof "2026-01-01,off,元旦\n" - 1 };
    jd_buf said = { 0 };
    if (n > 1 << 20) return 0;
    jd_policy *p = jd_policy_load("p", (jd_str){ (const char *)data, (uint32_t)n }, "c", calendar, &said);
    PROMISE((p == NULL) == (said.n > 0));
    if (p) {
        PROMISE(p->authority < p->depts_n && p->manager < p->depts_n);
        PROMISE(p->term_months > 0 && p->routes_n > 0);
    }
    jd_policy_free(p);
    jd_buf_free(&said);
    return 0;
}
