#include "workers/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY = 32, ALG_XCHACHA20_POLY1305 = 1, FIRST_KEY = 1 };
enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

struct jd_vault {
    uint8_t seal[KEY];   /* bodies */
    uint8_t digest[KEY]; /* content, for idempotency */
    uint8_t people[KEY]; /* identity numbers */
};

static bool read_key(int fd, const char *path, bool ours, uint8_t key[KEY], char *why, size_t why_n)
{
    struct stat st;
    uint8_t more;
    /* the service manager guards its credentials itself, sometimes by an access list that shows as a group */
    if (ours && fstat(fd, &st) == 0 && (st.st_mode & 077) != 0) {
        snprintf(why, why_n, "%s: must not be readable by others (mode 0600)", path);
        return false;
    }
    if (read(fd, key, KEY) == KEY && read(fd, &more, 1) == 0) return true;
    snprintf(why, why_n, "%s: not a master key of %d bytes", path, KEY);
    return false;
}

/* Several workers may start at once: each writes its own file and only the first link stands. */
static bool make_key(const char *path, char *why, size_t why_n)
{
    char tmp[4096];
    uint8_t key[KEY];
    snprintf(tmp, sizeof tmp, "%s.%ld.tmp", path, (long)getpid());
    int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        snprintf(why, why_n, "%s: %s", tmp, strerror(errno));
        return false;
    }
    randombytes_buf(key, sizeof key);
    bool ok = write(fd, key, sizeof key) == KEY && fsync(fd) == 0;
    sodium_memzero(key, sizeof key);
    close(fd);
    ok = ok && (link(tmp, path) == 0 || errno == EEXIST);
    if (!ok) snprintf(why, why_n, "%s: %s", path, strerror(errno));
    unlink(tmp);
    return ok;
}

static bool load_file(const char *path, bool ours, bool may_make, uint8_t key[KEY], char *why, size_t why_n)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && may_make) {
        if (!make_key(path, why, why_n)) return false;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0) {
        snprintf(why, why_n, "%s: %s", path, strerror(errno));
        return false;
    }
    bool ok = read_key(fd, path, ours, key, why, why_n);
    close(fd);
    return ok;
}

static bool load_master(const char *file, bool may_make, uint8_t key[KEY], char *why, size_t why_n)
{
    char path[4096];
    const char *dir = getenv("CREDENTIALS_DIRECTORY");
    snprintf(path, sizeof path, "%s/jiandu-master-key", dir ? dir : "");
    if (dir && access(path, F_OK) == 0) return load_file(path, false, false, key, why, why_n);
    return load_file(file, true, may_make, key, why, why_n);
}

jd_vault *jd_vault_open(const char *file, bool may_make, uint32_t division, char *why, size_t why_n)
{
    uint8_t master[KEY];
    jd_vault *v = sodium_init() < 0 ? NULL : sodium_malloc(sizeof *v);
    if (!v) {
        snprintf(why, why_n, "no locked memory for keys");
        return NULL;
    }
    if (!load_master(file, may_make, master, why, why_n)) {
        sodium_free(v);
        return NULL;
    }
    crypto_kdf_derive_from_key(v->seal, KEY, division, "jd_seal_", master);
    crypto_kdf_derive_from_key(v->digest, KEY, division, "jd_dgst_", master);
    crypto_kdf_derive_from_key(v->people, KEY, division, "jd_peopl", master);
    sodium_memzero(master, sizeof master);
    return v;
}

void jd_vault_close(jd_vault *v)
{
    if (v) sodium_free(v);
}

void jd_random(void *p, size_t n)
{
    randombytes_buf(p, n);
}

void jd_digest(const jd_vault *v, jd_str content, uint8_t out[JD_DIGEST])
{
    crypto_generichash(out, JD_DIGEST, (const uint8_t *)content.p, content.n, v->digest, KEY);
}

void jd_hash_idno(const jd_vault *v, jd_str idno, uint8_t out[16])
{
    char canonical[18] = { 0 };
    memcpy(canonical, idno.p, idno.n < 18 ? idno.n : 18);
    if (canonical[17] == 'x') canonical[17] = 'X';
    crypto_generichash(out, 16, (const uint8_t *)canonical, sizeof canonical, v->people, KEY);
    sodium_memzero(canonical, sizeof canonical);
}

static void make_nonce(jd_place at, uint8_t nonce[NONCE])
{
    memset(nonce, 0, NONCE);
    jd_be64(nonce, at.seq);
    jd_be64(nonce + 8, at.salt);
}

void jd_seal(const jd_vault *v, jd_place place, jd_str plain, jd_buf *out)
{
    uint8_t nonce[NONCE];
    unsigned long long n;
    make_nonce(place, nonce);
    jd_buf_u8(out, ALG_XCHACHA20_POLY1305);
    jd_buf_u32(out, FIRST_KEY);
    char *at = jd_buf_room(out, (size_t)plain.n + 16);
    if (at)
        crypto_aead_xchacha20poly1305_ietf_encrypt((uint8_t *)at, &n, (const uint8_t *)plain.p, plain.n, NULL, 0, NULL,
                                                   nonce, v->seal);
}

bool jd_unseal(const jd_vault *v, jd_place place, jd_str sealed, jd_arena *a, jd_str *plain)
{
    uint8_t nonce[NONCE];
    unsigned long long n;
    jd_cur c = jd_cur_of(sealed.p, sealed.n);
    uint8_t alg = jd_cur_u8(&c);
    uint32_t key = jd_cur_u32(&c);
    size_t left = (size_t)(c.end - c.p);
    if (c.failed || alg != ALG_XCHACHA20_POLY1305 || key != FIRST_KEY || left < 16) return false;
    char *out = jd_alloc(a, left);
    make_nonce(place, nonce);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)out, &n, NULL, (const uint8_t *)c.p, left, NULL, 0, nonce,
                                                   v->seal) != 0)
        return false;
    *plain = (jd_str){ out, (uint32_t)n };
    return true;
}
