#include "proto/link.h"

void jd_link_begin(jd_buf *b, jd_link_kind kind)
{
    jd_buf_u32(b, 0);
    jd_buf_u8(b, (uint8_t)kind);
}

void jd_link_end(jd_buf *b, size_t start)
{
    jd_buf_set_u32(b, start, (uint32_t)(b->n - start - 4));
}

void jd_link_put(jd_buf *b, const jd_link_msg *m)
{
    jd_buf_u32(b, m->token);
    jd_buf_u16(b, m->type);
    jd_buf_u8(b, m->flags);
    jd_buf_u64(b, (uint64_t)m->at);
    jd_buf_add(b, m->id, 16);
    jd_actor_put(b, &m->actor);
    jd_buf_lstr(b, m->why);
    jd_buf_lstr(b, m->body);
}

bool jd_link_take(jd_cur *c, jd_link_msg *m)
{
    m->token = jd_cur_u32(c);
    m->type = jd_cur_u16(c);
    m->flags = jd_cur_u8(c);
    m->at = (jd_ms)jd_cur_u64(c);
    m->id = (const uint8_t *)jd_cur_bytes(c, 16).p;
    if (!jd_actor_take(c, &m->actor)) return false;
    m->why = jd_cur_lstr(c);
    m->body = jd_cur_lstr(c);
    return !c->failed;
}

int64_t jd_link_frame(const char *p, size_t n, jd_link_kind *kind, jd_cur *payload)
{
    jd_cur c = jd_cur_of(p, n);
    uint32_t length = jd_cur_u32(&c);
    if (c.failed) return 0;
    if (length == 0 || length > JD_LINK_FRAME_MAX) return -1;
    if ((size_t)(c.end - c.p) < length) return 0;
    *kind = (jd_link_kind)(uint8_t)*c.p;
    *payload = jd_cur_of(c.p + 1, length - 1);
    return (int64_t)length + 4;
}

bool jd_link_frames(jd_buf *in, jd_link_take_frame take, void *arg)
{
    size_t used = 0;
    int64_t n;
    jd_link_kind kind;
    jd_cur payload;
    while ((n = jd_link_frame(in->p + used, in->n - used, &kind, &payload)) > 0) {
        used += (size_t)n;
        if (!take(arg, kind, &payload)) return false;
    }
    if (used) memmove(in->p, in->p + used, in->n - used);
    in->n -= used;
    return n == 0;
}
