#include "proto/manual.h"

#include <stdio.h>

#include "proto/access.h"
#include "proto/decode.h"
#include "proto/events.h"
#include "proto/schema.h"
#include "proto/states.h"
#include "proto/tables.h"

/* A cell of a table: a bar would end it. */
static void cell(jd_buf *b, const char *z)
{
    for (; *z; z++) {
        if (*z == '|') jd_buf_u8(b, '\\');
        jd_buf_u8(b, (uint8_t)*z);
    }
    jd_buf_z(b, " | ");
}

static void end_row(jd_buf *b)
{
    b->n -= b->n > 0; /* the space behind the last bar */
    jd_buf_u8(b, '\n');
}

static void row(jd_buf *b, const char *const *cells, int n)
{
    jd_buf_z(b, "| ");
    for (int i = 0; i < n; i++) cell(b, cells[i]);
    end_row(b);
}

#define ROW(b, ...) row(b, (const char *[]){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *))

/* ------------------------------------------------------------ fields */

static void span(const jd_field *f, char *out, size_t n)
{
    if (f->lo == f->hi)
        snprintf(out, n, "%lld", (long long)f->lo);
    else
        snprintf(out, n, "%lld to %lld", (long long)f->lo, (long long)f->hi);
}

static void type_of(const jd_field *f, char *out, size_t n)
{
    char range[48];
    const char *name = jd_ftype_name(f->type);
    span(f, range, sizeof range);
    switch (f->type) {
    case JD_T_CODE: snprintf(out, n, "%s of `%s`", name, jd_table_get((jd_table_id)f->table)->name); break;
    case JD_T_WORDS: snprintf(out, n, "%s, up to %lld", name, (long long)f->hi); break;
    case JD_T_INT:
    case JD_T_TEXT:
    case JD_T_LINE:
    case JD_T_PHONE:
    case JD_T_EMAIL:
    case JD_T_WORD: snprintf(out, n, "%s, %s", name, range); break;
    default: snprintf(out, n, "%s", name);
    }
}

static void fields(jd_buf *b, const jd_layout *l)
{
    static const char *const classes[] = { "", "personal", "sensitive" };
    ROW(b, "field", "type", "must", "class", "source", "what it is");
    ROW(b, "---", "---", "---", "---", "---", "---");
    for (int i = 0; i < l->n; i++) {
        const jd_field *f = &l->fields[i];
        if (jd_field_attached(f)) continue;
        char type[80], name[64];
        type_of(f, type, sizeof type);
        snprintf(name, sizeof name, "`%s`", f->name);
        ROW(b, name, type, f->must ? "yes" : "", classes[f->pii], f->rule, f->doc);
    }
}

static void shape(jd_buf *b, jd_shape_id id)
{
    int n;
    const jd_shape *s = jd_shape_get(id, &n);
    ROW(b, "key", "type", "always", "what it says");
    ROW(b, "---", "---", "---", "---");
    for (int i = 0; i < n; i++) {
        char name[64];
        snprintf(name, sizeof name, "`%s`", s[i].name);
        ROW(b, name, s[i].kind, s[i].must ? "yes" : "", s[i].doc);
    }
}

/* ------------------------------------------------------------ receipts */

static void statuses(jd_buf *b)
{
    static const char *const todo[JD_STATUS_COUNT][2] = {
        [JD_OK] = { "recorded and synced to disk, or answered", "nothing" },
        [JD_REFUSED] = { "the rules say no", "show `because`; another try needs another message" },
        [JD_INVALID] = { "the message is wrong", "correct the fields `because` names, send under a new id" },
        [JD_CONFLICT] = { "the id was used for another body, or the state does not allow it",
                          "read the case, decide anew" },
        [JD_FORBIDDEN] = { "somebody else may", "nothing" },
        [JD_BUSY] = { "not recorded", "wait a little and send the same again" },
        [JD_ERROR] = { "not recorded, the daemon's fault", "send the same again later; tell the operator" },
    };
    ROW(b, "status", "means", "what to do");
    ROW(b, "---", "---", "---");
    for (int i = 0; i < JD_STATUS_COUNT; i++) {
        char name[40];
        snprintf(name, sizeof name, "`%s`", jd_status_text((jd_status)i));
        ROW(b, name, todo[i][0], todo[i][1]);
    }
}

static void codes(jd_buf *b)
{
    ROW(b, "code", "status", "means");
    ROW(b, "---", "---", "---");
    for (int i = 0; i < JD_CODE_COUNT; i++) {
        char name[64];
        snprintf(name, sizeof name, "`%s`", jd_code_text((jd_code)i));
        ROW(b, name, jd_status_text(jd_code_status((jd_code)i)), jd_code_means((jd_code)i));
    }
}

/* ------------------------------------------------------------ messages */

static void message(jd_buf *b, const jd_message *m)
{
    jd_buf_printf(b, "\n### `%s`\n\n%s%s\n", m->text, m->doc,
                  m->needs_reason ? " The header must carry `reason`." : "");
    if (m->layout.n == 0) {
        jd_buf_z(b, "\nThe body is the empty map.\n");
        return;
    }
    jd_buf_u8(b, '\n');
    fields(b, &m->layout);
}

static void messages(jd_buf *b, jd_mode mode)
{
    for (int i = 0; i < JD_MSG_COUNT; i++)
        if (jd_message_get((jd_msg)i)->mode == mode) message(b, jd_message_get((jd_msg)i));
}

static void answers(jd_buf *b)
{
    static const char *const rows[][3] = {
        { "`case.get`", "`case`",
          "map: `id`, `entity`, `state`, `version`, `policy`, `department`, `due`, `overdue`, and "
          "what the entity has besides; `erased` where its content was destroyed" },
        { "`reads.list`", "`reads`",
          "list, newest first, of each case the last 2,000: `entry`, `at`, `type`, `id`, `reader`, `sender`" },
        { "`retention.due`", "`due`",
          "list of `item`, `of` (application, supervisor, reports), `ended`, `due`, `rule`, and `reports`, a number" },
        { "", "`next`", "where it is not the last page" },
        { "`case.list`", "`cases`", "list of such maps" },
        { "", "`next`",
          "where the page is not the last: the `after` of the next one, also when this page is "
          "empty" },
        { "`case.explain`", "`because`", "the grounds of the last decision" },
        { "", "`history`",
          "list, oldest first: `seq`, `at`, `event`, `from`, `to`, `type`, `cause`, `sender`, "
          "`policy`, `because`" },
        { "", "`case`", "as case.get has it" },
        { "", "`clock`",
          "where a time limit runs: `name`, `unit`, `limit`, `from`, `due`, `calendar`, and `days`, a map a "
          "day that says whether it counts" },
        { "`events.since`", "`events`", "list of events in order, as they were published" },
        { "", "`more`", "true: ask again behind the last of them" },
        { "", "`last`", "the division's last number now" },
        { "`institution.get`", "`institution`",
          "map: `code`, `name`, `county`, `kind`, `level`, `agreement_from`, `agreement_to`, `listed` (on the "
          "current list), `list` (the last that names it), `years` (on whose lists it stood)" },
        { "`institution.find`", "`institutions`", "list of such maps, in the order of their codes" },
        { "", "`next`", "where the page is not the last: the `after` of the next one" },
        { "`policy.show`", "`policy`",
          "map: `name`, `hash`, `status`, `effective_from`, `in_force`, `extends`, `interpretation`, `title`, "
          "`departments`, `channels`, `targets` with their categories, ..., "
          "with `rules` true every rule" },
        { "`supervisor.record`", "`meetings`",
          "list: `act`, `kind`, `attended`, `hours`; what was withdrawn does not count" },
        { "", "`activities`",
          "list: `kind`, `attended`, `hours`, `invited`, `accepted`, `declined`, `own` (done alone)" },
        { "", "`documents`", "map: `sent`, `acknowledged`, `outstanding`" },
        { "", "`reports`, `all_reports`",
          "map: how many stand in each state, among the division's newest 20,000; whether those are all" },
        { "", "`invitations`",
          "list of what is to come, at most 100: `activity`, `kind`, `title`, `on`, `answer_by`, `takes_part` once "
          "answered" },
        { "`supervisor.find`", "`supervisors`",
          "list: `id`, and of each criterion that was asked the code that matched" },
        { "", "`next`", "as in case.list" },
        { "`document.outstanding`", "`outstanding`",
          "list: `supervisor` or `document` (with `kind`, `title`, `reference`, `sha256`, `sent_on`, `ack_by`, "
          "`requires_ack`), and `acknowledged`" },
        { "", "`next`", "as in case.list" },
        { "`stats.get`", "`stats`", "list of `entity`, `state`, `count`" },
        { "", "`overdue`, `events`", "cases with a breached time limit; the division's last number" },
        { "", "`meters`",
          "map of counters: feedback `satisfied`, `unsatisfied`, `undelivered`; reports by how many days behind the "
          "finding they came: `lag_0`, `lag_3` (1 to 3), `lag_7`, `lag_30`, `lag_more`" },
        { "`health.get`", "`health`",
          "map: the worker, its store, its policy (`policy_in_force` false: nothing new may begin; "
          "`policy_pending`: what comes, and when), its calendar (`reckoning`: limits are being laid under a new "
          "one)" },
        { "`certificate.verify`", "`certificate`",
          "map: `number`, `valid`, `reason` where it is not (expired, revoked, replaced, lost, not-yet, unknown), "
          "`division`, `authority`, `certificate`, `valid_until`, and `name_matches` where a valid one is asked for "
          "with "
          "`name_initial`" },
    };
    ROW(b, "query", "key", "what it holds");
    ROW(b, "---", "---", "---");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) row(b, rows[i], 3);
}

/* ------------------------------------------------------------ states */

/* The messages that ask for a move; what none asks for has only a name. */
static void askers(jd_entity e, int verb, jd_buf *out)
{
    bool any = false;
    for (int i = 0; i < JD_MSG_COUNT; i++) {
        const jd_message *m = jd_message_get((jd_msg)i);
        if (m->mode != JD_COMMAND || strcmp(m->entity, jd_entity_name(e)) != 0) continue;
        if (strcmp(m->verb, jd_verb_name(e, verb)) != 0) continue;
        jd_buf_printf(out, "%s`%s`", any ? ", " : "", m->text);
        any = true;
    }
    if (!any) jd_buf_printf(out, "*%s*", jd_verb_name(e, verb));
}

static void targets(jd_entity e, uint32_t to, jd_buf *out)
{
    bool any = false;
    for (int s = 0; s < jd_state_count(e); s++) {
        if (!(to >> s & 1)) continue;
        jd_buf_printf(out, "%s%s", any ? ", " : "", jd_state_name(e, s));
        any = true;
    }
}

static void move(jd_buf *b, jd_entity e, int state, int verb)
{
    jd_buf by = { 0 }, to = { 0 };
    if (!jd_moves(e, state, verb)) return;
    askers(e, verb, &by);
    targets(e, jd_moves(e, state, verb), &to);
    jd_buf_u8(&by, 0);
    jd_buf_u8(&to, 0);
    if (!by.failed && !to.failed) ROW(b, state ? jd_state_name(e, state) : "(none)", by.p, to.p);
    jd_buf_free(&by);
    jd_buf_free(&to);
}

static void diagram(jd_buf *b, jd_entity e)
{
    jd_buf_printf(b, "\n### %s\n\n%s. Case ids begin with `%c`.\n\n", jd_entity_name(e), jd_entity_doc(e),
                  jd_entity_letter(e));
    ROW(b, "from", "by", "to");
    ROW(b, "---", "---", "---");
    for (int s = 0; s < jd_state_count(e); s++)
        for (int v = 0; v < jd_verb_count(e); v++) move(b, e, s, v);
    jd_buf_z(b, "\nFinal:");
    for (int s = 1; s < jd_state_count(e); s++)
        if (jd_state_final(e, s)) jd_buf_printf(b, " `%s`", jd_state_name(e, s));
    jd_buf_z(b, ".\n");
}

/* ------------------------------------------------------------ events and tables */

static void events(jd_buf *b)
{
    ROW(b, "topic", "what happened");
    ROW(b, "---", "---");
    for (int i = 0; i < JD_EV_COUNT; i++) {
        char topic[96];
        snprintf(topic, sizeof topic, "`J.<division>.%s.%s`", jd_event_entity((jd_event_id)i),
                 jd_event_name((jd_event_id)i));
        ROW(b, topic, jd_event_doc((jd_event_id)i));
    }
}

static void tables(jd_buf *b)
{
    for (int i = 1; i < JD_TABLE_COUNT; i++) {
        const jd_table *t = jd_table_get((jd_table_id)i);
        jd_buf_printf(b, "\n**`%s`** (%s):", t->name, t->source);
        for (int k = 0; k < t->n; k++)
            jd_buf_printf(b, "%s `%s` %s", k ? " ·" : "", t->rows[k].value, t->rows[k].label);
        jd_buf_u8(b, '\n');
    }
}

/* ------------------------------------------------------------ access */

static void role_rows(jd_buf *b)
{
    ROW(b, "role", "who has it");
    ROW(b, "---", "---");
    for (int i = 0; i < JD_ROLE_COUNT; i++) {
        char name[40];
        snprintf(name, sizeof name, "`%s`", jd_role_text((jd_role)i));
        ROW(b, name, jd_role_who((jd_role)i));
    }
}

static void truth_of(const jd_access *x, char *out, size_t n)
{
    static const char *const says[] = {
        [JD_ACT_NOTHING] = "",
        [JD_ACT_DEPARTMENT] = "acts for the department in `%s`",
        [JD_ACT_SUPERVISOR] = "acts for the supervisor in `%s`",
        [JD_ACT_SEES] = "may see the case in `%s`",
        [JD_ACT_READS] = "may see the case in `%s`, and acts for the department or supervisor named",
        [JD_ACT_DIVISION] = "not limited to some departments",
    };
    const char *at = strstr(says[x->truth], "%s");
    int head = at ? (int)(at - says[x->truth]) : (int)strlen(says[x->truth]);
    snprintf(out, n, "%.*s%s%s", head, says[x->truth], at ? x->field : "", at ? at + 2 : "");
}

static void access_rows(jd_buf *b)
{
    ROW(b, "message", "roles", "and");
    ROW(b, "---", "---", "---");
    for (int i = 0; i < JD_MSG_COUNT; i++) {
        char name[64], roles[120], truth[120];
        if (jd_message_get((jd_msg)i)->mode == JD_INTERNAL) continue;
        snprintf(name, sizeof name, "`%s`", jd_message_get((jd_msg)i)->text);
        jd_roles_text((jd_msg)i, roles, sizeof roles);
        truth_of(jd_access_of((jd_msg)i), truth, sizeof truth);
        ROW(b, name, roles, truth);
    }
}

static void limits(jd_buf *b)
{
    jd_buf_printf(b,
                  "\nBounds: header %d bytes, body %d bytes (%d where a text of the message may be longer than "
                  "that), %d levels of maps and lists, %d values in a body. No extension types.\n",
                  JD_HEADER_MAX, JD_BODY_MAX, JD_BODY_LARGE, JD_DEPTH_MAX, JD_ITEMS_MAX);
}

void jd_manual(jd_buf *b)
{
    jd_buf_z(b, jd_manual_intro);
    fields(b, &jd_header_layout);
    limits(b);
    jd_buf_z(b, jd_manual_receipt);
    shape(b, JD_SHAPE_RECEIPT);
    jd_buf_z(b, "\nEach ground in `because`:\n\n");
    shape(b, JD_SHAPE_BECAUSE);
    jd_buf_u8(b, '\n');
    statuses(b);
    jd_buf_z(b, "\n### Codes\n\n");
    codes(b);
    jd_buf_z(b, jd_manual_access);
    role_rows(b);
    jd_buf_z(b, jd_manual_access_rows);
    access_rows(b);
    jd_buf_z(b, jd_manual_delivery);
    jd_buf_z(b, jd_manual_example);
    jd_buf_z(b, jd_manual_messages);
    messages(b, JD_COMMAND);
    jd_buf_z(b, jd_manual_queries);
    answers(b);
    messages(b, JD_QUERY);
    jd_buf_z(b, jd_manual_states);
    for (int e = 1; e < JD_E_COUNT; e++) diagram(b, (jd_entity)e);
    jd_buf_z(b, jd_manual_events);
    shape(b, JD_SHAPE_EVENT);
    jd_buf_u8(b, '\n');
    events(b);
    jd_buf_z(b, jd_manual_tables);
    tables(b);
}
