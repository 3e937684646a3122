/* A socket of the worker's that the daemon connects to, and says who it is (JD_LINK_OPEN). There is one connection at a
 * time: a newer one takes the place of an older one. */
#ifndef JD_PORT_H
#define JD_PORT_H

#include "proto/uv/stream.h"

typedef struct jd_port {
    /* set before it is opened */
    const char *path;
    uint32_t division;
    void (*opened)(void *arg); /* a daemon is there; NULL: nothing is to be done */
    jd_link_take_frame take;   /* each frame behind the first */
    void *arg;
    /* its own */
    uv_pipe_t listener;
    struct jd_peer *peer;
    uint64_t number; /* of the latest connection */
} jd_port;

bool jd_port_open(jd_port *p, uv_loop_t *loop); /* false: it has said why */
void jd_port_deaf(jd_port *p);                  /* no new connection, and nothing more is read */
void jd_port_hang_up(jd_port *p, uint64_t number);

/* Takes the frame over; dropped where that connection is gone. */
void jd_port_send(jd_port *p, uint64_t number, jd_buf *frame);

#endif
