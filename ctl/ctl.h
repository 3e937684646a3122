/* What the commands of jianductl share: their arguments, the way to the daemon, and how things are
 * said on a terminal. */
#ifndef JD_CTL_CTL_H
#define JD_CTL_CTL_H

#include <jansson.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/log.h"
#include "include/jiandu/jiandu.h"

/* Every option of every command; ctl/options.c says which command takes which. */
typedef struct jd_args {
    jd_arena arena; /* what must live as long as the program */
    const char *intake, *events, *config, *division;
    const char *push; /* NULL: not asked for, "": at the usual endpoint */
    bool json, help, version;
    int64_t timeout, retries; /* -1 where not given, like every number here */
    const char *id, *reason, *at, *state, *department, *calendar, *to, *by, *checkpoint, *in;
    const char *key, *server_key; /* certificate files */
    const char *access, *out, *role, *divisions, *departments, *supervisors, *valid_from, *valid_to;
    bool content, overdue, all, replay, quiet, watch, rules, dry_run, run;
    int64_t since, count, limit;
    const char *supervisor;
    const char *policy, *published_on; /* import */
    int64_t year, list_version;
    bool check;
    int n; /* what is left behind the options */
    char **rest;
} jd_args;

typedef struct jd_command {
    const char *name, *arguments;
    int least, most;     /* arguments */
    const char *options; /* names, each with a space before and behind */
    int (*run)(jd_args *a);
    const char *help;
} jd_command;

/* options.c: index of the first argument that is no option; -1 after having complained. */
int jd_options_read(jd_args *a, int argc, char **argv, const char *names, bool stop_early);
void jd_options_help(const char *names);
extern const char jd_common_options[];

void jd_complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* connect.c: where the daemon is, and one question to it */
const char *jd_policy_folder(jd_args *a);                     /* of the configuration, else ./policies */
bool jd_is_division(const char *text);                        /* false after having complained */
const char *jd_division_for(jd_args *a, const char *case_id); /* NULL after having complained */
int jd_open_client(jd_args *a, jd_client **out);              /* an exit code */
int jd_open_watch(jd_args *a, const char *division, char *const *topics, int topics_n, uint64_t since, jd_watch **out);
int jd_exit_of(enum jd_reply_status s);
int jd_exit_of_rc(int rc);  /* complains */
int jd_worse(int a, int b); /* of two exit codes the one to end with */

/* Asks and waits. `body` is taken over. An exit code; *answer, where it is not NULL, is the
 * caller's to decref. A refusal has been said on stderr. */
int jd_ask(jd_args *a, jd_client *c, const jd_request *r, json_t *body, json_t **answer);
int jd_ask_once(jd_args *a, const char *type, const char *division, json_t *body, json_t **answer);

int jd_ask_and_print(jd_args *a, const char *type, const char *case_id, json_t *body); /* once, of a case's division */

/* json.c */
void jd_json_pack(const json_t *v, jd_buf *out);
json_t *jd_json_unpack(jd_str bytes); /* NULL: malformed */
json_t *jd_json_reply(const jd_reply *r);
const char *jd_json_text(const json_t *map, const char *key); /* "" where there is none */

/* for (jd_member p = { 0 }; jd_member_next(map, &p);) ... p.key, p.value */
typedef struct jd_member {
    void *at;
    const char *key;
    json_t *value;
} jd_member;
bool jd_member_next(const json_t *map, jd_member *p);

/* reader.c: JSON values from a file or standard input, one after the other */
typedef struct jd_reader {
    const char *name;
    FILE *file;
    char *line;
    size_t line_cap;
    jd_buf text; /* of a value that is not complete yet */
    int line_n;  /* of the last line read */
    int at;      /* line the last value begins in */
} jd_reader;
bool jd_reader_open(jd_reader *r, const char *path); /* NULL or "-": standard input */
json_t *jd_reader_next(jd_reader *r, bool *bad);     /* NULL at the end, or after a complaint */
bool jd_reader_ready(const jd_reader *r);            /* would reading return at once? */
void jd_reader_close(jd_reader *r);

/* print.c */
void jd_print_json(const json_t *v); /* on one line */
void jd_print_value(const json_t *v, int indent);
void jd_print_answer(const jd_args *a, const json_t *answer);         /* without what every receipt has */
void jd_print_receipt(FILE *to, const json_t *receipt, bool grounds); /* one line */
void jd_print_news(const jd_args *a, const jd_news *news);            /* likewise */
void jd_pad(const char *text, int width);                             /* columns on a terminal */

int jd_run_version(jd_args *a);
int jd_run_send(jd_args *a);
int jd_run_watch(jd_args *a);
int jd_run_get(jd_args *a);
int jd_run_list(jd_args *a);
int jd_run_explain(jd_args *a);
int jd_run_reads(jd_args *a);
int jd_run_export(jd_args *a);
int jd_run_retention(jd_args *a);
int jd_run_stats(jd_args *a);
int jd_run_health(jd_args *a);
int jd_run_metrics(jd_args *a);
int jd_run_schema(jd_args *a);
int jd_run_protocol(jd_args *a);
int jd_run_policy(jd_args *a);
int jd_run_rules(jd_args *a);
int jd_run_verify(jd_args *a);
int jd_run_forward(jd_args *a);
int jd_run_backup(jd_args *a);
int jd_run_restore(jd_args *a);
int jd_run_play(jd_args *a);
int jd_run_keygen(jd_args *a);
int jd_run_access(jd_args *a);
int jd_run_import(jd_args *a);

/* policy.c: NULL after the diagnostics */
struct jd_policy *jd_load_policy(jd_args *a, const char *file);

#endif
