/* What goes back to the sender and out to subscribers. No personal data and no report text, but for what a
 * command was recorded to ask for (`more`). */
#ifndef JD_PROTO_RECEIPT_H
#define JD_PROTO_RECEIPT_H

#include "proto/decode.h"
#include "proto/states.h"

/* One ground of a decision; empty strings are left out. */
typedef struct jd_because {
    jd_str rule;    /* LC-4.3, or a standard */
    jd_str article; /* 第四条第（三）项 */
    jd_str text;    /* the regulation's words, or what is wrong */
    jd_str field, fact, value;
    jd_str expected;            /* what would have been accepted */
    char room[JD_DATE_LEN + 1]; /* for a value that is nowhere written */
} jd_because;

typedef struct jd_receipt {
    const uint8_t *id; /* 16 bytes; NULL when the request had none that could be read */
    bool id_binary;    /* the sender wrote 16 bytes: answer in kind */
    jd_code code;
    const jd_because *because;
    int because_n;
    /* where something was recorded (seq is not 0); entity JD_E_none: about no case */
    jd_entity entity;
    uint32_t division;
    uint64_t number, version, seq;
    int state;
    jd_str policy;
    jd_str department;
    jd_day due;         /* JD_NO_DAY where there is none */
    jd_case_id created; /* a second case that came into being; entity JD_E_none for none */
    size_t more_n;      /* keys of the type's own: packed pairs, and how many */
    jd_str more;
} jd_receipt;

void jd_receipt_pack(const jd_receipt *r, jd_buf *b);

/* The beginning of any receipt, for answers that add keys of their own. */
enum { JD_RECEIPT_HEAD = 5 };
void jd_receipt_head(const uint8_t *id, bool id_binary, jd_code code, jd_buf *b);
void jd_receipt_because(const jd_because *because, int n, jd_buf *b); /* key and list */

/* A receipt for a message that is wrong. */
void jd_receipt_invalid(const uint8_t *id, bool id_binary, const jd_problems *p, jd_buf *b);

typedef struct jd_event {
    uint64_t seq;
    jd_ms at;
    uint32_t division;
    const char *entity; /* the first word of the topic after the division */
    jd_case_id id;      /* entity JD_E_none: the event is about no case */
    uint64_t version;
    const char *event;
    const char *from, *to; /* state names, "" for none */
    const uint8_t *cause;  /* 16 bytes or NULL: a clock */
    jd_str policy;
    const jd_str *articles;
    int articles_n;
    jd_str department; /* "" for none */
    jd_day due;        /* JD_NO_DAY for none */
    uint64_t count;    /* of what the event is about; 0 for none */
    const char *code;  /* refusal code of a pushed message, or NULL */
} jd_event;

/* A pushed message that left no trace anywhere, told to whoever listens; `cause` is its id. */
#define JD_TOPIC_REFUSED "S.refused"
void jd_refused_pack(const uint8_t cause[16], jd_code code, jd_buf *b);

void jd_event_topic(const jd_event *e, jd_buf *b);
void jd_event_pack(const jd_event *e, jd_buf *b);

#endif
