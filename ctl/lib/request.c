#include "ctl/lib/internal.h"
#include "proto/check.h"
#include "proto/decode.h"
#include "proto/pack.h"

static bool header_text(const char *field, const char *value)
{
    jd_ms time;
    jd_str s = jd_str_of(value);
    int at = jd_layout_find(&jd_header_layout, jd_str_of(field));
    const jd_field *f = &jd_header_layout.fields[at];
    if (!value) return !f->must;
    return f->type == JD_T_TIME ? jd_parse_time(s, &time) : jd_check_text(f, s) == JD_CODE_RECORDED;
}

/* What the daemon could not answer, because it could not read the id either, is not sent. */
static bool sendable(const jd_request *r)
{
    return header_text("type", r->type) && header_text("division", r->division) && header_text("reason", r->reason) &&
           header_text("at", r->at) && r->body_n <= JD_BODY_LARGE;
}

static bool choose_id(jd_outgoing *o, const jd_request *r)
{
    return strlen(r->id) == 36 && jd_parse_uuid(jd_str_of(r->id), o->id);
}

static void optional(jd_buf *b, const char *key, const char *value)
{
    if (value) jd_pack_kz(b, key, value);
}

static void pack_header(jd_outgoing *o, const jd_request *r)
{
    char id[JD_ID_SIZE];
    jd_format_uuid(o->id, id);
    jd_pack_map(&o->header, 4u + (r->reason != NULL) + (r->at != NULL));
    jd_pack_ku(&o->header, "v", 1);
    jd_pack_kz(&o->header, "id", id);
    jd_pack_kz(&o->header, "type", r->type);
    jd_pack_kz(&o->header, "division", r->division);
    optional(&o->header, "reason", r->reason);
    optional(&o->header, "at", r->at);
}

int jd_outgoing_prepare(jd_outgoing *o, const jd_request *r, jd_uuid7 *uuids)
{
    if (!sendable(r) || (r->id && !choose_id(o, r))) return JD_RC_ARGUMENT;
    if (!r->id && !jd_uuid7_next(uuids, o->id)) return JD_RC_SYSTEM;
    o->body = r->body ? (jd_str){ r->body, (uint32_t)r->body_n } : (jd_str){ "\x80", 1 };
    pack_header(o, r);
    return o->header.failed ? JD_RC_SYSTEM : JD_RC_OK;
}
