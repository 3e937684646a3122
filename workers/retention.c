#include "workers/retention.h"

#include <stdio.h>

#include "workers/content.h"

/* ------------------------------------------------------------ months */

jd_day jd_month_start(uint64_t month)
{
    return jd_day_of((int)(month / 12), (int)(month % 12) + 1, 1);
}

bool jd_month_parse(jd_str text, uint64_t *month)
{
    char date[JD_DATE_LEN + 1];
    jd_day day;
    if (text.n != 7) return false;
    snprintf(date, sizeof date, "%.*s-01", JD_FMT(text));
    if (!jd_parse_date(jd_str_of(date), &day)) return false;
    *month = jd_month_slot(jd_day_start(day)).number;
    return true;
}

static bool read_report(jd_txn *t, jd_arena *a, uint64_t number, struct jd_row_report *row)
{
    jd_str bytes;
    jd_key k = jd_key_case(JD_E_report, number);
    return jd_get(t, JD_DB_CASES, jd_k(&k), &bytes) && jd_decode_row(&jd_row_report_layout, bytes, a, row);
}

/* They are numbered as they come in, without gaps. */
uint64_t jd_first_report(jd_txn *t, uint64_t reports, jd_ms from)
{
    jd_arena a = { 0 };
    uint64_t lo = 1, hi = reports + 1;
    while (lo < hi) {
        struct jd_row_report row;
        uint64_t mid = lo + (hi - lo) / 2;
        jd_arena_reset(&a);
        if (read_report(t, &a, mid, &row) && row.received < from)
            lo = mid + 1;
        else
            hi = mid;
    }
    jd_arena_free(&a);
    return lo;
}

static void keep_until(jd_kept *k, const jd_retention *r, jd_day ended)
{
    jd_day until = jd_add_months(ended, r->months);
    if (ended > k->ended) k->ended = ended;
    if (until > k->until) k->until = until;
    if (k->rule == JD_NO_RULE) k->rule = r->rule;
    if (r->months == 0) k->is = JD_KEPT_NO_PERIOD;
    k->consent &= r->consent;
}

static jd_kept nothing_yet(void)
{
    return (jd_kept){ .is = JD_KEPT_DUE, .ended = JD_NO_DAY, .until = JD_NO_DAY, .rule = JD_NO_RULE, .consent = true };
}

static jd_kept judged(jd_kept k, jd_day today)
{
    if (k.is == JD_KEPT_DUE && today < k.until) k.is = JD_KEPT_RUNNING;
    return k;
}

jd_kept jd_month_kept(jd_txn *t, const jd_policy *p, uint64_t reports, uint64_t month, jd_day today)
{
    jd_kept k = nothing_yet();
    jd_arena a = { 0 };
    jd_ms end = jd_day_start(jd_month_start(month + 1));
    struct jd_row_report row;
    uint64_t number = jd_first_report(t, reports, jd_day_start(jd_month_start(month)));
    if (jd_slot_destroyed(t, (jd_slot){ JD_SLOT_MONTH, month })) k.is = JD_KEPT_ERASED;
    for (; k.is != JD_KEPT_ERASED && k.is != JD_KEPT_OPEN && number <= reports; number++) {
        jd_arena_reset(&a);
        if (!read_report(t, &a, number, &row) || row.received >= end) break;
        k.reports++;
        if (jd_state_final(JD_E_report, (int)row.state) && row.closed_on != JD_NO_DAY)
            keep_until(&k, &p->retention[JD_KEEP_REPORT], row.closed_on);
        else
            k.is = JD_KEPT_OPEN;
    }
    jd_arena_free(&a);
    if (k.is == JD_KEPT_DUE && !k.reports) k.is = JD_KEPT_NOT;
    return judged(k, today);
}

/* ------------------------------------------------------------ persons */

static void add(jd_reporters *r, uint64_t supervisor)
{
    if ((r->n & (r->n - 1)) == 0) { /* full at each power of two */
        uint64_t *longer = jd_alloc(r->arena, sizeof *longer * (size_t)(r->n ? 2 * r->n : 1));
        if (r->n) memcpy(longer, r->supervisors, sizeof *longer * (size_t)r->n);
        r->supervisors = longer;
    }
    r->supervisors[r->n++] = supervisor;
}

static void read_reporters(jd_txn *t, jd_reporters *found)
{
    jd_arena scratch = { 0 };
    jd_key from = jd_key_work(JD_E_report, 0, 0, 0);
    jd_scan s = jd_scan_from(t, JD_DB_WORKLIST, jd_k(&from));
    found->read = true;
    while (jd_scan_next(&s)) {
        jd_entity e;
        int state;
        uint16_t dept;
        uint64_t number;
        struct jd_row_report row;
        jd_unkey_work(s.key, &e, &state, &dept, &number);
        if (e != JD_E_report) break;
        jd_arena_reset(&scratch);
        if (state != JD_STATE_OVERDUE && read_report(t, &scratch, number, &row)) add(found, (uint64_t)row.supervisor);
    }
    jd_scan_end(&s);
    jd_arena_free(&scratch);
}

static bool reports(jd_txn *t, jd_reporters *open, uint64_t supervisor)
{
    if (!open->read) read_reporters(t, open);
    for (uint64_t i = 0; i < open->n; i++)
        if (open->supervisors[i] == supervisor) return true;
    return false;
}

/* The day it came into the state it is in: reads and the like behind it do not count. */
static jd_day ended_on(jd_txn *t, jd_arena *a, jd_case_id id, const jd_case_row *row)
{
    jd_day day = JD_NO_DAY;
    jd_past p = jd_past_of(t, a, id, (uint64_t)row->head.last_seq);
    while (jd_past_next(&p)) {
        day = jd_day_from_ms(p.e.at);
        if (p.change->from != p.change->to) break;
    }
    return day;
}

/* An application that led to an appointment is kept with it. */
static void weigh(jd_txn *t, jd_arena *a, const jd_policy *p, jd_reporters *open, jd_case_id id, jd_kept *k)
{
    const jd_case_row *row = jd_read_case(t, a, id.entity, id.number);
    bool application = id.entity == JD_E_application;
    if (application || id.entity == JD_E_supervisor) k->last = id;
    if (!row || !jd_state_final(id.entity, (int)row->head.state) ||
        (id.entity == JD_E_supervisor && reports(t, open, id.number))) {
        k->is = JD_KEPT_OPEN;
        return;
    }
    if (application && row->application.state == JD_S_application_appointed) return;
    keep_until(k, &p->retention[application ? JD_KEEP_APPLICATION : JD_KEEP_SUPERVISOR], ended_on(t, a, id, row));
}

jd_kept jd_person_kept(jd_txn *t, jd_arena *a, const jd_policy *p, jd_reporters *open, uint64_t person, jd_day today)
{
    jd_kept k = nothing_yet();
    jd_case_id *cases;
    uint64_t n = jd_person_cases(t, a, person, &cases);
    if (n == 0) k.is = JD_KEPT_NOT;
    if (jd_slot_destroyed(t, (jd_slot){ JD_SLOT_PERSON, person })) k.is = JD_KEPT_ERASED;
    for (uint64_t i = 0; i < n && k.is != JD_KEPT_ERASED; i++) {
        if (k.is != JD_KEPT_OPEN) weigh(t, a, p, open, cases[i], &k);
        if (k.is == JD_KEPT_OPEN) break;
    }
    return judged(k, today);
}
