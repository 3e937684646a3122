/* Who handles a report, over both shipped policies: every report finds a department, and whoever is accused
 * never gets it, neither to lead nor to assist. LC-7.A3, LC-10.3, WH-6.2, WH-10.1. */
#include "workers/rules/assignment.h"

#include <stdio.h>

#include "tests/unit/support.h"

static const char *const cities[] = { "530900", "371000" };

enum { CASES_MAX = 4096 };

/* A report as routing sees it. */
typedef struct sight {
    struct jd_report_submit m;
    jd_str place;
    uint32_t county;
    int route; /* without conflict */
} sight;

static sight sights[CASES_MAX];
static int sights_n;

static jd_env env_of(const sight *s)
{
    jd_env e = { .layout = &jd_message_get(JD_MSG_report_submit)->layout, .msg = &s->m };
    for (int i = 0; i < JD_D_COUNT; i++) e.derived[i] = JD_NO_INT;
    e.words[JD_D_county_or_institution] = s->place;
    return e;
}

static jd_assignment assign(const jd_policy *p, const sight *s, jd_str accused)
{
    jd_assignment a;
    jd_env e = env_of(s);
    jd_assign(p, &e, s->county, accused, &a);
    return a;
}

static void add_sight(const jd_policy *p, jd_str kind, jd_str target, jd_str category, jd_str subject, int county)
{
    uint64_t code = 0;
    sight s = { 0 };
    jd_layout_clear(&jd_message_get(JD_MSG_report_submit)->layout, &s.m);
    s.m.kind = kind;
    s.m.target = target;
    s.m.category = category;
    s.m.subject = subject;
    if (county >= 0) s.place = p->counties.v[county].code;
    if (county >= 0) assert_true(jd_str_to_u64(s.place, &code));
    s.county = (uint32_t)code;
    s.route = assign(p, &s, (jd_str){ "", 0 }).route;
    for (int i = 0; i < sights_n; i++)
        if (sights[i].route == s.route && sights[i].county == s.county) return; /* the same to the firewall */
    assert_true(sights_n < CASES_MAX);
    sights[sights_n++] = s;
}

static void add_subjects(const jd_policy *p, jd_str kind, jd_str target, jd_str category)
{
    for (int county = -1; county < p->counties.n; county++) {
        add_sight(p, kind, target, category, (jd_str){ NULL, 0 }, county);
        for (int s = 0; s < p->subjects.n; s++) add_sight(p, kind, target, category, p->subjects.v[s].code, county);
    }
}

/* One report for each way a policy can route one to each county. */
static void look(const jd_policy *p)
{
    sights_n = 0;
    for (int k = 0; k < p->kinds_n; k++) {
        jd_str kind = p->kinds[k].item.code;
        add_subjects(p, kind, (jd_str){ NULL, 0 }, (jd_str){ NULL, 0 });
        for (int t = 0; t < p->targets_n; t++) {
            add_subjects(p, kind, p->targets[t].item.code, (jd_str){ NULL, 0 });
            for (int c = 0; c < p->targets[t].n; c++)
                add_subjects(p, kind, p->targets[t].item.code, p->targets[t].categories[c].item.code);
        }
    }
}

static void every_route_is_taken_by_something(void **state)
{
    (void)state;
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        look(p);
        for (int r = 0; r < p->routes_n; r++) {
            bool taken = false;
            for (int i = 0; i < sights_n; i++) taken |= sights[i].route == r;
            if (!taken) fail_msg("%s: nothing takes route %.*s", cities[c], JD_FMT(p->routes[r].id));
        }
    }
}

static void every_report_finds_a_department(void **state)
{
    (void)state;
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        look(p);
        for (int i = 0; i < sights_n; i++) {
            jd_assignment a = assign(p, &sights[i], (jd_str){ "", 0 });
            assert_true(a.lead < p->depts_n);
            assert_false(a.diverted);
        }
    }
}

static jd_str subset(const jd_policy *p, uint32_t bits, uint8_t *room)
{
    uint32_t n = 0;
    for (int d = 0; d < p->depts_n; d++)
        if (bits >> d & 1) {
            jd_be16(room + n, (uint16_t)d);
            n += 2;
        }
    return (jd_str){ (const char *)room, n };
}

static void no_conflict(const jd_policy *p, const sight *s, uint32_t accused, const jd_assignment *a)
{
    if (a->lead == JD_NO_DEPT) {
        /* held only where the discipline body cannot stand in */
        assert_true(a->diverted);
        assert_true(p->discipline == JD_NO_DEPT || accused >> p->discipline & 1);
    } else {
        assert_true(a->lead < p->depts_n);
        assert_false(accused >> a->lead & 1);
    }
    for (int i = 0; i < a->assist_n; i++) {
        assert_false(accused >> a->assist[i] & 1);
        assert_int_not_equal(a->assist[i], a->lead);
        for (int j = 0; j < i; j++) assert_int_not_equal(a->assist[i], a->assist[j]);
    }
    if (a->diverted) assert_int_equal(a->assist_n, 0);
    assert_int_equal(a->route, s->route); /* an accusation changes who, not what */
}

/* For every route to every county, every subset of accused departments. */
static void the_accused_never_get_the_report(void **state)
{
    (void)state;
    uint8_t room[64];
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        assert_in_range(p->depts_n, 1, 16);
        look(p);
        for (int i = 0; i < sights_n; i++)
            for (uint32_t bits = 0; bits < 1u << p->depts_n; bits++) {
                jd_assignment a = assign(p, &sights[i], subset(p, bits, room));
                no_conflict(p, &sights[i], bits, &a);
            }
    }
}

/* LC-7.A3: what concerns the agency's discipline goes to the discipline body, and the agency assists nowhere
 * where it is itself the target. */
static void the_agency_does_not_handle_its_own_case(void **state)
{
    (void)state;
    for (int c = 0; c < LENGTH(cities); c++) {
        const jd_policy *p = shipped_policy(cities[c]);
        for (int t = 0; t < p->targets_n; t++) {
            if (!jd_str_is(p->targets[t].item.code, "agency")) continue;
            for (int k = 0; k < p->targets[t].n; k++) {
                sights_n = 0;
                add_subjects(p, p->kinds[0].item.code, p->targets[t].item.code, p->targets[t].categories[k].item.code);
                for (int i = 0; i < sights_n; i++) {
                    jd_assignment a = assign(p, &sights[i], (jd_str){ "", 0 });
                    assert_false(jd_str_is(p->depts[a.lead].kind, "agency"));
                    for (int j = 0; j < a.assist_n; j++) assert_false(jd_str_is(p->depts[a.assist[j]].kind, "agency"));
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_taken_by_something),
        cmocka_unit_test(every_report_finds_a_department),
        cmocka_unit_test(the_accused_never_get_the_report),
        cmocka_unit_test(the_agency_does_not_handle_its_own_case),
    };
    return RUN(tests);
}
