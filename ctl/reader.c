#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "ctl/ctl.h"

bool jd_reader_open(jd_reader *r, const char *path)
{
    bool standard = !path || strcmp(path, "-") == 0;
    *r = (jd_reader){ .name = standard ? "stdin" : path, .file = stdin };
    if (!standard) r->file = fopen(path, "r");
    if (r->file) return true;
    jd_complain("%s: %s", path, strerror(errno));
    return false;
}

void jd_reader_close(jd_reader *r)
{
    if (r->file && r->file != stdin) fclose(r->file);
    free(r->line);
    jd_buf_free(&r->text);
    *r = (jd_reader){ 0 };
}

bool jd_reader_ready(const jd_reader *r)
{
    struct pollfd p = { .fd = fileno(r->file), .events = POLLIN };
    return poll(&p, 1, 0) > 0;
}

static bool blank(const char *line)
{
    return line[strspn(line, " \t\r\n")] == 0;
}

/* A value that spans lines is complete when it parses: until then jansson meets its end early. */
static json_t *parse(jd_reader *r, bool *more, bool *bad)
{
    json_error_t e;
    json_t *v = json_loadb(r->text.p, r->text.n, JSON_REJECT_DUPLICATES, &e);
    *more = !v && json_error_code(&e) == json_error_premature_end_of_input;
    *bad = !v && !*more;
    if (*bad) jd_complain("%s:%d:%d: %s", r->name, r->at + e.line - 1, e.column, e.text);
    return v;
}

json_t *jd_reader_next(jd_reader *r, bool *bad)
{
    json_t *v = NULL;
    bool more = false;
    *bad = false;
    r->text.n = 0;
    while (!v && !*bad) {
        ssize_t n = getline(&r->line, &r->line_cap, r->file);
        if (n < 0) break;
        r->line_n++;
        if (!more && blank(r->line)) continue;
        if (!more) r->at = r->line_n;
        jd_buf_add(&r->text, r->line, (size_t)n);
        v = parse(r, &more, bad);
    }
    if (!v && !*bad && more) {
        jd_complain("%s:%d: the value that begins here does not end", r->name, r->at);
        *bad = true;
    }
    return v;
}
