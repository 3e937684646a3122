/* NATS JetStream: a publish with a reply subject, answered when the stream has it; which is not when the disk has it. */
#include <stdlib.h>

#include "bench/peers.h"

#define STREAM "{\"name\":\"reports\",\"subjects\":[\"reports\"],\"storage\":\"file\",\"discard\":\"new\"}"

/* The stream is made by the first connection; for the others the same question is answered with the same stream. */
static const char hello[] = "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n"
                            "SUB ack.* 1\r\n"
                            "PUB $JS.API.STREAM.CREATE.reports ack.0 74\r\n" STREAM "\r\n";
_Static_assert(sizeof STREAM - 1 == 74, "the length stands in the greeting");

static void request(jd_buf *out, jd_str message)
{
    jd_buf_printf(out, "PUB reports ack.1 %u\r\n", message.n);
    jd_buf_str(out, message);
    jd_buf_add(out, "\r\n", 2);
}

/* MSG SUBJECT SID LENGTH\r\n{...}\r\n; the server also says INFO, PING and +OK. */
static size_t answers(const char *p, size_t n, jd_wire_answers *out)
{
    const char *end = jd_wire_line(p, n);
    if (!end) return 0;
    size_t line = (size_t)(end - p);
    if (*p == 'P') out->reply = "PONG\r\n";
    out->bad += *p == '-';
    if (*p != 'M') return line;
    const char *length = end - 2;
    while (length[-1] != ' ') length--;
    size_t payload = strtoul(length, NULL, 10);
    if (n < line + payload + 2) return 0;
    bool failed = memmem(end, payload, "\"error\"", 7) != NULL;
    out->good += !failed;
    out->bad += failed;
    return line + payload + 2;
}

jd_measure jd_nats_run(const jd_peer_load *l)
{
    return jd_wire_run(&(jd_wire){ .hello = hello, .hello_answers = 1, .request = request, .answers = answers }, l);
}
