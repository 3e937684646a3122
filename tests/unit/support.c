#include "tests/unit/support.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

jd_day day(const char *date)
{
    jd_day d = JD_NO_DAY;
    if (!jd_parse_date(jd_str_of(date), &d)) fail_msg("'%s' is not a date", date);
    return d;
}

jd_ms instant(const char *time)
{
    jd_ms t = JD_NO_TIME;
    if (!jd_parse_time(jd_str_of(time), &t)) fail_msg("'%s' is not a time", time);
    return t;
}

const char *written(jd_day d)
{
    static char text[JD_DATE_LEN + 1];
    jd_format_date(d, text);
    return text;
}

jd_str file_text(const char *path)
{
    static jd_arena arena;
    jd_buf text = { 0 };
    if (!jd_read_file(path, &text)) fail_msg("%s cannot be read", path);
    jd_str kept = jd_copy(&arena, jd_buf_view(&text));
    jd_buf_free(&text);
    return kept;
}

static const jd_policy *load(const char *division)
{
    char file[64];
    jd_buf diagnostics = { 0 };
    snprintf(file, sizeof file, "policies/%s.yaml", division);
    const jd_policy_text t = { .file = file, .text = file_text(file) };
    jd_policy *p = jd_policy_load(&t, &diagnostics);
    if (!p) fail_msg("%.*s", JD_FMT(jd_buf_view(&diagnostics)));
    return p;
}

const jd_policy *shipped_policy(const char *division)
{
    static const jd_policy *lincang, *weihai;
    const jd_policy **slot = strcmp(division, "530900") == 0 ? &lincang : &weihai;
    if (!*slot) *slot = load(division);
    return *slot;
}

const jd_calendar *shipped_calendar(void)
{
    static const jd_calendar *calendar;
    jd_buf wrong = { 0 };
    if (!calendar) calendar = jd_calendar_open("calendar", file_text("policies/calendar-cn.csv"), &wrong);
    if (!calendar) fail_msg("%.*s", JD_FMT(jd_buf_view(&wrong)));
    return calendar;
}

jd_ynode *yaml(const char *text)
{
    static jd_arena arena;
    jd_diag d = { .file = "test" };
    jd_ynode *n = jd_yaml_parse(&arena, jd_str_of(text), &d);
    if (!n) fail_msg("%.*s", JD_FMT(jd_buf_view(&d.text)));
    return n;
}

static char scratch[] = "/tmp/jd-unit-XXXXXX";

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void remove_scratch(void)
{
    nftw(scratch, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_dir(void)
{
    static bool made;
    if (made) return scratch;
    if (!mkdtemp(scratch)) fail_msg("no temporary folder");
    atexit(remove_scratch);
    made = true;
    return scratch;
}

uint32_t draw(uint32_t below)
{
    static uint64_t state = 20260213;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}
