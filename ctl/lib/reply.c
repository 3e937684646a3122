#include <stdlib.h>

#include "ctl/lib/internal.h"
#include "proto/check.h"
#include "proto/pack.h"

static char *put_text(char *room, jd_str s)
{
    if (s.n) memcpy(room, s.p, s.n);
    room[s.n] = 0;
    return room + s.n + 1;
}

void *jd_texts_new(size_t size, const jd_text_key *keys, size_t n, jd_str map)
{
    const char *names[JD_TEXT_KEYS_MAX] = { NULL };
    jd_wvalue found[JD_TEXT_KEYS_MAX] = { 0 };
    size_t room = map.n;
    for (size_t k = 0; k < n; k++) names[k] = keys[k].key;
    jd_wire_pick(map, names, n, found);
    for (size_t k = 0; k < n; k++) {
        if (found[k].kind != JD_W_STR) found[k].s = (jd_str){ "", 0 };
        room += (size_t)found[k].s.n + 1;
    }
    char *block = calloc(1, size + room);
    if (!block) return NULL;
    char *to = block + size + map.n;
    memcpy(block + size, map.p, map.n);
    for (size_t k = 0; k < n; k++) {
        memcpy(block + keys[k].at, &to, sizeof to);
        to = put_text(to, found[k].s);
    }
    return block;
}

uint64_t jd_map_u64(jd_str map, const char *key)
{
    jd_wvalue v;
    jd_wire_pick(map, &key, 1, &v);
    return v.kind == JD_W_INT && v.i >= 0 ? (uint64_t)v.i : 0;
}

static const jd_text_key reply_keys[] = {
    { "status", offsetof(jd_reply, status_text) },  { "code", offsetof(jd_reply, code) },
    { "text", offsetof(jd_reply, text) },           { "entity", offsetof(jd_reply, entity) },
    { "entity_id", offsetof(jd_reply, entity_id) }, { "state", offsetof(jd_reply, state) },
};

enum { REPLY_KEYS = sizeof reply_keys / sizeof *reply_keys };

static bool read_id(jd_str map, uint8_t out[16])
{
    const char *key = "id";
    jd_wvalue v;
    jd_wire_pick(map, &key, 1, &v);
    return (v.kind == JD_W_STR || v.kind == JD_W_BIN) && jd_parse_uuid(v.s, out);
}

/* A status word this library does not know leaves the outcome unknown, which is the truth. */
static enum jd_reply_status find_status(const char *word)
{
    static const char *const words[] = { "ok", "refused", "invalid", "conflict", "forbidden", "busy", "error" };
    for (int i = 0; i < JD_REPLY_UNKNOWN; i++)
        if (strcmp(words[i], word) == 0) return (enum jd_reply_status)i;
    return JD_REPLY_UNKNOWN;
}

jd_reply *jd_reply_parse(jd_str bytes)
{
    uint8_t id[16];
    if (!jd_wire_is_map(bytes) || !read_id(bytes, id)) return NULL;
    jd_reply *r = jd_texts_new(sizeof *r, reply_keys, REPLY_KEYS, bytes);
    if (!r) return NULL;
    r->bytes = (jd_str){ (char *)(r + 1), bytes.n };
    r->status = find_status(r->status_text);
    r->seq = jd_map_u64(bytes, "seq");
    r->version = jd_map_u64(bytes, "version");
    memcpy(r->uuid, id, sizeof id);
    jd_format_uuid(id, r->id);
    return r;
}

jd_reply *jd_reply_unknown(const uint8_t id[16])
{
    char text[JD_ID_SIZE];
    jd_buf b = { 0 };
    jd_format_uuid(id, text);
    jd_pack_map(&b, 5);
    jd_pack_ku(&b, "v", 1);
    jd_pack_kz(&b, "id", text);
    jd_pack_kz(&b, "status", "unknown");
    jd_pack_kz(&b, "code", "no-receipt");
    jd_pack_kz(&b, "text", "no receipt came: recorded or not is unknown; the same id may be sent again");
    jd_reply *r = b.failed ? NULL : jd_reply_parse(jd_buf_view(&b));
    jd_buf_free(&b);
    return r;
}

enum jd_reply_status jd_reply_status(const jd_reply *r)
{
    return r->status;
}

const char *jd_reply_id(const jd_reply *r)
{
    return r->id;
}

const char *jd_reply_status_text(const jd_reply *r)
{
    return r->status_text;
}

const char *jd_reply_code(const jd_reply *r)
{
    return r->code;
}

const char *jd_reply_text(const jd_reply *r)
{
    return r->text;
}

const char *jd_reply_entity(const jd_reply *r)
{
    return r->entity;
}

const char *jd_reply_entity_id(const jd_reply *r)
{
    return r->entity_id;
}

const char *jd_reply_state(const jd_reply *r)
{
    return r->state;
}

uint64_t jd_reply_seq(const jd_reply *r)
{
    return r->seq;
}

uint64_t jd_reply_version(const jd_reply *r)
{
    return r->version;
}

const void *jd_reply_bytes(const jd_reply *r, size_t *n)
{
    *n = r->bytes.n;
    return r->bytes.p;
}

void jd_reply_free(jd_reply **r)
{
    if (!r) return;
    free(*r);
    *r = NULL;
}

const char *jd_version(void)
{
    return JD_VERSION;
}

const char *jd_rc_text(int rc)
{
    static const char *const texts[] = {
        [JD_RC_OK] = "done",
        [JD_RC_TIMEOUT] = "nothing came in time",
        [JD_RC_IDLE] = "nothing is outstanding",
        [JD_RC_FULL] = "too many requests are outstanding",
        [JD_RC_INTERRUPTED] = "interrupted by a signal",
        [JD_RC_ARGUMENT] = "an argument the protocol does not allow",
        [JD_RC_ENDPOINT] = "an endpoint is missing or cannot be connected to",
        [JD_RC_UNANSWERED] = "no daemon answered",
        [JD_RC_REFUSED] = "the daemon refused to answer",
        [JD_RC_SYSTEM] = "out of memory, sockets or randomness",
        [JD_RC_KEY] = "a certificate cannot be read, or one of the two is missing",
    };
    bool known = rc >= 0 && rc < (int)(sizeof texts / sizeof *texts);
    return known ? texts[rc] : "an unknown result";
}
