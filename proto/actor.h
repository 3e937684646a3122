/* Who sent a message, as the daemon tells the worker: nothing of it is in the message itself. */
#ifndef JD_PROTO_ACTOR_H
#define JD_PROTO_ACTOR_H

#include "proto/access.h"

typedef struct jd_actor {
    jd_role role;
    bool every_department, every_supervisor; /* the lists are then empty and do not limit */
    jd_str name;                             /* of the access file; what the journal keeps */
    jd_str departments;                      /* u8 length and a policy's code each */
    jd_str supervisors;                      /* numbers of this division, u32 little-endian each */
} jd_actor;

void jd_actor_put(jd_buf *b, const jd_actor *a);
bool jd_actor_take(jd_cur *c, jd_actor *a); /* points into the bytes read */

bool jd_actor_has_department(const jd_actor *a, jd_str code);
bool jd_actor_has_supervisor(const jd_actor *a, int64_t number);
bool jd_actor_next_department(jd_cur *c, jd_str *code); /* over `departments` */

#endif
