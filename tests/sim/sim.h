/* A small machine in one process, on which the daemon's and the worker's programs run unchanged.
 *
 * What they ask of the outside is answered here, at the seams where it is linked: libuv's handles, the sockets of
 * daemon/zloop.h, threads and locks, the clocks, randomness, LMDB's transactions. Time is virtual, and everything that
 * could come out in more than one way is drawn from the seed: a seed is a run, and runs the same again. */
#ifndef JD_SIM_H
#define JD_SIM_H

#include "base/arena.h"
#include "base/civil.h"

/* ------------------------------------------------------------ chance.c */

void sim_seed(uint64_t seed);
uint64_t sim_random(void);
uint32_t sim_below(uint32_t n);                  /* 0 .. n-1; 0 for 0 */
uint32_t sim_between(uint32_t low, uint32_t up); /* both included */
bool sim_chance(uint32_t per_mille);

/* ------------------------------------------------------------ trace.c: what happened, as a hash and for reading */

extern bool sim_verbose;
void sim_trace(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void sim_hash(const void *p, size_t n);
uint64_t sim_trace_hash(void);
/* A promise is not kept: says which, and ends this seed's process. */
_Noreturn void sim_broken(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* ------------------------------------------------------------ machine.c: time, processes, threads */

typedef uint64_t sim_us;
enum { SIM_MS = 1000, SIM_S = 1000 * 1000 };
#define SIM_NEVER UINT64_MAX

typedef struct sim_process sim_process;
typedef struct sim_thread sim_thread;

/* A program whose main is linked in under another name. Its static variables lie in a section of their own, and each
 * process has a copy of them. */
typedef struct sim_program {
    const char *name;
    int (*main)(int argc, char **argv);
    char *statics, *end;
    sim_process *loaded; /* whose statics lie there now */
} sim_program;

typedef void (*sim_on_end)(void *arg, int status, int signal);

sim_us sim_now(void);
void sim_at(sim_us when, void (*f)(void *), void *arg);
void sim_in(sim_us delay, void (*f)(void *), void *arg);
/* Until `over` says so, or nothing is left to happen. */
void sim_run(bool (*over)(void));

sim_process *sim_start(sim_program *program, char *const *argv, sim_on_end ended, void *arg);
bool sim_alive(const sim_process *p);
const char *sim_name(const sim_process *p);
void sim_kill(sim_process *p);               /* at once, whatever it is doing */
void sim_signal(sim_process *p, int signal); /* as it has asked to be told; kills it when it has not */
_Noreturn void sim_exit(int status);         /* the process that is running ends */

sim_process *sim_current(void); /* NULL outside of all */
sim_thread *sim_self(void);
sim_thread *sim_thread_new(sim_process *p, void *(*f)(void *), void *arg);
bool sim_thread_over(const sim_thread *t);
void sim_pause(sim_us delay); /* the thread goes on then; others do meanwhile */
void sim_park(sim_us until);  /* or when it is woken */
void sim_unpark(sim_thread *t);
void sim_stall(sim_process *p, sim_us until); /* stands still, as by SIGSTOP */

/* ------------------------------------------------------------ what dies with a process */

void sim_world_ended(sim_process *p, int status, int signal); /* world.c: who starts it again */

void sim_disk_abandon(sim_process *p);             /* disk.c: transactions, files */
void sim_pipes_abandon(sim_process *p);            /* pipe.c: connections */
void sim_net_abandon(sim_process *p);              /* net.c: sockets */
void sim_pipes_cut(void);                          /* every connection breaks */
void sim_loops_abandon(sim_process *p);            /* loop.c: handles */
void sim_threads_abandon(const sim_process *p);    /* threads.c: who waits */
bool sim_loops_signal(sim_process *p, int signal); /* false where nobody listens */

#endif
