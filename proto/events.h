/* Names of status events (proto/events.def). */
#ifndef JD_PROTO_EVENTS_H
#define JD_PROTO_EVENTS_H

typedef enum {
#define EVENT(entity, name, doc) JD_EV_##entity##_##name,
#include "proto/events.def"
#undef EVENT
    JD_EV_COUNT
} jd_event_id;

const char *jd_event_entity(jd_event_id e);
const char *jd_event_name(jd_event_id e); /* "fed-back" */
const char *jd_event_doc(jd_event_id e);

#endif
