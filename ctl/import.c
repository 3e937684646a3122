/* jianductl import institutions: a list from a file, checked here by the policy's rules before it is sent. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/config.h"
#include "ctl/ctl.h"
#include "proto/check.h"
#include "workers/policy/listing.h"

/* As spreadsheets write it: a byte order mark in front and a carriage return in every line. */
static jd_str plain_text(jd_args *a, jd_str in)
{
    char *out = jd_alloc(&a->arena, in.n + 1);
    uint32_t n = 0;
    if (in.n >= 3 && memcmp(in.p, "\xEF\xBB\xBF", 3) == 0) in = (jd_str){ in.p + 3, in.n - 3 };
    for (uint32_t i = 0; i < in.n; i++)
        if (in.p[i] != '\r' || i + 1 == in.n || in.p[i + 1] != '\n') out[n++] = in.p[i];
    return (jd_str){ out, n };
}

static bool read_csv(jd_args *a, const char *file, jd_str *csv)
{
    jd_buf b = { 0 };
    int64_t points;
    if (!jd_read_file(file, &b)) {
        jd_complain("%s: %s", file, strerror(errno));
        return false;
    }
    *csv = plain_text(a, jd_buf_view(&b));
    jd_buf_free(&b);
    if (jd_check_utf8(*csv, true, &points)) return true;
    jd_complain("%s: not UTF-8 text; save it as CSV in UTF-8", file);
    return false;
}

/* The one named, else that of the division in the configured folder. */
static const char *policy_file(jd_args *a, const char *division)
{
    jd_buf wrong = { 0 };
    uint64_t code;
    if (a->policy) return a->policy;
    jd_config *c = jd_config_load(a->config ? a->config : "/etc/jiandu/jiandu.yaml", &wrong);
    jd_buf_free(&wrong);
    if (!c || !jd_str_to_u64(jd_str_of(division), &code)) return NULL;
    const char *file = jd_copyz(&a->arena, jd_policy_file(c, (uint32_t)code));
    jd_config_free(c);
    return file;
}

static bool check_lines(jd_args *a, const jd_policy *p, const char *file, jd_str csv)
{
    jd_listing l;
    if (!p->institutions.on) {
        jd_complain("%.*s has no list of institutions", JD_FMT(p->name));
        return false;
    }
    bool well = jd_listing_read(p, csv, &a->arena, &l);
    for (int i = 0; i < l.wrong_n && i < JD_LISTING_WRONG_MAX; i++)
        fprintf(stderr, "%s:%d: %s\n", file, l.wrong[i].line, l.wrong[i].text);
    if (l.wrong_n > JD_LISTING_WRONG_MAX) fprintf(stderr, "%s: and %d more\n", file, l.wrong_n - JD_LISTING_WRONG_MAX);
    if (well && !a->quiet) fprintf(stderr, "%s: %d institutions\n", file, l.n);
    return well;
}

/* Fills in the list's owner, which the policy knows. */
static bool check_here(jd_args *a, const char *division, const char *file, jd_str csv)
{
    const char *at = policy_file(a, division);
    if (!at) {
        jd_complain("which policy? say --policy FILE, or --config FILE that names their folder");
        return false;
    }
    jd_policy *p = jd_load_policy(a, at);
    bool well = p && check_lines(a, p, file, csv);
    if (well && !a->department) a->department = jd_copy(&a->arena, p->depts[p->institutions.owner].item.code).p;
    jd_policy_free(p);
    return well;
}

static json_t *message(const jd_args *a, jd_str csv)
{
    int64_t version = a->list_version < 0 ? 1 : a->list_version;
    return json_pack("{s:s, s:I, s:I, s:s, s:o}", "department", a->department, "year", (json_int_t)a->year, "version",
                     (json_int_t)version, "published_on", a->published_on, "csv", json_stringn(csv.p, csv.n));
}

static int send_list(jd_args *a, const char *division, jd_str csv)
{
    jd_client *c;
    json_t *receipt;
    jd_request r = { .type = "institution.list", .division = division, .id = a->id, .at = a->at };
    int code = jd_open_client(a, &c);
    if (code != JD_EX_OK) return code;
    code = jd_ask(a, c, &r, message(a, csv), &receipt);
    if (receipt && a->json)
        jd_print_json(receipt);
    else if (receipt && code == JD_EX_OK)
        jd_print_receipt(stdout, receipt, true);
    json_decref(receipt);
    jd_client_close(&c);
    return code;
}

int jd_run_import(jd_args *a)
{
    const char *division = jd_division_for(a, NULL), *file = a->rest[1];
    jd_str csv;
    if (!division) return JD_EX_USAGE;
    if (strcmp(a->rest[0], "institutions") != 0) {
        jd_complain("import institutions, not '%s'", a->rest[0]);
        return JD_EX_USAGE;
    }
    if (!a->check && (a->year < 0 || !a->published_on)) {
        jd_complain("a list has a --year and a day on which it was --published-on; or say --check");
        return JD_EX_USAGE;
    }
    if (!read_csv(a, file, &csv) || !check_here(a, division, file, csv)) return JD_EX_DATA;
    return a->check ? JD_EX_OK : send_list(a, division, csv);
}
