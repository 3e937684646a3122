/* Redis Streams: XADD, answered with the entry's id behind the append-only file's fsync (appendfsync always). */
#include <stdlib.h>

#include "bench/peers.h"

static void request(jd_buf *out, jd_str message)
{
    jd_buf_printf(out, "*5\r\n$4\r\nXADD\r\n$7\r\nreports\r\n$1\r\n*\r\n$1\r\nm\r\n$%u\r\n", message.n);
    jd_buf_str(out, message);
    jd_buf_add(out, "\r\n", 2);
}

/* $LENGTH\r\nID\r\n, or -ERR ...\r\n */
static size_t answers(const char *p, size_t n, jd_wire_answers *out)
{
    const char *end = jd_wire_line(p, n);
    if (!end) return 0;
    if (*p != '$') {
        out->bad++;
        return (size_t)(end - p);
    }
    size_t whole = (size_t)(end - p) + strtoul(p + 1, NULL, 10) + 2;
    if (n < whole) return 0;
    out->good++;
    return whole;
}

jd_measure jd_redis_run(const jd_peer_load *l)
{
    return jd_wire_run(&(jd_wire){ .request = request, .answers = answers }, l);
}
