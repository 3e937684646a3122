#include "tests/unit/values.h"

#include <stdio.h>

#include "proto/check.h"
#include "proto/states.h"
#include "proto/tables.h"
#include "tests/unit/support.h"

static jd_str draw_word(jd_arena *a, int64_t lo, int64_t hi)
{
    static const char set[] = "abcXYZ019._:-";
    uint32_t n = (uint32_t)lo + draw((uint32_t)(hi < 60 ? hi : 60) - (uint32_t)lo + 1);
    char *p = jd_alloc(a, n + 1);
    for (uint32_t i = 0; i < n; i++) p[i] = set[draw(sizeof set - 1)];
    return (jd_str){ p, n };
}

static jd_str draw_text(jd_arena *a, int64_t lo, int64_t hi)
{
    static const char *const points[] = { "a", "Z", " ", "7", "临", "沧", "é", "\xf0\xa0\xae\xb7", "。" };
    jd_buf b = { 0 };
    int64_t n = lo + draw((uint32_t)((hi < 200 ? hi : 200) - lo + 1));
    for (int64_t i = 0; i < n; i++) jd_buf_z(&b, points[draw(LENGTH(points))]);
    jd_str s = jd_copy(a, jd_buf_view(&b));
    jd_buf_free(&b);
    return s;
}

static jd_str draw_idno(jd_arena *a)
{
    char text[32];
    for (;;) {
        snprintf(text, sizeof text, "530902%04u%02u%02u%03u", 1940 + draw(60), 1 + draw(12), 1 + draw(28), draw(1000));
        for (const char *c = "0123456789X"; *c; c++) {
            text[17] = *c;
            text[18] = 0;
            if (jd_check_idno(jd_str_of(text)) == JD_CODE_RECORDED) return jd_copy(a, jd_str_of(text));
        }
    }
}

static jd_str draw_bytes(jd_arena *a, uint32_t n, const char *set)
{
    char *p = jd_alloc(a, n + 1);
    for (uint32_t i = 0; i < n; i++) p[i] = set ? set[draw((uint32_t)strlen(set))] : (char)draw(256);
    return (jd_str){ p, n };
}

static jd_str draw_string(const jd_field *f, jd_arena *a)
{
    char id[JD_CASE_ID_MAX];
    const jd_table *t;
    switch (f->type) {
    case JD_T_TEXT:
    case JD_T_LINE: return draw_text(a, f->lo, f->hi);
    case JD_T_CODE: t = jd_table_get((jd_table_id)f->table); return jd_str_of(t->rows[draw((uint32_t)t->n)].value);
    case JD_T_CASE:
        jd_case_id_format((jd_case_id){ JD_E_report, 530900, 1 + draw(1000) }, id);
        return jd_copy(a, jd_str_of(id));
    case JD_T_IDNO: return draw_idno(a);
    case JD_T_PHONE: return draw_bytes(a, 11, "0123456789");
    case JD_T_EMAIL: return JD_STR("someone@example.org");
    case JD_T_SHA256: return draw_bytes(a, 64, "0123456789abcdef");
    case JD_T_UUID: return draw_bytes(a, 16, NULL);
    case JD_T_BYTES: return draw_bytes(a, draw(40), NULL);
    default: return draw_word(a, f->lo > 0 ? f->lo : 1, f->hi > 0 ? f->hi : 20);
    }
}

static jd_strs draw_words(const jd_field *f, jd_arena *a)
{
    jd_strs list = { .n = 1 + draw((uint32_t)(f->hi > 0 ? f->hi : 8)) };
    list.v = jd_alloc(a, sizeof *list.v * list.n);
    for (uint32_t i = 0; i < list.n; i++) list.v[i] = draw_word(a, 1, 40);
    return list;
}

static int64_t draw_int(const jd_field *f)
{
    if (f->hi == 0) return (int64_t)draw(1u << 30) - (1 << 29);
    uint64_t span = (uint64_t)(f->hi - f->lo) + 1;
    return f->lo + (int64_t)(((uint64_t)draw(1u << 30) << 30 | draw(1u << 30)) % span);
}

static void fill_one(const jd_field *f, jd_arena *a, void *out)
{
    switch (f->type) {
    case JD_T_INT: *JD_AT(int64_t, out, f) = draw_int(f); break;
    case JD_T_BOOL: *JD_AT(jd_tri, out, f) = draw(2) ? JD_YES : JD_NO; break;
    case JD_T_DATE: *JD_AT(jd_day, out, f) = jd_day_of(1900 + (int)draw(200), 1, 1) + (jd_day)draw(365); break;
    case JD_T_TIME: *JD_AT(jd_ms, out, f) = (jd_ms)draw(1u << 31) * 1000 + draw(1000); break;
    case JD_T_WORDS: *JD_AT(jd_strs, out, f) = draw_words(f, a); break;
    default: *JD_AT(jd_str, out, f) = draw_string(f, a);
    }
}

void fill_values(const jd_layout *l, jd_arena *a, void *out, fill how)
{
    jd_layout_clear(l, out);
    for (int i = 0; i < l->n; i++) {
        const jd_field *f = &l->fields[i];
        bool take = f->must || how == FILL_ALL || (how == FILL_SOME && draw(2));
        if (take) fill_one(f, a, out);
    }
}
