#include "base/yaml.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <yaml.h>

#include "base/log.h"

enum { DEPTH_MAX = 32 };

const char *jd_diag_file(const jd_diag *d, int place)
{
    return place & JD_PLACE_OTHER ? d->other : d->file;
}

void jd_diag_at(jd_diag *d, int place, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    jd_buf_printf(&d->text, "%s:%d: %s\n", jd_diag_file(d, place), place & JD_PLACE_LINE, text);
    d->errors++;
}

/* Not the file's fault, so not what a wrong file ends with. */
static _Noreturn void no_memory(void)
{
    jd_die(JD_EX_TEMPFAIL, "out of memory");
}

static void parse_string(yaml_parser_t *parser, jd_str text)
{
    if (!yaml_parser_initialize(parser)) no_memory();
    yaml_parser_set_input_string(parser, (const unsigned char *)text.p, text.n);
}

bool jd_read_file(const char *path, jd_buf *out)
{
    FILE *f = fopen(path, "rb");
    if (!f && errno == ENOMEM) no_memory();
    if (!f) return false;
    char block[65536];
    size_t n;
    while ((n = fread(block, 1, sizeof block, f)) > 0) jd_buf_add(out, block, n);
    if (out->failed) no_memory();
    bool ok = !ferror(f);
    fclose(f);
    return ok;
}

static jd_ynode *build(jd_arena *a, yaml_document_t *doc, int id, int depth, jd_diag *d);

static void build_list(jd_arena *a, yaml_document_t *doc, yaml_node_t *y, jd_ynode *n, int depth, jd_diag *d)
{
    n->kind = JD_Y_LIST;
    n->n = (int)(y->data.sequence.items.top - y->data.sequence.items.start);
    n->items = jd_alloc(a, sizeof *n->items * (size_t)n->n);
    for (int i = 0; i < n->n; i++) n->items[i] = build(a, doc, y->data.sequence.items.start[i], depth, d);
}

static void build_map(jd_arena *a, yaml_document_t *doc, yaml_node_t *y, jd_ynode *n, int depth, jd_diag *d)
{
    n->kind = JD_Y_MAP;
    n->n = (int)(y->data.mapping.pairs.top - y->data.mapping.pairs.start);
    n->items = jd_alloc(a, sizeof *n->items * (size_t)n->n);
    n->keys = jd_alloc(a, sizeof *n->keys * (size_t)n->n);
    for (int i = 0; i < n->n; i++) {
        n->keys[i] = build(a, doc, y->data.mapping.pairs.start[i].key, depth, d);
        n->items[i] = build(a, doc, y->data.mapping.pairs.start[i].value, depth, d);
        if (n->keys[i]->kind != JD_Y_SCALAR) jd_diag_at(d, n->keys[i]->line, "a key must be plain text");
        for (int j = 0; j < i; j++)
            if (jd_str_eq(n->keys[i]->text, n->keys[j]->text))
                jd_diag_at(d, n->keys[i]->line, "'%.*s' stands twice, first in line %d", JD_FMT(n->keys[i]->text),
                           n->keys[j]->line & JD_PLACE_LINE);
    }
}

static jd_ynode *build(jd_arena *a, yaml_document_t *doc, int id, int depth, jd_diag *d)
{
    yaml_node_t *y = yaml_document_get_node(doc, id);
    jd_ynode *n = jd_alloc(a, sizeof *n);
    n->line = (int)y->start_mark.line + 1;
    if (depth > DEPTH_MAX) {
        jd_diag_at(d, n->line, "nested deeper than %d (or an alias to itself)", DEPTH_MAX);
        return n;
    }
    if (y->type == YAML_SEQUENCE_NODE) {
        build_list(a, doc, y, n, depth + 1, d);
    } else if (y->type == YAML_MAPPING_NODE) {
        build_map(a, doc, y, n, depth + 1, d);
    } else {
        jd_str raw = { (const char *)y->data.scalar.value, (uint32_t)y->data.scalar.length };
        n->text = jd_copy(a, raw);
    }
    return n;
}

void jd_y_other(jd_ynode *n)
{
    n->line |= JD_PLACE_OTHER;
    for (int i = 0; i < n->n; i++) {
        if (n->kind == JD_Y_MAP) jd_y_other(n->keys[i]);
        jd_y_other(n->items[i]);
    }
}

/* The composer resolves aliases by sharing nodes, which would let ten lines mean a billion. */
static bool has_alias(jd_str text)
{
    yaml_parser_t parser;
    yaml_token_t token;
    bool found = false, done = false;
    parse_string(&parser, text);
    while (!done && yaml_parser_scan(&parser, &token)) {
        found |= token.type == YAML_ALIAS_TOKEN || token.type == YAML_ANCHOR_TOKEN;
        done = token.type == YAML_STREAM_END_TOKEN || found;
        yaml_token_delete(&token);
    }
    yaml_parser_delete(&parser);
    return found;
}

static jd_ynode *compose(jd_arena *a, yaml_parser_t *parser, jd_diag *d)
{
    yaml_document_t doc;
    if (!yaml_parser_load(parser, &doc)) {
        if (parser->error == YAML_MEMORY_ERROR || !parser->problem) no_memory();
        jd_diag_at(d, (int)parser->problem_mark.line + 1, "%s", parser->problem);
        return NULL;
    }
    yaml_node_t *root = yaml_document_get_root_node(&doc);
    jd_ynode *n = NULL;
    if (!root)
        jd_diag_at(d, 1, "empty file");
    else
        n = build(a, &doc, 1, 0, d);
    yaml_document_delete(&doc);
    return n;
}

static void no_second_document(yaml_parser_t *parser, jd_diag *d)
{
    yaml_document_t doc;
    if (!yaml_parser_load(parser, &doc)) return;
    yaml_node_t *root = yaml_document_get_root_node(&doc);
    if (root) jd_diag_at(d, (int)root->start_mark.line + 1, "a second document begins here");
    yaml_document_delete(&doc);
}

jd_ynode *jd_yaml_parse(jd_arena *a, jd_str text, jd_diag *d)
{
    yaml_parser_t parser;
    if (text.n == 0) {
        jd_diag_at(d, 1, "empty file");
        return NULL;
    }
    if (has_alias(text)) {
        jd_diag_at(d, 1, "anchors and aliases (& and *) are not used here: write it out");
        return NULL;
    }
    parse_string(&parser, text);
    jd_ynode *root = compose(a, &parser, d);
    if (root) no_second_document(&parser, d);
    yaml_parser_delete(&parser);
    return d->errors ? NULL : root;
}

static const char *kind_name(jd_ykind k)
{
    static const char *const names[] = { "a value", "a list", "a mapping" };
    return names[k];
}

jd_ynode *jd_y_get(jd_ynode *map, const char *key)
{
    if (!map || map->kind != JD_Y_MAP) return NULL;
    for (int i = 0; i < map->n; i++)
        if (jd_str_is(map->keys[i]->text, key)) {
            map->keys[i]->used = true;
            return map->items[i];
        }
    return NULL;
}

jd_ynode *jd_y_sub(jd_ynode *map, const char *key, jd_ykind kind, jd_diag *d)
{
    jd_ynode *n = jd_y_get(map, key);
    if (!n || n->kind == kind) return n;
    jd_diag_at(d, n->line, "'%s' must be %s, not %s", key, kind_name(kind), kind_name(n->kind));
    return NULL;
}

jd_ynode *jd_y_need(jd_ynode *map, const char *key, jd_ykind kind, jd_diag *d)
{
    if (!jd_y_get(map, key)) {
        jd_diag_at(d, map ? map->line : 1, "'%s' is missing", key);
        return NULL;
    }
    return jd_y_sub(map, key, kind, d);
}

jd_str jd_y_text(jd_ynode *map, const char *key, jd_diag *d)
{
    jd_ynode *n = jd_y_sub(map, key, JD_Y_SCALAR, d);
    return n ? n->text : (jd_str){ "", 0 };
}

jd_str jd_y_need_text(jd_ynode *map, const char *key, jd_diag *d)
{
    jd_ynode *n = jd_y_need(map, key, JD_Y_SCALAR, d);
    if (n && n->text.n == 0) jd_diag_at(d, n->line, "'%s' is empty", key);
    return n ? n->text : (jd_str){ "", 0 };
}

bool jd_y_scalar_int(jd_ynode *n, int64_t *out)
{
    if (n->kind != JD_Y_SCALAR || n->text.n == 0) return false;
    bool minus = n->text.p[0] == '-';
    uint64_t v;
    if (!jd_str_to_u64((jd_str){ n->text.p + minus, n->text.n - minus }, &v)) return false;
    if (v > INT64_MAX) return false;
    *out = minus ? -(int64_t)v : (int64_t)v;
    return true;
}

bool jd_y_scalar_bool(jd_ynode *n, bool *out)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = { { "true", true }, { "yes", true }, { "false", false }, { "no", false } };
    for (size_t i = 0; n->kind == JD_Y_SCALAR && i < sizeof words / sizeof *words; i++)
        if (jd_str_is(n->text, words[i].word)) {
            *out = words[i].value;
            return true;
        }
    return false;
}

int64_t jd_y_int(jd_ynode *map, const char *key, int64_t otherwise, int64_t lo, int64_t hi, jd_diag *d)
{
    int64_t v = otherwise;
    jd_ynode *n = jd_y_sub(map, key, JD_Y_SCALAR, d);
    if (!n) return otherwise;
    if (!jd_y_scalar_int(n, &v) || v < lo || v > hi) {
        jd_diag_at(d, n->line, "'%s' must be a whole number from %lld to %lld, not '%.*s'", key, (long long)lo,
                   (long long)hi, JD_FMT(n->text));
        return otherwise;
    }
    return v;
}

bool jd_y_bool(jd_ynode *map, const char *key, bool otherwise, jd_diag *d)
{
    bool v = otherwise;
    jd_ynode *n = jd_y_sub(map, key, JD_Y_SCALAR, d);
    if (n && !jd_y_scalar_bool(n, &v))
        jd_diag_at(d, n->line, "'%s' must be true or false, not '%.*s'", key, JD_FMT(n->text));
    return v;
}

void jd_y_unused(jd_ynode *n, jd_diag *d)
{
    if (!n) return;
    for (int i = 0; i < n->n; i++) {
        if (n->kind == JD_Y_MAP && !n->keys[i]->used)
            jd_diag_at(d, n->keys[i]->line, "'%.*s' is not known here", JD_FMT(n->keys[i]->text));
        else
            jd_y_unused(n->items[i], d);
    }
}
