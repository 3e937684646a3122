/* Out to subscribers. PUB drops for who is too slow; they see the gap by `seq` and ask. */
#include "daemon/daemon.h"
#include "proto/check.h"
#include "proto/pack.h"

void jd_publish_event(jd_daemon *d, jd_str topic, jd_str event)
{
    if (jd_z_send(d->events, topic, true)) jd_z_send(d->events, event, false);
}

void jd_publish_heartbeat(jd_daemon *d)
{
    jd_buf b = { 0 };
    jd_pack_map(&b, 5);
    jd_pack_ku(&b, "v", 1);
    jd_pack_kt(&b, "at", jd_system_ms());
    jd_pack_kb(&b, "simulated", d->config->simulated);
    jd_pack_ku(&b, "in_flight", (uint64_t)d->in_flight);
    jd_pack_z(&b, "divisions");
    jd_pack_list(&b, (size_t)d->divisions_n);
    for (int i = 0; i < d->divisions_n; i++) {
        char code[16];
        jd_buf text = { .p = code, .cap = sizeof code, .cap_max = sizeof code };
        jd_buf_printf(&text, "%06u", jd_division_code(d->divisions[i]));
        jd_pack_map(&b, 5);
        jd_pack_ks(&b, "division", jd_buf_view(&text));
        jd_pack_kt(&b, "now", jd_division_now(d->divisions[i]));
        jd_pack_ku(&b, "seq", jd_division_event_seq(d->divisions[i]));
        jd_pack_ku(&b, "epoch", jd_division_epoch(d->divisions[i]));
        jd_pack_kz(&b, "worker", jd_division_up(d->divisions[i]) ? "up" : "down");
    }
    jd_publish_event(d, JD_STR("S.heartbeat"), jd_buf_view(&b));
    jd_buf_free(&b);
}

void jd_publish_refused(jd_daemon *d, const uint8_t id[16], jd_code code)
{
    char text[37];
    jd_buf b = { 0 };
    jd_format_uuid(id, text);
    jd_pack_map(&b, 4);
    jd_pack_ku(&b, "v", 1);
    jd_pack_kz(&b, "cause", text);
    jd_pack_kz(&b, "code", jd_code_text(code));
    jd_pack_kz(&b, "text", jd_code_means(code));
    jd_publish_event(d, JD_STR("S.refused"), jd_buf_view(&b));
    jd_buf_free(&b);
}
