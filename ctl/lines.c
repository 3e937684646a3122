/* A receipt or an event on one line. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ctl/ctl.h"

static bool in_color(FILE *to)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fileno(to)) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

static void print_status(FILE *to, const char *status)
{
    static const struct {
        const char *status, *color;
    } colors[] = { { "ok", "32" }, { "busy", "33" }, { "unknown", "33" }, { "error", "35" } };
    const char *color = "31";
    for (size_t i = 0; i < sizeof colors / sizeof *colors; i++)
        if (strcmp(colors[i].status, status) == 0) color = colors[i].color;
    if (in_color(to))
        fprintf(to, "\033[%sm%s\033[0m", color, status);
    else
        fputs(status, to);
}

static void print_word(FILE *to, const json_t *map, const char *key, const char *before)
{
    const json_t *v = json_object_get(map, key);
    if (json_is_integer(v))
        fprintf(to, "%s%" JSON_INTEGER_FORMAT, before, json_integer_value(v));
    else if (json_is_string(v) && json_string_length(v))
        fprintf(to, "%s%s", before, json_string_value(v));
}

/* The regulation's words are long: `explain` and --json have them. */
static void print_ground(FILE *to, const json_t *ground)
{
    static const char *const keys[] = { "rule", "field", "fact" };
    const char *before = "";
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        print_word(to, ground, keys[i], before);
        if (*jd_json_text(ground, keys[i])) before = " ";
    }
    print_word(to, ground, "value", " = ");
    bool ours = !*jd_json_text(ground, "article") && !*jd_json_text(ground, "expected");
    print_word(to, ground, "expected", *before ? ": expected " : "expected ");
    if (ours) print_word(to, ground, "text", *before ? ": " : "");
}

static void print_grounds(FILE *to, const json_t *because)
{
    for (size_t i = 0; i < json_array_size(because); i++) {
        fputs(i ? "; " : " [", to);
        print_ground(to, json_array_get(because, i));
    }
    if (json_array_size(because)) fputc(']', to);
}

void jd_print_receipt(FILE *to, const json_t *r, bool grounds)
{
    print_status(to, jd_json_text(r, "status"));
    print_word(to, r, "code", " ");
    print_word(to, r, "entity_id", " ");
    print_word(to, r, "state", " ");
    print_word(to, r, "created", " created ");
    print_word(to, r, "department", " department ");
    print_word(to, r, "due", " due ");
    print_word(to, r, "seq", " seq ");
    if (strcmp(jd_json_text(r, "status"), "ok") != 0) print_word(to, r, "text", ": ");
    if (grounds) print_grounds(to, json_object_get(r, "because"));
    fputc('\n', to);
}

static void print_event(const json_t *e, const char *topic)
{
    char event[64];
    const char *from = jd_json_text(e, "from"), *to = jd_json_text(e, "to");
    if (strncmp(topic, "J.", 2) != 0) {
        printf("%s ", topic);
        jd_print_json(e);
        return;
    }
    snprintf(event, sizeof event, "%s.%s", jd_json_text(e, "entity"), jd_json_text(e, "event"));
    printf("%s %6" JSON_INTEGER_FORMAT "  %s  ", jd_json_text(e, "division"),
           json_integer_value(json_object_get(e, "seq")), jd_json_text(e, "at"));
    jd_pad(event, 24);
    print_word(stdout, e, "id", " ");
    if (*from || *to) printf("  %s -> %s", *from ? from : "none", *to ? to : "none");
    print_word(stdout, e, "department", "  department ");
    print_word(stdout, e, "due", "  due ");
    print_word(stdout, e, "code", "  code ");
    putchar('\n');
}

void jd_print_news(const jd_args *a, const jd_news *news)
{
    size_t n;
    const char *bytes = jd_news_bytes(news, &n);
    json_t *event = jd_json_unpack((jd_str){ bytes, (uint32_t)n });
    if (a->json)
        jd_print_json(event);
    else
        print_event(event, jd_news_topic(news));
    fflush(stdout);
    json_decref(event);
}
