#include "workers/replay.h"

#include <stdio.h>
#include <unistd.h>

typedef struct replay {
    jd_engine *from, *copy;
    jd_txn *txn;
    char *broken;
    size_t n;
} replay;

#define WRONG(...) (snprintf(r->broken, r->n, "promise 20: " __VA_ARGS__), false)

static void replay_entry(jd_engine *from, jd_engine *to, jd_txn *t, uint64_t seq, jd_arena *a)
{
    jd_entry e;
    jd_str why = { 0 }, body = { 0 };
    jd_buf nobody = { 0 };
    static const uint8_t none[16];
    if (!jd_entry_read(t, seq, a, &e) || !jd_entry_open(&e, from->vault, a, &why, &body)) return;
    if (e.type == JD_MSG_push_refused) {
        jd_replay_refusal(to, &e, body);
        return;
    }
    jd_command cmd = { .type = (jd_msg)e.type,
                       .id = memcmp(e.id, none, 16) == 0 ? NULL : e.id,
                       .at = e.at,
                       .salt = e.salt,
                       .sender = e.sender,
                       .why = why,
                       .body = body,
                       .canonical = true };
    jd_apply(to, &cmd, &nobody);
    jd_buf_free(&nobody);
}

/* Keys are drawn and follow from no entry: the copy seals with the same ones. */
static bool copy_keys(jd_txn *from, jd_store *to)
{
    jd_txn t;
    jd_begin(to, &t, true);
    jd_scan s = jd_scan_from(from, JD_DB_KEYS, (jd_str){ "", 0 });
    while (jd_scan_next(&s)) jd_put(&t, JD_DB_KEYS, s.key, s.value);
    return jd_commit(&t) == 0 && from->rc == 0;
}

static bool same_table(jd_txn *a, jd_txn *b, jd_db db, uint64_t rows)
{
    jd_scan x = jd_scan_from(a, db, (jd_str){ "", 0 }), y = jd_scan_from(b, db, (jd_str){ "", 0 });
    bool more_x, more_y, same = true;
    for (uint64_t n = 0; n < rows && same; n++) {
        do more_x = jd_scan_next(&x);
        while (more_x && jd_str_is(x.key, "published")); /* what a daemon said, no command's doing */
        more_y = jd_scan_next(&y);
        same = more_x == more_y && (!more_x || (jd_str_eq(x.key, y.key) && jd_str_eq(x.value, y.value)));
        if (!more_x) break;
    }
    jd_scan_end(&x);
    jd_scan_end(&y);
    return same;
}

/* Every row of every table, or of a part of the journal its entries: with their chain they hold what each came to. */
static bool compare(replay *r, uint64_t last)
{
    jd_txn b;
    bool same = true, whole = last == r->from->tally.seq;
    jd_begin(r->copy->store, &b, false);
    for (int db = 0; db < JD_DB_COUNT && same; db++) {
        if (!whole && db != JD_DB_JOURNAL) continue;
        same = same_table(r->txn, &b, (jd_db)db, whole ? UINT64_MAX : last);
        if (!same) same = WRONG("table %s: a replay of the journal gives other rows", jd_db_name((jd_db)db));
    }
    jd_abort(&b);
    return same;
}

static void remove_copy(const char *dir)
{
    static const char *const files[] = { "data.mdb", "lock.mdb", "writer.lock" };
    char path[4200];
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        unlink(path);
    }
    rmdir(dir);
}

static bool run(replay *r, uint64_t last)
{
    enum { A_BATCH = 2000 };
    jd_arena a = { 0 };
    int rc = 0;
    for (uint64_t seq = 1; seq <= last && !rc;) {
        jd_batch_begin(r->copy);
        for (int i = 0; i < A_BATCH && seq <= last; i++, seq++) {
            replay_entry(r->from, r->copy, r->txn, seq, &a);
            jd_arena_reset(&a);
        }
        rc = jd_batch_commit(r->copy);
    }
    jd_arena_free(&a);
    if (rc) return WRONG("replay: %s", jd_store_error(rc));
    return compare(r, last);
}

bool jd_replay(jd_config *conf, jd_engine *g, jd_txn *t, uint64_t last, char *broken, size_t n)
{
    static jd_engine copy;
    replay r = { .from = g, .copy = &copy, .txn = t, .broken = broken, .n = n };
    char why[512], *dir = jd_path(&conf->arena, conf->state, "replay-%06u-%ld", g->division, (long)getpid());
    jd_store *s = jd_store_open(dir, true, (size_t)conf->map_mib << 20, why, sizeof why);
    bool ok = s && (copy_keys(t, s) || (snprintf(why, sizeof why, "the keys cannot be copied"), false)) &&
              jd_engine_open(&copy, s, g->vault, g->division, why, sizeof why);
    if (ok)
        ok = run(&r, last);
    else
        snprintf(broken, n, "promise 20: replay: %.200s", why);
    jd_engine_close(&copy);
    jd_store_close(s);
    remove_copy(dir);
    return ok;
}
