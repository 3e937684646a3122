/* How far ZeroMQ's thread is behind with the events: what is sent to two hundred subscribers goes out two hundred times,
 * and whatever is further behind than limits.events_hwm is lost for all of them.
 *
 * While anybody subscribes, each event goes over a connection of the daemon to itself too. ZeroMQ serves it in turn with
 * the subscribers', some kilobytes at a time, so what has not come back is what one who reads at once has yet to be
 * sent. A subscriber that does not read is not waited for. */
#ifndef JD_OUTFLOW_H
#define JD_OUTFLOW_H

#include "daemon/zloop.h"

typedef struct jd_daemon jd_daemon;

typedef struct jd_outflow {
    jd_zsocket *out, *back; /* the two ends */
    int64_t subscriptions;
    uint32_t gathered; /* events, and what they weigh, for the next piece */
    size_t bytes;
    int64_t away, most; /* events sent and not come back; from how many on the next ones wait */
    bool came;          /* one has come back since it was last looked at */
    int still;          /* looks in which none had */
} jd_outflow;

bool jd_outflow_open(jd_daemon *d);
void jd_outflow_subscription(jd_outflow *o, const jd_zmessage *m); /* as XPUB gives it */
void jd_outflow_event(jd_outflow *o, jd_str topic, jd_str event);  /* it is being published */
bool jd_outflow_room(const jd_outflow *o);                         /* for the next one */
void jd_outflow_look(jd_daemon *d);                                /* now and then: does it still measure? */

#endif
