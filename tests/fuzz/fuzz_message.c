/* The first byte picks the message, the rest is its body as a stranger sends it. What is accepted reads the
 * same from the store, and its canonical form is one. */
#include "proto/decode.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0 || n > JD_BODY_MAX) return 0;
    const jd_layout *l = &jd_message_get((jd_msg)(data[0] % JD_MSG_COUNT))->layout;
    jd_arena a = { 0 };
    jd_buf row = { 0 }, again = { 0 };
    jd_problems p = { 0 };
    void *msg = jd_alloc(&a, l->size), *back = jd_alloc(&a, l->size);
    if (jd_decode(l, (jd_str){ (const char *)data + 1, (uint32_t)n - 1 }, &a, msg, &p)) {
        jd_encode_row(l, msg, &row);
        PROMISE(jd_decode_row(l, jd_buf_view(&row), &a, back));
        jd_encode_row(l, back, &again);
        PROMISE(jd_str_eq(jd_buf_view(&row), jd_buf_view(&again)));
    } else {
        PROMISE(p.n > 0 && p.n <= JD_PROBLEMS_MAX);
    }
    jd_buf_free(&row);
    jd_buf_free(&again);
    jd_arena_free(&a);
    return 0;
}
