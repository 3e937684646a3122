#include "proto/events.h"

#include <stdio.h>

static const struct {
    const char *entity, *name, *doc;
} events[JD_EV_COUNT] = {
#define EVENT(entity, name, doc) [JD_EV_##entity##_##name] = { #entity, #name, doc },
#include "proto/events.def"
#undef EVENT
};

/* Names on the wire carry hyphens where C has underscores. */
static char wire_names[JD_EV_COUNT][24];

__attribute__((constructor)) static void fill_wire_names(void)
{
    for (int e = 0; e < JD_EV_COUNT; e++) {
        snprintf(wire_names[e], sizeof wire_names[e], "%s", events[e].name);
        for (char *c = wire_names[e]; *c; c++)
            if (*c == '_') *c = '-';
    }
}

const char *jd_event_entity(jd_event_id e)
{
    return events[e].entity;
}

const char *jd_event_name(jd_event_id e)
{
    return wire_names[e];
}

const char *jd_event_doc(jd_event_id e)
{
    return events[e].doc;
}
