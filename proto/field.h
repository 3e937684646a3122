/* A field of a message or of a stored row, described as data. One ordinary loop over these
 * descriptors decodes, bounds, validates, encodes, and prints JSON Schema and the manual. */
#ifndef JD_PROTO_FIELD_H
#define JD_PROTO_FIELD_H

#include "base/civil.h"

/* yes, no, or not known; nothing unknown ever passes for fine. */
typedef enum { JD_UNKNOWN = 0, JD_NO = 1, JD_YES = 2 } jd_tri;

typedef struct jd_strs {
    uint32_t n;
    jd_str *v;
} jd_strs;

typedef enum {
    JD_T_TEXT,  /* prose; lo..hi code points, line breaks allowed */
    JD_T_LINE,  /* one line; lo..hi code points */
    JD_T_WORD,  /* a code of the policy: letters, digits, . _ : - */
    JD_T_CODE,  /* a member of a standard's table */
    JD_T_CASE,  /* a case id: R-530900-00000017 */
    JD_T_IDNO,  /* GB 11643 resident identity number, 18 characters */
    JD_T_PHONE, /* mobile or landline */
    JD_T_EMAIL,
    JD_T_SHA256, /* 64 hexadecimal digits */
    JD_T_UUID,   /* 36 characters or 16 bytes; held as 16 bytes */
    JD_T_BYTES,  /* lo..hi bytes (rows only) */
    JD_T_INT,    /* lo..hi */
    JD_T_BOOL,
    JD_T_DATE,  /* YYYY-MM-DD */
    JD_T_TIME,  /* RFC 3339 */
    JD_T_WORDS, /* a list of up to hi words */
    JD_T_COUNT
} jd_ftype;

/* How a field of each type lies in its struct. Absent is a value of its own: a NULL pointer,
 * JD_UNKNOWN, JD_NO_INT, JD_NO_DAY, JD_NO_TIME, or an empty list. */
typedef jd_str jd_c_TEXT, jd_c_LINE, jd_c_WORD, jd_c_CODE, jd_c_CASE, jd_c_IDNO, jd_c_PHONE, jd_c_EMAIL, jd_c_SHA256,
    jd_c_UUID, jd_c_BYTES;
typedef int64_t jd_c_INT;
typedef jd_tri jd_c_BOOL;
typedef jd_day jd_c_DATE;
typedef jd_ms jd_c_TIME;
typedef jd_strs jd_c_WORDS;

#define JD_NO_INT  INT64_MIN
#define JD_NO_DAY  INT32_MIN
#define JD_NO_TIME INT64_MIN

/* Who the field tells something about: decides what may be shown, and is printed in the manual. */
typedef enum { JD_P_OPEN, JD_P_PERSONAL, JD_P_SENSITIVE } jd_pii;

typedef struct jd_field {
    const char *name;
    uint8_t name_n; /* its length */
    uint8_t type;   /* jd_ftype */
    bool must;      /* absent is an error */
    uint8_t table;  /* jd_table_id for JD_T_CODE */
    uint8_t pii;    /* jd_pii */
    uint16_t offset;
    int64_t lo, hi;
    const char *rule; /* the article or standard it rests on, "" where it is ours */
    const char *doc;
} jd_field;

typedef struct jd_layout {
    const char *name;
    size_t size; /* of the struct */
    int n;
    const jd_field *fields;
    const void *blank; /* a struct with everything absent; NULL: made field by field */
} jd_layout;

/* The value of field f in struct s, as its C type. */
#define JD_AT(type, s, f) ((type *)(void *)((char *)(s) + (f)->offset))
#define JD_IN(type, s, f) ((const type *)(const void *)((const char *)(s) + (f)->offset))

#define JD_NAME(literal) (literal), sizeof(literal) - 1

static inline bool jd_field_named(const jd_field *f, jd_str name)
{
    return name.p && f->name_n == name.n && memcmp(f->name, name.p, name.n) == 0;
}

/* Filled in by the worker itself and never taken from a sender. */
static inline bool jd_field_attached(const jd_field *f)
{
    return f->type == JD_T_BYTES;
}

/* Is it there? Every type up to JD_T_BYTES is held as a string. */
static inline bool jd_field_set(const jd_field *f, const void *s)
{
    if (f->type <= JD_T_BYTES) return JD_IN(jd_str, s, f)->p != NULL;
    switch (f->type) {
    case JD_T_INT: return *JD_IN(int64_t, s, f) != JD_NO_INT;
    case JD_T_BOOL: return *JD_IN(jd_tri, s, f) != JD_UNKNOWN;
    case JD_T_DATE: return *JD_IN(jd_day, s, f) != JD_NO_DAY;
    case JD_T_TIME: return *JD_IN(jd_ms, s, f) != JD_NO_TIME;
    default: return JD_IN(jd_strs, s, f)->n != 0;
    }
}

void jd_layout_clear(const jd_layout *l, void *s);   /* everything absent */
void jd_layout_prepare(jd_layout *l);                /* gives it its blank; for as long as the program runs */
int jd_layout_find(const jd_layout *l, jd_str name); /* index or -1 */
void jd_layout_overlay(const jd_layout *from, const void *a, const jd_layout *onto, void *b);
const char *jd_ftype_name(uint8_t type);

#endif
