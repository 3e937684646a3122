/* Reading what the daemon says: a key of a receipt or an event. */
#include <msgpack.h>

#include "proto/check.h"
#include "tests/sim/oracle.h"

/* What a value of the map is; the zone is the caller's to empty. */
static bool find(jd_str map, const char *key, msgpack_zone *zone, msgpack_object *out)
{
    msgpack_object o;
    size_t at = 0;
    if (msgpack_unpack(map.p, map.n, &at, zone, &o) != MSGPACK_UNPACK_SUCCESS || o.type != MSGPACK_OBJECT_MAP)
        sim_broken("what a client gets is no map");
    for (uint32_t i = 0; i < o.via.map.size; i++) {
        const msgpack_object_str *k = &o.via.map.ptr[i].key.via.str;
        if (k->size != strlen(key) || memcmp(k->ptr, key, k->size) != 0) continue;
        *out = o.via.map.ptr[i].val;
        return true;
    }
    return false;
}

static msgpack_zone *emptied(void)
{
    static msgpack_zone *zone;
    if (!zone) zone = msgpack_zone_new(MSGPACK_ZONE_CHUNK_SIZE);
    msgpack_zone_clear(zone);
    return zone;
}

bool sim_text(jd_str map, const char *key, jd_str *out)
{
    msgpack_object o;
    if (!find(map, key, emptied(), &o) || (o.type != MSGPACK_OBJECT_STR && o.type != MSGPACK_OBJECT_BIN)) return false;
    *out = (jd_str){ o.via.str.ptr, o.via.str.size }; /* a bin's members lie likewise */
    return true;
}

bool sim_number(jd_str map, const char *key, uint64_t *out)
{
    msgpack_object o;
    if (!find(map, key, emptied(), &o) || o.type != MSGPACK_OBJECT_POSITIVE_INTEGER) return false;
    *out = o.via.u64;
    return true;
}

bool sim_receipt_id(jd_str receipt, uint8_t id[16])
{
    jd_str s;
    if (!sim_text(receipt, "id", &s)) return false;
    if (s.n == 16) memcpy(id, s.p, 16);
    return s.n == 16 || jd_parse_uuid(s, id);
}
