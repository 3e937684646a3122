/* Virtual time, processes and their threads. A thread is a context of its own that runs until it waits for something;
 * which of those that could go on does so next is drawn. */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

#include "tests/sim/sim.h"

#ifdef __has_feature /* clang's */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__ /* it wants to know which stack is in use */
#include <sanitizer/common_interface_defs.h>
#define START_SWITCH(save, bottom, n) __sanitizer_start_switch_fiber(save, bottom, n)
#define FINISH_SWITCH(save, b, n)     __sanitizer_finish_switch_fiber(save, b, n)
#else
#define START_SWITCH(save, bottom, n) ((void)(save), (void)(bottom), (void)(n))
#define FINISH_SWITCH(save, b, n)     ((void)(save), (void)(b), (void)(n))
#endif

enum { STACK = 2 << 20, THREADS = 8, CHILDREN = 8 };

struct sim_thread {
    ucontext_t context;
    char *stack;
    void *fake; /* the sanitizer's */
    sim_process *p;
    void *(*f)(void *);
    void *arg;
    bool over, parked, held; /* held: it would go on, but its process stands still */
    uint64_t turn;           /* a wake that was meant for an earlier one is stale */
};

struct sim_process {
    char name[16];
    sim_program *program;
    char *statics; /* while another's are in their place */
    char *argv[10];
    sim_on_end ended;
    void *arg;
    sim_process *parent, *next;
    sim_thread *threads[THREADS];
    int threads_n, status, signal;
    bool alive;
    sim_us stalled;
};

typedef struct event {
    sim_us when;
    uint32_t tie; /* drawn: what happens at the same time does so in any order */
    void (*f)(void *);
    void *arg;
} event;

static struct {
    sim_us now;
    event *heap;
    size_t n, cap;
    sim_process *processes;
    unsigned serial;
    sim_thread *self;
    ucontext_t scheduler;
    void *fake;
    const void *bottom;
    size_t size;
} m;

/* ------------------------------------------------------------ what is to happen */

static bool before(const event *a, const event *b)
{
    return a->when != b->when ? a->when < b->when : a->tie < b->tie;
}

static void swap(size_t a, size_t b)
{
    event e = m.heap[a];
    m.heap[a] = m.heap[b];
    m.heap[b] = e;
}

static void push(event e)
{
    if (m.n == m.cap) m.heap = realloc(m.heap, sizeof *m.heap * (m.cap = m.cap ? m.cap * 2 : 256));
    if (!m.heap) abort();
    m.heap[m.n] = e;
    for (size_t i = m.n++; i && before(&m.heap[i], &m.heap[(i - 1) / 2]); i = (i - 1) / 2) swap(i, (i - 1) / 2);
}

static event pop(void)
{
    event first = m.heap[0];
    m.heap[0] = m.heap[--m.n];
    for (size_t i = 0;;) {
        size_t least = i, left = 2 * i + 1;
        if (left < m.n && before(&m.heap[left], &m.heap[least])) least = left;
        if (left + 1 < m.n && before(&m.heap[left + 1], &m.heap[least])) least = left + 1;
        if (least == i) return first;
        swap(i, least);
        i = least;
    }
}

sim_us sim_now(void)
{
    return m.now;
}

void sim_at(sim_us when, void (*f)(void *), void *arg)
{
    push((event){ .when = when < m.now ? m.now : when, .tie = (uint32_t)sim_random(), .f = f, .arg = arg });
}

void sim_in(sim_us delay, void (*f)(void *), void *arg)
{
    sim_at(m.now + delay, f, arg);
}

void sim_run(bool (*over)(void))
{
    while (m.n && !over()) {
        event e = pop();
        m.now = e.when;
        e.f(e.arg);
    }
}

/* ------------------------------------------------------------ threads */

sim_thread *sim_self(void)
{
    return m.self;
}

sim_process *sim_current(void)
{
    return m.self ? m.self->p : NULL;
}

static char *spare[THREADS * 4];
static int spare_n;

static void leave(bool for_good)
{
    sim_thread *t = m.self;
    m.self = NULL;
    START_SWITCH(for_good ? NULL : &t->fake, m.bottom, m.size);
    swapcontext(&t->context, &m.scheduler);
    FINISH_SWITCH(t->fake, &m.bottom, &m.size);
}

/* Bytes, as the sanitizer guards what lies between the variables. */
__attribute__((no_sanitize("address"))) static void copy(volatile char *to, const volatile char *from, size_t n)
{
    for (size_t i = 0; i < n; i++) to[i] = from[i];
}

static void load_statics(sim_process *p)
{
    sim_program *of = p->program;
    size_t n = (size_t)(of->end - of->statics);
    if (of->loaded == p) return;
    if (of->loaded && of->loaded->alive) copy(of->loaded->statics, of->statics, n);
    copy(of->statics, p->statics, n);
    of->loaded = p;
}

static void go_on(sim_thread *t)
{
    load_statics(t->p);
    m.self = t;
    t->turn++;
    t->parked = t->held = false;
    START_SWITCH(&m.fake, t->stack, STACK);
    swapcontext(&m.scheduler, &t->context);
    FINISH_SWITCH(m.fake, NULL, NULL);
    if (!t->over || !t->stack || spare_n == (int)(sizeof spare / sizeof *spare)) return;
    spare[spare_n++] = t->stack;
    t->stack = NULL;
}

typedef struct wake {
    sim_thread *t;
    uint64_t turn;
} wake;

static void on_wake(void *arg)
{
    wake *w = arg;
    sim_thread *t = w->t;
    bool meant = !t->over && t->p->alive && t->turn == w->turn;
    if (meant && t->p->stalled > m.now) {
        t->held = true;
        sim_at(t->p->stalled, on_wake, w);
        return;
    }
    free(w);
    if (meant) go_on(t);
}

static void wake_at(sim_thread *t, sim_us when)
{
    wake *w = malloc(sizeof *w);
    if (!w) abort();
    *w = (wake){ t, t->turn };
    sim_at(when, on_wake, w);
}

static void thread_main(void)
{
    FINISH_SWITCH(NULL, &m.bottom, &m.size);
    sim_thread *t = m.self;
    t->f(t->arg);
    t->over = true;
    leave(true);
}

sim_thread *sim_thread_new(sim_process *p, void *(*f)(void *), void *arg)
{
    sim_thread *t = calloc(1, sizeof *t);
    if (!t || p->threads_n == THREADS) abort();
    t->stack = spare_n ? spare[--spare_n] : malloc(STACK);
    t->p = p;
    t->f = f;
    t->arg = arg;
    p->threads[p->threads_n++] = t;
    getcontext(&t->context);
    t->context.uc_stack.ss_sp = t->stack;
    t->context.uc_stack.ss_size = STACK;
    makecontext(&t->context, thread_main, 0);
    wake_at(t, m.now);
    return t;
}

bool sim_thread_over(const sim_thread *t)
{
    return t->over;
}

void sim_pause(sim_us delay)
{
    if (!m.self) return;
    wake_at(m.self, m.now + delay);
    leave(false);
}

void sim_park(sim_us until)
{
    if (until != SIM_NEVER) wake_at(m.self, until < m.now ? m.now : until);
    m.self->parked = true;
    leave(false);
}

void sim_unpark(sim_thread *t)
{
    if (t->parked && !t->over) wake_at(t, m.now + sim_below(30));
    t->parked = false;
}

/* ------------------------------------------------------------ processes */

static void *process_main(void *arg)
{
    sim_process *p = arg;
    int argc = 0;
    optind = 0; /* getopt begins anew */
    while (p->argv[argc]) argc++;
    sim_exit(p->program->main(argc, p->argv));
}

sim_process *sim_start(sim_program *program, char *const *argv, sim_on_end ended, void *arg)
{
    sim_process *p = calloc(1, sizeof *p);
    if (!p || !(p->statics = calloc(1, (size_t)(program->end - program->statics)))) abort();
    snprintf(p->name, sizeof p->name, "%s%u", program->name, ++m.serial);
    for (int i = 0; argv[i]; i++) p->argv[i] = strdup(argv[i]);
    p->program = program;
    p->ended = ended;
    p->arg = arg;
    p->alive = true;
    p->parent = sim_current();
    p->next = m.processes;
    m.processes = p;
    sim_trace("%s starts", p->name);
    sim_thread_new(p, process_main, p);
    return p;
}

bool sim_alive(const sim_process *p)
{
    return p && p->alive;
}

const char *sim_name(const sim_process *p)
{
    return p->name;
}

static void tell_end(void *arg)
{
    sim_process *p = arg;
    sim_world_ended(p, p->status, p->signal);
    if (p->ended) p->ended(p->arg, p->status, p->signal);
}

/* A worker asks the kernel to be told when its daemon is gone (--child). */
static void tell_children(const sim_process *p)
{
    for (sim_process *c = m.processes; c; c = c->next)
        if (c->alive && c->parent == p) sim_signal(c, SIGTERM);
}

static void end(sim_process *p, int status, int signal)
{
    if (!p->alive) return;
    sim_trace("%s ends: status %d, signal %d", p->name, status, signal);
    p->alive = false;
    p->status = status;
    p->signal = signal;
    sim_disk_abandon(p);
    sim_net_abandon(p);
    sim_pipes_abandon(p);
    sim_loops_abandon(p);
    sim_threads_abandon(p);
    for (int i = 0; i < p->threads_n; i++) p->threads[i]->over = true;
    tell_children(p);
    sim_in(sim_below(2 * SIM_MS), tell_end, p);
    if (m.self && m.self->p == p) leave(true);
}

void sim_kill(sim_process *p)
{
    end(p, 0, SIGKILL);
}

void sim_exit(int status)
{
    end(m.self->p, status, 0);
    abort();
}

void sim_signal(sim_process *p, int signal)
{
    sim_trace("signal %d to %s", signal, p->name);
    if (p->alive && !sim_loops_signal(p, signal)) end(p, 0, signal);
}

void sim_stall(sim_process *p, sim_us until)
{
    p->stalled = until;
    for (int i = 0; i < p->threads_n; i++) /* it may be over sooner than it was to be */
        if (p->threads[i]->held) wake_at(p->threads[i], until < m.now ? m.now : until);
}
