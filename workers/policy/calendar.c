#include "workers/policy/calendar.h"

#include <sodium.h>
#include <stdlib.h>

typedef struct row {
    jd_day day;
    jd_day_kind kind;
    jd_str name;
} row;

static jd_str next_line(jd_cur *c)
{
    const char *start = c->p;
    const char *nl = memchr(start, '\n', (size_t)(c->end - start));
    const char *stop = nl ? nl : c->end;
    c->p = nl ? nl + 1 : c->end;
    if (stop > start && stop[-1] == '\r') stop--;
    return (jd_str){ start, (uint32_t)(stop - start) };
}

static jd_str column(jd_str *line)
{
    const char *comma = line->n ? memchr(line->p, ',', line->n) : NULL;
    jd_str c = { line->p, comma ? (uint32_t)(comma - line->p) : line->n };
    uint32_t used = comma ? c.n + 1 : c.n;
    *line = (jd_str){ line->p + used, line->n - used };
    return c;
}

static bool parse_row(jd_str line, int number, row *out, jd_diag *d)
{
    jd_str date = column(&line), kind = column(&line), name = column(&line);
    if (!jd_parse_date(date, &out->day)) {
        jd_diag_at(d, number, "'%.*s' is not a date", JD_FMT(date));
        return false;
    }
    if (!jd_str_is(kind, "off") && !jd_str_is(kind, "work")) {
        jd_diag_at(d, number, "the second column must be off or work, not '%.*s'", JD_FMT(kind));
        return false;
    }
    out->kind = jd_str_is(kind, "off") ? JD_DAY_OFF : JD_DAY_MAKEUP;
    out->name = name;
    return true;
}

static int year_of(jd_day day, int *month)
{
    int year, d;
    jd_day_parts(day, &year, month, &d);
    return year;
}

/* A year known only from its December is not covered, nor one known only from its January. */
static void cover(jd_calendar *c, jd_arena *a, jd_day first, jd_day last)
{
    int month, from = year_of(first, &month), to;
    bool late = month == 12;
    to = year_of(last, &month);
    c->begins = jd_day_of(from, 1, 1);
    c->ends = jd_day_of(to, 12, 31);
    c->first = jd_day_of(from + (from < to && late), 1, 1);
    c->last = jd_day_of(to - (from < to && month == 1), 12, 31);
    size_t n = (size_t)(c->ends - c->begins + 1);
    c->kind = jd_alloc(a, n);
    c->name = jd_alloc(a, n * sizeof *c->name);
    for (size_t i = 0; i < n; i++) c->kind[i] = jd_weekday(c->begins + (jd_day)i) >= 5 ? JD_DAY_WEEKEND : JD_DAY_WORK;
}

static void set_day(jd_calendar *c, jd_arena *a, const row *r, int number, jd_diag *d)
{
    size_t i = (size_t)(r->day - c->begins);
    if (c->kind[i] == JD_DAY_OFF || c->kind[i] == JD_DAY_MAKEUP) jd_diag_at(d, number, "this date stands twice");
    c->kind[i] = (uint8_t)r->kind;
    c->name[i] = jd_copy(a, r->name);
}

/* Two passes over the rows: the years they span, then the days. */
bool jd_calendar_load(jd_arena *a, jd_str text, jd_calendar *out, jd_diag *d)
{
    row r;
    for (int pass = 0; pass < 2 && !d->errors; pass++) {
        jd_cur c = jd_cur_of(text.p, text.n);
        jd_day first = INT32_MAX, last = INT32_MIN;
        for (int number = 1; c.p < c.end; number++) {
            jd_str line = next_line(&c);
            if (line.n == 0 || line.p[0] == '#' || jd_str_starts(line, "date,")) continue;
            if (!parse_row(line, number, &r, d)) continue;
            if (pass == 1) set_day(out, a, &r, number, d);
            if (r.day < first) first = r.day;
            if (r.day > last) last = r.day;
        }
        if (first > last) jd_diag_at(d, 1, "no dates");
        if (pass == 0 && !d->errors) cover(out, a, first, last);
    }
    return d->errors == 0;
}

jd_calendar *jd_calendar_open(const char *file, jd_str text, jd_buf *diagnostics)
{
    jd_diag d = { .file = file };
    jd_calendar *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->text = jd_copy(&c->arena, text);
    crypto_generichash(c->hash, sizeof c->hash, (const uint8_t *)text.p, text.n, NULL, 0);
    bool good = jd_calendar_load(&c->arena, c->text, c, &d);
    jd_buf_str(diagnostics, jd_buf_view(&d.text));
    jd_buf_free(&d.text);
    if (good) return c;
    jd_calendar_free(c);
    return NULL;
}

void jd_calendar_free(jd_calendar *c)
{
    if (!c) return;
    jd_arena a = c->arena;
    free(c);
    jd_arena_free(&a);
}

bool jd_calendar_covers(const jd_calendar *c, jd_day day)
{
    return day >= c->first && day <= c->last;
}

jd_day_kind jd_calendar_kind(const jd_calendar *c, jd_day day, jd_str *name)
{
    if (name) *name = (jd_str){ "", 0 };
    if (day < c->begins || day > c->ends) return jd_weekday(day) >= 5 ? JD_DAY_WEEKEND : JD_DAY_WORK;
    if (name && c->name[day - c->begins].p) *name = c->name[day - c->begins];
    return (jd_day_kind)c->kind[day - c->begins];
}

bool jd_is_workday(const jd_calendar *c, jd_day day)
{
    jd_day_kind k = jd_calendar_kind(c, day, NULL);
    return k == JD_DAY_WORK || k == JD_DAY_MAKEUP;
}

jd_day jd_add_workdays(const jd_calendar *c, jd_day from, int days)
{
    while (days > 0) days -= jd_is_workday(c, ++from);
    return from;
}

jd_day jd_add_days_rolled(const jd_calendar *c, jd_day from, int days)
{
    from += days;
    while (!jd_is_workday(c, from)) from++;
    return from;
}
