/* JSON to msgpack and back. Objects keep the order of their keys both ways. */
#include <math.h>

#include "ctl/ctl.h"
#include "ctl/lib/wire.h"
#include "proto/check.h"
#include "proto/pack.h"

static void pack_object(const json_t *v, jd_buf *out)
{
    jd_pack_map(out, json_object_size(v));
    for (jd_member p = { 0 }; jd_member_next(v, &p);) {
        jd_pack_z(out, p.key);
        jd_json_pack(p.value, out);
    }
}

static void pack_array(const json_t *v, jd_buf *out)
{
    jd_pack_list(out, json_array_size(v));
    for (size_t i = 0; i < json_array_size(v); i++) jd_json_pack(json_array_get(v, i), out);
}

void jd_json_pack(const json_t *v, jd_buf *out)
{
    switch (json_typeof(v)) {
    case JSON_OBJECT: pack_object(v, out); break;
    case JSON_ARRAY: pack_array(v, out); break;
    case JSON_STRING: jd_pack_str(out, (jd_str){ json_string_value(v), (uint32_t)json_string_length(v) }); break;
    case JSON_INTEGER: jd_pack_int(out, json_integer_value(v)); break;
    case JSON_REAL: jd_pack_double(out, json_real_value(v)); break;
    case JSON_TRUE: jd_pack_bool(out, true); break;
    case JSON_FALSE: jd_pack_bool(out, false); break;
    case JSON_NULL: jd_pack_nil(out); break;
    }
}

/* Bytes have no place in JSON: a request id as text, anything else in hexadecimal. */
static json_t *from_bytes(jd_str s)
{
    char uuid[JD_ID_SIZE];
    jd_buf hex = { 0 };
    if (s.n == 16) {
        jd_format_uuid((const uint8_t *)s.p, uuid);
        return json_string(uuid);
    }
    for (uint32_t i = 0; i < s.n; i++) jd_buf_printf(&hex, "%02x", (uint8_t)s.p[i]);
    json_t *v = json_stringn_nocheck(hex.n ? hex.p : "", hex.n);
    jd_buf_free(&hex);
    return v;
}

static json_t *unpack(jd_cur *c);

static json_t *unpack_list(jd_cur *c, uint32_t n)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < n && !c->failed; i++) json_array_append_new(list, unpack(c));
    return list;
}

static json_t *unpack_map(jd_cur *c, uint32_t n)
{
    json_t *map = json_object();
    for (uint32_t i = 0; i < n && !c->failed; i++) {
        jd_wvalue key;
        if (!jd_wire_next(c, &key) || key.kind != JD_W_STR) c->failed = true;
        json_t *v = unpack(c);
        if (v && json_object_setn_new(map, key.s.p, key.s.n, v) != 0) c->failed = true;
    }
    return map;
}

/* JSON knows no infinity and no NaN. */
static json_t *from_double(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

/* NULL only when c has failed. */
static json_t *unpack(jd_cur *c)
{
    jd_wvalue v;
    json_t *text;
    if (!jd_wire_next(c, &v)) return NULL;
    switch (v.kind) {
    case JD_W_BOOL: return json_boolean(v.yes);
    case JD_W_INT: return json_integer(v.i);
    case JD_W_UINT: return from_double((double)v.u);
    case JD_W_FLOAT: return from_double(v.f);
    case JD_W_STR: text = json_stringn(v.s.p, v.s.n); return text ? text : from_bytes(v.s); /* not UTF-8 */
    case JD_W_BIN: return from_bytes(v.s);
    case JD_W_LIST: return unpack_list(c, v.n);
    case JD_W_MAP: return unpack_map(c, v.n);
    default: return json_null();
    }
}

/* Checked first: then the depth is bounded, and building follows what is really there. */
json_t *jd_json_unpack(jd_str bytes)
{
    if (!jd_wire_is_map(bytes)) return NULL;
    jd_cur c = jd_cur_of(bytes.p, bytes.n);
    json_t *v = unpack(&c);
    if (!c.failed) return v;
    json_decref(v);
    return NULL;
}

json_t *jd_json_reply(const jd_reply *r)
{
    size_t n;
    const char *bytes = jd_reply_bytes(r, &n);
    return jd_json_unpack((jd_str){ bytes, (uint32_t)n });
}

const char *jd_json_text(const json_t *map, const char *key)
{
    const char *text = json_string_value(json_object_get(map, key));
    return text ? text : "";
}

bool jd_member_next(const json_t *map, jd_member *p)
{
    json_t *m = (json_t *)map; /* jansson asks for more than it needs */
    p->at = p->at ? json_object_iter_next(m, p->at) : json_object_iter(m);
    p->key = p->at ? json_object_iter_key(p->at) : NULL;
    p->value = p->at ? json_object_iter_value(p->at) : NULL;
    return p->at != NULL;
}
