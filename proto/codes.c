#include "proto/codes.h"

static const char *const statuses[JD_STATUS_COUNT] = {
    [JD_OK] = "ok",
    [JD_REFUSED] = "refused",
    [JD_INVALID] = "invalid",
    [JD_CONFLICT] = "conflict",
    [JD_FORBIDDEN] = "forbidden",
    [JD_BUSY] = "busy",
    [JD_ERROR] = "error",
};

static const struct {
    const char *text;
    jd_status status;
    const char *means;
} codes[JD_CODE_COUNT] = {
#define CODE(name, text, status, means) [JD_CODE_##name] = { text, JD_##status, means },
#include "proto/codes.def"
#undef CODE
};

const char *jd_status_text(jd_status s)
{
    return statuses[s];
}

jd_status jd_code_status(jd_code c)
{
    return codes[c].status;
}

const char *jd_code_text(jd_code c)
{
    return codes[c].text;
}

const char *jd_code_means(jd_code c)
{
    return codes[c].means;
}
