/* The programs that are measured: each in a process group of its own, none left behind. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/bench.h"

enum { RUNNING_MAX = 32, ASK_SECONDS = 20 };

static pid_t running[RUNNING_MAX];
static pid_t owner;

static void end_all(void)
{
    if (getpid() != owner) return; /* a process beside this one has nothing to end */
    for (int i = 0; i < RUNNING_MAX; i++)
        if (running[i]) kill(-running[i], SIGKILL);
}

static void on_signal(int number)
{
    end_all();
    _exit(128 + number);
}

static void remember(pid_t pid)
{
    if (!owner) {
        owner = getpid();
        atexit(end_all);
        signal(SIGINT, on_signal);
        signal(SIGTERM, on_signal);
        signal(SIGHUP, on_signal);
    }
    for (int i = 0; i < RUNNING_MAX; i++)
        if (!running[i]) {
            running[i] = pid;
            return;
        }
    jd_fail("more than %d programs at once", RUNNING_MAX);
}

static void forget(pid_t pid)
{
    for (int i = 0; i < RUNNING_MAX; i++)
        if (running[i] == pid) running[i] = 0;
}

/* In the child: a group of its own, and an end with the benchmark even if that is killed. */
static void settle(const char *dir)
{
    char out[JD_PATH + 8];
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGHUP, SIG_DFL);
    snprintf(out, sizeof out, "%s/out", dir);
    int fd = open(out, O_WRONLY | O_CREAT | O_APPEND, 0644), nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, 0);
    dup2(fd, 1);
    dup2(fd, 2);
}

static pid_t spawn(const char *dir, const char *const *argv)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0) jd_fail("fork: %m");
    if (pid == 0) {
        settle(dir);
        execvp(argv[0], (char *const *)(uintptr_t)argv);
        perror(argv[0]);
        _exit(127);
    }
    setpgid(pid, pid);
    return pid;
}

pid_t jd_start(const char *dir, const char *const *argv)
{
    pid_t pid = spawn(dir, argv);
    remember(pid);
    return pid;
}

pid_t jd_start_here(int (*f)(const char *dir, size_t n), const char *dir, size_t n)
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid < 0) jd_fail("fork: %m");
    if (pid == 0) {
        settle(dir);
        _exit(f(dir, n));
    }
    setpgid(pid, pid);
    remember(pid);
    return pid;
}

int jd_run(const char *dir, const char *const *argv)
{
    int status = 0;
    pid_t pid = jd_start(dir, argv);
    waitpid(pid, &status, 0);
    forget(pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

bool jd_alive(pid_t pid)
{
    siginfo_t info = { 0 };
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0;
}

void jd_stop(pid_t pid)
{
    kill(-pid, SIGTERM);
    for (double until = jd_now() + ASK_SECONDS; jd_alive(pid) && jd_now() < until;) jd_pause(0.01);
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
    forget(pid);
}

static int loopback(int port, struct sockaddr_in *a)
{
    *a = (struct sockaddr_in){ .sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

/* Below those that the system gives to connections by itself. */
int jd_free_port(void)
{
    static int next;
    struct sockaddr_in a;
    if (!next) next = 15000 + (int)(getpid() % 800) * 20;
    for (int tries = 0; tries < 1000; tries++) {
        int port = next++, fd = loopback(port, &a);
        bool free = bind(fd, (struct sockaddr *)&a, sizeof a) == 0;
        close(fd);
        if (free) return port;
    }
    jd_fail("no port is free");
}

bool jd_port_opens(int port, pid_t pid, double seconds)
{
    struct sockaddr_in a;
    for (double until = jd_now() + seconds; jd_alive(pid) && jd_now() < until; jd_pause(0.05)) {
        int fd = loopback(port, &a);
        bool open = connect(fd, (struct sockaddr *)&a, sizeof a) == 0;
        close(fd);
        if (open) return true;
    }
    return false;
}

uint64_t jd_proc(pid_t pid, const char *file, const char *key)
{
    char path[64], line[512];
    unsigned long long v = 0;
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0) v = strtoull(line + strlen(key), NULL, 10);
    if (f) fclose(f);
    return v;
}

uint64_t jd_disk_written(const char *dir)
{
    enum { SECTOR = 512 };
    char path[64];
    struct stat s;
    unsigned long long sectors = 0;
    if (stat(dir, &s) != 0) jd_fail("%s: %m", dir);
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/stat", major(s.st_dev), minor(s.st_dev));
    sync();
    FILE *f = fopen(path, "r");
    if (f && fscanf(f, "%*u %*u %*u %*u %*u %*u %llu", &sectors) != 1) sectors = 0;
    if (f) fclose(f);
    return sectors * SECTOR;
}

pid_t jd_child_of(pid_t parent)
{
    DIR *d = opendir("/proc");
    pid_t found = 0;
    for (struct dirent *e; d && (e = readdir(d));) {
        pid_t pid = (pid_t)strtol(e->d_name, NULL, 10);
        if (pid > 0 && (pid_t)jd_proc(pid, "status", "PPid:") == parent) found = pid;
    }
    if (d) closedir(d);
    return found;
}
