/* Memory that is given back all at once: a batch of messages, a command, a policy, a query.
 * jd_alloc never returns NULL: a process that cannot get a few kilobytes stops, and its
 * supervisor starts it again with everything acknowledged still on disk. */
#ifndef JD_BASE_ARENA_H
#define JD_BASE_ARENA_H

#include "base/bytes.h"

typedef struct jd_arena {
    struct jd_chunk *head;
} jd_arena;

void *jd_alloc(jd_arena *a, size_t n); /* zeroed, 16-byte aligned, lives until reset */
jd_str jd_copy(jd_arena *a, jd_str s); /* with a terminator after the last byte */
char *jd_copyz(jd_arena *a, const char *z);
void jd_arena_reset(jd_arena *a); /* keeps the first chunk for what comes next */
void jd_arena_free(jd_arena *a);

#endif
