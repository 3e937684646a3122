/* What people would use instead: each in a private instance (mk/peers.sh), each sent the same bytes, each
 * acknowledging what it has on disk. A client keeps `outstanding` messages under way over its connections and sends
 * the next when an acknowledgement has come. */
#ifndef JD_PEERS_H
#define JD_PEERS_H

#include "base/bytes.h"
#include "bench/bench.h"

typedef struct jd_peer_load {
    int port;
    const char *endpoint; /* jiandu's, instead of a port */
    int connections, outstanding;
    double seconds;
    jd_str message;   /* header and body of the report */
    const char *kind; /* where one program is measured in several ways: the queue's type, the way of inserting */
} jd_peer_load;

typedef jd_measure jd_peer_client(const jd_peer_load *l);

jd_peer_client jd_beanstalkd_run, jd_redis_run, jd_nats_run;
#ifdef JD_HAVE_POSTGRES
jd_peer_client jd_postgres_run;
#else
#define jd_postgres_run NULL
#endif
#ifdef JD_HAVE_RABBITMQ
jd_peer_client jd_rabbitmq_run;
#else
#define jd_rabbitmq_run NULL
#endif

/* Protocols of bytes over TCP: written as far as the socket takes it, read as far as it gives. */
typedef struct jd_wire_answers {
    uint64_t good, bad;
    const char *reply; /* to be sent back at once; NULL for nothing */
} jd_wire_answers;

typedef struct jd_wire {
    int (*open)(const jd_peer_load *l); /* NULL: the port is all there is to it */
    const char *hello;                  /* sent once by each connection; NULL for nothing */
    int hello_answers;                  /* how many come to it */
    void (*request)(jd_buf *out, jd_str message);
    /* Takes whole answers off the front; how many bytes they were. */
    size_t (*answers)(const char *p, size_t n, jd_wire_answers *out);
} jd_wire;

jd_measure jd_wire_run(const jd_wire *w, const jd_peer_load *l);
int jd_wire_dial(int port); /* of this machine; ends the program where nobody is */

/* The first line of p, its end behind the \r\n; NULL where it is not whole. */
const char *jd_wire_line(const char *p, size_t n);

#endif
