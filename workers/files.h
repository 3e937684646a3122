/* Files beside a store: written whole and on disk before their name is theirs. */
#ifndef JD_FILES_H
#define JD_FILES_H

#include "base/bytes.h"

bool jd_sync_path(const char *path); /* a file, or a folder's names */
bool jd_write_file(const char *path, jd_str text);
bool jd_copy_file(const char *from, const char *to); /* 0600, synced, under a name of its own until it is whole */
bool jd_sha256_file(const char *path, uint8_t out[32]);

void jd_hex(const uint8_t *p, size_t n, char *out); /* 2n digits and a zero */
bool jd_unhex(jd_str text, uint8_t *out, size_t n);

#endif
