/* The client of every peer that speaks in bytes. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/peers.h"

enum { CONNECTIONS_MAX = 64, READ_ROOM = 256 * 1024 };

typedef struct connection {
    int fd;
    jd_buf out, in;
    size_t out_at;
    uint64_t sent, got;
} connection;

typedef struct run {
    const jd_wire *w;
    const jd_peer_load *l;
    connection c[CONNECTIONS_MAX];
    uint64_t not_ok;
} run;

const char *jd_wire_line(const char *p, size_t n)
{
    const char *end = memchr(p, '\n', n);
    return end ? end + 1 : NULL;
}

int jd_wire_dial(int port)
{
    int one = 1;
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) jd_fail("port %d: %m", port);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static void flush(connection *c)
{
    while (c->out_at < c->out.n) {
        ssize_t n = send(c->fd, c->out.p + c->out_at, c->out.n - c->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) jd_fail("a peer closed its connection: %m");
        c->out_at += (size_t)n;
    }
    c->out_at = c->out.n = 0;
}

static void take_answers(run *r, connection *c)
{
    size_t used = 0, n;
    do {
        jd_wire_answers a = { 0 };
        n = r->w->answers(c->in.p + used, c->in.n - used, &a);
        used += n;
        c->got += a.good + a.bad;
        r->not_ok += a.bad;
        if (a.reply) jd_buf_z(&c->out, a.reply);
    } while (n);
    memmove(c->in.p, c->in.p + used, c->in.n - used);
    c->in.n -= used;
}

static void receive(run *r, connection *c)
{
    char *room = jd_buf_room(&c->in, READ_ROOM);
    if (!room) jd_fail("out of memory");
    ssize_t n = recv(c->fd, room, READ_ROOM, MSG_DONTWAIT);
    c->in.n -= READ_ROOM - (size_t)(n > 0 ? n : 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) jd_fail("a peer closed its connection");
    take_answers(r, c);
}

static uint64_t share(const jd_peer_load *l)
{
    return (uint64_t)(l->outstanding > l->connections ? l->outstanding / l->connections : 1);
}

/* Waits for something to read, or to write where something waits to be written. */
static void wait_for(run *r)
{
    struct pollfd p[CONNECTIONS_MAX];
    for (int i = 0; i < r->l->connections; i++)
        p[i] = (struct pollfd){ r->c[i].fd, (short)(POLLIN | (r->c[i].out.n ? POLLOUT : 0)), 0 };
    if (poll(p, (nfds_t)r->l->connections, 20000) <= 0) jd_fail("a peer does not answer");
    for (int i = 0; i < r->l->connections; i++)
        if (p[i].revents & (POLLIN | POLLHUP | POLLERR)) receive(r, &r->c[i]);
}

static void greet(run *r)
{
    for (int i = 0; i < r->l->connections; i++) {
        connection *c = &r->c[i];
        c->fd = r->w->open ? r->w->open(r->l) : jd_wire_dial(r->l->port);
        if (r->w->hello) jd_buf_z(&c->out, r->w->hello);
        flush(c);
        while (c->got < (uint64_t)r->w->hello_answers) {
            struct pollfd p = { c->fd, POLLIN, 0 };
            if (poll(&p, 1, 20000) <= 0) jd_fail("a peer does not answer");
            receive(r, c);
            flush(c);
        }
        c->got = 0;
    }
}

static uint64_t pump(run *r, double end)
{
    uint64_t got, sent;
    do {
        bool more = jd_now() < end;
        got = sent = 0;
        for (int i = 0; i < r->l->connections; i++) {
            connection *c = &r->c[i];
            for (; more && c->sent - c->got < share(r->l); c->sent++) r->w->request(&c->out, r->l->message);
            flush(c);
            got += c->got;
            sent += c->sent;
        }
        if (got < sent) wait_for(r);
    } while (got < sent);
    return got;
}

jd_measure jd_wire_run(const jd_wire *w, const jd_peer_load *l)
{
    static run r;
    r = (run){ .w = w, .l = l };
    greet(&r);
    double cpu = jd_cpu_now(), start = jd_now();
    uint64_t got = pump(&r, start + l->seconds);
    jd_measure m = jd_measured(got, jd_now() - start, jd_cpu_now() - cpu, l->outstanding);
    m.not_ok = r.not_ok;
    for (int i = 0; i < l->connections; i++) {
        close(r.c[i].fd);
        jd_buf_free(&r.c[i].in);
        jd_buf_free(&r.c[i].out);
    }
    return m;
}
