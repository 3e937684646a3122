/* Roles, and who may send which message (proto/access.def). */
#ifndef JD_PROTO_ACCESS_H
#define JD_PROTO_ACCESS_H

#include "proto/messages.h"

typedef enum {
#define ROLE(name, text, who) JD_ROLE_##name,
#define ACCESS(id, roles, truth, field)
#include "proto/access.def"
#undef ROLE
#undef ACCESS
    JD_ROLE_COUNT
} jd_role;

/* What must be true of who sends a message, besides the role. */
typedef enum { JD_ACT_NOTHING, JD_ACT_DEPARTMENT, JD_ACT_SUPERVISOR, JD_ACT_SEES, JD_ACT_READS, JD_ACT_DIVISION } jd_truth;

typedef struct jd_access {
    uint8_t roles; /* a bit a role; admin's is always set but for what is nobody's */
    jd_truth truth;
    const char *field; /* "" for none */
    size_t offset;     /* of that field in the message's struct, a jd_str */
} jd_access;

const jd_access *jd_access_of(jd_msg m);
bool jd_role_may(jd_role r, jd_msg m);
const char *jd_role_text(jd_role r);
const char *jd_role_who(jd_role r); /* one sentence */
int jd_role_find(jd_str text);      /* -1 */

/* "staff or supervisor-portal": who may send it, for a refusal that says so; admin goes without saying. */
void jd_roles_text(jd_msg m, char *out, size_t n);

#endif
