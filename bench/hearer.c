#include "bench/hearer.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/zmtp.h"

void jd_hearer_open(jd_hearer *h, const char *endpoint, const char *topic)
{
    char subscribe[64] = "\1";
    jd_buf b = { 0 };
    strncat(subscribe, topic, sizeof subscribe - 2);
    *h = (jd_hearer){ .fd = jd_zmtp_open(endpoint, "SUB") };
    jd_zmtp_put(&b, false, jd_str_of(subscribe));
    jd_zmtp_say(h->fd, b.p, b.n);
    jd_buf_free(&b);
}

static void begin_frame(jd_hearer *h)
{
    h->got += !(h->head[0] & (JD_ZMTP_MORE | JD_ZMTP_COMMAND));
    if (h->head[0] & JD_ZMTP_COMMAND) send(h->fd, JD_ZMTP_PONG, sizeof JD_ZMTP_PONG - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    h->head_n = 0;
}

static void count(jd_hearer *h, const char *p, size_t n)
{
    while (n) {
        size_t take = h->skip < n ? h->skip : n;
        h->skip -= take;
        p += take;
        n -= take;
        if (!n) return;
        h->head[h->head_n++] = *p++;
        n--;
        if (jd_zmtp_head(h->head, h->head_n, &h->skip)) begin_frame(h);
    }
}

bool jd_hearer_read(jd_hearer *h, size_t most)
{
    static char bytes[1 << 16];
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
