/* Time, medians, and processes beside this one. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench.h"

double jd_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double jd_cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double jd_median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

void jd_pause(double seconds)
{
    struct timespec t = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };
    nanosleep(&t, NULL);
}

void jd_fail(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fputs("bench: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    exit(1);
}

void jd_make_dir(char out[JD_PATH], const char *parent, const char *name)
{
    snprintf(out, JD_PATH, "%s/%s", parent, name);
    if (mkdir(out, 0700) != 0 && errno != EEXIST) jd_fail("%s: %m", out);
}

jd_measure jd_measured(uint64_t acknowledged, double seconds, double cpu, int outstanding)
{
    double n = acknowledged ? (double)acknowledged : 1;
    return (jd_measure){ .acknowledged = acknowledged,
                         .seconds = seconds,
                         .per_second = (double)acknowledged / seconds,
                         .latency_us = seconds * 1e6 * outstanding / n,
                         .client_us = cpu * 1e6 / n };
}

jd_aside jd_aside_run(void (*f)(const void *arg, void *result), const void *arg, size_t result_n)
{
    int fd[2];
    fflush(stdout);
    if (pipe(fd) != 0) jd_fail("pipe: %m");
    jd_aside a = { .pid = fork(), .fd = fd[0] };
    if (a.pid < 0) jd_fail("fork: %m");
    if (a.pid == 0) {
        char *result = calloc(1, result_n);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!result) _exit(1);
        f(arg, result);
        _exit(write(fd[1], result, result_n) == (ssize_t)result_n ? 0 : 1);
    }
    close(fd[1]);
    return a;
}

void jd_aside_join(jd_aside *a, void *result, size_t result_n)
{
    size_t got = 0;
    ssize_t n;
    while (got < result_n && (n = read(a->fd, (char *)result + got, result_n - got)) > 0) got += (size_t)n;
    close(a->fd);
    waitpid(a->pid, NULL, 0);
    if (got < result_n) jd_fail("a process that measured ended before it was done");
}
