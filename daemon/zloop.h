/* The one seam between ZeroMQ and libuv.
 *
 * ZMQ_FD is edge-triggered, and a send on a socket can swallow the edge of a message that arrived
 * meanwhile. So the descriptor only wakes the loop; whether there is something to read is asked of
 * ZMQ_EVENTS before every wait (prepare: if so, an idle handle keeps the wait from sleeping) and behind
 * it (check: read up to a budget). */
#ifndef JD_ZLOOP_H
#define JD_ZLOOP_H

#include <uv.h>

#include "base/config.h"

typedef struct jd_zloop jd_zloop;
typedef struct jd_zsocket jd_zsocket;

enum { JD_FRAMES_MAX = 4 };

/* A message read: at most JD_FRAMES_MAX frames are kept, `n` says how many there were. They live until
 * the callback returns. */
typedef struct jd_zmessage {
    int n;
    jd_str frame[JD_FRAMES_MAX];
} jd_zmessage;

typedef enum { JD_Z_ROUTER, JD_Z_PULL, JD_Z_PUB } jd_ztype;
typedef void (*jd_on_message)(void *arg, const jd_zmessage *m);

jd_zloop *jd_zloop_new(uv_loop_t *loop);
/* Called after every round of reading: the place to hand on what was gathered. */
void jd_zloop_after(jd_zloop *z, void (*after)(void *), void *arg);

/* Messages ZeroMQ may hold for one peer: to be read by us, and to be read by it. */
typedef struct jd_hwm {
    int in, out;
} jd_hwm;

/* Binds; on failure NULL, and the reason is logged. f is NULL for what is only sent on. */
jd_zsocket *jd_z_bind(jd_zloop *z, jd_ztype type, const jd_endpoints *e, jd_hwm hwm, jd_on_message f, void *arg);
void jd_z_reading(jd_zsocket *s, bool on); /* off: the peers' sends pile up and push back */

/* False when the peer is gone or does not read: the message is dropped, and asking again is the peer's
 * remedy. Only the last part has more = false. */
bool jd_z_send(jd_zsocket *s, jd_str part, bool more);

/* Closes all sockets, giving what was sent three seconds to leave, and the loop's handles. */
void jd_zloop_close(jd_zloop *z);
void jd_zloop_free(jd_zloop *z); /* after the loop has run the close callbacks */

#endif
