/* The queries: get, list, explain, stats, health. */
#include "ctl/ctl.h"
#include "proto/states.h"

int jd_ask_and_print(jd_args *a, const char *type, const char *case_id, json_t *body)
{
    json_t *answer;
    const char *division = jd_division_for(a, case_id);
    if (!division) {
        json_decref(body);
        return JD_EX_USAGE;
    }
    int code = jd_ask_once(a, type, division, body, &answer);
    if (code == JD_EX_OK)
        jd_print_answer(a, answer);
    else if (answer && a->json)
        jd_print_json(answer);
    json_decref(answer);
    return code;
}

int jd_run_get(jd_args *a)
{
    const char *type = a->content ? "content.read" : "case.get";
    json_t *body = json_pack("{s:s, s:s*}", "id", a->rest[0], "department", a->content ? a->department : NULL);
    if (body) return jd_ask_and_print(a, type, a->rest[0], body);
    jd_complain("'%s' is not text", a->rest[0]);
    return JD_EX_DATA;
}

int jd_run_explain(jd_args *a)
{
    json_t *body = json_pack("{s:s}", "id", a->rest[0]);
    if (body) return jd_ask_and_print(a, "case.explain", a->rest[0], body);
    jd_complain("'%s' is not text", a->rest[0]);
    return JD_EX_DATA;
}

int jd_run_stats(jd_args *a)
{
    return jd_ask_and_print(a, "stats.get", NULL, json_object());
}

int jd_run_health(jd_args *a)
{
    return jd_ask_and_print(a, "health.get", NULL, json_object());
}

/* ------------------------------------------------------------ list */

static json_t *page_body(const jd_args *a, const char *after)
{
    json_t *body = json_pack("{s:s, s:s*, s:s*, s:s*, s:s*}", "entity", a->rest[0], "state", a->state, "department",
                             a->department, "supervisor", a->supervisor, "after", after);
    if (body && a->overdue) json_object_set_new(body, "overdue", json_true());
    if (body && a->limit >= 0) json_object_set_new(body, "limit", json_integer(a->limit));
    return body;
}

/* Adds a page's cases to the rest, or with --json prints the page as it came. */
static void take_page(const jd_args *a, const json_t *answer, json_t *cases)
{
    if (a->json)
        jd_print_json(answer);
    else
        json_array_extend(cases, json_object_get(answer, "cases"));
}

static int list_pages(jd_args *a, jd_client *c, const char *division, json_t *cases, char *next)
{
    jd_request r = { .type = "case.list", .division = division, .reason = a->reason };
    int code;
    do {
        json_t *answer, *body = page_body(a, *next ? next : NULL);
        if (!body) return JD_EX_DATA;
        code = jd_ask(a, c, &r, body, &answer);
        *next = 0;
        if (code == JD_EX_OK) {
            take_page(a, answer, cases);
            snprintf(next, JD_CASE_ID_MAX, "%s", jd_json_text(answer, "next"));
        }
        json_decref(answer);
    } while (code == JD_EX_OK && a->all && *next);
    return code;
}

int jd_run_list(jd_args *a)
{
    jd_client *c;
    char next[JD_CASE_ID_MAX] = "";
    const char *division = jd_division_for(a, NULL);
    if (!division) return JD_EX_USAGE;
    int code = jd_open_client(a, &c);
    if (code != JD_EX_OK) return code;
    json_t *cases = json_array();
    code = list_pages(a, c, division, cases, next);
    if (json_array_size(cases)) jd_print_value(cases, 0);
    if (*next && !a->json) jd_complain("there are more: say --all");
    json_decref(cases);
    jd_client_close(&c);
    return code;
}
