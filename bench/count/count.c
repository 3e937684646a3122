/* jiandu-count: the worker's part of N reports in one process, without sockets, or the rules alone, so that a tool that
 * counts instructions sees nothing else. Run under callgrind by mk/count.sh. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "bench/count/inside.h"
#include "bench/count/rules.h"
#include "bench/messages.h"

enum { A_BATCH = 1000, MAP_MIB = 4096 };
static const jd_ms when = 1767665000000; /* in January 2026, always: the count is to be the same */

static void run_reports(jd_inside *in, long n)
{
    jd_buf body = { 0 };
    jd_bench_report(&body, "S-530900-00000001");
    while (n > 0) {
        jd_inside_begin(in);
        for (int i = 0; i < A_BATCH; i++, n--, in->at++) jd_inside_apply(in, JD_MSG_report_submit, jd_buf_view(&body));
        jd_inside_commit(in);
    }
    jd_buf_free(&body);
}

static void count_reports(const char *policies, const char *dir, long n)
{
    static jd_inside in;
    char key[512];
    snprintf(key, sizeof key, "%s/key", dir);
    jd_inside_open(&in, &(jd_inside_plan){ policies, dir, key, MAP_MIB, false, when });
    run_reports(&in, n);
    jd_inside_close(&in);
}

static void count_rules(const char *policies, const char *dir, long n)
{
    (void)dir;
    jd_run_rules(policies, n, false);
}

static void count_long_rules(const char *policies, const char *dir, long n)
{
    (void)dir;
    jd_run_rules(policies, n, true);
}

static const struct {
    const char *name;
    void (*run)(const char *policies, const char *dir, long n);
} counted[] = { { "reports", count_reports }, { "rules", count_rules }, { "long-rules", count_long_rules } };

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 5 && i < sizeof counted / sizeof *counted; i++)
        if (strcmp(argv[1], counted[i].name) == 0) {
            counted[i].run(argv[2], argv[3], strtol(argv[4], NULL, 10));
            return 0;
        }
    jd_die(JD_EX_USAGE, "usage: jiandu-count reports|rules|long-rules POLICIES EMPTY-DIR N");
}
