/* What jianductl makes of JSON, and of what comes back: an object comes back as it went, and bytes that can be shown
 * can be sent again. */
#include "ctl/ctl.h"
#include "tests/fuzz/fuzz.h"

static json_t *there_and_back(const json_t *v)
{
    jd_buf packed = { 0 };
    jd_json_pack(v, &packed);
    json_t *back = jd_json_unpack(jd_buf_view(&packed));
    jd_buf_free(&packed);
    return back;
}

static void from_text(const uint8_t *data, size_t n)
{
    json_t *v = json_loadb((const char *)data, n, 0, NULL);
    json_t *back = json_is_object(v) ? there_and_back(v) : NULL;
    PROMISE(!back || json_equal(v, back)); /* none: deeper than is sent */
    json_decref(back);
    json_decref(v);
}

static void from_bytes(const uint8_t *data, size_t n)
{
    json_t *v = jd_json_unpack((jd_str){ (const char *)data, (uint32_t)n });
    json_t *back = v ? there_and_back(v) : NULL;
    PROMISE(!back || json_equal(v, back));
    json_decref(back);
    json_decref(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 1 << 16) return 0;
    from_text(data, n);
    from_bytes(data, n);
    return 0;
}
