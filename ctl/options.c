#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl/ctl.h"

typedef enum { FLAG, TEXT, NUMBER, MAYBE /* a text that may be left out */ } kind;

#define AT(field) offsetof(jd_args, field)
static const struct row {
    const char *name;
    char letter;
    kind kind;
    size_t at;
    const char *value, *help;
} rows[] = {
    { "id", 0, TEXT, AT(id), "UUID", "the request's id, to send one again (default: a new one)" },
    { "division", 'd', TEXT, AT(division), "CODE", "GB/T 2260 code (default: $JIANDU_DIVISION)" },
    { "reason", 0, TEXT, AT(reason), "TEXT", "why, for types that ask for a reason" },
    { "at", 0, TEXT, AT(at), "TIME", "the time it is, for a daemon with a simulated clock" },
    { "push", 0, MAYBE, AT(push), "ENDPOINT", "send without a receipt; prints the request's id" },
    { "since", 0, NUMBER, AT(since), "SEQ", "begin behind this number, 0 for all (default: now)" },
    { "count", 'n', NUMBER, AT(count), "N", "end after so many" },
    { "content", 0, FLAG, AT(content), NULL, "what was submitted; recorded, needs --department and --reason" },
    { "dry-run", 0, FLAG, AT(dry_run), NULL, "list what would be destroyed" },
    { "run", 0, FLAG, AT(run), NULL, "destroy it; needs --department and --reason" },
    { "state", 0, TEXT, AT(state), "STATE", "only in this state" },
    { "department", 0, TEXT, AT(department), "CODE", "only this lead department's; or which one acts" },
    { "supervisor", 0, TEXT, AT(supervisor), "ID", "only what is about this supervisor" },
    { "overdue", 0, FLAG, AT(overdue), NULL, "only with a breached time limit" },
    { "limit", 0, NUMBER, AT(limit), "N", "cases a page" },
    { "all", 0, FLAG, AT(all), NULL, "every page" },
    { "calendar", 0, TEXT, AT(calendar), "FILE", "holidays (default: calendar-cn.csv beside it)" },
    { "policy", 0, TEXT, AT(policy), "FILE", "the policy whose rules it must meet (default: the configured one)" },
    { "year", 0, NUMBER, AT(year), "YEAR", "the year a list is for" },
    { "list-version", 0, NUMBER, AT(list_version), "N", "1 for a year's first list, which is the default" },
    { "published-on", 0, TEXT, AT(published_on), "DATE", "the day it was published" },
    { "check", 0, FLAG, AT(check), NULL, "only check it" },
    { "to", 0, TEXT, AT(to), "CODE", "the division it goes to" },
    { "by", 0, TEXT, AT(by), "CODE", "the department that does it" },
    { "rules", 0, FLAG, AT(rules), NULL, "with every rule's article and text" },
    { "replay", 0, FLAG, AT(replay), NULL, "also replay the journal and compare" },
    { "watch", 0, FLAG, AT(watch), NULL, "show every status event as it happens" },
    { "quiet", 'q', FLAG, AT(quiet), NULL, "only the summary" },
    { "intake", 0, TEXT, AT(intake), "ENDPOINT", "where requests go (default: in the runtime folder)" },
    { "events", 0, TEXT, AT(events), "ENDPOINT", "where events come from (likewise)" },
    { "config", 'c', TEXT, AT(config), "FILE", "configuration that names the runtime folder" },
    { "key", 0, TEXT, AT(key), "FILE", "one's own certificate, for tcp (default: $JIANDU_KEY)" },
    { "server-key", 0, TEXT, AT(server_key), "FILE", "the daemon's (default: $JIANDU_SERVER_KEY)" },
    { "out", 'o', TEXT, AT(out), "FILE", "public certificate to write, the secret one to FILE_secret" },
    { "access", 0, TEXT, AT(access), "FILE", "access file (default: what -c names)" },
    { "role", 0, TEXT, AT(role), "ROLE", "admin, intake, staff, supervisor-portal or watch" },
    { "divisions", 0, TEXT, AT(divisions), "LIST", "codes, joined by commas, or all" },
    { "departments", 0, TEXT, AT(departments), "LIST", "staff: codes of the policy, or all" },
    { "supervisors", 0, TEXT, AT(supervisors), "LIST", "supervisor-portal: their case ids, or all" },
    { "valid-from", 0, TEXT, AT(valid_from), "DATE", "first day of the key (default: any)" },
    { "valid-to", 0, TEXT, AT(valid_to), "DATE", "last day of the key (default: none)" },
    { "timeout", 0, NUMBER, AT(timeout), "MS", "how long one try may take (default: 2000)" },
    { "retries", 0, NUMBER, AT(retries), "N", "further tries (default: 2)" },
    { "json", 0, FLAG, AT(json), NULL, "JSON instead of text" },
    { "help", 'h', FLAG, AT(help), NULL, "say this" },
    { "version", 'V', FLAG, AT(version), NULL, "say the version, and the libraries'" },
};
enum { ROWS = sizeof rows / sizeof *rows };

const char jd_common_options[] = " intake events config key server-key timeout retries json help ";

void jd_complain(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("jianductl: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
}

static bool taken(const char *names, const char *name)
{
    char word[40];
    snprintf(word, sizeof word, " %s ", name);
    return strstr(names, word) != NULL;
}

static bool number(const struct row *row, const char *text, int64_t *out)
{
    uint64_t v;
    if (jd_str_to_u64(jd_str_of(text), &v) && v <= INT32_MAX * (uint64_t)1000) {
        *out = (int64_t)v;
        return true;
    }
    jd_complain("--%s takes a whole number, not '%s'", row->name, text);
    return false;
}

static bool store(jd_args *a, const struct row *row, const char *value)
{
    void *at = (char *)a + row->at;
    switch (row->kind) {
    case FLAG: *(bool *)at = true; break;
    case NUMBER: return number(row, value, at);
    case TEXT:
    case MAYBE: *(const char **)at = value ? value : ""; break;
    }
    return true;
}

/* What getopt_long wants: its two tables, made from ours. */
static void getopt_tables(const char *names, bool stop_early, struct option *longs, char *shorts)
{
    static const int has[] = {
        [FLAG] = no_argument, [TEXT] = required_argument, [NUMBER] = required_argument, [MAYBE] = optional_argument
    };
    *shorts++ = stop_early ? '+' : '-';
    if (!stop_early) shorts--; /* permuting is the default */
    *shorts++ = ':';
    for (int i = 0; i < ROWS; i++) {
        if (!taken(names, rows[i].name)) continue;
        *longs++ = (struct option){ rows[i].name, has[rows[i].kind], NULL, 256 + i };
        if (rows[i].letter) *shorts++ = rows[i].letter;
        if (rows[i].letter && rows[i].kind != FLAG) *shorts++ = ':';
    }
    *longs = (struct option){ 0 };
    *shorts = 0;
}

static const struct row *row_of(int c)
{
    for (int i = 0; i < ROWS; i++)
        if (c == 256 + i || (c && c == rows[i].letter)) return &rows[i];
    return NULL;
}

int jd_options_read(jd_args *a, int argc, char **argv, const char *names, bool stop_early)
{
    struct option longs[ROWS + 1];
    char shorts[3 * ROWS + 3];
    getopt_tables(names, stop_early, longs, shorts);
    optind = 0; /* begin anew: the second reading is the command's */
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        const struct row *row = row_of(c);
        if (!row) {
            jd_complain(c == ':' ? "'%s' needs a value" : "there is no option '%s' here", argv[optind - 1]);
            return -1;
        }
        if (!store(a, row, optarg)) return -1;
    }
    return optind;
}

void jd_options_help(const char *names)
{
    for (int i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        char left[40];
        if (!taken(names, row->name)) continue;
        int n = row->letter ? snprintf(left, sizeof left, "-%c, ", row->letter) : snprintf(left, sizeof left, "    ");
        snprintf(left + n, sizeof left - (size_t)n, row->kind == MAYBE ? "--%s[=%s]" : "--%s %s", row->name,
                 row->value ? row->value : "");
        printf("  %-28s %s\n", left, row->help);
    }
}
