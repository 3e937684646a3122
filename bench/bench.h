/* The benchmark's parts: a load, the bare loop it is compared with, and jiandu itself. Everything runs
 * on this machine, one after the other and in turn, so that ratios hold where absolute numbers do not. */
#ifndef JD_BENCH_H
#define JD_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct jd_load {
    const char *endpoint; /* of a ROUTER */
    int clients;          /* DEALER sockets */
    int outstanding;      /* requests under way, over all clients */
    double seconds;
    const char *header, *body; /* msgpack; the header's id is the 16 bytes at id_at */
    size_t header_n, body_n, id_at;
} jd_load;

typedef struct jd_measure {
    uint64_t acknowledged;
    double seconds, per_second, latency_us; /* mean, by Little's law */
    uint64_t not_ok;                        /* receipts whose status was not ok */
} jd_measure;

/* Pushes requests until the time is over and all are acknowledged. */
jd_measure jd_load_run(const jd_load *l);

/* The bare loop in its two-process form: ROUTER in, a batch a frame to a second process, two in-order
 * puts a message, one commit a batch, an acknowledgement and an event each. Runs until killed. */
int jd_bare_run(const char *dir, size_t id_at);

#endif
