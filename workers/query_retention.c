/* retention.due: what is kept longer than the policy says. Persons by number, then months of reports; bounded in what
 * it looks at, so an empty page with `next` says that there is more to look at. */
#include <stdio.h>

#include "proto/pack.h"
#include "workers/query.h"
#include "workers/retention.h"

enum { PAGE = 50, PERSONS_MAX = 2000, REPORTS_MAX = 20000 };

typedef struct page {
    const jd_policy *p;
    jd_day today;
    int64_t limit, n;
    uint64_t persons, months; /* done, by number */
    bool more;
} page;

static void pack_item(jd_asked *q, page *pg, const char *item, const char *of, const jd_kept *k)
{
    bool rule = k->rule < pg->p->rules_n;
    jd_pack_map(q->out, 4 + rule + (k->reports > 0));
    jd_pack_kz(q->out, "item", item);
    jd_pack_kz(q->out, "of", of);
    jd_pack_kd(q->out, "ended", k->ended);
    jd_pack_kd(q->out, "due", k->until);
    if (rule) jd_pack_ks(q->out, "rule", pg->p->rules[k->rule].id);
    if (k->reports) jd_pack_ku(q->out, "reports", k->reports);
    pg->n++;
}

static void scan_persons(jd_asked *q, page *pg)
{
    jd_arena scratch = { 0 };
    jd_reporters open = { .arena = &q->arena };
    int looked = 0;
    while (!pg->more && pg->persons < q->tally.people) {
        char id[JD_CASE_ID_MAX];
        jd_arena_reset(&scratch);
        jd_kept k = jd_person_kept(&q->txn, &scratch, pg->p, &open, ++pg->persons, pg->today);
        k.last.division = q->g->division;
        jd_case_id_format(k.last, id);
        if (k.is == JD_KEPT_DUE) pack_item(q, pg, id, jd_entity_name(k.last.entity), &k);
        pg->more = pg->n == pg->limit || ++looked == PERSONS_MAX;
    }
    jd_arena_free(&scratch);
}

/* The months there are keys for; none that ended too late to be due. */
static void scan_months(jd_asked *q, page *pg)
{
    int months = pg->p->retention[JD_KEEP_REPORT].months;
    uint64_t looked = 0;
    jd_key from = jd_key_slot(JD_SLOT_MONTH, pg->months + 1);
    jd_scan s = jd_scan_from(&q->txn, JD_DB_KEYS, jd_k(&from));
    while (!pg->more && months && jd_scan_next(&s)) {
        jd_slot slot;
        char text[JD_DATE_LEN + 1];
        jd_unkey_slot(s.key, &slot.kind, &slot.number);
        if (slot.kind != JD_SLOT_MONTH || jd_add_months(jd_month_start(slot.number), months) > pg->today) break;
        pg->months = slot.number;
        jd_kept k = jd_month_kept(&q->txn, pg->p, q->tally.numbers[JD_E_report], slot.number, pg->today);
        jd_format_date(jd_month_start(slot.number), text);
        text[7] = 0;
        if (k.is == JD_KEPT_DUE) pack_item(q, pg, text, "reports", &k);
        pg->more = pg->n == pg->limit || (looked += k.reports) >= REPORTS_MAX;
    }
    jd_scan_end(&s);
}

static bool read_after(jd_asked *q, jd_str after, page *pg)
{
    uint64_t *to = after.n < 3 ? NULL : after.p[0] == 'P' ? &pg->persons : after.p[0] == 'M' ? &pg->months : NULL;
    if (!after.p) return true;
    if (to && after.p[1] == '-' && jd_str_to_u64((jd_str){ after.p + 2, after.n - 2 }, to)) return true;
    jd_ask_fail(q, JD_CODE_BAD_FORMAT, "after", "the next of the page before");
    return false;
}

void jd_ask_retention_due(jd_asked *q, const void *msg)
{
    const struct jd_retention_due *m = msg;
    char next[32];
    jd_ms now = q->now > q->tally.at ? q->now : q->tally.at;
    page pg = { .p = jd_engine_policy(q->g, q->tally.policy),
                .today = jd_day_from_ms(now),
                .limit = m->limit == JD_NO_INT ? PAGE : m->limit };
    if (!read_after(q, m->after, &pg)) return;
    jd_pack_z(q->out, "due");
    size_t at = jd_pack_open(q->out);
    bool persons = pg.months == 0;
    if (persons) scan_persons(q, &pg);
    if (!pg.more) {
        scan_months(q, &pg);
        persons = false;
    }
    jd_pack_close_list(q->out, at, (size_t)pg.n);
    q->pairs++;
    if (!pg.more) return;
    snprintf(next, sizeof next, "%c-%llu", persons ? 'P' : 'M', (unsigned long long)(persons ? pg.persons : pg.months));
    jd_pack_kz(q->out, "next", next);
    q->pairs++;
}
