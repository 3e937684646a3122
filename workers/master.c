#include "workers/master.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 4096 };

#define WRONG(...) (snprintf(why, why_n, __VA_ARGS__), false)

/* ------------------------------------------------------------ reading */

static bool add_version(jd_masters *m, uint64_t version, const jd_secret *key)
{
    if (version == 0 || version > UINT32_MAX || m->n == JD_MASTERS_MAX) return false;
    if (m->n && m->v[m->n - 1].version >= version) return false;
    m->v[m->n].version = (uint32_t)version;
    m->v[m->n++].key = *key;
    return true;
}

/* "VERSION KEY", blanks between and behind. */
static bool read_line(jd_masters *m, const char *p, size_t n)
{
    char *rest;
    size_t got;
    const char *end;
    jd_secret key;
    uint64_t version = strtoull(p, &rest, 10);
    while (rest < p + n && *rest == ' ') rest++;
    size_t left = (size_t)(p + n - rest);
    bool ok = sodium_hex2bin(key.b, JD_KEY, rest, left, NULL, &got, &end) == 0 && got == JD_KEY &&
              strspn(end, " \r") >= (size_t)(p + n - end) && add_version(m, version, &key);
    sodium_memzero(&key, sizeof key);
    return ok;
}

static bool parse(jd_masters *m, const char *text, size_t n)
{
    if (n == JD_KEY) return add_version(m, 1, (const jd_secret *)(const void *)text);
    for (const char *p = text, *end = text + n; p < end;) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop) return false;
        if (*p != '#' && stop != p && !read_line(m, p, (size_t)(stop - p))) return false;
        p = stop + 1;
    }
    return m->n > 0;
}

static bool read_keys(int fd, const char *path, bool ours, jd_masters *m, char *why, size_t why_n)
{
    struct stat st;
    char text[FILE_MAX + 1];
    /* the service manager guards its credentials itself, sometimes by an access list that shows as a group */
    if (ours && fstat(fd, &st) == 0 && (st.st_mode & 077) != 0)
        return WRONG("%s: must not be readable by others (mode 0600)", path);
    ssize_t n = read(fd, text, FILE_MAX);
    if (n >= 0) text[n] = 0;
    bool ok = n > 0 && parse(m, text, (size_t)n);
    sodium_memzero(text, sizeof text);
    return ok ||
           WRONG("%s: not a master key of %d bytes, nor lines 'VERSION KEY' with versions that rise", path, JD_KEY);
}

/* ------------------------------------------------------------ writing */

static bool put(int fd, const jd_masters *m)
{
    static const char remark[] = "# master keys of jiandu: VERSION KEY; the newest seals\n";
    char line[16 + 2 * JD_KEY + 2];
    if (m->n == 1 && m->v[0].version == 1) return write(fd, m->v[0].key.b, JD_KEY) == JD_KEY;
    bool ok = write(fd, remark, sizeof remark - 1) == (ssize_t)sizeof remark - 1;
    for (int i = 0; i < m->n && ok; i++) {
        int n = snprintf(line, sizeof line, "%u ", m->v[i].version);
        sodium_bin2hex(line + n, sizeof line - (size_t)n, m->v[i].key.b, JD_KEY);
        size_t len = strlen(line);
        line[len++] = '\n';
        ok = write(fd, line, len) == (ssize_t)len;
    }
    sodium_memzero(line, sizeof line);
    return ok;
}

/* A file of our own beside it: a reader sees the old one or the whole new one. */
static bool write_beside(const char *path, const jd_masters *m, char tmp[FILE_MAX], char *why, size_t why_n)
{
    snprintf(tmp, FILE_MAX, "%s.%ld.tmp", path, (long)getpid());
    int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) return WRONG("%s: %s", tmp, strerror(errno));
    bool ok = put(fd, m) && fsync(fd) == 0;
    if (!ok) snprintf(why, why_n, "%s: %s", tmp, strerror(errno));
    close(fd);
    if (!ok) unlink(tmp);
    return ok;
}

/* A name that is lost with the power would take every key with it that was wrapped meanwhile. */
static bool name_is_on_disk(const char *path)
{
    char folder[FILE_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    int fd = open(slash == path ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return ok;
}

static bool one_more(jd_masters *m)
{
    jd_secret key;
    randombytes_buf(&key, sizeof key);
    bool ok = add_version(m, m->n ? m->v[m->n - 1].version + 1 : 1, &key);
    sodium_memzero(&key, sizeof key);
    return ok;
}

/* Several workers may start at once: each writes its own file and only the first link stands. */
static bool make_key(const char *path, char *why, size_t why_n)
{
    char tmp[FILE_MAX];
    jd_masters *m = sodium_malloc(sizeof *m);
    if (!m) return WRONG("no locked memory for keys");
    m->n = 0;
    bool ok = one_more(m) && write_beside(path, m, tmp, why, why_n);
    jd_masters_free(m);
    if (!ok) return false;
    ok = (link(tmp, path) == 0 || errno == EEXIST) && name_is_on_disk(path);
    if (!ok) snprintf(why, why_n, "%s: %s", path, strerror(errno));
    unlink(tmp);
    return ok;
}

/* ------------------------------------------------------------ which file */

static bool credential(char path[FILE_MAX])
{
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    snprintf(path, FILE_MAX, "%s/jiandu-master-key", dir ? dir : "");
    return dir && access(path, F_OK) == 0;
}

static bool load_file(const char *path, bool ours, bool may_make, jd_masters *m, char *why, size_t why_n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && may_make) {
        if (!make_key(path, why, why_n)) return false;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0) return WRONG("%s: %s", path, strerror(errno));
    bool ok = read_keys(fd, path, ours, m, why, why_n);
    close(fd);
    return ok;
}

jd_masters *jd_masters_load(const char *file, bool may_make, char *why, size_t why_n)
{
    char path[FILE_MAX];
    jd_masters *m = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *m);
    if (!m) {
        snprintf(why, why_n, "no locked memory for keys");
        return NULL;
    }
    m->n = 0;
    bool ok = credential(path) ? load_file(path, false, false, m, why, why_n)
                               : load_file(file, true, may_make, m, why, why_n);
    if (ok) return m;
    jd_masters_free(m);
    return NULL;
}

void jd_masters_free(jd_masters *m)
{
    if (m) sodium_free(m);
}

static jd_masters *load_to_change(const char *file, char *why, size_t why_n)
{
    char path[FILE_MAX];
    if (!credential(path)) return jd_masters_load(file, false, why, why_n);
    snprintf(why, why_n, "the master key is a credential: change it where the service manager has it from");
    return NULL;
}

static bool replace(const char *file, const jd_masters *m, char *why, size_t why_n)
{
    char tmp[FILE_MAX];
    struct stat st;
    if (!write_beside(file, m, tmp, why, why_n)) return false;
    /* whoever changes it, it stays the worker's */
    bool ours = stat(file, &st) == 0 && chown(tmp, st.st_uid, st.st_gid) == 0;
    if (ours && rename(tmp, file) == 0 && name_is_on_disk(file)) return true;
    snprintf(why, why_n, "%s: %s", file, strerror(errno));
    unlink(tmp);
    return false;
}

bool jd_masters_add(const char *file, uint32_t *version, char *why, size_t why_n)
{
    jd_masters *m = load_to_change(file, why, why_n);
    if (!m) return false;
    bool ok = one_more(m);
    if (!ok) snprintf(why, why_n, "%s: at most %d versions: drop the old ones first", file, JD_MASTERS_MAX);
    ok = ok && replace(file, m, why, why_n);
    *version = m->v[m->n - 1].version;
    jd_masters_free(m);
    return ok;
}

bool jd_masters_drop(const char *file, char *why, size_t why_n)
{
    jd_masters *m = load_to_change(file, why, why_n);
    if (!m) return false;
    m->v[0] = m->v[m->n - 1];
    m->n = 1;
    bool ok = replace(file, m, why, why_n);
    jd_masters_free(m);
    return ok;
}
