/* jiandu-count: the worker's part of N reports in one process, without sockets, so that a tool that
 * counts instructions sees nothing else. Run under callgrind by mk/count.sh. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "bench/count/inside.h"
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

int main(int argc, char **argv)
{
    static jd_inside in;
    char key[512];
    if (argc != 4) jd_die(JD_EX_USAGE, "usage: jiandu-count POLICIES EMPTY-DIR REPORTS");
    snprintf(key, sizeof key, "%s/key", argv[2]);
    jd_inside_open(&in, &(jd_inside_plan){ argv[1], argv[2], key, MAP_MIB, false, when });
    run_reports(&in, atol(argv[3]));
    jd_inside_close(&in);
    return 0;
}
