/* JSON Schema (2020-12) of what goes over the wire, printed from the tables, and the shapes of what
 * comes back: receipts and events, which proto/receipt.c writes. */
#ifndef JD_PROTO_SCHEMA_H
#define JD_PROTO_SCHEMA_H

#include "proto/messages.h"

/* A key of a receipt or an event. */
typedef struct jd_shape {
    const char *name;
    const char *kind;   /* for people */
    const char *schema; /* what stands in the braces of its JSON Schema */
    bool must;
    const char *doc;
} jd_shape;

typedef enum { JD_SHAPE_RECEIPT, JD_SHAPE_BECAUSE, JD_SHAPE_EVENT, JD_SHAPE_COUNT } jd_shape_id;
const jd_shape *jd_shape_get(jd_shape_id id, int *n);

void jd_schema_message(jd_msg m, jd_buf *b); /* compact JSON */
void jd_schema_all(jd_buf *b);               /* header, receipt, event and every type as $defs */

#endif
