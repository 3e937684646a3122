/* What clients say, about whatever cases they have heard of: mostly what may follow, sometimes what may not. */
#include <stdio.h>

#include "proto/pack.h"
#include "tests/sim/client.h"
#include "tests/sim/world.h"

enum { KNOWN = 64, NAME = 20 };

typedef struct known {
    char v[KNOWN][NAME];
    uint32_t n;
} known;

static known applications, reports, supervisors;
static unsigned people;

/* The store that all seeds begin with is made of what is recorded. */
static bool oddly(uint32_t per_mille)
{
    return sim_chance(per_mille) && !sim_world.making;
}

static void learn(known *k, jd_str id)
{
    if (k->n < KNOWN && id.n < NAME) snprintf(k->v[k->n++], NAME, "%.*s", JD_FMT(id));
}

/* The latest are what something still happens to. */
static const char *some(const known *k, const char *none)
{
    uint32_t last = k->n > 6 ? 6 : k->n;
    if (!k->n) return none;
    return k->v[sim_chance(600) ? k->n - 1 - sim_below(last) : sim_below(k->n)];
}

void sim_template_cases(void)
{
    learn(&supervisors, JD_STR("S-990100-00000001"));
    learn(&reports, JD_STR("R-990100-00000001"));
}

void sim_cases_learn(jd_msg type, jd_str receipt)
{
    jd_str id;
    if (type == JD_MSG_application_submit && sim_text(receipt, "entity_id", &id)) learn(&applications, id);
    if (type == JD_MSG_report_submit && sim_text(receipt, "entity_id", &id)) learn(&reports, id);
    if (type == JD_MSG_application_decide && sim_text(receipt, "created", &id)) learn(&supervisors, id);
}

static const char *application(void)
{
    return some(&applications, "A-990100-00000001");
}

static const char *supervisor(void)
{
    return oddly(100) ? some(&supervisors, "S-990100-00000009") : "S-990100-00000001";
}

static const char *report(void)
{
    return some(&reports, "R-990100-00000001");
}

/* ------------------------------------------------------------ bodies */

/* GB 11643: seventeen digits and what they come to. */
static void idno(char out[40])
{
    static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    unsigned n = ++people;
    int sum = 0;
    snprintf(out, 40, "990100%04u0101%03uX", 1960 + n / 400, n % 400 * 2 + 1);
    for (int i = 0; i < 17; i++) sum += (out[i] - '0') * weights[i];
    out[17] = "10X98765432"[sum % 11];
}

static void form(jd_buf *b)
{
    char number[40], born[11];
    idno(number);
    snprintf(born, sizeof born, "%.4s-01-01", number + 6);
    jd_pack_map(b, 6);
    jd_pack_kz(b, "name", "测试");
    jd_pack_kz(b, "sex", "1");
    jd_pack_kz(b, "birth_date", born);
    jd_pack_kz(b, "id_no", number);
    jd_pack_kz(b, "phone", "13800000000");
    jd_pack_kb(b, "voluntary", true);
}

static void fact(jd_buf *b)
{
    jd_pack_map(b, 6);
    jd_pack_kz(b, "subject", application());
    jd_pack_kz(b, "predicate", "blacklisted");
    jd_pack_kz(b, "value", oddly(100) ? "unknown" : "no");
    jd_pack_kz(b, "source", "sim");
    jd_pack_kz(b, "attester", "sim");
    jd_pack_kd(b, "as_of", jd_day_from_ms(sim_time_of_day()));
}

static void decision(jd_buf *b)
{
    jd_pack_map(b, 3);
    jd_pack_kz(b, "application", application());
    jd_pack_kz(b, "decision", oddly(300) ? "reject" : "appoint");
    jd_pack_kz(b, "department", "bureau");
}

static void tip(jd_buf *b)
{
    char text[64];
    snprintf(text, sizeof text, "重复收费，编号%llx", (unsigned long long)sim_random());
    jd_pack_map(b, 5);
    jd_pack_kz(b, "supervisor", supervisor());
    jd_pack_kz(b, "kind", "tip");
    jd_pack_kz(b, "target", "hospital");
    jd_pack_kz(b, "category", "X1");
    jd_pack_kz(b, "text", text);
}

static void desk(jd_buf *b, size_t pairs)
{
    jd_pack_map(b, 2 + pairs);
    jd_pack_kz(b, "report", report());
    jd_pack_kz(b, "department", "desk");
}

static void result(jd_buf *b)
{
    desk(b, 2);
    jd_pack_kz(b, "result", oddly(100) ? "nonsense" : "mended");
    jd_pack_kz(b, "summary", "已改正");
}

static void feedback(jd_buf *b)
{
    desk(b, 2);
    jd_pack_kz(b, "channel", "window");
    jd_pack_kz(b, "text", "已改正");
}

static void of_reporter(jd_buf *b, bool text)
{
    jd_pack_map(b, 2 + text);
    jd_pack_kz(b, "report", report());
    jd_pack_kz(b, "supervisor", "S-990100-00000001");
    if (text) jd_pack_kz(b, "text", "补充");
}

static void triage(jd_buf *b)
{
    jd_pack_map(b, 3);
    jd_pack_kz(b, "report", report());
    jd_pack_kz(b, "by", "desk");
    jd_pack_kz(b, "decision", "needs-info");
}

static void assignment(jd_buf *b)
{
    desk(b, 1);
    jd_pack_kz(b, "by", "desk");
}

static void by_department(jd_buf *b, const char *key, const char *id, bool withdrawn)
{
    jd_pack_map(b, 2 + withdrawn);
    jd_pack_kz(b, key, id);
    jd_pack_kz(b, "department", "bureau");
    if (withdrawn) jd_pack_kb(b, "consent_withdrawn", true);
}

static void destruction(jd_buf *b)
{
    jd_pack_map(b, 2);
    jd_pack_kz(b, "department", "bureau");
    jd_pack_z(b, "items");
    jd_pack_list(b, 1);
    jd_pack_z(b, sim_chance(300) ? "2026-01" : application());
}

static void one_case(jd_buf *b, const char *key, const char *id)
{
    jd_pack_map(b, 1);
    jd_pack_kz(b, key, id);
}

static void events_since(jd_buf *b)
{
    jd_pack_map(b, 2);
    jd_pack_ku(b, "after", sim_below(50));
    jd_pack_ku(b, "limit", 20);
}

/* ------------------------------------------------------------ which */

typedef struct choice {
    jd_msg type;
    uint32_t weight;
} choice;

static jd_msg draw(const choice *c, size_t n)
{
    uint32_t all = 0, at;
    for (size_t i = 0; i < n; i++) all += c[i].weight;
    at = sim_below(all);
    for (; at >= c->weight; c++) at -= c->weight;
    return c->type;
}

/* What was destroyed cannot be read again, not even by the same id: a seed has the one or the other. */
static jd_msg rare(void)
{
    static const choice reading[] = { { JD_MSG_content_read, 1 } },
                        erasing[] = { { JD_MSG_person_erase, 3 }, { JD_MSG_retention_run, 1 } };
    return sim_world.seed % 2 ? draw(reading, 1) : draw(erasing, 2);
}

jd_msg sim_type_draw(void)
{
    static const choice all[] = {
        { JD_MSG_report_submit, 30 },     { JD_MSG_report_accept, 14 },       { JD_MSG_report_result, 10 },
        { JD_MSG_report_feedback, 10 },   { JD_MSG_report_acknowledge, 4 },   { JD_MSG_report_close, 4 },
        { JD_MSG_report_supplement, 4 },  { JD_MSG_report_triage, 3 },        { JD_MSG_report_object, 2 },
        { JD_MSG_report_assign, 3 },      { JD_MSG_application_submit, 8 },   { JD_MSG_fact_assert, 8 },
        { JD_MSG_application_decide, 5 }, { JD_MSG_application_withdraw, 2 },
    };
    return sim_chance(40) ? rare() : draw(all, sizeof all / sizeof *all);
}

jd_msg sim_question_draw(void)
{
    static const choice all[] = {
        { JD_MSG_case_get, 3 }, { JD_MSG_health_get, 2 }, { JD_MSG_events_since, 2 }, { JD_MSG_case_explain, 1 }
    };
    return draw(all, sizeof all / sizeof *all);
}

void sim_body_draw(sim_request *r)
{
    jd_buf *b = &r->body;
    b->n = 0;
    r->why = jd_message_get(r->type)->needs_reason ? JD_STR("sim") : (jd_str){ "", 0 };
    if (!r->query && oddly(20)) {
        jd_pack_map(b, 0); /* nothing of what must be there */
        return;
    }
    switch (r->type) {
    case JD_MSG_report_submit: tip(b); break;
    case JD_MSG_report_accept:
    case JD_MSG_report_object:
    case JD_MSG_report_close: desk(b, 0); break;
    case JD_MSG_report_result: result(b); break;
    case JD_MSG_report_feedback: feedback(b); break;
    case JD_MSG_report_acknowledge: of_reporter(b, false); break;
    case JD_MSG_report_supplement: of_reporter(b, true); break;
    case JD_MSG_report_triage: triage(b); break;
    case JD_MSG_application_submit: form(b); break;
    case JD_MSG_fact_assert: fact(b); break;
    case JD_MSG_application_decide: decision(b); break;
    case JD_MSG_application_withdraw: one_case(b, "application", application()); break;
    case JD_MSG_report_assign: assignment(b); break;
    case JD_MSG_content_read: by_department(b, "id", sim_chance(500) ? report() : application(), false); break;
    case JD_MSG_person_erase: by_department(b, "subject", application(), sim_chance(800)); break;
    case JD_MSG_retention_run: destruction(b); break;
    case JD_MSG_case_get:
    case JD_MSG_case_explain: one_case(b, "id", report()); break;
    case JD_MSG_events_since: events_since(b); break;
    default: jd_pack_map(b, 0);
    }
}
