/* Message types, their structs and their layouts, all from proto/messages.def. */
#ifndef JD_PROTO_MESSAGES_H
#define JD_PROTO_MESSAGES_H

#include "proto/field.h"

typedef enum { JD_COMMAND, JD_QUERY, JD_INTERNAL } jd_mode;

typedef enum {
#define MESSAGE(id, text, entity, verb, mode, reason, doc) JD_MSG_##id,
#define FIELD(type, name, need, lo, hi, table, pii, rule, doc)
#define END
#include "proto/messages.def"
#undef MESSAGE
#undef FIELD
#undef END
    JD_MSG_COUNT
} jd_msg;

#define MESSAGE(id, text, entity, verb, mode, reason, doc) \
    struct jd_##id {                                       \
        char begin; /* a message may have no fields */
#define FIELD(type, name, need, lo, hi, table, pii, rule, doc) jd_c_##type name;
#define END \
    }       \
    ;
#include "proto/messages.def"
#undef MESSAGE
#undef FIELD
#undef END

typedef struct jd_message {
    const char *text; /* "report.submit" */
    uint8_t text_n;
    const char *entity;
    const char *verb;
    jd_mode mode;
    bool needs_reason;
    const char *doc;
    jd_layout layout;
} jd_message;

const jd_message *jd_message_get(jd_msg m);
size_t jd_message_body_max(jd_msg m); /* bytes its body may have on the wire */
int jd_message_find(jd_str type);     /* jd_msg or -1; internal types are not found */

/* The form of an application: application.submit without what follows it. nomination.submit
 * begins with the same fields in the same order. */
typedef struct jd_application_submit jd_form;

#endif
