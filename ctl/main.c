/* jianductl: the command line. Every command is a row; everything else here reads the rows. */
#include <stdio.h>

#include "base/config.h"
#include "ctl/ctl.h"

static const jd_command commands[] = {
    { "send", "TYPE [FILE]", 1, 2, " division id reason at push ", jd_run_send,
      "send messages: one JSON object, or one a line; prints a receipt a line" },
    { "watch", "[TOPIC...]", 0, 64, " division since count ", jd_run_watch, "status events a line each, without gaps" },
    { "get", "ID", 1, 1, " division content department reason ", jd_run_get,
      "one case as it stands; with --content what was submitted" },
    { "list", "ENTITY", 1, 1, " division state department supervisor overdue limit all ", jd_run_list,
      "cases of one entity, such as report" },
    { "explain", "ID", 1, 1, " division ", jd_run_explain,
      "why a case stands as it does: rules, articles, facts, history" },
    { "reads", "ID", 1, 1, " division ", jd_run_reads, "who read a case, or what is held on a person" },
    { "export", "ID", 1, 1, " division department reason ", jd_run_export,
      "everything held on the person of an application or appointment, as JSON" },
    { "retention", "", 0, 0, " division department reason dry-run run ", jd_run_retention,
      "what is kept longer than the policy says: list it, or destroy it" },
    { "stats", "", 0, 0, " division ", jd_run_stats, "how many cases stand in each state" },
    { "health", "", 0, 0, " division ", jd_run_health, "whether the worker and its store are well" },
    { "metrics", "[DIVISION...]", 0, JD_DIVISIONS_MAX, " division ", jd_run_metrics,
      "both in numbers, as Prometheus reads them" },
    { "schema", "[TYPE]", 0, 1, " ", jd_run_schema, "JSON Schema of one message type, or of all" },
    { "protocol", "", 0, 0, " ", jd_run_protocol, "the protocol manual, as Markdown" },
    { "policy", "check FILE | show [FILE] | diff [A] B", 1, 3, " division calendar rules quiet ", jd_run_policy,
      "check a policy file, show one or the one in force, or say what differs" },
    { "rules", "FILE [RULE]", 1, 2, " ", jd_run_rules,
      "each article of a policy file: who decides it, where the file and the messages act on it" },
    { "import", "institutions FILE", 2, 2,
      " division policy department year list-version published-on check id at quiet ", jd_run_import,
      "publish a list of institutions from a CSV, checked here first" },
    { "play", "FILE...", 1, 64, " watch quiet ", jd_run_play,
      "send sample cases and check that each ends as its line says" },
    { "forward", "REPORT", 1, 1, " to by reason ", jd_run_forward,
      "pass a report on to another division, and bring its result back; may be repeated" },
    { "keygen", "", 0, 0, " out ", jd_run_keygen, "make a key: a certificate to hand out, and the secret one to it" },
    { "access", "list | grant NAME FILE | revoke NAME", 1, 3,
      " access role divisions departments supervisors valid-from valid-to ", jd_run_access,
      "who may come in by which key: show or change the access file" },
    { "verify", "", 0, 0, " division replay checkpoint in ", jd_run_verify,
      "check the store's promises (runs jiandu-worker --verify)" },
    { "backup", "DIR", 1, 1, " division ", jd_run_backup,
      "copy the stores to DIR while they are used, and check the copies" },
    { "restore", "DIR", 1, 1, " division ", jd_run_restore,
      "check a division's copy in DIR; its worker takes it up when it starts again" },
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const char global_options[] = " intake events config key server-key timeout retries json division help version ";

static void say_row(const jd_command *c)
{
    char left[64];
    int n = snprintf(left, sizeof left, "%s %s", c->name, c->arguments);
    if (n > 24)
        printf("  %s\n  %-24s %s\n", left, "", c->help);
    else
        printf("  %-24s %s\n", left, c->help);
}

static int say_help(void)
{
    puts("usage: jianductl [OPTION...] COMMAND [ARGUMENT...]\n\ncommands:");
    for (int i = 0; i < COMMANDS; i++) say_row(&commands[i]);
    puts("\noptions, before or behind the command (jianductl COMMAND --help lists its own):");
    jd_options_help(global_options);
    puts("\nexit status: 0 done, 1 refused or not found, 64 wrong usage, 65 invalid input,\n"
         "             69 no daemon, 75 try again");
    return JD_EX_OK;
}

static int say_command_help(const jd_command *c)
{
    printf("usage: jianductl %s [OPTION...] %s\n\n%s\n\noptions:\n", c->name, c->arguments, c->help);
    jd_options_help(c->options);
    jd_options_help(jd_common_options);
    return JD_EX_OK;
}

static const jd_command *find(const char *name)
{
    for (int i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    return NULL;
}

static int wrong_usage(const jd_command *c)
{
    jd_complain("usage: jianductl %s [OPTION...] %s", c->name, c->arguments);
    return JD_EX_USAGE;
}

static int run(jd_args *a, const jd_command *c, int argc, char **argv)
{
    char names[256];
    snprintf(names, sizeof names, "%s%s", c->options, jd_common_options);
    int at = jd_options_read(a, argc, argv, names, false);
    if (at < 0) return JD_EX_USAGE;
    if (a->help) return say_command_help(c);
    a->n = argc - at;
    a->rest = argv + at;
    if (a->n < c->least || a->n > c->most) return wrong_usage(c);
    return c->run(a);
}

static int dispatch(jd_args *a, int argc, char **argv)
{
    int at = jd_options_read(a, argc, argv, global_options, true);
    if (at < 0) return JD_EX_USAGE;
    if (a->version) return jd_run_version(a);
    if (a->help) return say_help();
    const jd_command *c = at < argc ? find(argv[at]) : NULL;
    if (c) return run(a, c, argc - at, argv + at);
    if (at < argc)
        jd_complain("there is no command '%s'; see jianductl --help", argv[at]);
    else
        jd_complain("which command? see jianductl --help");
    return JD_EX_USAGE;
}

int main(int argc, char **argv)
{
    jd_args a = { .timeout = -1, .retries = -1, .since = -1, .count = -1, .limit = -1, .year = -1, .list_version = -1 };
    jd_log_init("jianductl", JD_INFO);
    int code = dispatch(&a, argc, argv);
    jd_arena_free(&a.arena);
    if (fflush(stdout) != 0 && code == JD_EX_OK) code = JD_EX_IO;
    return code;
}
