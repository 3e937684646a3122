/* YAML as a tree that remembers where each node stood, so that every mistake found later,
 * whatever finds it, can name file and line. libyaml does the parsing. */
#ifndef JD_BASE_YAML_H
#define JD_BASE_YAML_H

#include "base/arena.h"

typedef enum { JD_Y_SCALAR, JD_Y_LIST, JD_Y_MAP } jd_ykind;

typedef struct jd_ynode {
    jd_ykind kind;
    int line;                /* a place, below */
    jd_str text;             /* scalar */
    int n;                   /* items of a list, pairs of a map */
    struct jd_ynode **items; /* list items, or map values */
    struct jd_ynode **keys;  /* map keys, scalars */
    bool used;               /* a reader asked for it; what nobody asked for is a mistake */
} jd_ynode;

/* A place is a line, from 1, with JD_PLACE_OTHER above it where it stands in the diagnostics' other file. */
enum { JD_PLACE_OTHER = 1 << 24, JD_PLACE_LINE = JD_PLACE_OTHER - 1 };

/* Mistakes, in the order found: "file:line: text". */
typedef struct jd_diag {
    const char *file, *other; /* other: what the file builds upon, or NULL */
    jd_buf text;
    int errors;
} jd_diag;

void jd_diag_at(jd_diag *d, int place, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
const char *jd_diag_file(const jd_diag *d, int place);
void jd_y_other(jd_ynode *n); /* everything below n stands in the other file */

/* Parses text; NULL with a diagnostic on a syntax error. Aliases, duplicate keys, nesting
 * deeper than 32 and a second document are errors: a policy is read by people and must say what it
 * seems to say. The tree lives in the arena. */
jd_ynode *jd_yaml_parse(jd_arena *a, jd_str text, jd_diag *d);

bool jd_read_file(const char *path, jd_buf *out); /* false with errno set */

/* Readers. A missing key gives NULL or the default; a wrong type is a diagnostic. */
jd_ynode *jd_y_get(jd_ynode *map, const char *key);
jd_ynode *jd_y_need(jd_ynode *map, const char *key, jd_ykind kind, jd_diag *d);
jd_ynode *jd_y_sub(jd_ynode *map, const char *key, jd_ykind kind, jd_diag *d); /* NULL when missing */
jd_str jd_y_text(jd_ynode *map, const char *key, jd_diag *d);                  /* "" when missing */
jd_str jd_y_need_text(jd_ynode *map, const char *key, jd_diag *d);             /* missing is an error */
int64_t jd_y_int(jd_ynode *map, const char *key, int64_t otherwise, int64_t lo, int64_t hi, jd_diag *d);
bool jd_y_bool(jd_ynode *map, const char *key, bool otherwise, jd_diag *d);
bool jd_y_scalar_int(jd_ynode *n, int64_t *out);
bool jd_y_scalar_bool(jd_ynode *n, bool *out);
void jd_y_unused(jd_ynode *n, jd_diag *d); /* every unread key below n is an error */

#endif
