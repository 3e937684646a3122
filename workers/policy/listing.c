#include "workers/policy/listing.h"

#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/check.h"

typedef enum { CODE, NAME, COUNTY, KIND, LEVEL, FROM, TO, COLUMNS } column;

static const struct {
    const char *name;
    bool must;
} columns[COLUMNS] = {
    [CODE] = { "code", true },        [NAME] = { "name", true },    [COUNTY] = { "county", true },
    [KIND] = { "kind", true },        [LEVEL] = { "level", false }, [FROM] = { "agreement_from", false },
    [TO] = { "agreement_to", false },
};

enum { CELLS_MAX = COLUMNS };

typedef struct reader {
    const jd_policy *p;
    jd_arena *a;
    jd_listing *out;
    jd_str rest;
    int line;
    int cells, column[CELLS_MAX]; /* what each cell of a line is */
} reader;

__attribute__((format(printf, 2, 3))) static void wrong(reader *r, const char *fmt, ...)
{
    int at = r->out->wrong_n++;
    va_list ap;
    if (at >= JD_LISTING_WRONG_MAX) return;
    r->out->wrong[at].line = r->line;
    va_start(ap, fmt);
    vsnprintf(r->out->wrong[at].text, sizeof r->out->wrong[at].text, fmt, ap);
    va_end(ap);
}

/* ------------------------------------------------------------ lines and cells */

static bool next_line(reader *r, jd_str *line)
{
    if (r->rest.n == 0) return false;
    const char *end = memchr(r->rest.p, '\n', r->rest.n);
    uint32_t n = end ? (uint32_t)(end - r->rest.p) : r->rest.n, taken = n + (end != NULL);
    *line = (jd_str){ r->rest.p, n };
    r->rest = (jd_str){ r->rest.p + taken, r->rest.n - taken };
    r->line++;
    if (line->n && line->p[line->n - 1] == '\r') line->n--;
    return true;
}

/* A cell in quotes, from behind the first one: "" stands for a quote. -1: it does not end well. */
static int quoted(reader *r, jd_str in, jd_str *cell)
{
    char *out = jd_alloc(r->a, in.n + 1);
    uint32_t n = 0, i = 0;
    for (; i < in.n; i++) {
        if (in.p[i] != '"') {
            out[n++] = in.p[i];
        } else if (i + 1 < in.n && in.p[i + 1] == '"') {
            out[n++] = in.p[i++];
        } else {
            *cell = (jd_str){ out, n };
            return i + 1 == in.n || in.p[i + 1] == ',' ? (int)i + 1 : -1;
        }
    }
    return -1;
}

/* How many cells a line has; -1 after having complained. */
static int split(reader *r, jd_str line, jd_str cells[CELLS_MAX])
{
    int n = 0;
    for (uint32_t at = 0; at <= line.n; at++) {
        jd_str left = { line.p + at, line.n - at };
        int taken;
        if (n == CELLS_MAX) {
            wrong(r, "at most %d cells", CELLS_MAX);
            return -1;
        }
        if (left.n && left.p[0] == '"') {
            taken = quoted(r, (jd_str){ left.p + 1, left.n - 1 }, &cells[n]) + 1;
            if (taken == 0) {
                wrong(r, "a cell that begins with a quote ends with one, on the same line");
                return -1;
            }
        } else {
            const char *comma = memchr(left.p, ',', left.n);
            taken = comma ? (int)(comma - left.p) : (int)left.n;
            cells[n] = (jd_str){ left.p, (uint32_t)taken };
        }
        n++;
        at += (uint32_t)taken;
    }
    return n;
}

/* ------------------------------------------------------------ the header row */

static int column_of(jd_str name)
{
    for (int i = 0; i < COLUMNS; i++)
        if (jd_str_is(name, columns[i].name)) return i;
    return -1;
}

static void read_column(reader *r, int cell, jd_str name)
{
    r->column[cell] = column_of(name);
    if (r->column[cell] < 0)
        wrong(r, "column %d is none of code, name, county, kind, level, agreement_from, agreement_to", cell + 1);
    for (int i = 0; i < cell && r->column[cell] >= 0; i++)
        if (r->column[i] == r->column[cell]) wrong(r, "column %s stands twice", columns[r->column[i]].name);
}

static void read_header(reader *r)
{
    jd_str line, cells[CELLS_MAX];
    bool has[COLUMNS] = { 0 };
    if (!next_line(r, &line)) return;
    if (line.n >= 3 && memcmp(line.p, "\xEF\xBB\xBF", 3) == 0) line = (jd_str){ line.p + 3, line.n - 3 };
    r->cells = split(r, line, cells);
    for (int i = 0; i < r->cells; i++) read_column(r, i, cells[i]);
    for (int i = 0; i < r->cells; i++)
        if (r->column[i] >= 0) has[r->column[i]] = true;
    for (int i = 0; i < COLUMNS && r->cells >= 0; i++)
        if (columns[i].must && !has[i])
            wrong(r, "the first line names the columns, and %s is missing", columns[i].name);
}

/* ------------------------------------------------------------ one institution */

static void check_code(reader *r, jd_str code)
{
    if (!jd_institution_code(r->p, code))
        wrong(r, "code: an institution's code is of the form %.*s", JD_FMT(r->p->institutions.pattern));
}

static void check_text(reader *r, const char *name, uint8_t type, int64_t hi, jd_str s)
{
    const jd_field f = { .type = type, .lo = 1, .hi = hi };
    if (jd_check_text(&f, s) != JD_CODE_RECORDED)
        wrong(r, type == JD_T_LINE ? "%s: 1 to %d characters" : "%s: a code of 1 to %d letters, digits and . _ : -",
              name, (int)hi);
}

static void check_county(reader *r, jd_str code)
{
    uint64_t v;
    const jd_items *counties = &r->p->counties;
    if (counties->n && jd_items_find(counties, code) < 0)
        wrong(r, "county: a county of %.*s, %.*s to %.*s", JD_FMT(r->p->name), JD_FMT(counties->v[0].code),
              JD_FMT(counties->v[counties->n - 1].code));
    else if (code.n != 6 || !jd_str_to_u64(code, &v))
        wrong(r, "county: six digits (GB/T 2260)");
}

static void check_kind(reader *r, jd_str code)
{
    const jd_items *kinds = &r->p->institutions.kinds;
    if (jd_items_find(kinds, code) < 0)
        wrong(r, "kind: a kind of %.*s, such as %.*s", JD_FMT(r->p->name), JD_FMT(kinds->v[0].code));
}

static void read_date(reader *r, const char *name, jd_str s, jd_day *out)
{
    if (s.n && !jd_parse_date(s, out)) wrong(r, "%s: a date as YYYY-MM-DD, or nothing", name);
}

static void fill(reader *r, jd_listing_row *one, column c, jd_str cell)
{
    switch (c) {
    case CODE: check_code(r, one->code = cell); break;
    case NAME: check_text(r, "name", JD_T_LINE, 100, one->name = cell); break;
    case COUNTY: check_county(r, one->county = cell); break;
    case KIND: check_kind(r, one->kind = cell); break;
    case LEVEL:
        if (cell.n) check_text(r, "level", JD_T_WORD, 30, one->level = cell);
        break;
    case FROM: read_date(r, columns[c].name, cell, &one->from); break;
    case TO: read_date(r, columns[c].name, cell, &one->to); break;
    default: break;
    }
}

static void read_row(reader *r, jd_str line, jd_listing_row *one)
{
    jd_str cells[CELLS_MAX];
    int n = split(r, line, cells);
    *one = (jd_listing_row){ .from = JD_NO_DAY, .to = JD_NO_DAY, .line = r->line };
    if (n >= 0 && n != r->cells) wrong(r, "%d cells, as the first line has", r->cells);
    for (int i = 0; i < n && n == r->cells; i++) fill(r, one, (column)r->column[i], cells[i]);
    if (one->from != JD_NO_DAY && one->to != JD_NO_DAY && one->to < one->from)
        wrong(r, "agreement_to: a day not before agreement_from");
}

/* ------------------------------------------------------------ the whole */

static int lines_in(jd_str csv)
{
    int n = 1;
    for (uint32_t i = 0; i < csv.n; i++) n += csv.p[i] == '\n';
    return n;
}

static void read_rows(reader *r)
{
    jd_str line;
    jd_listing *out = r->out;
    int room = lines_in(r->rest);
    out->v = jd_alloc(r->a, sizeof *out->v * (size_t)(room < JD_LISTING_MAX ? room : JD_LISTING_MAX));
    while (next_line(r, &line)) {
        if (line.n == 0) continue;
        if (out->n == JD_LISTING_MAX) {
            wrong(r, "at most %d institutions", JD_LISTING_MAX);
            return;
        }
        read_row(r, line, &out->v[out->n++]);
    }
    if (out->n == 0) wrong(r, "a line for each institution behind the first line");
}

static int by_code(const void *a, const void *b)
{
    const jd_listing_row *x = a, *y = b;
    int order = jd_str_cmp(x->code, y->code);
    return order ? order : x->line - y->line;
}

static void check_twice(reader *r)
{
    const jd_listing *l = r->out;
    for (int i = 1; i < l->n; i++)
        if (l->v[i].code.n && jd_str_eq(l->v[i].code, l->v[i - 1].code)) {
            r->line = l->v[i].line;
            wrong(r, "code: stands in line %d already", l->v[i - 1].line);
        }
}

bool jd_listing_read(const jd_policy *p, jd_str csv, jd_arena *a, jd_listing *out)
{
    *out = (jd_listing){ 0 };
    reader r = { .p = p, .a = a, .out = out, .rest = csv };
    read_header(&r);
    if (out->wrong_n) return false;
    read_rows(&r);
    qsort(out->v, (size_t)out->n, sizeof *out->v, by_code);
    check_twice(&r);
    return out->wrong_n == 0;
}

/* ------------------------------------------------------------ codes */

void *jd_pattern_make(const char *pattern, char *why, size_t why_n)
{
    regex_t *re = malloc(sizeof *re);
    int rc = re ? regcomp(re, pattern, REG_EXTENDED | REG_NOSUB) : REG_ESPACE;
    if (rc == 0) return re;
    if (re) regerror(rc, re, why, why_n);
    free(re);
    return NULL;
}

void jd_pattern_free(void *matcher)
{
    if (matcher) regfree(matcher);
    free(matcher);
}

bool jd_institution_code(const jd_policy *p, jd_str code)
{
    const jd_field word = { .type = JD_T_WORD, .lo = 1, .hi = 30 };
    char z[31];
    if (jd_check_text(&word, code) != JD_CODE_RECORDED) return false;
    memcpy(z, code.p, code.n);
    z[code.n] = 0;
    return !p->institutions.matcher || regexec(p->institutions.matcher, z, 0, NULL, 0) == 0;
}
