/* What people may ask about their data: who read it, all of it, and that it goes when its time has come. */
#include "ctl/ctl.h"
#include "proto/states.h"

int jd_run_reads(jd_args *a)
{
    json_t *body = json_pack("{s:s}", "id", a->rest[0]);
    if (body) return jd_ask_and_print(a, "reads.list", a->rest[0], body);
    jd_complain("'%s' is not text", a->rest[0]);
    return JD_EX_DATA;
}

static bool acts(const jd_args *a)
{
    if (a->department && a->reason) return true;
    jd_complain("this is recorded: say --department CODE and --reason TEXT");
    return false;
}

/* ------------------------------------------------------------ export */

/* The parts of an export are one: the first, with the reports of the others. */
static json_t *joined(json_t *whole, json_t *part, char *next)
{
    snprintf(next, JD_CASE_ID_MAX, "%s", jd_json_text(part, "next"));
    if (!whole) return json_incref(part);
    json_array_extend(json_object_get(whole, "reports"), json_object_get(part, "reports"));
    return whole;
}

static int export_parts(jd_args *a, jd_client *c, const char *division, json_t **whole)
{
    char next[JD_CASE_ID_MAX] = "";
    jd_request r = { .type = "person.export", .division = division, .reason = a->reason };
    int code;
    do {
        json_t *answer, *body = json_pack("{s:s, s:s, s:s*}", "subject", a->rest[0], "department", a->department,
                                          "after", *next ? next : NULL);
        if (!body) return JD_EX_DATA;
        code = jd_ask(a, c, &r, body, &answer);
        *next = 0;
        if (code == JD_EX_OK) *whole = joined(*whole, json_object_get(answer, "export"), next);
        json_decref(answer);
    } while (code == JD_EX_OK && *next);
    return code;
}

int jd_run_export(jd_args *a)
{
    jd_client *c;
    json_t *whole = NULL;
    const char *division = jd_division_for(a, a->rest[0]);
    if (!division || !acts(a)) return JD_EX_USAGE;
    int code = jd_open_client(a, &c);
    if (code != JD_EX_OK) return code;
    code = export_parts(a, c, division, &whole);
    if (code == JD_EX_OK) json_object_del(whole, "next");
    if (code == JD_EX_OK) jd_print_json(whole);
    json_decref(whole);
    jd_client_close(&c);
    return code;
}

/* ------------------------------------------------------------ retention */

typedef struct retention {
    jd_args *a;
    jd_client *c;
    const char *division;
    json_int_t persons, reports;
} retention;

static int destroy(retention *r, json_t *items)
{
    json_t *answer, *body = json_pack("{s:s, s:O}", "department", r->a->department, "items", items);
    jd_request request = { .type = "retention.run", .division = r->division, .reason = r->a->reason };
    if (!body) return JD_EX_DATA;
    int code = jd_ask(r->a, r->c, &request, body, &answer);
    if (code == JD_EX_OK) r->persons += json_integer_value(json_object_get(answer, "persons"));
    if (code == JD_EX_OK) r->reports += json_integer_value(json_object_get(answer, "reports"));
    json_decref(answer);
    return code;
}

static int take_page(retention *r, const json_t *answer)
{
    const json_t *due = json_object_get(answer, "due");
    json_t *items = json_array();
    if (r->a->dry_run && r->a->json) jd_print_json(answer);
    if (r->a->dry_run && !r->a->json && json_array_size(due)) jd_print_value(due, 0);
    for (size_t i = 0; i < json_array_size(due); i++)
        json_array_append(items, json_object_get(json_array_get(due, i), "item"));
    int code = r->a->run && json_array_size(items) ? destroy(r, items) : JD_EX_OK;
    json_decref(items);
    return code;
}

static int all_pages(retention *r)
{
    enum { A_PAGE = 32 }; /* as many as retention.run takes */
    char next[40] = "";
    jd_request request = { .type = "retention.due", .division = r->division };
    int code;
    do {
        json_t *answer, *body = json_pack("{s:i, s:s*}", "limit", A_PAGE, "after", *next ? next : NULL);
        code = jd_ask(r->a, r->c, &request, body, &answer);
        *next = 0;
        if (code == JD_EX_OK) snprintf(next, sizeof next, "%s", jd_json_text(answer, "next"));
        if (code == JD_EX_OK) code = take_page(r, answer);
        json_decref(answer);
    } while (code == JD_EX_OK && *next);
    return code;
}

int jd_run_retention(jd_args *a)
{
    retention r = { .a = a, .division = jd_division_for(a, NULL) };
    if (a->dry_run == a->run) jd_complain("say --dry-run, which lists, or --run, which destroys");
    if (!r.division || a->dry_run == a->run || (a->run && !acts(a))) return JD_EX_USAGE;
    int code = jd_open_client(a, &r.c);
    if (code != JD_EX_OK) return code;
    code = all_pages(&r);
    if (a->run)
        printf("%" JSON_INTEGER_FORMAT " persons and %" JSON_INTEGER_FORMAT " reports can be read no more\n", r.persons,
               r.reports);
    jd_client_close(&r.c);
    return code;
}
