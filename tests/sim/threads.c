/* POSIX threads, as workers/writer.c and sealer.c use them: a thread goes on until it locks or waits. As no other one runs
 * meanwhile, a lock that is asked for is always free. */
#include <pthread.h>
#include <stdlib.h>

#include "tests/sim/fate.h"
#include "tests/sim/seams.h"

enum { WAITERS = 16 };

static struct {
    const void *on;
    sim_thread *t;
    const sim_process *p;
} waiters[WAITERS];

static void wait_for(const void *on)
{
    for (int i = 0; i < WAITERS; i++) {
        if (waiters[i].t) continue;
        waiters[i].on = on;
        waiters[i].t = sim_self();
        waiters[i].p = sim_current();
        sim_park(SIM_NEVER);
        waiters[i].t = NULL;
        return;
    }
    abort();
}

static void wake(const void *on)
{
    for (int i = 0; i < WAITERS; i++) {
        if (waiters[i].on != on || !waiters[i].t) continue;
        sim_unpark(waiters[i].t);
    }
}

void sim_threads_abandon(const sim_process *p)
{
    for (int i = 0; i < WAITERS; i++)
        if (waiters[i].p == p) waiters[i].t = NULL;
}

typedef struct thread {
    sim_thread *t;
    void *(*f)(void *);
    void *arg;
    bool over;
} thread;

static void *run(void *arg)
{
    thread *t = arg;
    t->f(t->arg);
    t->over = true;
    wake(t);
    return NULL;
}

int __wrap_pthread_create(pthread_t *out, const pthread_attr_t *attr, void *(*f)(void *), void *arg)
{
    (void)attr;
    thread *t = calloc(1, sizeof *t);
    if (!t) return 1;
    t->f = f;
    t->arg = arg;
    *out = (pthread_t)t;
    t->t = sim_thread_new(sim_current(), run, t);
    return 0;
}

int __wrap_pthread_join(pthread_t t, void **value)
{
    (void)value;
    while (!((thread *)t)->over) wait_for((thread *)t);
    free((thread *)t);
    return 0;
}

int __wrap_pthread_mutex_init(pthread_mutex_t *m, const pthread_mutexattr_t *attr)
{
    (void)m, (void)attr;
    return 0;
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *m)
{
    (void)m;
    if (sim_chance(sim_fate.preempted)) sim_pause(sim_below(2 * SIM_MS));
    return 0;
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t *m)
{
    (void)m;
    return 0;
}

int __wrap_pthread_cond_init(pthread_cond_t *c, const pthread_condattr_t *attr)
{
    (void)c, (void)attr;
    return 0;
}

int __wrap_pthread_cond_wait(pthread_cond_t *c, pthread_mutex_t *m)
{
    (void)m;
    wait_for(c);
    return 0;
}

int __wrap_pthread_cond_signal(pthread_cond_t *c)
{
    wake(c);
    return 0;
}
