/* Preloaded into a worker by tests: what the disk under its data file does wrong, and a record of what it was told.
 *
 * JD_FAULT=CALL:N:WHAT   at the N-th call since the start
 *     CALL   write (pwrite, pwritev, write, writev), sync (fdatasync, fsync, msync), alloc (malloc and its like, of our
 *            program and its libraries but libzmq, which has none here), any (write or sync)
 *     WHAT   kill       the process dies, the call never happens
 *            after      the call happens, then the process dies
 *            half       half of the write happens, then the process dies
 *            EIO, ENOSPC, ENOMEM   the call fails, once
 *            short      half of the write happens and is what is told
 *            full       no write beyond the file's end any more, for as long as the file JD_FAULT_WHILE is there
 * JD_FAULT_FILE=SUFFIX   of the path of the data file (data.mdb)
 * JD_FAULT_COUNT=FILE    the numbers of calls, written as the process ends by itself: "write 12 sync 4 alloc 930"
 * JD_SLOW=MS             how long each sync takes longer
 * JD_CLOCK=FILE          by how many seconds the machine's clock goes wrong; read each time
 * JD_RECORD=FILE         every write to the data file and every one to a socket, with the bytes, and every sync, in
 *                        order: [kind u8][flags u8][offset u64][length u32][bytes]; see cuts.py
 *
 * One lock is held over each call, so the record's order is the order of what happened. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { WRITE, SYNC, ALLOC, ANY, CALLS };
static const char *const calls[] = { "write", "sync", "alloc", "any" };

typedef enum { NOTHING, KILL, AFTER, HALF, FAIL, SHORT, FULL } deed;

static struct {
    bool ready;
    int call;
    long at;
    deed deed;
    int error;
    char whilst[512], count[512], clock[512], suffix[256];
    int record;
    useconds_t slow;
    long n[CALLS];
} shim = { .record = -1 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* ------------------------------------------------------------ what is wanted */

static void read_fault(const char *text)
{
    static const struct {
        const char *name;
        deed deed;
        int error;
    } deeds[] = { { "kill", KILL, 0 },        { "after", AFTER, 0 },     { "half", HALF, 0 },
                  { "EIO", FAIL, EIO },       { "short", SHORT, 0 },     { "full", FULL, ENOSPC },
                  { "ENOSPC", FAIL, ENOSPC }, { "ENOMEM", FAIL, ENOMEM } };
    char call[16], what[16];
    if (sscanf(text, "%15[^:]:%ld:%15s", call, &shim.at, what) != 3) _exit(99);
    for (int i = 0; i < CALLS; i++)
        if (strcmp(calls[i], call) == 0) shim.call = i;
    for (size_t i = 0; i < sizeof deeds / sizeof *deeds; i++)
        if (strcmp(deeds[i].name, what) == 0) shim.deed = deeds[i].deed, shim.error = deeds[i].error;
    if (shim.deed == NOTHING) _exit(99);
}

static void copy(char *to, size_t n, const char *name, const char *otherwise)
{
    const char *v = getenv(name);
    snprintf(to, n, "%s", v ? v : otherwise);
}

__attribute__((constructor)) static void begin(void)
{
    const char *fault = getenv("JD_FAULT"), *record = getenv("JD_RECORD");
    copy(shim.whilst, sizeof shim.whilst, "JD_FAULT_WHILE", "");
    copy(shim.count, sizeof shim.count, "JD_FAULT_COUNT", "");
    copy(shim.clock, sizeof shim.clock, "JD_CLOCK", "");
    if (getenv("JD_SLOW")) shim.slow = (useconds_t)atoi(getenv("JD_SLOW")) * 1000;
    copy(shim.suffix, sizeof shim.suffix, "JD_FAULT_FILE", "data.mdb");
    if (record) shim.record = open(record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fault) read_fault(fault);
    unsetenv("LD_PRELOAD"); /* a child has nothing to do with it */
    shim.ready = true;
}

__attribute__((destructor)) static void end(void)
{
    FILE *f = shim.count[0] ? fopen(shim.count, "w") : NULL;
    if (!f) return;
    fprintf(f, "write %ld sync %ld alloc %ld\n", shim.n[WRITE], shim.n[SYNC], shim.n[ALLOC]);
    fclose(f);
}

static void die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* ------------------------------------------------------------ the data file, and what is kept of it */

static bool is_data(int fd)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    size_t m = strlen(shim.suffix);
    return n >= (ssize_t)m && memcmp(path + n - m, shim.suffix, m) == 0;
}

static bool is_socket(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

static ssize_t raw_write(int fd, const void *p, size_t n)
{
    return syscall(SYS_write, fd, p, n);
}

static void keep(char kind, int fd, off_t at, const struct iovec *v, int n)
{
    uint8_t head[14];
    uint64_t offset = (uint64_t)at;
    uint32_t length = 0;
    if (shim.record < 0) return;
    for (int i = 0; i < n; i++) length += (uint32_t)v[i].iov_len;
    head[0] = (uint8_t)kind;
    head[1] = kind == 'W' && (fcntl(fd, F_GETFL) & O_DSYNC) == O_DSYNC; /* durable when it returns */
    memcpy(head + 2, &offset, 8);
    memcpy(head + 10, &length, 4);
    if (raw_write(shim.record, head, sizeof head) != sizeof head) die();
    for (int i = 0; i < n; i++)
        if (raw_write(shim.record, v[i].iov_base, v[i].iov_len) != (ssize_t)v[i].iov_len) die();
}

/* ------------------------------------------------------------ the calls */

static deed due(int call)
{
    long any = call == ALLOC ? 0 : ++shim.n[ANY], own = ++shim.n[call];
    if (shim.deed == NOTHING || (shim.call != call && (shim.call != ANY || call == ALLOC))) return NOTHING;
    long n = shim.call == ANY ? any : own;
    if (shim.deed == FULL) return n >= shim.at && access(shim.whilst, F_OK) == 0 ? FULL : NOTHING;
    return n == shim.at ? shim.deed : NOTHING;
}

static size_t total(const struct iovec *v, int n)
{
    size_t sum = 0;
    for (int i = 0; i < n; i++) sum += v[i].iov_len;
    return sum;
}

/* The first part of what was to be written. */
static ssize_t part(int fd, const struct iovec *v, off_t at, size_t most)
{
    size_t done = 0;
    for (int i = 0; done < most; i++) {
        size_t n = v[i].iov_len < most - done ? v[i].iov_len : most - done;
        struct iovec one = { v[i].iov_base, n };
        keep('W', fd, at + (off_t)done, &one, 1);
        if (syscall(SYS_pwrite64, fd, v[i].iov_base, n, at + (off_t)done) != (ssize_t)n) return -1;
        done += n;
    }
    return (ssize_t)done;
}

static ssize_t refuse(int error)
{
    errno = error;
    return -1;
}

static ssize_t write_data(int fd, const struct iovec *v, int n, off_t at)
{
    struct stat st;
    size_t all = total(v, n);
    deed d = due(WRITE);
    if (d == KILL) die();
    if (d == FAIL) return refuse(shim.error);
    if (d == HALF || d == SHORT) {
        ssize_t done = part(fd, v, at, all / 2);
        if (d == HALF) die();
        return done;
    }
    if (d == FULL && fstat(fd, &st) == 0 && at + (off_t)all > st.st_size) {
        if (at >= st.st_size) return refuse(ENOSPC);
        return part(fd, v, at, (size_t)(st.st_size - at));
    }
    keep('W', fd, at, v, n);
    ssize_t done = syscall(SYS_pwritev, fd, v, n, (long)at, 0L);
    if (d == AFTER) die();
    return done;
}

static ssize_t locked_write(int fd, const struct iovec *v, int n, off_t at)
{
    pthread_mutex_lock(&lock);
    ssize_t done = write_data(fd, v, n, at);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    struct iovec v = { (void *)(uintptr_t)p, n };
    return is_data(fd) ? locked_write(fd, &v, 1, at) : syscall(SYS_pwrite64, fd, p, n, at);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    return pwrite(fd, p, n, at);
}

ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
    return is_data(fd) ? locked_write(fd, v, n, at) : syscall(SYS_pwritev, fd, v, n, (long)at, 0L);
}

ssize_t pwritev64(int fd, const struct iovec *v, int n, off_t at)
{
    return pwritev(fd, v, n, at);
}

/* What leaves by a socket is on record before it can have arrived. */
static ssize_t out(int fd, const struct iovec *v, int n)
{
    if (shim.record < 0 || !is_socket(fd)) return syscall(SYS_writev, fd, v, n);
    pthread_mutex_lock(&lock);
    keep('O', fd, 0, v, n);
    ssize_t done = syscall(SYS_writev, fd, v, n);
    pthread_mutex_unlock(&lock);
    return done;
}

/* LMDB seeks and writes where several pages lie behind one another. */
static ssize_t written_on(int fd, const struct iovec *v, int n)
{
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t done = locked_write(fd, v, n, at);
    if (done > 0) lseek(fd, at + done, SEEK_SET);
    return done;
}

ssize_t write(int fd, const void *p, size_t n)
{
    struct iovec v = { (void *)(uintptr_t)p, n };
    return is_data(fd) ? written_on(fd, &v, 1) : out(fd, &v, 1);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
    return is_data(fd) ? written_on(fd, v, n) : out(fd, v, n);
}

static int sync_data(int fd, long number)
{
    pthread_mutex_lock(&lock);
    deed d = due(SYNC);
    int rc = 0;
    if (shim.slow) usleep(shim.slow);
    if (d == KILL || d == HALF) die();
    if (d == FAIL || d == SHORT) {
        rc = (int)refuse(d == SHORT ? EIO : shim.error);
    } else {
        rc = (int)syscall(number, fd);
        if (rc == 0) keep('S', fd, 0, NULL, 0);
    }
    if (d == AFTER) die();
    pthread_mutex_unlock(&lock);
    return rc;
}

int fdatasync(int fd)
{
    return is_data(fd) ? sync_data(fd, SYS_fdatasync) : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    return is_data(fd) ? sync_data(fd, SYS_fsync) : (int)syscall(SYS_fsync, fd);
}

int fstatvfs(int fd, struct statvfs *out_)
{
    static int (*real)(int, struct statvfs *);
    if (!real) real = (int (*)(int, struct statvfs *))dlsym(RTLD_NEXT, "fstatvfs");
    int rc = real(fd, out_);
    if (shim.deed == FULL && access(shim.whilst, F_OK) == 0) out_->f_bavail = out_->f_bfree = 0;
    return rc;
}

/* ------------------------------------------------------------ the time of day */

int clock_gettime(clockid_t id, struct timespec *t)
{
    int rc = (int)syscall(SYS_clock_gettime, id, t);
    if (rc || id != CLOCK_REALTIME || !shim.clock[0]) return rc;
    long ahead = 0;
    FILE *f = fopen(shim.clock, "r");
    if (f && fscanf(f, "%ld", &ahead) == 1) t->tv_sec += ahead;
    if (f) fclose(f);
    return rc;
}

/* ------------------------------------------------------------ memory */

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t m);
extern void *__libc_realloc(void *p, size_t n);

/* Once it has failed it goes on as before: what matters is what that one caller does. */
static bool refused(void)
{
    if (!shim.ready || (shim.call != ALLOC && !shim.count[0])) return false;
    long n = __atomic_add_fetch(&shim.n[ALLOC], 1, __ATOMIC_RELAXED);
    bool now = shim.call == ALLOC && shim.deed == FAIL && n == shim.at;
    if (now) errno = ENOMEM;
    return now;
}

void *malloc(size_t n)
{
    return refused() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t m)
{
    return refused() ? NULL : __libc_calloc(n, m);
}

void *realloc(void *p, size_t n)
{
    return refused() ? NULL : __libc_realloc(p, n);
}
