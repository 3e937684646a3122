/* A division's engine in one process, without daemon, sockets or worker: what counts instructions, and what fills a
 * store, need nothing else. Mistakes end the program. */
#ifndef JD_BENCH_INSIDE_H
#define JD_BENCH_INSIDE_H

#include "workers/engine.h"

typedef struct jd_inside {
    jd_engine g; /* large: static */
    jd_ms at;    /* of the next command */
    uint64_t serial;
    bool quiet;
    jd_news news;
    jd_buf events, receipt;
} jd_inside;

typedef struct jd_inside_plan {
    const char *policies, *store, *key; /* folder with 530900.yaml and the calendar; as a worker would have them */
    size_t map_mib;                     /* address space: valgrind has less of it than a worker */
    bool quiet;                         /* nobody is told of what happens */
    jd_ms at;                           /* then the policy is taken up, and one supervisor appointed */
} jd_inside_plan;

void jd_inside_open(jd_inside *in, const jd_inside_plan *plan);
void jd_inside_close(jd_inside *in);

void jd_inside_begin(jd_inside *in);
/* Applies one, or dies when it was not recorded. */
void jd_inside_apply(jd_inside *in, jd_msg type, jd_str body);
void jd_inside_commit(jd_inside *in);

#endif
