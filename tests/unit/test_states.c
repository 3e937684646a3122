/* The table of moves: every cell is decided, every state can be reached, nothing leaves an end. */
#include "proto/states.h"

#include "tests/unit/support.h"

static uint32_t moves_of(jd_entity e, int state)
{
    uint32_t to = 0;
    for (int v = 0; v < jd_verb_count(e); v++) to |= jd_moves(e, state, v);
    return to;
}

static void moves_lead_to_states_that_exist(void **state)
{
    (void)state;
    for (int e = 1; e < JD_E_COUNT; e++) {
        uint32_t known = (1u << jd_state_count((jd_entity)e)) - 1;
        assert_in_range(jd_state_count((jd_entity)e), 2, 31);
        for (int s = 0; s < jd_state_count((jd_entity)e); s++) {
            assert_int_equal(moves_of((jd_entity)e, s) & ~known, 0);
            assert_int_equal(moves_of((jd_entity)e, s) & 1, 0); /* never back to `none` */
        }
    }
}

static void every_state_is_reached_from_none(void **state)
{
    (void)state;
    for (int e = 1; e < JD_E_COUNT; e++) {
        uint32_t reached = 1, before = 0;
        while (reached != before) {
            before = reached;
            for (int s = 0; s < jd_state_count((jd_entity)e); s++)
                if (before >> s & 1) reached |= moves_of((jd_entity)e, s);
        }
        assert_int_equal(reached, (1u << jd_state_count((jd_entity)e)) - 1);
    }
}

/* The ways back from an end: a closed report may be reopened, and what was recorded wrongly is taken back. */
static uint32_t reopened(jd_entity e, int s)
{
    switch (e) {
    case JD_E_report: return jd_moves(e, s, JD_V_report_reopen);
    case JD_E_obligation: return jd_moves(e, s, JD_V_obligation_reopen);
    case JD_E_meeting: return jd_moves(e, s, JD_V_meeting_withdraw);
    case JD_E_activity: return jd_state_final(e, s) ? jd_moves(e, s, JD_V_activity_cancel) : 0;
    default: return 0;
    }
}

static void an_end_is_an_end_and_nothing_else_is(void **state)
{
    (void)state;
    for (int e = 1; e < JD_E_COUNT; e++)
        for (int s = 0; s < jd_state_count((jd_entity)e); s++)
            assert_int_equal(jd_state_final((jd_entity)e, s),
                             (moves_of((jd_entity)e, s) & ~reopened((jd_entity)e, s)) == 0);
}

/* Whatever happened, a case can still come to an end. */
static void every_state_can_end(void **state)
{
    (void)state;
    for (int e = 1; e < JD_E_COUNT; e++) {
        uint32_t ends = 0, before = 1;
        for (int s = 0; s < jd_state_count((jd_entity)e); s++)
            if (jd_state_final((jd_entity)e, s)) ends |= 1u << s;
        while (ends != before) {
            before = ends;
            for (int s = 0; s < jd_state_count((jd_entity)e); s++)
                if (moves_of((jd_entity)e, s) & before) ends |= 1u << s;
        }
        assert_int_equal(ends, (1u << jd_state_count((jd_entity)e)) - 1);
    }
}

/* LC-10.4: where feedback is due it comes before the end, so nothing but a result leads to it. */
static void a_report_is_not_closed_unhandled(void **state)
{
    (void)state;
    for (int s = 0; s < JD_S_report_count; s++) {
        bool handled = s == JD_S_report_resulted || s == JD_S_report_fed_back || s == JD_S_report_acknowledged;
        assert_int_equal(jd_moves(JD_E_report, s, JD_V_report_close) != 0, handled);
    }
    assert_int_equal(jd_moves(JD_E_report, JD_S_report_closed, JD_V_report_assign), 0);
}

/* PIPL art. 24, LC-14.0: screening proposes and never rejects. */
static void screening_never_rejects(void **state)
{
    (void)state;
    uint32_t ends = 1u << JD_S_application_rejected | 1u << JD_S_application_appointed;
    for (int s = 0; s < JD_S_application_count; s++) {
        assert_int_equal(jd_moves(JD_E_application, s, JD_V_application_rescreen) & ends, 0);
        assert_int_equal(jd_moves(JD_E_application, s, JD_V_application_submit) & ends, 0);
        assert_int_equal(jd_moves(JD_E_application, s, JD_V_application_supplement) & ends, 0);
    }
}

static void names_go_there_and_back(void **state)
{
    (void)state;
    for (int e = 1; e < JD_E_COUNT; e++) {
        assert_int_equal(jd_entity_find(jd_str_of(jd_entity_name((jd_entity)e))), e);
        assert_int_equal(jd_entity_of_letter(jd_entity_letter((jd_entity)e)), e);
        for (int s = 1; s < jd_state_count((jd_entity)e); s++)
            assert_int_equal(jd_state_find((jd_entity)e, jd_str_of(jd_state_name((jd_entity)e, s))), s);
        assert_string_equal(jd_state_name((jd_entity)e, 0), "");
    }
    assert_int_equal(jd_state_find(JD_E_report, JD_STR("fed-back")), JD_S_report_fed_back);
    assert_int_equal(jd_state_find(JD_E_report, JD_STR("fed_back")), -1);
    assert_int_equal(jd_entity_find(JD_STR("nothing")), JD_E_none);
    assert_int_equal(jd_entity_of_letter('9'), JD_E_none);
}

static void case_ids_have_one_spelling(void **state)
{
    (void)state;
    static const uint64_t numbers[] = { 1, 17, 99999999, 100000000, 9007199254740991 };
    char text[JD_CASE_ID_MAX];
    jd_case_id id;
    for (int e = 1; e < JD_E_COUNT; e++)
        for (int i = 0; i < LENGTH(numbers); i++) {
            jd_case_id_format((jd_case_id){ (jd_entity)e, 530900, numbers[i] }, text);
            assert_true(jd_case_id_parse(jd_str_of(text), &id));
            assert_int_equal(id.entity, e);
            assert_int_equal(id.division, 530900);
            assert_int_equal(id.number, numbers[i]);
        }
    static const char *const bad[] = { "",
                                       "R-530900-0000001",
                                       "R-530900-00000000",
                                       "R-530900-000000017",
                                       "9-530900-00000017",
                                       "R530900-00000017",
                                       "R-53090x-00000017",
                                       "R-530900-0000001x",
                                       "r-530900-00000017",
                                       "R-530900-00000017 ",
                                       "R-530900-99999999999999999999" };
    for (int i = 0; i < LENGTH(bad); i++) assert_false(jd_case_id_parse(jd_str_of(bad[i]), &id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moves_lead_to_states_that_exist),
        cmocka_unit_test(every_state_is_reached_from_none),
        cmocka_unit_test(an_end_is_an_end_and_nothing_else_is),
        cmocka_unit_test(every_state_can_end),
        cmocka_unit_test(a_report_is_not_closed_unhandled),
        cmocka_unit_test(screening_never_rejects),
        cmocka_unit_test(names_go_there_and_back),
        cmocka_unit_test(case_ids_have_one_spelling),
    };
    return RUN(tests);
}
