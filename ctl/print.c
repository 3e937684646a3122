/* Answers as people read them. Nothing here knows a key: what the daemon adds is printed too. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include "ctl/ctl.h"

enum { COLUMNS_MAX = 32, UNBOUND_WIDTH = 200 };

static int columns(const char *text)
{
    int width = 0;
    const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
    for (utf8proc_int32_t c; *p;) {
        utf8proc_ssize_t used = utf8proc_iterate(p, -1, &c);
        width += used > 0 ? utf8proc_charwidth(c) : 1;
        p += used > 0 ? used : 1;
    }
    return width;
}

void jd_pad(const char *text, int width)
{
    printf("%s%*s", text, width > columns(text) ? width - columns(text) : 0, "");
}

static int screen_width(void)
{
    struct winsize w;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 0;
    return known ? w.ws_col : UNBOUND_WIDTH;
}

void jd_print_json(const json_t *v)
{
    json_dumpf(v, stdout, JSON_COMPACT);
    putchar('\n');
}

/* ------------------------------------------------------------ one value on one line */

static bool scalar(const json_t *v)
{
    return !json_is_object(v) && !json_is_array(v);
}

static bool one_line(const json_t *v)
{
    if (scalar(v)) return !json_is_string(v) || !strchr(json_string_value(v), '\n');
    if (json_is_object(v)) return false;
    for (size_t i = 0; i < json_array_size(v); i++)
        if (!scalar(json_array_get(v, i))) return false;
    return true;
}

static void add_text(jd_buf *b, const json_t *v);

static void add_texts(jd_buf *b, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (i) jd_buf_z(b, ", ");
        add_text(b, json_array_get(list, i));
    }
}

static void add_text(jd_buf *b, const json_t *v)
{
    switch (json_typeof(v)) {
    case JSON_STRING: jd_buf_z(b, json_string_value(v)); break;
    case JSON_INTEGER: jd_buf_printf(b, "%" JSON_INTEGER_FORMAT, json_integer_value(v)); break;
    case JSON_REAL: jd_buf_printf(b, "%g", json_real_value(v)); break;
    case JSON_TRUE: jd_buf_z(b, "yes"); break;
    case JSON_FALSE: jd_buf_z(b, "no"); break;
    case JSON_ARRAY: add_texts(b, v); break;
    default: break;
    }
}

/* Freed by the caller; "" for NULL. */
static char *text_of(const json_t *v)
{
    jd_buf b = { 0 };
    if (v) add_text(&b, v);
    jd_buf_u8(&b, 0);
    if (b.failed) jd_die(JD_EX_TEMPFAIL, "out of memory");
    return b.p;
}

/* ------------------------------------------------------------ a list of maps as a table */

typedef struct table {
    int n, width[COLUMNS_MAX];
    const char *key[COLUMNS_MAX];
} table;

static int column_of(table *t, const char *key)
{
    for (int i = 0; i < t->n; i++)
        if (strcmp(t->key[i], key) == 0) return i;
    if (t->n == COLUMNS_MAX) return -1;
    t->key[t->n] = key;
    t->width[t->n] = columns(key);
    return t->n++;
}

static bool measure_row(table *t, const json_t *row)
{
    for (jd_member p = { 0 }; jd_member_next(row, &p);) {
        int at = one_line(p.value) ? column_of(t, p.key) : -1;
        if (at < 0) return false;
        char *text = text_of(p.value);
        int width = columns(text);
        if (width > t->width[at]) t->width[at] = width;
        free(text);
    }
    return json_is_object(row);
}

/* False where a table would not be readable: nested values, or wider than the screen. */
static bool measure(table *t, const json_t *rows, int indent)
{
    int total = indent;
    *t = (table){ 0 };
    for (size_t i = 0; i < json_array_size(rows); i++)
        if (!measure_row(t, json_array_get(rows, i))) return false;
    for (int k = 0; k < t->n; k++) total += t->width[k] + 2;
    return t->n > 0 && total <= screen_width();
}

static void print_cells(const table *t, const json_t *row, int indent)
{
    printf("%*s", indent, "");
    for (int k = 0; k < t->n; k++) {
        char *text = row ? text_of(json_object_get(row, t->key[k])) : NULL;
        jd_pad(row ? text : t->key[k], k + 1 < t->n ? t->width[k] + 2 : 0);
        free(text);
    }
    putchar('\n');
}

static void print_table(const table *t, const json_t *rows, int indent)
{
    print_cells(t, NULL, indent);
    for (size_t i = 0; i < json_array_size(rows); i++) print_cells(t, json_array_get(rows, i), indent);
}

/* ------------------------------------------------------------ anything */

static void print_line(const json_t *v, int indent)
{
    char *text = text_of(v);
    for (char *line = text, *end; line; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        printf("%*s%.*s\n", indent, "", end ? (int)(end - line) : (int)strlen(line), line);
    }
    free(text);
}

static void print_list(const json_t *list, int indent)
{
    table t;
    if (measure(&t, list, indent)) {
        print_table(&t, list, indent);
        return;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (i && !scalar(one)) putchar('\n');
        jd_print_value(one, indent);
    }
}

static int key_width(const json_t *map)
{
    int width = 0;
    for (jd_member p = { 0 }; jd_member_next(map, &p);)
        if (one_line(p.value) && columns(p.key) > width) width = columns(p.key);
    return width;
}

static void print_map(const json_t *map, int indent)
{
    int width = key_width(map);
    for (jd_member p = { 0 }; jd_member_next(map, &p);) {
        printf("%*s", indent, "");
        if (one_line(p.value)) {
            jd_pad(p.key, width + 2);
            print_line(p.value, 0);
        } else {
            puts(p.key);
            jd_print_value(p.value, indent + 2);
        }
    }
}

void jd_print_value(const json_t *v, int indent)
{
    if (json_is_object(v))
        print_map(v, indent);
    else if (json_is_array(v) && !one_line(v))
        print_list(v, indent);
    else
        print_line(v, indent);
}

void jd_print_answer(const jd_args *a, const json_t *answer)
{
    static const char *const heads[] = { "v", "id", "status", "code", "text" };
    if (a->json) {
        jd_print_json(answer);
        return;
    }
    json_t *rest = json_copy((json_t *)answer);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) json_object_del(rest, heads[i]);
    const json_t *because = json_object_get(rest, "because");
    if (because && json_array_size(because) == 0) json_object_del(rest, "because");
    jd_member first = { 0 };
    bool alone = jd_member_next(rest, &first) && json_object_size(rest) == 1;
    jd_print_value(alone && !one_line(first.value) ? first.value : rest, 0);
    json_decref(rest);
}
