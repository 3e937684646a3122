/* The numbers of health.get and stats.get as monitoring systems read them: Prometheus' text format, version 0.0.4. */
#include "base/config.h"
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
enum { FAMILIES = sizeof families / sizeof *families };

typedef struct answers {
    const char *division;
    json_t *health, *stats; /* what health.get and stats.get answered; NULL: nothing */
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
    case HEALTH: say(f, a, "", json_object_get(json_object_get(a->health, "health"), f->key)); break;
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

static json_t *ask(jd_args *a, jd_client *c, const char *type, const char *division, int *code)
{
    json_t *answer;
    jd_request r = { .type = type, .division = division };
    int this = jd_ask(a, c, &r, json_object(), &answer);
    *code = jd_worse(*code, this);
    if (this == JD_EX_OK) return answer;
    json_decref(answer);
    return NULL;
}

static int ask_all(jd_args *a, answers *v, int n)
{
    jd_client *c;
    int code = jd_open_client(a, &c);
    if (code != JD_EX_OK) return code;
    for (int i = 0; i < n; i++) {
        v[i].health = ask(a, c, "health.get", v[i].division, &code);
        v[i].stats = v[i].health ? ask(a, c, "stats.get", v[i].division, &code) : NULL;
    }
    jd_client_close(&c);
    return code;
}

/* A division that does not answer is said too: that is what somebody watches for. */
int jd_run_metrics(jd_args *a)
{
    answers v[JD_DIVISIONS_MAX] = { 0 };
    int n = a->n ? a->n : 1;
    if (!a->n && !(v[0].division = jd_division_for(a, NULL))) return JD_EX_USAGE;
    for (int i = 0; i < a->n; i++) {
        v[i].division = a->rest[i];
        if (!jd_is_division(v[i].division)) return JD_EX_USAGE;
    }
    int code = ask_all(a, v, n);
    say_all(v, n);
    for (int i = 0; i < n; i++) json_decref(v[i].health), json_decref(v[i].stats);
    return code;
}
