/* jiandu-bench: reports through the real sockets until all are acknowledged, beside the bare loop. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "bench/bench.h"
#include "bench/messages.h"
#include "proto/check.h"
#include "proto/pack.h"

enum { ROUNDS_MAX = 9 };

typedef struct subject {
    const char *name;
    pid_t pid;
    char endpoint[300];
} subject;

/* ------------------------------------------------------------ starting what is measured */

static pid_t spawn_bare(const char *dir, size_t id_at)
{
    pid_t pid = fork();
    if (pid != 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    _exit(jd_bare_run(dir, id_at));
}

static pid_t spawn_jiandud(const char *program, const char *dir, const char *policies)
{
    char config[512];
    snprintf(config, sizeof config, "%s/jiandu.yaml", dir);
    FILE *f = fopen(config, "w");
    if (!f) exit((perror(config), 1));
    fprintf(f, "state: .\nruntime: .\npolicies: %s\ndivisions: [530900]\nlog: warning\n", policies);
    fclose(f);
    pid_t pid = fork();
    if (pid != 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl(program, program, "-c", config, (char *)NULL);
    _exit(127);
}

/* ------------------------------------------------------------ a supervisor to report for */

static size_t pack_header(jd_buf *b, const char *type, size_t *id_at)
{
    jd_pack_map(b, 4);
    jd_pack_ku(b, "v", 1);
    jd_pack_kz(b, "type", type);
    jd_pack_kz(b, "division", "530900");
    jd_pack_z(b, "id");
    jd_pack_bin(b, (jd_str){ "0123456789abcdef", 16 });
    *id_at = b->n - 16;
    return b->n;
}

/* One request, synchronously; exits when it is not recorded. The value behind `key` is copied out. */
static void request(void *socket, const char *type, const jd_buf *body, const char *key, char *value, size_t n)
{
    static uint8_t serial;
    jd_buf header = { 0 };
    size_t id_at;
    char answer[65536];
    pack_header(&header, type, &id_at);
    header.p[id_at] = (char)++serial;
    zmq_send(socket, header.p, header.n, ZMQ_SNDMORE);
    zmq_send(socket, body->p, body->n, 0);
    int got = zmq_recv(socket, answer, sizeof answer, 0);
    if (got <= 0 || !memmem(answer, (size_t)got, "\xa6status\xa2ok", 10))
        exit((fprintf(stderr, "bench: %s was not recorded: %.*s\n", type, got, answer), 1));
    const char *at = memmem(answer, (size_t)got, key, strlen(key));
    if (at) snprintf(value, n, "%.*s", (int)n - 1, at + strlen(key) + 1);
    jd_buf_free(&header);
}

static void *connect_intake(const char *endpoint, void **ctx)
{
    int timeout = 20000;
    *ctx = zmq_ctx_new();
    void *s = zmq_socket(*ctx, ZMQ_DEALER);
    zmq_setsockopt(s, ZMQ_RCVTIMEO, &timeout, sizeof timeout);
    if (zmq_connect(s, endpoint) != 0) exit((perror(endpoint), 1));
    return s;
}

static void assert_no(void *socket, const char *of, const char *predicate)
{
    jd_buf b = { 0 };
    char none[2];
    jd_bench_fact(&b, of, predicate, jd_day_from_ms((jd_ms)time(NULL) * 1000));
    request(socket, "fact.assert", &b, "\x01\x01", none, sizeof none);
    jd_buf_free(&b);
}

static void appoint(const char *endpoint, char supervisor[32])
{
    static const char *const facts[] = { "severe_bad_credit", "admin_penalty", "criminal_punishment" };
    void *ctx, *s = connect_intake(endpoint, &ctx);
    char application[32];
    jd_buf b = { 0 };
    jd_bench_form(&b);
    request(s, "application.submit", &b, "entity_id", application, 18);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) assert_no(s, application, facts[i]);
    b.n = 0;
    jd_pack_map(&b, 3);
    jd_pack_kz(&b, "application", application);
    jd_pack_kz(&b, "decision", "appoint");
    jd_pack_kz(&b, "department", "bureau");
    request(s, "application.decide", &b, "created", supervisor, 18);
    jd_buf_free(&b);
    zmq_close(s);
    zmq_ctx_term(ctx);
}

/* ------------------------------------------------------------ measuring */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

static void measure(const subject *bare, const subject *own, jd_load l, int rounds)
{
    double ratio[ROUNDS_MAX], a[ROUNDS_MAX], b[ROUNDS_MAX];
    uint64_t not_ok = 0;
    for (int i = 0; i < rounds; i++) {
        l.endpoint = bare->endpoint;
        b[i] = jd_load_run(&l).per_second;
        l.endpoint = own->endpoint;
        jd_measure m = jd_load_run(&l);
        a[i] = m.per_second;
        not_ok += m.not_ok;
        ratio[i] = l.outstanding == 1 ? b[i] / a[i] : a[i] / b[i];
    }
    printf("%6d outstanding: jiandu %9.0f/s, bare loop %9.0f/s", l.outstanding, median(a, rounds), median(b, rounds));
    printf(not_ok ? ", %llu NOT OK\n" : "\n", (unsigned long long)not_ok);
    printf("ratio %s-%d %.2f\n", l.outstanding == 1 ? "latency" : "throughput", l.outstanding, median(ratio, rounds));
    fflush(stdout);
    if (not_ok) exit(1);
}

static void make_dir(char *out, size_t n, const char *parent, const char *name)
{
    snprintf(out, n, "%s/%s", parent, name);
    if (mkdir(out, 0700) != 0 && errno != EEXIST) exit((perror(out), 1));
}

int main(int argc, char **argv)
{
    char bare_dir[256], own_dir[256], supervisor[32];
    jd_buf header = { 0 }, body = { 0 };
    subject bare = { .name = "bare" }, own = { .name = "jiandu" };
    if (argc != 6) {
        fputs("usage: jiandu-bench JIANDUD POLICIES EMPTY-DIR SECONDS ROUNDS\n", stderr);
        return 64;
    }
    double seconds = atof(argv[4]);
    int rounds = atoi(argv[5]) < ROUNDS_MAX ? atoi(argv[5]) : ROUNDS_MAX;
    size_t id_at;
    pack_header(&header, "report.submit", &id_at);
    make_dir(bare_dir, sizeof bare_dir, argv[3], "bare");
    make_dir(own_dir, sizeof own_dir, argv[3], "own");
    bare.pid = spawn_bare(bare_dir, id_at);
    own.pid = spawn_jiandud(argv[1], own_dir, argv[2]);
    snprintf(bare.endpoint, sizeof bare.endpoint, "ipc://%s/intake.sock", bare_dir);
    snprintf(own.endpoint, sizeof own.endpoint, "ipc://%s/intake.sock", own_dir);
    sleep(1);
    appoint(own.endpoint, supervisor);
    jd_bench_report(&body, supervisor);
    jd_load l = { .clients = 4,
                  .seconds = seconds,
                  .header = header.p,
                  .header_n = header.n,
                  .body = body.p,
                  .body_n = body.n,
                  .id_at = id_at };
    printf("a report is %zu bytes of header and %zu of body; every acknowledgement is synced to disk\n", header.n,
           body.n);
    static const int levels[] = { 1, 64, 256, 4096 };
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        l.outstanding = levels[i];
        l.clients = levels[i] < 4 ? 1 : 4;
        measure(&bare, &own, l, rounds);
    }
    kill(own.pid, SIGTERM);
    kill(bare.pid, SIGKILL);
    waitpid(own.pid, NULL, 0);
    return 0;
}
