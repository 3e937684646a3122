/* jiandu-fill: a division's store with N reports in it, in a state folder that a daemon then takes up. With EARLY, so
 * many of them are received in January 2026 and the others thirty days later, for a simulated clock; else all now. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "bench/count/inside.h"
#include "bench/messages.h"

enum { A_BATCH = 16384, MAP_MIB = 65536 };  /* of address space, as a worker's by default */
static const jd_ms january = 1767574800000; /* Monday 2026-01-05, 09:00 in Beijing */
static const jd_ms thirty_days = (jd_ms)30 * 24 * 3600 * 1000;

static jd_ms now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (jd_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void fill(jd_inside *in, jd_str body, long n)
{
    for (long done = 0; done < n;) {
        jd_inside_begin(in);
        for (int i = 0; i < A_BATCH && done < n; i++, done++) jd_inside_apply(in, JD_MSG_report_submit, body);
        jd_inside_commit(in);
    }
}

int main(int argc, char **argv)
{
    static jd_inside in;
    char store[512], key[512];
    jd_buf body = { 0 };
    if (argc != 4 && argc != 5) jd_die(JD_EX_USAGE, "usage: jiandu-fill POLICIES STATE-DIR REPORTS [EARLY]");
    long n = strtol(argv[3], NULL, 10), early = argc == 5 ? strtol(argv[4], NULL, 10) : 0;
    snprintf(store, sizeof store, "%s/530900", argv[2]);
    snprintf(key, sizeof key, "%s/master.key", argv[2]);
    jd_inside_open(&in, &(jd_inside_plan){ argv[1], store, key, MAP_MIB, true, argc == 5 ? january : now_ms() });
    jd_bench_report(&body, "S-530900-00000001");
    fill(&in, jd_buf_view(&body), early);
    if (argc == 5) in.at += thirty_days;
    fill(&in, jd_buf_view(&body), n - early);
    jd_inside_close(&in);
    jd_buf_free(&body);
    return 0;
}
