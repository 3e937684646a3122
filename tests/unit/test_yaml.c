/* YAML with lines: what is wrong is found where it stands. */
#include <stdio.h>

#include "tests/unit/support.h"

static void says(const char *text, const char *expected)
{
    jd_arena a = { 0 };
    jd_diag d = { .file = "f" };
    jd_ynode *n = jd_yaml_parse(&a, jd_str_of(text), &d);
    jd_buf_u8(&d.text, 0);
    if (expected) {
        assert_null(n);
        if (!strstr(d.text.p, expected)) fail_msg("'%s' does not say '%s'", d.text.p, expected);
    } else if (!n) {
        fail_msg("%s", d.text.p);
    }
    jd_buf_free(&d.text);
    jd_arena_free(&a);
}

static void mistakes_of_form(void **state)
{
    (void)state;
    says("a: 1\nb: 2\n", NULL);
    says("a: 1\nb: 2\na: 3\n", "f:3: 'a' stands twice, first in line 1");
    says("x:\n  k: 1\n  k: 2\n", "f:3: 'k' stands twice");
    says("a: &here [1]\nb: *here\n", "anchors and aliases");
    says("a: [1, 2\nb: 3\n", "f:");
    says("a: 1\n---\nb: 2\n", "f:3: a second document");
    says("", "f:1: empty file");
    says("{[1]: 2}\n", "f:1: a key must be plain text");
    says("a: \"\\x\"\n", "f:1:");
    says("a: \xff\xfe\n", "f:");
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    char text[256] = "";
    for (int depth = 1; depth <= 60; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = 0;
        says(text, depth <= 33 ? NULL : "f:1: nested deeper");
    }
}

static void reading(void **state)
{
    (void)state;
    jd_diag d = { .file = "f" };
    jd_ynode *n =
        yaml("word: abc\nnumber: -42\nyes: yes\nno: false\nlist: [1, 2]\nempty:\nlong: 99999999999999999999\n");
    int64_t v;
    bool b;
    assert_str(jd_y_text(n, "word", &d), "abc");
    assert_str(jd_y_text(n, "absent", &d), "");
    assert_true(jd_y_scalar_int(jd_y_get(n, "number"), &v));
    assert_int_equal(v, -42);
    assert_false(jd_y_scalar_int(jd_y_get(n, "word"), &v));
    assert_false(jd_y_scalar_int(jd_y_get(n, "long"), &v));
    assert_true(jd_y_scalar_bool(jd_y_get(n, "yes"), &b) && b);
    assert_true(jd_y_scalar_bool(jd_y_get(n, "no"), &b) && !b);
    assert_false(jd_y_scalar_bool(jd_y_get(n, "word"), &b));
    assert_int_equal(jd_y_int(n, "absent", 7, 1, 9, &d), 7);
    assert_int_equal(d.errors, 0);
    assert_null(jd_y_get(NULL, "word"));
    jd_buf_free(&d.text);
}

static int errors_of(const char *text, void (*read)(jd_ynode *, jd_diag *), const char *expected)
{
    jd_diag d = { .file = "f" };
    read(yaml(text), &d);
    jd_buf_u8(&d.text, 0);
    if (!strstr(d.text.p, expected)) fail_msg("'%s' does not say '%s'", d.text.p, expected);
    int errors = d.errors;
    jd_buf_free(&d.text);
    return errors;
}

static void need_word(jd_ynode *n, jd_diag *d)
{
    jd_y_need_text(n, "word", d);
}

static void read_number(jd_ynode *n, jd_diag *d)
{
    jd_y_int(n, "number", 5, 1, 9, d);
}

static void read_flag(jd_ynode *n, jd_diag *d)
{
    jd_y_bool(n, "flag", false, d);
}

static void read_nothing(jd_ynode *n, jd_diag *d)
{
    jd_y_unused(n, d);
}

static void read_used(jd_ynode *n, jd_diag *d)
{
    jd_y_get(jd_y_get(n, "known"), "inner");
    jd_y_unused(n, d);
}

static void mistakes_of_content(void **state)
{
    (void)state;
    assert_int_equal(errors_of("x: 1\n", need_word, "f:1: 'word' is missing"), 1);
    assert_int_equal(errors_of("word:\n", need_word, "f:1: 'word' is empty"), 1);
    assert_int_equal(errors_of("\nword: [a]\n", need_word, "f:2: 'word' must be a value, not a list"), 1);
    assert_int_equal(errors_of("number: 10\n", read_number, "f:1: 'number' must be a whole number from 1 to 9"), 1);
    assert_int_equal(errors_of("number: abc\n", read_number, "not 'abc'"), 1);
    assert_int_equal(errors_of("flag: maybe\n", read_flag, "f:1: 'flag' must be true or false"), 1);
    assert_int_equal(errors_of("a: 1\nb:\n  c: 2\n", read_nothing, "f:2: 'b' is not known here"), 2);
    assert_int_equal(errors_of("known:\n  inner: 1\n  other: 2\n", read_used, "f:3: 'other' is not known here"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_of_form),
        cmocka_unit_test(nesting_is_bounded),
        cmocka_unit_test(reading),
        cmocka_unit_test(mistakes_of_content),
    };
    return RUN(tests);
}
