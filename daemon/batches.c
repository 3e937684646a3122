#include "daemon/batches.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mutant.h"
#include "proto/receipt.h"

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

static void begin(jd_batches *b)
{
    jd_link_begin(&b->frame, JD_LINK_BATCH);
    jd_buf_u64(&b->frame, 0); /* number, published, now and count are known when it goes */
    jd_buf_u64(&b->frame, 0);
    jd_buf_u64(&b->frame, 0);
    jd_buf_u32(&b->frame, 0);
}

static void end(jd_batch_sent *s, uint64_t published, jd_ms now)
{
    jd_buf head = { .p = s->frame.p + HEAD_AT, .cap = HEAD - HEAD_AT };
    jd_buf_u64(&head, s->number);
    jd_buf_u64(&head, published);
    jd_buf_u64(&head, (uint64_t)now);
    jd_buf_u32(&head, s->count);
    jd_link_end(&s->frame, 0);
}

void jd_batches_add(jd_batches *b, const jd_link_msg *m, jd_meter *by)
{
    if (!b->frame.n) begin(b);
    size_t before = b->frame.n;
    jd_link_put(&b->frame, m);
    jd_meter_charge(by, &b->senders);
    b->gathered++;
    b->d->in_flight++;
    b->d->in_flight_bytes += b->frame.n - before;
}

bool jd_batches_full(const jd_batches *b)
{
    return b->gathered >= b->d->config->batch_messages || b->frame.n >= MOST_BYTES;
}

const jd_batch_sent *jd_batches_next(jd_batches *b, uint64_t published, jd_ms now)
{
    jd_batch_sent *s = calloc(1, sizeof *s);
    if (!b->frame.n) begin(b);
    if (!s || b->frame.failed) jd_die(JD_EX_TEMPFAIL, "out of memory");
    *s = (jd_batch_sent){ .number = ++b->number, .count = b->gathered, .frame = b->frame, .senders = b->senders };
    b->frame = b->senders = (jd_buf){ 0 };
    b->gathered = 0;
    end(s, published, now);
    *b->last = s;
    b->last = &s->next;
    b->unanswered++;
    return s;
}

static void no_longer_in_flight(jd_batches *b, uint32_t messages, const jd_buf *frame, jd_buf *senders)
{
    b->d->in_flight -= messages;
    b->d->in_flight_bytes -= frame->n - HEAD;
    jd_meter_settle(senders);
}

void jd_batches_answered(jd_batches *b, uint64_t number)
{
    jd_batch_sent *s = b->first;
    if (!s || s->number != number) return;
    if (!(b->first = s->next)) b->last = &b->first;
    b->unanswered--;
    no_longer_in_flight(b, s->count, &s->frame, &s->senders);
    jd_buf_free(&s->frame);
    free(s);
}

static void come_again(jd_daemon *d, const jd_link_msg *m)
{
    jd_buf answer = { 0 };
    jd_receipt r = {
        .id = m->id, .id_binary = m->flags & JD_LINK_ID_BINARY, .code = JD_CODE_WORKER_DOWN, .due = JD_NO_DAY
    };
    if (m->flags & JD_LINK_PUSH) {
        jd_publish_refused(d, m->id, JD_CODE_WORKER_DOWN);
        return;
    }
    jd_receipt_pack(&r, &answer);
    jd_slot_answer(d, m->token, jd_buf_view(&answer));
    jd_buf_free(&answer);
}

void jd_batches_give_back(jd_batches *b)
{
    jd_link_msg m;
    if (!b->gathered) return;
    jd_cur c = jd_cur_of(b->frame.p + HEAD, b->frame.n - HEAD);
    for (uint32_t i = 0; i < b->gathered && jd_link_take(&c, &m); i++) come_again(b->d, &m);
    no_longer_in_flight(b, JD_IS_MUTANT(kept_in_flight) ? 0 : b->gathered, &b->frame, &b->senders);
    jd_buf_free(&b->frame);
    b->gathered = 0;
}
