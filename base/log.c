#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *program = "jiandu";
static int threshold = JD_INFO;
static int to_journal;

void jd_log_init(const char *name, int level)
{
    program = name;
    threshold = level;
    to_journal = getenv("JOURNAL_STREAM") != NULL;
}

static void line(int level, const char *fmt, va_list ap)
{
    char text[1024];
    vsnprintf(text, sizeof text, fmt, ap);
    if (to_journal)
        fprintf(stderr, "<%d>%s\n", level, text);
    else
        fprintf(stderr, "%s: %s\n", program, text);
}

void jd_log(int level, const char *fmt, ...)
{
    if (level > threshold) return;
    va_list ap;
    va_start(ap, fmt);
    line(level, fmt, ap);
    va_end(ap);
}

void jd_die(int code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    line(JD_ERR, fmt, ap);
    va_end(ap);
    exit(code);
}
