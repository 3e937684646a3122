/* What concerns the division as a whole: its policy, its numbers, its health. */
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

void jd_ask_policy_show(jd_asked *q, const void *msg)
{
    const struct jd_policy_show *m = msg;
    const jd_policy *p = jd_engine_policy(q->g, q->tally.policy);
    bool rules = m->rules == JD_YES;
    jd_pack_z(q->out, "policy");
    jd_pack_map(q->out, 11 + rules);
    jd_pack_ks(q->out, "name", p->name);
    jd_pack_ks(q->out, "title", p->title);
    jd_pack_ks(q->out, "doc_no", p->doc_no);
    jd_pack_ks(q->out, "status", p->status);
    jd_pack_kd(q->out, "effective_from", p->effective_from);
    jd_pack_ku(q->out, "term_months", (uint64_t)p->term_months);
    jd_pack_kb(q->out, "feedback_mandatory", p->feedback_mandatory);
    pack_departments(q, p);
    pack_channels(q, p);
    pack_targets(q, p);
    pack_items(q, p, "feedback_channels", p->feedback_channels.v, p->feedback_channels.n);
    if (rules) pack_rules(q, p);
    q->pairs++;
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
    q->pairs += 3;
}

static void pack_calendar_health(jd_asked *q, const jd_policy *p)
{
    int year, month, day;
    jd_day today = jd_day_from_ms(q->now);
    jd_day_parts(today, &year, &month, &day);
    /* next year's holidays are announced in the autumn; without them deadlines are provisional */
    bool covered = jd_calendar_covers(&p->calendar, month == 12 && day >= 15 ? jd_day_of(year + 1, 1, 1) : today);
    jd_pack_kd(q->out, "calendar_until", p->calendar.last);
    jd_pack_kb(q->out, "calendar_covers", covered);
}

void jd_ask_health_get(jd_asked *q, const void *msg)
{
    const jd_policy *p = jd_engine_policy(q->g, q->tally.policy);
    uint8_t key[JD_CHECKPOINT_KEY];
    char hex[2 * JD_CHECKPOINT_KEY + 1];
    (void)msg;
    jd_pack_z(q->out, "health");
    jd_pack_map(q->out, 13);
    jd_pack_kz(q->out, "worker", "up");
    jd_pack_ks(q->out, "policy", p->name);
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
    pack_calendar_health(q, p);
    q->pairs++;
}
