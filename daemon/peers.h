/* Who is connected to a socket with keys. libzmq's monitor tells a connection's descriptor as it comes and before it is
 * closed; whose it is the first message says that comes by it. */
#ifndef JD_DAEMON_PEERS_H
#define JD_DAEMON_PEERS_H

#include "daemon/meter.h"

typedef struct jd_peer {
    uint64_t ordinal; /* among all that this socket accepted, from 1; 0: nobody has this descriptor */
    uint64_t since;   /* ms */
    jd_meter *owner;  /* NULL: it has said nothing yet, and may not be through the handshake */
    bool ended;       /* by us: libzmq sees to the rest */
} jd_peer;

typedef struct jd_peers {
    jd_peer *v; /* by descriptor */
    int n;
    int64_t connections; /* now */
    uint64_t accepted;   /* so far */
} jd_peers;

void jd_peer_came(jd_peers *p, int fd, uint64_t now);
void jd_peer_went(jd_peers *p, int fd);

/* The one with this descriptor, if it was among the first `accepted`. NULL: that one has gone, and who has its
 * descriptor now is another. */
jd_peer *jd_peer_find(const jd_peers *p, int fd, uint64_t accepted);
void jd_peer_claim(jd_peer *e, jd_meter *owner);

void jd_peers_free(jd_peers *p);

#endif
