/* beanstalkd: `put`, answered INSERTED behind its binlog's fsync (-f 0). */
#include "bench/peers.h"

static void request(jd_buf *out, jd_str message)
{
    jd_buf_printf(out, "put 0 0 60 %u\r\n", message.n);
    jd_buf_str(out, message);
    jd_buf_add(out, "\r\n", 2);
}

static size_t answers(const char *p, size_t n, jd_wire_answers *out)
{
    const char *end = jd_wire_line(p, n);
    if (!end) return 0;
    bool good = n > 9 && memcmp(p, "INSERTED ", 9) == 0;
    out->good += good;
    out->bad += !good;
    return (size_t)(end - p);
}

jd_measure jd_beanstalkd_run(const jd_peer_load *l)
{
    return jd_wire_run(&(jd_wire){ .request = request, .answers = answers }, l);
}
