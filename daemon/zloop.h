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

enum { JD_FRAMES_MAX = 8 };

/* A message read: at most JD_FRAMES_MAX frames are kept, `n` says how many there were. They live until
 * the callback returns. `user` is what the ZAP handler answered as User-Id when the peer connected; NULL where
 * nobody asked it. */
typedef struct jd_zmessage {
    int n;
    jd_str frame[JD_FRAMES_MAX];
    const char *user;
} jd_zmessage;

typedef enum { JD_Z_ROUTER, JD_Z_PULL, JD_Z_PUB, JD_Z_XPUB, JD_Z_REP } jd_ztype;
typedef void (*jd_on_message)(void *arg, const jd_zmessage *m);

jd_zloop *jd_zloop_new(uv_loop_t *loop);
/* Called after every round of reading: the place to hand on what was gathered. */
void jd_zloop_after(jd_zloop *z, void (*after)(void *), void *arg);

/* Messages ZeroMQ may hold for one peer: to be read by us, and to be read by it. */
typedef struct jd_hwm {
    int in, out;
} jd_hwm;

typedef struct jd_zplan {
    jd_ztype type;
    const jd_endpoints *endpoints;
    jd_hwm hwm;
    const char *secret; /* CURVE, as Z85; NULL for peers without keys */
    const char *domain; /* what the ZAP handler is told: which door it is */
    jd_on_message f;    /* NULL for what is only sent on */
    void *arg;
} jd_zplan;

/* Binds; on failure NULL, and the reason is logged. */
jd_zsocket *jd_z_bind(jd_zloop *z, const jd_zplan *plan);
void jd_z_reading(jd_zsocket *s, bool on); /* off: the peers' sends pile up and push back; NULL: nothing */

/* Drops every peer of the socket, who may come again: the one way to be rid of one. */
void jd_z_drop_peers(jd_zsocket *s);

/* What happened at a socket with keys since it was last asked; added to *n. */
typedef struct jd_zdoings {
    int64_t connections; /* now */
    uint64_t failed;     /* handshakes without a known key, with another mechanism, or none at all */
} jd_zdoings;
void jd_z_doings(jd_zsocket *s, jd_zdoings *n);

bool jd_z_key_pair(const char *secret, const char *public_key); /* do the two belong together? */

/* False when the peer is gone or does not read: the message is dropped, and asking again is the peer's
 * remedy. Only the last part has more = false. */
bool jd_z_send(jd_zsocket *s, jd_str part, bool more);

/* Closes all sockets, giving what was sent three seconds to leave, and the loop's handles. */
void jd_zloop_close(jd_zloop *z);
void jd_zloop_free(jd_zloop *z); /* after the loop has run the close callbacks */

#endif
