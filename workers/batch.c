#include "workers/batch.h"

#include <stdlib.h>

#include "base/log.h"
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

static bool read_one(jd_inbatch *b)
{
    jd_link_msg m;
    jd_batched *v = &b->v[b->n++];
    if (!jd_link_take(&b->rest, &m) || !is_command(&m)) return false;
    jd_command cmd = command_of(&m);
    v->token = m.token;
    v->actor = m.actor;
    cmd.actor = &v->actor;
    jd_prepare(&cmd, &b->arena, &b->scratch, &v->prepared);
    return true;
}

jd_inbatch *jd_inbatch_new(uint64_t link, const char *p, size_t n)
{
    enum { LEAST = 53 }; /* bytes a message takes: a count beyond them is a lie */
    jd_inbatch *b = calloc(1, sizeof *b);
    if (!b) jd_die(JD_EX_TEMPFAIL, "out of memory");
    jd_str bytes = jd_copy(&b->arena, (jd_str){ p, (uint32_t)n });
    b->link = link;
    b->rest = jd_cur_of(bytes.p, bytes.n);
    b->number = jd_cur_u64(&b->rest);
    b->published = jd_cur_u64(&b->rest);
    b->now = (jd_ms)jd_cur_u64(&b->rest);
    b->count = jd_cur_u32(&b->rest);
    if (b->count > (size_t)(b->rest.end - b->rest.p) / LEAST) b->rest.failed = true;
    if (!b->rest.failed) b->v = jd_alloc(&b->arena, sizeof *b->v * (b->count + 1));
    return b;
}

/* Whatever is no command of the table makes the whole frame unreadable: a daemon of ours sends none. */
jd_batch_state jd_inbatch_read(jd_inbatch *b, uint32_t most)
{
    if (b->rest.failed) return JD_BATCH_UNREADABLE;
    for (; most && b->n < b->count; most--)
        if (!read_one(b)) return JD_BATCH_UNREADABLE;
    if (b->n < b->count) return JD_BATCH_MORE;
    return jd_cur_done(&b->rest) ? JD_BATCH_WHOLE : JD_BATCH_UNREADABLE;
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
    jd_buf_free(&b->words);
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

/* A count that is known when what it counts has been written. */
static void open_count(jd_inbatch *b)
{
    b->count_at = b->words.n;
    b->counted = 0;
    jd_buf_u32(&b->words, 0);
}

static void close_count(jd_inbatch *b)
{
    jd_buf_set_u32(&b->words, b->count_at, b->counted);
}

static void begin_words(jd_inbatch *b)
{
    enum { USUAL = 768 }; /* bytes a receipt and an event take */
    jd_buf *out = &b->words;
    jd_buf_room(out, (size_t)b->n * USUAL + 1);
    out->n = 0;
    jd_link_begin(out, JD_LINK_DONE);
    jd_buf_u64(out, b->number);
    jd_buf_u64(out, b->event_seq);
    jd_buf_u64(out, (uint64_t)b->wake);
    open_count(b);
}

/* Receipts lie behind one another: token, length, bytes. A pushed message has none. */
static void tell_one(jd_engine *g, jd_inbatch *b, const jd_batched *m)
{
    if (m->prepared.cmd.push) return;
    jd_buf_u32(&b->words, m->token);
    size_t at = jd_buf_lstr_open(&b->words);
    put_receipt(g, b, m, &b->words);
    jd_buf_lstr_close(&b->words, at);
    b->counted++;
}

static void begin_events(jd_inbatch *b)
{
    close_count(b);
    open_count(b);
    b->speaking = true;
    b->unspoken = b->undone ? NULL : b->news.first;
}

bool jd_inbatch_tell(jd_engine *g, jd_inbatch *b, uint32_t most)
{
    if (!b->words.n) begin_words(b);
    for (; most && b->told < b->n; most--) tell_one(g, b, &b->v[b->told++]);
    if (b->told < b->n) return false;
    if (!b->speaking) begin_events(b);
    for (; most && b->unspoken; most--, b->unspoken = b->unspoken->next)
        b->counted += jd_news_publish(g, b->unspoken, &b->words);
    if (b->unspoken) return false;
    close_count(b);
    jd_link_end(&b->words, 0);
    return true;
}
