/* A subscriber by bench/zmtp.h that counts what it is sent and keeps none of it. Two hundred of ZeroMQ's take more of the
 * processors than the daemon that sends. */
#ifndef JD_BENCH_HEARER_H
#define JD_BENCH_HEARER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct jd_hearer {
    int fd;
    uint64_t got; /* messages, whole */
    /* of what is being read */
    size_t skip;  /* bytes of a frame still to come */
    char head[9]; /* of a frame: flags and length */
    size_t head_n;
} jd_hearer;

void jd_hearer_open(jd_hearer *h, const char *endpoint,
                    const char *topic);         /* ipc://; ends the program where it cannot */
bool jd_hearer_read(jd_hearer *h, size_t most); /* what has come, up to so many bytes; false: no message */
void jd_hearer_close(jd_hearer *h);

#endif
