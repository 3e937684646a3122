/* What daemon and worker say to each other: frames over two unix sockets, one batch a frame. One carries commands, the
 * other queries; each connection begins with OPEN.
 *
 * A frame is [u32 length of the rest][u8 kind][payload]; integers little-endian. Both ends are ours and
 * of one version, but a worker trusts a daemon no further than this page: it reads with bounds, checks
 * every body itself and whether its sender may say so, and answers a frame it cannot read by closing the connection.
 * Who the sender is it has from the daemon alone. */
#ifndef JD_PROTO_LINK_H
#define JD_PROTO_LINK_H

#include "base/arena.h"
#include "base/civil.h"
#include "proto/actor.h"

enum {
    JD_LINK_VERSION = 3,
    JD_LINK_FRAME_MAX = 64 * 1024 * 1024, /* bytes */
    JD_LINK_BATCHES = 4,                  /* batches a daemon may have unanswered */
};

typedef enum {
    /* daemon to worker */
    JD_LINK_OPEN = 1, /* u16 version, u32 division */
    JD_LINK_BATCH,    /* u64 batch, u64 published, u64 now, u32 count, messages */
    JD_LINK_QUERY,    /* on the socket for questions: u64 now, one message */
    JD_LINK_PING,     /* likewise: u64 nonce */
    /* worker to daemon */
    JD_LINK_READY,  /* u64 last event, u64 wake, u64 time of the last command, u64 epoch */
    JD_LINK_DONE,   /* u64 batch, u64 last event, u64 wake, u32 receipts, receipts, u32 events, events */
    JD_LINK_ANSWER, /* u32 token, u32 length and bytes */
    JD_LINK_EVENTS, /* u64 last event, u32 events, events: those after `published`, before anything else */
    JD_LINK_PONG,   /* u64 nonce, u64 milliseconds the oldest batch has been waiting */
} jd_link_kind;

enum { JD_LINK_PUSH = 1, JD_LINK_ID_BINARY = 2 };

/* One message within a batch or query. */
typedef struct jd_link_msg {
    uint32_t token; /* the daemon's: where the receipt goes */
    uint16_t type;  /* jd_msg */
    uint8_t flags;
    jd_ms at;
    const uint8_t *id; /* 16 bytes */
    jd_actor actor;    /* who sent it, and what for */
    jd_str why, body;
} jd_link_msg;

void jd_link_begin(jd_buf *b, jd_link_kind kind); /* a frame starts; end it with jd_link_end */
void jd_link_end(jd_buf *b, size_t start);
void jd_link_put(jd_buf *b, const jd_link_msg *m);
bool jd_link_take(jd_cur *c, jd_link_msg *m);

/* A whole frame at the front of n bytes: its size, 0 when more is needed, -1 when it is not one. */
int64_t jd_link_frame(const char *p, size_t n, jd_link_kind *kind, jd_cur *payload);

/* What to do with each frame; false when the other end says what it may not. */
typedef bool (*jd_link_take_frame)(void *arg, jd_link_kind kind, jd_cur *payload);

/* Takes the whole frames off the front of what came in; false when one cannot be read or taken. */
bool jd_link_frames(jd_buf *in, jd_link_take_frame take, void *arg);

#endif
