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

/* Whatever is no command of the table makes the whole frame unreadable: a daemon of ours sends none. */
static bool read_messages(jd_inbatch *b, jd_cur *c, uint32_t count)
{
    enum { LEAST = 53 }; /* bytes a message takes: a count beyond them is a lie */
    jd_link_msg m;
    if (c->failed || count > (size_t)(c->end - c->p) / LEAST) return false;
    b->v = jd_alloc(&b->arena, sizeof *b->v * (count + 1));
    for (; b->n < count; b->n++) {
        if (!jd_link_take(c, &m) || !is_command(&m)) return false;
        jd_command cmd = command_of(&m);
        b->v[b->n].token = m.token;
        b->v[b->n].actor = m.actor;
        cmd.actor = &b->v[b->n].actor;
        jd_prepare(&cmd, &b->arena, &b->scratch, &b->v[b->n].prepared);
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
    jd_buf_free(&b->scratch);
    free(b);
}
