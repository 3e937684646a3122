/* A list of institutions as a CSV: read whole and in order, or with lines that are wrong. */
#include "tests/fuzz/fuzz.h"
#include "workers/policy/listing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    jd_arena a = { 0 };
    jd_item kind = { .code = JD_STR("medical") };
    jd_policy p = { .institutions = { .on = true, .pattern = JD_STR("any"), .kinds = { 1, &kind } } };
    jd_listing l;
    if (n <= 1 << 16 && jd_listing_read(&p, (jd_str){ (const char *)data, (uint32_t)n }, &a, &l)) {
        PROMISE(l.n > 0 && l.n <= JD_LISTING_MAX);
        for (int i = 0; i < l.n; i++) {
            PROMISE(l.v[i].code.n > 0 && l.v[i].name.n > 0 && jd_str_is(l.v[i].kind, "medical"));
            PROMISE(i == 0 || jd_str_cmp(l.v[i - 1].code, l.v[i].code) < 0);
        }
    } else if (n <= 1 << 16) {
        PROMISE(l.wrong_n > 0);
        for (int i = 0; i < l.wrong_n && i < JD_LISTING_WRONG_MAX; i++) PROMISE(l.wrong[i].line > 0 || n == 0);
    }
    jd_arena_free(&a);
    return 0;
}
