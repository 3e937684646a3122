/* What a request's header says, of any sender's bytes. */
#ifndef JD_HEADING_H
#define JD_HEADING_H

#include "proto/decode.h"

struct jd_daemon;
struct jd_division;

typedef struct jd_heading {
    const uint8_t *id; /* 16 bytes; NULL: none that could be read */
    bool id_binary;    /* sent as 16 bytes: the receipt repeats it so */
    int type;          /* jd_msg, or -1 */
    struct jd_division *division;
    jd_ms at;
    jd_str reason;
} jd_heading;

/* A sender's headers are the same but for the id, so the last one that was good is remembered: 3,000 instructions. */
enum { JD_ALIKE_MAX = 128 };
typedef struct jd_alike {
    char bytes[JD_ALIKE_MAX];
    size_t n, id_at; /* n is 0: none yet */
    jd_heading heading;
} jd_alike;

/* Pointers are into the bytes or the daemon's arena. False with problems where it cannot be read; where it can, there may
 * be problems too. */
bool jd_heading_read(struct jd_daemon *d, jd_str bytes, jd_heading *h, jd_problems *p);

#endif
