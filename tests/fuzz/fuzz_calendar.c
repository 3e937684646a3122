/* A calendar file, and working days counted with it. */
#include "tests/fuzz/fuzz.h"
#include "workers/policy/calendar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    jd_arena a = { 0 };
    jd_calendar c = { 0 };
    jd_diag d = { .file = "c" };
    if (n <= 1 << 16 && jd_calendar_load(&a, (jd_str){ (const char *)data, (uint32_t)n }, &c, &d)) {
        PROMISE(c.first <= c.last);
        jd_day due = jd_add_workdays(&c, c.first, 5);
        PROMISE(due > c.first && jd_is_workday(&c, due));
    }
    jd_buf_free(&d.text);
    jd_arena_free(&a);
    return 0;
}
