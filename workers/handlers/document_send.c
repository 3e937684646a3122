/* Documents and information for supervisors (LC-11.2): to those named, or to everybody in force. */
#include "workers/handlers/handlers.h"

enum { RECIPIENTS_MAX = 20000 };

static void check_days(jd_ctx *c, const struct jd_document_send *m)
{
    if (m->sent_on != JD_NO_DAY && m->sent_on > c->today)
        jd_refuse(c, JD_CODE_NOT_YET, JD_NO_RULE, "sent_on", "a day that is not to come");
    if (m->ack_by == JD_NO_DAY) return;
    if (m->requires_ack != JD_YES) jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "ack_by", "only with requires_ack");
    if (m->ack_by < c->today) jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "ack_by", "today or a day to come");
}

static bool next_supervisor(jd_ctx *c, jd_scan *s, jd_arena *scratch, uint64_t *number, jd_case_row *row)
{
    jd_entity e;
    jd_arena_reset(scratch);
    if (!jd_scan_next(s)) return false;
    *number = jd_unkey_case(s->key, &e);
    if (e == JD_E_supervisor && jd_decode_row(jd_case_layout(e), s->value, scratch, row)) return true;
    if (e == JD_E_supervisor) c->g->txn.rc = JD_STORE_DAMAGED;
    jd_scan_end(s);
    return false;
}

static void everybody(jd_ctx *c, jd_named *who)
{
    jd_arena scratch = { 0 };
    jd_case_row row;
    uint64_t number;
    jd_key from = jd_key_case(JD_E_supervisor, 0);
    jd_scan s = jd_scan_from(&c->g->txn, JD_DB_CASES, jd_k(&from));
    *who = (jd_named){ .v = jd_alloc(&c->g->arena, sizeof *who->v * (RECIPIENTS_MAX + 1)) };
    while (who->n <= RECIPIENTS_MAX && next_supervisor(c, &s, &scratch, &number, &row))
        if (jd_in_force(&row, c->today)) who->v[who->n++] = number;
    jd_scan_end(&s);
    jd_arena_free(&scratch);
    if (who->n > RECIPIENTS_MAX)
        jd_refuse(c, JD_CODE_TOO_MANY, JD_NO_RULE, "recipients", "at most %d at once", RECIPIENTS_MAX);
    else if (who->n == 0)
        jd_refuse(c, JD_CODE_NOT_ACTIVE, JD_NO_RULE, "recipients", "a supervisor whose appointment is in force");
}

static void tie_recipients(jd_ctx *c, uint64_t document, const jd_named *who)
{
    for (uint64_t i = 0; i < who->n; i++) {
        jd_tie(c, JD_TIE_recipient, document, who->v[i]);
        jd_tie(c, JD_TIE_document_of, who->v[i], document);
    }
}

static void fill(jd_ctx *c, const struct jd_document_send *m, struct jd_row_document *row, jd_change *ch)
{
    row->sent_on = m->sent_on == JD_NO_DAY ? c->today : m->sent_on;
    row->requires_ack = m->requires_ack;
    row->acknowledged = 0;
    row->entry = (int64_t)c->g->tally.seq + 1;
    row->due = ch->due = m->ack_by;
    if (m->ack_by == JD_NO_DAY) return;
    row->clock_kind = JD_CLOCK_DUTY;
    row->clock = jd_day_start(m->ack_by + 1);
}

void jd_on_document_send(jd_ctx *c, const void *msg)
{
    const struct jd_document_send *m = msg;
    const jd_policy *p = c->policy;
    jd_named who;
    uint64_t number;
    uint16_t dept;
    bool awaited = m->requires_ack == JD_YES;
    int kind = jd_kind_of(c, p, &p->documents, m->kind, m->department, &dept);
    if (kind < 0) return;
    check_days(c, m);
    if (m->recipients.n)
        jd_name_supervisors(c, "recipients", &m->recipients, c->today, true, &who);
    else
        everybody(c, &who);
    if (jd_refused(c)) return;
    jd_case_row *row = jd_new_case(c, JD_E_document, &number);
    jd_change *ch = jd_move(c, JD_E_document, number, row, JD_V_document_send,
                            awaited ? JD_S_document_outstanding : JD_S_document_sent, JD_EV_document_sent);
    if (!ch) return;
    row->document.dept = dept;
    row->document.kind = kind;
    row->document.sent = (int64_t)who.n;
    fill(c, m, &row->document, ch);
    tie_recipients(c, number, &who);
    jd_cite(c, p->documents.v[kind].item.rule);
}
