#include "daemon/outflow.h"

#include <stdio.h>

#include "base/log.h"
#include "daemon/daemon.h"

enum {
    MOST = 1024,  /* events ahead: ZeroMQ's thread has always something to send; each costs 128 bytes a subscriber */
    PIECE = 8192, /* bytes; ZeroMQ writes as many to a connection in its turn */
    HEAVIER =
        2,     /* times what a subscriber is sent: whose queue is empty is served at once, and gets ahead of the rest */
    STILL = 3, /* looks */
};

static void on_back(void *arg, const jd_zmessage *m)
{
    jd_daemon *d = arg;
    jd_outflow *o = &d->outflow;
    bool full = !jd_outflow_room(o);
    jd_cur c = jd_cur_of(m->frame[0].p, m->frame[0].n);
    int64_t events = jd_cur_u32(&c);
    o->came = true;
    o->away -= events < o->away ? events : o->away;
    if (full && jd_outflow_room(o)) jd_divisions_go_on(d);
}

bool jd_outflow_open(jd_daemon *d)
{
    jd_outflow *o = &d->outflow;
    char address[4096];
    snprintf(address, sizeof address, "ipc://%s/outflow.sock", d->config->runtime);
    const jd_endpoints e = { .n = 1, .v = { address } };
    o->most = d->config->events_hwm / 2 < MOST ? d->config->events_hwm / 2 : MOST;
    o->out = jd_z_bind(d->z, &(jd_zplan){ .type = JD_Z_PAIR, .endpoints = &e });
    if (!o->out) return false;
    o->back =
        jd_z_bind(d->z, &(jd_zplan){ .type = JD_Z_PAIR, .endpoints = &e, .connects = true, .f = on_back, .arg = d });
    return o->back != NULL;
}

void jd_outflow_subscription(jd_outflow *o, const jd_zmessage *m)
{
    if (!m->frame[0].n) return;
    o->subscriptions += m->frame[0].p[0] == 1 ? 1 : -1;
    if (o->subscriptions < 0) o->subscriptions = 0;
}

static void send_piece(jd_outflow *o)
{
    static const char filler[PIECE];
    char count[4];
    jd_buf b = { .p = count, .cap = sizeof count, .cap_max = sizeof count };
    jd_buf_u32(&b, o->gathered);
    if (jd_z_send(o->out, jd_buf_view(&b), true) && jd_z_send(o->out, (jd_str){ filler, sizeof filler }, false))
        o->away += o->gathered;
    o->gathered = 0;
    o->bytes = 0;
}

void jd_outflow_event(jd_outflow *o, jd_str topic, jd_str event)
{
    if (!o->subscriptions) return;
    o->gathered++;
    o->bytes += HEAVIER * (topic.n + event.n);
    if (o->bytes >= PIECE) send_piece(o);
}

bool jd_outflow_room(const jd_outflow *o)
{
    return o->away < o->most;
}

/* A measure that stands still is not to hold anybody up. */
void jd_outflow_look(jd_daemon *d)
{
    jd_outflow *o = &d->outflow;
    o->still = o->away && !o->came ? o->still + 1 : 0;
    o->came = false;
    if (o->still < STILL) return;
    jd_log(JD_WARN, "%lld events were sent and not seen going out: not waited for any longer", (long long)o->away);
    o->still = 0;
    o->away = 0;
    jd_divisions_go_on(d);
}
