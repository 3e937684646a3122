/* What case.get and case.list tell of each entity, one function each; the head is the same for all.
 * What is absent is left out. */
#ifndef JD_SHOW_H
#define JD_SHOW_H

#include "workers/query.h"

typedef struct jd_map {
    jd_buf *b;
    size_t at, n;
} jd_map;

jd_map jd_show_open(jd_buf *b);
void jd_show_z(jd_map *m, const char *key, const char *z);
void jd_show_s(jd_map *m, const char *key, jd_str s);
void jd_show_u(jd_map *m, const char *key, int64_t v);
void jd_show_day(jd_map *m, const char *key, jd_day d);
void jd_show_time(jd_map *m, const char *key, jd_ms t);
void jd_show_bool(jd_map *m, const char *key, bool v);
void jd_show_id(jd_map *m, const jd_asked *q, const char *key, jd_entity e, int64_t number);
void jd_show_depts(jd_map *m, const jd_policy *p, const char *key, jd_str list);

jd_str jd_code_at(const jd_item *items, int n, int64_t i); /* "" when there is none */
jd_str jd_dept_code(const jd_policy *p, int64_t i);
jd_str jd_kind_code(const jd_kinds *l, int64_t i); /* likewise */

/* show_meeting.c: title, reference and digest as the journal entry has them, for those they were sent to */
void jd_show_title(jd_map *m, jd_asked *q, int64_t entry, jd_arena *scratch);

typedef void (*jd_shower)(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row);

#define ENTITY(e, letter, doc) \
    void jd_show_##e(jd_map *m, const jd_asked *q, const jd_policy *p, const jd_case_row *row);
JD_ENTITIES(ENTITY)
#undef ENTITY

#endif
