/* As it grows: a store with ten million reports in it beside an empty one, in turn. */
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "bench/bench.h"

enum { FULL = 10000000, SHORT = 200000, ROOM_EACH = 1000 }; /* bytes of disk for a report, with some to spare */

typedef struct side {
    jd_own own;
    double rate[JD_ROUNDS_MAX];
    uint64_t acknowledged, written; /* over all rounds; by the disk, this machine's other work included */
    uint64_t rss_kib;               /* of the worker, its own memory: not the mapped file */
} side;

static bool has_room(const char *dir, long reports)
{
    struct statvfs v;
    double need = (double)reports * ROOM_EACH + 2e9;
    if (statvfs(dir, &v) != 0) jd_fail("%s: %m", dir);
    double free = (double)v.f_bavail * (double)v.f_frsize;
    if (free < need) printf("growth: skipped, %.0f GB of disk are free and %.0f wanted\n", free / 1e9, need / 1e9);
    return free >= need;
}

static double allocated(const jd_own *o)
{
    char file[JD_PATH + 32];
    struct stat s;
    snprintf(file, sizeof file, "%s/530900/data.mdb", o->dir);
    if (stat(file, &s) != 0) jd_fail("%s: %m", file);
    return (double)s.st_blocks * 512;
}

static double report_bytes(void)
{
    jd_message m = jd_report();
    return (double)(m.header_n + m.body_n);
}

static void run(const jd_bench *b, side *s, int round)
{
    jd_load l = {
        .endpoint = s->own.ipc, .clients = 4, .outstanding = 4096, .seconds = b->seconds, .message = jd_report()
    };
    uint64_t before = jd_disk_written(s->own.dir);
    jd_measure m = jd_load_run(&l);
    if (m.not_ok) jd_fail("growth: %llu were not ok", (unsigned long long)m.not_ok);
    s->written += jd_disk_written(s->own.dir) - before;
    s->acknowledged += m.acknowledged;
    s->rate[round] = m.per_second;
    s->rss_kib = jd_proc(s->own.worker, "status", "RssAnon:");
}

static double written_each(const side *s)
{
    return (double)s->written / (double)s->acknowledged / report_bytes();
}

static void compare(const jd_bench *b, side *empty, side *full, long n)
{
    double ratio[JD_ROUNDS_MAX];
    for (int i = 0; i < b->rounds; i++) {
        run(b, empty, i);
        run(b, full, i);
        ratio[i] = full->rate[i] / empty->rate[i];
    }
    printf("  4096 outstanding: store of %ld %9.0f/s, empty store %9.0f/s\n", n, jd_median(full->rate, b->rounds),
           jd_median(empty->rate, b->rounds));
    printf("ratio growth-throughput %.2f (wanted: at least 0.80)\n", jd_median(ratio, b->rounds));
    if (full->written)
        printf("ratio written-per-report %.2f, in the empty store %.2f (wanted: at most 3)\n", written_each(full),
               written_each(empty));
    else
        printf("written-per-report: missing, the store's folder is on no block device that counts\n");
    printf("  worker's own memory behind the rounds: %.1f MiB, beside the empty store %.1f MiB\n",
           (double)full->rss_kib / 1024, (double)empty->rss_kib / 1024);
}

void jd_part_growth(const jd_bench *b)
{
    long n = b->quick ? SHORT : FULL;
    static side empty, full;
    if (!has_room(b->dir, n)) return;
    if (b->quick) printf("growth: SHORT, %ld reports stand for %d\n", n, FULL);
    double start = jd_now();
    jd_own_start(b, &(jd_own_plan){ .name = "full", .filled = n }, &full.own);
    double took = jd_now() - start - full.own.took, each = allocated(&full.own) / (double)n;
    printf("  a store of %ld reports, filled in %.0f s; started on it in %.2f s (wanted: under 2)\n", n, took,
           full.own.took);
    printf("ratio store-per-report %.2f, %.0f bytes (wanted: at most 1.6)\n", each / report_bytes(), each);
    jd_own_start(b, &(jd_own_plan){ .name = "empty" }, &empty.own);
    compare(b, &empty, &full, n);
    jd_own_stop(&empty.own);
    jd_own_stop(&full.own);
}
