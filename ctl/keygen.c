/* jianductl keygen: a CURVE key pair in two files, as pyzmq and czmq read them. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <unistd.h>

#include "base/certificate.h"
#include "ctl/ctl.h"

/* A key that is there may be somebody's: it is not written over. */
static bool write_new(const char *path, jd_str text, int mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool ok = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    if (!ok) jd_complain("%s: %s", path, strerror(errno));
    if (fd >= 0) close(fd);
    return ok;
}

static bool make(jd_certificate *c)
{
    uint8_t public_key[JD_KEY_BYTES], secret_key[JD_KEY_BYTES];
    if (sodium_init() < 0 || crypto_box_keypair(public_key, secret_key) != 0) return false;
    jd_key_text(public_key, c->public_key);
    jd_key_text(secret_key, c->secret_key);
    sodium_memzero(secret_key, sizeof secret_key);
    return true;
}

static bool write_half(const jd_certificate *c, bool secret, const char *path)
{
    jd_buf text = { 0 };
    jd_certificate_write(c, secret, &text);
    bool ok = write_new(path, jd_buf_view(&text), secret ? 0600 : 0644);
    if (text.p) sodium_memzero(text.p, text.n);
    jd_buf_free(&text);
    return ok;
}

int jd_run_keygen(jd_args *a)
{
    jd_certificate c;
    jd_buf name = { 0 };
    const char *file = a->out ? a->out : "client.key";
    jd_buf_printf(&name, "%s_secret", file);
    const char *secret = jd_copy(&a->arena, jd_buf_view(&name)).p;
    jd_buf_free(&name);
    if (!make(&c)) {
        jd_complain("no randomness");
        return JD_EX_SOFTWARE;
    }
    bool ok = write_half(&c, true, secret);
    if (ok && !write_half(&c, false, file)) ok = unlink(secret) != 0 && false; /* both or neither */
    if (ok) printf("%s: to hand out, and for `jianductl access grant`\n%s: to keep\n", file, secret);
    jd_certificate_forget(&c);
    return ok ? JD_EX_OK : JD_EX_REFUSED;
}
