/* reads.list: who saw what lies sealed about a case, or about a person. The reasons they gave are sealed too: reading
 * them is a read. */
#include "proto/pack.h"
#include "workers/content.h"
#include "workers/query.h"

static size_t pack_reads_of(jd_asked *q, jd_case_id id)
{
    const jd_case_row *row = jd_read_case(&q->txn, &q->arena, id.entity, id.number);
    if (!row) return 0;
    return jd_pack_reads(q->g, jd_past_of(&q->txn, &q->arena, id, (uint64_t)row->head.last_seq), UINT64_MAX, q->out);
}

void jd_ask_reads_list(jd_asked *q, const void *msg)
{
    const struct jd_reads_list *m = msg;
    jd_case_id id, *cases = &id;
    uint64_t cases_n = 1;
    size_t n = 0;
    const jd_case_row *row = jd_ask_case(q, m->id, &id);
    if (!row) return;
    uint64_t person = jd_person_of(&q->txn, &q->arena, id.entity, row);
    if (person) cases_n = jd_person_cases(&q->txn, &q->arena, person, &cases);
    jd_pack_z(q->out, "reads");
    size_t at = jd_pack_open(q->out);
    for (uint64_t i = 0; i < cases_n; i++) n += pack_reads_of(q, cases[i]);
    jd_pack_close_list(q->out, at, n);
    q->pairs++;
}
