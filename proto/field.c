#include "proto/field.h"

#include <stdlib.h>

static const struct {
    const char *name;
    size_t size;
} types[JD_T_COUNT] = {
    [JD_T_TEXT] = { "text", sizeof(jd_str) },          [JD_T_LINE] = { "line", sizeof(jd_str) },
    [JD_T_WORD] = { "word", sizeof(jd_str) },          [JD_T_CODE] = { "code", sizeof(jd_str) },
    [JD_T_CASE] = { "case id", sizeof(jd_str) },       [JD_T_IDNO] = { "identity number", sizeof(jd_str) },
    [JD_T_PHONE] = { "phone number", sizeof(jd_str) }, [JD_T_EMAIL] = { "e-mail address", sizeof(jd_str) },
    [JD_T_SHA256] = { "SHA-256", sizeof(jd_str) },     [JD_T_UUID] = { "UUID", sizeof(jd_str) },
    [JD_T_BYTES] = { "bytes", sizeof(jd_str) },        [JD_T_INT] = { "integer", sizeof(int64_t) },
    [JD_T_BOOL] = { "boolean", sizeof(jd_tri) },       [JD_T_DATE] = { "date", sizeof(jd_day) },
    [JD_T_TIME] = { "time", sizeof(jd_ms) },           [JD_T_WORDS] = { "list of words", sizeof(jd_strs) },
};

const char *jd_ftype_name(uint8_t type)
{
    return types[type].name;
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
        switch (f->type) {
        case JD_T_INT: *JD_AT(int64_t, s, f) = JD_NO_INT; break;
        case JD_T_DATE: *JD_AT(jd_day, s, f) = JD_NO_DAY; break;
        case JD_T_TIME: *JD_AT(jd_ms, s, f) = JD_NO_TIME; break;
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
