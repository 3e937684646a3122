/* Answers from a read transaction that neither waits for the writer nor makes it wait. */
#ifndef JD_QUERY_H
#define JD_QUERY_H

#include "workers/handler.h"

typedef struct jd_asked {
    const jd_engine *g; /* policies and keys; never its transaction or its tally */
    jd_tally tally;     /* as committed */
    jd_txn txn;
    jd_arena arena;
    jd_ms now;
    const jd_actor *actor; /* who asks */
    jd_str why;            /* the header's reason */
    jd_code code;          /* ANSWERED, or why not */
    const char *text;      /* what was expected, with a refusal */
    const char *field;
    jd_buf *out;
    size_t pairs; /* written behind the head of the answer */
} jd_asked;

/* Appends the answer, a receipt with keys of its own. */
void jd_query(const jd_engine *g, const jd_command *cmd, jd_buf *out);

void jd_ask_case_get(jd_asked *q, const void *msg);
void jd_ask_case_list(jd_asked *q, const void *msg);
void jd_ask_case_explain(jd_asked *q, const void *msg);
void jd_ask_events_since(jd_asked *q, const void *msg);
void jd_ask_institution_get(jd_asked *q, const void *msg);
void jd_ask_institution_find(jd_asked *q, const void *msg);
void jd_ask_policy_show(jd_asked *q, const void *msg);
void jd_ask_certificate_verify(jd_asked *q, const void *msg);
void jd_ask_stats_get(jd_asked *q, const void *msg);
void jd_ask_health_get(jd_asked *q, const void *msg);
void jd_ask_supervisor_record(jd_asked *q, const void *msg);
void jd_ask_supervisor_find(jd_asked *q, const void *msg);
void jd_ask_document_outstanding(jd_asked *q, const void *msg);
void jd_ask_reads_list(jd_asked *q, const void *msg);
void jd_ask_retention_due(jd_asked *q, const void *msg);

/* query_case.c: the map of one case */
void jd_pack_case(jd_asked *q, jd_entity e, uint64_t number, const jd_case_row *row);
/* Finds a case by id, or fails the query. */
jd_case_row *jd_ask_case(jd_asked *q, jd_str text, jd_case_id *id);
void jd_ask_fail(jd_asked *q, jd_code code, const char *field, const char *text);

#endif
