/* The master key, as the administrator keeps it: several versions may be present, the newest seals.
 *
 * The file is 32 bytes, which is version 1 alone, or lines "VERSION KEY", the key in 64 hexadecimal digits; a line
 * that begins with # is a remark. It is the credential jiandu-master-key where the service manager brings one. */
#ifndef JD_MASTER_H
#define JD_MASTER_H

#include "base/arena.h"

enum { JD_KEY = 32, JD_MASTERS_MAX = 8 };

/* A type of its own: no format prints it. It lives in locked memory, or is wiped where it was. */
typedef struct jd_secret {
    uint8_t b[JD_KEY];
} jd_secret;

typedef struct jd_masters {
    int n;
    struct jd_master {
        uint32_t version;
        jd_secret key;
    } v[JD_MASTERS_MAX]; /* by version, rising */
} jd_masters;

/* In locked memory; NULL with the reason in `why`. `file` is made on first start (0600) where it may be. */
jd_masters *jd_masters_load(const char *file, bool may_make, char *why, size_t why_n);
void jd_masters_free(jd_masters *m); /* wipes */

/* Changes the file: one more version, drawn at random; all but the newest gone. */
bool jd_masters_add(const char *file, uint32_t *version, char *why, size_t why_n);
bool jd_masters_drop(const char *file, char *why, size_t why_n);

#endif
