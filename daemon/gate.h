/* Who is asking, and may they: the ZAP handler, the role and division of each message, and each client's measure.
 *
 * A key is looked at twice. The ZAP handler lets a connection in; and as a connection outlives what is granted, every
 * message is judged by the access file as it now is, by the key its connection came with. */
#ifndef JD_DAEMON_GATE_H
#define JD_DAEMON_GATE_H

#include "daemon/crowd.h"
#include "daemon/keys.h"
#include "proto/codes.h"

typedef struct jd_daemon jd_daemon;
struct jd_door;
struct jd_zmessage;

typedef struct jd_gate {
    jd_keys keys;
    jd_meter *meters;
    jd_meter **meter_of; /* by place in keys.grants */
    int64_t connections; /* of the sockets with keys, now */
    uint64_t failed, keys_refused, forbidden, limited, ended, told;
    char word[33];      /* in every User-Id that is ours */
    uint64_t told_at;   /* loop time, ms */
    char stranger[128]; /* the last key that was refused, and from where */
} jd_gate;

/* grant NULL: nobody we know. meter NULL: nobody we measure. */
typedef struct jd_asker {
    const jd_grant *grant;
    jd_meter *meter;
} jd_asker;

void jd_gate_begin(jd_daemon *d, const jd_keys *keys);
bool jd_gate_open(jd_daemon *d);                 /* the ZAP handler: before any other socket */
void jd_gate_take(jd_daemon *d, jd_keys *fresh); /* the access file anew */
void jd_gate_look(jd_daemon *d); /* now and then: who is not to be here any more, and what the log should know */
bool jd_gate_lets(const jd_daemon *d, jd_str key, int place); /* may it be there, today? */

jd_asker jd_gate_who(jd_daemon *d, const struct jd_door *door, const struct jd_zmessage *m);
bool jd_gate_pace(jd_daemon *d, jd_meter *m, size_t bytes);
bool jd_gate_room(jd_daemon *d, const jd_meter *m, bool query); /* for one more that is unanswered */
jd_code jd_gate_may(jd_daemon *d, const jd_grant *g, jd_msg type, uint32_t division);

#endif
