/* Reading msgpack where it lies: no copy, and nothing allocated by what a header declares, so bytes
 * from the network may be of any size and as malformed as they like. */
#ifndef JD_CTL_WIRE_H
#define JD_CTL_WIRE_H

#include "base/bytes.h"

typedef enum {
    JD_W_BAD, /* what a failed or missing value is */
    JD_W_NIL,
    JD_W_BOOL,
    JD_W_INT,
    JD_W_UINT, /* beyond int64 only */
    JD_W_FLOAT,
    JD_W_STR,
    JD_W_BIN,
    JD_W_LIST,
    JD_W_MAP
} jd_wkind;

typedef struct jd_wvalue {
    jd_wkind kind;
    bool yes;   /* BOOL */
    int64_t i;  /* INT */
    uint64_t u; /* UINT */
    double f;   /* FLOAT */
    uint32_t n; /* items of a LIST, pairs of a MAP */
    jd_str s;   /* STR and BIN; from jd_wire_pick also the whole of a LIST or MAP */
} jd_wvalue;

/* One value, of a list or map its heading only. False when the bytes are not that. */
bool jd_wire_next(jd_cur *c, jd_wvalue *v);

/* Passes over one value and all that is in it. */
void jd_wire_skip(jd_cur *c);

/* Exactly one well-formed map, at most 16 levels deep, with nothing behind it? */
bool jd_wire_is_map(jd_str bytes);

/* The values of `keys` in a checked map, JD_W_BAD for those it has not. */
void jd_wire_pick(jd_str map, const char *const *keys, size_t n, jd_wvalue *out);

#endif
