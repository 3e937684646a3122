/* The walk over a stranger's bytes before msgpack-c may allocate by what they declare. */
#include "proto/decode.h"

typedef struct walk {
    const uint8_t *p, *end;
    int items;
    const char *wrong;
} walk;

static uint64_t big(walk *w, int bytes)
{
    uint64_t v = 0;
    if (w->end - w->p < bytes) {
        w->wrong = "cut short";
        return 0;
    }
    for (int i = 0; i < bytes; i++) v = v << 8 | *w->p++;
    return v;
}

static void skip(walk *w, uint64_t n)
{
    if ((uint64_t)(w->end - w->p) < n)
        w->wrong = "cut short";
    else
        w->p += n;
}

static void value(walk *w, int depth);

static void items(walk *w, uint64_t n, int depth)
{
    if (depth >= JD_DEPTH_MAX) w->wrong = "nested too deeply";
    /* each item takes a byte at least, so a count beyond the bytes is a lie */
    if (n > (uint64_t)(w->end - w->p) || n > JD_ITEMS_MAX) w->wrong = "too many items";
    for (uint64_t i = 0; i < n && !w->wrong; i++) value(w, depth + 1);
}

static void map(walk *w, uint64_t pairs, int depth)
{
    items(w, pairs > JD_ITEMS_MAX ? UINT64_MAX : pairs * 2, depth);
}

/* Tags 0xc0 to 0xdf: the number of bytes of length or value behind them. */
static void tagged(walk *w, uint8_t tag, int depth)
{
    static const int8_t fixed[] = { [0x0a] = 4, [0x0b] = 8, [0x0c] = 1, [0x0d] = 2, [0x0e] = 4,
                                    [0x0f] = 8, [0x10] = 1, [0x11] = 2, [0x12] = 4, [0x13] = 8 };
    switch (tag) {
    case 0xc0:
    case 0xc2:
    case 0xc3: break;
    case 0xc4:
    case 0xd9: skip(w, big(w, 1)); break;
    case 0xc5:
    case 0xda: skip(w, big(w, 2)); break;
    case 0xc6:
    case 0xdb: skip(w, big(w, 4)); break;
    case 0xdc: items(w, big(w, 2), depth); break;
    case 0xdd: items(w, big(w, 4), depth); break;
    case 0xde: map(w, big(w, 2), depth); break;
    case 0xdf: map(w, big(w, 4), depth); break;
    case 0xca:
    case 0xcb:
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3: skip(w, (uint64_t)fixed[tag - 0xc0]); break;
    default: w->wrong = "a type that is not used here (extension or reserved)";
    }
}

static void value(walk *w, int depth)
{
    if (++w->items > JD_ITEMS_MAX) {
        w->wrong = "too many items";
        return;
    }
    uint8_t tag = (uint8_t)big(w, 1);
    if (w->wrong) return;
    if (tag < 0x80 || tag >= 0xe0) return;
    if (tag < 0x90)
        map(w, tag & 15, depth);
    else if (tag < 0xa0)
        items(w, tag & 15, depth);
    else if (tag < 0xc0)
        skip(w, tag & 31);
    else
        tagged(w, tag, depth);
}

const char *jd_prescan(jd_str bytes)
{
    walk w = { .p = (const uint8_t *)bytes.p, .end = (const uint8_t *)bytes.p + bytes.n };
    value(&w, 0);
    if (!w.wrong && w.p != w.end) w.wrong = "bytes behind the end";
    return w.wrong;
}
