/* Every message and every stored row, there and back, with values drawn by type. */
#include <stdio.h>

#include "proto/decode.h"
#include "proto/pack.h"
#include "workers/rows.h"

#include "tests/unit/support.h"
#include "tests/unit/values.h"

enum { ROUNDS = 50 };

static void same_content(const jd_layout *l, const void *a, const void *b)
{
    jd_buf x = { 0 }, y = { 0 };
    jd_encode_row(l, a, &x);
    jd_encode_row(l, b, &y);
    if (!jd_str_eq(jd_buf_view(&x), jd_buf_view(&y))) fail_msg("%s differs", l->name);
    jd_buf_free(&x);
    jd_buf_free(&y);
}

static void row_there_and_back(const jd_layout *l, fill how)
{
    jd_arena a = { 0 };
    jd_buf b = { 0 };
    void *in = jd_alloc(&a, l->size), *out = jd_alloc(&a, l->size);
    fill_values(l, &a, in, how);
    jd_encode_row(l, in, &b);
    assert_true(jd_decode_row(l, jd_buf_view(&b), &a, out));
    same_content(l, in, out);
    jd_buf_free(&b);
    jd_arena_free(&a);
}

static void every_message_as_a_row(void **state)
{
    (void)state;
    for (int m = 0; m < JD_MSG_COUNT; m++)
        for (int i = 0; i < ROUNDS; i++) row_there_and_back(&jd_message_get((jd_msg)m)->layout, (fill)(i % 3));
}

static void every_stored_row(void **state)
{
    (void)state;
    const jd_layout *const rows[] = { &jd_row_application_layout, &jd_row_supervisor_layout, &jd_row_report_layout,
                                      &jd_row_person_layout, &jd_row_fact_layout };
    for (int r = 0; r < LENGTH(rows); r++)
        for (int i = 0; i < ROUNDS; i++) row_there_and_back(rows[r], (fill)(i % 3));
}

/* What the worker puts beside a message is never on the wire. */
static void without_attached(const jd_layout *l, void *msg)
{
    for (int i = 0; i < l->n; i++)
        if (jd_field_attached(&l->fields[i])) *JD_AT(jd_str, msg, &l->fields[i]) = (jd_str){ NULL, 0 };
}

/* As a stranger sends it: decoded, checked, and the same. */
static void every_message_over_the_wire(void **state)
{
    (void)state;
    for (int m = 0; m < JD_MSG_COUNT; m++) {
        const jd_message *msg = jd_message_get((jd_msg)m);
        for (int i = 0; i < ROUNDS && msg->mode != JD_INTERNAL; i++) {
            jd_arena a = { 0 };
            jd_buf b = { 0 };
            jd_problems p = { 0 };
            void *in = jd_alloc(&a, msg->layout.size), *out = jd_alloc(&a, msg->layout.size);
            fill_values(&msg->layout, &a, in, (fill)(i % 3));
            without_attached(&msg->layout, in);
            jd_encode_map(&msg->layout, in, JD_P_SENSITIVE + 1, &b);
            if (!jd_decode(&msg->layout, jd_buf_view(&b), &a, out, &p))
                fail_msg("%s: field %s: %s", msg->text, p.v[0].field, p.v[0].expected);
            same_content(&msg->layout, in, out);
            jd_buf_free(&b);
            jd_arena_free(&a);
        }
    }
}

static jd_buf wire_without(const jd_layout *l, const void *in, int without)
{
    jd_buf b = { 0 };
    jd_arena a = { 0 };
    void *copy = jd_alloc(&a, l->size), *empty = jd_alloc(&a, l->size);
    jd_layout_clear(l, empty);
    memcpy(copy, in, l->size);
    size_t from = l->fields[without].offset;
    size_t to = without + 1 < l->n ? l->fields[without + 1].offset : l->size;
    memcpy((char *)copy + from, (char *)empty + from, to - from);
    jd_encode_map(l, copy, JD_P_SENSITIVE + 1, &b);
    jd_arena_free(&a);
    return b;
}

static void a_missing_field_is_named(void **state)
{
    (void)state;
    for (int m = 0; m < JD_MSG_COUNT; m++) {
        const jd_message *msg = jd_message_get((jd_msg)m);
        const jd_layout *l = &msg->layout;
        jd_arena a = { 0 };
        void *in = jd_alloc(&a, l->size), *out = jd_alloc(&a, l->size);
        fill_values(l, &a, in, FILL_ALL);
        for (int f = 0; f < l->n && msg->mode != JD_INTERNAL; f++) {
            jd_problems p = { 0 };
            jd_buf b = wire_without(l, in, f);
            assert_int_equal(jd_decode(l, jd_buf_view(&b), &a, out, &p), !l->fields[f].must);
            if (l->fields[f].must) {
                assert_int_equal(p.n, 1);
                assert_int_equal(p.v[0].code, JD_CODE_MISSING_FIELD);
                assert_string_equal(p.v[0].field, l->fields[f].name);
            }
            jd_buf_free(&b);
        }
        jd_arena_free(&a);
    }
}

typedef struct wrong {
    jd_code code;
    const char *bytes;
    uint32_t n;
} wrong;

#define BYTES(literal) literal, sizeof(literal) - 1

static void what_is_wrong_has_a_code(void **state)
{
    (void)state;
    const jd_layout *l = &jd_message_get(JD_MSG_events_since)->layout;
    /* clang-format off */
    static const wrong cases[] = {
        { JD_CODE_RECORDED, BYTES("\x81\xa5" "after\x07") },
        { JD_CODE_RECORDED, BYTES("\x82\xa5" "after\x07\xa5" "limit\xc0") }, /* nil is as good as absent */
        { JD_CODE_UNKNOWN_FIELD, BYTES("\x82\xa5" "after\x07\xa5" "befor\x07") },
        { JD_CODE_DUPLICATE_FIELD, BYTES("\x82\xa5" "after\x07\xa5" "after\x08") },
        { JD_CODE_WRONG_TYPE, BYTES("\x81\xa5" "after\xa1" "7") },
        { JD_CODE_WRONG_TYPE, BYTES("\x81\xa5" "after\xc0") },
        { JD_CODE_WRONG_TYPE, BYTES("\x81\xa5" "after\xcf\xff\xff\xff\xff\xff\xff\xff\xff") },
        { JD_CODE_OUT_OF_BOUNDS, BYTES("\x82\xa5" "after\x07\xa5" "limit\xcd\x03\xe9") },
        { JD_CODE_OUT_OF_BOUNDS, BYTES("\x81\xa5" "after\xff") },
        { JD_CODE_MALFORMED, BYTES("\x90") },
        { JD_CODE_MALFORMED, BYTES("") },
        { JD_CODE_SEVERAL_PROBLEMS, BYTES("\x81\xc0\xc0") }, /* unknown, and the needed one missing */
    };
    /* clang-format on */
    for (int i = 0; i < LENGTH(cases); i++) {
        jd_arena a = { 0 };
        jd_problems p = { 0 };
        bool ok = jd_decode(l, (jd_str){ cases[i].bytes, cases[i].n }, &a, jd_alloc(&a, l->size), &p);
        jd_code code = ok ? JD_CODE_RECORDED : jd_problems_code(&p);
        if (code != cases[i].code) fail_msg("case %d: %s", i, jd_code_text(code));
        jd_arena_free(&a);
    }
}

/* However much is wrong, a receipt stays small, and what is repeated of a stranger's keys is printable. */
static void problems_are_bounded(void **state)
{
    (void)state;
    const jd_layout *l = &jd_message_get(JD_MSG_stats_get)->layout;
    jd_arena a = { 0 };
    jd_buf b = { 0 };
    jd_problems p = { 0 };
    jd_pack_map(&b, 100);
    for (int i = 0; i < 100; i++) {
        char key[64];
        snprintf(key, sizeof key, i % 2 ? "key%d" : "\x1b[31m%d", i);
        jd_pack_ku(&b, key, 1);
    }
    assert_false(jd_decode(l, jd_buf_view(&b), &a, jd_alloc(&a, l->size), &p));
    assert_int_equal(p.n, JD_PROBLEMS_MAX);
    assert_string_equal(p.v[0].field, "");
    assert_string_equal(p.v[1].field, "key1");
    jd_buf_free(&b);
    jd_arena_free(&a);
}

/* A row written before a field existed reads as if the field were absent; one with more is not ours. */
static void rows_grow_at_their_end(void **state)
{
    (void)state;
    const jd_layout *l = &jd_row_fact_layout;
    struct jd_row_fact row;
    jd_arena a = { 0 };
    jd_buf b = { 0 };
    jd_pack_list(&b, 1);
    jd_pack_int(&b, JD_YES);
    assert_true(jd_decode_row(l, jd_buf_view(&b), &a, &row));
    assert_int_equal(row.value, JD_YES);
    assert_int_equal(row.as_of, JD_NO_DAY);
    assert_int_equal(row.seq, JD_NO_INT);
    b.n = 0;
    jd_pack_list(&b, (size_t)l->n + 1);
    for (int i = 0; i <= l->n; i++) jd_pack_nil(&b);
    assert_false(jd_decode_row(l, jd_buf_view(&b), &a, &row));
    jd_buf_free(&b);
    jd_arena_free(&a);
}

static void personal_fields_can_be_hidden(void **state)
{
    (void)state;
    const jd_layout *l = &jd_message_get(JD_MSG_application_submit)->layout;
    jd_arena a = { 0 };
    jd_buf b = { 0 };
    struct jd_application_submit *in = jd_alloc(&a, l->size);
    fill_values(l, &a, in, FILL_ALL);
    jd_encode_map(l, in, JD_P_PERSONAL, &b);
    assert_null(memmem(b.p, b.n, in->id_no.p, in->id_no.n));
    assert_null(memmem(b.p, b.n, "\xa4name", 5)); /* the key; its value is short enough to stand elsewhere */
    jd_buf_free(&b);
    jd_arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_as_a_row),      cmocka_unit_test(every_stored_row),
        cmocka_unit_test(every_message_over_the_wire), cmocka_unit_test(a_missing_field_is_named),
        cmocka_unit_test(what_is_wrong_has_a_code),    cmocka_unit_test(problems_are_bounded),
        cmocka_unit_test(rows_grow_at_their_end),      cmocka_unit_test(personal_fields_can_be_hidden),
    };
    return RUN(tests);
}
