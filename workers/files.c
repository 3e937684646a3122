#include "workers/files.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

enum { BLOCK = 1 << 16 };

bool jd_sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return ok;
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done <= 0) return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

/* The new file under another name, or -1. */
static int begin(const char *path, char *part, size_t n)
{
    snprintf(part, n, "%s.part", path);
    return open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static bool finish(int fd, bool ok, const char *part, const char *path)
{
    ok = ok && fsync(fd) == 0;
    ok = close(fd) == 0 && ok && rename(part, path) == 0;
    if (!ok) unlink(part);
    return ok;
}

bool jd_write_file(const char *path, jd_str text)
{
    char part[4200];
    int fd = begin(path, part, sizeof part);
    return fd >= 0 && finish(fd, write_all(fd, text.p, text.n), part, path);
}

bool jd_copy_file(const char *from, const char *to)
{
    char part[4200], block[BLOCK];
    ssize_t n = 0;
    int in = open(from, O_RDONLY | O_CLOEXEC), out = in < 0 ? -1 : begin(to, part, sizeof part);
    bool ok = out >= 0;
    while (ok && (n = read(in, block, sizeof block)) > 0) ok = write_all(out, block, (size_t)n);
    if (in >= 0) close(in);
    return out >= 0 && finish(out, ok && n == 0, part, to);
}

bool jd_sha256_file(const char *path, uint8_t out[32])
{
    crypto_hash_sha256_state s;
    uint8_t block[BLOCK];
    size_t n;
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    crypto_hash_sha256_init(&s);
    while ((n = fread(block, 1, sizeof block, f)) > 0) crypto_hash_sha256_update(&s, block, n);
    crypto_hash_sha256_final(&s, out);
    bool ok = !ferror(f);
    fclose(f);
    return ok;
}

void jd_hex(const uint8_t *p, size_t n, char *out)
{
    sodium_bin2hex(out, 2 * n + 1, p, n);
}

bool jd_unhex(jd_str text, uint8_t *out, size_t n)
{
    size_t got;
    return sodium_hex2bin(out, n, text.p, text.n, NULL, &got, NULL) == 0 && got == n && text.n == 2 * n;
}
