/* Which cases belong together. A tie is a row of its own, so that either end may have thousands. */
#include "workers/handler.h"

void jd_tie(jd_ctx *c, jd_tie_kind kind, uint64_t from, uint64_t to)
{
    jd_put_bytes(c, JD_DB_TIES, jd_key_tie(kind, from, to), (jd_str){ "", 0 });
}

void jd_untie(jd_ctx *c, jd_tie_kind kind, uint64_t from, uint64_t to)
{
    jd_put_bytes(c, JD_DB_TIES, jd_key_tie(kind, from, to), (jd_str){ NULL, 0 });
}

bool jd_tied(jd_txn *t, jd_tie_kind kind, uint64_t from, uint64_t to)
{
    jd_str nothing;
    jd_key k = jd_key_tie(kind, from, to);
    return jd_get(t, JD_DB_TIES, jd_k(&k), &nothing);
}

uint64_t jd_tie_behind(jd_txn *t, jd_tie_kind kind, uint64_t from, uint64_t after)
{
    uint64_t to = 0;
    jd_key first = jd_key_tie(kind, from, after + 1);
    size_t prefix = first.n - sizeof(uint64_t);
    jd_scan s = jd_scan_from(t, JD_DB_TIES, jd_k(&first));
    if (jd_scan_next(&s) && s.key.n == first.n && memcmp(s.key.p, first.bytes, prefix) == 0)
        to = jd_get_be64((const uint8_t *)s.key.p + prefix);
    jd_scan_end(&s);
    return to;
}

jd_tie_walk jd_tie_from(jd_txn *t, jd_tie_kind kind, uint64_t from, uint64_t after)
{
    jd_tie_walk w = { .first = jd_key_tie(kind, from, after + 1) };
    w.scan = jd_scan_from(t, JD_DB_TIES, jd_k(&w.first));
    return w;
}

bool jd_tie_next(jd_tie_walk *w, uint64_t *to)
{
    size_t prefix = w->first.n - sizeof(uint64_t);
    if (!jd_scan_next(&w->scan)) return false;
    if (w->scan.key.n != w->first.n || memcmp(w->scan.key.p, w->first.bytes, prefix) != 0) {
        jd_tie_end(w);
        return false;
    }
    *to = jd_get_be64((const uint8_t *)w->scan.key.p + prefix);
    return true;
}

void jd_tie_end(jd_tie_walk *w)
{
    jd_scan_end(&w->scan);
}

static uint64_t *grown(jd_arena *a, uint64_t *list, uint64_t n)
{
    uint64_t *more = jd_alloc(a, sizeof *more * (size_t)(n ? 2 * n : 8));
    if (n) memcpy(more, list, sizeof *more * (size_t)n);
    return more;
}

uint64_t jd_ties(jd_txn *t, jd_arena *a, jd_tie_kind kind, uint64_t from, uint64_t **to)
{
    uint64_t n = 0, one;
    jd_tie_walk w = jd_tie_from(t, kind, from, 0);
    for (*to = NULL; jd_tie_next(&w, &one); (*to)[n++] = one)
        if (n < 8 ? n == 0 : (n & (n - 1)) == 0) *to = grown(a, *to, n);
    return n;
}
