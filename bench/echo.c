/* The clients' own ceiling: everything is answered at once and nothing kept. */
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "bench/bench.h"

static void answer_one(void *socket, size_t id_at)
{
    static const char receipt[] = "\x84\xa1v\x01\xa6status\xa2ok\xa4"
                                  "code\xa8recorded\xa2id\xc4\x10";
    enum { FRONT = sizeof receipt - 1 };
    char peer[16], header[512], body[1024], answer[FRONT + 16];
    int n = zmq_recv(socket, peer, sizeof peer, 0);
    zmq_recv(socket, header, sizeof header, 0);
    zmq_recv(socket, body, sizeof body, 0);
    memcpy(answer, receipt, FRONT);
    memcpy(answer + FRONT, header + id_at, 16);
    zmq_send(socket, peer, (size_t)n, ZMQ_SNDMORE);
    zmq_send(socket, answer, sizeof answer, 0);
}

int jd_echo_run(const char *dir, size_t id_at)
{
    char endpoint[JD_PATH + 32];
    int hwm = 0;
    void *ctx = zmq_ctx_new(), *s = zmq_socket(ctx, ZMQ_ROUTER);
    snprintf(endpoint, sizeof endpoint, "ipc://%s/intake.sock", dir);
    zmq_setsockopt(s, ZMQ_SNDHWM, &hwm, sizeof hwm);
    zmq_setsockopt(s, ZMQ_RCVHWM, &hwm, sizeof hwm);
    if (zmq_bind(s, endpoint) != 0) jd_fail("%s: %m", endpoint);
    for (;;) answer_one(s, id_at);
}
