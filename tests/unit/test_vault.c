/* Bodies at rest and identity numbers by keyed hash (LC-9.5, PIPL art. 51). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support.h"
#include "workers/vault.h"

static const char *key_file(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", scratch_dir(), name);
    return path;
}

static jd_vault *open_vault(const char *name, uint32_t division)
{
    char why[256] = "";
    jd_vault *v = jd_vault_open(key_file(name), true, division, why, sizeof why);
    if (!v) fail_msg("%s", why);
    return v;
}

static jd_buf seal(const jd_vault *v, uint64_t seq, uint64_t salt, const char *text)
{
    jd_buf b = { 0 };
    jd_seal(v, (jd_place){ seq, salt }, jd_str_of(text), &b);
    return b;
}

static bool unseals(const jd_vault *v, uint64_t seq, uint64_t salt, const char *text, jd_str sealed)
{
    jd_arena a = { 0 };
    jd_str plain;
    bool ok = jd_unseal(v, (jd_place){ seq, salt }, sealed, &a, &plain) && jd_str_is(plain, text);
    jd_arena_free(&a);
    return ok;
}

static void sealed_and_opened(void **state)
{
    (void)state;
    jd_vault *v = open_vault("a.key", 530900);
    static const char *const texts[] = { "", "x", "发现重复收费，请核查。" };
    for (int i = 0; i < LENGTH(texts); i++) {
        jd_buf b = seal(v, 7, 1, texts[i]);
        assert_int_equal(b.n, strlen(texts[i]) + JD_SEAL_OVERHEAD);
        assert_true(unseals(v, 7, 1, texts[i], jd_buf_view(&b)));
        if (texts[i][0] && texts[i][1]) assert_null(memmem(b.p, b.n, texts[i], strlen(texts[i])));
        jd_buf_free(&b);
    }
    jd_vault_close(v);
}

static void bytes_of_another_place_do_not_open(void **state)
{
    (void)state;
    jd_vault *v = open_vault("a.key", 530900), *other = open_vault("a.key", 371000);
    jd_buf b = seal(v, 7, 1, "content");
    assert_false(unseals(v, 8, 1, "content", jd_buf_view(&b)));     /* another entry's */
    assert_false(unseals(v, 7, 2, "content", jd_buf_view(&b)));     /* another try's */
    assert_false(unseals(other, 7, 1, "content", jd_buf_view(&b))); /* another division's */
    for (size_t i = 0; i < b.n; i++) {
        b.p[i] ^= 1;
        assert_false(unseals(v, 7, 1, "content", jd_buf_view(&b)));
        b.p[i] ^= 1;
    }
    for (uint32_t n = 0; n < b.n; n++) assert_false(unseals(v, 7, 1, "content", (jd_str){ b.p, n }));
    assert_true(unseals(v, 7, 1, "content", jd_buf_view(&b)));
    jd_buf_free(&b);
    jd_vault_close(v);
    jd_vault_close(other);
}

/* How many bytes of the ciphertexts are alike: few, where the key stream is another. */
static int alike(const jd_buf *a, const jd_buf *b)
{
    int same = 0;
    for (size_t i = 5; i < a->n; i++) same += a->p[i] == b->p[i];
    return same;
}

/* A replay must seal the same bytes, and a nonce must never serve two contents. */
static void a_place_is_a_nonce(void **state)
{
    (void)state;
    jd_vault *v = open_vault("a.key", 530900);
    jd_buf a = seal(v, 7, 1, "content, some"), again = seal(v, 7, 1, "content, some");
    jd_buf next = seal(v, 8, 1, "content, some"), retry = seal(v, 7, 2, "content, some");
    assert_true(jd_str_eq(jd_buf_view(&a), jd_buf_view(&again)));
    assert_in_range(alike(&a, &next), 0, 5);
    assert_in_range(alike(&a, &retry), 0, 5);
    jd_buf_free(&a);
    jd_buf_free(&again);
    jd_buf_free(&next);
    jd_buf_free(&retry);
    jd_vault_close(v);
}

static void people_are_found_by_hash(void **state)
{
    (void)state;
    uint8_t a[16], b[16], c[16], d[16];
    jd_vault *v = open_vault("a.key", 530900), *other = open_vault("b.key", 530900);
    jd_hash_idno(v, JD_STR("11010519491231002X"), a);
    jd_hash_idno(v, JD_STR("11010519491231002x"), b);
    jd_hash_idno(v, JD_STR("440524188001010014"), c);
    jd_hash_idno(other, JD_STR("11010519491231002X"), d);
    assert_memory_equal(a, b, 16);
    assert_memory_not_equal(a, c, 16);
    assert_memory_not_equal(a, d, 16);
    jd_vault_close(v);
    jd_vault_close(other);
}

static void refused(const char *name, const char *expected)
{
    char why[256] = "";
    assert_null(jd_vault_open(key_file(name), true, 530900, why, sizeof why));
    if (!strstr(why, expected)) fail_msg("'%s' does not say '%s'", why, expected);
}

static void write_file(const char *path, size_t n, mode_t mode)
{
    static const char bytes[64];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), n);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void the_key_is_made_once_and_guarded(void **state)
{
    (void)state;
    struct stat st;
    jd_vault_close(open_vault("new.key", 530900));
    assert_int_equal(stat(key_file("new.key"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_size, 32);
    write_file(key_file("short.key"), 31, 0600);
    refused("short.key", "not a master key");
    write_file(key_file("long.key"), 33, 0600);
    refused("long.key", "not a master key");
    write_file(key_file("open.key"), 32, 0644);
    refused("open.key", "must not be readable by others");
    refused("nowhere/key", "No such file");
}

static void the_service_manager_brings_the_key(void **state)
{
    (void)state;
    char path[160];
    uint8_t a[16], b[16];
    snprintf(path, sizeof path, "%s/jiandu-master-key", scratch_dir());
    write_file(path, 32, 0400);
    setenv("CREDENTIALS_DIRECTORY", scratch_dir(), 1);
    jd_vault *brought = open_vault("unused.key", 530900);
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_equal(access(key_file("unused.key"), F_OK), -1); /* none was made beside it */
    jd_vault *file = open_vault("jiandu-master-key", 530900);
    jd_digest(brought, JD_STR("x"), a);
    jd_digest(file, JD_STR("x"), b);
    assert_memory_equal(a, b, 16);
    jd_vault_close(brought);
    jd_vault_close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealed_and_opened),
        cmocka_unit_test(bytes_of_another_place_do_not_open),
        cmocka_unit_test(a_place_is_a_nonce),
        cmocka_unit_test(people_are_found_by_hash),
        cmocka_unit_test(the_key_is_made_once_and_guarded),
        cmocka_unit_test(the_service_manager_brings_the_key),
    };
    return RUN(tests);
}
