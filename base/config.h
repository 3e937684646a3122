/* The configuration file both daemon and worker read. Every mistake names file and line. */
#ifndef JD_BASE_CONFIG_H
#define JD_BASE_CONFIG_H

#include "base/yaml.h"

enum { JD_DIVISIONS_MAX = 64, JD_ENDPOINTS_MAX = 8 };

typedef struct jd_endpoints {
    int n;
    char *v[JD_ENDPOINTS_MAX];
    uint64_t divisions[JD_ENDPOINTS_MAX]; /* events: a bit a division it carries */
} jd_endpoints;

typedef struct jd_config {
    jd_arena arena;
    char *state, *runtime, *policies, *key; /* paths; a relative one is relative to the file's folder */
    int divisions_n;
    uint32_t divisions[JD_DIVISIONS_MAX];
    jd_endpoints intake, push, events;
    char *server_key, *access_file; /* CURVE; NULL: no keys, and tcp is loopback only */
    char *ipc_role;                 /* what who reaches an endpoint without a key may do */
    int ipc_role_line;              /* 0 where it is not given */
    bool spawn;                     /* the daemon starts its workers itself; else the service manager does */
    char *program;                  /* jiandu-worker, for spawning */
    bool simulated;                 /* time comes from the messages' headers: for tests and demonstrations only */
    int log_level;
    int64_t batch_messages;                         /* messages a batch may hold */
    int64_t in_flight;                              /* messages read and not yet answered, over all divisions */
    int64_t in_flight_mib;                          /* and their bytes */
    int64_t events_hwm;                             /* events held for a slow subscriber before it misses some */
    int64_t checkpoint_entries, checkpoint_minutes; /* a signed one at least so often */
    int64_t map_mib;                                /* address space for a division's store */
    int64_t certificate_tries;                      /* wrong names a day for one certificate */
    struct {                                        /* of each client with a key */
        int64_t messages, kib;                      /* a second */
        int64_t outstanding, queries;               /* at once */
        int64_t connects;                           /* handshakes a second */
        int64_t connections;                        /* kept */
    } client;
    int64_t connections; /* of all clients with keys */
    int64_t silent;      /* of these, that have said nothing for a while */
} jd_config;

bool jd_is_tcp(const char *endpoint);

/* NULL with diagnostics. */
jd_config *jd_config_load(const char *file, jd_buf *diagnostics);
void jd_config_free(jd_config *c);

char *jd_path(jd_arena *a, const char *dir, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* STATE/530900, RUNTIME/worker-530900.sock and RUNTIME/questions-530900.sock */
char *jd_store_dir(jd_config *c, uint32_t division);
char *jd_worker_socket(jd_config *c, uint32_t division);
char *jd_questions_socket(jd_config *c, uint32_t division);
char *jd_policy_file(jd_config *c, uint32_t division);
char *jd_calendar_file(jd_config *c);

#endif
