/* Bytes that belong to somebody else, bytes we grow, and bytes we read with a bound.
 * Every reader and writer here is sticky: after the first failure each call is a no-op, so
 * callers write a sequence and look at the error once. */
#ifndef JD_BASE_BYTES_H
#define JD_BASE_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A borrowed run of bytes; never terminated, never owned. */
typedef struct jd_str {
    const char *p;
    uint32_t n;
} jd_str;

#define JD_STR(literal) ((jd_str){ (literal), sizeof(literal) - 1 })
#define JD_FMT(s)       (int)(s).n, (s).p /* for "%.*s" */

jd_str jd_str_of(const char *z);         /* NULL gives the empty string */
bool jd_str_eq(jd_str a, jd_str b);      /* bytewise */
bool jd_str_is(jd_str a, const char *z); /* against a C string */
bool jd_str_starts(jd_str a, const char *prefix);
int jd_str_cmp(jd_str a, jd_str b);        /* bytewise order, shorter first */
bool jd_str_to_u64(jd_str a, uint64_t *v); /* decimal digits only */

/* A growing buffer. `failed` is set when memory ran out or `cap_max` was passed. */
typedef struct jd_buf {
    char *p;
    size_t n, cap, cap_max; /* bytes; cap_max 0 is no bound */
    bool failed;
} jd_buf;

void jd_buf_free(jd_buf *b);
char *jd_buf_grow(jd_buf *b, size_t n); /* jd_buf_room, where there is not enough */
void jd_buf_set_u32(jd_buf *b, size_t at, uint32_t v);

/* n writable bytes at the end, NULL on failure */
static inline char *jd_buf_room(jd_buf *b, size_t n)
{
    if (b->failed || b->n + n > b->cap) return jd_buf_grow(b, n);
    char *at = b->p + b->n;
    b->n += n;
    return at;
}

static inline void jd_buf_add(jd_buf *b, const void *p, size_t n)
{
    char *at = n ? jd_buf_room(b, n) : NULL;
    if (at) memcpy(at, p, n);
}

static inline void jd_buf_str(jd_buf *b, jd_str s)
{
    jd_buf_add(b, s.p, s.n);
}

static inline void jd_buf_z(jd_buf *b, const char *z)
{
    jd_buf_add(b, z, strlen(z));
}

/* Integers are little-endian between our processes. */
static inline void jd_buf_u8(jd_buf *b, uint8_t v)
{
    jd_buf_add(b, &v, 1);
}

static inline void jd_buf_u16(jd_buf *b, uint16_t v)
{
    v = htole16(v);
    jd_buf_add(b, &v, sizeof v);
}

static inline void jd_buf_u32(jd_buf *b, uint32_t v)
{
    v = htole32(v);
    jd_buf_add(b, &v, sizeof v);
}

static inline void jd_buf_u64(jd_buf *b, uint64_t v)
{
    v = htole64(v);
    jd_buf_add(b, &v, sizeof v);
}

/* u32 length, then the bytes */
static inline void jd_buf_lstr(jd_buf *b, jd_str s)
{
    jd_buf_u32(b, s.n);
    jd_buf_str(b, s);
}

/* The same around what is written between the two; gives where it began. */
static inline size_t jd_buf_lstr_open(jd_buf *b)
{
    jd_buf_u32(b, 0);
    return b->n;
}

static inline void jd_buf_lstr_close(jd_buf *b, size_t at)
{
    jd_buf_set_u32(b, at - 4, (uint32_t)(b->n - at));
}

/* LEB128 */
static inline void jd_buf_varint(jd_buf *b, uint64_t v)
{
    for (; v >= 0x80; v >>= 7) jd_buf_u8(b, (uint8_t)(v | 0x80));
    jd_buf_u8(b, (uint8_t)v);
}

void jd_buf_printf(jd_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
jd_str jd_buf_view(const jd_buf *b);

/* A bounded reader. `failed` is set by the first read past the end. */
typedef struct jd_cur {
    const char *p, *end;
    bool failed;
} jd_cur;

jd_cur jd_cur_of(const void *p, size_t n);
uint8_t jd_cur_u8(jd_cur *c);
uint16_t jd_cur_u16(jd_cur *c);
uint32_t jd_cur_u32(jd_cur *c);
uint64_t jd_cur_u64(jd_cur *c);
uint64_t jd_cur_varint(jd_cur *c);
jd_str jd_cur_bytes(jd_cur *c, size_t n);
jd_str jd_cur_lstr(jd_cur *c);
bool jd_cur_done(const jd_cur *c); /* everything read and nothing failed */

/* Big-endian, for keys: byte order is numeric order. */
static inline uint64_t jd_get_be64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return be64toh(v);
}

static inline void jd_be64(uint8_t *p, uint64_t v)
{
    v = htobe64(v);
    memcpy(p, &v, sizeof v);
}

void jd_be16(uint8_t *p, uint16_t v);
uint16_t jd_get_be16(const uint8_t *p);

#endif
