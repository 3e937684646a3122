/* jianductl play: sends samples in order and compares each receipt with what its line says. */
#include <stdio.h>
#include <stdlib.h>

#include "ctl/player.h"

enum { LAST_EVENTS_MS = 500 };

/* ------------------------------------------------------------ events in between */

void jd_play_events(jd_player *p, int patience_ms)
{
    const jd_news *news;
    for (int i = 0; i < p->watches_n; i++)
        while (jd_watch_next(p->watches[i], &news, patience_ms) == JD_RC_OK) jd_print_news(p->a, news);
}

/* Opened before anything is sent, so that nothing is missed. */
static int open_watches(jd_player *p)
{
    const char *seen[JD_WATCHES_MAX] = { 0 };
    for (size_t i = 0; p->a->watch && i < p->all.n && p->watches_n < JD_WATCHES_MAX; i++) {
        const char *division = jd_json_text(p->all.v[i].line, "division");
        bool known = false;
        for (int k = 0; k < p->watches_n; k++) known |= seen[k] && strcmp(seen[k], division) == 0;
        if (known) continue;
        int code = jd_open_watch(p->a, division, NULL, 0, JD_WATCH_NEW, &p->watches[p->watches_n]);
        if (code != JD_EX_OK) return code;
        seen[p->watches_n++] = division;
    }
    return JD_EX_OK;
}

/* ------------------------------------------------------------ one sample */

static void remember_case(jd_player *p, const jd_sample *s, const char *key)
{
    const char *id = jd_json_text(s->receipt, key);
    if (!*id || json_object_get(p->cases, id)) return;
    json_object_set_new(p->cases, id,
                        json_pack("[O, O]", json_object_get(s->line, "division"), json_object_get(s->line, "name")));
}

static void take_receipt(jd_player *p, jd_sample *s)
{
    jd_sample_received(&p->all, s);
    remember_case(p, s, "entity_id");
    remember_case(p, s, "created");
    if (strcmp(jd_json_text(s->receipt, "status"), "ok") != 0) jd_count(p->refusals, jd_json_text(s->receipt, "code"));
    s->wrong = !jd_sample_as_expected(s);
}

static void print_mismatch(const jd_sample *s)
{
    char *expected = json_dumps(json_object_get(s->line, "expect"), JSON_COMPACT);
    jd_complain("%s:%d: %s: expected %s, and this came:", s->file, s->at, jd_json_text(s->line, "name"),
                expected ? expected : "{\"status\":\"ok\"}");
    fputs("jianductl: ", stderr);
    jd_print_receipt(stderr, s->receipt, true);
    free(expected);
}

static void print_sample(const jd_player *p, const jd_sample *s)
{
    if (s->wrong) print_mismatch(s);
    if (p->a->quiet) return;
    if (p->a->json) {
        json_t *v = json_pack("{s:O, s:b, s:O}", "name", json_object_get(s->line, "name"), "as_expected", !s->wrong,
                              "receipt", s->receipt);
        jd_print_json(v);
        json_decref(v);
    } else {
        jd_pad(jd_json_text(s->line, "name"), 28);
        jd_pad(jd_json_text(s->line, "type"), 24);
        jd_print_receipt(stdout, s->receipt, false);
    }
    fflush(stdout);
}

/* An exit code, of what ends the play: that a sample is wrong does not. */
static int exchange(jd_player *p, jd_sample *s, const json_t *body)
{
    char id[JD_ID_SIZE];
    jd_buf bytes = { 0 };
    jd_reply *r = NULL;
    jd_sample_id(s, body, id);
    jd_json_pack(body, &bytes);
    jd_request request = { .type = jd_json_text(s->line, "type"),
                           .division = jd_json_text(s->line, "division"),
                           .reason = jd_sample_text(s, "reason"),
                           .at = jd_sample_text(s, "at"),
                           .id = jd_sample_text(s, "id") ? jd_sample_text(s, "id") : id,
                           .body = bytes.p,
                           .body_n = bytes.n };
    int code = jd_exit_of_rc(jd_client_request(p->client, &request, &r));
    if (r) s->receipt = jd_json_reply(r);
    if (r && jd_reply_status(r) == JD_REPLY_UNKNOWN) {
        jd_complain("no answer from %s: is jiandud running?", p->a->intake);
        code = JD_EX_UNAVAILABLE;
    }
    jd_reply_free(&r);
    jd_buf_free(&bytes);
    return code;
}

static int play_one(jd_player *p, jd_sample *s)
{
    json_t *body = jd_sample_body(&p->all, s);
    int code = JD_EX_OK;
    p->played++;
    s->wrong = !body;
    if (body) code = exchange(p, s, body);
    if (code == JD_EX_USAGE) { /* never left: the line is to blame, and the next may be right */
        jd_complain("%s:%d: the header cannot be sent", s->file, s->at);
        s->wrong = true;
        code = JD_EX_OK;
    }
    if (code == JD_EX_OK && s->receipt) {
        take_receipt(p, s);
        print_sample(p, s);
    }
    jd_play_events(p, 0);
    json_decref(body);
    return code;
}

static int play(jd_player *p)
{
    int code = JD_EX_OK;
    for (int i = 0; i < p->a->n; i++)
        if (!jd_samples_read(&p->all, p->a->rest[i])) code = JD_EX_DATA;
    jd_samples_sort(&p->all);
    if (code == JD_EX_OK) code = jd_open_client(p->a, &p->client);
    if (code == JD_EX_OK) code = open_watches(p);
    for (size_t i = 0; code == JD_EX_OK && i < p->all.n; i++) code = play_one(p, &p->all.v[i]);
    if (code != JD_EX_OK) return code;
    jd_play_events(p, LAST_EVENTS_MS);
    return jd_play_end(p);
}

int jd_run_play(jd_args *a)
{
    jd_player p = { .a = a, .cases = json_object(), .refusals = json_object() };
    int code = play(&p);
    for (int i = 0; i < p.watches_n; i++) jd_watch_close(&p.watches[i]);
    jd_client_close(&p.client);
    jd_samples_free(&p.all);
    json_decref(p.cases);
    json_decref(p.refusals);
    return code;
}
