#include "workers/backup.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "proto/check.h"
#include "workers/engine.h"
#include "workers/files.h"
#include "workers/format.h"
#include "workers/verify.h"

enum { MANIFEST = 1 };

typedef struct manifest {
    uint64_t journal, events, cases, requests;
    uint8_t chain[JD_CHAIN], sha256[32];
} manifest;

static char *in_store(jd_config *c, uint32_t division, const char *name)
{
    return jd_path(&c->arena, jd_store_dir(c, division), "%s", name);
}

static bool complain(uint32_t division, const char *what, const char *why)
{
    printf("%06u FAILED: %s: %s\n", division, what, why);
    return false;
}

/* ------------------------------------------------------------ the manifest */

static void print_manifest(const manifest *m, uint32_t division, jd_buf *out)
{
    char hex[65], now[40];
    time_t t = time(NULL);
    struct tm tm;
    strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
    jd_buf_printf(out, "jiandu-backup: %d\ndivision: %06u\ntaken: '%s'\nformat: %d\n", MANIFEST, division, now,
                  JD_STORE_FORMAT);
    jd_buf_printf(out, "journal: %llu\nevents: %llu\ncases: %llu\nrequests: %llu\n", (unsigned long long)m->journal,
                  (unsigned long long)m->events, (unsigned long long)m->cases, (unsigned long long)m->requests);
    jd_hex(m->chain, sizeof m->chain, hex);
    jd_buf_printf(out, "chain: '%s'\n", hex);
    jd_hex(m->sha256, sizeof m->sha256, hex);
    jd_buf_printf(out, "sha256: '%s'\n", hex);
}

static uint64_t whole(jd_ynode *root, const char *key, jd_diag *d)
{
    return (uint64_t)jd_y_int(root, key, -1, 0, INT64_MAX, d);
}

static bool parse_manifest(jd_arena *a, const char *file, jd_str text, uint32_t division, manifest *m)
{
    jd_diag d = { .file = file };
    jd_ynode *root = jd_yaml_parse(a, text, &d);
    bool ok = root && whole(root, "jiandu-backup", &d) == MANIFEST && whole(root, "division", &d) == division;
    if (ok) {
        *m = (manifest){ .journal = whole(root, "journal", &d),
                         .events = whole(root, "events", &d),
                         .cases = whole(root, "cases", &d),
                         .requests = whole(root, "requests", &d) };
        ok = jd_unhex(jd_y_text(root, "chain", &d), m->chain, sizeof m->chain) &&
             jd_unhex(jd_y_text(root, "sha256", &d), m->sha256, sizeof m->sha256) && d.errors == 0;
    }
    jd_buf_free(&d.text);
    return ok;
}

/* What the store says of itself. */
static bool take_stock(jd_config *c, uint32_t division, manifest *m, char *why, size_t why_n)
{
    jd_txn t;
    jd_tally tally = { 0 };
    jd_store *s = jd_store_open(jd_store_dir(c, division), false, (size_t)c->map_mib << 20, why, why_n);
    if (!s) return false;
    jd_begin(s, &t, false);
    bool ok = jd_tally_read(&t, &tally);
    *m = (manifest){ .journal = tally.seq,
                     .events = tally.event_seq,
                     .cases = jd_count(&t, JD_DB_CASES),
                     .requests = jd_count(&t, JD_DB_REQUESTS) };
    memcpy(m->chain, tally.chain, sizeof m->chain);
    ok = ok && t.rc == 0;
    jd_abort(&t);
    jd_store_close(s);
    unlink(in_store(c, division, "lock.mdb")); /* nobody writes there */
    if (!ok) snprintf(why, why_n, "cannot be read");
    return ok && jd_sha256_file(in_store(c, division, "data.mdb"), m->sha256);
}

bool jd_manifest_holds(jd_config *c, uint32_t division)
{
    char why[512] = "it is not what the manifest says";
    manifest said, is;
    jd_buf text = { 0 };
    const char *file = in_store(c, division, "manifest");
    if (access(file, F_OK) != 0) return true;
    bool read = jd_read_file(file, &text) && parse_manifest(&c->arena, file, jd_buf_view(&text), division, &said);
    jd_buf_free(&text);
    if (!read) return complain(division, file, "is no manifest of this division");
    if (!take_stock(c, division, &is, why, sizeof why)) return complain(division, jd_store_dir(c, division), why);
    return memcmp(&said, &is, sizeof said) == 0 || complain(division, jd_store_dir(c, division), why);
}

/* ------------------------------------------------------------ taking one */

/* The signed heads first: one that is newer than the copy would say that something is missing from it. */
static bool copy_store(jd_config *c, uint32_t division, const char *target, char *why, size_t why_n)
{
    const char *heads = in_store(c, division, "checkpoints");
    if (access(heads, F_OK) == 0 && !jd_copy_file(heads, jd_path(&c->arena, target, "checkpoints"))) {
        snprintf(why, why_n, "checkpoints: %s", strerror(errno));
        return false;
    }
    jd_store *s = jd_store_open(jd_store_dir(c, division), false, (size_t)c->map_mib << 20, why, why_n);
    if (!s) return false;
    int rc = jd_store_copy(s, target);
    jd_store_close(s);
    if (rc) snprintf(why, why_n, "copying: %s", jd_store_error(rc));
    return rc == 0;
}

/* In a folder beside the others until it is whole, on disk and checked. */
static bool back_up(jd_config *c, uint32_t division, const char *dir)
{
    char why[512] = "";
    char *state = c->state, *part = jd_path(&c->arena, dir, ".part-%06u-%ld", division, (long)getpid());
    char *target = jd_path(&c->arena, part, "%06u", division), *final = jd_path(&c->arena, dir, "%06u", division);
    manifest m;
    jd_buf text = { 0 };
    if (access(final, F_OK) == 0) return complain(division, final, "a backup is there already");
    if (mkdir(part, 0700) != 0 || mkdir(target, 0700) != 0) return complain(division, target, strerror(errno));
    if (!copy_store(c, division, target, why, sizeof why)) return complain(division, target, why);
    c->state = part; /* from here on the copy is what is looked at */
    bool ok = take_stock(c, division, &m, why, sizeof why) || complain(division, target, why);
    ok = ok && jd_verify_all(c, division, false) == JD_EX_OK;
    unlink(in_store(c, division, "lock.mdb"));
    c->state = state;
    if (ok) print_manifest(&m, division, &text);
    ok = ok && jd_write_file(jd_path(&c->arena, target, "manifest"), jd_buf_view(&text)) && jd_sync_path(target) &&
         rename(target, final) == 0 && rmdir(part) == 0 && jd_sync_path(dir);
    jd_buf_free(&text);
    if (ok) printf("%06u backed up to %s\n", division, final);
    return ok || complain(division, final, why[0] ? why : "not written, or not what it should be");
}

int jd_backup(jd_config *c, uint32_t division, const char *dir)
{
    bool ok = true;
    umask(077);
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        fprintf(stderr, "%s: %s\n", dir, strerror(errno));
        return JD_EX_IO;
    }
    for (int i = 0; i < c->divisions_n; i++)
        if (!division || c->divisions[i] == division) ok &= back_up(c, c->divisions[i], dir);
    return ok ? JD_EX_OK : JD_EX_REFUSED;
}
