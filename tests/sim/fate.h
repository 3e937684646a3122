/* What may go wrong in this seed, and how often: each kind is there in about half of them, so that a seed shows few
 * at a time and the others do not hide what one does. */
#ifndef JD_SIM_FATE_H
#define JD_SIM_FATE_H

#include "tests/sim/sim.h"

typedef struct sim_fates {
    /* between clients and daemon, per mille of messages */
    uint32_t lost, doubled, deaf, moved; /* deaf: the peer does not read; moved: it connects anew */
    uint32_t net_us;                     /* a message takes up to */
    /* between daemon and worker */
    bool chunky; /* bytes arrive in pieces */
    uint32_t link_us, partial;
    /* the disk, per mille of commits */
    uint32_t full, broken, dies_before, dies_after;
    uint32_t dies_soon, cut_soon; /* while what was recorded is being told */
    uint32_t commit_us;           /* up to, before and after it is on disk */
    uint32_t slow;                /* per mille that take seconds, or longer than a worker may hang */
    /* threads, per mille of locks */
    uint32_t preempted;
    /* something every so often, 0 for never; which by weight */
    uint32_t gap_us;
    uint32_t kill_worker, end_worker, kill_daemon, end_daemon, cut, jump, back, stall, reload, fill, holiday;
} sim_fates;

extern sim_fates sim_fate;

void sim_fate_draw(void);
void sim_fate_begin(void); /* misfortunes come from now on */
void sim_fate_behind_commit(void);
void sim_fate_calm(void); /* nothing goes wrong any more */

#endif
