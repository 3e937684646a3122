#include "daemon/batches.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mutant.h"

enum {
    MOST_BYTES = 8 << 20, /* of a batch */
    HEAD = 33,            /* bytes of a batch's frame before its messages */
    HEAD_AT = 5,          /* behind the frame's length and kind */
};

void jd_batches_init(jd_batches *b, jd_daemon *d)
{
    b->d = d;
    b->last = &b->first;
}

static void begin(jd_outbatch *o)
{
    jd_link_begin(&o->frame, JD_LINK_BATCH);
    jd_buf_u64(&o->frame, 0); /* number, published, now and count are known when it goes */
    jd_buf_u64(&o->frame, 0);
    jd_buf_u64(&o->frame, 0);
    jd_buf_u32(&o->frame, 0);
}

static void end(jd_outbatch *o, uint64_t published, jd_ms now)
{
    jd_buf head = { .p = o->frame.p + HEAD_AT, .cap = HEAD - HEAD_AT };
    jd_buf_u64(&head, o->number);
    jd_buf_u64(&head, published);
    jd_buf_u64(&head, (uint64_t)now);
    jd_buf_u32(&head, o->count);
    jd_link_end(&o->frame, 0);
}

void jd_batches_add(jd_batches *b, const jd_link_msg *m, jd_meter *by)
{
    jd_outbatch *o = &b->gathering;
    if (!o->frame.n) begin(o);
    size_t before = o->frame.n;
    jd_link_put(&o->frame, m);
    jd_meter_charge(by, &o->senders);
    o->count++;
    b->d->in_flight++;
    b->d->in_flight_bytes += o->frame.n - before;
}

bool jd_batches_full(const jd_batches *b)
{
    return b->gathering.count >= b->d->config->batch_messages || b->gathering.frame.n >= MOST_BYTES;
}

const jd_outbatch *jd_batches_next(jd_batches *b, uint64_t published, jd_ms now)
{
    jd_outbatch *o = malloc(sizeof *o);
    if (!b->gathering.frame.n) begin(&b->gathering);
    if (!o || b->gathering.frame.failed) jd_die(JD_EX_TEMPFAIL, "out of memory");
    *o = b->gathering;
    b->gathering = (jd_outbatch){ 0 };
    o->number = ++b->number;
    end(o, published, now);
    *b->last = o;
    b->last = &o->next;
    b->unanswered++;
    return o;
}

static void no_longer_in_flight(jd_daemon *d, jd_outbatch *o)
{
    d->in_flight -= o->count;
    d->in_flight_bytes -= o->frame.n - HEAD;
    jd_meter_settle(&o->senders);
    jd_buf_free(&o->frame);
}

void jd_batches_answered(jd_batches *b, uint64_t number)
{
    jd_outbatch *o = b->first;
    if (!o || o->number != number) return;
    if (!(b->first = o->next)) b->last = &b->first;
    b->unanswered--;
    no_longer_in_flight(b->d, o);
    free(o);
}

void jd_batches_give_back(jd_batches *b)
{
    jd_link_msg m;
    jd_outbatch *o = &b->gathering;
    if (!o->count) return;
    jd_cur c = jd_cur_of(o->frame.p + HEAD, o->frame.n - HEAD);
    while (jd_link_take(&c, &m)) jd_come_again(b->d, &m);
    if (JD_IS_MUTANT(kept_in_flight)) o->count = 0;
    no_longer_in_flight(b->d, o);
    o->count = 0;
}
