/* What concerns the division as a whole: its policy, its numbers, its health. */
#include <sodium.h>

#include "proto/pack.h"
#include "workers/checkpoint.h"
#include "workers/files.h"
#include "workers/query.h"

static void pack_items(jd_asked *q, const jd_policy *p, const char *key, const jd_item *items, int n)
{
    jd_pack_z(q->out, key);
    jd_pack_list(q->out, (size_t)n);
    for (int i = 0; i < n; i++) {
        bool rule = items[i].rule != JD_NO_RULE;
        jd_pack_map(q->out, 2 + rule);
        jd_pack_ks(q->out, "code", items[i].code);
        jd_pack_ks(q->out, "label", items[i].label);
        if (rule) jd_pack_ks(q->out, "rule", p->rules[items[i].rule].id);
    }
}

/* Kinds of what is held with supervisors or sent to them; `by` is left out where it is the bureau's own. */
static void pack_kinds(jd_asked *q, const jd_policy *p, const char *key, const jd_kinds *list)
{
    jd_pack_z(q->out, key);
    jd_pack_list(q->out, (size_t)list->n);
    for (int i = 0; i < list->n; i++) {
        const jd_kind *k = &list->v[i];
        bool rule = k->item.rule != JD_NO_RULE;
        jd_pack_map(q->out, 3 + rule + (k->by_n > 0));
        jd_pack_ks(q->out, "code", k->item.code);
        jd_pack_ks(q->out, "label", k->item.label);
        jd_pack_kb(q->out, "own", k->own);
        if (rule) jd_pack_ks(q->out, "rule", p->rules[k->item.rule].id);
        if (k->by_n == 0) continue;
        jd_pack_z(q->out, "by");
        jd_pack_list(q->out, (size_t)k->by_n);
        for (int d = 0; d < k->by_n; d++) jd_pack_str(q->out, p->depts[k->by[d]].item.code);
    }
}

static void pack_departments(jd_asked *q, const jd_policy *p)
{
    jd_pack_z(q->out, "departments");
    jd_pack_list(q->out, (size_t)p->depts_n);
    for (int i = 0; i < p->depts_n; i++) {
        jd_pack_map(q->out, 3);
        jd_pack_ks(q->out, "code", p->depts[i].item.code);
        jd_pack_ks(q->out, "label", p->depts[i].item.label);
        jd_pack_ks(q->out, "kind", p->depts[i].kind);
    }
}

static void pack_targets(jd_asked *q, const jd_policy *p)
{
    jd_pack_z(q->out, "targets");
    jd_pack_list(q->out, (size_t)p->targets_n);
    for (int t = 0; t < p->targets_n; t++) {
        const jd_target *target = &p->targets[t];
        jd_pack_map(q->out, 3);
        jd_pack_ks(q->out, "code", target->item.code);
        jd_pack_ks(q->out, "label", target->item.label);
        jd_pack_z(q->out, "categories");
        jd_pack_list(q->out, (size_t)target->n);
        for (int i = 0; i < target->n; i++) {
            jd_pack_map(q->out, 2);
            jd_pack_ks(q->out, "code", target->categories[i].item.code);
            jd_pack_ks(q->out, "label", target->categories[i].item.label);
        }
    }
}

static void pack_rules(jd_asked *q, const jd_policy *p)
{
    jd_pack_z(q->out, "rules");
    jd_pack_list(q->out, (size_t)p->rules_n);
    for (int i = 0; i < p->rules_n; i++) {
        jd_pack_map(q->out, 4);
        jd_pack_ks(q->out, "id", p->rules[i].id);
        jd_pack_ks(q->out, "article", p->rules[i].article);
        jd_pack_ks(q->out, "how", p->rules[i].how);
        jd_pack_ks(q->out, "text", p->rules[i].text);
    }
}

static void pack_channels(jd_asked *q, const jd_policy *p)
{
    jd_pack_z(q->out, "channels");
    jd_pack_list(q->out, (size_t)p->channels_n);
    for (int i = 0; i < p->channels_n; i++) {
        jd_pack_map(q->out, 3);
        jd_pack_ks(q->out, "code", p->channels[i].item.code);
        jd_pack_ks(q->out, "label", p->channels[i].item.label);
        jd_pack_kb(q->out, "nominated", p->channels[i].nominated);
    }
}

/* Items that begin another struct, as a list of their own. */
static const jd_item *items_of(jd_asked *q, const void *list, size_t stride, int n)
{
    jd_item *items = jd_alloc(&q->arena, sizeof *items * (size_t)(n + 1));
    for (int i = 0; i < n; i++) memcpy(&items[i], (const char *)list + stride * (size_t)i, sizeof *items);
    return items;
}

#define ITEMS_OF(q, list, n) items_of(q, list, sizeof *(list), n)

/* How people are found, and what follows their appointment. */
static size_t pack_selection(jd_asked *q, const jd_policy *p)
{
    jd_pack_kb(q->out, "rounds_required", p->round_required);
    pack_items(q, p, "announcement_channels", ITEMS_OF(q, p->announcements, p->announcements_n), p->announcements_n);
    pack_items(q, p, "factors", ITEMS_OF(q, p->factors, p->factors_n), p->factors_n);
    pack_items(q, p, "priorities", ITEMS_OF(q, p->priorities, p->priorities_n), p->priorities_n);
    pack_items(q, p, "certificate", &p->certificate_item, p->certificate);
    pack_items(q, p, "notice_channels", p->notice_channels.v, p->notice_channels.n);
    return 6;
}

/* From when to when it holds, whose it is, and who says what it means. */
static size_t pack_standing(jd_asked *q, const jd_policy *p)
{
    char hash[2 * sizeof p->hash + 1];
    sodium_bin2hex(hash, sizeof hash, p->hash, sizeof p->hash);
    jd_pack_kz(q->out, "hash", hash);
    jd_pack_kz(q->out, "status", jd_policy_status_name(p->status));
    jd_pack_kd(q->out, "effective_from", p->effective_from);
    if (p->effective_to != JD_NO_DAY) jd_pack_kd(q->out, "effective_to", p->effective_to);
    jd_pack_kb(q->out, "in_force", jd_policy_holds(p, jd_day_from_ms(q->now)));
    if (p->extends) jd_pack_ku(q->out, "extends", p->extends);
    size_t n = 4u + (p->effective_to != JD_NO_DAY) + (p->extends > 0);
    if (p->interpreter == JD_NO_DEPT) return n;
    jd_pack_z(q->out, "interpretation");
    jd_pack_map(q->out, 2);
    jd_pack_ks(q->out, "department", p->depts[p->interpreter].item.code);
    jd_pack_ks(q->out, "rule", p->rules[p->interpreter_rule].id);
    return n + 1;
}

void jd_ask_policy_show(jd_asked *q, const void *msg)
{
    const struct jd_policy_show *m = msg;
    const jd_policy *p = jd_engine_policy(q->g, q->tally.policy);
    bool rules = m->rules == JD_YES;
    jd_pack_z(q->out, "policy");
    size_t at = jd_pack_open(q->out), n = 17;
    jd_pack_ks(q->out, "name", p->name);
    n += pack_standing(q, p);
    jd_pack_ks(q->out, "title", p->title);
    jd_pack_ks(q->out, "doc_no", p->doc_no);
    jd_pack_ku(q->out, "term_months", (uint64_t)p->term_months);
    jd_pack_kb(q->out, "feedback_mandatory", p->feedback_mandatory);
    pack_departments(q, p);
    pack_channels(q, p);
    pack_targets(q, p);
    pack_items(q, p, "feedback_channels", p->feedback_channels.v, p->feedback_channels.n);
    n += pack_selection(q, p);
    pack_kinds(q, p, "meetings", &p->meetings[JD_ACT_meeting]);
    pack_kinds(q, p, "training", &p->meetings[JD_ACT_training]);
    pack_kinds(q, p, "hearings", &p->meetings[JD_ACT_hearing]);
    pack_kinds(q, p, "activities", &p->activities);
    pack_kinds(q, p, "documents", &p->documents);
    pack_items(q, p, "institution_kinds", p->institutions.kinds.v, p->institutions.kinds.n);
    pack_items(q, p, "recusal_scopes", p->recusal.scopes.v, p->recusal.scopes.n);
    pack_items(q, p, "recusal_relations", p->recusal.relations.v, p->recusal.relations.n);
    if (rules) pack_rules(q, p);
    jd_pack_close_map(q->out, at, n + rules);
    q->pairs++;
}

static void pack_meters(jd_asked *q)
{
    static const char *const names[] = {
#define METER(name, doc) #name,
        JD_METERS(METER)
#undef METER
    };
    jd_pack_z(q->out, "meters");
    jd_pack_map(q->out, JD_METER_COUNT);
    for (int i = 0; i < JD_METER_COUNT; i++) jd_pack_ku(q->out, names[i], q->tally.meters[i]);
}

void jd_ask_stats_get(jd_asked *q, const void *msg)
{
    size_t n = 0;
    (void)msg;
    jd_pack_z(q->out, "stats");
    size_t at = jd_pack_open(q->out);
    for (int e = 1; e < JD_E_COUNT; e++)
        for (int s = 1; s < jd_state_count((jd_entity)e); s++, n++) {
            jd_pack_map(q->out, 3);
            jd_pack_kz(q->out, "entity", jd_entity_name((jd_entity)e));
            jd_pack_kz(q->out, "state", jd_state_name((jd_entity)e, s));
            jd_pack_ku(q->out, "count", q->tally.in_state[e][s]);
        }
    jd_pack_close_list(q->out, at, n);
    jd_pack_ku(q->out, "overdue", q->tally.overdue[JD_E_report]);
    jd_pack_ku(q->out, "events", q->tally.event_seq);
    pack_meters(q);
    q->pairs += 4;
}

static void pack_calendar_health(jd_asked *q)
{
    const jd_calendar *cal = jd_engine_calendar(q->g, q->tally.calendar);
    int year, month, day;
    jd_day today = jd_day_from_ms(q->now);
    jd_day_parts(today, &year, &month, &day);
    /* next year's holidays are announced in the autumn; without them deadlines are provisional */
    bool covered = jd_calendar_covers(cal, month == 12 && day >= 15 ? jd_day_of(year + 1, 1, 1) : today);
    jd_pack_ku(q->out, "calendar", cal->number);
    jd_pack_kd(q->out, "calendar_until", cal->last);
    jd_pack_kb(q->out, "calendar_covers", covered);
    jd_pack_kb(q->out, "reckoning", q->tally.reckoning);
}

/* Whether new cases may begin, and what comes next. */
static void pack_policy_health(jd_asked *q, const jd_policy *p, const jd_policy *pending)
{
    jd_pack_ks(q->out, "policy", p->name);
    jd_pack_kb(q->out, "policy_in_force", jd_policy_holds(p, jd_day_from_ms(q->now)));
    if (!pending) return;
    jd_pack_z(q->out, "policy_pending");
    jd_pack_map(q->out, 2);
    jd_pack_ks(q->out, "policy", pending->name);
    jd_pack_kd(q->out, "effective_from", pending->effective_from);
}

void jd_ask_health_get(jd_asked *q, const void *msg)
{
    const jd_policy *pending = q->tally.pending ? jd_engine_policy(q->g, q->tally.pending) : NULL;
    uint8_t key[JD_CHECKPOINT_KEY];
    char hex[2 * JD_CHECKPOINT_KEY + 1];
    (void)msg;
    jd_pack_z(q->out, "health");
    jd_pack_map(q->out, 16 + (pending != NULL));
    jd_pack_kz(q->out, "worker", "up");
    pack_policy_health(q, jd_engine_policy(q->g, q->tally.policy), pending);
    jd_pack_ku(q->out, "journal", q->tally.seq);
    jd_pack_ku(q->out, "events", q->tally.event_seq);
    jd_pack_ku(q->out, "clocks", jd_count(&q->txn, JD_DB_CLOCKS));
    jd_pack_kb(q->out, "accepting", !jd_store_nearly_full(q->g->store));
    jd_pack_z(q->out, "map_used");
    jd_pack_double(q->out, jd_store_used(q->g->store));
    jd_pack_ku(q->out, "pinned", jd_store_pinned(q->g->store));
    jd_pack_kt(q->out, "last_command", q->tally.at);
    jd_pack_ku(q->out, "epoch", q->g->epoch);
    jd_checkpoint_public(q->g->vault, key);
    jd_hex(key, sizeof key, hex);
    jd_pack_kz(q->out, "checkpoint_key", hex);
    pack_calendar_health(q);
    q->pairs++;
}
