/* What became of every case, and whether that is what the samples said. */
#include <stdio.h>
#include <time.h>

#include "ctl/player.h"

enum { PAUSE_MS = 250, SETTLE_MS = 5000 };

void jd_count(json_t *counts, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(counts, key));
    json_object_set_new(counts, key, json_integer(n + 1));
}

/* An exit code; a case that is not there stays out. */
static int ask_case(jd_player *p, const char *id, const char *division, json_t *ended)
{
    json_t *answer;
    jd_request r = { .type = "case.get", .division = division };
    int code = jd_ask(p->a, p->client, &r, json_pack("{s:s}", "id", id), &answer);
    json_object_set(ended, id, json_object_get(answer, "case"));
    json_decref(answer);
    return code;
}

/* id -> case, in the order in which they came into being; NULL when the daemon has gone */
static json_t *ask_cases(jd_player *p)
{
    int code = JD_EX_OK;
    json_t *ended = json_object();
    for (jd_member c = { 0 }; code != JD_EX_UNAVAILABLE && jd_member_next(p->cases, &c);)
        code = ask_case(p, c.key, json_string_value(json_array_get(c.value, 0)), ended);
    if (code != JD_EX_UNAVAILABLE) return ended;
    json_decref(ended);
    return NULL;
}

static const json_t *case_of(const jd_sample *s, const json_t *ended)
{
    return json_object_get(ended, jd_json_text(s->receipt, "entity_id"));
}

static bool ends_well(const jd_sample *s, const json_t *ended)
{
    const char *ends = jd_sample_text(s, "ends");
    const json_t *overdue = json_object_get(s->line, "overdue"), *found = case_of(s, ended);
    if (!ends && !overdue) return true;
    if (!found || (ends && strcmp(jd_json_text(found, "state"), ends) != 0)) return false;
    return !overdue || json_is_true(overdue) == json_is_true(json_object_get(found, "overdue"));
}

static const char *lateness(const json_t *overdue)
{
    return !overdue ? "" : json_is_true(overdue) ? ", overdue" : ", not overdue";
}

static void judge_end(jd_sample *s, const json_t *ended)
{
    const char *ends = jd_sample_text(s, "ends"), *id = jd_json_text(s->receipt, "entity_id");
    const json_t *overdue = json_object_get(s->line, "overdue"), *found = case_of(s, ended);
    if (ends_well(s, ended)) return;
    jd_complain("%s:%d: %s: %s should end %s%s, and is %s%s", s->file, s->at, jd_json_text(s->line, "name"),
                *id ? id : "(no case)", ends ? ends : "as it is", lateness(overdue),
                found ? jd_json_text(found, "state") : "not there",
                lateness(overdue ? json_object_get(found, "overdue") : NULL));
    s->wrong = true;
}

static bool all_end_well(const jd_player *p, const json_t *ended)
{
    for (size_t i = 0; i < p->all.n; i++)
        if (p->all.v[i].receipt && !ends_well(&p->all.v[i], ended)) return false;
    return true;
}

static void let_time_pass(jd_player *p)
{
    if (p->watches_n)
        jd_play_events(p, PAUSE_MS);
    else
        nanosleep(&(struct timespec){ .tv_nsec = PAUSE_MS * 1000000L }, NULL);
}

/* The last message may have moved a simulated clock, and time limits fire when the daemon gets to
 * it: what is not yet as it should be is given a few seconds. */
static json_t *ask_when_settled(jd_player *p)
{
    json_t *ended = ask_cases(p);
    for (int i = 0; ended && i < SETTLE_MS / PAUSE_MS && !all_end_well(p, ended); i++) {
        let_time_pass(p);
        json_decref(ended);
        ended = ask_cases(p);
    }
    return ended;
}

/* ------------------------------------------------------------ the summary */

static json_t *row_of_case(const jd_player *p, const char *id, const json_t *found)
{
    const json_t *origin = json_object_get(p->cases, id);
    return json_pack("{s:s, s:s, s:s, s:s, s:O?, s:O}", "case", id, "ended", jd_json_text(found, "state"), "department",
                     jd_json_text(found, "department"), "due", jd_json_text(found, "due"), "overdue",
                     json_object_get(found, "overdue"), "sample", json_array_get(origin, 1));
}

static json_t *rows_of_cases(const jd_player *p, const json_t *ended)
{
    json_t *rows = json_array();
    for (jd_member c = { 0 }; jd_member_next(ended, &c);) json_array_append_new(rows, row_of_case(p, c.key, c.value));
    return rows;
}

static json_t *count_states(const json_t *ended)
{
    json_t *counts = json_object();
    for (jd_member c = { 0 }; jd_member_next(ended, &c);) {
        char both[128];
        snprintf(both, sizeof both, "%s %s", jd_json_text(c.value, "entity"), jd_json_text(c.value, "state"));
        jd_count(counts, both);
    }
    return counts;
}

static json_t *rows_of_states(const json_t *ended)
{
    json_t *counts = count_states(ended), *rows = json_array();
    for (jd_member c = { 0 }; jd_member_next(counts, &c);) {
        const char *space = strchr(c.key, ' ');
        json_array_append_new(rows, json_pack("{s:s%, s:s, s:O}", "entity", c.key, (size_t)(space - c.key), "state",
                                              space + 1, "count", c.value));
    }
    json_decref(counts);
    return rows;
}

static json_t *rows_of_refusals(const json_t *refusals)
{
    json_t *rows = json_array();
    for (jd_member r = { 0 }; jd_member_next(refusals, &r);)
        json_array_append_new(rows, json_pack("{s:s, s:O}", "code", r.key, "count", r.value));
    return rows;
}

static void print_rows(const char *title, const json_t *rows)
{
    if (!json_array_size(rows)) return;
    printf("\n%s\n", title);
    jd_print_value(rows, 2);
}

static void print_summary(const jd_player *p, const json_t *ended)
{
    json_t *sum = json_pack("{s:o, s:o, s:o, s:I, s:I}", "cases", rows_of_cases(p, ended), "states",
                            rows_of_states(ended), "not_accepted", rows_of_refusals(p->refusals), "samples",
                            (json_int_t)p->played, "mismatches", (json_int_t)p->wrong);
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

int jd_play_end(jd_player *p)
{
    json_t *ended = ask_when_settled(p);
    if (!ended) return JD_EX_UNAVAILABLE;
    for (size_t i = 0; i < p->all.n; i++) {
        if (p->all.v[i].receipt) judge_end(&p->all.v[i], ended);
        p->wrong += p->all.v[i].wrong;
    }
    print_summary(p, ended);
    json_decref(ended);
    return p->wrong ? JD_EX_REFUSED : JD_EX_OK;
}
