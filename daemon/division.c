/* One division as the daemon sees it: the connections to its worker, what goes over them and when, and when it wants to be
 * woken. */
#include <limits.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mutant.h"
#include "daemon/batches.h"
#include "daemon/done.h"
#include "daemon/line.h"

enum {
    RETRY_MS = 50,      /* between attempts to connect */
    PATIENCE_MS = 3000, /* a worker away for longer: new messages are told to come again */
    PING_MS = 5000,
    HANG_MS = 30000, /* a batch unanswered for so long: the worker hangs */
};

struct jd_division {
    jd_daemon *d;
    uint32_t code;
    int place; /* in the configuration */
    jd_clock clock;
    jd_child *child;         /* NULL where the service manager starts it */
    jd_line work, questions; /* one lost is both lost */
    uv_timer_t retry, wake, ping, telling;
    bool ready, closing;
    uint64_t away_since; /* loop time, ms; 0 while ready */
    jd_batches batches;
    jd_done *heard, **heard_last; /* what the worker said of them, oldest first */
    uint64_t event_seq, published;
    jd_ms wake_at;
    uint64_t epoch; /* of the store: event numbers of another one mean other events */
};

static void connect_soon(jd_division *v);

/* ------------------------------------------------------------ sending */

/* The frame stays with the batch until it is answered; a copy goes out, so that an answer may come
 * before libuv is done with the write. */
static void send_batch(jd_division *v, const jd_outbatch *b)
{
    jd_buf copy = { 0 };
    jd_buf_str(&copy, jd_buf_view(&b->frame));
    jd_line_send(&v->work, &copy);
}

/* An empty one only tells the time. */
static void dispatch(jd_division *v)
{
    send_batch(v, jd_batches_next(&v->batches, v->published, jd_division_now(v)));
}

/* While there is more to be read at once, a batch is not sent before it is worth its commit. */
void jd_division_flush(jd_division *v)
{
    enum { WORTH = 1024 }; /* messages */
    uint32_t gathered = v->batches.gathering.count;
    if (v->d->more && gathered < WORTH) return;
    if (v->ready && gathered && v->batches.unanswered < JD_LINK_BATCHES) dispatch(v);
}

static bool away_too_long(const jd_division *v)
{
    return !v->ready && v->away_since && uv_now(&v->d->loop) - v->away_since > PATIENCE_MS;
}

bool jd_division_add(jd_division *v, const jd_link_msg *m, jd_meter *by)
{
    if (away_too_long(v)) return false;
    jd_batches_add(&v->batches, m, by);
    if (jd_batches_full(&v->batches)) jd_division_flush(v);
    return true;
}

bool jd_division_ask(jd_division *v, const jd_link_msg *m)
{
    jd_buf frame = { 0 };
    if (!v->ready) return false;
    jd_link_begin(&frame, JD_LINK_QUERY);
    jd_buf_u64(&frame, (uint64_t)m->at);
    jd_link_put(&frame, m);
    jd_link_end(&frame, 0);
    jd_line_send(&v->questions, &frame);
    return true;
}

bool jd_division_idle(const jd_division *v)
{
    return v->batches.gathering.count == 0 && v->batches.unanswered == 0;
}

/* ------------------------------------------------------------ the worker's clock */

static void on_wake(uv_timer_t *t)
{
    jd_division *v = t->data;
    if (!v->ready) return;
    if (v->batches.unanswered < JD_LINK_BATCHES)
        dispatch(v);
    else
        uv_timer_start(t, on_wake, RETRY_MS, 0); /* the batches under way carry the time already */
}

static void set_wake(jd_division *v, jd_ms at)
{
    enum { LONGEST_MS = 3600 * 1000 }; /* a machine's clock may be set meanwhile: look again */
    v->wake_at = at;
    uv_timer_stop(&v->wake);
    if (at == JD_NO_TIME) return;
    jd_ms ms = at - jd_division_now(v);
    if (ms < 0) ms = 0;
    if (ms > LONGEST_MS) ms = LONGEST_MS;
    uv_timer_start(&v->wake, on_wake, (uint64_t)ms, 0);
}

/* ------------------------------------------------------------ what the worker says */

static void conclude(jd_division *v, const jd_done *d)
{
    v->event_seq = v->published = d->event_seq;
    jd_batches_answered(&v->batches, d->number);
    set_wake(v, d->wake);
    jd_division_flush(v);
    jd_backpressure(v->d);
}

static void lost(jd_division *v);

/* True while there is more to tell. */
static bool tell_some(jd_division *v, int most)
{
    jd_done *d = v->heard;
    if (!d || !jd_done_tell(v->d, v->place, d, most)) return d != NULL;
    if (!(v->heard = d->next)) v->heard_last = &v->heard;
    bool whole = !d->rest.failed;
    if (whole) conclude(v, d);
    jd_done_free(d);
    if (!whole) jd_log(JD_ERR, "division %06u: a frame that cannot be read", v->code);
    if (!whole) lost(v);
    return v->heard != NULL;
}

/* No further than events go out: the rest waits, and what it answers counts as in flight. */
static void on_telling(uv_timer_t *t)
{
    jd_division *v = t->data;
    if (!jd_outflow_room(&v->d->outflow)) return;
    if (tell_some(v, JD_AT_A_TIME)) uv_timer_start(t, on_telling, 0, 0);
}

void jd_divisions_go_on(jd_daemon *d)
{
    for (int i = 0; i < d->divisions_n; i++)
        if (d->divisions[i]->heard) uv_timer_start(&d->divisions[i]->telling, on_telling, 0, 0);
}

static void on_frame_done(jd_division *v, const jd_cur *c)
{
    *v->heard_last = jd_done_new(c);
    v->heard_last = &(*v->heard_last)->next;
    on_telling(&v->telling);
}

/* The worker is there: what it had not answered is sent again, in order. Requests it had recorded
 * already are recognised by their ids. */
static bool on_frame_ready(jd_division *v, jd_cur *c)
{
    v->event_seq = jd_cur_u64(c);
    jd_ms wake = (jd_ms)jd_cur_u64(c), at = (jd_ms)jd_cur_u64(c);
    v->epoch = jd_cur_u64(c);
    if (c->failed) return false;
    jd_clock_set(&v->clock, at);
    v->ready = true;
    v->away_since = 0;
    v->published = v->event_seq;
    jd_log(JD_NOTICE, "division %06u: worker ready at event %llu, %d batches to send again", v->code,
           (unsigned long long)v->event_seq, v->batches.unanswered);
    for (jd_outbatch *b = v->batches.first; b && !JD_IS_MUTANT(lost_resend); b = b->next) send_batch(v, b);
    set_wake(v, wake);
    jd_division_flush(v);
    return true;
}

static bool on_frame_events(jd_division *v, jd_cur *c)
{
    uint64_t seq = jd_cur_u64(c);
    jd_events_tell(v->d, v->place, c);
    v->event_seq = v->published = seq;
    return !c->failed;
}

static bool take_work(void *arg, jd_link_kind kind, jd_cur *c)
{
    jd_division *v = arg;
    switch (kind) {
    case JD_LINK_READY: return on_frame_ready(v, c);
    case JD_LINK_DONE: on_frame_done(v, c); return true;
    case JD_LINK_EVENTS: return on_frame_events(v, c);
    default: return false;
    }
}

static bool on_frame_answer(jd_division *v, jd_cur *c)
{
    uint32_t token = jd_cur_u32(c);
    jd_str answer = jd_cur_lstr(c);
    if (!c->failed) jd_slot_answer(v->d, token, answer);
    return !c->failed;
}

static bool on_frame_pong(jd_division *v, jd_cur *c)
{
    jd_cur_u64(c);
    uint64_t waiting = jd_cur_u64(c);
    if (waiting < HANG_MS || !v->child) return !c->failed;
    jd_log(JD_ERR, "division %06u: the worker has not finished a batch for %llu s", v->code,
           (unsigned long long)waiting / 1000);
    jd_child_kill(v->child);
    return true;
}

static bool take_answers(void *arg, jd_link_kind kind, jd_cur *c)
{
    switch (kind) {
    case JD_LINK_ANSWER: return on_frame_answer(arg, c);
    case JD_LINK_PONG: return on_frame_pong(arg, c);
    default: return false;
    }
}

/* ------------------------------------------------------------ the connections */

/* What had arrived whole is told whole. */
static void lost(jd_division *v)
{
    while (tell_some(v, INT_MAX)) continue;
    uv_timer_stop(&v->telling);
    if (v->ready && !v->closing)
        jd_log(JD_WARN, "division %06u: worker lost, %d batches unanswered", v->code, v->batches.unanswered);
    if (!v->away_since) v->away_since = uv_now(&v->d->loop);
    if (v->ready) jd_slots_lost(v->d, v);
    v->ready = false;
    uv_timer_stop(&v->wake);
    jd_line_hang_up(&v->work);
    jd_line_hang_up(&v->questions);
    if (!v->closing) connect_soon(v);
}

static void on_down(void *arg)
{
    lost(arg);
}

static void on_questions_up(void *arg)
{
    jd_division *v = arg;
    jd_line_connect(&v->work, &v->d->loop);
}

static void on_work_up(void *arg)
{
    (void)arg; /* the worker says when it is ready */
}

static void on_retry(uv_timer_t *t)
{
    jd_division *v = t->data;
    if (v->closing) return;
    if (v->work.open || v->questions.open)
        connect_soon(v);
    else
        jd_line_connect(&v->questions, &v->d->loop);
}

static void connect_soon(jd_division *v)
{
    uv_timer_start(&v->retry, on_retry, RETRY_MS, 0);
}

static void give_back(jd_division *v)
{
    if (!away_too_long(v) || !v->batches.gathering.count) return;
    jd_batches_give_back(&v->batches);
    jd_backpressure(v->d);
}

static void on_ping(uv_timer_t *t)
{
    jd_division *v = t->data;
    jd_buf frame = { 0 };
    give_back(v);
    if (!v->ready) return;
    jd_link_begin(&frame, JD_LINK_PING);
    jd_buf_u64(&frame, uv_now(&v->d->loop));
    jd_link_end(&frame, 0);
    jd_line_send(&v->questions, &frame);
}

/* ------------------------------------------------------------ life */

jd_division *jd_division_new(jd_daemon *d, int place)
{
    jd_division *v = calloc(1, sizeof *v);
    uint32_t code = d->config->divisions[place];
    if (!v) return NULL;
    v->d = d;
    v->code = code;
    v->place = place;
    v->work = (jd_line){ .path = jd_worker_socket(d->config, code),
                         .division = code,
                         .up = on_work_up,
                         .down = on_down,
                         .take = take_work,
                         .arg = v };
    v->questions = (jd_line){ .path = jd_questions_socket(d->config, code),
                              .division = code,
                              .up = on_questions_up,
                              .down = on_down,
                              .take = take_answers,
                              .arg = v };
    jd_batches_init(&v->batches, d);
    v->heard_last = &v->heard;
    v->wake_at = JD_NO_TIME;
    v->clock = (jd_clock){ .simulated = d->config->simulated, .since = uv_hrtime() / 1000000 };
    uv_timer_init(&d->loop, &v->retry);
    uv_timer_init(&d->loop, &v->wake);
    uv_timer_init(&d->loop, &v->ping);
    uv_timer_init(&d->loop, &v->telling);
    v->retry.data = v->wake.data = v->ping.data = v->telling.data = v;
    if (d->config->spawn) v->child = jd_child_new(d, code);
    return v;
}

uint32_t jd_division_code(const jd_division *v)
{
    return v->code;
}

jd_ms jd_division_now(const jd_division *v)
{
    return jd_clock_now(&v->clock);
}

/* Time may jump over what the worker wanted to be woken for. */
void jd_division_set_time(jd_division *v, jd_ms at)
{
    jd_clock_set(&v->clock, at);
    if (v->clock.simulated && v->ready) set_wake(v, v->wake_at);
}

uint64_t jd_division_event_seq(const jd_division *v)
{
    return v->event_seq;
}

uint64_t jd_division_epoch(const jd_division *v)
{
    return v->epoch;
}

bool jd_division_up(const jd_division *v)
{
    return v->ready;
}

void jd_division_start(jd_division *v)
{
    v->away_since = uv_now(&v->d->loop);
    if (v->child) jd_child_start(v->child);
    connect_soon(v);
    uv_timer_start(&v->ping, on_ping, PING_MS, PING_MS);
}

void jd_division_reload(jd_division *v)
{
    if (v->child) jd_child_reload(v->child);
}

void jd_division_close(jd_division *v)
{
    v->closing = true;
    lost(v);
    uv_close((uv_handle_t *)&v->retry, NULL);
    uv_close((uv_handle_t *)&v->wake, NULL);
    uv_close((uv_handle_t *)&v->ping, NULL);
    uv_close((uv_handle_t *)&v->telling, NULL);
    if (v->child) jd_child_stop(v->child, false);
}
