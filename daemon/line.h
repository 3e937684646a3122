/* A connection to one of a worker's two sockets. Batches and what came of them go over one, questions and their answers
 * over the other, so that a question does not stand behind a batch's bytes. */
#ifndef JD_LINE_H
#define JD_LINE_H

#include "proto/uv/stream.h"

typedef struct jd_line {
    /* set before it is connected */
    const char *path;
    uint32_t division;
    void (*up)(void *arg);   /* connected, and said who it is */
    void (*down)(void *arg); /* could not be connected, or is lost: to be hung up */
    jd_link_take_frame take;
    void *arg;
    /* its own */
    uv_pipe_t pipe;
    uv_connect_t connecting;
    bool open; /* until it is closed altogether */
    jd_buf in;
} jd_line;

void jd_line_connect(jd_line *l, uv_loop_t *loop);
void jd_line_send(jd_line *l, jd_buf *frame); /* takes it over */
void jd_line_hang_up(jd_line *l);

#endif
