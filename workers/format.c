#include "workers/format.h"

#include <stdio.h>

#include "base/log.h"
#include "workers/keys.h"

static const jd_str format_key = { "format", 6 }, tally_key = { "tally", 5 };

/* How a store of format N becomes one of N + 1; the row with the number is written in the same transaction. A step
 * stays here for ever, and with it a store of its format in the tests (tests/stores). */
static const struct step {
    const char *what;
    void (*run)(jd_txn *t);
} steps[JD_STORE_FORMAT] = {
    { "its format gets a number", NULL }, /* the rows are the same */
};

static int64_t read_format(jd_store *s, int *rc)
{
    jd_txn t;
    jd_str v;
    int64_t format;
    jd_begin(s, &t, false);
    if (jd_get(&t, JD_DB_META, format_key, &v))
        format = v.n == 8 ? (int64_t)jd_unkey_seq(v) : INT64_MAX;
    else
        format = jd_get(&t, JD_DB_META, tally_key, &v) ? 0 : -1;
    *rc = t.rc;
    jd_abort(&t);
    return format;
}

static int write_format(jd_store *s, uint64_t format, void (*run)(jd_txn *t))
{
    jd_txn t;
    jd_key v = jd_key_seq(format);
    jd_begin(s, &t, true);
    if (run) run(&t);
    jd_put(&t, JD_DB_META, format_key, jd_k(&v));
    return jd_commit(&t);
}

static int migrate(jd_store *s, int64_t from)
{
    int rc = 0;
    for (; from < JD_STORE_FORMAT && !rc; from++) {
        rc = write_format(s, (uint64_t)from + 1, steps[from].run);
        if (!rc)
            jd_log(JD_NOTICE, "the store's format is %lld now, it was %lld: %s", (long long)from + 1, (long long)from,
                   steps[from].what);
    }
    return rc;
}

bool jd_format_open(jd_store *s, bool writer, char *why, size_t why_n)
{
    int rc;
    int64_t format = read_format(s, &rc);
    if (!rc && format > JD_STORE_FORMAT) {
        snprintf(why, why_n,
                 "the store's format is newer than this program, which knows %d: install the version that wrote it, or "
                 "restore a backup from before",
                 JD_STORE_FORMAT);
        return false;
    }
    if (!rc && format >= 0 && format < JD_STORE_FORMAT && !writer) {
        snprintf(why, why_n,
                 "the store's format is %lld, this program's %d: its worker brings it up to date when it starts; back "
                 "it up first",
                 (long long)format, JD_STORE_FORMAT);
        return false;
    }
    if (!rc && writer) rc = format < 0 ? write_format(s, JD_STORE_FORMAT, NULL) : migrate(s, format);
    if (rc) snprintf(why, why_n, "%s", jd_store_error(rc));
    return rc == 0;
}
