/* Preloaded into a daemon by tests: it dies at a named step of a message's way.
 *
 * JD_STEP=STEP:N:WHEN   at the N-th since the start
 *     received   a request is read whole from its socket, and nobody has looked at it
 *     accepted   it was looked at, and gathered or answered; nothing more is read
 *     batch      a batch goes to the worker: before, half (of its bytes), after
 *     done       the worker's DONE is read, and nobody has looked at it
 *     receipt    a receipt goes to libzmq: before, after
 *     event      an event, likewise
 * JD_STEP_COUNT=FILE    how many there were of each, written as the process ends by itself: "received 12 accepted 12 ..." */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zmq.h>

typedef enum { RECEIVED, ACCEPTED, BATCH, DONE, RECEIPT, EVENT, STEPS } step;
typedef enum { BEFORE, HALF, AFTER, WHENS } when;
static const char *const steps[] = { "received", "accepted", "batch", "done", "receipt", "event" };
static const char *const whens[] = { "before", "half", "after" };

enum { LINK_HEAD = 5, LINK_BATCH = 2, LINK_DONE = 6 }; /* proto/link.h: length, kind */

static struct {
    step step;
    when when;
    long at; /* 0: never */
    long n[STEPS];
    char count[512];
    bool looked_at; /* a message was read, and the next is asked for */
    char topic;     /* the first character of the part before */
} shim;

static int find(const char *name, const char *const *names, int n)
{
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return i;
    _exit(99);
}

__attribute__((constructor)) static void begin(void)
{
    const char *wanted = getenv("JD_STEP"), *count = getenv("JD_STEP_COUNT");
    char what[16], moment[16];
    if (count) snprintf(shim.count, sizeof shim.count, "%s", count);
    if (wanted) {
        if (sscanf(wanted, "%15[^:]:%ld:%15s", what, &shim.at, moment) != 3) _exit(99);
        shim.step = (step)find(what, steps, STEPS);
        shim.when = (when)find(moment, whens, WHENS);
    }
    unsetenv("LD_PRELOAD"); /* a child has nothing to do with it */
}

__attribute__((destructor)) static void end(void)
{
    FILE *f = shim.count[0] ? fopen(shim.count, "w") : NULL;
    if (!f) return;
    for (int i = 0; i < STEPS; i++) fprintf(f, "%s %ld ", steps[i], shim.n[i]);
    fclose(f);
}

static void die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* Of a step that begins now. */
static bool due(step s)
{
    return ++shim.n[s] == shim.at && shim.step == s;
}

static void *real(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static int type_of(void *socket)
{
    int type = -1;
    size_t n = sizeof type;
    zmq_getsockopt(socket, ZMQ_TYPE, &type, &n);
    return type;
}

/* ------------------------------------------------------------ requests, receipts, events */

int zmq_msg_recv(zmq_msg_t *m, void *socket, int flags)
{
    static int (*recv_)(zmq_msg_t *, void *, int);
    if (!recv_) recv_ = (int (*)(zmq_msg_t *, void *, int))real("zmq_msg_recv");
    int type = type_of(socket);
    bool door = type == ZMQ_ROUTER || type == ZMQ_PULL;
    if (door && shim.looked_at && due(ACCEPTED)) die();
    if (door) shim.looked_at = false;
    int rc = recv_(m, socket, flags);
    if (!door || rc < 0 || zmq_msg_more(m)) return rc;
    if (due(RECEIVED)) die();
    shim.looked_at = true;
    return rc;
}

int zmq_send(void *socket, const void *p, size_t n, int flags)
{
    static int (*send_)(void *, const void *, size_t, int);
    if (!send_) send_ = (int (*)(void *, const void *, size_t, int))real("zmq_send");
    int type = type_of(socket);
    bool last = !(flags & ZMQ_SNDMORE), event = type == ZMQ_PUB || type == ZMQ_XPUB;
    char topic = shim.topic;
    shim.topic = n ? *(const char *)p : 0;
    bool ours = last && (type == ZMQ_ROUTER || (event && topic == 'J')); /* and no heartbeats */
    bool now = ours && due(event ? EVENT : RECEIPT);
    if (now && shim.when == BEFORE) die();
    int rc = send_(socket, p, n, flags);
    if (now) die();
    return rc;
}

/* ------------------------------------------------------------ the worker's socket */

static bool is_socket(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* Whether there is a frame of this kind among these bytes, which begin with one. */
static bool has_frame(const uint8_t *p, size_t n, uint8_t kind)
{
    uint32_t length;
    while (n >= LINK_HEAD) {
        memcpy(&length, p, sizeof length);
        if (p[sizeof length] == kind) return true;
        if (length > n - sizeof length) return false;
        p += sizeof length + length;
        n -= sizeof length + length;
    }
    return false;
}

ssize_t write(int fd, const void *p, size_t n)
{
    bool now = n >= LINK_HEAD && is_socket(fd) && has_frame(p, n, LINK_BATCH) && due(BATCH);
    if (now && shim.when == BEFORE) die();
    ssize_t done = syscall(SYS_write, fd, p, now && shim.when == HALF ? n / 2 : n);
    if (now) die();
    return done;
}

ssize_t read(int fd, void *p, size_t n)
{
    ssize_t got = syscall(SYS_read, fd, p, n);
    if (got >= LINK_HEAD && is_socket(fd) && has_frame(p, (size_t)got, LINK_DONE) && due(DONE)) die();
    return got;
}
