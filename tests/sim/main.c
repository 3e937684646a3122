/* jiandu-sim: the daemon's and the worker's programs in one process, with everything that may go wrong drawn from a
 * seed. Each seed has a process of its own, so that nothing is carried over; every sixteenth is run twice, and must
 * come out the same. */
#include <errno.h>
#include <ftw.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/yaml.h"
#include "tests/sim/story.h"
#include "tests/sim/world.h"

enum { JOBS_MAX = 64, TWICE = 16 };

typedef struct result {
    uint64_t trace;
    sim_counts count;
} result;

typedef struct job {
    pid_t pid; /* 0: free */
    uint64_t seed;
    bool again;
    uint64_t first; /* the trace of the first time */
} job;

static struct {
    char folder[PATH_MAX];
    pid_t owner; /* of the folder */
    job job[JOBS_MAX];
    result *results; /* shared with the processes */
    int jobs;
    uint64_t passed, failed, twice;
    sim_counts sum;
    bool all; /* replay each */
    char **argv;
} run;

/* ------------------------------------------------------------ folders */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static void remove_folder(const char *path)
{
    nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void clean_up(void)
{
    if (getpid() == run.owner) remove_folder(run.folder);
}

static bool copy_file(const char *from, const char *to)
{
    jd_buf b = { 0 };
    FILE *f = jd_read_file(from, &b) ? fopen(to, "w") : NULL;
    bool ok = f && fwrite(b.p, 1, b.n, f) == b.n;
    ok = f && fclose(f) == 0 && ok;
    jd_buf_free(&b);
    return ok && chmod(to, 0600) == 0;
}

static void copy_or_die(const char *from, const char *to_folder, const char *name)
{
    char to[PATH_MAX + 64];
    snprintf(to, sizeof to, "%s/%s", to_folder, name);
    if (!copy_file(from, to)) {
        fprintf(stderr, "%s to %s: %s\n", from, to, strerror(errno));
        exit(JD_EX_IO);
    }
}

static void make_folder(const char *fmt, const char *name)
{
    char path[PATH_MAX + 64];
    snprintf(path, sizeof path, fmt, run.folder, name);
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(JD_EX_IO);
    }
}

static void make_place(const char *name)
{
    char path[PATH_MAX + 64];
    make_folder("%s/%s", name);
    make_folder("%s/%s/state", name);
    make_folder("%s/%s/rt", name);
    make_folder("%s/%s/policies", name);
    snprintf(path, sizeof path, "%s/%s", run.folder, name);
    if (chdir(path) != 0) exit(JD_EX_IO);
    copy_or_die("../policies/990100.yaml", "policies", "990100.yaml");
    copy_or_die("../policies/calendar-cn.csv", "policies", "calendar-cn.csv");
}

/* In memory, where there is such a file system: a seed syncs hundreds of times. */
static void make_all(void)
{
    const char *top = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    char policies[PATH_MAX + 64];
    snprintf(run.folder, sizeof run.folder, "%.3000s/jiandu-sim-%ld", top, (long)getpid());
    if (mkdir(run.folder, 0700) != 0) exit(JD_EX_IO);
    run.owner = getpid();
    atexit(clean_up);
    make_folder("%s/%s", "policies");
    snprintf(policies, sizeof policies, "%s/policies", run.folder);
    copy_or_die("tests/policies/990100.yaml", policies, "990100.yaml");
    copy_or_die("policies/calendar-cn.csv", policies, "calendar-cn.csv");
}

/* Parsed before the seeds' processes begin, it is known to each (yaml.c). */
static void know_policy(void)
{
    jd_buf text = { 0 };
    jd_arena a = { 0 };
    jd_diag wrong = { 0 };
    if (jd_read_file("tests/policies/990100.yaml", &text)) jd_yaml_parse(&a, jd_buf_view(&text), &wrong);
    jd_arena_free(&a);
    jd_buf_free(&text);
}

/* ------------------------------------------------------------ a process of its own */

static int in_process(void (*f)(void))
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        f();
        fflush(stdout);
        _exit(0);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void make_template(void)
{
    make_place("template");
    sim_template();
}

static void take_template(void)
{
    if (mkdir("state/990100", 0700) != 0 && errno != EEXIST) exit(JD_EX_IO);
    copy_or_die("../template/state/master.key", "state", "master.key");
    copy_or_die("../template/state/990100/data.mdb", "state/990100", "data.mdb");
    copy_or_die("../template/state/990100/checkpoints", "state/990100", "checkpoints");
}

static _Noreturn void run_seed(const job *j, result *r)
{
    char name[32];
    snprintf(name, sizeof name, "%d", (int)(j - run.job));
    make_place(name);
    take_template();
    sim_story(j->seed, run.all || j->seed % 4 == 0);
    r->trace = sim_trace_hash();
    r->count = sim_count;
    fflush(stdout);
    _exit(0);
}

static void start(job *j)
{
    char name[PATH_MAX + 16];
    snprintf(name, sizeof name, "%s/%d", run.folder, (int)(j - run.job));
    remove_folder(name);
    fflush(stdout);
    j->pid = fork();
    if (j->pid == 0) run_seed(j, &run.results[j - run.job]);
    if (j->pid < 0) exit(JD_EX_TEMPFAIL);
}

/* ------------------------------------------------------------ all */

static void add_counts(sim_counts *sum, const sim_counts *n)
{
    uint64_t *to = (uint64_t *)sum;
    const uint64_t *from = (const uint64_t *)n;
    for (size_t i = 0; i < sizeof *sum / sizeof *to; i++) to[i] += from[i];
}

static void fail(const job *j, const char *why)
{
    if (why) printf("seed %llu: %s\n", (unsigned long long)j->seed, why);
    printf("not ok - to see it again: %s -v %llu\n", run.argv[0], (unsigned long long)j->seed);
    run.failed++;
}

static void judge(job *j, int status)
{
    const result *r = &run.results[j - run.job];
    char why[64];
    j->pid = 0;
    if (WIFSIGNALED(status)) {
        snprintf(why, sizeof why, "ended by signal %d", WTERMSIG(status));
        fail(j, why);
    } else if (WEXITSTATUS(status) != 0) {
        fail(j, WEXITSTATUS(status) == 1 ? NULL : "broken off");
    } else if (j->again && r->trace != j->first) {
        fail(j, "run twice, it does not come out the same");
    } else if (!j->again && j->seed % TWICE == 0) {
        j->again = true;
        j->first = r->trace;
        start(j);
    } else {
        run.passed++;
        run.twice += j->again;
        add_counts(&run.sum, &r->count);
    }
}

static bool wait_for_one(void)
{
    int status;
    pid_t pid = wait(&status);
    for (int i = 0; i < run.jobs; i++)
        if (pid > 0 && run.job[i].pid == pid) judge(&run.job[i], status);
    return pid > 0;
}

static job *free_job(void)
{
    for (;;) {
        for (int i = 0; i < run.jobs; i++)
            if (!run.job[i].pid) return &run.job[i];
        wait_for_one();
    }
}

static void run_all(uint64_t from, uint64_t count, uint64_t most)
{
    for (uint64_t i = 0; i < count && run.failed < most; i++) {
        job *j = free_job();
        *j = (job){ .seed = from + i };
        start(j);
    }
    while (wait_for_one()) continue;
}

static void say(double seconds)
{
    const sim_counts *s = &run.sum;
    printf("%llu seeds in %.1f s, %llu of them twice: %llu requests, %llu sent again, %llu acknowledged, %llu refused; "
           "%llu commits, %llu failed; %llu kills, %llu asked to end, %llu cuts; %llu events\n",
           (unsigned long long)(run.passed + run.failed), seconds, (unsigned long long)run.twice,
           (unsigned long long)s->requests, (unsigned long long)s->resent, (unsigned long long)s->acknowledged,
           (unsigned long long)s->refused, (unsigned long long)s->commits, (unsigned long long)s->failed_commits,
           (unsigned long long)s->kills, (unsigned long long)s->ends, (unsigned long long)s->cuts,
           (unsigned long long)s->events);
    printf("%llu passed, %llu failed\n", (unsigned long long)run.passed, (unsigned long long)run.failed);
}

static void usage(void)
{
    fputs("usage: jiandu-sim [-v] [-j JOBS] [-k FAILURES] FROM [COUNT]\n"
          "\n"
          "Runs seeds FROM, FROM + 1, ..., COUNT of them (1), from the top of the tree.\n"
          "\n"
          "  -v  what happens, line by line\n"
          "  -r  replay the journal of every seed, not of each fourth\n"
          "  -j  so many at once (1)\n"
          "  -k  go on until so many have failed (1)\n",
          stderr);
    exit(JD_EX_USAGE);
}

int main(int argc, char **argv)
{
    struct timespec begin, end;
    uint64_t most = 1;
    run.jobs = 1;
    run.argv = argv;
    for (int c; (c = getopt(argc, argv, "vrj:k:")) != -1;) {
        if (c == 'v') sim_verbose = true;
        if (c == 'r') run.all = true;
        if (c == 'j') run.jobs = atoi(optarg);
        if (c == 'k') most = strtoull(optarg, NULL, 10);
        if (c == '?') usage();
    }
    if (optind == argc || run.jobs < 1 || run.jobs > JOBS_MAX) usage();
    uint64_t from = strtoull(argv[optind], NULL, 10),
             count = argv[optind + 1] ? strtoull(argv[optind + 1], NULL, 10) : 1;
    static const char *const ours[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC", "CREDENTIALS_DIRECTORY" };
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++) unsetenv(ours[i]);
    run.results = mmap(NULL, sizeof *run.results * JOBS_MAX, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run.results == MAP_FAILED) return JD_EX_TEMPFAIL;
    make_all();
    know_policy();
    bool verbose = sim_verbose;
    sim_verbose = false;
    bool made = in_process(make_template) == 0;
    sim_verbose = verbose;
    timespec_get(&begin, TIME_UTC);
    if (made)
        run_all(from, count, most);
    else
        run.failed = 1;
    timespec_get(&end, TIME_UTC);
    say((double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
    return run.failed != 0;
}
