/* libjiandu: sending requests to jiandud and watching what becomes of them.
 *
 *     jd_client *c;
 *     jd_reply *r;
 *     jd_client_open(&c, &(jd_options){ .intake = "ipc:///run/jiandu/intake.sock" });
 *     jd_client_request(c, &(jd_request){ .type = "stats.get", .division = "530900" }, &r);
 *     puts(jd_reply_code(r));
 *     jd_reply_free(&r);
 *     jd_client_close(&c);
 *
 * The library keeps the promises a sender needs: every request has an id, a lost one is sent again
 * under the same id (its effect happens once, however often it arrives), `busy` is waited out, and
 * a watch neither repeats nor misses an event. Bodies and answers are msgpack maps with string
 * keys; the caller brings its own msgpack. The messages themselves are described in PROTOCOL.md.
 *
 * Units: every time is in milliseconds, every size in bytes. In jd_options 0 takes the default and
 *   a negative number means none; a timeout argument of -1 waits for ever, 0 does not wait.
 * Errors: functions return a jd_rc; on anything but JD_RC_OK the out parameters are untouched,
 *   except where a function says otherwise. A refusal by the daemon is not an error: it is a reply.
 * Ownership: strings and bytes passed in are copied. A reply belongs to the caller until
 *   jd_reply_free; what its accessors return lives as long as the reply and is never NULL.
 * Threads: a client, a watch or a reply is used by one thread at a time; different ones may be used
 *   by different threads. Nothing runs in the background: receipts are received, and requests sent
 *   again or given up, only inside jd_client_wait and jd_client_request. After fork, only the
 *   parent may use what was open.
 * Signals: a signal handler that runs during a wait makes it return JD_RC_INTERRUPTED. */
#ifndef JIANDU_JIANDU_H
#define JIANDU_JIANDU_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct jd_client jd_client; /* a connection for requests */
typedef struct jd_reply jd_reply;   /* the receipt of one request, or the answer to a query */
typedef struct jd_watch jd_watch;   /* a gap-free stream of status events */
typedef struct jd_news jd_news;     /* one status event */

typedef enum jd_rc {
    JD_RC_OK = 0,
    JD_RC_TIMEOUT,     /* nothing within the time; what is outstanding stays outstanding */
    JD_RC_IDLE,        /* nothing is outstanding, so there is nothing to wait for */
    JD_RC_FULL,        /* `window` requests are outstanding: wait for one, then send again */
    JD_RC_INTERRUPTED, /* a signal; call again */
    JD_RC_ARGUMENT,    /* an argument or option the protocol does not allow */
    JD_RC_ENDPOINT,    /* an endpoint that is missing or cannot be connected to */
    JD_RC_UNANSWERED,  /* no daemon answered, all tries used (watches only) */
    JD_RC_REFUSED,     /* the daemon refused the watch's question: see jd_watch_problem */
    JD_RC_SYSTEM,      /* out of memory, sockets or randomness: errno says which */
    JD_RC_KEY          /* a certificate that is missing, cannot be read, or lacks its secret key */
} jd_rc;

const char *jd_rc_text(int rc); /* one sentence, never NULL */
const char *jd_version(void);   /* "0.1.0", of the library at run time */

typedef struct jd_options {
    const char *intake; /* ipc:///run/jiandu/intake.sock or tcp://127.0.0.1:7530 */
    const char *push;   /* only for jd_client_push */
    const char *events; /* only for watches */
    int timeout_ms;     /* how long one try may take; default 5000 */
    int retries;        /* further tries after the first; default 3 */
    int busy_ms;        /* how long `busy` is waited out before it is handed on; default 10000 */
    int window;         /* most requests outstanding, up to 65536; default 1024 */
    /* CURVE, for tcp endpoints that want a key; ipc endpoints want none and get none. Files of keys as
     * `jianductl keygen`, pyzmq and czmq write them, read when a client or watch is opened. Either
     * both or neither, else JD_RC_KEY. */
    const char *certificate; /* one's own, with the secret key */
    const char *server;      /* the daemon's public one */
} jd_options;

/* ------------------------------------------------------------ requests */

typedef struct jd_request {
    const char *type;     /* "report.submit" */
    const char *division; /* "530900" */
    const char *reason;   /* NULL unless the type asks for one; at most 200 characters */
    const char *id;       /* a UUID of 36 characters, or NULL for a new one (version 7) */
    const char *at;       /* NULL; RFC 3339 where the daemon's clock is simulated */
    const void *body;     /* one msgpack map; NULL is the empty map */
    size_t body_n;
} jd_request;

#define JD_ID_SIZE 37 /* 36 characters and a terminator */

/* Opens at once, whether or not a daemon is there: requests wait for it until they time out. */
int jd_client_open(jd_client **out, const jd_options *o);

/* Drops what is outstanding and sets *c to NULL. What was pushed has `timeout_ms` to leave. */
void jd_client_close(jd_client **c);

/* Sends without waiting. `id` (may be NULL) gets the request's id, to find its reply by. */
int jd_client_send(jd_client *c, const jd_request *r, char id[JD_ID_SIZE]);

/* The next finished request, in the order they finish. Every request sent gets exactly one reply,
 * if only one of status JD_REPLY_UNKNOWN. */
int jd_client_wait(jd_client *c, jd_reply **out, int timeout_ms);

/* Sends and waits for this one; replies to others stay for jd_client_wait. After
 * JD_RC_INTERRUPTED its reply too comes from jd_client_wait. */
int jd_client_request(jd_client *c, const jd_request *r, jd_reply **out);

/* Sends without a receipt: the outcome is an event whose `cause` is the id. Waits up to
 * `timeout_ms` for a daemon to be connected, else JD_RC_TIMEOUT and nothing was sent. */
int jd_client_push(jd_client *c, const jd_request *r, char id[JD_ID_SIZE]);

size_t jd_client_outstanding(const jd_client *c); /* sent, and no reply fetched yet */

/* ------------------------------------------------------------ replies */

enum jd_reply_status {
    JD_REPLY_OK,        /* recorded and synced to disk, or answered */
    JD_REPLY_REFUSED,   /* the rules say no */
    JD_REPLY_INVALID,   /* the message is wrong */
    JD_REPLY_CONFLICT,  /* the id was used for another body, or the state does not allow it */
    JD_REPLY_FORBIDDEN, /* somebody else may */
    JD_REPLY_BUSY,      /* not recorded, send again: `busy_ms` was not enough */
    JD_REPLY_ERROR,     /* not recorded, the daemon's fault */
    JD_REPLY_UNKNOWN    /* no receipt came: recorded or not, nobody here knows. Sending the same
                           body under the same id is safe and finds out. */
};

enum jd_reply_status jd_reply_status(const jd_reply *r);
const char *jd_reply_status_text(const jd_reply *r); /* "ok", ..., "unknown" */
const char *jd_reply_id(const jd_reply *r);          /* 36 characters */
const char *jd_reply_code(const jd_reply *r);        /* stable, "illegal-move" */
const char *jd_reply_text(const jd_reply *r);        /* one sentence for a person */
const char *jd_reply_entity(const jd_reply *r);      /* "report"; "" where nothing was recorded */
const char *jd_reply_entity_id(const jd_reply *r);   /* "R-530900-00000017" or "" */
const char *jd_reply_state(const jd_reply *r);       /* "assigned" or "" */
uint64_t jd_reply_seq(const jd_reply *r);            /* 0 where nothing was recorded */
uint64_t jd_reply_version(const jd_reply *r);
const void *jd_reply_bytes(const jd_reply *r, size_t *n); /* the whole msgpack map */
void jd_reply_free(jd_reply **r);                         /* and sets *r to NULL */

/* ------------------------------------------------------------ status events */

#define JD_WATCH_NEW UINT64_MAX /* `since`: only what happens from now on */

/* Watches one division, or with NULL every division the daemon announces.
 * `topics` are prefixes such as "J.530900.report."; none means every event. "S." topics are the
 * system's own and are neither numbered nor repeated.
 * `since` is the last number already seen, 0 for everything, or JD_WATCH_NEW, which asks the
 * daemon where the division stands and so waits for it. */
int jd_watch_open(jd_watch **out, const jd_options *o, const char *division, const char *const *topics, size_t topics_n,
                  uint64_t since);
void jd_watch_close(jd_watch **w);

/* The next event; per division each number once and in order, whatever was lost on the way.
 * *out belongs to the watch and lives until the next call. After JD_RC_UNANSWERED the watch is
 * whole and goes on where it was. */
int jd_watch_next(jd_watch *w, const jd_news **out, int timeout_ms);

const char *jd_watch_problem(const jd_watch *w); /* why JD_RC_REFUSED: "unknown-division: ..." */

const char *jd_news_topic(const jd_news *n); /* "J.530900.report.assigned" */
const char *jd_news_division(const jd_news *n);
uint64_t jd_news_seq(const jd_news *n);     /* from 1; 0 for the system's own */
uint64_t jd_news_version(const jd_news *n); /* of the case */
const char *jd_news_at(const jd_news *n);   /* RFC 3339, UTC */
const char *jd_news_entity(const jd_news *n);
const char *jd_news_id(const jd_news *n); /* the case */
const char *jd_news_event(const jd_news *n);
const char *jd_news_from(const jd_news *n); /* states; "" for none */
const char *jd_news_to(const jd_news *n);
const char *jd_news_cause(const jd_news *n);               /* request id, "" for a clock */
const void *jd_news_bytes(const jd_news *n, size_t *size); /* the whole msgpack map */

#ifdef __cplusplus
}
#endif

#endif
