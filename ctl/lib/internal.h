/* What the files of libjiandu share. Nothing here is exported (libjiandu.map). */
#ifndef JD_CTL_INTERNAL_H
#define JD_CTL_INTERNAL_H

#include "base/certificate.h"
#include "base/civil.h"
#include "base/monotonic.h"
#include "ctl/lib/wire.h"
#include "include/jiandu/jiandu.h"

/* zmq.c: one ZeroMQ context a process, since ending one disturbs the others' randomness
 * (libzmq 4.3.4), and sockets set the way a client needs them. */
enum { JD_MESSAGE_MAX = 64 * 1024 * 1024 }; /* bytes; answers of events.since are the largest */
void *jd_zmq_hold(void);                    /* NULL with errno; each hold needs its release */
void jd_zmq_release(void);

/* curve.c: what a socket needs to speak CURVE. */
typedef struct jd_curve {
    bool given;
    jd_certificate own;
    char server[JD_KEY_TEXT + 1];
} jd_curve;
int jd_curve_read(jd_curve *c, const jd_options *o);

void *jd_zmq_socket(void *context, int type, const char *endpoint, int linger_ms, const jd_curve *keys);

/* One poll over the sockets that are not NULL; until < 0 waits for ever. */
int jd_zmq_poll(void *a, void *b, jd_ms until);

/* A message of one or two frames (a REQ-like empty first frame is dropped) in one buffer. False:
 * nothing there. Messages of another shape are received and thrown away. */
typedef struct jd_frames {
    int n;
    jd_str frame[2];
    jd_buf bytes;
} jd_frames;
bool jd_zmq_receive(void *socket, jd_frames *f);

/* uuid7.c: RFC 9562 version 7, each id above the one before. */
typedef struct jd_uuid7 {
    uint64_t ms;
    uint32_t counter;
} jd_uuid7;
bool jd_uuid7_next(jd_uuid7 *g, uint8_t out[16]);

/* request.c: the two frames of a request; `body` stays the caller's, free `header`. */
typedef struct jd_outgoing {
    uint8_t id[16];
    jd_buf header;
    jd_str body;
} jd_outgoing;
int jd_outgoing_prepare(jd_outgoing *o, const jd_request *r, jd_uuid7 *uuids);

/* reply.c, news.c: a map's known keys as C strings, in one block of memory with its bytes. */
typedef struct jd_text_key {
    const char *key;
    size_t at; /* of a const char * in the struct */
} jd_text_key;
enum { JD_TEXT_KEYS_MAX = 16 };
void *jd_texts_new(size_t size, const jd_text_key *keys, size_t n, jd_str map);
uint64_t jd_map_u64(jd_str map, const char *key); /* 0 when it is not there */

struct jd_reply {
    jd_reply *next;
    enum jd_reply_status status;
    uint8_t uuid[16];
    uint64_t seq, version;
    const char *status_text, *code, *text, *entity, *entity_id, *state;
    jd_str bytes;
    char id[JD_ID_SIZE];
};
/* NULL when the bytes are no receipt with a status and an id. */
jd_reply *jd_reply_parse(jd_str bytes);
jd_reply *jd_reply_unknown(const uint8_t id[16]);

jd_news *jd_news_parse(jd_str map, jd_str topic); /* NULL when it is no event; free() it */

/* client.c, for the watch */
void *jd_client_socket(jd_client *c);
jd_ms jd_client_due(const jd_client *c); /* when it next has something to do, -1 never */

#endif
