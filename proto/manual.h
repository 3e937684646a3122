/* PROTOCOL.md, printed from the tables so that it cannot say anything else than the program does.
 */
#ifndef JD_PROTO_MANUAL_H
#define JD_PROTO_MANUAL_H

#include "base/bytes.h"

void jd_manual(jd_buf *b);

/* manual_text.c: what no table says */
extern const char jd_manual_intro[], jd_manual_receipt[], jd_manual_delivery[], jd_manual_messages[],
    jd_manual_states[], jd_manual_events[], jd_manual_queries[], jd_manual_example[], jd_manual_tables[],
    jd_manual_access[], jd_manual_access_rows[];

#endif
