#include "bench/hearer.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bench/bench.h"
#include "proto/pack.h"

enum { GREETING = 64, MORE = 1, LONG = 2, COMMAND = 4 };

static void put_frame(jd_buf *b, uint8_t flags, const char *text, size_t n)
{
    const char head[] = { (char)flags, (char)n };
    jd_buf_add(b, head, sizeof head);
    jd_buf_add(b, text, n);
}

static void put(const jd_hearer *h, const char *p, size_t n)
{
    if (send(h->fd, p, n, MSG_NOSIGNAL) != (ssize_t)n) jd_fail("a subscriber: %m");
}

/* libzmq 4.3.4 hangs up where a peer's greeting and what follows it come in one piece. */
static void greet(const jd_hearer *h, const char *topic)
{
    static const char ready[] = "\5READY\13Socket-Type\0\0\0\3SUB";
    char greeting[GREETING] = "\xff\0\0\0\0\0\0\0\1\x7f\3\0NULL", subscribe[64] = "\1";
    jd_buf b = { 0 };
    strncat(subscribe, topic, sizeof subscribe - 2);
    put_frame(&b, COMMAND, ready, sizeof ready - 1);
    put_frame(&b, 0, subscribe, strlen(subscribe));
    put(h, greeting, sizeof greeting);
    if (recv(h->fd, greeting, sizeof greeting, MSG_WAITALL) != sizeof greeting) jd_fail("no greeting: %m");
    put(h, b.p, b.n);
    jd_buf_free(&b);
}

void jd_hearer_open(jd_hearer *h, const char *endpoint, const char *topic)
{
    struct sockaddr_un a = { .sun_family = AF_UNIX };
    const char *path = endpoint + strlen("ipc://");
    if (strncmp(endpoint, "ipc://", 6) != 0 || strlen(path) >= sizeof a.sun_path) jd_fail("%s: no ipc path", endpoint);
    memcpy(a.sun_path, path, strlen(path));
    *h = (jd_hearer){ .fd = socket(AF_UNIX, SOCK_STREAM, 0) };
    if (h->fd < 0 || connect(h->fd, (struct sockaddr *)&a, sizeof a) != 0) jd_fail("%s: %m", endpoint);
    greet(h, topic);
}

/* Whatever a command asks, the answer to a PING will do: the daemon wants to see that somebody is there. */
static void begin_frame(jd_hearer *h)
{
    static const char pong[] = { COMMAND, 5, 4, 'P', 'O', 'N', 'G' };
    uint64_t n = h->head[1];
    if (h->head[0] & LONG) {
        n = 0;
        for (int i = 1; i < 9; i++) n = n << 8 | h->head[i];
    }
    h->skip = (size_t)n;
    h->got += !(h->head[0] & (MORE | COMMAND));
    h->head_n = 0;
    if (h->head[0] & COMMAND) send(h->fd, pong, sizeof pong, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void count(jd_hearer *h, const uint8_t *p, size_t n)
{
    while (n) {
        size_t take = h->skip < n ? h->skip : n;
        h->skip -= take;
        p += take;
        n -= take;
        if (!n) return;
        h->head[h->head_n++] = *p++;
        n--;
        if (h->head_n == (h->head[0] & LONG ? 9 : 2)) begin_frame(h);
    }
}

bool jd_hearer_read(jd_hearer *h, size_t most)
{
    static uint8_t bytes[1 << 16];
    ssize_t n = recv(h->fd, bytes, most < sizeof bytes ? most : sizeof bytes, MSG_DONTWAIT);
    if (n == 0) jd_fail("the daemon ended a subscriber's connection");
    uint64_t before = h->got;
    if (n > 0) count(h, bytes, (size_t)n);
    return h->got > before;
}

void jd_hearer_close(jd_hearer *h)
{
    close(h->fd);
}
