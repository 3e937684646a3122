/* LMDB itself, on a file system in memory, with what may go wrong at a commit; and what a process leaves behind that
 * ends in the middle of one. */
#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>

#include "tests/sim/fate.h"
#include "tests/sim/oracle.h"
#include "tests/sim/seams.h"
#include "tests/sim/world.h"

/* What a process holds; at its end the kernel would take it back, here in this order. */
typedef enum { NOTHING, TXN, ENV, LOCK, KINDS } kind;
typedef struct held {
    kind kind;
    sim_process *p;
    void *what; /* MDB_txn, MDB_env */
    MDB_env *env;
    bool writes;
    int fd;
} held;

enum { MOST = 128 };
static held all[MOST];

static held *hold(kind k, void *what)
{
    for (int i = 0; i < MOST; i++) {
        if (all[i].kind != NOTHING) continue;
        all[i] = (held){ .kind = k, .p = sim_current(), .what = what };
        return &all[i];
    }
    sim_broken("more is held than expected");
}

static held *find(kind k, const void *what)
{
    for (int i = 0; i < MOST; i++)
        if (all[i].kind == k && all[i].what == what) return &all[i];
    sim_broken("something is given back that was never taken");
}

int __wrap_mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode)
{
    hold(ENV, env);
    return __real_mdb_env_open(env, path, flags, mode);
}

void __wrap_mdb_env_close(MDB_env *env)
{
    find(ENV, env)->kind = NOTHING;
    __real_mdb_env_close(env);
}

int __wrap_mdb_txn_begin(MDB_env *env, MDB_txn *parent, unsigned flags, MDB_txn **out)
{
    int rc = __real_mdb_txn_begin(env, parent, flags, out);
    if (rc) return rc;
    held *h = hold(TXN, *out);
    h->env = env;
    h->writes = !(flags & MDB_RDONLY);
    return 0;
}

void __wrap_mdb_txn_abort(MDB_txn *txn)
{
    find(TXN, txn)->kind = NOTHING;
    __real_mdb_txn_abort(txn);
}

/* What this commit comes to: 0 or the error. */
static int fate_of_commit(void)
{
    if (sim_world.full || sim_chance(sim_fate.full)) return sim_chance(500) ? ENOSPC : MDB_MAP_FULL;
    return sim_chance(sim_fate.broken) ? EIO : 0;
}

static void take_time(void)
{
    if (sim_chance(sim_fate.slow)) sim_pause(sim_below(sim_chance(250) ? 60 * SIM_S : 3 * SIM_S));
    sim_pause(sim_below(sim_fate.commit_us));
}

/* LMDB gives the transaction up where the commit fails, and so does this. */
static int fail(MDB_txn *txn, int rc)
{
    sim_trace("commit fails: %s", mdb_strerror(rc));
    sim_oracle_lost(txn);
    __wrap_mdb_txn_abort(txn);
    sim_count.failed_commits++;
    return rc;
}

int __wrap_mdb_txn_commit(MDB_txn *txn)
{
    held *h = find(TXN, txn);
    bool drawn = h->writes && sim_current();
    if (drawn) take_time();
    int rc = drawn ? fate_of_commit() : 0;
    if (drawn && sim_chance(sim_fate.dies_before)) sim_kill(sim_current());
    if (rc) return fail(txn, rc);
    h->kind = NOTHING;
    rc = __real_mdb_txn_commit(txn);
    if (rc) sim_broken("a commit fails by itself: %s", mdb_strerror(rc));
    if (!drawn) return 0;
    sim_oracle_commit(h->env);
    if (sim_chance(sim_fate.dies_after)) sim_kill(sim_current());
    sim_fate_behind_commit();
    take_time();
    return 0;
}

static void take_back(held *h)
{
    if (h->kind == TXN && h->writes) sim_oracle_lost(h->what);
    if (h->kind == TXN) __real_mdb_txn_abort(h->what);
    if (h->kind == ENV) __real_mdb_env_close(h->what);
    if (h->kind == LOCK) __real_close(h->fd);
    h->kind = NOTHING;
}

void sim_disk_abandon(sim_process *p)
{
    for (int k = TXN; k < KINDS; k++)
        for (int i = 0; i < MOST; i++)
            if ((int)all[i].kind == k && all[i].p == p) take_back(&all[i]);
}

/* A lock goes with the process that held it. */
int __wrap_flock(int fd, int operation)
{
    int rc = __real_flock(fd, operation);
    if (rc == 0 && sim_current()) hold(LOCK, NULL)->fd = fd;
    return rc;
}

int __wrap_close(int fd)
{
    for (int i = 0; i < MOST; i++)
        if (all[i].kind == LOCK && all[i].fd == fd) all[i].kind = NOTHING;
    return __real_close(fd);
}

/* Nothing here is to depend on how much room this machine has. */
int __wrap_fstatvfs(int fd, struct statvfs *s)
{
    int rc = __real_fstatvfs(fd, s);
    s->f_frsize = 4096;
    s->f_bavail = sim_world.full ? 1000 : 1000 * 1000;
    return rc;
}
