#include "proto/decode.h"

#include <msgpack/object.h>
#include <msgpack/unpack.h>
#include <msgpack/zone.h>
#include <stdarg.h>
#include <stdio.h>

#include "proto/check.h"
#include "proto/pack.h"
#include "proto/tables.h"

/* ------------------------------------------------------------ problems */

void jd_problem_add(jd_problems *p, jd_code code, jd_str field, const char *rule, const char *fmt, ...)
{
    if (p->n >= JD_PROBLEMS_MAX) return;
    jd_problem *one = &p->v[p->n++];
    int64_t points;
    va_list ap;
    *one = (jd_problem){ .code = code, .rule = rule };
    /* a stranger's key is repeated only when it is printable and short */
    if (field.n && field.n < sizeof one->field && jd_check_utf8(field, false, &points))
        memcpy(one->field, field.p, field.n);
    va_start(ap, fmt);
    vsnprintf(one->expected, sizeof one->expected, fmt, ap);
    va_end(ap);
}

jd_code jd_problems_code(const jd_problems *p)
{
    return p->n == 1 ? p->v[0].code : JD_CODE_SEVERAL_PROBLEMS;
}

/* Says in words what the field takes. */
static void expected(const jd_field *f, char *out, size_t n)
{
    long long lo = f->lo, hi = f->hi;
    switch (f->type) {
    case JD_T_TEXT:
    case JD_T_LINE: snprintf(out, n, "%lld to %lld characters of UTF-8 text", lo, hi); break;
    case JD_T_WORD: snprintf(out, n, "a code of %lld to %lld letters, digits and . _ : -", lo, hi); break;
    case JD_T_WORDS: snprintf(out, n, "a list of 1 to %lld codes", hi); break;
    case JD_T_INT: snprintf(out, n, "a whole number from %lld to %lld", lo, hi); break;
    case JD_T_DATE: snprintf(out, n, "a date as YYYY-MM-DD"); break;
    case JD_T_TIME: snprintf(out, n, "a time as RFC 3339"); break;
    case JD_T_BOOL: snprintf(out, n, "true or false"); break;
    case JD_T_CASE: snprintf(out, n, "a case id such as R-530900-00000017"); break;
    case JD_T_IDNO: snprintf(out, n, "an 18-character number whose date and check character fit"); break;
    case JD_T_CODE: {
        const jd_table *t = jd_table_get((jd_table_id)f->table);
        snprintf(out, n, "a code of %s, %s to %s", t->source, t->rows[0].value, t->rows[t->n - 1].value);
        break;
    }
    default: snprintf(out, n, "a %s", jd_ftype_name(f->type));
    }
}

static void wrong(jd_problems *p, const jd_field *f, jd_code code)
{
    char text[140];
    expected(f, text, sizeof text);
    jd_problem_add(p, code, jd_str_of(f->name), f->rule, "%s", text);
}

/* ------------------------------------------------------------ one value */

static jd_str obj_str(const msgpack_object *o)
{
    if (o->type == MSGPACK_OBJECT_BIN) return (jd_str){ o->via.bin.ptr, o->via.bin.size };
    if (o->type == MSGPACK_OBJECT_STR) return (jd_str){ o->via.str.ptr, o->via.str.size };
    return (jd_str){ NULL, 0 };
}

static bool obj_int(const msgpack_object *o, int64_t *v)
{
    if (o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) *v = o->via.i64;
    if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER) *v = (int64_t)o->via.u64;
    if (o->type == MSGPACK_OBJECT_POSITIVE_INTEGER) return o->via.u64 <= INT64_MAX;
    return o->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
}

static jd_code read_int(const jd_field *f, const msgpack_object *o, void *out)
{
    int64_t v;
    if (!obj_int(o, &v)) return JD_CODE_WRONG_TYPE;
    if (v < f->lo || v > f->hi) return JD_CODE_OUT_OF_BOUNDS;
    *JD_AT(int64_t, out, f) = v;
    return JD_CODE_RECORDED;
}

static jd_code read_words(const jd_field *f, const msgpack_object *o, jd_arena *a, void *out)
{
    const jd_field word = { .type = JD_T_WORD, .lo = 1, .hi = 40 };
    jd_strs list = { 0 };
    if (o->type != MSGPACK_OBJECT_ARRAY) return JD_CODE_WRONG_TYPE;
    if (o->via.array.size > f->hi || (f->must && o->via.array.size == 0)) return JD_CODE_OUT_OF_BOUNDS;
    list.v = jd_alloc(a, sizeof *list.v * o->via.array.size);
    for (; list.n < o->via.array.size; list.n++) {
        const msgpack_object *item = &o->via.array.ptr[list.n];
        if (item->type != MSGPACK_OBJECT_STR) return JD_CODE_WRONG_TYPE;
        list.v[list.n] = obj_str(item);
        jd_code c = jd_check_text(&word, list.v[list.n]);
        if (c != JD_CODE_RECORDED) return c;
    }
    *JD_AT(jd_strs, out, f) = list;
    return JD_CODE_RECORDED;
}

static jd_code read_uuid(const jd_field *f, const msgpack_object *o, jd_arena *a, void *out)
{
    jd_str s = obj_str(o);
    uint8_t *id = jd_alloc(a, 16);
    if (!s.p) return JD_CODE_WRONG_TYPE;
    if (!jd_parse_uuid(s, id)) return JD_CODE_BAD_FORMAT;
    *JD_AT(jd_str, out, f) = (jd_str){ (char *)id, 16 };
    return JD_CODE_RECORDED;
}

static jd_code read_value(const jd_field *f, const msgpack_object *o, jd_arena *a, void *out)
{
    jd_str s = o->type == MSGPACK_OBJECT_STR ? obj_str(o) : (jd_str){ NULL, 0 };
    switch (f->type) {
    case JD_T_INT: return read_int(f, o, out);
    case JD_T_WORDS: return read_words(f, o, a, out);
    case JD_T_UUID: return read_uuid(f, o, a, out);
    case JD_T_BOOL:
        if (o->type != MSGPACK_OBJECT_BOOLEAN) return JD_CODE_WRONG_TYPE;
        *JD_AT(jd_tri, out, f) = o->via.boolean ? JD_YES : JD_NO;
        return JD_CODE_RECORDED;
    case JD_T_DATE:
        if (!s.p) return JD_CODE_WRONG_TYPE;
        return jd_parse_date(s, JD_AT(jd_day, out, f)) ? JD_CODE_RECORDED : JD_CODE_BAD_DATE;
    case JD_T_TIME:
        if (!s.p) return JD_CODE_WRONG_TYPE;
        return jd_parse_time(s, JD_AT(jd_ms, out, f)) ? JD_CODE_RECORDED : JD_CODE_BAD_DATE;
    default:
        if (!s.p) return JD_CODE_WRONG_TYPE;
        *JD_AT(jd_str, out, f) = s;
        return jd_check_text(f, s);
    }
}

/* ------------------------------------------------------------ a message */

/* msgpack-c's objects live in a zone; one a thread, emptied for each message. */
static _Thread_local msgpack_zone *zone;

void jd_decode_end(void)
{
    if (zone) msgpack_zone_free(zone);
    zone = NULL;
}

static bool unpack(jd_str bytes, msgpack_object *o)
{
    size_t off = 0;
    if (!zone) zone = msgpack_zone_new(MSGPACK_ZONE_CHUNK_SIZE);
    if (!zone) return false;
    msgpack_zone_clear(zone);
    return msgpack_unpack(bytes.p, bytes.n, &off, zone, o) == MSGPACK_UNPACK_SUCCESS;
}

/* Senders mostly keep the table's order, so look behind the last field first. */
static int find_field(const jd_layout *l, jd_str key, int hint)
{
    for (int i = 0; i < l->n; i++) {
        int at = hint + i < l->n ? hint + i : hint + i - l->n;
        if (jd_field_named(&l->fields[at], key)) return at;
    }
    return -1;
}

static void read_pair(const jd_layout *l, const msgpack_object_kv *kv, int *hint, uint64_t *seen, jd_arena *a,
                      void *out, jd_problems *p)
{
    jd_str key = kv->key.type == MSGPACK_OBJECT_STR ? obj_str(&kv->key) : (jd_str){ "", 0 };
    int at = find_field(l, key, *hint);
    if (at < 0 || jd_field_attached(&l->fields[at])) {
        jd_problem_add(p, JD_CODE_UNKNOWN_FIELD, key, "", "%s has no such field", l->name);
        return;
    }
    const jd_field *f = &l->fields[at];
    *hint = at + 1;
    if (*seen >> at & 1) {
        jd_problem_add(p, JD_CODE_DUPLICATE_FIELD, key, "", "once");
        return;
    }
    *seen |= (uint64_t)1 << at;
    if (kv->val.type == MSGPACK_OBJECT_NIL && !f->must) return;
    jd_code c = read_value(f, &kv->val, a, out);
    if (c != JD_CODE_RECORDED) wrong(p, f, c);
}

bool jd_decode(const jd_layout *l, jd_str bytes, jd_arena *a, void *out, jd_problems *p)
{
    msgpack_object o;
    uint64_t seen = 0;
    int hint = 0;
    const char *bad = jd_prescan(bytes);
    if (!bad && !unpack(bytes, &o)) bad = "not msgpack";
    if (!bad && o.type != MSGPACK_OBJECT_MAP) bad = "not a map";
    if (bad) {
        jd_str frame = l == &jd_header_layout ? JD_STR("header") : JD_STR("body");
        jd_problem_add(p, JD_CODE_MALFORMED, frame, "", "one msgpack map: %s", bad);
        return false;
    }
    jd_layout_clear(l, out);
    for (uint32_t i = 0; i < o.via.map.size; i++) read_pair(l, &o.via.map.ptr[i], &hint, &seen, a, out, p);
    for (int i = 0; i < l->n; i++)
        if (l->fields[i].must && !(seen >> i & 1)) wrong(p, &l->fields[i], JD_CODE_MISSING_FIELD);
    return p->n == 0;
}

/* ------------------------------------------------------------ canonical form */

static void write_words(const jd_strs *list, jd_buf *b)
{
    jd_pack_list(b, list->n);
    for (uint32_t i = 0; i < list->n; i++) jd_pack_str(b, list->v[i]);
}

static void write_value(const jd_field *f, const void *in, bool wire, jd_buf *b)
{
    switch (f->type) {
    case JD_T_INT: jd_pack_int(b, *JD_IN(int64_t, in, f)); break;
    case JD_T_BOOL: jd_pack_bool(b, *JD_IN(jd_tri, in, f) == JD_YES); break;
    case JD_T_WORDS: write_words(JD_IN(jd_strs, in, f), b); break;
    case JD_T_UUID:
    case JD_T_BYTES: jd_pack_bin(b, *JD_IN(jd_str, in, f)); break;
    case JD_T_DATE:
        if (wire)
            jd_pack_date(b, *JD_IN(jd_day, in, f));
        else
            jd_pack_int(b, *JD_IN(jd_day, in, f));
        break;
    case JD_T_TIME:
        if (wire)
            jd_pack_time(b, *JD_IN(jd_ms, in, f));
        else
            jd_pack_int(b, *JD_IN(jd_ms, in, f));
        break;
    default: jd_pack_str(b, *JD_IN(jd_str, in, f));
    }
}

/* Trailing absent fields are left out: rows written before a field existed read the same. */
void jd_encode_row(const jd_layout *l, const void *in, jd_buf *b)
{
    int n = l->n;
    while (n > 0 && !jd_field_set(&l->fields[n - 1], in)) n--;
    jd_pack_list(b, (size_t)n);
    for (int i = 0; i < n; i++) {
        if (jd_field_set(&l->fields[i], in))
            write_value(&l->fields[i], in, false, b);
        else
            jd_pack_nil(b);
    }
}

static bool row_words(const jd_field *f, const msgpack_object *o, jd_arena *a, void *out)
{
    jd_strs list = { 0 };
    if (o->type != MSGPACK_OBJECT_ARRAY) return false;
    list.v = jd_alloc(a, sizeof *list.v * o->via.array.size);
    for (; list.n < o->via.array.size; list.n++) list.v[list.n] = obj_str(&o->via.array.ptr[list.n]);
    *JD_AT(jd_strs, out, f) = list;
    return true;
}

static bool row_value(const jd_field *f, const msgpack_object *o, jd_arena *a, void *out)
{
    int64_t v;
    if (o->type == MSGPACK_OBJECT_NIL) return true;
    switch (f->type) {
    case JD_T_INT: return obj_int(o, JD_AT(int64_t, out, f));
    case JD_T_TIME: return obj_int(o, JD_AT(jd_ms, out, f));
    case JD_T_DATE:
        if (!obj_int(o, &v)) return false;
        *JD_AT(jd_day, out, f) = (jd_day)v;
        return true;
    case JD_T_BOOL: *JD_AT(jd_tri, out, f) = o->via.boolean ? JD_YES : JD_NO; return o->type == MSGPACK_OBJECT_BOOLEAN;
    case JD_T_WORDS: return row_words(f, o, a, out);
    default: *JD_AT(jd_str, out, f) = obj_str(o); return obj_str(o).p != NULL;
    }
}

bool jd_decode_row(const jd_layout *l, jd_str bytes, jd_arena *a, void *out)
{
    msgpack_object o;
    jd_layout_clear(l, out);
    if (!unpack(bytes, &o) || o.type != MSGPACK_OBJECT_ARRAY || o.via.array.size > (uint32_t)l->n) return false;
    for (uint32_t i = 0; i < o.via.array.size; i++)
        if (!row_value(&l->fields[i], &o.via.array.ptr[i], a, out)) return false;
    return true;
}

void jd_encode_map(const jd_layout *l, const void *in, int hide, jd_buf *b)
{
    size_t at = jd_pack_open(b), n = 0;
    for (int i = 0; i < l->n; i++) {
        const jd_field *f = &l->fields[i];
        if (!jd_field_set(f, in) || f->pii >= hide || jd_field_attached(f)) continue;
        jd_pack_z(b, f->name);
        write_value(f, in, true, b);
        n++;
    }
    jd_pack_close_map(b, at, n);
}

/* ------------------------------------------------------------ the request header */

static const jd_field header_fields[] = {
    { JD_NAME("v"), JD_T_INT, true, JD_TABLE_none, JD_P_OPEN, offsetof(jd_header, v), 1, 1, "", "version, 1" },
    { JD_NAME("id"), JD_T_UUID, true, JD_TABLE_none, JD_P_OPEN, offsetof(jd_header, id), 16, 36, "",
      "request id, the key of idempotency; version 7 recommended" },
    { JD_NAME("type"), JD_T_WORD, true, JD_TABLE_none, JD_P_OPEN, offsetof(jd_header, type), 1, 40, "",
      "message type" },
    { JD_NAME("division"), JD_T_WORD, true, JD_TABLE_none, JD_P_OPEN, offsetof(jd_header, division), 6, 6, "GB/T 2260",
      "whose rules apply" },
    { JD_NAME("reason"), JD_T_LINE, false, JD_TABLE_none, JD_P_SENSITIVE, offsetof(jd_header, reason), 1, 200, "",
      "why, where the type asks for it" },
    { JD_NAME("at"), JD_T_TIME, false, JD_TABLE_none, JD_P_OPEN, offsetof(jd_header, at), 0, 0, "",
      "the time it is, only under a simulated clock" },
};

const jd_layout jd_header_layout = { "header", sizeof(jd_header), sizeof header_fields / sizeof *header_fields,
                                     header_fields, NULL };
