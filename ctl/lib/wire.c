#include "ctl/lib/wire.h"

enum { DEPTH_MAX = 16 };

/* Tags 0xc0 to 0xdf: what they begin, and how many bytes of value or length follow. */
static const struct {
    uint8_t kind, bytes;
} tags[32] = {
    [0x00] = { JD_W_NIL, 0 },  [0x02] = { JD_W_BOOL, 0 }, [0x03] = { JD_W_BOOL, 0 },  [0x04] = { JD_W_BIN, 1 },
    [0x05] = { JD_W_BIN, 2 },  [0x06] = { JD_W_BIN, 4 },  [0x0a] = { JD_W_FLOAT, 4 }, [0x0b] = { JD_W_FLOAT, 8 },
    [0x0c] = { JD_W_UINT, 1 }, [0x0d] = { JD_W_UINT, 2 }, [0x0e] = { JD_W_UINT, 4 },  [0x0f] = { JD_W_UINT, 8 },
    [0x10] = { JD_W_INT, 1 },  [0x11] = { JD_W_INT, 2 },  [0x12] = { JD_W_INT, 4 },   [0x13] = { JD_W_INT, 8 },
    [0x19] = { JD_W_STR, 1 },  [0x1a] = { JD_W_STR, 2 },  [0x1b] = { JD_W_STR, 4 },   [0x1c] = { JD_W_LIST, 2 },
    [0x1d] = { JD_W_LIST, 4 }, [0x1e] = { JD_W_MAP, 2 },  [0x1f] = { JD_W_MAP, 4 },
};

static uint64_t big(jd_cur *c, size_t n)
{
    uint64_t v = 0;
    jd_str s = jd_cur_bytes(c, n);
    for (uint32_t i = 0; i < s.n; i++) v = v << 8 | (uint8_t)s.p[i];
    return v;
}

/* An item takes a byte at least and a pair two, so a count beyond the bytes is a lie. */
static void counted(jd_cur *c, jd_wvalue *v, uint64_t n)
{
    uint64_t room = (uint64_t)(c->end - c->p);
    if (n > (v->kind == JD_W_MAP ? room / 2 : room)) c->failed = true;
    v->n = (uint32_t)n;
}

static void unsigned_value(jd_wvalue *v, uint64_t n)
{
    v->kind = n > INT64_MAX ? JD_W_UINT : JD_W_INT;
    v->u = n;
    v->i = (int64_t)n;
}

static void signed_value(jd_wvalue *v, uint64_t n, int bytes)
{
    uint64_t sign = (uint64_t)1 << (bytes * 8 - 1);
    v->i = (int64_t)((n ^ sign) - sign);
}

static void float_value(jd_wvalue *v, uint64_t n, int bytes)
{
    float single;
    uint32_t half = (uint32_t)n;
    memcpy(&single, &half, sizeof single);
    memcpy(&v->f, &n, sizeof v->f);
    if (bytes == 4) v->f = single;
}

static void tagged(jd_cur *c, uint8_t tag, jd_wvalue *v)
{
    int bytes = tags[tag & 31].bytes;
    uint64_t n = big(c, (size_t)bytes);
    v->kind = tags[tag & 31].kind;
    switch (v->kind) {
    case JD_W_BAD: c->failed = true; break; /* extension or reserved */
    case JD_W_BOOL: v->yes = tag == 0xc3; break;
    case JD_W_FLOAT: float_value(v, n, bytes); break;
    case JD_W_UINT: unsigned_value(v, n); break;
    case JD_W_INT: signed_value(v, n, bytes); break;
    case JD_W_STR:
    case JD_W_BIN: v->s = jd_cur_bytes(c, n); break;
    case JD_W_LIST:
    case JD_W_MAP: counted(c, v, n); break;
    case JD_W_NIL: break;
    }
}

bool jd_wire_next(jd_cur *c, jd_wvalue *v)
{
    uint8_t tag = jd_cur_u8(c);
    *v = (jd_wvalue){ .kind = JD_W_INT };
    if (tag < 0x80 || tag >= 0xe0) {
        v->i = (int8_t)tag;
    } else if (tag < 0xa0) {
        v->kind = tag < 0x90 ? JD_W_MAP : JD_W_LIST;
        counted(c, v, tag & 15);
    } else if (tag < 0xc0) {
        v->kind = JD_W_STR;
        v->s = jd_cur_bytes(c, tag & 31);
    } else {
        tagged(c, tag, v);
    }
    if (c->failed) v->kind = JD_W_BAD;
    return !c->failed;
}

static void skip(jd_cur *c, int depth)
{
    jd_wvalue v;
    if (!jd_wire_next(c, &v)) return;
    uint64_t items = v.kind == JD_W_MAP ? (uint64_t)v.n * 2 : v.n;
    if (items && depth == DEPTH_MAX) c->failed = true;
    for (; items && !c->failed; items--) skip(c, depth + 1);
}

void jd_wire_skip(jd_cur *c)
{
    skip(c, 0);
}

bool jd_wire_is_map(jd_str bytes)
{
    jd_cur c = jd_cur_of(bytes.p, bytes.n), heading = c;
    jd_wvalue v;
    jd_wire_skip(&c);
    return jd_cur_done(&c) && jd_wire_next(&heading, &v) && v.kind == JD_W_MAP;
}

void jd_wire_pick(jd_str map, const char *const *keys, size_t n, jd_wvalue *out)
{
    jd_cur c = jd_cur_of(map.p, map.n);
    jd_wvalue heading, key, v;
    for (size_t k = 0; k < n; k++) out[k] = (jd_wvalue){ .kind = JD_W_BAD };
    if (!jd_wire_next(&c, &heading)) return;
    for (uint32_t i = 0; i < heading.n && jd_wire_next(&c, &key); i++) {
        jd_cur whole = c;
        if (key.n) return; /* a list or map as a key: not ours, and out of step from here on */
        jd_wire_next(&c, &v);
        jd_cur behind = whole;
        jd_wire_skip(&behind);
        if (v.kind >= JD_W_LIST) v.s = (jd_str){ whole.p, (uint32_t)(behind.p - whole.p) };
        c = behind;
        for (size_t k = 0; k < n; k++)
            if (key.kind == JD_W_STR && jd_str_is(key.s, keys[k])) out[k] = v;
    }
}
