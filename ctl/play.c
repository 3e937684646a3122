/* jianductl play: sends samples in order, compares each receipt with what its line says, and at the
 * end asks what became of every case. */
#include <stdio.h>
#include <stdlib.h>

#include "ctl/sample.h"

enum { WATCHES_MAX = 16, LAST_EVENTS_MS = 500 };

typedef struct player {
    jd_args *a;
    jd_client *client;
    jd_samples all;
    int watches_n;
    jd_watch *watches[WATCHES_MAX];
    json_t *cases;    /* id -> [division, name of the sample that made it] */
    json_t *refusals; /* code -> count */
    size_t played, wrong;
} player;

/* ------------------------------------------------------------ events in between */

static void show_events(player *p, int patience_ms)
{
    const jd_news *news;
    for (int i = 0; i < p->watches_n; i++)
        while (jd_watch_next(p->watches[i], &news, patience_ms) == JD_RC_OK) jd_print_news(p->a, news);
}

/* Opened before anything is sent, so that nothing is missed. */
static int open_watches(player *p)
{
    const char *seen[WATCHES_MAX];
    for (size_t i = 0; p->a->watch && i < p->all.n && p->watches_n < WATCHES_MAX; i++) {
        const char *division = jd_json_text(p->all.v[i].line, "division");
        bool known = false;
        for (int k = 0; k < p->watches_n; k++) known |= strcmp(seen[k], division) == 0;
        if (known) continue;
        int code = jd_open_watch(p->a, division, NULL, 0, JD_WATCH_NEW, &p->watches[p->watches_n]);
        if (code != JD_EX_OK) return code;
        seen[p->watches_n++] = division;
    }
    return JD_EX_OK;
}

/* ------------------------------------------------------------ one sample */

static void remember_case(player *p, const jd_sample *s, const char *key)
{
    const char *id = jd_json_text(s->receipt, key);
    if (!*id || json_object_get(p->cases, id)) return;
    json_object_set_new(p->cases, id, json_pack("[O, O]", json_object_get(s->line, "division"),
                                                json_object_get(s->line, "name")));
}

static void count(json_t *counts, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(counts, key));
    json_object_set_new(counts, key, json_integer(n + 1));
}

static void take_receipt(player *p, jd_sample *s)
{
    json_object_set(p->all.names, jd_json_text(s->line, "name"), s->receipt);
    remember_case(p, s, "entity_id");
    remember_case(p, s, "created");
    if (strcmp(jd_json_text(s->receipt, "status"), "ok") != 0)
        count(p->refusals, jd_json_text(s->receipt, "code"));
    s->wrong = !jd_sample_as_expected(s);
}

static void print_mismatch(const jd_sample *s)
{
    char *expected = json_dumps(json_object_get(s->line, "expect"), JSON_COMPACT);
    jd_complain("%s:%d: %s: expected %s, and this came:", s->file, s->at,
                jd_json_text(s->line, "name"), expected ? expected : "{\"status\":\"ok\"}");
    fputs("jianductl: ", stderr);
    jd_print_receipt(stderr, s->receipt, true);
    free(expected);
}

static void print_sample(const player *p, const jd_sample *s)
{
    if (s->wrong) print_mismatch(s);
    if (p->a->quiet) return;
    if (p->a->json) {
        json_t *v = json_pack("{s:O, s:b, s:O}", "name", json_object_get(s->line, "name"),
                              "as_expected", !s->wrong, "receipt", s->receipt);
        jd_print_json(v);
        json_decref(v);
    } else {
        jd_pad(jd_json_text(s->line, "name"), 28);
        jd_pad(jd_json_text(s->line, "type"), 24);
        jd_print_receipt(stdout, s->receipt, false);
    }
    fflush(stdout);
}

static const char *optional(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

/* An exit code, of what ends the play: that a sample is wrong does not. */
static int exchange(player *p, jd_sample *s, const json_t *body)
{
    char id[JD_ID_SIZE];
    jd_buf bytes = { 0 };
    jd_reply *r = NULL;
    jd_sample_id(s, body, id);
    jd_json_pack(body, &bytes);
    jd_request request = { .type = jd_json_text(s->line, "type"),
                           .division = jd_json_text(s->line, "division"),
                           .reason = optional(s->line, "reason"),
                           .at = optional(s->line, "at"),
                           .id = optional(s->line, "id") ? optional(s->line, "id") : id,
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

static int play_one(player *p, jd_sample *s)
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
    show_events(p, 0);
    json_decref(body);
    return code;
}

/* ------------------------------------------------------------ what became of them */

static json_t *ask_case(player *p, const char *id, const char *division)
{
    json_t *answer;
    jd_request r = { .type = "case.get", .division = division };
    jd_ask(p->a, p->client, &r, json_pack("{s:s}", "id", id), &answer);
    json_t *found = json_incref(json_object_get(answer, "case"));
    json_decref(answer);
    return found;
}

/* id -> case, in the order in which they came into being */
static json_t *ask_cases(player *p)
{
    const char *id;
    json_t *origin, *ended = json_object();
    json_object_foreach(p->cases, id, origin)
        json_object_set_new(ended, id, ask_case(p, id, json_string_value(json_array_get(origin, 0))));
    return ended;
}

static void judge_end(jd_sample *s, const json_t *ended)
{
    const char *ends = optional(s->line, "ends"), *id = jd_json_text(s->receipt, "entity_id");
    const json_t *overdue = json_object_get(s->line, "overdue"), *found = json_object_get(ended, id);
    const json_t *is_overdue = json_object_get(found, "overdue");
    bool state = !ends || strcmp(jd_json_text(found, "state"), ends) == 0;
    bool late = !overdue || json_is_true(overdue) == json_is_true(is_overdue);
    if (state && late) return;
    jd_complain("%s:%d: %s: %s should end %s%s, and is %s%s", s->file, s->at, jd_json_text(s->line, "name"),
                *id ? id : "(no case)", ends ? ends : "there", json_is_true(overdue) ? ", overdue" : "",
                found ? jd_json_text(found, "state") : "not there",
                json_is_true(is_overdue) ? ", overdue" : "");
    s->wrong = true;
}

static json_t *rows_of_cases(const player *p, const json_t *ended)
{
    const char *id;
    json_t *found, *rows = json_array();
    json_object_foreach((json_t *)ended, id, found) {
        json_t *origin = json_object_get(p->cases, id);
        json_array_append_new(
            rows, json_pack("{s:s, s:s, s:s, s:s, s:O?, s:O}", "case", id, "ended",
                            jd_json_text(found, "state"), "department", jd_json_text(found, "department"),
                            "due", jd_json_text(found, "due"), "overdue", json_object_get(found, "overdue"),
                            "sample", json_array_get(origin, 1)));
    }
    return rows;
}

static json_t *rows_of_states(const json_t *ended)
{
    const char *id, *name;
    json_t *found, *n, *counts = json_object(), *rows = json_array();
    json_object_foreach((json_t *)ended, id, found) {
        char both[128];
        snprintf(both, sizeof both, "%s %s", jd_json_text(found, "entity"), jd_json_text(found, "state"));
        count(counts, both);
    }
    json_object_foreach(counts, name, n) {
        const char *space = strchr(name, ' ');
        json_array_append_new(rows, json_pack("{s:s%, s:s, s:O}", "entity", name, (size_t)(space - name),
                                              "state", space + 1, "count", n));
    }
    json_decref(counts);
    return rows;
}

static json_t *rows_of_refusals(const json_t *refusals)
{
    const char *code;
    json_t *n, *rows = json_array();
    json_object_foreach((json_t *)refusals, code, n)
        json_array_append_new(rows, json_pack("{s:s, s:O}", "code", code, "count", n));
    return rows;
}

static void print_rows(const char *title, const json_t *rows)
{
    if (!json_array_size(rows)) return;
    printf("\n%s\n", title);
    jd_print_value(rows, 2);
}

static void print_summary(const player *p, const json_t *ended)
{
    json_t *sum = json_pack("{s:o, s:o, s:o, s:I, s:I}", "cases", rows_of_cases(p, ended), "states",
                            rows_of_states(ended), "not_accepted", rows_of_refusals(p->refusals),
                            "samples", (json_int_t)p->played, "mismatches", (json_int_t)p->wrong);
    if (p->a->json) {
        jd_print_json(sum);
    } else {
        if (!p->a->quiet) print_rows("What became of each case:", json_object_get(sum, "cases"));
        print_rows("Cases by state:", json_object_get(sum, "states"));
        print_rows("Not accepted:", json_object_get(sum, "not_accepted"));
        printf("\n%zu samples, %zu mismatches\n", p->played, p->wrong);
    }
    json_decref(sum);
}

static int summarize(player *p)
{
    json_t *ended = ask_cases(p);
    for (size_t i = 0; i < p->all.n; i++) {
        if (p->all.v[i].receipt) judge_end(&p->all.v[i], ended);
        p->wrong += p->all.v[i].wrong;
    }
    print_summary(p, ended);
    json_decref(ended);
    return p->wrong ? JD_EX_REFUSED : JD_EX_OK;
}

static int play(player *p)
{
    int code = JD_EX_OK;
    for (int i = 0; i < p->a->n; i++)
        if (!jd_samples_read(&p->all, p->a->rest[i])) code = JD_EX_DATA;
    if (code == JD_EX_OK) code = jd_open_client(p->a, &p->client);
    if (code == JD_EX_OK) code = open_watches(p);
    for (size_t i = 0; code == JD_EX_OK && i < p->all.n; i++) code = play_one(p, &p->all.v[i]);
    if (code != JD_EX_OK) return code;
    show_events(p, LAST_EVENTS_MS);
    return summarize(p);
}

int jd_run_play(jd_args *a)
{
    player p = { .a = a, .cases = json_object(), .refusals = json_object() };
    int code = play(&p);
    for (int i = 0; i < p.watches_n; i++) jd_watch_close(&p.watches[i]);
    jd_client_close(&p.client);
    jd_samples_free(&p.all);
    json_decref(p.cases);
    json_decref(p.refusals);
    return code;
}
