/* Writing msgpack into a jd_buf. */
#ifndef JD_PROTO_PACK_H
#define JD_PROTO_PACK_H

#include "base/civil.h"

void jd_pack_map(jd_buf *b, size_t pairs);
void jd_pack_list(jd_buf *b, size_t items);
void jd_pack_long_str(jd_buf *b, jd_str s);
void jd_pack_bin(jd_buf *b, jd_str s);
void jd_pack_long_int(jd_buf *b, int64_t v);
void jd_pack_long_uint(jd_buf *b, uint64_t v);
void jd_pack_bool(jd_buf *b, bool v);
void jd_pack_double(jd_buf *b, double v);
void jd_pack_date(jd_buf *b, jd_day d); /* "2026-11-22" */
void jd_pack_time(jd_buf *b, jd_ms t);  /* RFC 3339, UTC */

/* Nearly every string is a key or a code: short, and a literal's length is known when it is compiled. */
static inline void jd_pack_str(jd_buf *b, jd_str s)
{
    enum { FIXSTR = 0xa0, FIXSTR_MAX = 31 };
    char *at = s.n <= FIXSTR_MAX ? jd_buf_room(b, s.n + (size_t)1) : NULL;
    if (!at) {
        jd_pack_long_str(b, s);
        return;
    }
    *at = (char)(FIXSTR | s.n);
    if (s.n) memcpy(at + 1, s.p, s.n);
}

static inline void jd_pack_z(jd_buf *b, const char *z)
{
    jd_pack_str(b, (jd_str){ z, (uint32_t)strlen(z) });
}

static inline void jd_pack_int(jd_buf *b, int64_t v)
{
    if (v >= 0 && v < 128)
        jd_buf_u8(b, (uint8_t)v);
    else
        jd_pack_long_int(b, v);
}

static inline void jd_pack_uint(jd_buf *b, uint64_t v)
{
    if (v < 128)
        jd_buf_u8(b, (uint8_t)v);
    else
        jd_pack_long_uint(b, v);
}

static inline void jd_pack_nil(jd_buf *b)
{
    jd_buf_u8(b, 0xc0);
}

/* key, value */
static inline void jd_pack_kz(jd_buf *b, const char *key, const char *z)
{
    jd_pack_z(b, key);
    jd_pack_z(b, z);
}

static inline void jd_pack_ks(jd_buf *b, const char *key, jd_str s)
{
    jd_pack_z(b, key);
    jd_pack_str(b, s);
}

static inline void jd_pack_ku(jd_buf *b, const char *key, uint64_t v)
{
    jd_pack_z(b, key);
    jd_pack_uint(b, v);
}

static inline void jd_pack_kb(jd_buf *b, const char *key, bool v)
{
    jd_pack_z(b, key);
    jd_pack_bool(b, v);
}

static inline void jd_pack_kd(jd_buf *b, const char *key, jd_day d)
{
    jd_pack_z(b, key);
    jd_pack_date(b, d);
}

static inline void jd_pack_kt(jd_buf *b, const char *key, jd_ms t)
{
    jd_pack_z(b, key);
    jd_pack_time(b, t);
}

/* A map whose number of pairs is known only at its end: open, count while writing, close. */
size_t jd_pack_open(jd_buf *b); /* where to close; at most 65,535 pairs */
void jd_pack_close_map(jd_buf *b, size_t at, size_t pairs);
void jd_pack_close_list(jd_buf *b, size_t at, size_t items);

#endif
