/* The daemon's own key, and who may come in by which: loaded from the files the configuration names. */
#ifndef JD_DAEMON_KEYS_H
#define JD_DAEMON_KEYS_H

#include "base/config.h"
#include "proto/grants.h"

typedef struct jd_keys {
    jd_certificate server;
    jd_grants *grants; /* NULL: no keys */
    jd_grant local;    /* whoever reaches an endpoint without a key */
} jd_keys;

/* False with diagnostics, file and line. */
bool jd_keys_load(jd_keys *k, const jd_config *c, const char *config_file, jd_buf *diagnostics);

#endif
