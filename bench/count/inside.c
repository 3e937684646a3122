#include "bench/count/inside.h"

#include <stdio.h>
#include <time.h>

#include "base/log.h"
#include "bench/messages.h"
#include "workers/keys.h"

static jd_policy *load_policy(jd_arena *a, const char *dir)
{
    char file[512];
    jd_policy_text text;
    jd_buf wrong = { 0 };
    snprintf(file, sizeof file, "%s/530900.yaml", dir);
    jd_policy *p = jd_policy_read(a, file, &text, &wrong) ? jd_policy_load(&text, &wrong) : NULL;
    if (!p) jd_die(JD_EX_CONFIG, "%.*s", JD_FMT(jd_buf_view(&wrong)));
    jd_buf_free(&wrong);
    return p;
}

static jd_calendar *load_calendar(const char *dir)
{
    char file[512];
    jd_buf days = { 0 }, wrong = { 0 };
    snprintf(file, sizeof file, "%s/calendar-cn.csv", dir);
    jd_calendar *cal = jd_read_file(file, &days) ? jd_calendar_open(file, jd_buf_view(&days), &wrong) : NULL;
    if (!cal) jd_die(JD_EX_CONFIG, "%s: %.*s", file, JD_FMT(jd_buf_view(&wrong)));
    jd_buf_free(&days);
    jd_buf_free(&wrong);
    return cal;
}

static void take_up(jd_inside *in, const char *policies)
{
    jd_arena a = { 0 };
    jd_policy *p = load_policy(&a, policies);
    jd_calendar *cal = load_calendar(policies);
    jd_take_up(&in->g, p, cal, in->at, 1);
    jd_policy_free(p);
    jd_calendar_free(cal);
    jd_arena_free(&a);
}

static void appoint(jd_inside *in)
{
    static const char *const facts[] = { "severe_bad_credit", "admin_penalty", "criminal_punishment" };
    jd_buf b = { 0 };
    jd_bench_form(&b);
    jd_inside_apply(in, JD_MSG_application_submit, jd_buf_view(&b));
    for (int i = 0; i < 3; i++) {
        b.n = 0;
        jd_bench_fact(&b, "A-530900-00000001", facts[i], jd_day_from_ms(in->at));
        jd_inside_apply(in, JD_MSG_fact_assert, jd_buf_view(&b));
    }
    b.n = 0;
    jd_bench_decision(&b);
    jd_inside_apply(in, JD_MSG_application_decide, jd_buf_view(&b));
    jd_buf_free(&b);
}

void jd_inside_open(jd_inside *in, const jd_inside_plan *p)
{
    char why[256];
    *in = (jd_inside){ .at = p->at, .quiet = p->quiet };
    jd_vault *v = jd_vault_open(p->key, true, 530900, why, sizeof why);
    jd_store *s = v ? jd_store_open(p->store, true, p->map_mib << 20, why, sizeof why) : NULL;
    if (!s || !jd_engine_open(&in->g, s, v, 530900, why, sizeof why)) jd_die(JD_EX_IO, "%s", why);
    jd_inside_begin(in);
    take_up(in, p->policies);
    appoint(in);
    jd_inside_commit(in);
}

void jd_inside_close(jd_inside *in)
{
    jd_engine_close(&in->g);
    jd_store_close(in->g.store);
    jd_vault_close(in->g.vault);
    jd_arena_free(&in->news.arena);
    jd_buf_free(&in->events);
    jd_buf_free(&in->receipt);
}

void jd_inside_begin(jd_inside *in)
{
    jd_batch_begin(&in->g);
    in->g.news = in->quiet ? NULL : &in->news;
    jd_fire_due(&in->g, in->at, 1);
}

/* Ids are in order, and lie below those that anybody draws from the clock later. */
void jd_inside_apply(jd_inside *in, jd_msg type, jd_str body)
{
    uint8_t id[16];
    jd_be64(id, (uint64_t)in->at << 16 | 0x7000);
    jd_be64(id + 8, (uint64_t)1 << 63 | ++in->serial);
    jd_command cmd = {
        .type = type, .id = id, .at = in->at, .salt = 1, .sender = JD_STR("local"), .body = body, .id_binary = true
    };
    in->receipt.n = 0;
    jd_apply(&in->g, &cmd, &in->receipt);
    if (in->news.answer_last)
        jd_render_receipt(&in->g, in->news.last->policy, &cmd, &in->news.last->entry, &in->news.arena, &in->receipt);
    if (!memmem(in->receipt.p, in->receipt.n, "\xa6status\xa2ok", 10))
        jd_die(JD_EX_SOFTWARE, "not recorded: %.*s", JD_FMT(jd_buf_view(&in->receipt)));
}

/* As if a daemon had handed on what there is: else the next one would be told all of it. */
void jd_inside_commit(jd_inside *in)
{
    jd_key v = jd_key_seq(in->g.tally.event_seq);
    jd_put(&in->g.txn, JD_DB_META, JD_STR("published"), jd_k(&v));
    int rc = jd_batch_commit(&in->g);
    if (rc) jd_die(JD_EX_IO, "%s", jd_store_error(rc));
    in->events.n = 0;
    for (const jd_news_item *i = in->news.first; i; i = i->next) jd_news_publish(&in->g, i, &in->events);
    jd_arena_reset(&in->news.arena);
    in->news = (jd_news){ .arena = in->news.arena };
}
