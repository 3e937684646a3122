/* The numbers of health.get and stats.get as monitoring systems read them: Prometheus' text format, version 0.0.4. */
#include <string.h>

#include "ctl/ctl.h"

typedef enum { UP, HEALTH, STATS, CASES, METERS } place; /* in what was answered */

static const struct family {
    const char *name, *type;
    place place;
    const char *key, *help;
} families[] = {
    { "jiandu_up", "gauge", UP, NULL, "1 while the division's worker answers" },
    { "jiandu_accepting", "gauge", HEALTH, "accepting",
      "0: the store is nearly full, new cases are told to come again" },
    { "jiandu_map_used_ratio", "gauge", HEALTH, "map_used", "how much of limits.map_mib the store has grown to" },
    { "jiandu_pinned_commits", "gauge", HEALTH, "pinned", "commits since the oldest reader began; the file grows" },
    { "jiandu_policy_in_force", "gauge", HEALTH, "policy_in_force", "0: new cases are refused" },
    { "jiandu_calendar_covers", "gauge", HEALTH, "calendar_covers", "0: holidays are missing" },
    { "jiandu_reckoning", "gauge", HEALTH, "reckoning", "1 while time limits move to a new calendar" },
    { "jiandu_running_limits", "gauge", HEALTH, "clocks", "time limits that run" },
    { "jiandu_journal_entries_total", "counter", HEALTH, "journal", "journal entries" },
    { "jiandu_events_total", "counter", HEALTH, "events", "status events" },
    { "jiandu_overdue_cases", "gauge", STATS, "overdue", "cases with a breached time limit" },
    { "jiandu_cases", "gauge", CASES, NULL, "cases of each entity in each state" },
    { "jiandu_meter", "gauge", METERS, NULL,
      "feedback by its outcome, reports by the days they lag behind the finding" },
};
enum { FAMILIES = sizeof families / sizeof *families, DIVISIONS = 64 /* arguments, ctl/main.c */ };

typedef struct answers {
    const char *division;
    json_t *health, *stats; /* NULL: none */
} answers;

static void say(const struct family *f, const answers *a, const char *labels, const json_t *v)
{
    if (!v) return; /* of an older daemon */
    printf("%s{division=\"%s\"%s} ", f->name, a->division, labels);
    if (json_is_real(v))
        printf("%.9g\n", json_real_value(v));
    else
        printf("%" JSON_INTEGER_FORMAT "\n", json_is_true(v) ? 1 : json_integer_value(v));
}

static void say_cases(const struct family *f, const answers *a)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(a->stats, "stats"), i, row)
    {
        char labels[128];
        snprintf(labels, sizeof labels, ",entity=\"%s\",state=\"%s\"", jd_json_text(row, "entity"),
                 jd_json_text(row, "state"));
        say(f, a, labels, json_object_get(row, "count"));
    }
}

static void say_meters(const struct family *f, const answers *a)
{
    const json_t *meters = json_object_get(a->stats, "meters");
    for (jd_member p = { 0 }; jd_member_next(meters, &p);) {
        char labels[64];
        snprintf(labels, sizeof labels, ",meter=\"%s\"", p.key);
        say(f, a, labels, p.value);
    }
}

static void say_family(const struct family *f, const answers *a)
{
    switch (f->place) {
    case UP: say(f, a, "", a->health ? json_true() : json_false()); break;
    case HEALTH: say(f, a, "", json_object_get(a->health, f->key)); break;
    case STATS: say(f, a, "", json_object_get(a->stats, f->key)); break;
    case CASES: say_cases(f, a); break;
    case METERS: say_meters(f, a); break;
    }
}

static void say_all(const answers *v, int n)
{
    for (const struct family *f = families; f < families + FAMILIES; f++) {
        printf("# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, f->type);
        for (int i = 0; i < n; i++) say_family(f, &v[i]);
    }
}

static int ask(jd_args *a, answers *v)
{
    json_t *answer;
    int health = jd_ask_once(a, "health.get", v->division, json_object(), &answer);
    v->health = health == JD_EX_OK ? json_incref(json_object_get(answer, "health")) : NULL;
    json_decref(answer);
    if (health != JD_EX_OK) return health;
    int stats = jd_ask_once(a, "stats.get", v->division, json_object(), &answer);
    v->stats = stats == JD_EX_OK ? json_incref(answer) : NULL;
    json_decref(answer);
    return stats;
}

static bool is_code(const char *text)
{
    if (strlen(text) == 6 && strspn(text, "0123456789") == 6) return true;
    jd_complain("'%s' is no division: six digits", text);
    return false;
}

/* A division that does not answer is said too: that is what somebody watches for. */
int jd_run_metrics(jd_args *a)
{
    const char *one = a->n ? NULL : jd_division_for(a, NULL);
    answers v[DIVISIONS] = { 0 };
    int n = a->n ? a->n : 1, code = JD_EX_OK;
    if (!a->n && !one) return JD_EX_USAGE;
    for (int i = 0; i < n; i++) {
        v[i].division = one ? one : a->rest[i];
        if (!is_code(v[i].division)) return JD_EX_USAGE;
    }
    for (int i = 0; i < n; i++) code = jd_worse(code, ask(a, &v[i]));
    say_all(v, n);
    for (int i = 0; i < n; i++) json_decref(v[i].health), json_decref(v[i].stats);
    return code;
}
