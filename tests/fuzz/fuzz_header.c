/* A request's header: all that the network-facing process reads. */
#include "proto/decode.h"
#include "proto/receipt.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > JD_HEADER_MAX) return 0;
    jd_arena a = { 0 };
    jd_buf receipt = { 0 };
    jd_problems p = { 0 };
    jd_header h;
    if (jd_decode(&jd_header_layout, (jd_str){ (const char *)data, (uint32_t)n }, &a, &h, &p)) {
        PROMISE(h.v == 1 && h.id.n == 16 && h.division.n == 6);
    } else {
        jd_receipt_invalid(NULL, false, &p, &receipt);
        PROMISE(receipt.n < 16 * 1024);
        PROMISE(!jd_prescan(jd_buf_view(&receipt)));
    }
    jd_buf_free(&receipt);
    jd_arena_free(&a);
    return 0;
}
