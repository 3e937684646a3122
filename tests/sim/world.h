/* The folder, the configuration and the two programs of a seed; who starts them again. */
#ifndef JD_SIM_WORLD_H
#define JD_SIM_WORLD_H

#include "base/config.h"
#include "tests/sim/sim.h"

enum { SIM_DIVISION = 990100 };

typedef struct sim_worlds {
    uint64_t seed;
    bool making;                  /* the store that all seeds begin with */
    bool simulated, spawn;        /* as the configuration says */
    bool stopping;                /* what ends is not started again */
    sim_process *daemon, *worker; /* the last of each */
    int64_t ahead_ms;             /* the machine's time of day runs on from here */
    bool full;                    /* the disk, for a while */
} sim_worlds;

extern sim_worlds sim_world;

void sim_world_begin(void); /* draws and writes the configuration; starts the programs */
sim_process *sim_start_worker(char *const *argv, sim_on_end ended, void *arg);
void sim_announce_holiday(void);
jd_ms sim_time_of_day(void);

#endif
