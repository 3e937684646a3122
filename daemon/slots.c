/* Who waits for which receipt. Bounded: when no slot is free, nothing more is read. */
#include <stdlib.h>

#include "daemon/daemon.h"
#include "proto/receipt.h"

bool jd_slots_init(jd_daemon *d, uint32_t n)
{
    d->slots = calloc(n, sizeof *d->slots);
    d->slots_n = n;
    for (uint32_t i = 0; d->slots && i < n; i++) d->slots[i].next = i + 1;
    return d->slots != NULL;
}

uint32_t jd_slot_take(jd_daemon *d, jd_zsocket *to, jd_str peer, bool delimiter)
{
    uint32_t i = d->slots_free;
    if (i == d->slots_n) return i;
    jd_slot *s = &d->slots[i];
    char *room = peer.n <= sizeof s->room ? s->room : malloc(peer.n);
    if (!room) return d->slots_n;
    d->slots_free = s->next;
    memcpy(room, peer.p, peer.n);
    s->to = to;
    s->peer = (jd_str){ room, peer.n };
    s->delimiter = delimiter;
    s->taken = true;
    s->asked = NULL;
    return i;
}

void jd_answer(jd_zsocket *to, jd_str peer, bool delimiter, jd_str receipt)
{
    /* a peer that is gone or does not read asks again by the same id */
    if (!jd_z_send(to, peer, true)) return;
    if (delimiter) jd_z_send(to, (jd_str){ "", 0 }, true);
    jd_z_send(to, receipt, false);
}

void jd_slot_answer(jd_daemon *d, uint32_t slot, jd_str receipt)
{
    if (slot >= d->slots_n || !d->slots[slot].taken) return;
    jd_slot *s = &d->slots[slot];
    jd_answer(s->to, s->peer, s->delimiter, receipt);
    if (s->asked && s->meter) s->meter->queries--;
    if (s->peer.p != s->room) free((void *)(uintptr_t)s->peer.p);
    s->taken = false;
    s->next = d->slots_free;
    d->slots_free = slot;
}

void jd_slot_asks(jd_daemon *d, const jd_link_msg *m, const jd_division *v, jd_meter *by)
{
    jd_slot *s = &d->slots[m->token];
    s->asked = v;
    s->meter = by;
    if (by) by->queries++;
    memcpy(s->id, m->id, sizeof s->id);
    s->flags = m->flags;
}

void jd_come_again(jd_daemon *d, const jd_link_msg *m)
{
    jd_buf answer = { 0 };
    jd_receipt r = {
        .id = m->id, .id_binary = m->flags & JD_LINK_ID_BINARY, .code = JD_CODE_WORKER_DOWN, .due = JD_NO_DAY
    };
    if (m->flags & JD_LINK_PUSH) {
        jd_publish_refused(d, m->id, r.code);
        return;
    }
    jd_receipt_pack(&r, &answer);
    jd_slot_answer(d, m->token, jd_buf_view(&answer));
    jd_buf_free(&answer);
}

void jd_slots_lost(jd_daemon *d, const jd_division *v)
{
    for (uint32_t i = 0; i < d->slots_n; i++) {
        const jd_slot *s = &d->slots[i];
        if (s->taken && s->asked == v) jd_come_again(d, &(jd_link_msg){ .token = i, .id = s->id, .flags = s->flags });
    }
}
