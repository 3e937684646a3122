#include "proto/receipt.h"

#include "proto/check.h"
#include "proto/pack.h"

static void pack_id(const uint8_t *id, bool binary, jd_buf *b)
{
    char text[37];
    if (!id) {
        jd_pack_nil(b);
    } else if (binary) {
        jd_pack_bin(b, (jd_str){ (const char *)id, 16 });
    } else {
        jd_format_uuid(id, text);
        jd_pack_str(b, (jd_str){ text, 36 });
    }
}

void jd_receipt_head(const uint8_t *id, bool id_binary, jd_code code, jd_buf *b)
{
    jd_pack_ku(b, "v", 1);
    jd_pack_z(b, "id");
    pack_id(id, id_binary, b);
    jd_pack_kz(b, "status", jd_status_text(jd_code_status(code)));
    jd_pack_kz(b, "code", jd_code_text(code));
    jd_pack_kz(b, "text", jd_code_means(code));
}

static void pack_because(const jd_because *w, jd_buf *b)
{
    const struct {
        const char *key;
        jd_str value;
    } pairs[] = { { "rule", w->rule }, { "article", w->article }, { "text", w->text },        { "field", w->field },
                  { "fact", w->fact }, { "value", w->value },     { "expected", w->expected } };
    size_t n = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) n += pairs[i].value.n > 0;
    jd_pack_map(b, n);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i].value.n) jd_pack_ks(b, pairs[i].key, pairs[i].value);
}

void jd_receipt_because(const jd_because *because, int n, jd_buf *b)
{
    jd_pack_z(b, "because");
    jd_pack_list(b, (size_t)n);
    for (int i = 0; i < n; i++) pack_because(&because[i], b);
}

static void pack_case_of(const jd_receipt *r, jd_buf *b)
{
    char id[JD_CASE_ID_MAX];
    jd_case_id_format((jd_case_id){ r->entity, r->division, r->number }, id);
    jd_pack_kz(b, "entity", jd_entity_name(r->entity));
    jd_pack_kz(b, "entity_id", id);
    jd_pack_ku(b, "version", r->version);
    jd_pack_kz(b, "state", jd_state_name(r->entity, r->state));
}

/* A policy that is put in force is about no case. */
static void pack_recorded(const jd_receipt *r, jd_buf *b)
{
    char id[JD_CASE_ID_MAX];
    jd_pack_ku(b, "seq", r->seq);
    if (r->entity != JD_E_none) pack_case_of(r, b);
    jd_pack_ks(b, "policy", r->policy);
    if (r->department.n) jd_pack_ks(b, "department", r->department);
    if (r->due != JD_NO_DAY) jd_pack_kd(b, "due", r->due);
    if (r->created.entity == JD_E_none) return;
    jd_case_id_format(r->created, id);
    jd_pack_kz(b, "created", id);
}

void jd_receipt_pack(const jd_receipt *r, jd_buf *b)
{
    bool recorded = r->seq > 0;
    size_t extra = 0;
    if (recorded)
        extra = (r->entity != JD_E_none ? 6u : 2u) + (r->department.n > 0) + (r->due != JD_NO_DAY) +
                (r->created.entity != JD_E_none);
    jd_pack_map(b, JD_RECEIPT_HEAD + 1 + extra + r->more_n);
    jd_receipt_head(r->id, r->id_binary, r->code, b);
    jd_receipt_because(r->because, r->because_n, b);
    if (recorded) pack_recorded(r, b);
    if (r->more_n) jd_buf_str(b, r->more);
}

void jd_receipt_invalid(const uint8_t *id, bool id_binary, const jd_problems *p, jd_buf *b)
{
    jd_because because[JD_PROBLEMS_MAX] = { 0 };
    for (int i = 0; i < p->n; i++) {
        const jd_problem *one = &p->v[i];
        because[i] = (jd_because){ .rule = jd_str_of(*one->rule ? one->rule : jd_code_text(one->code)),
                                   .text = jd_str_of(jd_code_means(one->code)),
                                   .field = jd_str_of(one->field),
                                   .expected = jd_str_of(one->expected) };
    }
    jd_receipt r = {
        .id = id, .id_binary = id_binary, .code = jd_problems_code(p), .because = because, .because_n = p->n
    };
    jd_receipt_pack(&r, b);
}

static void add_division(jd_buf *b, uint32_t division)
{
    char digits[6];
    for (int i = 6; i > 0; division /= 10) digits[--i] = (char)('0' + division % 10);
    jd_buf_add(b, digits, sizeof digits);
}

void jd_event_topic(const jd_event *e, jd_buf *b)
{
    jd_buf_add(b, "J.", 2);
    add_division(b, e->division);
    jd_buf_add(b, ".", 1);
    jd_buf_z(b, e->entity);
    jd_buf_add(b, ".", 1);
    jd_buf_z(b, e->event);
}

static void pack_articles(const jd_event *e, jd_buf *b)
{
    jd_pack_z(b, "articles");
    jd_pack_list(b, (size_t)e->articles_n);
    for (int i = 0; i < e->articles_n; i++) jd_pack_str(b, e->articles[i]);
}

static void pack_case(const jd_event *e, jd_buf *b)
{
    char id[JD_CASE_ID_MAX] = "";
    if (e->id.entity != JD_E_none) jd_case_id_format(e->id, id);
    jd_pack_kz(b, "id", id);
    jd_pack_ku(b, "version", e->version);
}

void jd_event_pack(const jd_event *e, jd_buf *b)
{
    char division[8] = "";
    jd_buf d = { .p = division, .cap = sizeof division, .cap_max = sizeof division };
    add_division(&d, e->division);
    size_t extra = (e->department.n > 0) + (size_t)(e->due != JD_NO_DAY) + (e->code != NULL) + (e->count > 0);
    jd_pack_map(b, 13 + extra);
    jd_pack_ku(b, "v", 1);
    jd_pack_ku(b, "seq", e->seq);
    jd_pack_kt(b, "at", e->at);
    jd_pack_ks(b, "division", (jd_str){ division, 6 });
    jd_pack_kz(b, "entity", e->entity);
    pack_case(e, b);
    jd_pack_kz(b, "event", e->event);
    jd_pack_kz(b, "from", e->from);
    jd_pack_kz(b, "to", e->to);
    jd_pack_z(b, "cause");
    pack_id(e->cause, false, b);
    jd_pack_ks(b, "policy", e->policy);
    pack_articles(e, b);
    if (e->department.n) jd_pack_ks(b, "department", e->department);
    if (e->due != JD_NO_DAY) jd_pack_kd(b, "due", e->due);
    if (e->code) jd_pack_kz(b, "code", e->code);
    if (e->count) jd_pack_ku(b, "count", e->count);
}

void jd_refused_pack(const uint8_t cause[16], jd_code code, jd_buf *b)
{
    jd_pack_map(b, 4);
    jd_pack_ku(b, "v", 1);
    jd_pack_z(b, "cause");
    pack_id(cause, false, b);
    jd_pack_kz(b, "code", jd_code_text(code));
    jd_pack_kz(b, "text", jd_code_means(code));
}
