/* What is stored as numbers, said in the words of the contract. */
#include <stdio.h>

#include "proto/pack.h"
#include "workers/content.h"
#include "workers/review.h"

static const char *form_field(uint16_t index)
{
    const jd_layout *l = &jd_message_get(JD_MSG_application_submit)->layout;
    return index < l->n ? l->fields[index].name : "";
}

static const char *message_field(jd_msg type, uint16_t index)
{
    const jd_layout *l = &jd_message_get(type)->layout;
    return index < l->n ? l->fields[index].name : "";
}

static const char *derived_name(uint16_t index)
{
    static const char *const names[] = {
#define X(name, doc) #name,
        JD_DERIVED(X)
#undef X
    };
    return index < JD_D_COUNT ? names[index] : "";
}

static void fill_ground(const jd_policy *p, jd_msg type, const jd_reason *r, jd_because *w)
{
    static const char *const values[] = { "unknown", "no", "yes" };
    switch (r->on) {
    case JD_ON_FORM: w->field = jd_str_of(form_field(r->index)); break;
    case JD_ON_FIELD: w->field = jd_str_of(message_field(type, r->index)); break;
    case JD_ON_DERIVED: w->field = jd_str_of(derived_name(r->index)); break;
    case JD_ON_FACT:
        if (r->index < p->facts_n) w->fact = p->facts[r->index].item.code;
        if (r->value <= JD_YES) w->value = jd_str_of(values[r->value]);
        break;
    case JD_ON_ROUTE:
        w->field = JD_STR("route");
        if (r->index < p->routes_n) w->value = p->routes[r->index].id;
        break;
    case JD_ON_CLOCK:
        w->field = JD_STR("clock");
        if (r->index < JD_CLOCK_COUNT) w->value = jd_str_of(jd_clock_name((jd_clock_id)r->index));
        break;
    case JD_ON_DUE:
        jd_format_date((jd_day)r->index, w->room);
        w->field = JD_STR("due");
        w->value = jd_str_of(w->room);
        break;
    case JD_ON_CALENDAR:
        snprintf(w->room, sizeof w->room, "%u", r->index);
        w->field = JD_STR("calendar");
        w->value = jd_str_of(w->room);
        break;
    case JD_ON_READER:
        w->field = JD_STR("reader");
        w->value = r->index < p->depts_n ? p->depts[r->index].item.code : JD_STR("self");
        break;
    default: break;
    }
}

void jd_render_reasons(const jd_policy *p, jd_msg type, const jd_reason *r, int n, jd_because *out)
{
    for (int i = 0; i < n; i++) {
        out[i] = (jd_because){ 0 };
        if (r[i].rule < p->rules_n) {
            out[i].rule = p->rules[r[i].rule].id;
            out[i].article = p->rules[r[i].rule].article;
            out[i].text = p->rules[r[i].rule].text;
        }
        fill_ground(p, type, &r[i], &out[i]);
        out[i].expected = r[i].text;
    }
}

/* The change a receipt speaks of is the entry's first; a second one that is fresh came into being. */
static void fill_recorded(const jd_engine *g, const jd_policy *p, const jd_entry *e, jd_receipt *r)
{
    const jd_changed *c = &e->changes[0];
    r->entity = (jd_entity)c->entity;
    r->division = g->division;
    r->number = c->number;
    r->version = c->version;
    r->state = c->to;
    r->policy = p->name;
    r->seq = e->event_first + (uint64_t)e->changes_n - 1;
    if (c->dept < p->depts_n) r->department = p->depts[c->dept].item.code;
    r->due = c->due;
    if (e->changes_n > 1 && e->changes[1].version == 1)
        r->created = (jd_case_id){ (jd_entity)e->changes[1].entity, g->division, e->changes[1].number };
}

/* What a type's receipt says besides: worked out from the store as it was at the entry, never kept, so that a
 * repeated receipt is the first one again. */
typedef size_t (*adder)(jd_engine *g, const jd_policy *p, const jd_entry *e, jd_arena *a, jd_buf *out);

static const adder adders[JD_MSG_COUNT] = { [JD_MSG_round_review] = jd_review };

bool jd_receipt_waits(jd_msg type)
{
    return !adders[type] && !jd_tells_content(type);
}

static void add_more(jd_engine *g, const jd_policy *p, const jd_entry *e, jd_arena *a, jd_buf *b, jd_receipt *r)
{
    jd_entry stored;
    if (!adders[e->type] || !jd_entry_read(&g->txn, e->seq, a, &stored)) return;
    r->more_n = adders[e->type](g, p, &stored, a, b);
    r->more = jd_buf_view(b);
}

void jd_render_receipt(jd_engine *g, const jd_policy *p, const jd_command *cmd, const jd_entry *e, jd_arena *a,
                       jd_buf *out)
{
    jd_buf more = { 0 };
    jd_receipt r = { .id = cmd->id,
                     .id_binary = cmd->id_binary,
                     .code = JD_CODE_RECORDED,
                     .due = JD_NO_DAY,
                     .because_n = e->reasons_n };
    jd_because *because = jd_alloc(a, sizeof *because * (size_t)(e->reasons_n + 1));
    jd_render_reasons(p, (jd_msg)e->type, e->reasons, e->reasons_n, because);
    r.because = because;
    if (e->changes_n > 0) fill_recorded(g, p, e, &r);
    add_more(g, p, e, a, &more, &r);
    if (!r.more_n) r.more = jd_content_told(g, e, a, &r.more_n);
    jd_receipt_pack(&r, out);
    jd_buf_free(&more);
}

static int articles_of(const jd_policy *p, const jd_entry *e, jd_str *out, int max)
{
    int n = 0;
    for (int i = 0; i < e->reasons_n && n < max; i++) {
        uint16_t rule = e->reasons[i].rule;
        bool seen = rule >= p->rules_n || e->reasons[i].on == JD_ON_ACCUSED;
        for (int j = 0; j < n && !seen; j++) seen = jd_str_eq(out[j], p->rules[rule].id);
        if (!seen) out[n++] = p->rules[rule].id;
    }
    return n;
}

/* A pushed message that was refused: the event carries the entity of its type, and the code. */
static void fill_push_refused(const jd_entry *e, jd_event *ev)
{
    const jd_reason *r = e->reasons_n ? &e->reasons[e->reasons_n - 1] : NULL;
    ev->entity = r && r->index < JD_MSG_COUNT ? jd_message_get((jd_msg)r->index)->entity : "push";
    ev->code = r && r->rule < JD_CODE_COUNT ? jd_code_text((jd_code)r->rule) : NULL;
    ev->articles_n = 0;
}

enum { ARTICLES = 8 };

static jd_event event_of(const jd_engine *g, const jd_policy *p, const jd_entry *e, int at, jd_str articles[ARTICLES])
{
    const jd_changed *c = &e->changes[at];
    bool internal = jd_message_get((jd_msg)e->type)->mode == JD_INTERNAL;
    jd_event ev = { .seq = e->event_first + (uint64_t)at,
                    .at = e->at,
                    .division = g->division,
                    .entity = jd_event_entity((jd_event_id)c->event),
                    .id = { (jd_entity)c->entity, g->division, c->number },
                    .version = c->version,
                    .event = jd_event_name((jd_event_id)c->event),
                    .from = jd_state_name((jd_entity)c->entity, c->from),
                    .to = jd_state_name((jd_entity)c->entity, c->to),
                    .policy = p->name,
                    .articles = articles,
                    .articles_n = articles_of(p, e, articles, ARTICLES),
                    .due = c->due };
    if (!internal || c->event == JD_EV_push_refused) ev.cause = e->id;
    if (c->dept < p->depts_n) ev.department = p->depts[c->dept].item.code;
    if (c->event == JD_EV_push_refused) fill_push_refused(e, &ev);
    if (c->event == JD_EV_retention_destroyed) ev.count = c->number;
    return ev;
}

void jd_render_event(const jd_engine *g, const jd_policy *p, const jd_entry *e, int at, jd_buf *out)
{
    jd_str articles[ARTICLES];
    const jd_event ev = event_of(g, p, e, at, articles);
    jd_event_pack(&ev, out);
}

/* Topic and event, each with its length in front. */
void jd_publish(const jd_engine *g, const jd_policy *p, const jd_entry *e, int at, jd_buf *out)
{
    jd_str articles[ARTICLES];
    const jd_event ev = event_of(g, p, e, at, articles);
    size_t topic = jd_buf_lstr_open(out);
    jd_event_topic(&ev, out);
    jd_buf_lstr_close(out, topic);
    size_t event = jd_buf_lstr_open(out);
    jd_event_pack(&ev, out);
    jd_buf_lstr_close(out, event);
}
