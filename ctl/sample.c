#include "ctl/sample.h"

#include <sodium.h>
#include <stdlib.h>

#include "proto/check.h"

static const struct {
    const char *key;
    json_type type; /* JSON_TRUE stands for both truth values */
    bool must;
} keys[] = {
    { "name", JSON_STRING, true },   { "division", JSON_STRING, true }, { "type", JSON_STRING, true },
    { "body", JSON_OBJECT, true },   { "at", JSON_STRING, false },      { "reason", JSON_STRING, false },
    { "id", JSON_STRING, false },    { "expect", JSON_OBJECT, false },  { "ends", JSON_STRING, false },
    { "overdue", JSON_TRUE, false }, { "note", JSON_STRING, false },
};
enum { KEYS = sizeof keys / sizeof *keys };

static int key_of(const char *name)
{
    for (int k = 0; k < KEYS; k++)
        if (strcmp(keys[k].key, name) == 0) return k;
    return -1;
}

static bool of_type(const json_t *v, json_type t)
{
    return t == JSON_TRUE ? json_is_boolean(v) : json_typeof(v) == t;
}

static bool well_formed(const jd_reader *in, const json_t *line)
{
    for (int k = 0; k < KEYS; k++) {
        const json_t *v = json_object_get(line, keys[k].key);
        if (v ? of_type(v, keys[k].type) : !keys[k].must) continue;
        jd_complain("%s:%d: '%s' is %s", in->name, in->at, keys[k].key, v ? "of another type" : "missing");
        return false;
    }
    for (jd_member p = { 0 }; jd_member_next(line, &p);) {
        if (key_of(p.key) >= 0) continue;
        jd_complain("%s:%d: a sample has no '%s'", in->name, in->at, p.key);
        return false;
    }
    return true;
}

static void add(jd_samples *all, json_t *line, const char *file, int at)
{
    if (all->n == all->cap) {
        all->cap = all->cap ? all->cap * 2 : 64;
        all->v = realloc(all->v, all->cap * sizeof *all->v);
        if (!all->v) jd_die(JD_EX_TEMPFAIL, "out of memory");
    }
    const jd_sample *last = all->n ? &all->v[all->n - 1] : NULL;
    jd_ms when, before = last && strcmp(last->file, file) == 0 ? last->when : INT64_MIN;
    if (!jd_parse_time(jd_str_of(jd_json_text(line, "at")), &when) || when < before) when = before;
    all->v[all->n++] = (jd_sample){ .line = line, .file = file, .at = at, .when = when };
}

bool jd_samples_read(jd_samples *all, const char *file)
{
    jd_reader in;
    json_t *line;
    bool bad = false, good = true;
    if (!all->names) all->names = json_object();
    json_object_set_new(all->names, file, json_object());
    if (!jd_reader_open(&in, file)) return false;
    while ((line = jd_reader_next(&in, &bad))) {
        good &= well_formed(&in, line);
        add(all, line, file, in.at);
    }
    jd_reader_close(&in);
    return good && !bad;
}

static int by_time(const void *a, const void *b)
{
    const jd_sample *x = a, *y = b;
    int files = strcmp(x->file, y->file);
    if (x->when != y->when) return x->when < y->when ? -1 : 1;
    return files ? files : x->at - y->at;
}

void jd_samples_sort(jd_samples *all)
{
    if (all->n) qsort(all->v, all->n, sizeof *all->v, by_time);
}

void jd_sample_received(jd_samples *all, const jd_sample *s)
{
    json_object_set(json_object_get(all->names, s->file), jd_json_text(s->line, "name"), s->receipt);
}

void jd_samples_free(jd_samples *all)
{
    for (size_t i = 0; i < all->n; i++) {
        json_decref(all->v[i].line);
        json_decref(all->v[i].receipt);
    }
    free(all->v);
    json_decref(all->names);
}

/* ------------------------------------------------------------ @name */

/* "@zhang" or "@zhang.created"; a name may have dots of its own. */
static json_t *look_up(const json_t *names, const char *name)
{
    json_t *receipt = json_object_get(names, name);
    if (receipt) return json_object_get(receipt, "entity_id");
    const char *dot = strrchr(name, '.');
    if (!dot) return NULL;
    char *before = strndup(name, (size_t)(dot - name));
    receipt = before ? json_object_get(names, before) : NULL;
    free(before);
    return json_object_get(receipt, dot + 1);
}

static json_t *resolve(const jd_samples *all, const jd_sample *s, const json_t *v);

static json_t *or_nothing(json_t *whole, bool complete)
{
    if (complete) return whole;
    json_decref(whole);
    return NULL;
}

static json_t *resolve_object(const jd_samples *all, const jd_sample *s, const json_t *v)
{
    bool complete = true;
    json_t *out = json_object();
    for (jd_member p = { 0 }; complete && jd_member_next(v, &p);)
        complete = json_object_set_new(out, p.key, resolve(all, s, p.value)) == 0;
    return or_nothing(out, complete);
}

static json_t *resolve_array(const jd_samples *all, const jd_sample *s, const json_t *v)
{
    bool complete = true;
    json_t *out = json_array();
    for (size_t i = 0; complete && i < json_array_size(v); i++)
        complete = json_array_append_new(out, resolve(all, s, json_array_get(v, i))) == 0;
    return or_nothing(out, complete);
}

static json_t *resolve(const jd_samples *all, const jd_sample *s, const json_t *v)
{
    const char *text = json_string_value(v);
    if (json_is_object(v)) return resolve_object(all, s, v);
    if (json_is_array(v)) return resolve_array(all, s, v);
    if (!text || text[0] != '@') return json_incref((json_t *)v);
    json_t *found = look_up(json_object_get(all->names, s->file), text + 1);
    if (!found) jd_complain("%s:%d: nothing earlier gives %s", s->file, s->at, text);
    return json_incref(found);
}

json_t *jd_sample_body(const jd_samples *all, const jd_sample *s)
{
    return resolve(all, s, json_object_get(s->line, "body"));
}

/* ------------------------------------------------------------ id and judgement */

void jd_sample_id(const jd_sample *s, const json_t *body, char id[JD_ID_SIZE])
{
    uint8_t bytes[16];
    json_t *whole = json_pack("[O, O]", s->line, body);
    char *text = json_dumps(whole, JSON_COMPACT | JSON_SORT_KEYS);
    if (!text) jd_die(JD_EX_TEMPFAIL, "out of memory");
    crypto_generichash(bytes, sizeof bytes, (uint8_t *)text, strlen(text), NULL, 0);
    bytes[6] = (bytes[6] & 0x0f) | 0x80; /* RFC 9562 version 8: made our own way */
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    jd_format_uuid(bytes, id);
    free(text);
    json_decref(whole);
}

const char *jd_sample_text(const jd_sample *s, const char *key)
{
    return json_string_value(json_object_get(s->line, key));
}

bool jd_sample_as_expected(const jd_sample *s)
{
    const json_t *expect = json_object_get(s->line, "expect");
    if (!expect) return strcmp(jd_json_text(s->receipt, "status"), "ok") == 0;
    for (jd_member p = { 0 }; jd_member_next(expect, &p);)
        if (!json_equal(p.value, json_object_get(s->receipt, p.key))) return false;
    return true;
}
