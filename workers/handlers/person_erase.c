/* Erasing (PIPL 47): what was said about a person, or reported in a month, can be read no more by anybody. The journal
 * keeps its entries and their chain, cases keep their states, and the counters what they count. */
#include "workers/handlers/handlers.h"
#include "workers/retention.h"

static void drop_facts(jd_ctx *c, uint64_t person)
{
    jd_key from = jd_key_fact(person, (jd_str){ "", 0 });
    jd_scan s = jd_scan_from(&c->g->txn, JD_DB_FACTS, jd_k(&from));
    while (jd_scan_next(&s) && s.key.n <= sizeof from.bytes && memcmp(s.key.p, from.bytes, from.n) == 0) {
        jd_key k = { .n = (uint8_t)s.key.n };
        memcpy(k.bytes, s.key.p, s.key.n);
        jd_put_bytes(c, JD_DB_FACTS, k, (jd_str){ NULL, 0 });
    }
    jd_scan_end(&s);
}

/* Whoever applies again with the same number is somebody new. */
static void drop_identity(jd_ctx *c, uint64_t person)
{
    struct jd_row_person *row = jd_read_person(&c->g->txn, &c->g->arena, person);
    if (!row) {
        c->out->code = JD_CODE_INTERNAL;
        return;
    }
    if (row->hash.n == 16)
        jd_put_bytes(c, JD_DB_PEOPLE, jd_key_person_hash((const uint8_t *)row->hash.p), (jd_str){ NULL, 0 });
    row->hash = (jd_str){ "", 0 };
    row->application = row->supervisor = 0;
    jd_put_person(c, person, row);
}

/* An empty row: the key is gone, and none is drawn in its place. */
static void destroy_key(jd_ctx *c, jd_slot slot)
{
    jd_put_bytes(c, JD_DB_KEYS, jd_key_slot(slot.kind, slot.number), (jd_str){ "", 0 });
}

static void erase(jd_ctx *c, const jd_subject *s, uint16_t rule)
{
    destroy_key(c, (jd_slot){ JD_SLOT_PERSON, s->person });
    drop_identity(c, s->person);
    drop_facts(c, s->person);
    jd_reason_add(c, (jd_reason){ .rule = rule, .on = JD_ON_NOTHING });
    jd_note(c, s->id.entity, s->id.number, s->row,
            s->id.entity == JD_E_supervisor ? JD_EV_supervisor_erased : JD_EV_application_erased);
}

static bool refuse_kept(jd_ctx *c, const jd_kept *k, const char *field)
{
    char until[JD_DATE_LEN + 1];
    switch (k->is) {
    case JD_KEPT_NOT: jd_refuse(c, JD_CODE_UNKNOWN_CASE, JD_NO_RULE, field, "a person, or a month with reports"); break;
    case JD_KEPT_ERASED: jd_refuse(c, JD_CODE_ERASED, JD_NO_RULE, field, "what was not erased yet"); break;
    case JD_KEPT_OPEN:
        jd_refuse(c, JD_CODE_STILL_OPEN, k->rule, field,
                  "no open application, appointment, case for dismissal or report");
        break;
    case JD_KEPT_RUNNING:
        jd_format_date(k->until, until);
        jd_refuse(c, JD_CODE_RETENTION_RUNNING, k->rule, field, "from %s on%s", until,
                  k->consent ? ", or when consent is withdrawn" : "");
        break;
    case JD_KEPT_NO_PERIOD:
        jd_refuse(c, JD_CODE_RETENTION_RUNNING, k->rule, field, "what the policy names a period for");
        break;
    case JD_KEPT_DUE: return false;
    }
    return true;
}

void jd_on_person_erase(jd_ctx *c, const void *msg)
{
    const struct jd_person_erase *m = msg;
    jd_subject s;
    if (!jd_subject_of(c, "subject", m->subject, m->department, &s)) return;
    const jd_policy *p = jd_engine_policy(c->g, 0); /* how long is a rule of today, not of the case */
    c->out->policy = p->number;
    jd_reporters open = { .arena = &c->g->arena };
    jd_kept k = jd_person_kept(&c->g->txn, &c->g->arena, p, &open, s.person, c->today);
    bool withdrawn = k.is == JD_KEPT_RUNNING && k.consent && m->consent_withdrawn == JD_YES;
    if (!withdrawn && k.is != JD_KEPT_NO_PERIOD && refuse_kept(c, &k, "subject")) return;
    erase(c, &s, k.rule);
}

/* ------------------------------------------------------------ retention.run */

typedef struct run {
    const jd_policy *p;
    jd_reporters open;
    uint64_t persons[32];
    int persons_n;
    uint64_t months[32];
    int months_n;
} run;

static bool once(jd_ctx *c, uint64_t *list, int *n, uint64_t v)
{
    for (int i = 0; i < *n; i++)
        if (list[i] == v) {
            jd_refuse(c, JD_CODE_INCONSISTENT, JD_NO_RULE, "items", "each person and each month once");
            return false;
        }
    list[(*n)++] = v;
    return true;
}

static void run_month(jd_ctx *c, run *r, uint64_t month)
{
    uint64_t reports = c->g->tally.numbers[JD_E_report];
    if (!once(c, r->months, &r->months_n, month)) return;
    jd_kept k = jd_month_kept(&c->g->txn, r->p, reports, month, c->today);
    if (refuse_kept(c, &k, "items")) return;
    destroy_key(c, (jd_slot){ JD_SLOT_MONTH, month });
    jd_reason_add(c, (jd_reason){ .rule = k.rule, .on = JD_ON_NOTHING });
    jd_change *ch = jd_tell(c, JD_EV_retention_destroyed);
    ch->number = k.reports;
    ch->due = jd_month_start(month);
}

static void run_person(jd_ctx *c, run *r, const struct jd_retention_run *m, jd_str item)
{
    jd_subject s;
    if (!jd_subject_of(c, "items", item, m->department, &s) || !once(c, r->persons, &r->persons_n, s.person)) return;
    c->out->policy = r->p->number;
    jd_kept k = jd_person_kept(&c->g->txn, &c->g->arena, r->p, &r->open, s.person, c->today);
    if (!refuse_kept(c, &k, "items")) erase(c, &s, k.rule);
}

void jd_on_retention_run(jd_ctx *c, const void *msg)
{
    const struct jd_retention_run *m = msg;
    uint64_t month;
    run r = { .p = jd_engine_policy(c->g, 0), .open = { .arena = &c->g->arena } };
    c->out->policy = r.p->number;
    if (!jd_by_bureau(c, r.p, m->department)) return;
    for (uint32_t i = 0; i < m->items.n && !jd_refused(c); i++) {
        if (jd_month_parse(m->items.v[i], &month))
            run_month(c, &r, month);
        else
            run_person(c, &r, m, m->items.v[i]);
    }
}
