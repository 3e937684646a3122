#include "proto/pack.h"

#include <msgpack/pack.h>

static int write_buf(void *data, const char *p, size_t n)
{
    jd_buf_add(data, p, n);
    return 0; /* the buffer remembers its failure */
}

#define PACKER(b) (&(msgpack_packer){ (b), write_buf })

void jd_pack_map(jd_buf *b, size_t pairs)
{
    msgpack_pack_map(PACKER(b), pairs);
}

void jd_pack_list(jd_buf *b, size_t items)
{
    msgpack_pack_array(PACKER(b), items);
}

void jd_pack_long_str(jd_buf *b, jd_str s)
{
    msgpack_pack_str(PACKER(b), s.n);
    jd_buf_str(b, s);
}

void jd_pack_bin(jd_buf *b, jd_str s)
{
    msgpack_pack_bin(PACKER(b), s.n);
    jd_buf_str(b, s);
}

void jd_pack_long_int(jd_buf *b, int64_t v)
{
    msgpack_pack_int64(PACKER(b), v);
}

void jd_pack_long_uint(jd_buf *b, uint64_t v)
{
    msgpack_pack_uint64(PACKER(b), v);
}

void jd_pack_bool(jd_buf *b, bool v)
{
    if (v)
        msgpack_pack_true(PACKER(b));
    else
        msgpack_pack_false(PACKER(b));
}

void jd_pack_double(jd_buf *b, double v)
{
    msgpack_pack_double(PACKER(b), v);
}

void jd_pack_date(jd_buf *b, jd_day d)
{
    char text[JD_DATE_LEN + 1];
    jd_format_date(d, text);
    jd_pack_z(b, text);
}

void jd_pack_time(jd_buf *b, jd_ms t)
{
    char text[JD_TIME_LEN + 1];
    jd_format_time(t, text);
    jd_pack_z(b, text);
}

/* The 16-bit forms (0xde, 0xdc) whatever the count: three bytes kept free. */
static void close_at(jd_buf *b, size_t at, uint8_t tag, size_t n)
{
    if (b->failed) return;
    b->p[at] = (char)tag;
    b->p[at + 1] = (char)(n >> 8);
    b->p[at + 2] = (char)n;
}

size_t jd_pack_open(jd_buf *b)
{
    size_t at = b->n;
    jd_buf_add(b, "\xc0\xc0\xc0", 3);
    return at;
}

void jd_pack_close_map(jd_buf *b, size_t at, size_t pairs)
{
    close_at(b, at, 0xde, pairs);
}

void jd_pack_close_list(jd_buf *b, size_t at, size_t items)
{
    close_at(b, at, 0xdc, items);
}
