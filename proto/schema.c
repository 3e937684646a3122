#include "proto/schema.h"

#include "proto/decode.h"
#include "proto/states.h"
#include "proto/tables.h"

#define DIALECT "https://json-schema.org/draft/2020-12/schema"
#define UUID    "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
#define ONE     "\"const\":1"
#define MAPS    "\"type\":\"array\",\"items\":{\"type\":\"object\"}"
#define COUNT   "\"type\":\"integer\",\"minimum\":1"
#define NUMBER  "\"type\":\"integer\",\"minimum\":0"
#define MAPS    "\"type\":\"array\",\"items\":{\"type\":\"object\"}"
#define TEXT    "\"type\":\"string\""
#define DAY     "\"type\":\"string\",\"format\":\"date\""
#define TIME    "\"type\":\"string\",\"format\":\"date-time\""
#define ID      "\"type\":[\"string\",\"null\"],\"pattern\":\"" UUID "\""
#define CODE    "\"type\":\"string\",\"pattern\":\"^[a-z0-9]+(-[a-z0-9]+)*$\""
#define REGION  "\"type\":\"string\",\"pattern\":\"^[0-9]{6}$\""

static const jd_shape receipt[] = {
    { "v", "integer", ONE, true, "version, 1" },
    { "id", "UUID", ID, true, "the request's id, in the form it was sent; nil when it could not be read" },
    { "status", "word", "\"enum\":[\"ok\",\"refused\",\"invalid\",\"conflict\",\"forbidden\",\"busy\",\"error\"]", true,
      "what became of the request" },
    { "code", "code", CODE, true, "why, stable: see the table of codes" },
    { "text", "text", TEXT, true, "the code in one sentence, for a person" },
    { "because", "list of maps", "\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/because\"}", false,
      "the grounds of the decision" },
    { "seq", "integer", COUNT, false, "number of the event it caused, the last one where there are several" },
    { "entity", "word", TEXT, false, "what the request was about: application, supervisor, report, ..." },
    { "entity_id", "case id", TEXT, false, "the case: keep it, later messages name it" },
    { "version", "integer", COUNT, false, "how often the case has changed" },
    { "state", "word", TEXT, false, "where the case stands now" },
    { "policy", "word", TEXT, false, "the regulation it was decided by, such as lincang-2021@1" },
    { "department", "word", TEXT, false, "the lead department now" },
    { "due", "date", DAY, false, "last day of the time limit that runs now" },
    { "created", "case id", TEXT, false, "a second case that came into being, such as the appointment" },
    { "pool", "integer", "\"type\":\"integer\",\"minimum\":0", false, "round.review: how many applicants are counted" },
    { "cut", "yes or no", "\"const\":true", false, "round.review: more applied than are looked at, the first 20,000" },
    { "ages", "list of maps", MAPS, false, "round.review: how many are `from` to `to` full years old, by `count`" },
    { "counts", "list of maps", MAPS, false,
      "round.review: of a coded `field` how many have which `value`, by `count`" },
    { "factors", "list of maps", MAPS, false,
      "round.review: `application`, `state` and what the policy's factors show, as codes; by `ranking`, else in the "
      "order of receipt" },
    { "ranking", "list of maps", MAPS, false,
      "round.review, where the regulation gives priorities: `application`, `weight`, and the `rules` that give it" },
    { "next", "integer", COUNT, false, "round.review: where the page is not the last, the `after` of the next" },
    { "content", "list of maps", MAPS, false,
      "of content.read: what was handed in, newest first: type, at, entry, sender, event, to, because, and reason and "
      "body, or erased; a supervisor sees of a report their own words and the feedback" },
    { "content_next", "integer", COUNT, false, "where there is more: `before` of the next content.read" },
    { "export", "map", "\"type\":\"object\"", false,
      "of person.export: subject; cases, each with id, state and its entries as in content; reads; reports, likewise; "
      "next where there are more reports: `after` of the next part" },
    { "persons", "integer", NUMBER, false, "of retention.run: how many can be read no more" },
    { "reports", "integer", NUMBER, false, "likewise" },
    { "erased", "true", "\"const\":true", false, "what was read the first time was erased since" },
};

static const jd_shape because[] = {
    { "rule", "word", TEXT, false, "rule id such as LC-4.3, a standard, or a code" },
    { "article", "text", TEXT, false, "article of the regulation" },
    { "text", "text", TEXT, false, "its words, or what is wrong" },
    { "field", "word", TEXT, false, "the field of the message it rests on" },
    { "fact", "word", TEXT, false, "the attested fact it rests on" },
    { "value", "word", TEXT, false, "the fact's value: yes, no or unknown" },
    { "expected", "text", TEXT, false, "what would have been accepted" },
};

static const jd_shape event[] = {
    { "v", "integer", ONE, true, "version, 1" },
    { "seq", "integer", COUNT, true, "number within the division, from 1, without gaps" },
    { "at", "time", TIME, true, "when it happened, UTC" },
    { "division", "word", REGION, true, "GB/T 2260" },
    { "entity", "word", TEXT, true, "what it is about" },
    { "id", "case id", TEXT, true, "the case; empty where it is about none" },
    { "version", "integer", NUMBER, true, "of the case" },
    { "event", "code", CODE, true, "what happened: see the table of events" },
    { "from", "word", TEXT, true, "state before; empty for none" },
    { "to", "word", TEXT, true, "state after; empty for none" },
    { "cause", "UUID", ID, true, "id of the request that caused it; nil for a clock" },
    { "policy", "word", TEXT, true, "the regulation it was decided by" },
    { "articles", "list of texts", "\"type\":\"array\",\"items\":{\"type\":\"string\"}", true,
      "rules and articles it rests on" },
    { "department", "word", TEXT, false, "the lead department" },
    { "due", "date", DAY, false, "last day of the time limit it speaks of" },
    { "code", "code", CODE, false, "why a pushed message was refused" },
    { "count", "integer", COUNT, false, "of how many it speaks" },
};

#define ROWS(t)                        \
    {                                  \
        t, (int)(sizeof t / sizeof *t) \
    }
static const struct {
    const jd_shape *rows;
    int n;
} shapes[JD_SHAPE_COUNT] = {
    [JD_SHAPE_RECEIPT] = ROWS(receipt), [JD_SHAPE_BECAUSE] = ROWS(because), [JD_SHAPE_EVENT] = ROWS(event)
};

const jd_shape *jd_shape_get(jd_shape_id id, int *n)
{
    *n = shapes[id].n;
    return shapes[id].rows;
}

/* ------------------------------------------------------------ JSON, compact */

static void quoted(jd_buf *b, const char *z)
{
    jd_buf_u8(b, '"');
    for (; *z; z++) {
        if (*z == '"' || *z == '\\') jd_buf_u8(b, '\\');
        jd_buf_u8(b, (uint8_t)*z);
    }
    jd_buf_u8(b, '"');
}

/* A comma, unless something has just been opened or named. */
static void comma(jd_buf *b)
{
    if (b->n && !strchr("{[:,", b->p[b->n - 1])) jd_buf_u8(b, ',');
}

static void key(jd_buf *b, const char *name)
{
    comma(b);
    quoted(b, name);
    jd_buf_u8(b, ':');
}

static void text(jd_buf *b, const char *name, const char *value)
{
    if (!*value) return;
    key(b, name);
    quoted(b, value);
}

static void number(jd_buf *b, const char *name, int64_t value)
{
    key(b, name);
    jd_buf_printf(b, "%lld", (long long)value);
}

static void raw(jd_buf *b, const char *json)
{
    comma(b);
    jd_buf_z(b, json);
}

/* ------------------------------------------------------------ one field */

typedef enum { NOTHING, LENGTH, VALUE, ITEMS } bounds;

/* C1 controls and what turns the direction of writing, as proto/check.c refuses them. */
#define HIDDEN "\\u007F-\\u009F\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069"

static const struct {
    const char *type, *pattern, *format;
    bounds bounds;
} forms[JD_T_COUNT] = {
    [JD_T_TEXT] = { "string", "^[^\\u0000-\\u0008\\u000B-\\u001F" HIDDEN "]*$", "", LENGTH },
    [JD_T_LINE] = { "string", "^[^\\u0000-\\u001F" HIDDEN "]*$", "", LENGTH },
    [JD_T_WORD] = { "string", "^[0-9A-Za-z._:-]+$", "", LENGTH },
    [JD_T_CODE] = { "string", "", "", NOTHING },
    [JD_T_CASE] = { "string", "", "", NOTHING },
    [JD_T_IDNO] = { "string", "^[0-9]{17}[0-9Xx]$", "", NOTHING },
    [JD_T_PHONE] = { "string", "^[0-9+ ][0-9+ -]*$", "", LENGTH },
    [JD_T_EMAIL] = { "string", "^[^@ ]+@[^@ ]+$", "", LENGTH },
    [JD_T_SHA256] = { "string", "^[0-9A-Fa-f]{64}$", "", NOTHING },
    [JD_T_UUID] = { "string", UUID, "uuid", NOTHING },
    [JD_T_BYTES] = { "string", "", "", LENGTH },
    [JD_T_INT] = { "integer", "", "", VALUE },
    [JD_T_BOOL] = { "boolean", "", "", NOTHING },
    [JD_T_DATE] = { "string", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "date", NOTHING },
    [JD_T_TIME] = { "string", "", "date-time", NOTHING },
    [JD_T_WORDS] = { "array", "", "", ITEMS },
};

static void case_pattern(jd_buf *b)
{
    key(b, "pattern");
    jd_buf_z(b, "\"^[");
    for (int e = 1; e < JD_E_COUNT; e++) jd_buf_u8(b, (uint8_t)jd_entity_letter((jd_entity)e));
    jd_buf_z(b, "]-[0-9]{6}-([0-9]{8}|[1-9][0-9]{8,14})$\"");
}

static void codes(jd_buf *b, const jd_table *t)
{
    key(b, "enum");
    jd_buf_u8(b, '[');
    for (int i = 0; i < t->n; i++) {
        comma(b);
        quoted(b, t->rows[i].value);
    }
    jd_buf_u8(b, ']');
    text(b, "x-table", t->source);
    key(b, "x-labels");
    jd_buf_u8(b, '{');
    for (int i = 0; i < t->n; i++) text(b, t->rows[i].value, t->rows[i].label);
    jd_buf_u8(b, '}');
}

static void limits(jd_buf *b, const jd_field *f)
{
    switch (forms[f->type].bounds) {
    case LENGTH:
        number(b, "minLength", f->lo);
        number(b, "maxLength", f->hi);
        break;
    case VALUE:
        number(b, "minimum", f->lo);
        number(b, "maximum", f->hi);
        break;
    case ITEMS:
        if (f->must) number(b, "minItems", 1);
        number(b, "maxItems", f->hi);
        raw(b, "\"items\":{\"type\":\"string\",\"pattern\":\"^[0-9A-Za-z._:-]+$\",\"maxLength\":40}");
        break;
    case NOTHING: break;
    }
}

static void field(jd_buf *b, const jd_field *f)
{
    static const char *const classes[] = { "", "personal", "sensitive" };
    key(b, f->name);
    jd_buf_u8(b, '{');
    text(b, "type", forms[f->type].type);
    text(b, "description", f->doc);
    text(b, "pattern", forms[f->type].pattern);
    text(b, "format", forms[f->type].format);
    if (f->type == JD_T_CASE) case_pattern(b);
    if (f->type == JD_T_CODE) codes(b, jd_table_get((jd_table_id)f->table));
    limits(b, f);
    text(b, "x-source", f->rule);
    text(b, "x-class", classes[f->pii]);
    jd_buf_u8(b, '}');
}

/* ------------------------------------------------------------ one map */

static void layout(jd_buf *b, const jd_layout *l)
{
    raw(b, "\"type\":\"object\",\"properties\":{");
    for (int i = 0; i < l->n; i++)
        if (!jd_field_attached(&l->fields[i])) field(b, &l->fields[i]);
    jd_buf_z(b, "},\"required\":[");
    for (int i = 0; i < l->n; i++) {
        if (!l->fields[i].must) continue;
        comma(b);
        quoted(b, l->fields[i].name);
    }
    jd_buf_z(b, "],\"additionalProperties\":false");
}

static void shape(jd_buf *b, const char *name, jd_shape_id id)
{
    key(b, name);
    jd_buf_z(b, "{\"type\":\"object\",\"properties\":{");
    for (int i = 0; i < shapes[id].n; i++) {
        const jd_shape *s = &shapes[id].rows[i];
        key(b, s->name);
        jd_buf_printf(b, "{%s", s->schema);
        text(b, "description", s->doc);
        jd_buf_u8(b, '}');
    }
    jd_buf_z(b, "},\"required\":[");
    for (int i = 0; i < shapes[id].n; i++) {
        if (!shapes[id].rows[i].must) continue;
        comma(b);
        quoted(b, shapes[id].rows[i].name);
    }
    jd_buf_z(b, "]}"); /* later versions may add keys */
}

static void message(jd_buf *b, const jd_message *m)
{
    text(b, "title", m->text);
    text(b, "description", m->doc);
    layout(b, &m->layout);
    text(b, "x-mode", m->mode == JD_QUERY ? "query" : "command");
    raw(b, m->needs_reason ? "\"x-reason\":true" : "\"x-reason\":false");
}

void jd_schema_message(jd_msg m, jd_buf *b)
{
    const jd_message *one = jd_message_get(m);
    jd_buf_u8(b, '{');
    text(b, "$schema", DIALECT);
    key(b, "$id");
    jd_buf_printf(b, "\"urn:jiandu:1:%s\"", one->text);
    message(b, one);
    jd_buf_u8(b, '}');
}

void jd_schema_all(jd_buf *b)
{
    jd_buf_z(b, "{\"$schema\":\"" DIALECT "\",\"$id\":\"urn:jiandu:1\",\"title\":\"jiandu\",\"$defs\":{\"header\":{");
    layout(b, &jd_header_layout);
    jd_buf_u8(b, '}');
    shape(b, "receipt", JD_SHAPE_RECEIPT);
    shape(b, "because", JD_SHAPE_BECAUSE);
    shape(b, "event", JD_SHAPE_EVENT);
    for (int i = 0; i < JD_MSG_COUNT; i++) {
        const jd_message *m = jd_message_get((jd_msg)i);
        if (m->mode == JD_INTERNAL) continue;
        key(b, m->text);
        jd_buf_u8(b, '{');
        message(b, m);
        jd_buf_u8(b, '}');
    }
    jd_buf_z(b, "}}");
}
