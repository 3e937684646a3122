#include "workers/questions.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/log.h"
#include "base/turns.h"
#include "workers/port.h"
#include "workers/query.h"

struct jd_questions {
    const jd_engine *g;
    jd_writer *writer;
    uv_loop_t loop;
    uv_async_t stop;
    jd_port port;
    pthread_t thread;
};

static void reply(jd_questions *q, jd_buf *frame)
{
    jd_link_end(frame, 0);
    jd_port_send(&q->port, q->port.number, frame);
}

static bool take_query(jd_questions *q, jd_cur *c)
{
    enum { TOKEN = 5, LENGTH = TOKEN + 4, ANSWER = LENGTH + 4 }; /* where they lie in the frame */
    jd_link_msg m;
    jd_buf out = { 0 };
    jd_ms now = (jd_ms)jd_cur_u64(c);
    jd_turns_asked();
    if (!jd_link_take(c, &m) || m.type >= JD_MSG_COUNT) return false;
    jd_command cmd = { .type = (jd_msg)m.type,
                       .id = m.id,
                       .id_binary = m.flags & JD_LINK_ID_BINARY,
                       .at = now,
                       .sender = m.actor.name,
                       .actor = &m.actor,
                       .why = m.why,
                       .body = m.body };
    jd_link_begin(&out, JD_LINK_ANSWER);
    jd_buf_u32(&out, m.token);
    jd_buf_u32(&out, 0);
    jd_query(q->g, &cmd, &out);
    jd_buf_set_u32(&out, LENGTH, (uint32_t)(out.n - ANSWER));
    reply(q, &out);
    return true;
}

static bool take_ping(jd_questions *q, jd_cur *c)
{
    jd_buf out = { 0 };
    uint64_t nonce = jd_cur_u64(c);
    jd_link_begin(&out, JD_LINK_PONG);
    jd_buf_u64(&out, nonce);
    jd_buf_u64(&out, jd_writer_waiting_ms(q->writer));
    reply(q, &out);
    return !c->failed;
}

static bool take_frame(void *arg, jd_link_kind kind, jd_cur *c)
{
    switch (kind) {
    case JD_LINK_QUERY: return take_query(arg, c);
    case JD_LINK_PING: return take_ping(arg, c);
    default: return false;
    }
}

static void close_any(uv_handle_t *h, void *arg)
{
    (void)arg;
    if (!uv_is_closing(h)) uv_close(h, NULL);
}

static void on_stop(uv_async_t *a)
{
    jd_questions *q = a->data;
    jd_port_hang_up(&q->port, q->port.number);
    uv_walk(&q->loop, close_any, NULL);
}

static void *questions_main(void *arg)
{
    jd_questions *q = arg;
    prctl(PR_SET_NAME, "questions"); /* as tools show it */
    jd_turns_short();
    uv_run(&q->loop, UV_RUN_DEFAULT);
    jd_decode_end();
    return NULL;
}

jd_questions *jd_questions_start(const jd_engine *g, jd_writer *w, const char *path)
{
    jd_questions *q = calloc(1, sizeof *q);
    if (!q) jd_die(JD_EX_TEMPFAIL, "out of memory");
    q->g = g;
    q->writer = w;
    q->port = (jd_port){ .path = path, .division = g->division, .take = take_frame, .arg = q };
    uv_loop_init(&q->loop);
    uv_async_init(&q->loop, &q->stop, on_stop);
    q->stop.data = q;
    if (!jd_port_open(&q->port, &q->loop)) return NULL; /* the worker ends */
    if (pthread_create(&q->thread, NULL, questions_main, q) != 0) jd_die(JD_EX_TEMPFAIL, "no thread");
    return q;
}

void jd_questions_stop(jd_questions *q)
{
    uv_async_send(&q->stop);
    pthread_join(q->thread, NULL);
    uv_loop_close(&q->loop);
    unlink(q->port.path);
    free(q);
}
