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
#include "daemon/peers.h"

typedef struct jd_zloop jd_zloop;
typedef struct jd_zsocket jd_zsocket;

enum { JD_FRAMES_MAX = 8 };

/* A message read: at most JD_FRAMES_MAX frames are kept, `n` says how many there were. They live until
 * the callback returns. `user` is what the ZAP handler answered as User-Id when the peer connected; NULL where
 * nobody asked it. `fd` is what the connection it came by had for a descriptor; -1: unknown. */
typedef struct jd_zmessage {
    int n;
    jd_str frame[JD_FRAMES_MAX];
    const char *user;
    int fd;
} jd_zmessage;

typedef enum { JD_Z_ROUTER, JD_Z_PULL, JD_Z_XPUB, JD_Z_REP, JD_Z_PAIR } jd_ztype;
typedef void (*jd_on_message)(void *arg, const jd_zmessage *m);

jd_zloop *jd_zloop_new(uv_loop_t *loop);
/* Messages a socket gives in a round, before the others and what else the loop has to do have their turn: a question
 * waits for so many, not for all that have come. */
enum { JD_AT_A_TIME = 64 };

/* Called after every round of reading, and told whether there is more to be read at once: the place to hand on what was
 * gathered. */
void jd_zloop_after(jd_zloop *z, void (*after)(void *, bool), void *arg);

/* Messages ZeroMQ may hold for one peer: to be read by us, and to be read by it. */
typedef struct jd_hwm {
    int in, out;
} jd_hwm;

typedef struct jd_zplan {
    jd_ztype type;
    const jd_endpoints *endpoints;
    bool connects;      /* to them, instead of binding them */
    jd_hwm hwm;         /* 0: no bound */
    const char *secret; /* CURVE, as Z85; NULL for peers without keys */
    const char *domain; /* what the ZAP handler is told: which door it is */
    jd_on_message f;    /* NULL for what is only sent on */
    void *arg;
} jd_zplan;

/* On failure NULL, and the reason is logged. */
jd_zsocket *jd_z_bind(jd_zloop *z, const jd_zplan *plan);
void jd_z_reading(jd_zsocket *s, bool on); /* off: the peers' sends pile up and push back; NULL: nothing */

/* Who is connected to a socket with keys, as libzmq has told it by now: a connection is in it before it can ask the ZAP
 * handler, and until just before its descriptor is closed. Handshakes that failed meanwhile (no known key, another
 * mechanism, or none at all) are added to *failed. */
jd_peers *jd_z_peers(jd_zsocket *s, uint64_t *failed);
const jd_peers *jd_z_known_peers(const jd_zsocket *s); /* as it was told when last asked */

/* Ends the connection: libzmq sees that it is at its end, and closes it. What had arrived is read. Between the two calls
 * libzmq may close it and accept another with its descriptor; then that one ends, and comes again by itself. */
void jd_z_hang_up(jd_zsocket *s, int fd);

bool jd_z_key_pair(const char *secret, const char *public_key); /* do the two belong together? */

/* False when the peer is gone or does not read: the message is dropped, and asking again is the peer's
 * remedy. Only the last part has more = false. */
bool jd_z_send(jd_zsocket *s, jd_str part, bool more);

/* Closes all sockets, giving what was sent three seconds to leave, and the loop's handles. */
void jd_zloop_close(jd_zloop *z);
void jd_zloop_free(jd_zloop *z); /* after the loop has run the close callbacks */

#endif
