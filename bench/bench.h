/* The benchmark's parts and what they share: a message, a load that keeps a fixed number of requests
 * outstanding, processes of its own, and jiandu as one of them. Everything runs on this machine, one after the
 * other and in turn, so that ratios hold where absolute numbers do not. */
#ifndef JD_BENCH_H
#define JD_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"

enum { JD_ROUNDS_MAX = 9, JD_PATH = 300 };

/* How one run of the benchmark is to be done. */
typedef struct jd_bench {
    const char *build, *policies, *dir; /* our programs; the policy folder; an empty folder on a real disk */
    double seconds;                     /* one measurement */
    int rounds;                         /* the figure is the median of so many */
    bool quick;
} jd_bench;

/* What is sent: msgpack; the header's id is the 16 bytes at id_at. */
typedef struct jd_message {
    const char *header, *body;
    size_t header_n, body_n, id_at;
} jd_message;

/* CURVE, as 40 characters of Z85 each. */
typedef struct jd_keys {
    char server[41], server_secret[41], client[41], client_secret[41];
} jd_keys;

typedef struct jd_load {
    const char *endpoint; /* of a ROUTER */
    int clients;          /* DEALER sockets */
    int outstanding;      /* requests under way, over all clients */
    double seconds;
    double per_second;   /* sent at most so many; 0: as fast as receipts come */
    const jd_keys *keys; /* NULL: an endpoint without */
    jd_message message;
} jd_load;

typedef struct jd_measure {
    uint64_t acknowledged;
    double seconds, per_second, latency_us; /* mean, by Little's law */
    double client_us;                       /* processor time of the client's threads for one message */
    uint64_t not_ok;                        /* acknowledgements that were refusals */
} jd_measure;

/* ------------------------------------------------------------ tools.c */

double jd_now(void);     /* seconds, monotonic */
double jd_cpu_now(void); /* processor seconds of this process, all threads */
double jd_median(double *v, int n);
void jd_pause(double seconds);
_Noreturn void jd_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void jd_make_dir(char out[JD_PATH], const char *parent, const char *name);
/* Of everything acknowledged between two moments. */
jd_measure jd_measured(uint64_t acknowledged, double seconds, double cpu, int outstanding);

/* Runs something in a process of its own, and takes what it hands back when it is done. */
typedef struct jd_aside {
    pid_t pid;
    int fd;
} jd_aside;
jd_aside jd_aside_run(void (*f)(const void *arg, void *result), const void *arg, size_t result_n);
void jd_aside_join(jd_aside *a, void *result, size_t result_n);

/* ------------------------------------------------------------ process.c */

/* A program in a process group of its own, its output in DIR/out; whatever is left ends with the benchmark. */
pid_t jd_start(const char *dir, const char *const *argv);
pid_t jd_start_here(int (*f)(const char *dir, size_t n), const char *dir, size_t n);
bool jd_alive(pid_t pid);
void jd_stop(pid_t pid);                              /* asks, waits, and at last insists */
int jd_run(const char *dir, const char *const *argv); /* waits for it; its status */
int jd_free_port(void);
bool jd_port_opens(int port, pid_t pid, double seconds); /* false: it ended, or took longer */
pid_t jd_child_of(pid_t parent);
/* The number behind `key` in /proc/PID/FILE. */
uint64_t jd_proc(pid_t pid, const char *file, const char *key);
/* Bytes the block device below `dir` has been given to write, with all that was still in memory; 0 where none counts. */
uint64_t jd_disk_written(const char *dir);

/* ------------------------------------------------------------ load.c, zmtp.c, through_library.c, echo.c */

/* Pushes requests until the time is over and all are acknowledged: by libzmq's sockets; by hand, without keys and as fast as
 * receipts come; or through libjiandu. */
jd_measure jd_load_run(const jd_load *l);
jd_measure jd_zmtp_load(const jd_load *l);
jd_measure jd_load_library(const jd_load *l);

/* The id of the n-th message: version 7, so that they are in order. */
void jd_next_id(uint8_t id[16], uint64_t n);

/* What answers "ok" to everything at once and keeps nothing: how fast the clients alone could be. */
int jd_echo_run(const char *dir, size_t id_at);

/* ------------------------------------------------------------ own.c: jiandu as it is measured */

typedef struct jd_own {
    pid_t pid, worker;
    char dir[JD_PATH], ipc[JD_PATH], tcp[64], events[JD_PATH];
    double took; /* from the start of the program to its first answer, seconds */
    jd_keys keys;
} jd_own;

typedef struct jd_own_plan {
    const char *name; /* of the folder */
    bool simulated;   /* its clock */
    bool keys;        /* CURVE at its tcp endpoint */
    long filled;      /* reports that are in its store already, by jiandu-fill */
    long early;       /* under a simulated clock: so many of them thirty days before the others */
} jd_own_plan;

/* Starts it, waits until it answers, and has the supervisor S-530900-00000001 appointed if there is none. */
void jd_own_start(const jd_bench *b, const jd_own_plan *plan, jd_own *out);
void jd_own_again(const jd_bench *b, jd_own *o); /* stops and starts it */
void jd_own_stop(jd_own *o);

/* ------------------------------------------------------------ ask.c: single requests */

void *jd_ask_open(const char *endpoint, const jd_keys *keys, int timeout_ms, void **ctx);
void jd_ask_close(void *socket, void *ctx);
/* Sends one request and waits; the bytes of the answer, 0 for none in time. `at`: under a simulated clock, or NULL. */
size_t jd_ask(void *socket, const char *type, const char *at, const char *body, size_t body_n, char *answer, size_t n);
bool jd_answer_ok(const char *answer, size_t n);
void jd_ask_header(jd_buf *b, const char *type, const char *at); /* with an id of its own */
void jd_appoint(const char *endpoint);
/* The report every part sends, about 400 bytes; lives as long as the program. */
jd_message jd_report(void);

/* ------------------------------------------------------------ the parts */

/* The bare loop in its two-process form: ROUTER in, a batch a frame to a second process, two in-order
 * puts a message, one commit a batch, an acknowledgement and an event each. Runs until killed. */
int jd_bare_run(const char *dir, size_t id_at);

void jd_part_loop(const jd_bench *b);
void jd_part_doors(const jd_bench *b);
void jd_part_peers(const jd_bench *b);
void jd_part_growth(const jd_bench *b);
void jd_part_fanout(const jd_bench *b);
void jd_part_queries(const jd_bench *b);
void jd_part_clocks(const jd_bench *b);

#endif
