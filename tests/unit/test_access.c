/* Who may send what, by the table; the access file; keys as text; and what a department sees, over both cities'
 * departments. LC-7.A3, LC-10.1, WH-6.2. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "proto/grants.h"
#include "tests/unit/support.h"
#include "workers/rules/visibility.h"

/* ------------------------------------------------------------ the table */

static void each_row_names_a_field_of_its_kind(void **state)
{
    static const uint8_t types[] = { [JD_ACT_DEPARTMENT] = JD_T_WORD,
                                     [JD_ACT_SUPERVISOR] = JD_T_CASE,
                                     [JD_ACT_SEES] = JD_T_CASE,
                                     [JD_ACT_READS] = JD_T_CASE };
    (void)state;
    for (int i = 0; i < JD_MSG_COUNT; i++) {
        const jd_access *x = jd_access_of((jd_msg)i);
        const jd_layout *l = &jd_message_get((jd_msg)i)->layout;
        int at = jd_layout_find(l, jd_str_of(x->field));
        if (x->truth == JD_ACT_NOTHING || x->truth == JD_ACT_DIVISION) {
            assert_int_equal(at, -1);
            continue;
        }
        assert_true(at >= 0);
        assert_int_equal(l->fields[at].type, types[x->truth]);
        assert_true(l->fields[at].must);
        assert_int_equal(l->fields[at].offset, x->offset);
    }
}

static void admin_may_send_all_and_nobody_the_workers_own(void **state)
{
    char text[200];
    (void)state;
    for (int i = 0; i < JD_MSG_COUNT; i++) {
        bool internal = jd_message_get((jd_msg)i)->mode == JD_INTERNAL;
        for (int r = 0; r < JD_ROLE_COUNT; r++)
            if (internal) assert_false(jd_role_may((jd_role)r, (jd_msg)i));
        assert_int_equal(jd_role_may(JD_ROLE_admin, (jd_msg)i), !internal);
        jd_roles_text((jd_msg)i, text, sizeof text);
        assert_int_equal(text[0] != 0, !internal);
    }
    assert_false(jd_role_may(JD_ROLE_COUNT, JD_MSG_health_get));
    for (int r = 0; r < JD_ROLE_COUNT; r++) assert_int_equal(jd_role_find(jd_str_of(jd_role_text((jd_role)r))), r);
    assert_int_equal(jd_role_find(JD_STR("wizard")), -1);
}

/* `by` is who acts, and `department` then who is named; alone, `department` is who acts. */
static void commands_of_staff_act_for_a_department(void **state)
{
    (void)state;
    for (int i = 0; i < JD_MSG_COUNT; i++) {
        const jd_layout *l = &jd_message_get((jd_msg)i)->layout;
        const jd_access *x = jd_access_of((jd_msg)i);
        bool by = jd_layout_find(l, JD_STR("by")) >= 0, department = jd_layout_find(l, JD_STR("department")) >= 0;
        if (jd_message_get((jd_msg)i)->mode != JD_COMMAND || !jd_role_may(JD_ROLE_staff, (jd_msg)i)) continue;
        if (x->truth == JD_ACT_READS) continue;
        if (by || department) assert_string_equal(x->field, by ? "by" : "department");
        if (by || department) assert_int_equal(x->truth, JD_ACT_DEPARTMENT);
    }
}

/* ------------------------------------------------------------ the access file */

#define KEY_A "rMCWT9gw!Cybz#%?Ici]*(pt@i*]%Kb>M^s6-(u["
#define KEY_B "7i%V<j6mp?>^Z]Kpn[2ZZ6/a16)>[eS*Mwb3/O#@"

static jd_grants *granted(const char *text, const char *wrong)
{
    jd_diag d = { .file = "access.yaml" };
    jd_grants *g = jd_grants_parse(jd_str_of(text), &d);
    if (!wrong != (g != NULL) || (wrong && !memmem(d.text.p, d.text.n, wrong, strlen(wrong))))
        fail_msg("'%s', not '%.*s'", wrong ? wrong : "good", JD_FMT(jd_buf_view(&d.text)));
    jd_buf_free(&d.text);
    return g;
}

static void an_access_file(void **state)
{
    (void)state;
    jd_grants *g =
        granted("clients:\n"
                "  - { name: b, key: \"" KEY_B "\", role: staff, divisions: [530900], departments: [fund, bureau] }\n"
                "  - name: a\n"
                "    key: \"" KEY_A "\"\n"
                "    role: supervisor-portal\n"
                "    divisions: all\n"
                "    supervisors: [S-371000-00000009, S-530900-00000002, S-371000-00000003]\n"
                "    valid_from: 2026-01-01\n"
                "    valid_to: 2026-01-31\n",
                NULL);
    assert_int_equal(g->n, 2);
    const jd_grant *a = jd_grants_find(g, JD_STR(KEY_A)), *b = jd_grants_find(g, JD_STR(KEY_B));
    assert_str(a->name, "a");
    assert_null(jd_grants_find(g, JD_STR(KEY_A "x")));
    assert_true(jd_grant_in_time(a, day("2026-01-01")) && jd_grant_in_time(a, day("2026-01-31")));
    assert_false(jd_grant_in_time(a, day("2025-12-31")) || jd_grant_in_time(a, day("2026-02-01")));
    assert_true(jd_grant_in_time(b, day("1999-01-01")) && jd_grant_has_division(a, 999999));
    assert_true(jd_grant_has_division(b, 530900) && !jd_grant_has_division(b, 371000));
    jd_actor portal = jd_grant_actor(a, 371000), staff = jd_grant_actor(b, 530900);
    assert_true(jd_actor_has_supervisor(&portal, 3) && jd_actor_has_supervisor(&portal, 9));
    assert_false(jd_actor_has_supervisor(&portal, 2) || jd_actor_has_supervisor(&portal, 0));
    assert_true(jd_actor_has_department(&staff, JD_STR("bureau")) && !jd_actor_has_department(&staff, JD_STR("")));
    assert_false(jd_grant_hears(a) || jd_grant_hears(b));
    jd_grants_free(g);
    jd_grants_free(granted("clients:\n", NULL));
}

static void mistakes_in_an_access_file(void **state)
{
    static const struct {
        const char *text, *wrong;
    } rows[] = {
        { "clients: all\n", "access.yaml:1: an access file is 'clients', a list" },
        { "- a\n", "access.yaml:1: an access file is 'clients', a list" },
        { "clients:\n  - x\n", ":2: a client is a mapping" },
        { "clients:\n  - { name: a }\n", ":2: 'key' is missing" },
        { "clients:\n  - { name: a b, key: \"" KEY_A "\", role: watch, divisions: all }\n", ":2: 'name' is up to 40" },
        { "clients:\n  - { name: local, key: \"" KEY_A "\", role: watch, divisions: all }\n", ":2: 'local' is what" },
        { "clients:\n  - { name: a, key: abc, role: watch, divisions: all }\n", ":2: 'key' is a public key" },
        { "clients:\n  - { name: a, key: \"" KEY_A "\", role: watch }\n", ":2: 'divisions' must be a list, or all" },
        { "clients:\n  - { name: a, key: \"" KEY_A "\", role: watch, divisions: [] }\n", ":2: 'divisions' must be" },
        { "clients:\n  - { name: a, key: \"" KEY_A "\", role: watch, divisions: [53] }\n", ":2: 'divisions' takes" },
        { "clients:\n  - { name: a, key: \"" KEY_A "\", role: staff, divisions: all }\n", ":2: 'departments' must be" },
        { "clients:\n  - { name: a, key: \"" KEY_A
          "\", role: supervisor-portal, divisions: all, supervisors: [R-530900-1] }\n",
          ":2: 'supervisors' takes" },
        { "clients:\n  - { name: a, key: \"" KEY_A "\", role: watch, divisions: all, departments: [fund] }\n",
          ":2: 'departments' is not known here" },
        { "clients:\n  - { name: a, key: \"" KEY_A "\", role: watch, divisions: all, valid_to: soon }\n",
          ":2: 'valid_to' must be a date" },
        { "clients:\n  - { name: a, key: \"" KEY_A
          "\", role: watch, divisions: all, valid_from: 2026-02-02, valid_to: 2026-02-01 }\n",
          ":2: 'valid_to' lies before valid_from" },
        { "clients:\n  - { name: a, key: \"" KEY_A "\", role: watch, divisions: all }\n"
          "  - { name: a, key: \"" KEY_B "\", role: watch, divisions: all }\n",
          ":3: client 'a' stands twice, first in line 2" },
        { "clients:\n  - { name: a, key: \"" KEY_A "\", role: watch, divisions: all }\n"
          "  - { name: b, key: \"" KEY_A "\", role: watch, divisions: all }\n",
          ":3: this key is client 'a's too" },
    };
    (void)state;
    for (int i = 0; i < LENGTH(rows); i++) assert_null(granted(rows[i].text, rows[i].wrong));
}

/* ------------------------------------------------------------ keys as text */

static void a_key_as_text(void **state)
{
    /* RFC 32's own example, and a group of five that is more than four bytes */
    static const uint8_t bytes[JD_KEY_BYTES] = { 0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B };
    char text[JD_KEY_TEXT + 1];
    (void)state;
    jd_key_text(bytes, text);
    assert_memory_equal(text, "HelloWorld0000000000", 20);
    assert_true(jd_key_is_z85(jd_str_of(text)) && jd_key_is_z85(JD_STR(KEY_A)));
    assert_false(jd_key_is_z85(JD_STR("HelloWorld")));
    memcpy(text, "#####", 5);
    assert_false(jd_key_is_z85(jd_str_of(text)));
    memcpy(text, "Hel\"o", 5);
    assert_false(jd_key_is_z85(jd_str_of(text)));
}

static bool certificate(const char *text, bool secret, jd_certificate *c)
{
    char path[300];
    jd_diag d = { .file = path };
    snprintf(path, sizeof path, "%s/c.key", scratch_dir());
    FILE *f = fopen(path, "w");
    fputs(text, f);
    fclose(f);
    bool ok = jd_certificate_read(path, secret, c, &d);
    assert_int_equal(ok, d.errors == 0);
    jd_buf_free(&d.text);
    unlink(path);
    return ok;
}

static void certificates(void **state)
{
    jd_certificate c, again;
    jd_buf b = { 0 };
    (void)state;
    const char *pyzmqs = "#   **** comment ****\n\nmetadata\n    name = \"x\"\ncurve\n    public-key = \"" KEY_A
                         "\"\n    secret-key = \"" KEY_B "\"\n";
    assert_true(certificate(pyzmqs, true, &c));
    assert_string_equal(c.public_key, KEY_A);
    assert_string_equal(c.secret_key, KEY_B);
    jd_certificate_write(&c, true, &b);
    jd_buf_u8(&b, 0);
    assert_true(certificate(b.p, true, &again) && memcmp(&c, &again, sizeof c) == 0);
    jd_buf_free(&b);
    jd_certificate_write(&c, false, &b);
    jd_buf_u8(&b, 0);
    assert_true(certificate(b.p, false, &again) && !again.secret_key[0]);
    assert_false(certificate(b.p, true, &again));
    jd_buf_free(&b);
    assert_true(certificate("curve\r\n\tpublic-key = \"" KEY_A "\"\r\n", false, &c));
    static const char *const bad[] = { "",
                                       "curve\n",
                                       "public-key = \"" KEY_A "\"\n",
                                       "curve\n  public-key = \"short\"\n",
                                       "metadata\n  public-key = \"" KEY_A "\"\n",
                                       "curve\n  public-key = \"" KEY_A "\"\n  public-key = \"" KEY_B "\"\n" };
    for (int i = 0; i < LENGTH(bad); i++) assert_false(certificate(bad[i], false, &c));
}

/* ------------------------------------------------------------ what a department sees */

static jd_str one(uint8_t room[2], uint16_t dept)
{
    jd_be16(room, dept);
    return (jd_str){ (const char *)room, dept == JD_NO_DEPT ? 0 : 2 };
}

/* Whoever is accused sees it only by another desk of his; who is not, sees it by his desk or by managing. */
static void nobody_sees_what_accuses_him(void **state)
{
    static const char *const cities[] = { "530900", "371000" };
    (void)state;
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        for (uint16_t lead = 0; lead < p->depts_n; lead++)
            for (uint16_t accused = 0; accused < p->depts_n; accused++)
                for (uint16_t me = 0; me < p->depts_n; me++) {
                    uint8_t a[2], m[2];
                    jd_desks d = { .lead = lead, .assist = { "", 0 }, .accused = one(a, accused) };
                    bool over = me == p->manager || me == p->authority || me == p->discipline;
                    bool sees = jd_departments_see(p, &d, one(m, me));
                    assert_int_equal(sees, me != accused && (me == lead || over));
                }
    }
}

static void two_departments_of_one_person(void **state)
{
    const jd_policy *p = shipped_policy("530900");
    uint8_t mine[4], accused[2];
    (void)state;
    jd_str both = { (const char *)mine, 4 };
    jd_be16(mine, p->manager);
    jd_be16(mine + 2, p->discipline);
    jd_desks d = { .lead = JD_NO_DEPT, .assist = { "", 0 }, .accused = one(accused, p->manager) };
    assert_true(jd_departments_see(p, &d, both)); /* discipline stands in for the accused manager */
    jd_be16(mine + 2, p->authority);
    assert_false(jd_departments_see(p, &d, both)); /* the authority only oversees */
    d.lead = p->authority;
    assert_true(jd_departments_see(p, &d, both));
    assert_false(jd_departments_see(p, &d, (jd_str){ "", 0 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_names_a_field_of_its_kind),
        cmocka_unit_test(admin_may_send_all_and_nobody_the_workers_own),
        cmocka_unit_test(commands_of_staff_act_for_a_department),
        cmocka_unit_test(an_access_file),
        cmocka_unit_test(mistakes_in_an_access_file),
        cmocka_unit_test(a_key_as_text),
        cmocka_unit_test(certificates),
        cmocka_unit_test(nobody_sees_what_accuses_him),
        cmocka_unit_test(two_departments_of_one_person),
    };
    return RUN(tests);
}
