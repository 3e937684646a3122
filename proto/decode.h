/* From bytes to a struct and back, by layout.
 *
 * On the wire a message is a map with string keys; in the store and the journal it is a list, field
 * after field in the layout's order, nil where absent ("canonical"): shorter, and one spelling per
 * content, so digests compare. Bytes from strangers are walked once before msgpack-c sees them, since
 * it allocates what a header declares (bounds below). Strings point into the input. */
#ifndef JD_PROTO_DECODE_H
#define JD_PROTO_DECODE_H

#include "base/arena.h"
#include "proto/codes.h"
#include "proto/messages.h"

enum {
    JD_HEADER_MAX = 1024,            /* bytes */
    JD_BODY_MAX = 64 * 1024,         /* bytes */
    JD_BODY_LARGE = 2 * 1024 * 1024, /* of a message with a field that may be longer than that */
    JD_DEPTH_MAX = 4,                /* maps and lists inside one another */
    JD_ITEMS_MAX = 4096,             /* values in one body */
    JD_PROBLEMS_MAX = 16,
};

/* What is wrong with one field, and what was expected. */
typedef struct jd_problem {
    jd_code code;
    char field[48];
    const char *rule; /* article or standard, "" where it is ours */
    char expected[160];
} jd_problem;

typedef struct jd_problems {
    int n; /* those past the last are counted and dropped */
    jd_problem v[JD_PROBLEMS_MAX];
} jd_problems;

void jd_problem_add(jd_problems *p, jd_code code, jd_str field, const char *rule, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
jd_code jd_problems_code(const jd_problems *p); /* the only one, or several-problems */

/* One well-formed value that fills the bytes, within the bounds above? NULL, or what is wrong. */
const char *jd_prescan(jd_str bytes);

/* A stranger's map into the struct of layout l. False with problems; out is then unspecified. */
bool jd_decode(const jd_layout *l, jd_str bytes, jd_arena *a, void *out, jd_problems *p);
void jd_decode_end(void); /* this thread decodes no more: what it kept is given back */

/* Canonical form, to and from. Reading our own bytes can only fail if they are damaged. */
void jd_encode_row(const jd_layout *l, const void *in, jd_buf *b);
bool jd_decode_row(const jd_layout *l, jd_str bytes, jd_arena *a, void *out);

/* A struct as a map with string keys, absent fields left out; `hide` drops fields of a privacy class
 * at or above it (JD_P_SENSITIVE + 1 shows all). */
void jd_encode_map(const jd_layout *l, const void *in, int hide, jd_buf *b);

/* Request header. */
typedef struct jd_header {
    char begin;
    jd_c_INT v;
    jd_c_UUID id;
    jd_c_WORD type;
    jd_c_WORD division;
    jd_c_LINE reason;
    jd_c_TIME at; /* only where the configuration says the clock is simulated */
} jd_header;
extern const jd_layout jd_header_layout;

#endif
