/* What handlers share: loading cases, moving them, refusing. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "workers/handler.h"

bool jd_refused(const jd_ctx *c)
{
    return c->out->code != JD_CODE_RECORDED;
}

void jd_reason_add(jd_ctx *c, jd_reason r)
{
    if (c->out->reasons_n < JD_REASONS_MAX) c->out->reasons[c->out->reasons_n++] = r;
}

void jd_cite(jd_ctx *c, uint16_t rule)
{
    for (int i = 0; i < c->out->reasons_n; i++)
        if (c->out->reasons[i].rule == rule) return;
    if (rule != JD_NO_RULE) jd_reason_add(c, (jd_reason){ .rule = rule, .on = JD_ON_NOTHING });
}

void jd_refuse(jd_ctx *c, jd_code code, uint16_t rule, const char *field, const char *fmt, ...)
{
    jd_reason r = { .rule = rule, .on = JD_ON_NOTHING };
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (!jd_refused(c)) c->out->code = code;
    if (field) {
        int at = jd_layout_find(&jd_message_get(c->cmd->type)->layout, jd_str_of(field));
        r.on = at < 0 ? JD_ON_NOTHING : JD_ON_FIELD;
        r.index = (uint16_t)at;
    }
    r.text = jd_copy(&c->g->arena, jd_str_of(text));
    jd_reason_add(c, r);
}

jd_case_row *jd_read_case(jd_txn *t, jd_arena *a, jd_entity e, uint64_t number)
{
    jd_str bytes;
    jd_key k = jd_key_case(e, number);
    if (!jd_get(t, JD_DB_CASES, jd_k(&k), &bytes)) return NULL;
    /* the strings of a row point into the map; a later write in this batch would move them */
    bytes = jd_copy(a, bytes);
    jd_case_row *row = jd_alloc(a, sizeof *row);
    return jd_decode_row(jd_case_layout(e), bytes, a, row) ? row : NULL;
}

/* As the transaction has it, to be changed by the handler. */
static jd_case_row *read_supervisor(jd_ctx *c, uint64_t number)
{
    jd_engine *g = c->g;
    const struct jd_row_supervisor *held = jd_held_find(&g->held, number);
    jd_case_row *row = held ? jd_alloc(&g->arena, sizeof *row) : NULL;
    if (row) row->supervisor = *held;
    if (row) return row;
    row = jd_read_case(&g->txn, &g->arena, JD_E_supervisor, number);
    if (row) jd_held_add(&g->held, number, &row->supervisor);
    return row;
}

jd_case_row *jd_load_case(jd_ctx *c, const char *field, jd_str text, jd_entity e, uint64_t *number)
{
    jd_case_id id;
    jd_case_row *row = NULL;
    if (!jd_case_id_parse(text, &id) || id.entity != e) {
        jd_refuse(c, JD_CODE_UNKNOWN_CASE, JD_NO_RULE, field, "the id of a case of kind %s", jd_entity_name(e));
        return NULL;
    }
    if (id.division != c->g->division) {
        jd_refuse(c, JD_CODE_NOT_OWN_DIVISION, c->policy->division_rule, field, "a case of division %06u",
                  c->g->division);
        return NULL;
    }
    row = e == JD_E_supervisor ? read_supervisor(c, id.number) : jd_read_case(&c->g->txn, &c->g->arena, e, id.number);
    if (!row)
        jd_refuse(c, e == JD_E_supervisor ? JD_CODE_NOT_SUPERVISOR : JD_CODE_UNKNOWN_CASE, JD_NO_RULE, field,
                  "there is no %s %.*s", jd_entity_name(e), JD_FMT(text));
    *number = id.number;
    return row;
}

jd_case_row *jd_new_case(jd_ctx *c, jd_entity e, uint64_t *number)
{
    jd_case_row *row = jd_alloc(&c->g->arena, sizeof *row);
    jd_layout_clear(jd_case_layout(e), row);
    row->head.state = row->head.version = row->head.last_seq = 0;
    row->head.policy = c->g->tally.policy;
    row->head.dept = JD_NO_DEPT;
    *number = c->g->tally.numbers[e] + 1;
    for (int i = 0; i < c->out->changes_n; i++)
        if (c->out->changes[i]->entity == e && c->out->changes[i]->fresh) ++*number;
    return row;
}

/* "allowed in state assigned: assign, accept, object" */
static void refuse_move(jd_ctx *c, jd_entity e, int state)
{
    char allowed[200] = "nothing";
    size_t n = 0;
    for (int v = 0; v < jd_verb_count(e) && n < sizeof allowed; v++)
        if (jd_moves(e, state, v))
            n += (size_t)snprintf(allowed + n, sizeof allowed - n, "%s%s", n ? ", " : "", jd_verb_name(e, v));
    jd_refuse(c, JD_CODE_ILLEGAL_MOVE, JD_NO_RULE, NULL, "in state %s: %s", jd_state_name(e, state), allowed);
}

const jd_policy *jd_policy_of(jd_ctx *c, const jd_case_row *row)
{
    c->out->policy = (uint16_t)row->head.policy;
    return jd_engine_policy(c->g, (uint64_t)row->head.policy);
}

/* Room for one more in a list of the outcome. */
static void *grown(jd_ctx *c, void *list, int n, int *room, size_t size)
{
    if (n < *room) return list;
    *room = n ? 2 * n : 4;
    void *more = jd_alloc(&c->g->arena, size * (size_t)*room);
    if (n) memcpy(more, list, size * (size_t)n);
    return more;
}

static jd_change *add_change(jd_ctx *c)
{
    jd_outcome *out = c->out;
    out->changes = grown(c, out->changes, out->changes_n, &out->changes_room, sizeof *out->changes);
    return out->changes[out->changes_n++] = jd_alloc(&c->g->arena, sizeof **out->changes);
}

static jd_change *change(jd_ctx *c, jd_entity e, uint64_t number, jd_case_row *row, int to, jd_event_id event)
{
    jd_change *ch = add_change(c);
    *ch = (jd_change){ .entity = e,
                       .number = number,
                       .row = row,
                       .event = event,
                       .from = (int)row->head.state,
                       .to = to,
                       .fresh = row->head.version == 0,
                       .due = JD_NO_DAY,
                       .before = row->head };
    row->head.state = to;
    return ch;
}

jd_change *jd_move(jd_ctx *c, jd_entity e, uint64_t number, jd_case_row *row, int verb, int to, jd_event_id event)
{
    int from = (int)row->head.state;
    if (jd_moves(e, from, verb) >> to & 1) return change(c, e, number, row, to, event);
    refuse_move(c, e, from);
    return NULL;
}

jd_change *jd_note(jd_ctx *c, jd_entity e, uint64_t number, jd_case_row *row, jd_event_id event)
{
    return change(c, e, number, row, (int)row->head.state, event);
}

jd_change *jd_stay(jd_ctx *c, jd_entity e, uint64_t number, jd_case_row *row, jd_event_id event)
{
    if (!jd_state_final(e, (int)row->head.state)) return jd_note(c, e, number, row, event);
    refuse_move(c, e, (int)row->head.state);
    return NULL;
}

jd_change *jd_tell(jd_ctx *c, jd_event_id event)
{
    jd_change *ch = add_change(c);
    *ch = (jd_change){ .entity = JD_E_none, .event = event, .due = JD_NO_DAY };
    return ch;
}

uint16_t jd_dept_of(jd_ctx *c, const jd_policy *p, const char *field, jd_str code)
{
    uint16_t dept = jd_policy_dept(p, code);
    if (dept == JD_NO_DEPT)
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, field, "a department of %.*s, not '%.*s'", JD_FMT(p->name),
                  JD_FMT(code));
    return dept;
}

static void refuse_department(jd_ctx *c, const jd_policy *p, const jd_kind *k)
{
    char who[200] = "";
    size_t n = 0;
    const uint16_t others[] = { p->authority, p->manager }, *by = k->by_n ? k->by : others;
    for (int i = 0; i < (k->by_n ? k->by_n : 2) && n < sizeof who; i++)
        n += (size_t)snprintf(who + n, sizeof who - n, "%s%.*s", n ? ", " : "", JD_FMT(p->depts[by[i]].item.code));
    jd_refuse(c, JD_CODE_NOT_AUTHORITY, k->item.rule, "department", "one of %s", who);
}

int jd_kind_of(jd_ctx *c, const jd_policy *p, const jd_kinds *list, jd_str kind, jd_str department, uint16_t *dept)
{
    int found = jd_kinds_find(list, kind);
    *dept = jd_dept_of(c, p, "department", department);
    if (list->n == 0)
        jd_refuse(c, JD_CODE_NOT_IN_REGULATION, JD_NO_RULE, "kind", "%.*s has none", JD_FMT(p->name));
    else if (found < 0)
        jd_refuse(c, JD_CODE_UNKNOWN_IN_POLICY, JD_NO_RULE, "kind", "a kind of %.*s, not '%.*s'", JD_FMT(p->name),
                  JD_FMT(kind));
    else if (*dept != JD_NO_DEPT && !jd_kind_by(p, &list->v[found], *dept))
        refuse_department(c, p, &list->v[found]);
    return jd_refused(c) ? -1 : found;
}

void jd_meter(jd_ctx *c, jd_meter_id m)
{
    c->out->meters |= 1u << m;
}

void jd_put_other(jd_ctx *c, jd_db db, jd_key key, const jd_layout *l, const void *row)
{
    jd_buf b = { 0 };
    jd_encode_row(l, row, &b);
    jd_put_bytes(c, db, key, jd_copy(&c->g->arena, jd_buf_view(&b)));
    jd_buf_free(&b);
}

void jd_put_bytes(jd_ctx *c, jd_db db, jd_key key, jd_str value)
{
    jd_outcome *out = c->out;
    out->puts = grown(c, out->puts, out->puts_n, &out->puts_room, sizeof *out->puts);
    out->puts[out->puts_n++] = (jd_put_row){ .db = db, .key = key, .value = value };
}
