/* LMDB, and nothing that knows what a case is.
 *
 * A transaction carries its first error (`rc`): every verb after it is a no-op and the commit
 * returns it, so a writer is a sequence without ladders. Default sync flags, always: a commit that
 * returned 0 is on disk. No DUPSORT tables (faults in 0.9.24), integers in keys big-endian. */
#ifndef JD_STORE_H
#define JD_STORE_H

#include "base/bytes.h"

typedef enum {
    JD_DB_META,         /* the tally; the last event published; the format */
    JD_DB_JOURNAL,      /* seq -> entry */
    JD_DB_REQUESTS,     /* request id -> seq */
    JD_DB_CASES,        /* entity, number -> row */
    JD_DB_CLOCKS,       /* due, entity, number, kind -> nothing */
    JD_DB_WORKLIST,     /* entity, state, department, number -> nothing: open cases */
    JD_DB_PEOPLE,       /* 'H' hash -> number; 'P' number -> row; 'C' certificate's number -> its case; 'O' a forwarded
                         report's origin -> number */
    JD_DB_FACTS,        /* person, predicate -> row */
    JD_DB_TIES,         /* kind, from, to -> nothing: cases that belong together */
    JD_DB_POLICIES,     /* number -> journal seq of the entry that has its text */
    JD_DB_CALENDARS,    /* likewise */
    JD_DB_INSTITUTIONS, /* code -> row */
    JD_DB_INTERESTS,    /* 'C' supervisor, institution -> claim; 'X' supervisor, scope, object -> recusal: open ones */
    JD_DB_KEYS,         /* kind, number -> a data key, wrapped; empty: destroyed */
    JD_DB_COUNT
} jd_db;

const char *jd_db_name(jd_db db);

typedef struct jd_store jd_store;

typedef struct jd_txn {
    jd_store *store;
    void *t; /* MDB_txn */
    int rc;  /* 0, or the first error */
    bool writing;
    void *cursor[JD_DB_COUNT]; /* kept where rows were last put: most go behind one another */
} jd_txn;

/* Opens or creates the division's folder (0700). NULL with the reason in `why`, and errno EPROTONOSUPPORT where its
 * format is not this program's. The writer takes a lock file; a second writer is refused. map_bytes is address space,
 * not disk. */
jd_store *jd_store_open(const char *dir, bool writer, size_t map_bytes, char *why, size_t why_n);
void jd_store_close(jd_store *s);
bool jd_store_writes(const jd_store *s);
int jd_store_fd(const jd_store *s); /* of the data file; LMDB's own, never to be closed */
enum { JD_STORE_DAMAGED = -1 };     /* what was read cannot have been written by us */
const char *jd_store_error(int rc);
bool jd_store_full(int rc);                      /* map or disk full: the message can be sent again later */
int jd_store_copy(jd_store *s, const char *dir); /* as it is now, compacted, into an empty folder; synced */
double jd_store_used(jd_store *s);               /* share of the map in use, 0..1 */

/* Frees what readers hold that were killed: their pages could never be used again. How many there were. */
int jd_store_tidy(jd_store *s);

uint64_t jd_store_pinned(jd_store *s); /* commits since the oldest reader began: their old pages are held */

/* So little is left, of the map or of the disk, that it is kept for cases that are there already. */
bool jd_store_nearly_full(jd_store *s);

void jd_begin(jd_store *s, jd_txn *t, bool write);
int jd_commit(jd_txn *t); /* 0 only when it is on disk */
void jd_abort(jd_txn *t);

/* Values live until the next write in the transaction or its end. */
bool jd_get(jd_txn *t, jd_db db, jd_str key, jd_str *value); /* false: not there, or an error */
void jd_put(jd_txn *t, jd_db db, jd_str key, jd_str value);
void jd_put_last(jd_txn *t, jd_db db, jd_str key, jd_str value); /* above every key there is, else an error */
void jd_del(jd_txn *t, jd_db db, jd_str key);                    /* absent is no error */
uint64_t jd_count(jd_txn *t, jd_db db);

/* for (jd_scan s = jd_scan_from(t, db, key); jd_scan_next(&s);) ... s.key, s.value
 * Ends by itself at the last row, else call jd_scan_end before leaving the loop. */
typedef struct jd_scan {
    jd_txn *txn;
    void *cursor;
    jd_str key, value;
    bool started, backwards;
    uint8_t from[64];
    uint32_t from_n;
} jd_scan;

jd_scan jd_scan_from(jd_txn *t, jd_db db, jd_str from);
jd_scan jd_scan_back(jd_txn *t, jd_db db, jd_str from); /* from there downwards, itself included */
bool jd_scan_next(jd_scan *s);
void jd_scan_end(jd_scan *s);

#endif
