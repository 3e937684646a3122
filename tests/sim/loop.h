/* libuv's loops and handles, as far as the two programs use them, in virtual time. */
#ifndef JD_SIM_LOOP_H
#define JD_SIM_LOOP_H

#include <uv.h>

#include "tests/sim/sim.h"

typedef struct sim_loop sim_loop;

typedef struct sim_handle {
    uv_handle_t *h;
    sim_loop *loop;
    struct sim_handle *next;
    bool active, closing;
    bool pending; /* something is there for the next turn */
    uv_close_cb on_close;
    void (*poll)(struct sim_handle *);   /* what a turn does with it then */
    void (*closed)(struct sim_handle *); /* gives back what it has; NULL for nothing */
    void *more;                          /* its kind's own */
    /* timers */
    uint64_t due, repeat, serial; /* ms */
    /* signals */
    int number;
} sim_handle;

sim_handle *sim_handle_new(uv_loop_t *loop, uv_handle_t *h, uv_handle_type type, void (*poll)(sim_handle *));
sim_handle *sim_handle_of(const void *uv_handle);
void sim_handle_pend(sim_handle *h); /* and wakes the loop */
void sim_loop_wake(sim_loop *l);
sim_process *sim_loop_process(const sim_loop *l);

/* The sockets of a daemon's loop (net.c): is there something to read, and read it. */
typedef struct sim_reader {
    bool (*ready)(void *arg);
    void (*read)(void *arg);
    void *arg;
} sim_reader;
sim_loop *sim_loop_read(uv_loop_t *loop, const sim_reader *r); /* NULL: no more */

#endif
