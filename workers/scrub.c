#include "workers/scrub.h"

#include <stdlib.h>
#include <unistd.h>

#include "workers/keyring.h"

enum {
    STEP = 8 << 20,
    SLOT = 9,                /* a key of the table */
    ROW = SLOT + JD_WRAPPED, /* and behind it, as in a leaf, the wrapped key */
    HEAD = SLOT + 5 + 24,    /* as far as the nonce: so much must be found */
    MARGIN = 16,
};

void jd_scrub_pattern(jd_str key, jd_str row, jd_buf *out)
{
    if (key.n != SLOT || row.n != JD_WRAPPED) return;
    jd_buf_str(out, key);
    jd_buf_str(out, row);
}

void jd_scrub_add(jd_scrub *s, jd_str patterns)
{
    jd_buf_str(&s->next, patterns);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, HEAD);
}

/* Whatever the caller said: a key that is there is left alone. */
static void take_destroyed(jd_scrub *s, jd_store *store)
{
    jd_txn t;
    jd_str row;
    jd_begin(store, &t, false);
    for (size_t i = 0; i + ROW <= s->next.n; i += ROW)
        if (jd_get(&t, JD_DB_KEYS, (jd_str){ s->next.p + i, SLOT }, &row) && row.n == 0)
            jd_buf_add(&s->now, s->next.p + i, ROW);
    jd_abort(&t);
    s->next.n = 0;
    s->at = 0;
    if (s->now.n) qsort(s->now.p, s->now.n / ROW, ROW, by_bytes);
}

/* A page's gaps keep what its buffer held before, and a row that is in use may lie over the end of it: overwritten is what
 * agrees with the key that is gone, less its last bytes, which a row in use could only share by a chance of 2^-128. */
static bool wipe(int fd, uint64_t at, const char *found, const char *row)
{
    static const char zeros[JD_WRAPPED];
    size_t same = HEAD;
    while (same < ROW && found[same] == row[same]) same++;
    size_t n = same - MARGIN - SLOT;
    return pwrite(fd, zeros, n, (off_t)at + SLOT) == (ssize_t)n;
}

static bool wipe_found(const jd_scrub *s, int fd, const char *p, size_t n, char kind)
{
    const char *end = p + n;
    bool ok = true;
    for (const char *at = p; ok && end - at >= ROW && (at = memchr(at, kind, (size_t)(end - at - ROW + 1))); at++) {
        const char *row = bsearch(at, s->now.p, s->now.n / ROW, ROW, by_bytes);
        if (row) ok = wipe(fd, s->at + (uint64_t)(at - p), at, row);
    }
    return ok;
}

/* Each step reads on by what a row may reach over its end. */
static bool walk(jd_scrub *s, int fd)
{
    char *p = malloc(STEP + ROW);
    ssize_t n = p ? pread(fd, p, STEP + ROW, (off_t)s->at) : -1;
    bool more =
        n > 0 && wipe_found(s, fd, p, (size_t)n, JD_SLOT_PERSON) && wipe_found(s, fd, p, (size_t)n, JD_SLOT_MONTH);
    free(p);
    s->at += STEP;
    return more && n == STEP + ROW;
}

bool jd_scrub_waits(const jd_scrub *s)
{
    return s->now.n || s->next.n;
}

bool jd_scrub_step(jd_scrub *s, jd_store *store)
{
    if (!s->now.n && s->next.n) take_destroyed(s, store);
    if (s->now.n && !walk(s, jd_store_fd(store))) {
        s->now.n = 0;
        fdatasync(jd_store_fd(store));
    }
    return jd_scrub_waits(s);
}

void jd_scrub_free(jd_scrub *s)
{
    jd_buf_free(&s->now);
    jd_buf_free(&s->next);
}
