/* The only file here that knows libzmq's options; client.c and watch.c send and wait. */
#include <errno.h>
#include <pthread.h>
#include <zmq.h>

#include "ctl/lib/internal.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void *context;
static int holders;

void *jd_zmq_hold(void)
{
    pthread_mutex_lock(&lock);
    if (!context) context = zmq_ctx_new();
    holders += context != NULL;
    void *held = context;
    pthread_mutex_unlock(&lock);
    return held;
}

void jd_zmq_release(void)
{
    pthread_mutex_lock(&lock);
    if (--holders == 0) {
        while (zmq_ctx_term(context) != 0 && errno == EINTR) continue;
        context = NULL;
    }
    pthread_mutex_unlock(&lock);
}

static void set(void *socket, int option, int value)
{
    zmq_setsockopt(socket, option, &value, sizeof value);
}

/* No high-water mark on DEALER: the window bounds what is outstanding, and credit is kept here
 * rather than by dropping or blocking inside libzmq. A SUB keeps what a second of full load is;
 * what it drops beyond that is asked for again. */
static void set_all(void *socket, int type, int linger_ms)
{
    const int64_t largest = JD_MESSAGE_MAX;
    set(socket, ZMQ_LINGER, linger_ms);
    set(socket, ZMQ_SNDHWM, 0);
    set(socket, ZMQ_RCVHWM, type == ZMQ_SUB ? 200000 : 0);
    set(socket, ZMQ_RECONNECT_IVL, 100);
    set(socket, ZMQ_RECONNECT_IVL_MAX, 2000);
    set(socket, ZMQ_IMMEDIATE, type == ZMQ_PUSH); /* DEALER waits for a daemon, PUSH tells */
    zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest);
}

/* Only tcp: an ipc endpoint asks for no key, and does not understand one. */
static bool set_keys(void *socket, const char *endpoint, const jd_curve *k)
{
    if (!k->given || strncmp(endpoint, "tcp://", 6) != 0) return true;
    return zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, k->own.public_key, sizeof k->own.public_key) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, k->own.secret_key, sizeof k->own.secret_key) == 0 &&
           zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, k->server, sizeof k->server) == 0;
}

void *jd_zmq_socket(void *ctx, int type, const char *endpoint, int linger_ms, const jd_curve *keys)
{
    void *socket = zmq_socket(ctx, type);
    if (!socket) return NULL;
    set_all(socket, type, linger_ms);
    if (set_keys(socket, endpoint, keys) && zmq_connect(socket, endpoint) == 0) return socket;
    int why = errno;
    zmq_close(socket);
    errno = why;
    return NULL;
}

int jd_zmq_poll(void *a, void *b, jd_ms until)
{
    zmq_pollitem_t items[2];
    int n = 0;
    if (a) items[n++] = (zmq_pollitem_t){ .socket = a, .events = ZMQ_POLLIN };
    if (b) items[n++] = (zmq_pollitem_t){ .socket = b, .events = ZMQ_POLLIN };
    jd_ms left = until < 0 ? -1 : until - jd_monotonic_ms();
    if (until >= 0 && left < 0) left = 0;
    if (zmq_poll(items, n, (long)left) >= 0) return JD_RC_OK;
    return errno == EINTR ? JD_RC_INTERRUPTED : JD_RC_SYSTEM;
}

/* Frames behind the second are read and dropped: a message of three is none of ours. */
static bool add_frame(jd_frames *f, size_t sizes[2], void *socket)
{
    zmq_msg_t m;
    zmq_msg_init(&m);
    if (zmq_msg_recv(&m, socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&m);
        return false;
    }
    bool delimiter = f->n == 0 && zmq_msg_size(&m) == 0;
    if (!delimiter && f->n < 2) {
        sizes[f->n] = zmq_msg_size(&m);
        jd_buf_add(&f->bytes, zmq_msg_data(&m), sizes[f->n]);
    }
    f->n += !delimiter;
    zmq_msg_close(&m);
    return true;
}

bool jd_zmq_receive(void *socket, jd_frames *f)
{
    int more = 1;
    size_t sizes[2] = { 0, 0 }, more_n = sizeof more;
    f->n = 0;
    f->bytes.n = 0;
    f->bytes.failed = false;
    while (more) {
        if (!add_frame(f, sizes, socket)) return false;
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &more_n);
    }
    if (f->bytes.failed || f->n > 2) f->n = 0;
    jd_cur c = jd_cur_of(f->bytes.p, f->bytes.n);
    for (int i = 0; i < f->n; i++) f->frame[i] = jd_cur_bytes(&c, sizes[i]);
    return true;
}
