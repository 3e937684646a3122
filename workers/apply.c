/* One command through the machine: decode, recognise, decide, record, answer. */
#include "base/log.h"
#include "base/mutant.h"
#include "workers/authority.h"
#include "workers/content.h"
#include "workers/record.h"

static void answer_code(jd_ctx *c, jd_code code, jd_buf *receipt)
{
    jd_because because[JD_REASONS_MAX];
    const jd_outcome *out = c->out;
    const jd_policy *p = jd_engine_policy(c->g, out->policy);
    jd_render_reasons(p, c->cmd->type, out->reasons, out->reasons_n, because);
    jd_receipt r = { .id = c->cmd->id,
                     .id_binary = c->cmd->id_binary,
                     .code = code,
                     .because = because,
                     .because_n = out->reasons_n,
                     .due = JD_NO_DAY };
    jd_receipt_pack(&r, receipt);
}

static void answer_entry(jd_ctx *c, const jd_entry *e, jd_buf *receipt)
{
    const jd_policy *p = jd_engine_policy(c->g, e->policy);
    jd_render_receipt(c->g, p, c->cmd, e, &c->g->arena, receipt);
}

/* What was recorded is answered behind the commit, where somebody does that. */
static void answer_recorded(jd_ctx *c, const jd_entry *e, jd_buf *receipt)
{
    if (c->g->news && jd_receipt_waits(c->cmd->type))
        c->g->news->answer_last = true;
    else
        answer_entry(c, e, receipt);
}

/* What a refused push leaves of its content: enough to recognise it. */
static jd_str trace_of(jd_ctx *c, jd_str content)
{
    uint8_t *digest = jd_alloc(&c->g->arena, JD_DIGEST);
    jd_digest(c->g->vault, content, digest);
    return (jd_str){ (const char *)digest, JD_DIGEST };
}

static bool has_attached(const jd_layout *l)
{
    for (int i = 0; i < l->n; i++)
        if (jd_field_attached(&l->fields[i])) return true;
    return false;
}

/* What the sender said: without what the worker put beside it, which may be another thing today. */
static jd_str said(jd_ctx *c, jd_str plain)
{
    const jd_layout *l = &jd_message_get(c->cmd->type)->layout;
    jd_buf b = { 0 };
    jd_cur all = jd_cur_of(plain.p, plain.n);
    jd_str why = jd_cur_bytes(&all, jd_cur_varint(&all));
    void *msg = jd_alloc(&c->g->arena, l->size);
    if (!has_attached(l) || !jd_decode_row(l, jd_cur_bytes(&all, (size_t)(all.end - all.p)), &c->g->arena, msg))
        return plain;
    for (int i = 0; i < l->n; i++)
        if (jd_field_attached(&l->fields[i])) *JD_AT(jd_str, msg, &l->fields[i]) = (jd_str){ NULL, 0 };
    jd_plain_pack(why, (jd_str){ "", 0 }, &b);
    jd_encode_row(l, msg, &b);
    jd_str out = jd_copy(&c->g->arena, jd_buf_view(&b));
    jd_buf_free(&b);
    return out;
}

static bool same_content(jd_ctx *c, const jd_entry *e, jd_str plain)
{
    jd_str why, body, stored;
    if (e->type == JD_MSG_push_refused)
        return e->reasons[0].index == c->cmd->type && jd_entry_open(e, c->g->vault, &c->g->arena, &why, &body) &&
               jd_str_eq(body, trace_of(c, said(c, plain)));
    if (e->type != c->cmd->type) return false;
    if (jd_entry_erased(e)) return true; /* nothing is left to compare with */
    return jd_entry_plain(e, c->g->vault, &c->g->arena, &stored) && jd_str_eq(said(c, stored), said(c, plain));
}

/* What another sent is nobody's to ask for again. */
static bool same_sender(const jd_ctx *c, const jd_entry *e)
{
    const jd_actor *a = c->cmd->actor;
    return !a || a->role == JD_ROLE_admin || jd_str_eq(a->name, e->sender);
}

/* The same id again: the first receipt for the same content, else a conflict. */
static bool answer_known(jd_ctx *c, jd_str plain, jd_buf *receipt)
{
    jd_entry e;
    jd_str bytes;
    if (!c->cmd->id || JD_IS_MUTANT(done_again)) return false;
    /* ids in order, as version 7 makes them, need no look */
    if (memcmp(c->cmd->id, c->g->last_id, sizeof c->g->last_id) > 0) return false;
    jd_key k = jd_key_request(c->cmd->id);
    if (!jd_get(&c->g->txn, JD_DB_REQUESTS, jd_k(&k), &bytes)) return false;
    uint64_t seq = jd_unkey_seq(bytes);
    jd_settle(c->g);
    if (!jd_entry_read(&c->g->txn, seq, &c->g->arena, &e)) {
        if (!c->g->txn.rc) c->g->txn.rc = JD_STORE_DAMAGED;
    } else if (!same_sender(c, &e) || !same_content(c, &e, plain)) {
        jd_refuse(c, JD_CODE_ID_REUSED, JD_NO_RULE, NULL, "a new id for a new message");
        answer_code(c, JD_CODE_ID_REUSED, receipt);
    } else if (e.type == JD_MSG_push_refused) {
        answer_code(c, (jd_code)e.reasons[0].rule, receipt);
    } else {
        answer_entry(c, &e, receipt);
    }
    return true;
}

static jd_str content_of(const jd_command *cmd, const void *msg, jd_arena *a, jd_buf *scratch)
{
    scratch->n = 0;
    jd_plain_pack(cmd->why, cmd->canonical ? cmd->body : (jd_str){ "", 0 }, scratch);
    if (!cmd->canonical) jd_encode_row(&jd_message_get(cmd->type)->layout, msg, scratch);
    if (scratch->failed) jd_die(JD_EX_TEMPFAIL, "out of memory");
    return jd_copy(a, jd_buf_view(scratch));
}

static bool read_message(const jd_command *cmd, const jd_layout *l, jd_arena *a, void *msg, jd_problems *p)
{
    if (cmd->canonical) return jd_decode_row(l, cmd->body, a, msg);
    if (!jd_decode(l, cmd->body, a, msg, p)) return false;
    if (jd_message_get(cmd->type)->needs_reason && !cmd->why.n)
        jd_problem_add(p, JD_CODE_REASON_REQUIRED, JD_STR("reason"), "", "a reason in the header");
    return p->n == 0;
}

static void start_outcome(jd_engine *g, jd_outcome *out)
{
    out->code = JD_CODE_RECORDED;
    out->reasons_n = out->changes_n = out->puts_n = out->changes_room = out->puts_room = 0;
    out->people = 0;
    out->meters = 0;
    out->policy = g->tally.policy;
}

/* Nothing of a refused message is kept but, where nobody waits for a receipt, that it was. */
static void record_refusal(jd_ctx *c, jd_msg type, jd_code code, jd_str trace)
{
    jd_entry e;
    jd_command told = *c->cmd;
    jd_ctx own = { .g = c->g, .cmd = &told, .at = c->at, .out = c->out };
    told.type = JD_MSG_push_refused;
    start_outcome(c->g, c->out);
    jd_reason_add(&own, (jd_reason){ .rule = (uint16_t)code, .index = (uint16_t)type });
    jd_tell(&own, JD_EV_push_refused);
    c->g->row.n = 0;
    jd_plain_pack((jd_str){ "", 0 }, trace, &c->g->row);
    jd_record(&own, jd_copy(&c->g->arena, jd_buf_view(&c->g->row)), &e);
}

/* Full means refuse at the door, finish inside: a new case waits, work on one that is there does not. */
static bool opens_case(jd_msg type)
{
    static const jd_msg doors[] = { JD_MSG_application_submit, JD_MSG_nomination_submit, JD_MSG_report_submit,
                                    JD_MSG_institution_list,   JD_MSG_institution_claim, JD_MSG_meeting_record,
                                    JD_MSG_training_record,    JD_MSG_hearing_record,    JD_MSG_activity_invite,
                                    JD_MSG_activity_report,    JD_MSG_document_send,     JD_MSG_report_receive,
                                    JD_MSG_round_plan };
    for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
        if (doors[i] == type) return true;
    return false;
}

/* New cases begin only while the policy holds; those that are there go on (LC-17.1, WH-13.1). */
static bool holds(jd_ctx *c)
{
    char from[JD_DATE_LEN + 1], to[JD_DATE_LEN + 8] = "further notice";
    const jd_policy *p = c->policy;
    if (jd_policy_holds(p, c->today)) return true;
    jd_format_date(p->effective_from, from);
    if (p->effective_to != JD_NO_DAY) jd_format_date(p->effective_to, to);
    if (p->status == JD_POLICY_REPEALED)
        jd_refuse(c, JD_CODE_POLICY_NOT_IN_FORCE, p->validity_rule, NULL, "%.*s is repealed", JD_FMT(p->name));
    else
        jd_refuse(c, JD_CODE_POLICY_NOT_IN_FORCE, p->validity_rule, NULL, "%.*s is in force from %s to %s",
                  JD_FMT(p->name), from, to);
    return false;
}

/* A batch's receipts go back in one frame: whoever reads much waits for the next. */
static bool too_much_content(const jd_ctx *c, const jd_buf *receipt)
{
    enum { MUCH = 24 << 20 };
    return receipt->n > MUCH && jd_tells_content(c->cmd->type);
}

static void decide(jd_ctx *c, const void *msg, jd_str plain, jd_buf *receipt)
{
    jd_entry e;
    if (too_much_content(c, receipt)) {
        answer_code(c, JD_CODE_BUSY, receipt);
        return;
    }
    if (answer_known(c, plain, receipt)) return;
    bool door = opens_case(c->cmd->type);
    if (door && c->g->nearly_full) {
        answer_code(c, JD_CODE_STORE_FULL, receipt);
        return;
    }
    if (!door || holds(c)) jd_handler_of(c->cmd->type)(c, msg);
    if (c->out->code == JD_CODE_RECORDED) {
        jd_record(c, plain, &e);
        if (c->cmd->id) answer_recorded(c, &e, receipt);
        return;
    }
    answer_code(c, c->out->code, receipt);
    if (c->cmd->push) record_refusal(c, c->cmd->type, c->out->code, trace_of(c, said(c, plain)));
}

/* A message that cannot be read; pushed, it is known again by the bytes it came as. */
static void decline(jd_ctx *c, const jd_problems *p, jd_buf *receipt)
{
    jd_receipt_invalid(c->cmd->id, c->cmd->id_binary, p, receipt);
    if (!c->cmd->push) return;
    size_t n = receipt->n;
    if (!answer_known(c, c->cmd->body, receipt))
        record_refusal(c, c->cmd->type, jd_problems_code(p), trace_of(c, c->cmd->body));
    receipt->n = n;
}

/* Who may not say so leaves no trace, whatever it was; a push is told aloud. */
static void turn_away(jd_ctx *c, jd_buf *receipt)
{
    jd_buf told = { 0 };
    answer_code(c, c->out->code, receipt);
    if (!c->cmd->push || !c->g->news) return;
    jd_refused_pack(c->cmd->id, c->out->code, &told);
    jd_news_add_told(c->g->news, jd_str_of(JD_TOPIC_REFUSED), jd_buf_view(&told));
    jd_buf_free(&told);
}

void jd_prepare(const jd_command *cmd, jd_arena *a, jd_buf *scratch, jd_prepared *out)
{
    static _Thread_local jd_problems problems;
    const jd_layout *l = &jd_message_get(cmd->type)->layout;
    void *msg = jd_alloc(a, l->size);
    problems.n = 0;
    *out = (jd_prepared){ .cmd = *cmd, .msg = msg };
    if (read_message(cmd, l, a, msg, &problems)) {
        out->plain = content_of(cmd, msg, a, scratch);
        return;
    }
    jd_problems *kept = jd_alloc(a, sizeof *kept);
    *kept = problems;
    out->problems = kept;
}

void jd_attach_policy(jd_prepared *p, jd_arena *a, jd_buf *scratch, jd_str text, jd_str parent)
{
    struct jd_policy_activate m = *(const struct jd_policy_activate *)p->msg;
    m.text = text;
    m.parent = parent;
    struct jd_policy_activate *kept = jd_alloc(a, sizeof *kept);
    *kept = m;
    p->msg = kept;
    p->plain = content_of(&p->cmd, kept, a, scratch);
}

void jd_apply_prepared(jd_engine *g, const jd_prepared *p, jd_buf *receipt)
{
    static _Thread_local jd_outcome out;
    jd_ms at = p->cmd.at > g->tally.at ? p->cmd.at : g->tally.at;
    jd_ctx c = { .g = g,
                 .policy = jd_engine_policy(g, 0),
                 .calendar = jd_engine_calendar(g, g->tally.calendar),
                 .cmd = &p->cmd,
                 .at = at,
                 .today = jd_day_from_ms(at),
                 .out = &out };
    start_outcome(g, &out);
    if (g->news) g->news->answer_last = false;
    if (jd_looks_back(p->cmd.type)) jd_settle(g);
    if (!jd_authorised(&c, p->problems ? NULL : p->msg))
        turn_away(&c, receipt);
    else if (p->problems)
        decline(&c, p->problems, receipt);
    else
        decide(&c, p->msg, p->plain, receipt);
    jd_arena_reset(&g->arena); /* a batch that used it up message by message would run through the whole cache */
}

void jd_apply(jd_engine *g, const jd_command *cmd, jd_buf *receipt)
{
    jd_prepared p;
    jd_prepare(cmd, &g->arena, &g->row, &p);
    jd_apply_prepared(g, &p, receipt);
}

void jd_replay_refusal(jd_engine *g, const jd_entry *e, jd_str trace)
{
    static _Thread_local jd_outcome out;
    jd_command cmd = { .type = JD_MSG_push_refused, .id = e->id, .at = e->at, .salt = e->salt, .sender = e->sender };
    jd_ctx c = { .g = g, .cmd = &cmd, .at = e->at, .out = &out };
    record_refusal(&c, (jd_msg)e->reasons[0].index, (jd_code)e->reasons[0].rule, trace);
}
