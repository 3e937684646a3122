/* The same load as a C program would send it: through libjiandu, one client. */
#include <jiandu/jiandu.h>

#include "bench/bench.h"

static void send_one(jd_client *c, const jd_load *l)
{
    const jd_request r = {
        .type = "report.submit", .division = "530900", .body = l->message.body, .body_n = l->message.body_n
    };
    int rc = jd_client_send(c, &r, NULL);
    if (rc != JD_RC_OK) jd_fail("libjiandu: %s", jd_rc_text(rc));
}

static void take_one(jd_client *c, jd_measure *m)
{
    jd_reply *r;
    int rc = jd_client_wait(c, &r, 10000);
    if (rc != JD_RC_OK) jd_fail("libjiandu: %s", jd_rc_text(rc));
    m->not_ok += jd_reply_status(r) != JD_REPLY_OK;
    m->acknowledged++;
    jd_reply_free(&r);
}

jd_measure jd_load_library(const jd_load *l)
{
    jd_client *c;
    jd_measure m = { 0 };
    int rc = jd_client_open(&c, &(jd_options){ .intake = l->endpoint, .window = l->outstanding });
    if (rc != JD_RC_OK) jd_fail("libjiandu: %s", jd_rc_text(rc));
    double cpu = jd_cpu_now(), start = jd_now();
    for (int i = 0; i < l->outstanding; i++) send_one(c, l);
    while (jd_client_outstanding(c)) {
        take_one(c, &m);
        if (jd_now() < start + l->seconds) send_one(c, l);
    }
    jd_measure out = jd_measured(m.acknowledged, jd_now() - start, jd_cpu_now() - cpu, l->outstanding);
    out.not_ok = m.not_ok;
    jd_client_close(&c);
    return out;
}
