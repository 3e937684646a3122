/* jianductl forward: a report of another area goes to the division it belongs to, and that division's result comes
 * back. Each step is one recorded message with an id made from what it is about, so whatever broke off in between
 * can be repeated and is done once. */
#include <sodium.h>
#include <stdio.h>

#include "ctl/ctl.h"
#include "proto/check.h"
#include "proto/states.h"

typedef struct forwarding {
    jd_args *a;
    jd_client *client;
    const char *report;
    char from[8];
} forwarding;

static void id_of(const forwarding *f, const char *step, char out[JD_ID_SIZE])
{
    uint8_t id[16];
    jd_buf b = { 0 };
    jd_buf_printf(&b, "%s %s %s", step, f->report, f->a->to);
    crypto_generichash(id, sizeof id, (const uint8_t *)b.p, b.n, NULL, 0);
    id[6] = (uint8_t)((id[6] & 0x0f) | 0x80); /* version 8: of our own making */
    id[8] = (uint8_t)((id[8] & 0x3f) | 0x80);
    jd_format_uuid(id, out);
    jd_buf_free(&b);
}

/* One recorded step; its receipt is the caller's. */
static int step(const forwarding *f, const char *type, const char *division, const char *name, json_t *body,
                json_t **receipt)
{
    char id[JD_ID_SIZE];
    id_of(f, name, id);
    const jd_request r = { .type = type, .division = division, .id = id, .reason = f->a->reason };
    int code = jd_ask(f->a, f->client, &r, body, receipt);
    if (code == JD_EX_OK && f->a->json) jd_print_json(*receipt);
    if (code == JD_EX_OK && !f->a->json) jd_print_receipt(stdout, *receipt, false);
    return code;
}

static int look(const forwarding *f, const char *report, json_t **answer)
{
    char division[8];
    snprintf(division, sizeof division, "%.6s", report + 2);
    const jd_request r = { .type = "case.get", .division = division };
    return jd_ask(f->a, f->client, &r, json_pack("{s:s}", "id", report), answer);
}

/* What was handed in leaves only by a read that is recorded: here by whom it is passed on, there by whoever has it. */
static int read_content(const forwarding *f, const char *report, const char *department, json_t **answer)
{
    char division[8];
    snprintf(division, sizeof division, "%.6s", report + 2);
    const jd_request r = { .type = "content.read", .division = division, .reason = f->a->reason };
    return jd_ask(f->a, f->client, &r, json_pack("{s:s, s:s}", "id", report, "department", department), answer);
}

/* The latest message of that type in a case's content, which has the oldest last; NULL: none. */
static json_t *said(const json_t *answer, const char *type)
{
    json_t *content = json_object_get(answer, "content");
    for (size_t i = 0; i < json_array_size(content); i++)
        if (strcmp(jd_json_text(json_array_get(content, i), "type"), type) == 0)
            return json_object_get(json_array_get(content, i), "body");
    return NULL;
}

/* What was handed in, with what was added to it since. */
static json_t *as_received(const forwarding *f, const json_t *answer)
{
    json_t *content = json_object_get(answer, "content"), *first = said(answer, "report.submit");
    jd_buf text = { 0 };
    if (!first) return NULL;
    json_t *body = json_copy(first);
    json_object_del(body, "supervisor"); /* who reported stays here */
    json_object_set_new(body, "origin", json_string(f->report));
    jd_buf_z(&text, jd_json_text(first, "text"));
    for (size_t i = json_array_size(content); i > 0; i--) {
        const json_t *one = json_array_get(content, i - 1);
        if (strcmp(jd_json_text(one, "type"), "report.supplement") != 0) continue;
        jd_buf_printf(&text, "\n\n%s", jd_json_text(json_object_get(one, "body"), "text"));
    }
    json_object_set_new(body, "text", json_stringn(text.p, text.n));
    jd_buf_free(&text);
    return body;
}

/* There first: should that division refuse it, nothing happened here. */
static int pass_on(const forwarding *f)
{
    json_t *received = NULL, *done = NULL, *content = NULL;
    int code = read_content(f, f->report, f->a->by, &content);
    json_t *body = code == JD_EX_OK ? as_received(f, content) : NULL;
    json_decref(content);
    if (code != JD_EX_OK) return code;
    if (!body) {
        jd_complain("%s was not submitted here: what was received is not passed on again", f->report);
        return JD_EX_REFUSED;
    }
    code = step(f, "report.receive", f->a->to, "receive", body, &received);
    if (code == JD_EX_OK) {
        body = json_pack("{s:s, s:s, s:s, s:s}", "report", f->report, "by", f->a->by, "division", f->a->to,
                         "forwarded_case", jd_json_text(received, "entity_id"));
        code = step(f, "report.forward", f->from, "forward", body, &done);
    }
    json_decref(received);
    json_decref(done);
    return code;
}

static int bring_back(const forwarding *f, const char *there)
{
    json_t *answer, *content = NULL, *receipt = NULL, *result = NULL;
    int code = look(f, there, &answer);
    const json_t *known = json_object_get(answer, "case");
    bool done = code == JD_EX_OK && *jd_json_text(known, "result");
    if (done) code = read_content(f, there, jd_json_text(known, "department"), &content);
    if (done && code == JD_EX_OK) result = said(content, "report.result");
    if (code == JD_EX_OK && !result)
        printf("%s is with %.6s as %s, %s\n", f->report, there + 2, there, jd_json_text(known, "state"));
    if (result) {
        json_t *body = json_pack("{s:s, s:s, s:s, s:s}", "report", f->report, "department", f->a->by, "result",
                                 jd_json_text(result, "result"), "summary", jd_json_text(result, "summary"));
        code = step(f, "report.result", f->from, "result", body, &receipt);
    }
    json_decref(answer);
    json_decref(content);
    json_decref(receipt);
    return code;
}

static bool may_go(const forwarding *f, const char *state)
{
    int now = jd_state_find(JD_E_report, jd_str_of(state));
    if (now >= 0 && jd_moves(JD_E_report, now, JD_V_report_forward)) return true;
    jd_complain("%s is %s: it is not passed on from there", f->report, state);
    return false;
}

static int forward(const forwarding *f)
{
    json_t *answer;
    int code = look(f, f->report, &answer);
    const json_t *known = json_object_get(answer, "case");
    const char *there = jd_json_text(known, "forwarded_case"), *state = jd_json_text(known, "state");
    if (code == JD_EX_OK && strcmp(state, "forwarded") == 0 && *there)
        code = bring_back(f, there);
    else if (code == JD_EX_OK)
        code = may_go(f, state) ? pass_on(f) : JD_EX_REFUSED;
    json_decref(answer);
    return code;
}

int jd_run_forward(jd_args *a)
{
    forwarding f = { .a = a, .report = a->rest[0] };
    if (!a->to || !a->by || !a->reason || strlen(f.report) < 9) {
        jd_complain("usage: jianductl forward REPORT --to DIVISION --by DEPARTMENT --reason TEXT");
        return JD_EX_USAGE;
    }
    snprintf(f.from, sizeof f.from, "%.6s", f.report + 2);
    int code = jd_open_client(a, &f.client);
    if (code == JD_EX_OK) code = forward(&f);
    jd_client_close(&f.client);
    return code;
}
