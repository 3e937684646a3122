/* Frames between daemon and worker: whole, in pieces, cut short, and not frames at all. */
#include "proto/link.h"

#include "tests/unit/support.h"

static const uint8_t id[16] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 };

static jd_link_msg a_message(void)
{
    return (jd_link_msg){ .token = 77,
                          .type = 3,
                          .flags = JD_LINK_PUSH,
                          .at = instant("2026-01-05T00:00:00Z"),
                          .id = id,
                          .actor = { .role = JD_ROLE_staff,
                                     .every_supervisor = true,
                                     .name = JD_STR("tool"),
                                     .departments = JD_STR("\4fund\6bureau"),
                                     .supervisors = JD_STR("\7\0\0\0") },
                          .why = JD_STR("why"),
                          .body = JD_STR("\x80") };
}

static jd_buf a_batch(int messages)
{
    jd_buf b = { 0 };
    jd_link_begin(&b, JD_LINK_BATCH);
    jd_buf_u64(&b, 5);
    for (int i = 0; i < messages; i++) {
        jd_link_msg m = a_message();
        m.token += (uint32_t)i;
        jd_link_put(&b, &m);
    }
    jd_link_end(&b, 0);
    return b;
}

static void there_and_back(void **state)
{
    (void)state;
    jd_link_kind kind;
    jd_cur c;
    jd_link_msg m;
    jd_buf b = a_batch(3);
    assert_int_equal(jd_link_frame(b.p, b.n, &kind, &c), b.n);
    assert_int_equal(kind, JD_LINK_BATCH);
    assert_int_equal(jd_cur_u64(&c), 5);
    for (uint32_t i = 0; i < 3; i++) {
        assert_true(jd_link_take(&c, &m));
        assert_int_equal(m.token, 77 + i);
        assert_int_equal(m.type, 3);
        assert_int_equal(m.flags, JD_LINK_PUSH);
        assert_true(m.at == a_message().at);
        assert_memory_equal(m.id, id, 16);
        assert_int_equal(m.actor.role, JD_ROLE_staff);
        assert_true(m.actor.every_supervisor && !m.actor.every_department);
        assert_str(m.actor.name, "tool");
        assert_true(jd_actor_has_department(&m.actor, JD_STR("bureau")));
        assert_false(jd_actor_has_department(&m.actor, JD_STR("fun")));
        assert_str(m.why, "why");
        assert_str(m.body, "\x80");
    }
    assert_true(jd_cur_done(&c));
    assert_false(jd_link_take(&c, &m));
    jd_buf_free(&b);
}

static void frames_arrive_in_pieces(void **state)
{
    (void)state;
    jd_link_kind kind;
    jd_cur c;
    jd_buf b = a_batch(2);
    for (size_t n = 0; n < b.n; n++) assert_int_equal(jd_link_frame(b.p, n, &kind, &c), 0);
    jd_buf_z(&b, "the next frame");
    assert_int_equal(jd_link_frame(b.p, b.n, &kind, &c), b.n - strlen("the next frame"));
    jd_buf_free(&b);
}

static void what_is_no_frame_is_seen_at_once(void **state)
{
    (void)state;
    jd_link_kind kind;
    jd_cur c;
    assert_int_equal(jd_link_frame("\0\0\0\0", 4, &kind, &c), -1);
    assert_int_equal(jd_link_frame("\xff\xff\xff\xff", 4, &kind, &c), -1);
    assert_int_equal(jd_link_frame("\x01\x00\x00\x04", 4, &kind, &c), -1); /* a byte above the bound */
    assert_int_equal(jd_link_frame("\x00\x00\x00\x04", 4, &kind, &c), 0);  /* the bound itself */
}

/* A frame whose lengths lie ends within its own bytes. */
static void messages_cut_short_anywhere(void **state)
{
    (void)state;
    jd_buf b = { 0 };
    jd_link_msg m = a_message(), out;
    jd_link_put(&b, &m);
    for (size_t n = 0; n < b.n; n++) {
        jd_cur c = jd_cur_of(b.p, n);
        assert_false(jd_link_take(&c, &out));
    }
    for (int round = 0; round < 2000; round++) {
        jd_buf copy = { 0 };
        jd_buf_str(&copy, jd_buf_view(&b));
        copy.p[draw((uint32_t)copy.n)] = (char)draw(256);
        jd_cur c = jd_cur_of(copy.p, copy.n);
        if (jd_link_take(&c, &out)) assert_true(out.body.p + out.body.n <= copy.p + copy.n);
        jd_buf_free(&copy);
    }
    jd_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back),
        cmocka_unit_test(frames_arrive_in_pieces),
        cmocka_unit_test(what_is_no_frame_is_seen_at_once),
        cmocka_unit_test(messages_cut_short_anywhere),
    };
    return RUN(tests);
}
