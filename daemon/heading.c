#include "daemon/heading.h"

#include "daemon/daemon.h"

enum { ID = 16 };

static jd_division *find_division(jd_daemon *d, jd_str code)
{
    uint64_t v;
    if (!jd_str_to_u64(code, &v)) return NULL;
    for (int i = 0; i < d->divisions_n; i++)
        if (jd_division_code(d->divisions[i]) == v) return d->divisions[i];
    return NULL;
}

/* 16 bytes in, 16 bytes out: 0xc4 is msgpack's short bin, and the id's value follows its key. No other value can have these
 * bytes in it, for they are no UTF-8. NULL where the id is not written so. */
static const char *binary_id(jd_str header)
{
    static const char key[] = "\xa2id\xc4\x10";
    const char *at = memmem(header.p, header.n, key, sizeof key - 1);
    return at ? at + sizeof key - 1 : NULL;
}

/* A header of another version says so before anything else is found wrong with it. */
static void name_version(jd_problems *p)
{
    for (int i = 0; i < p->n; i++)
        if (strcmp(p->v[i].field, "v") == 0 && p->v[i].code == JD_CODE_OUT_OF_BOUNDS) {
            p->v[0] = p->v[i];
            p->v[0].code = JD_CODE_UNSUPPORTED_VERSION;
            p->n = 1;
        }
}

static void look_up(jd_daemon *d, const jd_header *said, jd_heading *h, jd_problems *p)
{
    h->type = jd_message_find(said->type);
    h->division = find_division(d, said->division);
    h->at = said->at;
    h->reason = said->reason;
    if (h->type < 0)
        jd_problem_add(p, JD_CODE_UNKNOWN_TYPE, JD_STR("type"), "", "a message type; see jianductl schema");
    if (!h->division)
        jd_problem_add(p, JD_CODE_UNKNOWN_DIVISION, JD_STR("division"), "GB/T 2260", "a division served here");
    if (said->at != JD_NO_TIME && !d->config->simulated)
        jd_problem_add(p, JD_CODE_INCONSISTENT, JD_STR("at"), "", "none: the clock is not simulated");
}

static bool read_all(jd_daemon *d, jd_str bytes, jd_heading *h, jd_problems *p)
{
    jd_header said = { 0 };
    if (bytes.n > JD_HEADER_MAX) {
        jd_problem_add(p, JD_CODE_TOO_LARGE, JD_STR("header"), "", "at most %d bytes", JD_HEADER_MAX);
        return false;
    }
    h->id_binary = binary_id(bytes) != NULL;
    bool whole = jd_decode(&jd_header_layout, bytes, &d->arena, &said, p);
    h->id = (const uint8_t *)said.id.p;
    if (whole)
        look_up(d, &said, h, p);
    else
        name_version(p);
    return whole;
}

static bool is_alike(const jd_alike *a, jd_str bytes)
{
    size_t behind = a->id_at + ID;
    return a->n && bytes.n == a->n && memcmp(bytes.p, a->bytes, a->id_at) == 0 &&
           memcmp(bytes.p + behind, a->bytes + behind, a->n - behind) == 0;
}

static void remember(jd_alike *a, jd_str bytes, const jd_heading *h)
{
    const char *id = binary_id(bytes);
    if (!id || bytes.n > sizeof a->bytes || h->reason.p) return;
    memcpy(a->bytes, bytes.p, bytes.n);
    a->n = bytes.n;
    a->id_at = (size_t)(id - bytes.p);
    a->heading = *h;
}

bool jd_heading_read(jd_daemon *d, jd_str bytes, jd_heading *h, jd_problems *p)
{
    jd_alike *a = &d->alike;
    if (is_alike(a, bytes)) {
        *h = a->heading;
        h->id = (const uint8_t *)bytes.p + a->id_at;
        return true;
    }
    *h = (jd_heading){ .at = JD_NO_TIME };
    if (!read_all(d, bytes, h, p)) return false;
    if (!p->n) remember(a, bytes, h);
    return true;
}
