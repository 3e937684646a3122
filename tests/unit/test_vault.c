/* What protects bodies at rest: sealing, data keys under the master key, identity numbers by keyed hash (LC-9.5,
 * WH-7.3, PIPL art. 51). */
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
    static char kept[8][128];
    static int n;
    char why[256] = "", *path = kept[n++ % LENGTH(kept)];
    snprintf(path, sizeof *kept, "%s", key_file(name));
    jd_vault *v = jd_vault_open(path, true, division, why, sizeof why);
    if (!v) fail_msg("%s", why);
    return v;
}

static const jd_slot person = { JD_SLOT_PERSON, 300 };
static const jd_secret some = { "a key of 32 bytes and not random" }, another = { "another one, of 32 bytes as well" };

static jd_vault *sealing(void)
{
    static jd_vault *v;
    if (!v) v = open_vault("sealing", 530900);
    return v;
}

static jd_buf seal(const jd_secret *key, uint64_t seq, uint64_t salt, const char *text)
{
    jd_buf b = { 0 };
    jd_seal(sealing(), key, person, (jd_place){ seq, salt }, jd_str_of(text), &b);
    return b;
}

static bool unseals(const jd_secret *key, uint64_t seq, uint64_t salt, const char *text, jd_str sealed)
{
    jd_arena a = { 0 };
    jd_str plain;
    bool ok = jd_unseal(key, (jd_place){ seq, salt }, sealed, &a, &plain) && jd_str_is(plain, text);
    jd_arena_free(&a);
    return ok;
}

static void sealed_and_opened(void **state)
{
    (void)state;
    jd_slot slot;
    static const char *const texts[] = { "", "x", "发现重复收费，请核查。" };
    for (int i = 0; i < LENGTH(texts); i++) {
        jd_buf b = seal(&some, 7, 1, texts[i]);
        assert_int_equal(b.n, jd_sealed_size(person, strlen(texts[i])));
        assert_true(unseals(&some, 7, 1, texts[i], jd_buf_view(&b)));
        assert_true(jd_sealed_slot(jd_buf_view(&b), &slot));
        assert_true(slot.kind == person.kind && slot.number == person.number);
        if (texts[i][0] && texts[i][1]) assert_null(memmem(b.p, b.n, texts[i], strlen(texts[i])));
        jd_buf_free(&b);
    }
}

static void sealed_is_as_long_as_it_says(void **state)
{
    (void)state;
    static const uint64_t numbers[] = { 0, 127, 128, 24311, 1ull << 21, UINT64_MAX };
    for (int i = 0; i < LENGTH(numbers); i++) {
        jd_buf b = { 0 };
        jd_slot slot = { JD_SLOT_MONTH, numbers[i] };
        jd_seal(sealing(), &some, slot, (jd_place){ 1, 1 }, JD_STR("text"), &b);
        assert_int_equal(b.n, jd_sealed_size(slot, 4));
        jd_buf_free(&b);
    }
}

static void bytes_of_another_place_do_not_open(void **state)
{
    (void)state;
    jd_buf b = seal(&some, 7, 1, "content");
    assert_false(unseals(&some, 8, 1, "content", jd_buf_view(&b)));    /* another entry's */
    assert_false(unseals(&some, 7, 2, "content", jd_buf_view(&b)));    /* another try's */
    assert_false(unseals(&another, 7, 1, "content", jd_buf_view(&b))); /* another slot's */
    for (size_t i = 4; i < b.n; i++) {
        b.p[i] ^= 1;
        assert_false(unseals(&some, 7, 1, "content", jd_buf_view(&b)));
        b.p[i] ^= 1;
    }
    for (uint32_t n = 0; n < b.n; n++) assert_false(unseals(&some, 7, 1, "content", (jd_str){ b.p, n }));
    assert_true(unseals(&some, 7, 1, "content", jd_buf_view(&b)));
    jd_buf_free(&b);
}

/* How many bytes of the ciphertexts are alike: few, where the key stream is another. */
static int alike(const jd_buf *a, const jd_buf *b)
{
    int same = 0;
    for (size_t i = 4; i < a->n; i++) same += a->p[i] == b->p[i];
    return same;
}

/* A replay must seal the same bytes, and a nonce must never serve two contents. */
static void a_place_is_a_nonce(void **state)
{
    (void)state;
    jd_buf a = seal(&some, 7, 1, "content, some"), again = seal(&some, 7, 1, "content, some");
    jd_buf next = seal(&some, 8, 1, "content, some"), retry = seal(&some, 7, 2, "content, some");
    assert_true(jd_str_eq(jd_buf_view(&a), jd_buf_view(&again)));
    assert_in_range(alike(&a, &next), 0, 5);
    assert_in_range(alike(&a, &retry), 0, 5);
    jd_buf_free(&a);
    jd_buf_free(&again);
    jd_buf_free(&next);
    jd_buf_free(&retry);
}

static bool unwraps(const jd_vault *v, jd_slot slot, uint8_t row[JD_WRAPPED])
{
    jd_secret key;
    return jd_unwrap(v, slot, (jd_str){ (const char *)row, JD_WRAPPED }, &key) && memcmp(&key, &some, sizeof key) == 0;
}

static void a_data_key_is_bound_to_its_slot(void **state)
{
    (void)state;
    uint8_t row[JD_WRAPPED], twice[JD_WRAPPED];
    jd_vault *v = open_vault("a.key", 530900), *other = open_vault("a.key", 371000);
    jd_wrap(v, person, &some, row);
    jd_wrap(v, person, &some, twice);
    assert_memory_not_equal(row, twice, JD_WRAPPED); /* the nonce is drawn */
    assert_null(memmem(row, JD_WRAPPED, some.b, 8));
    assert_true(unwraps(v, person, row) && unwraps(v, person, twice));
    assert_int_equal(jd_wrapped_by((jd_str){ (const char *)row, JD_WRAPPED }), 1);
    assert_false(unwraps(v, (jd_slot){ JD_SLOT_PERSON, 301 }, row));
    assert_false(unwraps(v, (jd_slot){ JD_SLOT_MONTH, 300 }, row));
    assert_false(unwraps(other, person, row)); /* another division's */
    for (int i = 0; i < JD_WRAPPED; i++) {
        row[i] ^= 1;
        assert_false(unwraps(v, person, row));
        row[i] ^= 1;
    }
    jd_vault_close(v);
    jd_vault_close(other);
}

static void what_is_forgotten_is_not_there(void **state)
{
    (void)state;
    jd_vault *v = open_vault("a.key", 530900);
    jd_slot same_place = { JD_SLOT_PERSON, person.number + 64 };
    assert_null(jd_vault_cached(v, person));
    assert_memory_equal(jd_vault_cache(v, person, &some), &some, sizeof some);
    assert_null(jd_vault_cached(v, same_place));
    jd_vault_cache(v, same_place, &another);
    assert_null(jd_vault_cached(v, person)); /* it made room */
    jd_vault_forget(v, person);              /* and is another's place now */
    assert_non_null(jd_vault_cached(v, same_place));
    jd_vault_forget(v, same_place);
    assert_null(jd_vault_cached(v, same_place));
    jd_vault_cache(v, person, &some);
    jd_vault_forget_all(v);
    assert_null(jd_vault_cached(v, person));
    jd_vault_close(v);
}

static void people_are_found_by_hash(void **state)
{
    (void)state;
    uint8_t a[16], b[16], c[16], d[16];
    jd_vault *v = open_vault("a.key", 530900), *other = open_vault("a.key", 530900);
    jd_vault_adopt(v, &some);
    jd_vault_adopt(other, &another);
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

static void write_text(const char *path, const char *text, size_t n, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), n);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void write_file(const char *path, size_t n, mode_t mode)
{
    static const char bytes[64];
    write_text(path, bytes, n, mode);
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

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void bad_lines_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = { "# nothing but a remark, and that is no key at all\n",
                                         "1 " HEX,                 /* cut short */
                                         "0 " HEX "\n",            /* versions begin with 1 */
                                         "1 " HEX "\n1 " HEX "\n", /* twice */
                                         "2 " HEX "\n1 " HEX "\n", /* falling */
                                         "1 " HEX "00\n",          /* too long */
                                         "1 00112233\n",           /* too short */
                                         "4294967296 " HEX "\n",   /* no such version */
                                         "1 " HEX " and something more\n" };
    for (int i = 0; i < LENGTH(texts); i++) {
        write_text(key_file("bad.key"), texts[i], strlen(texts[i]), 0600);
        refused("bad.key", "not a master key");
    }
}

/* Rotation: a new version seals, both open, and when the old one is dropped only what was wrapped anew does. */
static void a_newer_version_wraps(void **state)
{
    (void)state;
    char why[256] = "";
    uint8_t before[JD_WRAPPED], after[JD_WRAPPED];
    uint32_t version;
    jd_vault *v = open_vault("turn.key", 530900);
    jd_wrap(v, person, &some, before);
    assert_true(jd_masters_add(key_file("turn.key"), &version, why, sizeof why));
    assert_int_equal(version, 2);
    assert_int_equal(jd_vault_newest(v), 1);
    assert_true(jd_vault_reload(v, why, sizeof why));
    assert_int_equal(jd_vault_newest(v), 2);
    jd_wrap(v, person, &some, after);
    assert_int_equal(jd_wrapped_by((jd_str){ (const char *)after, JD_WRAPPED }), 2);
    assert_true(unwraps(v, person, before) && unwraps(v, person, after));
    jd_vault_close(v);
    assert_true(jd_masters_drop(key_file("turn.key"), why, sizeof why));
    v = open_vault("turn.key", 530900);
    assert_true(!jd_vault_has(v, 1) && jd_vault_has(v, 2));
    assert_true(!unwraps(v, person, before) && unwraps(v, person, after));
    jd_vault_close(v);
}

static void so_many_versions_and_no_more(void **state)
{
    (void)state;
    char why[256] = "";
    uint32_t version;
    jd_vault_close(open_vault("many.key", 530900));
    for (int i = 1; i < JD_MASTERS_MAX; i++)
        assert_true(jd_masters_add(key_file("many.key"), &version, why, sizeof why));
    assert_false(jd_masters_add(key_file("many.key"), &version, why, sizeof why));
    assert_non_null(strstr(why, "drop the old ones first"));
    jd_vault *v = open_vault("many.key", 530900);
    assert_int_equal(jd_vault_newest(v), JD_MASTERS_MAX);
    jd_vault_close(v);
}

static void the_service_manager_brings_the_key(void **state)
{
    (void)state;
    char path[160], why[256] = "";
    uint8_t row[JD_WRAPPED];
    uint32_t version;
    snprintf(path, sizeof path, "%s/jiandu-master-key", scratch_dir());
    write_file(path, 32, 0400);
    setenv("CREDENTIALS_DIRECTORY", scratch_dir(), 1);
    jd_vault *brought = open_vault("unused.key", 530900);
    assert_false(jd_masters_add(key_file("unused.key"), &version, why, sizeof why));
    assert_non_null(strstr(why, "is a credential"));
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_equal(access(key_file("unused.key"), F_OK), -1); /* none was made beside it */
    jd_vault *file = open_vault("jiandu-master-key", 530900);
    jd_wrap(brought, person, &some, row);
    assert_true(unwraps(file, person, row));
    jd_vault_close(brought);
    jd_vault_close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealed_and_opened),
        cmocka_unit_test(sealed_is_as_long_as_it_says),
        cmocka_unit_test(bytes_of_another_place_do_not_open),
        cmocka_unit_test(a_place_is_a_nonce),
        cmocka_unit_test(a_data_key_is_bound_to_its_slot),
        cmocka_unit_test(what_is_forgotten_is_not_there),
        cmocka_unit_test(people_are_found_by_hash),
        cmocka_unit_test(the_key_is_made_once_and_guarded),
        cmocka_unit_test(bad_lines_are_refused),
        cmocka_unit_test(a_newer_version_wraps),
        cmocka_unit_test(so_many_versions_and_no_more),
        cmocka_unit_test(the_service_manager_brings_the_key),
    };
    return RUN(tests);
}
