/* ZMTP 3.0 (rfc.zeromq.org/spec/23) by hand, on a socket of one's own: clients that cost next to nothing, where libzmq's,
 * with a thread each, would take more of the processors than what they measure. */
#ifndef JD_BENCH_ZMTP_H
#define JD_BENCH_ZMTP_H

#include <stdbool.h>

#include "base/bytes.h"
#include "bench/bench.h"

/* Flags of a frame. */
enum { JD_ZMTP_MORE = 1, JD_ZMTP_LONG = 2, JD_ZMTP_COMMAND = 4, JD_ZMTP_HEAD_MAX = 9 };

/* Whatever a command asks, this will do: the other side wants to see that somebody is there. */
#define JD_ZMTP_PONG "\4\5\4PONG"

/* ipc:// or tcp://127.0.0.1:; the descriptor of a connection that has been greeted as a socket of this type. Ends the
 * program where it cannot. */
int jd_zmtp_open(const char *endpoint, const char *type);

void jd_zmtp_say(int fd, const char *p, size_t n); /* all of it; ends the program where it cannot */
void jd_zmtp_put(jd_buf *out, bool more, jd_str frame);

/* How many bytes a frame's head takes, 0 where it is not whole; how many follow. */
size_t jd_zmtp_head(const char *p, size_t n, size_t *follow);

/* Sends one request and waits for its receipt; the bytes of it. */
size_t jd_zmtp_ask(int fd, jd_str header, jd_str body, char *answer, size_t n);

#endif
