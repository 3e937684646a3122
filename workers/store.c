#include "workers/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/mutant.h"
#include "workers/files.h"
#include "workers/format.h"
#include "workers/restore.h"

enum { HELD = 16 }; /* commits: see hold_back */

struct jd_store {
    MDB_env *env;
    MDB_dbi dbi[JD_DB_COUNT];
    int lock;        /* the writer's lock file, -1 for readers */
    MDB_txn *behind; /* the writer's */
    int held;        /* commits since it began */
};

static const char *const names[JD_DB_COUNT] = {
    [JD_DB_META] = "meta",
    [JD_DB_JOURNAL] = "journal",
    [JD_DB_REQUESTS] = "requests",
    [JD_DB_CASES] = "cases",
    [JD_DB_CLOCKS] = "clocks",
    [JD_DB_WORKLIST] = "worklist",
    [JD_DB_PEOPLE] = "people",
    [JD_DB_FACTS] = "facts",
    [JD_DB_TIES] = "ties",
    [JD_DB_POLICIES] = "policies",
    [JD_DB_INSTITUTIONS] = "institutions",
    [JD_DB_INTERESTS] = "interests",
    [JD_DB_CALENDARS] = "calendars",
    [JD_DB_KEYS] = "keys",
};

const char *jd_db_name(jd_db db)
{
    return names[db];
}

const char *jd_store_error(int rc)
{
    return rc == JD_STORE_DAMAGED ? "the store is damaged" : mdb_strerror(rc);
}

bool jd_store_full(int rc)
{
    return rc == MDB_MAP_FULL || rc == ENOSPC;
}

static uint64_t disk_free(jd_store *s)
{
    struct statvfs disk;
    int fd;
    if (mdb_env_get_fd(s->env, &fd) != 0 || fstatvfs(fd, &disk) != 0) return UINT64_MAX;
    return (uint64_t)disk.f_bavail * disk.f_frsize;
}

/* LMDB 0.9.24 reports a full disk as EIO where the kernel wrote a part before it found out. Nothing refers to that
 * part: unlike another EIO it can be waited for. */
static int told_full(jd_store *s, int rc)
{
    enum { NONE = 1 << 20 };
    return rc == EIO && disk_free(s) < NONE ? ENOSPC : rc;
}

static int take_lock(const char *dir)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/writer.lock", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* LMDB's own order, bytewise and shorter first, in words: keys are short, and each row put asks a dozen times. */
static int key_order(const MDB_val *a, const MDB_val *b)
{
    const uint8_t *x = a->mv_data, *y = b->mv_data;
    size_t n = a->mv_size < b->mv_size ? a->mv_size : b->mv_size;
    for (; n >= sizeof(uint64_t); x += sizeof(uint64_t), y += sizeof(uint64_t), n -= sizeof(uint64_t)) {
        uint64_t p = jd_get_be64(x), q = jd_get_be64(y);
        if (p != q) return p < q ? -1 : 1;
    }
    for (; n && *x == *y; n--) x++, y++;
    if (n) return *x < *y ? -1 : 1;
    return (a->mv_size > b->mv_size) - (a->mv_size < b->mv_size);
}

static int open_tables(jd_store *s, bool writer)
{
    MDB_txn *t;
    int rc = mdb_txn_begin(s->env, NULL, writer ? 0 : MDB_RDONLY, &t);
    if (rc) return rc;
    for (int i = 0; i < JD_DB_COUNT && !rc; i++) {
        rc = mdb_dbi_open(t, names[i], writer ? MDB_CREATE : 0, &s->dbi[i]);
        if (!rc) rc = mdb_set_compare(t, s->dbi[i], key_order);
    }
    if (rc) {
        mdb_txn_abort(t);
        return rc;
    }
    return mdb_txn_commit(t);
}

static int open_env(jd_store *s, const char *dir, bool writer, size_t map_bytes)
{
    int dead;
    int rc = mdb_env_create(&s->env);
    if (!rc) rc = mdb_env_set_maxdbs(s->env, JD_DB_COUNT);
    if (!rc) rc = mdb_env_set_mapsize(s->env, map_bytes);
    if (!rc)
        rc = mdb_env_open(s->env, dir, MDB_NOTLS | (JD_IS_MUTANT(no_sync) ? MDB_NOSYNC : 0) | (writer ? 0 : MDB_RDONLY),
                          0600);
    if (!rc) rc = mdb_reader_check(s->env, &dead);
    if (!rc) rc = open_tables(s, writer);
    if (!rc && writer) rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &s->behind);
    return rc;
}

/* The names of new files reach the disk with their folder's, not with their content. */
static bool sync_names(const char *dir)
{
    char above[4096];
    snprintf(above, sizeof above, "%s/..", dir);
    return jd_sync_path(dir) && jd_sync_path(above);
}

jd_store *jd_store_open(const char *dir, bool writer, size_t map_bytes, char *why, size_t why_n)
{
    char format[400];
    jd_store *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->lock = -1;
    errno = 0;
    if (writer && mkdir(dir, 0700) != 0 && errno != EEXIST) {
        snprintf(why, why_n, "%s: %s", dir, strerror(errno));
        free(s);
        return NULL;
    }
    if (writer && (s->lock = take_lock(dir)) < 0) {
        snprintf(why, why_n, "%s: another worker has it (writer.lock)", dir);
        free(s);
        return NULL;
    }
    if (writer && !jd_restore_take_up(dir, why, why_n)) {
        jd_store_close(s);
        return NULL;
    }
    int rc = open_env(s, dir, writer, map_bytes);
    if (!rc && writer && !sync_names(dir)) rc = errno;
    if (rc) snprintf(why, why_n, "%s: %s", dir, mdb_strerror(rc));
    if (!rc && jd_format_open(s, writer, format, sizeof format)) return s;
    if (!rc) snprintf(why, why_n, "%s: %s", dir, format);
    jd_store_close(s);
    errno = rc ? EIO : EPROTONOSUPPORT;
    return NULL;
}

void jd_store_close(jd_store *s)
{
    if (!s) return;
    if (s->behind) mdb_txn_abort(s->behind);
    if (s->env) mdb_env_close(s->env);
    if (s->lock >= 0) close(s->lock);
    free(s);
}

bool jd_store_writes(const jd_store *s)
{
    return s->lock >= 0;
}

int jd_store_fd(const jd_store *s)
{
    int fd = -1;
    mdb_env_get_fd(s->env, &fd);
    return fd;
}

int jd_store_copy(jd_store *s, const char *dir)
{
    char file[4096];
    snprintf(file, sizeof file, "%s/data.mdb", dir);
    int rc = mdb_env_copy2(s->env, dir, MDB_CP_COMPACT);
    return rc || jd_sync_path(file) ? rc : errno;
}

double jd_store_used(jd_store *s)
{
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(s->env, &info);
    mdb_env_stat(s->env, &stat);
    return (double)(info.me_last_pgno + 1) * stat.ms_psize / (double)info.me_mapsize;
}

int jd_store_tidy(jd_store *s)
{
    int dead = 0;
    mdb_reader_check(s->env, &dead);
    return dead;
}

/* A line of LMDB's list: process, thread, transaction, in this order; or a heading. */
static int note_reader(const char *line, void *oldest)
{
    unsigned long long txn = ULLONG_MAX;
    const char *last = strrchr(line, ' ');
    if (last && last[1] >= '0' && last[1] <= '9') txn = strtoull(last + 1, NULL, 10);
    if (txn < *(unsigned long long *)oldest) *(unsigned long long *)oldest = txn;
    return 0;
}

/* What the writer holds itself is no reader of anybody's. */
uint64_t jd_store_pinned(jd_store *s)
{
    MDB_envinfo info;
    unsigned long long oldest = ULLONG_MAX;
    mdb_env_info(s->env, &info);
    mdb_reader_list(s->env, note_reader, &oldest);
    uint64_t behind = oldest < info.me_last_txnid ? info.me_last_txnid - oldest : 0;
    return behind > HELD ? behind : 0;
}

bool jd_store_nearly_full(jd_store *s)
{
    static const double most = 0.85;
    enum { LEAST_FREE = 64 << 20 };
    return jd_store_used(s) > most || disk_free(s) < LEAST_FREE;
}

void jd_begin(jd_store *s, jd_txn *t, bool write)
{
    MDB_txn *txn = NULL;
    *t = (jd_txn){ .store = s, .writing = write };
    t->rc = mdb_txn_begin(s->env, NULL, write ? 0 : MDB_RDONLY, &txn);
    t->t = txn;
}

static void close_cursors(jd_txn *t)
{
    for (int i = 0; i < JD_DB_COUNT; i++) {
        if (t->cursor[i]) mdb_cursor_close(t->cursor[i]);
        t->cursor[i] = NULL;
    }
}

/* LMDB writes a commit into the pages that the commit before last freed, one here and one there, and each place is a
 * write of its own for the device. A reader that stays behind holds freed pages back, and most commits meanwhile lie in
 * one piece at the end of the file. What is held is few pages a commit, and given back at once where there is no room. */
static void hold_back(jd_store *s, bool failed)
{
    if (!failed && ++s->held < HELD) return;
    mdb_txn_reset(s->behind);
    mdb_txn_renew(s->behind);
    s->held = 0;
}

int jd_commit(jd_txn *t)
{
    if (t->rc) {
        jd_abort(t);
    } else {
        close_cursors(t);
        t->rc = mdb_txn_commit(t->t);
        t->t = NULL;
    }
    t->rc = told_full(t->store, t->rc);
    if (t->writing) hold_back(t->store, t->rc != 0);
    return t->rc;
}

void jd_abort(jd_txn *t)
{
    close_cursors(t);
    if (t->t) mdb_txn_abort(t->t);
    t->t = NULL;
}

static MDB_val val(jd_str s)
{
    return (MDB_val){ s.n, (void *)(uintptr_t)s.p };
}

static jd_str str(MDB_val v)
{
    return (jd_str){ v.mv_data, (uint32_t)v.mv_size };
}

bool jd_get(jd_txn *t, jd_db db, jd_str key, jd_str *value)
{
    MDB_val k = val(key), v;
    if (t->rc) return false;
    int rc = mdb_get(t->t, t->store->dbi[db], &k, &v);
    if (rc == MDB_NOTFOUND) return false;
    t->rc = rc;
    if (rc == 0) *value = str(v);
    return rc == 0;
}

static void put(jd_txn *t, jd_db db, jd_str key, jd_str value, unsigned flags)
{
    MDB_val k = val(key), v = val(value);
    MDB_cursor *c = t->cursor[db];
    if (t->rc) return;
    if (!c) t->rc = mdb_cursor_open(t->t, t->store->dbi[db], &c);
    t->cursor[db] = c;
    if (!t->rc) t->rc = mdb_cursor_put(c, &k, &v, flags);
}

void jd_put(jd_txn *t, jd_db db, jd_str key, jd_str value)
{
    put(t, db, key, value, 0);
}

/* Spares LMDB the search, and a full page's rows their way into a new one. */
void jd_put_last(jd_txn *t, jd_db db, jd_str key, jd_str value)
{
    put(t, db, key, value, MDB_APPEND);
}

void jd_del(jd_txn *t, jd_db db, jd_str key)
{
    MDB_val k = val(key);
    if (t->rc) return;
    int rc = mdb_del(t->t, t->store->dbi[db], &k, NULL);
    if (rc != MDB_NOTFOUND) t->rc = rc;
}

uint64_t jd_count(jd_txn *t, jd_db db)
{
    MDB_stat stat = { 0 };
    if (!t->rc) t->rc = mdb_stat(t->t, t->store->dbi[db], &stat);
    return stat.ms_entries;
}

static jd_scan scan_open(jd_txn *t, jd_db db, jd_str from, bool backwards)
{
    jd_scan s = { .txn = t, .backwards = backwards, .from_n = from.n };
    MDB_cursor *c = NULL;
    if (from.n) memcpy(s.from, from.p, from.n);
    if (!t->rc) t->rc = mdb_cursor_open(t->t, t->store->dbi[db], &c);
    s.cursor = c;
    return s;
}

jd_scan jd_scan_from(jd_txn *t, jd_db db, jd_str from)
{
    return scan_open(t, db, from, false);
}

jd_scan jd_scan_back(jd_txn *t, jd_db db, jd_str from)
{
    return scan_open(t, db, from, true);
}

/* Where a scan begins: the first key at or above `from`, or for a backward one the last at or
 * below it. */
static int scan_first(jd_scan *s, MDB_val *k, MDB_val *v)
{
    if (s->from_n == 0) return mdb_cursor_get(s->cursor, k, v, s->backwards ? MDB_LAST : MDB_FIRST);
    *k = (MDB_val){ s->from_n, s->from };
    int rc = mdb_cursor_get(s->cursor, k, v, MDB_SET_RANGE);
    if (!s->backwards) return rc;
    if (rc == MDB_NOTFOUND) return mdb_cursor_get(s->cursor, k, v, MDB_LAST);
    bool exact = rc == 0 && k->mv_size == s->from_n && memcmp(k->mv_data, s->from, s->from_n) == 0;
    return rc || exact ? rc : mdb_cursor_get(s->cursor, k, v, MDB_PREV);
}

bool jd_scan_next(jd_scan *s)
{
    MDB_val k, v;
    if (s->txn->rc || !s->cursor) return false;
    int rc = s->started ? mdb_cursor_get(s->cursor, &k, &v, s->backwards ? MDB_PREV : MDB_NEXT) : scan_first(s, &k, &v);
    s->started = true;
    if (rc == 0) {
        s->key = str(k);
        s->value = str(v);
        return true;
    }
    if (rc != MDB_NOTFOUND) s->txn->rc = rc;
    jd_scan_end(s);
    return false;
}

void jd_scan_end(jd_scan *s)
{
    if (s->cursor) mdb_cursor_close(s->cursor);
    s->cursor = NULL;
}
