/* Out to subscribers. PUB drops for who is too slow; they see the gap by `seq` and ask. */
#include "daemon/daemon.h"
#include "proto/pack.h"
#include "proto/receipt.h"

static void send_event(jd_zsocket *s, jd_str topic, jd_str event)
{
    if (s && jd_z_send(s, topic, true)) jd_z_send(s, event, false);
}

void jd_publish_event(jd_daemon *d, int division, jd_str topic, jd_str event)
{
    uint64_t bit = division == JD_EVERYWHERE ? UINT64_MAX : (uint64_t)1 << division;
    send_event(d->events, topic, event);
    jd_outflow_event(&d->outflow, topic, event);
    for (int i = 0; i < d->halls_n; i++)
        if (d->halls[i].divisions & bit) send_event(d->halls[i].s, topic, event);
}

static void pack_division(const jd_division *v, jd_buf *b)
{
    char code[16];
    jd_buf text = { .p = code, .cap = sizeof code, .cap_max = sizeof code };
    jd_buf_printf(&text, "%06u", jd_division_code(v));
    jd_pack_map(b, 5);
    jd_pack_ks(b, "division", jd_buf_view(&text));
    jd_pack_kt(b, "now", jd_division_now(v));
    jd_pack_ku(b, "seq", jd_division_event_seq(v));
    jd_pack_ku(b, "epoch", jd_division_epoch(v));
    jd_pack_kz(b, "worker", jd_division_up(v) ? "up" : "down");
}

/* What the gate turned away since the start, and who is there now. */
static void pack_gate(const jd_daemon *d, jd_buf *b)
{
    const jd_gate *g = &d->gate;
    jd_pack_z(b, "gate");
    jd_pack_map(b, 6);
    jd_pack_ku(b, "connections", (uint64_t)g->connections);
    jd_pack_ku(b, "handshakes_failed", g->failed);
    jd_pack_ku(b, "keys_refused", g->keys_refused);
    jd_pack_ku(b, "forbidden", g->forbidden);
    jd_pack_ku(b, "limited", g->limited);
    jd_pack_ku(b, "ended", g->ended);
}

static void send_heartbeat(jd_daemon *d, jd_zsocket *s, uint64_t divisions)
{
    jd_buf b = { 0 };
    size_t n = 0;
    jd_pack_map(&b, 6);
    jd_pack_ku(&b, "v", 1);
    jd_pack_kt(&b, "at", jd_system_ms());
    jd_pack_kb(&b, "simulated", d->config->simulated);
    jd_pack_ku(&b, "in_flight", (uint64_t)d->in_flight);
    pack_gate(d, &b);
    for (int i = 0; i < d->divisions_n; i++) n += divisions >> i & 1;
    jd_pack_z(&b, "divisions");
    jd_pack_list(&b, n);
    for (int i = 0; i < d->divisions_n; i++)
        if (divisions >> i & 1) pack_division(d->divisions[i], &b);
    send_event(s, JD_STR("S.heartbeat"), jd_buf_view(&b));
    jd_buf_free(&b);
}

void jd_publish_heartbeat(jd_daemon *d)
{
    send_heartbeat(d, d->events, UINT64_MAX);
    for (int i = 0; i < d->halls_n; i++) send_heartbeat(d, d->halls[i].s, d->halls[i].divisions);
}

void jd_publish_refused(jd_daemon *d, const uint8_t id[16], jd_code code)
{
    jd_buf b = { 0 };
    jd_refused_pack(id, code, &b);
    jd_publish_event(d, JD_EVERYWHERE, jd_str_of(JD_TOPIC_REFUSED), jd_buf_view(&b));
    jd_buf_free(&b);
}
