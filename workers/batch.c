#include "workers/batch.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/turns.h"
#include "proto/link.h"

static bool is_command(const jd_link_msg *m)
{
    return m->type < JD_MSG_COUNT && jd_message_get((jd_msg)m->type)->mode == JD_COMMAND;
}

static jd_command command_of(const jd_link_msg *m)
{
    return (jd_command){ .type = (jd_msg)m->type,
                         .push = m->flags & JD_LINK_PUSH,
                         .id_binary = m->flags & JD_LINK_ID_BINARY,
                         .id = m->id,
                         .at = m->at,
                         .sender = m->actor.name,
                         .why = m->why,
                         .body = m->body };
}

static bool read_one(jd_inbatch *b, jd_cur *c)
{
    jd_link_msg m;
    jd_batched *v = &b->v[b->n++];
    if (!jd_link_take(c, &m) || !is_command(&m)) return false;
    jd_command cmd = command_of(&m);
    v->token = m.token;
    v->actor = m.actor;
    cmd.actor = &v->actor;
    jd_prepare(&cmd, &b->arena, &b->scratch, &v->prepared);
    return true;
}

/* Whatever is no command of the table makes the whole frame unreadable: a daemon of ours sends none. */
static bool read_messages(jd_inbatch *b, jd_cur *c, uint32_t count)
{
    enum { LEAST = 53 }; /* bytes a message takes: a count beyond them is a lie */
    if (c->failed || count > (size_t)(c->end - c->p) / LEAST) return false;
    b->v = jd_alloc(&b->arena, sizeof *b->v * (count + 1));
    while (b->n < count) {
        if (!read_one(b, c)) return false;
        jd_turns_give_way();
    }
    return jd_cur_done(c);
}

jd_inbatch *jd_inbatch_read(const char *p, size_t n)
{
    jd_inbatch *b = calloc(1, sizeof *b);
    if (!b) jd_die(JD_EX_TEMPFAIL, "out of memory");
    jd_str bytes = jd_copy(&b->arena, (jd_str){ p, (uint32_t)n });
    jd_cur c = jd_cur_of(bytes.p, bytes.n);
    b->number = jd_cur_u64(&c);
    b->published = jd_cur_u64(&c);
    b->now = (jd_ms)jd_cur_u64(&c);
    if (read_messages(b, &c, jd_cur_u32(&c))) return b;
    jd_inbatch_free(b);
    return NULL;
}

void jd_inbatch_attach(jd_inbatch *b, const char *policy_file)
{
    jd_policy_text t = { 0 };
    for (uint32_t i = 0; i < b->n; i++) {
        jd_prepared *p = &b->v[i].prepared;
        jd_buf wrong = { 0 };
        if (p->cmd.type != JD_MSG_policy_activate || p->problems) continue;
        if (!t.file && !jd_policy_read(&b->arena, policy_file, &t, &wrong)) t = (jd_policy_text){ .file = policy_file };
        jd_buf_free(&wrong); /* its sender is told that there is none */
        jd_attach_policy(p, &b->arena, &b->scratch, t.text, t.parent.n ? t.parent : (jd_str){ NULL, 0 });
    }
}

void jd_inbatch_free(jd_inbatch *b)
{
    if (!b) return;
    jd_arena_free(&b->arena);
    jd_arena_free(&b->news.arena);
    jd_buf_free(&b->scratch);
    jd_buf_free(&b->said);
    free(b);
}

/* ------------------------------------------------------------ the way back */

static void put_busy(const jd_command *cmd, jd_buf *out)
{
    jd_receipt r = { .id = cmd->id, .id_binary = cmd->id_binary, .code = JD_CODE_BUSY, .due = JD_NO_DAY };
    jd_receipt_pack(&r, out);
}

static void put_receipt(jd_engine *g, jd_inbatch *b, const jd_batched *m, jd_buf *out)
{
    const jd_command *cmd = &m->prepared.cmd;
    if (b->undone)
        put_busy(cmd, out);
    else if (m->answer)
        jd_render_receipt(g, m->answer->policy, cmd, &m->answer->entry, &b->news.arena, out);
    else
        jd_buf_add(out, b->said.p + m->said_at, m->said_n);
}

/* Receipts lie behind one another: token, length, bytes. A pushed message has none. */
static uint32_t put_receipts(jd_engine *g, jd_inbatch *b, jd_buf *out)
{
    uint32_t n = 0;
    for (const jd_batched *m = b->v; m < b->v + b->n; m++) {
        if (m->prepared.cmd.push) continue;
        jd_buf_u32(out, m->token);
        size_t at = jd_buf_lstr_open(out);
        put_receipt(g, b, m, out);
        jd_buf_lstr_close(out, at);
        n++;
        jd_turns_give_way();
    }
    return n;
}

static uint32_t put_events(const jd_engine *g, const jd_inbatch *b, jd_buf *out)
{
    uint32_t n = 0;
    for (const jd_news_item *i = b->undone ? NULL : b->news.first; i; i = i->next) n += jd_news_publish(g, i, out);
    return n;
}

static size_t open_count(jd_buf *out)
{
    jd_buf_u32(out, 0);
    return out->n - sizeof(uint32_t);
}

void jd_inbatch_tell(jd_engine *g, jd_inbatch *b, jd_buf *frame)
{
    enum { USUAL = 768 }; /* bytes a receipt and an event take */
    jd_buf_room(frame, (size_t)b->n * USUAL + 1);
    frame->n = 0;
    jd_link_begin(frame, JD_LINK_DONE);
    jd_buf_u64(frame, b->number);
    jd_buf_u64(frame, b->event_seq);
    jd_buf_u64(frame, (uint64_t)b->wake);
    size_t at = open_count(frame);
    jd_buf_set_u32(frame, at, put_receipts(g, b, frame));
    at = open_count(frame);
    jd_buf_set_u32(frame, at, put_events(g, b, frame));
    jd_link_end(frame, 0);
}
