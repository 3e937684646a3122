/* One division as the daemon sees it: the connections to its worker, what is gathered for it, what it has
 * not answered yet, and when it wants to be woken. */
#include <limits.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mutant.h"
#include "daemon/done.h"
#include "daemon/line.h"
#include "proto/receipt.h"

enum {
    RETRY_MS = 50,      /* between attempts to connect */
    PATIENCE_MS = 3000, /* a worker away for longer: new messages are told to come again */
    PING_MS = 5000,
    HANG_MS = 30000, /* a batch unanswered for so long: the worker hangs */
    BATCH_BYTES = 8 << 20,
    BATCH_HEAD = 33, /* bytes of a batch's frame before its messages */
};

typedef struct batch {
    struct batch *next;
    uint64_t number;
    uint32_t count, receipts;
    jd_buf frame;
    jd_buf senders; /* a jd_meter * each */
} batch;

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
    /* gathered, not yet sent */
    jd_buf gathered, senders;
    uint32_t gathered_n;
    /* sent, not yet answered, oldest first */
    batch *first, **last;
    int unanswered;
    jd_done *heard, **heard_last; /* what the worker said of them, oldest first */
    uint64_t batches, event_seq, published;
    jd_ms wake_at;
    uint64_t epoch; /* of the store: event numbers of another one mean other events */
};

static void connect_soon(jd_division *v);

/* ------------------------------------------------------------ sending */

/* The frame stays with the batch until it is answered; a copy goes out, so that an answer may come
 * before libuv is done with the write. */
static void send_batch(jd_division *v, const batch *b)
{
    jd_buf copy = { 0 };
    jd_buf_str(&copy, jd_buf_view(&b->frame));
    jd_line_send(&v->work, &copy);
}

static void begin_batch(jd_division *v)
{
    jd_link_begin(&v->gathered, JD_LINK_BATCH);
    jd_buf_u64(&v->gathered, 0); /* number, published, now and count are known when it goes */
    jd_buf_u64(&v->gathered, 0);
    jd_buf_u64(&v->gathered, 0);
    jd_buf_u32(&v->gathered, 0);
}

static void end_batch(jd_division *v, batch *b)
{
    jd_buf head = { .p = b->frame.p + 5, .cap = 28 };
    jd_buf_u64(&head, b->number);
    jd_buf_u64(&head, v->published);
    jd_buf_u64(&head, (uint64_t)jd_division_now(v));
    jd_buf_u32(&head, b->count);
    jd_link_end(&b->frame, 0);
}

/* What is gathered becomes a batch and goes out; an empty one only tells the time. */
static void dispatch(jd_division *v)
{
    batch *b = calloc(1, sizeof *b);
    if (!b) jd_die(JD_EX_TEMPFAIL, "out of memory");
    if (!v->gathered.n) begin_batch(v);
    if (v->gathered.failed) jd_die(JD_EX_TEMPFAIL, "out of memory");
    b->number = ++v->batches;
    b->count = v->gathered_n;
    b->frame = v->gathered;
    b->senders = v->senders;
    v->gathered = v->senders = (jd_buf){ 0 };
    v->gathered_n = 0;
    end_batch(v, b);
    *v->last = b;
    v->last = &b->next;
    v->unanswered++;
    send_batch(v, b);
}

/* While there is more to be read at once, a batch is not sent before it is worth its commit. */
void jd_division_flush(jd_division *v)
{
    enum { WORTH = 1024 }; /* messages */
    if (v->d->more && v->gathered_n < WORTH) return;
    if (v->ready && v->gathered_n && v->unanswered < JD_LINK_BATCHES) dispatch(v);
}

static bool away_too_long(const jd_division *v)
{
    return !v->ready && v->away_since && uv_now(&v->d->loop) - v->away_since > PATIENCE_MS;
}

bool jd_division_add(jd_division *v, const jd_link_msg *m, jd_meter *by)
{
    if (away_too_long(v)) return false;
    if (!v->gathered.n) begin_batch(v);
    size_t before = v->gathered.n;
    jd_link_put(&v->gathered, m);
    jd_meter_charge(by, &v->senders);
    v->gathered_n++;
    v->d->in_flight++;
    v->d->in_flight_bytes += v->gathered.n - before;
    bool full = v->gathered_n >= v->d->config->batch_messages || v->gathered.n >= BATCH_BYTES;
    if (full) jd_division_flush(v);
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
    return v->gathered_n == 0 && v->unanswered == 0;
}

/* ------------------------------------------------------------ the worker's clock */

static void on_wake(uv_timer_t *t)
{
    jd_division *v = t->data;
    if (!v->ready) return;
    if (v->unanswered < JD_LINK_BATCHES)
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

static void batch_free(batch *b)
{
    jd_buf_free(&b->frame);
    jd_meter_settle(&b->senders);
    free(b);
}

static void answered(jd_division *v, uint64_t number)
{
    batch *b = v->first;
    if (!b || b->number != number) return;
    v->first = b->next;
    if (!v->first) v->last = &v->first;
    v->unanswered--;
    v->d->in_flight -= b->count;
    v->d->in_flight_bytes -= b->frame.n - BATCH_HEAD;
    batch_free(b);
}

static void conclude(jd_division *v, const jd_done *d)
{
    v->event_seq = v->published = d->event_seq;
    answered(v, d->number);
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

static void on_telling(uv_timer_t *t)
{
    jd_division *v = t->data;
    if (tell_some(v, JD_AT_A_TIME)) uv_timer_start(t, on_telling, 0, 0);
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
           (unsigned long long)v->event_seq, v->unanswered);
    for (batch *b = v->first; b && !JD_IS_MUTANT(lost_resend); b = b->next) send_batch(v, b);
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
        jd_log(JD_WARN, "division %06u: worker lost, %d batches unanswered", v->code, v->unanswered);
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

/* What waits for a worker that stays away is told to come again: it was never sent, so never recorded. */
static void give_back(jd_division *v)
{
    jd_link_msg m;
    if (!away_too_long(v) || !v->gathered_n) return;
    jd_cur c = jd_cur_of(v->gathered.p + BATCH_HEAD, v->gathered.n - BATCH_HEAD);
    for (uint32_t i = 0; i < v->gathered_n && jd_link_take(&c, &m); i++) {
        jd_buf b = { 0 };
        jd_receipt r = {
            .id = m.id, .id_binary = m.flags & JD_LINK_ID_BINARY, .code = JD_CODE_WORKER_DOWN, .due = JD_NO_DAY
        };
        jd_receipt_pack(&r, &b);
        if (m.flags & JD_LINK_PUSH)
            jd_publish_refused(v->d, m.id, JD_CODE_WORKER_DOWN);
        else
            jd_slot_answer(v->d, m.token, jd_buf_view(&b));
        jd_buf_free(&b);
    }
    if (!JD_IS_MUTANT(kept_in_flight)) v->d->in_flight -= v->gathered_n;
    v->d->in_flight_bytes -= v->gathered.n - BATCH_HEAD;
    jd_meter_settle(&v->senders);
    jd_buf_free(&v->gathered);
    v->gathered_n = 0;
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
    v->last = &v->first;
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
