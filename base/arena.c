#include "base/arena.h"

#include <stdlib.h>

#include "base/log.h"

enum { CHUNK = 64 * 1024 };

struct jd_chunk {
    struct jd_chunk *next;
    size_t used, cap;
    _Alignas(16) char bytes[];
};

static struct jd_chunk *chunk_new(size_t cap)
{
    struct jd_chunk *c = malloc(sizeof *c + cap);
    if (!c) jd_die(JD_EX_TEMPFAIL, "out of memory (%zu bytes)", cap);
    *c = (struct jd_chunk){ .cap = cap };
    return c;
}

static char *take(jd_arena *a, size_t n)
{
    n = (n + 15) & ~(size_t)15;
    struct jd_chunk *c = a->head;
    if (!c || c->cap - c->used < n) {
        c = chunk_new(n > CHUNK ? n : CHUNK);
        c->next = a->head;
        a->head = c;
    }
    char *p = c->bytes + c->used;
    c->used += n;
    return p;
}

void *jd_alloc(jd_arena *a, size_t n)
{
    return memset(take(a, n), 0, n);
}

jd_str jd_copy(jd_arena *a, jd_str s)
{
    char *p = take(a, (size_t)s.n + 1);
    if (s.n) memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return (jd_str){ p, s.n };
}

char *jd_copyz(jd_arena *a, const char *z)
{
    return (char *)jd_copy(a, jd_str_of(z)).p;
}

void jd_arena_reset(jd_arena *a)
{
    while (a->head && a->head->next) {
        struct jd_chunk *next = a->head->next;
        free(a->head);
        a->head = next;
    }
    if (a->head) a->head->used = 0;
}

void jd_arena_free(jd_arena *a)
{
    jd_arena_reset(a);
    free(a->head);
    a->head = NULL;
}
