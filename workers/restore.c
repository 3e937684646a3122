#include "workers/restore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "workers/backup.h"
#include "workers/files.h"
#include "workers/verify.h"

/* Within the store's folder. The data file comes last: where it is, all of it is. */
#define PREPARED "restore"

typedef char path[4200];

static char *name(path out, const char *dir, const char *file)
{
    snprintf(out, sizeof(path), "%.4000s/%.100s", dir, file);
    return out;
}

uint64_t jd_store_epoch(const char *dir)
{
    path file;
    uint64_t epoch = 0;
    jd_buf text = { 0 };
    if (jd_read_file(name(file, dir, "epoch"), &text) && text.n) {
        if (text.p[text.n - 1] == '\n') text.n--;
        if (!jd_str_to_u64(jd_buf_view(&text), &epoch)) epoch = 0;
    }
    jd_buf_free(&text);
    return epoch;
}

/* ------------------------------------------------------------ taking one up */

/* Keeps what is replaced under another name, which says when. */
static bool put_aside(const char *dir, const char *file, uint64_t epoch)
{
    path from, to;
    snprintf(to, sizeof to, "%.4000s/%.100s.replaced-%llu", dir, file, (unsigned long long)epoch);
    return rename(name(from, dir, file), to) == 0 || errno == ENOENT;
}

static bool move_in(const char *dir, const char *file, bool must)
{
    path from, to;
    snprintf(from, sizeof from, "%.4000s/" PREPARED "/%.100s", dir, file);
    return rename(from, name(to, dir, file)) == 0 || (!must && errno == ENOENT);
}

/* Broken off at any place it is finished by the next start: what was moved already is not there any more. */
bool jd_restore_take_up(const char *dir, char *why, size_t why_n)
{
    path data, prepared, lock;
    name(prepared, dir, PREPARED);
    if (access(name(data, prepared, "data.mdb"), F_OK) != 0) return true;
    uint64_t epoch = jd_store_epoch(prepared);
    if (!epoch) epoch = jd_store_epoch(dir);
    bool ok = put_aside(dir, "data.mdb", epoch) && put_aside(dir, "checkpoints", epoch) &&
              move_in(dir, "epoch", false) && jd_sync_path(dir);
    unlink(name(lock, dir, "lock.mdb"));
    ok = ok && move_in(dir, "data.mdb", true) && jd_sync_path(dir);
    if (!ok) snprintf(why, why_n, "%s: the restored store could not be taken up: %s", dir, strerror(errno));
    rmdir(prepared);
    if (ok)
        jd_log(JD_NOTICE, "%s: a restored store was taken up; what it replaces is data.mdb.replaced-%llu", dir,
               (unsigned long long)epoch);
    return ok;
}

/* ------------------------------------------------------------ preparing one */

static bool prepare(jd_config *c, const char *dir, const char *backup)
{
    path prepared, from, to;
    char text[32];
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int n = snprintf(text, sizeof text, "%llu\n",
                     (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000);
    name(prepared, dir, PREPARED);
    (void)c;
    return (mkdir(dir, 0700) == 0 || errno == EEXIST) && (mkdir(prepared, 0700) == 0 || errno == EEXIST) &&
           jd_write_file(name(to, prepared, "epoch"), (jd_str){ text, (uint32_t)n }) &&
           jd_copy_file(name(from, backup, "data.mdb"), name(to, prepared, "data.mdb")) && jd_sync_path(prepared) &&
           jd_sync_path(dir);
}

int jd_restore(jd_config *c, uint32_t division, const char *from)
{
    char *state = c->state, *dir = jd_store_dir(c, division);
    c->state = jd_copyz(&c->arena, from); /* the backup is looked at as a store */
    const char *backup = jd_store_dir(c, division), *manifest = jd_path(&c->arena, backup, "manifest");
    bool good = access(manifest, F_OK) == 0;
    if (!good) fprintf(stderr, "%s: no backup of this division: %s\n", backup, strerror(errno));
    good = good && jd_manifest_holds(c, division) && jd_verify_all(c, division, false) == JD_EX_OK;
    unlink(jd_path(&c->arena, backup, "lock.mdb"));
    c->state = state;
    if (!good) return JD_EX_REFUSED;
    if (!prepare(c, dir, backup)) {
        fprintf(stderr, "%s/" PREPARED ": %s\n", dir, strerror(errno));
        return JD_EX_IO;
    }
    printf("%06u prepared; restart the worker (or send SIGHUP to the daemon that starts it), and it serves what is in "
           "%s.\nWhat came after that backup is not in it: senders send it again, listeners begin anew.\n",
           division, backup);
    return JD_EX_OK;
}
