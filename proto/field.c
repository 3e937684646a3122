#include "proto/field.h"

#include <stdlib.h>

typedef enum { R_STR, R_INT, R_TRI, R_DAY, R_MS, R_STRS } repr;

static const struct {
    const char *name;
    repr repr;
    size_t size;
} types[JD_T_COUNT] = {
    [JD_T_TEXT] = { "text", R_STR, sizeof(jd_str) },
    [JD_T_LINE] = { "line", R_STR, sizeof(jd_str) },
    [JD_T_WORD] = { "word", R_STR, sizeof(jd_str) },
    [JD_T_CODE] = { "code", R_STR, sizeof(jd_str) },
    [JD_T_CASE] = { "case id", R_STR, sizeof(jd_str) },
    [JD_T_IDNO] = { "identity number", R_STR, sizeof(jd_str) },
    [JD_T_PHONE] = { "phone number", R_STR, sizeof(jd_str) },
    [JD_T_EMAIL] = { "e-mail address", R_STR, sizeof(jd_str) },
    [JD_T_SHA256] = { "SHA-256", R_STR, sizeof(jd_str) },
    [JD_T_UUID] = { "UUID", R_STR, sizeof(jd_str) },
    [JD_T_BYTES] = { "bytes", R_STR, sizeof(jd_str) },
    [JD_T_INT] = { "integer", R_INT, sizeof(int64_t) },
    [JD_T_BOOL] = { "boolean", R_TRI, sizeof(jd_tri) },
    [JD_T_DATE] = { "date", R_DAY, sizeof(jd_day) },
    [JD_T_TIME] = { "time", R_MS, sizeof(jd_ms) },
    [JD_T_WORDS] = { "list of words", R_STRS, sizeof(jd_strs) },
};

const char *jd_ftype_name(uint8_t type)
{
    return types[type].name;
}

bool jd_field_set(const jd_field *f, const void *s)
{
    switch (types[f->type].repr) {
    case R_STR: return JD_IN(jd_str, s, f)->p != NULL;
    case R_INT: return *JD_IN(int64_t, s, f) != JD_NO_INT;
    case R_TRI: return *JD_IN(jd_tri, s, f) != JD_UNKNOWN;
    case R_DAY: return *JD_IN(jd_day, s, f) != JD_NO_DAY;
    case R_MS: return *JD_IN(jd_ms, s, f) != JD_NO_TIME;
    case R_STRS: return JD_IN(jd_strs, s, f)->n != 0;
    }
    return false;
}

void jd_layout_clear(const jd_layout *l, void *s)
{
    if (l->blank) {
        memcpy(s, l->blank, l->size);
        return;
    }
    memset(s, 0, l->size);
    for (int i = 0; i < l->n; i++) {
        const jd_field *f = &l->fields[i];
        switch (types[f->type].repr) {
        case R_INT: *JD_AT(int64_t, s, f) = JD_NO_INT; break;
        case R_DAY: *JD_AT(jd_day, s, f) = JD_NO_DAY; break;
        case R_MS: *JD_AT(jd_ms, s, f) = JD_NO_TIME; break;
        default: break;
        }
    }
}

void jd_layout_prepare(jd_layout *l)
{
    void *blank = malloc(l->size);
    if (!blank) return;
    jd_layout_clear(l, blank);
    l->blank = blank;
}

int jd_layout_find(const jd_layout *l, jd_str name)
{
    for (int i = 0; i < l->n; i++)
        if (jd_field_named(&l->fields[i], name)) return i;
    return -1;
}

/* Every field of a that is set and that b has too, by name and type, replaces b's. */
void jd_layout_overlay(const jd_layout *from, const void *a, const jd_layout *onto, void *b)
{
    for (int i = 0; i < from->n; i++) {
        const jd_field *f = &from->fields[i];
        int at = jd_field_set(f, a) ? jd_layout_find(onto, jd_str_of(f->name)) : -1;
        if (at >= 0 && onto->fields[at].type == f->type)
            memcpy(JD_AT(char, b, &onto->fields[at]), JD_IN(char, a, f), types[f->type].size);
    }
}
