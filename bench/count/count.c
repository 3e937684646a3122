/* jiandu-count: the worker's part of N reports in one process, without sockets, so that a tool that
 * counts instructions sees nothing else. Run under callgrind by mk/count.sh. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "bench/messages.h"
#include "proto/pack.h"
#include "workers/engine.h"

static jd_engine g;
static jd_news news;
static uint32_t serial;

static void take_up(const char *dir, jd_ms now)
{
    char file[512], calendar[512];
    jd_arena a = { 0 };
    jd_policy_text text;
    jd_buf days = { 0 }, wrong = { 0 };
    snprintf(file, sizeof file, "%s/530900.yaml", dir);
    snprintf(calendar, sizeof calendar, "%s/calendar-cn.csv", dir);
    jd_policy *p = jd_policy_read(&a, file, &text, &wrong) ? jd_policy_load(&text, &wrong) : NULL;
    jd_calendar *cal = jd_read_file(calendar, &days) ? jd_calendar_open(calendar, jd_buf_view(&days), &wrong) : NULL;
    if (!p || !cal) jd_die(JD_EX_CONFIG, "%s: %.*s", dir, JD_FMT(jd_buf_view(&wrong)));
    jd_take_up(&g, p, cal, now, 1);
    jd_policy_free(p);
    jd_calendar_free(cal);
    jd_buf_free(&days);
    jd_arena_free(&a);
}

/* Commits, and says what the batch came to. */
static void end_batch(void)
{
    static jd_buf events;
    if (jd_batch_commit(&g)) jd_die(JD_EX_IO, "the store cannot be written");
    events.n = 0;
    jd_news_publish(&g, &news, &events);
    jd_arena_reset(&news.arena);
    news = (jd_news){ .arena = news.arena };
}

static void begin_batch(void)
{
    jd_batch_begin(&g);
    g.news = &news;
}

/* Applies one and returns its receipt, or dies when it was not recorded. */
static void apply(jd_msg type, const jd_buf *body, jd_buf *receipt)
{
    uint8_t id[16] = { 1 };
    jd_be64(id + 8, ++serial);
    jd_command cmd = { .type = type,
                       .id = id,
                       .at = (jd_ms)1767665000000 + serial,
                       .sender = JD_STR("local"),
                       .body = jd_buf_view(body),
                       .id_binary = true };
    receipt->n = 0;
    jd_apply(&g, &cmd, receipt);
    if (news.answer_last) jd_render_receipt(&g, news.last->policy, &cmd, &news.last->entry, &news.arena, receipt);
    if (!memmem(receipt->p, receipt->n, "\xa6status\xa2ok", 10)) jd_die(JD_EX_SOFTWARE, "not recorded");
}

static void appoint(void)
{
    static const char *const facts[] = { "severe_bad_credit", "admin_penalty", "criminal_punishment" };
    jd_buf b = { 0 }, receipt = { 0 };
    jd_bench_form(&b);
    apply(JD_MSG_application_submit, &b, &receipt);
    for (int i = 0; i < 3; i++) {
        b.n = 0;
        jd_bench_fact(&b, "A-530900-00000001", facts[i], jd_day_of(2026, 1, 5));
        apply(JD_MSG_fact_assert, &b, &receipt);
    }
    b.n = 0;
    jd_pack_map(&b, 3);
    jd_pack_kz(&b, "application", "A-530900-00000001");
    jd_pack_kz(&b, "decision", "appoint");
    jd_pack_kz(&b, "department", "bureau");
    apply(JD_MSG_application_decide, &b, &receipt);
    jd_buf_free(&b);
    jd_buf_free(&receipt);
}

int main(int argc, char **argv)
{
    enum { A_BATCH = 1000 };
    char why[256], key[512];
    jd_buf body = { 0 }, receipt = { 0 };
    if (argc != 4) jd_die(JD_EX_USAGE, "usage: jiandu-count POLICIES EMPTY-DIR REPORTS");
    snprintf(key, sizeof key, "%s/key", argv[2]);
    jd_vault *v = jd_vault_open(key, true, 530900, why, sizeof why);
    jd_store *s = v ? jd_store_open(argv[2], true, (size_t)4 << 30, why, sizeof why) : NULL;
    if (!s || !jd_engine_open(&g, s, v, 530900, why, sizeof why)) jd_die(JD_EX_IO, "%s", why);
    begin_batch();
    take_up(argv[1], 1767660000000);
    appoint();
    end_batch();
    jd_bench_report(&body, "S-530900-00000001");
    for (long left = atol(argv[3]); left > 0; left -= A_BATCH) {
        begin_batch();
        for (int i = 0; i < A_BATCH; i++) apply(JD_MSG_report_submit, &body, &receipt);
        end_batch();
    }
    return 0;
}
