#include "ctl/lib/pending.h"

#include <stdlib.h>

jd_pending *jd_pending_new(const uint8_t id[16], jd_str header, jd_str body)
{
    jd_pending *p = calloc(1, sizeof *p + header.n + body.n);
    if (!p) return NULL;
    p->header_n = header.n;
    p->body_n = body.n;
    memcpy(p->id, id, 16);
    memcpy(p->bytes, header.p, header.n);
    memcpy(p->bytes + header.n, body.p, body.n);
    return p;
}

/* The tail of an id is random in every version that is in use. */
static jd_pending **bucket_of(jd_pendings *all, const uint8_t id[16])
{
    return &all->bucket[jd_get_be16(id + 14) % JD_BUCKETS];
}

jd_pending *jd_pending_find(jd_pendings *all, const uint8_t id[16])
{
    jd_pending *p = *bucket_of(all, id);
    while (p && memcmp(p->id, id, 16) != 0) p = p->chain;
    return p;
}

static jd_queue *queue_of(jd_pendings *all, const jd_pending *p)
{
    return p->held ? &all->held : &all->sent;
}

static void unlink_from(jd_queue *q, jd_pending *p)
{
    *(p->prev ? &p->prev->next : &q->first) = p->next;
    *(p->next ? &p->next->prev : &q->last) = p->prev;
}

/* From the end: timeouts are all alike, so it is nearly always the last. */
static void link_by_due(jd_queue *q, jd_pending *p)
{
    jd_pending *before = q->last;
    while (before && before->due > p->due) before = before->prev;
    p->prev = before;
    p->next = before ? before->next : q->first;
    *(p->prev ? &p->prev->next : &q->first) = p;
    *(p->next ? &p->next->prev : &q->last) = p;
}

void jd_pending_put(jd_pendings *all, jd_pending *p)
{
    jd_pending **bucket = bucket_of(all, p->id);
    p->chain = *bucket;
    *bucket = p;
    all->n++;
    link_by_due(queue_of(all, p), p);
}

void jd_pending_due(jd_pendings *all, jd_pending *p, bool held, jd_ms due)
{
    unlink_from(queue_of(all, p), p);
    p->held = held;
    p->due = due;
    link_by_due(queue_of(all, p), p);
}

void jd_pending_drop(jd_pendings *all, jd_pending *p)
{
    jd_pending **at = bucket_of(all, p->id);
    while (*at != p) at = &(*at)->chain;
    *at = p->chain;
    unlink_from(queue_of(all, p), p);
    all->n--;
    free(p);
}

void jd_pending_drop_all(jd_pendings *all)
{
    while (all->sent.first) jd_pending_drop(all, all->sent.first);
    while (all->held.first) jd_pending_drop(all, all->held.first);
}
