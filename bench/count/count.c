/* jiandu-count: the worker's part of N reports in one process, without sockets, or the rules alone, so that a tool that
 * counts instructions sees nothing else. Run under callgrind by mk/count.sh, but for `writes`, which counts what it asks the
 * system to write. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "bench/count/inside.h"
#include "bench/count/rules.h"
#include "bench/messages.h"

enum { A_BATCH = 1000, A_FEW = 8, MAP_MIB = 4096 };
static const jd_ms when = 1767665000000; /* in January 2026, always: the count is to be the same */

static void run_reports(jd_inside *in, long n, int a_batch)
{
    jd_buf body = { 0 };
    jd_bench_report(&body, "S-530900-00000001");
    while (n > 0) {
        jd_inside_begin(in);
        for (int i = 0; i < a_batch; i++, n--, in->at++) jd_inside_apply(in, JD_MSG_report_submit, jd_buf_view(&body));
        jd_inside_commit(in);
    }
    jd_buf_free(&body);
}

static void open_in(jd_inside *in, const char *policies, const char *dir)
{
    char key[512];
    snprintf(key, sizeof key, "%s/key", dir);
    jd_inside_open(in, &(jd_inside_plan){ policies, dir, key, MAP_MIB, false, when });
}

static void count_reports(const char *policies, const char *dir, long n)
{
    static jd_inside in;
    open_in(&in, policies, dir);
    run_reports(&in, n, A_BATCH);
    jd_inside_close(&in);
}

static long writes_so_far(void)
{
    char line[64];
    long n = -1;
    FILE *f = fopen("/proc/self/io", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "syscw: ", 7) == 0) n = strtol(line + 7, NULL, 10);
    if (f) fclose(f);
    if (n < 0) jd_die(JD_EX_UNAVAILABLE, "/proc/self/io does not say how often was written");
    return n;
}

/* Of n commits, a few reports each, behind as many: each place of the file is a write. */
static void count_writes(const char *policies, const char *dir, long n)
{
    static jd_inside in;
    open_in(&in, policies, dir);
    run_reports(&in, n * A_FEW, A_FEW);
    long before = writes_so_far();
    run_reports(&in, n * A_FEW, A_FEW);
    printf("%ld\n", writes_so_far() - before);
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
} counted[] = { { "reports", count_reports },
                { "writes", count_writes },
                { "rules", count_rules },
                { "long-rules", count_long_rules } };

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 5 && i < sizeof counted / sizeof *counted; i++)
        if (strcmp(argv[1], counted[i].name) == 0) {
            counted[i].run(argv[2], argv[3], strtol(argv[4], NULL, 10));
            return 0;
        }
    jd_die(JD_EX_USAGE, "usage: jiandu-count reports|writes|rules|long-rules POLICIES EMPTY-DIR N");
}
