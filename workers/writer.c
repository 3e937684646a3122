#include "workers/writer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "base/monotonic.h"
#include "base/mutant.h"
#include "base/turns.h"
#include "proto/decode.h"
#include "workers/checkpoint.h"
#include "workers/rewrap.h"
#include "workers/sealer.h"
#include "workers/welcome.h"

enum {
    AGAIN_MS = 1000,  /* a full disk is tried again after so long */
    SCRUB_LAST = 128, /* steps at the end, of 8 MiB each */
};

typedef struct item {
    struct item *next;
    uint64_t link;
    jd_inbatch *batch; /* in: NULL for a daemon that comes; out: NULL for a frame, */
    jd_buf bytes;      /* which is here */
    bool here;         /* of jd_writer_apply: whose caller has the batch */
    int64_t since;     /* monotonic, ms */
} item;

typedef struct queue {
    item *head, **tail;
} queue;

struct jd_writer {
    jd_engine *g;
    void (*wake)(void *);
    void *arg;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more;
    queue in, out;
    bool at_work;       /* somebody has the engine: the thread, or the caller of jd_writer_apply */
    int64_t busy_since; /* of the oldest frame being applied, 0 when idle */
    bool scrub;         /* keys were destroyed, copies of them may be left */
    bool stop, rekey;
    jd_rewrap rewrap;
    int64_t tidy_at;
    uint64_t published; /* as the daemon last said */
    uint64_t salt;      /* see vault.h */
};

static void queue_add(queue *q, item *i)
{
    i->next = NULL;
    *q->tail = i;
    q->tail = &i->next;
}

static item *queue_all(queue *q)
{
    item *all = q->head;
    q->head = NULL;
    q->tail = &q->head;
    return all;
}

static item *item_new(uint64_t link)
{
    item *i = calloc(1, sizeof *i);
    if (!i) jd_die(JD_EX_TEMPFAIL, "out of memory");
    i->link = link;
    i->since = jd_monotonic_ms();
    return i;
}

static void item_free(item *i)
{
    jd_inbatch_free(i->batch);
    jd_buf_free(&i->bytes);
    free(i);
}

static void send_out(jd_writer *w, item *i)
{
    pthread_mutex_lock(&w->lock);
    queue_add(&w->out, i);
    pthread_mutex_unlock(&w->lock);
    w->wake(w->arg);
}

/* ------------------------------------------------------------ a batch */

static void take_published(jd_writer *w, const jd_inbatch *b)
{
    if (b->published > w->published && b->published <= w->g->tally.event_seq) w->published = b->published;
}

static void apply_one(jd_writer *w, jd_inbatch *b, jd_batched *m)
{
    m->said_at = b->said.n;
    m->prepared.cmd.salt = w->salt;
    jd_apply_prepared(w->g, &m->prepared, &b->said);
    m->said_n = b->said.n - m->said_at;
    m->answer = b->news.answer_last ? b->news.last : NULL;
}

static void apply_batch(jd_writer *w, jd_inbatch *b)
{
    w->g->news = &b->news;
    jd_fire_due(w->g, b->now, w->salt);
    for (uint32_t i = 0; i < b->n; i++) {
        jd_fire_due(w->g, b->v[i].prepared.cmd.at, w->salt);
        apply_one(w, b, &b->v[i]);
        jd_turns_give_way();
    }
    b->event_seq = w->g->tally.event_seq;
}

/* The disk says no: full can be waited for, anything else is not to be guessed about. */
static void commit_failed(int rc)
{
    if (!jd_store_full(rc))
        jd_die(rc == ENOMEM ? JD_EX_TEMPFAIL : JD_EX_IO, "commit: %s; stopping", jd_store_error(rc));
    jd_log(JD_ERR, "commit: %s; nothing of the batch was recorded", jd_store_error(rc));
}

enum { TOGETHER = 8 };

static void look_at_room(jd_engine *g)
{
    bool full = jd_store_nearly_full(g->store);
    if (full && !g->nearly_full) jd_log(JD_ERR, "the store is nearly full: new cases are refused, existing ones go on");
    if (!full && g->nearly_full) jd_log(JD_NOTICE, "the store has room again");
    g->nearly_full = full;
}

static void look_at_readers(jd_writer *w)
{
    enum { EVERY_MS = 10000, PINNED = 10000 };
    if (jd_monotonic_ms() < w->tidy_at) return;
    w->tidy_at = jd_monotonic_ms() + EVERY_MS;
    int dead = jd_store_tidy(w->g->store);
    if (dead) jd_log(JD_NOTICE, "%d readers of the store that were killed no longer hold its pages", dead);
    uint64_t pinned = jd_store_pinned(w->g->store);
    if (pinned > PINNED)
        jd_log(JD_WARN, "a reader of the store has been at it for %llu commits, and the file grows meanwhile",
               (unsigned long long)pinned);
}

/* A batch speaks for its own events: those of the next are told with that one, which may not arrive. */
static void meet_fate(jd_writer *w, item *i, jd_ms wake, bool undone)
{
    jd_inbatch *b = i->batch;
    b->undone = undone;
    if (undone || JD_IS_MUTANT(one_for_all)) b->event_seq = w->g->tally.event_seq;
    b->wake = wake;
    if (!i->here) send_out(w, i);
}

static jd_ms apply_all(jd_writer *w, item **run, int n)
{
    size_t messages = 0;
    for (int i = 0; i < n; i++) messages += run[i]->batch->n;
    jd_sealer_expect(w->g->sealer, messages);
    look_at_room(w->g);
    look_at_readers(w);
    jd_batch_begin(w->g);
    for (int i = 0; i < n; i++) {
        take_published(w, run[i]->batch);
        apply_batch(w, run[i]->batch);
    }
    jd_published_write(&w->g->txn, JD_IS_MUTANT(early_published) ? w->g->tally.event_seq : w->published);
    return jd_next_due(w->g);
}

static int commit_all(jd_writer *w, jd_ms now, jd_ms *wake)
{
    int rc = jd_batch_commit(w->g);
    if (!rc) return 0;
    commit_failed(rc);
    w->salt += !JD_IS_MUTANT(same_nonce); /* the numbers will be given again */
    if (*wake != JD_NO_TIME && *wake < now + AGAIN_MS) *wake = now + AGAIN_MS;
    return rc;
}

/* All batches that have arrived, in one transaction. */
static void run_batches(jd_writer *w, item **run, int n)
{
    jd_ms wake = apply_all(w, run, n), now = run[n - 1]->batch->now;
    for (int i = 0; JD_IS_MUTANT(early_receipt) && i < n; i++) meet_fate(w, run[i], wake, false);
    int rc = commit_all(w, now, &wake);
    for (int i = 0; !JD_IS_MUTANT(early_receipt) && i < n; i++) meet_fate(w, run[i], wake, rc != 0);
    if (!rc) jd_checkpoint(w->g->checkpoints, w->g);
}

/* ------------------------------------------------------------ a daemon comes */

static void open_link(jd_writer *w, uint64_t link)
{
    uint64_t after = jd_published_read(w->g->store);
    while (after < w->g->tally.event_seq) {
        item *events = item_new(link);
        after += jd_welcome_events(w->g, after, &events->bytes);
        send_out(w, events);
    }
    item *ready = item_new(link);
    jd_welcome_ready(w->g, &ready->bytes);
    send_out(w, ready);
}

/* ------------------------------------------------------------ the thread */

static bool has_work(const jd_writer *w)
{
    return w->in.head || w->stop || w->rekey || w->rewrap.wanted || w->scrub;
}

static item *wait_for_work(jd_writer *w, bool *over)
{
    pthread_mutex_lock(&w->lock);
    w->at_work = false;
    w->busy_since = 0;
    while (w->at_work || !has_work(w)) pthread_cond_wait(&w->more, &w->lock);
    w->at_work = true;
    item *all = queue_all(&w->in);
    if (all) w->busy_since = all->since;
    bool rekey = w->rekey;
    w->rekey = false;
    *over = w->stop && !all;
    pthread_mutex_unlock(&w->lock);
    if (rekey) jd_rewrap_reload(&w->rewrap, w->g);
    return all;
}

static item *run_some(jd_writer *w, item *all)
{
    item *run[TOGETHER];
    int n = 0;
    for (; all && all->batch && n < TOGETHER; all = all->next) run[n++] = all;
    run_batches(w, run, n);
    return all;
}

static item *run_open(jd_writer *w, item *i)
{
    item *next = i->next;
    open_link(w, i->link);
    item_free(i);
    return next;
}

static void run_all(jd_writer *w, item *all)
{
    while (all) all = all->batch ? run_some(w, all) : run_open(w, all);
}

static void *writer_main(void *arg)
{
    jd_writer *w = arg;
    prctl(PR_SET_NAME, "writer"); /* as tools show it */
    for (bool over = false; !over;) {
        run_all(w, wait_for_work(w, &over));
        if (w->rewrap.wanted && !over) jd_rewrap_step(&w->rewrap, w->g);
        w->scrub = jd_scrub_step(&w->g->scrub, w->g->store);
    }
    for (int left = SCRUB_LAST; left && jd_scrub_step(&w->g->scrub, w->g->store); left--) continue;
    jd_decode_end();
    return NULL;
}

jd_writer *jd_writer_start(jd_engine *g, uint64_t salt, void (*wake)(void *), void *arg)
{
    jd_writer *w = calloc(1, sizeof *w);
    if (!w) return NULL;
    w->g = g;
    w->salt = salt;
    w->wake = wake;
    w->arg = arg;
    w->in.tail = &w->in.head;
    w->out.tail = &w->out.head;
    w->published = jd_published_read(g->store);
    w->rewrap.wanted = true; /* a newer version may have come while nobody ran */
    w->g->sealer = jd_sealer_start(g->vault);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->more, NULL);
    if (pthread_create(&w->thread, NULL, writer_main, w) != 0) jd_die(JD_EX_TEMPFAIL, "no thread");
    return w;
}

void jd_writer_give(jd_writer *w, uint64_t link, jd_inbatch *b)
{
    item *i = item_new(link);
    i->batch = b;
    pthread_mutex_lock(&w->lock);
    queue_add(&w->in, i);
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
}

bool jd_writer_apply(jd_writer *w, jd_inbatch *b)
{
    enum { FEW = 8 }; /* messages */
    item i = { .batch = b, .here = true }, *run = &i;
    if (b->n > FEW || JD_IS_MUTANT(early_receipt)) return false;
    pthread_mutex_lock(&w->lock);
    bool mine = !w->at_work && !has_work(w);
    if (mine) w->at_work = true;
    if (mine) w->busy_since = jd_monotonic_ms();
    pthread_mutex_unlock(&w->lock);
    if (!mine) return false;
    run_batches(w, &run, 1);
    pthread_mutex_lock(&w->lock);
    w->at_work = false;
    w->busy_since = 0;
    w->scrub = jd_scrub_waits(&w->g->scrub);
    if (has_work(w)) pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
    return true;
}

void jd_writer_rekey(jd_writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->rekey = true;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
}

bool jd_writer_take(jd_writer *w, uint64_t *link, jd_inbatch **batch, jd_buf *frame)
{
    pthread_mutex_lock(&w->lock);
    item *i = w->out.head;
    if (i && !(w->out.head = i->next)) w->out.tail = &w->out.head;
    pthread_mutex_unlock(&w->lock);
    if (!i) return false;
    *link = i->link;
    *batch = i->batch;
    *frame = i->bytes;
    free(i);
    return true;
}

uint64_t jd_writer_waiting_ms(jd_writer *w)
{
    pthread_mutex_lock(&w->lock);
    int64_t since = w->busy_since ? w->busy_since : w->in.head ? w->in.head->since : 0;
    pthread_mutex_unlock(&w->lock);
    return since ? (uint64_t)(jd_monotonic_ms() - since) : 0;
}

void jd_writer_finish(jd_writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    jd_sealer_stop(w->g->sealer);
    w->g->sealer = NULL;
}

void jd_writer_free(jd_writer *w)
{
    for (item *i; (i = w->out.head);) {
        w->out.head = i->next;
        item_free(i);
    }
    free(w);
}
