/* A journal entry as a damaged disk might give it. */
#include "tests/fuzz/fuzz.h"
#include "workers/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    jd_arena a = { 0 };
    jd_entry e;
    if (n <= UINT32_MAX && jd_entry_parse((jd_str){ (const char *)data, (uint32_t)n }, 1, &a, &e)) {
        for (int i = 0; i < e.changes_n; i++)
            PROMISE(e.changes[i].event < JD_EV_COUNT && e.changes[i].entity < JD_E_COUNT);
        PROMISE(e.sealed.n <= n && e.sender.n <= n);
    }
    jd_arena_free(&a);
    return 0;
}
