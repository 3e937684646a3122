/* Whether the sender of a message may say what it says, and see what it asks for.
 *
 * The daemon has looked at key, role and division; here the same table is read again, and the message with it. Who
 * the sender is comes from the daemon (proto/actor.h). In a replay there is no sender to be asked: what stands in
 * the journal was allowed when it was written. */
#ifndef JD_AUTHORITY_H
#define JD_AUTHORITY_H

#include "workers/query.h"

/* Refuses, with where to look. msg NULL: it could not be read, and the role is all there is to judge by. */
bool jd_authorised(jd_ctx *c, const void *msg);

/* A query: its role, and what it may be told. The first fails the query. */
bool jd_may_ask(jd_asked *q, jd_msg type);
bool jd_may_read(const jd_asked *q, jd_case_id id, const jd_case_row *row);

#endif
