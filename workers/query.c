#include "workers/query.h"

#include "proto/pack.h"
#include "workers/authority.h"

typedef void (*asker)(jd_asked *q, const void *msg);

static const asker askers[JD_MSG_COUNT] = {
    [JD_MSG_case_get] = jd_ask_case_get,
    [JD_MSG_case_list] = jd_ask_case_list,
    [JD_MSG_case_explain] = jd_ask_case_explain,
    [JD_MSG_events_since] = jd_ask_events_since,
    [JD_MSG_policy_show] = jd_ask_policy_show,
    [JD_MSG_stats_get] = jd_ask_stats_get,
    [JD_MSG_health_get] = jd_ask_health_get,
    [JD_MSG_certificate_verify] = jd_ask_certificate_verify,
    [JD_MSG_institution_get] = jd_ask_institution_get,
    [JD_MSG_institution_find] = jd_ask_institution_find,
    [JD_MSG_supervisor_record] = jd_ask_supervisor_record,
    [JD_MSG_supervisor_find] = jd_ask_supervisor_find,
    [JD_MSG_document_outstanding] = jd_ask_document_outstanding,
    [JD_MSG_reads_list] = jd_ask_reads_list,
    [JD_MSG_retention_due] = jd_ask_retention_due,
};

void jd_ask_fail(jd_asked *q, jd_code code, const char *field, const char *text)
{
    q->code = code;
    q->field = field;
    q->text = text;
}

static void answer_failure(const jd_command *cmd, const jd_asked *q, jd_buf *out)
{
    jd_because w = { .rule = jd_str_of(jd_code_text(q->code)),
                     .text = jd_str_of(jd_code_means(q->code)),
                     .expected = jd_str_of(q->text),
                     .field = jd_str_of(q->field) };
    jd_receipt r = { .id = cmd->id,
                     .id_binary = cmd->id_binary,
                     .code = q->code,
                     .because = &w,
                     .because_n = q->text != NULL,
                     .due = JD_NO_DAY };
    jd_receipt_pack(&r, out);
}

/* The head is written first; what the asker adds is counted behind it. */
static void ask(jd_asked *q, const jd_command *cmd, const void *msg, jd_buf *out)
{
    size_t start = out->n, at = jd_pack_open(out);
    jd_receipt_head(cmd->id, cmd->id_binary, JD_CODE_ANSWERED, out);
    q->out = out;
    jd_begin(q->g->store, &q->txn, false);
    bool may = jd_may_ask(q, cmd->type);
    if (may && !q->txn.rc && jd_tally_read(&q->txn, &q->tally)) askers[cmd->type](q, msg);
    if (q->txn.rc) jd_ask_fail(q, JD_CODE_STORAGE, NULL, jd_store_error(q->txn.rc));
    jd_abort(&q->txn);
    if (q->code == JD_CODE_ANSWERED) {
        jd_pack_close_map(out, at, JD_RECEIPT_HEAD + q->pairs);
        return;
    }
    out->n = start;
    answer_failure(cmd, q, out);
}

void jd_query(const jd_engine *g, const jd_command *cmd, jd_buf *out)
{
    jd_problems problems = { 0 };
    jd_asked q = { .g = g, .now = cmd->at, .actor = cmd->actor, .why = cmd->why, .code = JD_CODE_ANSWERED };
    const jd_layout *l = &jd_message_get(cmd->type)->layout;
    void *msg = jd_alloc(&q.arena, l->size);
    if (!askers[cmd->type])
        jd_problem_add(&problems, JD_CODE_UNKNOWN_TYPE, JD_STR("type"), "", "a query");
    else if (jd_decode(l, cmd->body, &q.arena, msg, &problems))
        ask(&q, cmd, msg, out);
    if (problems.n) jd_receipt_invalid(cmd->id, cmd->id_binary, &problems, out);
    jd_arena_free(&q.arena);
}
