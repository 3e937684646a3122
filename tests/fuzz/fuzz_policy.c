/* A policy file: refused with diagnostics, or whole. */
#include "tests/fuzz/fuzz.h"
#include "workers/policy/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    jd_buf said = { 0 };
    if (n > 1 << 20) return 0;
    /* what is behind a NUL is the policy it extends */
    const uint8_t *nul = n ? memchr(data, 0, n) : NULL;
    uint32_t own = nul ? (uint32_t)(nul - data) : (uint32_t)n;
    const jd_policy_text t = { .file = "p",
                               .parent_file = "q",
                               .text = { (const char *)data, own },
                               .parent = { (const char *)data + own + (nul != NULL),
                                           (uint32_t)n - own - (nul != NULL) } };
    jd_policy *p = jd_policy_load(&t, &said);
    PROMISE((p == NULL) == (said.n > 0));
    if (p) {
        PROMISE(p->authority < p->depts_n && p->manager < p->depts_n);
        PROMISE(p->term_months > 0 && p->routes_n > 0);
    }
    jd_policy_free(p);
    jd_buf_free(&said);
    return 0;
}
