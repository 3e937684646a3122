/* The connections that sockets with keys keep: how many a key may have, and which are ended by us. */
#ifndef JD_DAEMON_CROWD_H
#define JD_DAEMON_CROWD_H

#include "daemon/meter.h"

typedef struct jd_daemon jd_daemon;
struct jd_zsocket;
struct jd_zmessage;

/* The sockets with keys by their place: intake, push, then the halls. */
enum { JD_AT_INTAKE, JD_AT_PUSH, JD_AT_HALLS };
struct jd_zsocket *jd_crowd_socket(const jd_daemon *d, int place); /* NULL: no such endpoint */
int jd_crowd_place(const jd_daemon *d, jd_str domain);             /* of a ZAP domain; -1: of none */

void jd_crowd_count(jd_daemon *d); /* who is here now */

/* The connection a message came by is this key's from here on. `accepted`: how many connections its socket had taken
 * when it was let in. */
void jd_crowd_claim(jd_daemon *d, struct jd_zsocket *s, const struct jd_zmessage *m, jd_meter *owner,
                    uint64_t accepted);

/* Ends the connections of keys that may not be where they are, and of those that say nothing the oldest beyond the
 * bound. */
void jd_crowd_look(jd_daemon *d);

#endif
