#include "workers/sealer.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/prctl.h>

#include "base/log.h"
#include "workers/keys.h"

enum { AT_ONCE = 64 }; /* given before the thread is told; fewer are sealed sooner than it would wake up */

typedef struct job {
    const jd_entry *e;
    uint64_t seq; /* the entry's, which has left the cache when it is put */
    const jd_secret *key;
    jd_slot slot;
    jd_str plain;
    size_t at, n; /* in `sealed` */
} job;

struct jd_sealer {
    const jd_vault *v;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t more, ready;
    job *jobs;
    size_t n, room;      /* the writer's */
    size_t given, taken; /* under the lock, like the rest */
    bool waiting, stop;
    uint8_t chain[JD_CHAIN];
    jd_buf sealed; /* the thread's, until all are ready */
};

static void seal_one(jd_sealer *s, job *j)
{
    j->at = s->sealed.n;
    jd_entry_pack(j->e, s->v, j->key, j->slot, j->plain, &s->sealed);
    jd_entry_close(&s->sealed, j->at, s->chain, s->chain);
    j->n = s->sealed.n - j->at;
}

static void *sealer_main(void *arg)
{
    jd_sealer *s = arg;
    prctl(PR_SET_NAME, "sealer"); /* as tools show it */
    pthread_mutex_lock(&s->lock);
    while (!s->stop) {
        if (s->taken == s->given) {
            if (s->waiting) pthread_cond_signal(&s->ready);
            pthread_cond_wait(&s->more, &s->lock);
            continue;
        }
        size_t from = s->taken, to = s->given;
        job *jobs = s->jobs;
        pthread_mutex_unlock(&s->lock);
        for (size_t i = from; i < to; i++) seal_one(s, &jobs[i]);
        pthread_mutex_lock(&s->lock);
        s->taken = to;
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

jd_sealer *jd_sealer_start(const jd_vault *v)
{
    jd_sealer *s = calloc(1, sizeof *s);
    if (!s) jd_die(JD_EX_TEMPFAIL, "out of memory");
    s->v = v;
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
    free(s);
}

/* What is given so far is the thread's to take; `all`: and the writer waits for it. */
static void tell(jd_sealer *s, bool all)
{
    pthread_mutex_lock(&s->lock);
    s->given = s->n;
    pthread_cond_signal(&s->more);
    s->waiting = all;
    while (all && s->taken < s->given) pthread_cond_wait(&s->ready, &s->lock);
    s->waiting = false;
    pthread_mutex_unlock(&s->lock);
}

/* The thread may be reading the list: it is not moved under its hands. */
static void make_room(jd_sealer *s)
{
    if (s->n < s->room) return;
    tell(s, true);
    s->room = s->room ? 2 * s->room : 1024;
    s->jobs = realloc(s->jobs, s->room * sizeof *s->jobs);
    if (!s->jobs) jd_die(JD_EX_TEMPFAIL, "out of memory");
}

bool jd_sealer_takes(const jd_sealer *s, jd_slot slot)
{
    return s->n == 0 || (s->jobs[0].slot.kind == slot.kind && s->jobs[0].slot.number == slot.number);
}

void jd_sealer_give(jd_sealer *s, const jd_entry *e, const jd_secret *key, jd_slot slot, jd_str plain,
                    const uint8_t chain[JD_CHAIN])
{
    if (s->n == 0) memcpy(s->chain, chain, sizeof s->chain);
    make_room(s);
    s->jobs[s->n++] = (job){ .e = e, .seq = e->seq, .key = key, .slot = slot, .plain = plain };
    if (s->n % AT_ONCE == 0) tell(s, false);
}

/* The thread was told of none, and sleeps. */
static void seal_here(jd_sealer *s)
{
    for (size_t i = 0; i < s->n; i++) seal_one(s, &s->jobs[i]);
}

void jd_sealer_put(jd_sealer *s, jd_txn *t, uint8_t chain[JD_CHAIN])
{
    if (s->n == 0) return;
    if (s->n < AT_ONCE)
        seal_here(s);
    else
        tell(s, true);
    for (size_t i = 0; i < s->n; i++) {
        const job *j = &s->jobs[i];
        jd_key k = jd_key_seq(j->seq);
        if (!s->sealed.failed) jd_put_last(t, JD_DB_JOURNAL, jd_k(&k), (jd_str){ s->sealed.p + j->at, (uint32_t)j->n });
    }
    if (s->sealed.failed && !t->rc) t->rc = ENOMEM;
    memcpy(chain, s->chain, JD_CHAIN);
    pthread_mutex_lock(&s->lock);
    s->n = s->given = s->taken = s->sealed.n = 0;
    s->sealed.failed = false;
    pthread_mutex_unlock(&s->lock);
}
