/* One policy that builds on another: LC-16.1. */
#include "tests/unit/support.h"

static jd_arena arena;

/* The merged tree as one line, "{a: 1, b: [x, y]}". */
static void write(const jd_ynode *n, jd_buf *out)
{
    if (n->kind == JD_Y_SCALAR) jd_buf_str(out, n->text);
    if (n->kind != JD_Y_SCALAR) jd_buf_z(out, n->kind == JD_Y_MAP ? "{" : "[");
    for (int i = 0; i < n->n; i++) {
        if (i) jd_buf_z(out, ", ");
        if (n->kind == JD_Y_MAP) jd_buf_printf(out, "%.*s: ", JD_FMT(n->keys[i]->text));
        write(n->items[i], out);
    }
    if (n->kind != JD_Y_SCALAR) jd_buf_z(out, n->kind == JD_Y_MAP ? "}" : "]");
}

static jd_ynode *merged(const char *parent, const char *own, jd_diag *d)
{
    jd_buf p = { 0 }, o = { 0 };
    jd_buf_printf(&p, "id: city\ndivision: 100100\n%s\n", parent);
    jd_buf_printf(&o, "extends: 100100\ndivision: 100101\n%s\n", own);
    const jd_policy_text t = {
        .file = "own", .parent_file = "parent", .text = jd_buf_view(&o), .parent = jd_buf_view(&p)
    };
    *d = (jd_diag){ .file = "own" };
    jd_ynode *n = jd_policy_tree(&arena, &t, d);
    jd_buf_free(&p);
    jd_buf_free(&o);
    jd_buf_u8(&d->text, 0);
    return n;
}

/* What becomes of the key `x`. */
static void becomes(const char *parent, const char *own, const char *expected)
{
    jd_diag d;
    jd_buf said = { 0 };
    jd_ynode *root = merged(parent, own, &d);
    if (!root) fail_msg("%s", d.text.p);
    jd_ynode *x = jd_y_get(root, "x");
    if (x) write(x, &said);
    jd_buf_u8(&said, 0);
    assert_string_equal(said.p, expected);
    jd_buf_free(&said);
    jd_buf_free(&d.text);
}

static void values_and_mappings(void **state)
{
    (void)state;
    becomes("x: 1", "y: 2", "1");
    becomes("x: 1", "x: 2", "2");
    becomes("x: { a: 1, b: 2 }", "x: { b: 3, c: 4 }", "{a: 1, b: 3, c: 4}");
    becomes("x: { a: { b: { c: 1, d: 2 } } }", "x: { a: { b: { d: 3 } } }", "{a: {b: {c: 1, d: 3}}}");
    becomes("x: { a: 1, b: 2 }", "x: { a: { remove: true } }", "{b: 2}");
    becomes("x: { a: 1 }", "x: { remove: true }", "");
    becomes("x: { a: 1, b: 2 }", "x: { replace: { c: 3 } }", "{c: 3}");
    becomes("x: { a: 1 }", "x: plain", "plain");
    becomes("x: [1, 2]", "x: { a: 1 }", "{a: 1}");
}

static void lists_of_named_items(void **state)
{
    (void)state;
    const char *parent = "x: [ { code: a, v: 1, w: 9 }, { code: b, v: 2 } ]";
    becomes(parent, "x: [ { code: a, v: 3 } ]", "[{code: a, v: 3, w: 9}, {code: b, v: 2}]");
    becomes(parent, "x: [ { code: c, v: 3 } ]", "[{code: a, v: 1, w: 9}, {code: b, v: 2}, {code: c, v: 3}]");
    becomes(parent, "x: [ { code: a, remove: true } ]", "[{code: b, v: 2}]");
    becomes(parent, "x: { replace: [ { code: c } ] }", "[{code: c}]");
    becomes(parent, "x: []", "[]");
    becomes("x: [ { id: R1, to: [a] } ]", "x: [ { id: R1, to: [b] } ]", "[{id: R1, to: [b]}]");
    becomes("x: [ { recommender: a, nominee: b, v: 1 }, { recommender: a, nominee: c } ]",
            "x: [ { recommender: a, nominee: b, v: 2 } ]",
            "[{recommender: a, nominee: b, v: 2}, {recommender: a, nominee: c}]");
    becomes("x: [ { code: t, in: [ { code: a }, { code: b } ] } ]",
            "x: [ { code: t, in: [ { code: b, remove: true } ] } ]", "[{code: t, in: [{code: a}]}]");
}

static void other_lists_are_replaced(void **state)
{
    (void)state;
    becomes("x: [90, 30, 7]", "x: [30]", "[30]");
    becomes("x: [ { rule: A } , { rule: B } ]", "x: [ { rule: C } ]", "[{rule: C}]");
    becomes("x: []", "x: [ { code: a } ]", "[{code: a}]");
}

static void who_it_is_is_its_own(void **state)
{
    (void)state;
    jd_diag d;
    jd_ynode *root = merged("version: 7\ntitle: t\ndoc_no: n\nstatus: trial\npurpose: p", "", &d);
    assert_non_null(root);
    assert_null(jd_y_get(root, "id"));
    assert_null(jd_y_get(root, "version"));
    assert_null(jd_y_get(root, "doc_no"));
    assert_non_null(jd_y_get(root, "purpose"));
    assert_str(jd_y_text(root, "division", &d), "100101");
    jd_buf_free(&d.text);
}

/* What is inherited stands where it was written, what is changed where it was changed. */
static void places(void **state)
{
    (void)state;
    jd_diag d;
    jd_ynode *x = jd_y_get(merged("x:\n  a: 1\n  b: 2", "\nx:\n  b: 3", &d), "x");
    jd_ynode *a = jd_y_get(x, "a"), *b = jd_y_get(x, "b");
    assert_int_equal(a->line, 4 | JD_PLACE_OTHER);
    assert_int_equal(b->line, 5);
    jd_diag_at(&d, a->line, "here");
    jd_diag_at(&d, b->line, "there");
    jd_buf_u8(&d.text, 0);
    assert_non_null(strstr(d.text.p + 1, "parent:4: here\nown:5: there\n"));
    jd_buf_free(&d.text);
}

static void refused(const char *parent, const char *own, const char *expected)
{
    jd_diag d;
    assert_null(merged(parent, own, &d));
    if (!strstr(d.text.p, expected)) fail_msg("'%s' does not say '%s'", d.text.p, expected);
    jd_buf_free(&d.text);
}

static void mistakes(void **state)
{
    (void)state;
    refused("x: [ { code: a } ]", "x: [ { code: b, remove: true } ]", "own:3: there is no 'b' to remove");
    refused("x: { a: 1 }", "x: { b: { remove: true } }", "own:3: there is no 'b' to remove");
    refused("x: [ { code: a } ]", "x: [ { code: b }, { code: b } ]", "own:3: 'b' stands twice, first in line 3");
    refused("x: [ { code: a } ]", "x: [ plain ]", "own:3: an item that changes an inherited list needs its name");
    refused("x: [", "", "parent:4:");
    refused("extends: 100000", "", "parent:3: this extends another in turn");
    refused("x: 1\nx: 2", "", "parent:4: 'x' stands twice, first in line 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_mappings),
        cmocka_unit_test(lists_of_named_items),
        cmocka_unit_test(other_lists_are_replaced),
        cmocka_unit_test(who_it_is_is_its_own),
        cmocka_unit_test(places),
        cmocka_unit_test(mistakes),
    };
    return RUN(tests);
}
