/* Frames between daemon and worker: no length leads outside of its frame. */
#include "proto/link.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    jd_link_kind kind;
    jd_cur c;
    jd_link_msg m;
    const char *p = (const char *)data, *end = p + n;
    for (int64_t used; (used = jd_link_frame(p, (size_t)(end - p), &kind, &c)) > 0; p += used) {
        PROMISE(used <= end - p && c.end <= end);
        jd_cur_u64(&c);
        while (jd_link_take(&c, &m)) PROMISE(m.body.p + m.body.n <= end && m.why.p + m.why.n <= end);
    }
    return 0;
}
