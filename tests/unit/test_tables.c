/* The tables everything is made from: unique names, good forms, and sources that exist. */
#include <ctype.h>

#include "proto/codes.h"
#include "proto/events.h"
#include "proto/tables.h"
#include "tests/unit/support.h"

/* small letters and digits, words joined by `joint`; no joint at the ends or twice */
static bool well_formed(const char *z, char joint)
{
    if (!islower((unsigned char)*z)) return false;
    for (; *z; z++) {
        bool joins = *z == joint;
        if (!joins && !islower((unsigned char)*z) && !isdigit((unsigned char)*z)) return false;
        if (joins && (z[1] == 0 || z[1] == joint)) return false;
    }
    return true;
}

static void codes(void **state)
{
    (void)state;
    for (int i = 0; i < JD_CODE_COUNT; i++) {
        assert_true(well_formed(jd_code_text((jd_code)i), '-'));
        assert_in_range(jd_code_status((jd_code)i), 0, JD_STATUS_COUNT - 1);
        assert_true(*jd_code_means((jd_code)i));
        for (int j = 0; j < i; j++) assert_string_not_equal(jd_code_text((jd_code)i), jd_code_text((jd_code)j));
    }
    assert_int_equal(jd_code_status(JD_CODE_RECORDED), JD_OK); /* the value of an untouched outcome */
    assert_int_equal(JD_CODE_RECORDED, 0);
}

static void events(void **state)
{
    (void)state;
    for (int i = 0; i < JD_EV_COUNT; i++) {
        const char *entity = jd_event_entity((jd_event_id)i), *name = jd_event_name((jd_event_id)i);
        assert_true(well_formed(entity, '-'));
        assert_true(well_formed(name, '-'));
        assert_true(*jd_event_doc((jd_event_id)i));
        for (int j = 0; j < i; j++)
            assert_false(strcmp(entity, jd_event_entity((jd_event_id)j)) == 0 &&
                         strcmp(name, jd_event_name((jd_event_id)j)) == 0);
    }
}

static void standard_tables(void **state)
{
    (void)state;
    for (int t = 1; t < JD_TABLE_COUNT; t++) {
        const jd_table *table = jd_table_get((jd_table_id)t);
        assert_true(table->n > 0 && *table->source);
        for (int i = 0; i < table->n; i++) {
            assert_int_equal(jd_table_find((jd_table_id)t, jd_str_of(table->rows[i].value)), i); /* so, unique */
            assert_true(*table->rows[i].label);
        }
        assert_int_equal(jd_table_find((jd_table_id)t, JD_STR("none of them")), -1);
    }
    assert_int_equal(jd_table_get(JD_TABLE_ethnicity)->n, 56);
    assert_int_equal(jd_table_get(JD_TABLE_political)->n, 13);
}

static void check_field(const jd_message *m, const jd_layout *l, int i)
{
    const jd_field *f = &l->fields[i];
    assert_true(well_formed(f->name, '_'));
    assert_true(*f->doc);
    assert_in_range(f->type, 0, JD_T_COUNT - 1);
    assert_true(f->lo <= f->hi);
    assert_int_equal(f->type == JD_T_CODE, f->table != JD_TABLE_none);
    assert_int_equal(jd_layout_find(l, jd_str_of(f->name)), i);                /* so, unique */
    if (m->mode != JD_INTERNAL && jd_field_attached(f)) assert_false(f->must); /* no sender can give it */
}

static void messages(void **state)
{
    (void)state;
    for (int i = 0; i < JD_MSG_COUNT; i++) {
        const jd_message *m = jd_message_get((jd_msg)i);
        if (m->mode == JD_INTERNAL)
            assert_int_equal(jd_message_find(jd_str_of(m->text)), -1); /* nobody outside may send it */
        else
            assert_int_equal(jd_message_find(jd_str_of(m->text)), i);
        assert_true(strchr(m->text, '.') != NULL);
        assert_in_range(m->layout.n, 0, 64); /* a bit each while decoding */
        for (int f = 0; f < m->layout.n; f++) check_field(m, &m->layout, f);
    }
}

/* A field that cites a rule of a city cites one that stands in that city's policy. */
static void sources_exist(void **state)
{
    (void)state;
    for (int i = 0; i < JD_MSG_COUNT; i++) {
        const jd_layout *l = &jd_message_get((jd_msg)i)->layout;
        for (int f = 0; f < l->n; f++) {
            jd_str rule = jd_str_of(l->fields[f].rule);
            const char *city = jd_str_starts(rule, "LC-") ? "530900" : jd_str_starts(rule, "WH-") ? "371000" : NULL;
            if (city && jd_policy_rule(shipped_policy(city), rule) == JD_NO_RULE)
                fail_msg("%s.%s cites %s, which is no rule of %s", l->name, l->fields[f].name, rule.p, city);
        }
    }
}

/* Where a form is supplemented or nominated, its fields are the application's. */
static void forms_agree(void **state)
{
    (void)state;
    const jd_layout *form = &jd_message_get(JD_MSG_application_submit)->layout;
    const jd_layout *nomination = &jd_message_get(JD_MSG_nomination_submit)->layout;
    const jd_layout *more = &jd_message_get(JD_MSG_application_supplement)->layout;
    int end = jd_layout_find(form, JD_STR("consent_sensitive"));
    for (int i = 0; i <= end; i++) {
        assert_string_equal(form->fields[i].name, nomination->fields[i].name);
        assert_int_equal(form->fields[i].offset, nomination->fields[i].offset);
        int at = jd_layout_find(more, jd_str_of(form->fields[i].name));
        assert_true(at >= 0);
        assert_int_equal(more->fields[at].type, form->fields[i].type);
        assert_false(more->fields[at].must);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes),    cmocka_unit_test(events),        cmocka_unit_test(standard_tables),
        cmocka_unit_test(messages), cmocka_unit_test(sources_exist), cmocka_unit_test(forms_agree),
    };
    return RUN(tests);
}
