#include "workers/sealer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "base/turns.h"
#include "workers/keys.h"

/* An entry takes two thirds as long to seal as the next one takes to come: told behind a third of a run, the thread finds
 * work to its end. */
enum {
    HEAD_START = 3, /* that part of a run */
    FEW = 48,       /* are sealed sooner than the thread would wake up */
    STEP = 16,      /* entries from one look at the lock to the next */
};

typedef struct job {
    const jd_entry *e;
    const jd_secret *key;
    jd_slot slot;
    jd_str plain;
} job;

struct jd_sealer {
    const jd_vault *v;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, ready;
    /* the writer's */
    job *jobs;
    size_t n, room;
    uint64_t seq; /* the first job's, the others follow: the entries have left the cache when they are put */
    size_t first; /* so many before the thread is told */
    /* under the lock */
    size_t given, taken;
    bool asleep, at_it, stop;
    /* the thread's, until all are ready; the writer wants no line of memory of it before */
    uint8_t chain[JD_CHAIN];
    jd_buf sealed;
    size_t *ends; /* in `sealed`; as many as jobs */
};

static void seal_one(jd_sealer *s, size_t i)
{
    const job *j = &s->jobs[i];
    size_t at = s->sealed.n;
    jd_entry_pack(j->e, s->v, j->key, j->slot, j->plain, &s->sealed);
    jd_entry_close(&s->sealed, at, s->chain, s->chain);
    s->ends[i] = s->sealed.n;
}

/* A step, so that the writer need not wait long for its turn. */
static void seal_some(jd_sealer *s)
{
    size_t from = s->taken, to = s->given - from < STEP ? s->given : from + STEP;
    s->at_it = true;
    pthread_mutex_unlock(&s->lock);
    for (size_t i = from; i < to; i++) seal_one(s, i);
    pthread_mutex_lock(&s->lock);
    s->at_it = false;
    s->taken = to;
    if (s->taken >= s->given) pthread_cond_signal(&s->ready);
    pthread_mutex_unlock(&s->lock);
    jd_turns_give_way();
    pthread_mutex_lock(&s->lock);
}

static void *sealer_main(void *arg)
{
    jd_sealer *s = arg;
    prctl(PR_SET_NAME, "sealer"); /* as tools show it */
    pthread_mutex_lock(&s->lock);
    while (!s->stop) {
        if (s->taken < s->given) {
            seal_some(s);
            continue;
        }
        s->asleep = true;
        pthread_cond_wait(&s->more, &s->lock);
        s->asleep = false;
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

jd_sealer *jd_sealer_start(const jd_vault *v)
{
    jd_sealer *s = calloc(1, sizeof *s);
    if (!s) jd_die(JD_EX_TEMPFAIL, "out of memory");
    s->v = v;
    s->first = FEW;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->more, NULL);
    pthread_cond_init(&s->ready, NULL);
    if (pthread_create(&s->thread, NULL, sealer_main, s) != 0) jd_die(JD_EX_TEMPFAIL, "no thread");
    return s;
}

void jd_sealer_stop(jd_sealer *s)
{
    pthread_mutex_lock(&s->lock);
    s->stop = true;
    pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    jd_buf_free(&s->sealed);
    free(s->jobs);
    free(s->ends);
    free(s);
}

/* What is given so far is the thread's to take. */
static void tell(jd_sealer *s)
{
    pthread_mutex_lock(&s->lock);
    s->given = s->n;
    if (s->asleep) pthread_cond_signal(&s->more);
    pthread_mutex_unlock(&s->lock);
}

/* What the thread has not come to is taken back and sealed here: with all processors busy it may not come to it for long. */
static void finish(jd_sealer *s)
{
    pthread_mutex_lock(&s->lock);
    s->given = s->taken;
    while (s->at_it) pthread_cond_wait(&s->ready, &s->lock);
    pthread_mutex_unlock(&s->lock);
    for (size_t i = s->taken; i < s->n; i++) {
        seal_one(s, i);
        jd_turns_give_way();
    }
    pthread_mutex_lock(&s->lock);
    s->given = s->taken = s->n;
    pthread_mutex_unlock(&s->lock);
}

/* The thread may be reading the lists: they are not moved under its hands. */
static void make_room(jd_sealer *s)
{
    if (s->n < s->room) return;
    finish(s);
    s->room = s->room ? 2 * s->room : 1024;
    s->jobs = realloc(s->jobs, s->room * sizeof *s->jobs);
    s->ends = realloc(s->ends, s->room * sizeof *s->ends);
    if (!s->jobs || !s->ends) jd_die(JD_EX_TEMPFAIL, "out of memory");
}

void jd_sealer_expect(jd_sealer *s, size_t n)
{
    s->first = n < FEW ? FEW : n / HEAD_START;
}

bool jd_sealer_takes(const jd_sealer *s, jd_slot slot)
{
    return s->n == 0 || (s->jobs[0].slot.kind == slot.kind && s->jobs[0].slot.number == slot.number);
}

void jd_sealer_give(jd_sealer *s, const jd_entry *e, const jd_secret *key, jd_slot slot, jd_str plain,
                    const uint8_t chain[JD_CHAIN])
{
    if (s->n == 0) {
        s->seq = e->seq;
        memcpy(s->chain, chain, sizeof s->chain);
    }
    make_room(s);
    s->jobs[s->n++] = (job){ .e = e, .key = key, .slot = slot, .plain = plain };
    if (s->n >= s->first && s->n % STEP == 0) tell(s);
}

void jd_sealer_put(jd_sealer *s, jd_txn *t, uint8_t chain[JD_CHAIN])
{
    if (s->n == 0) return;
    finish(s);
    for (size_t i = 0, at = 0; i < s->n && !s->sealed.failed; at = s->ends[i++]) {
        jd_key k = jd_key_seq(s->seq + i);
        jd_put_last(t, JD_DB_JOURNAL, jd_k(&k), (jd_str){ s->sealed.p + at, (uint32_t)(s->ends[i] - at) });
        jd_turns_give_way();
    }
    if (s->sealed.failed && !t->rc) t->rc = ENOMEM;
    memcpy(chain, s->chain, JD_CHAIN);
    pthread_mutex_lock(&s->lock);
    s->n = s->given = s->taken = s->sealed.n = 0;
    s->sealed.failed = false;
    pthread_mutex_unlock(&s->lock);
}
