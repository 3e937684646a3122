#include "base/bytes.h"

#include <endian.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

jd_str jd_str_of(const char *z)
{
    return (jd_str){ z ? z : "", z ? (uint32_t)strlen(z) : 0 };
}

bool jd_str_eq(jd_str a, jd_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool jd_str_is(jd_str a, const char *z)
{
    return jd_str_eq(a, jd_str_of(z));
}

bool jd_str_starts(jd_str a, const char *prefix)
{
    size_t n = strlen(prefix);
    return a.n >= n && memcmp(a.p, prefix, n) == 0;
}

int jd_str_cmp(jd_str a, jd_str b)
{
    uint32_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c != 0) return c;
    return a.n < b.n ? -1 : a.n > b.n;
}

bool jd_str_to_u64(jd_str a, uint64_t *v)
{
    uint64_t sum = 0;
    if (a.n == 0 || a.n > 19) return false;
    for (uint32_t i = 0; i < a.n; i++) {
        if (a.p[i] < '0' || a.p[i] > '9') return false;
        sum = sum * 10 + (uint64_t)(a.p[i] - '0');
    }
    *v = sum;
    return true;
}

void jd_buf_free(jd_buf *b)
{
    free(b->p);
    *b = (jd_buf){ .cap_max = b->cap_max };
}

static bool grow(jd_buf *b, size_t need)
{
    size_t cap = b->cap ? b->cap : 256;
    while (cap < need) cap *= 2;
    if (b->cap_max && need > b->cap_max) return false;
    if (b->cap_max && cap > b->cap_max) cap = b->cap_max;
    char *p = realloc(b->p, cap);
    if (!p) return false;
    b->p = p;
    b->cap = cap;
    return true;
}

char *jd_buf_grow(jd_buf *b, size_t n)
{
    if (b->failed || !grow(b, b->n + n)) {
        b->failed = true;
        return NULL;
    }
    char *at = b->p + b->n;
    b->n += n;
    return at;
}

void jd_buf_printf(jd_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *at = n < 0 ? NULL : jd_buf_room(b, (size_t)n + 1);
    if (!at) return;
    va_start(ap, fmt);
    vsnprintf(at, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->n--; /* the terminator is room, not content */
}

void jd_buf_set_u32(jd_buf *b, size_t at, uint32_t v)
{
    v = htole32(v);
    if (!b->failed) memcpy(b->p + at, &v, sizeof v);
}

jd_str jd_buf_view(const jd_buf *b)
{
    return (jd_str){ b->p, (uint32_t)b->n };
}

jd_cur jd_cur_of(const void *p, size_t n)
{
    const char *at = p ? p : "";
    return (jd_cur){ .p = at, .end = at + n };
}

jd_str jd_cur_bytes(jd_cur *c, size_t n)
{
    if (c->failed || (size_t)(c->end - c->p) < n) {
        c->failed = true;
        return (jd_str){ "", 0 };
    }
    jd_str s = { c->p, (uint32_t)n };
    c->p += n;
    return s;
}

uint8_t jd_cur_u8(jd_cur *c)
{
    jd_str s = jd_cur_bytes(c, 1);
    return s.n ? (uint8_t)s.p[0] : 0;
}

uint16_t jd_cur_u16(jd_cur *c)
{
    uint16_t v = 0;
    jd_str s = jd_cur_bytes(c, sizeof v);
    if (s.n) memcpy(&v, s.p, sizeof v);
    return le16toh(v);
}

uint32_t jd_cur_u32(jd_cur *c)
{
    uint32_t v = 0;
    jd_str s = jd_cur_bytes(c, sizeof v);
    if (s.n) memcpy(&v, s.p, sizeof v);
    return le32toh(v);
}

uint64_t jd_cur_u64(jd_cur *c)
{
    uint64_t v = 0;
    jd_str s = jd_cur_bytes(c, sizeof v);
    if (s.n) memcpy(&v, s.p, sizeof v);
    return le64toh(v);
}

uint64_t jd_cur_varint(jd_cur *c)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        uint8_t byte = jd_cur_u8(c);
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) return v;
    }
    c->failed = true;
    return 0;
}

jd_str jd_cur_lstr(jd_cur *c)
{
    return jd_cur_bytes(c, jd_cur_u32(c));
}

bool jd_cur_done(const jd_cur *c)
{
    return !c->failed && c->p == c->end;
}

void jd_be16(uint8_t *p, uint16_t v)
{
    v = htobe16(v);
    memcpy(p, &v, sizeof v);
}

uint16_t jd_get_be16(const uint8_t *p)
{
    uint16_t v;
    memcpy(&v, p, sizeof v);
    return be16toh(v);
}
