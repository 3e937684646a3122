#include <stdio.h>
#include <stdlib.h>

#include "ctl/ctl.h"

/* "J.530900.report." watches 530900; a topic without a division watches what --division says. */
static const char *division_of_topics(jd_args *a)
{
    const char *division = NULL;
    for (int i = 0; i < a->n; i++) {
        const char *t = a->rest[i];
        bool named = strncmp(t, "J.", 2) == 0 && strlen(t) > 8 && t[8] == '.';
        if (!named || (division && strncmp(division, t + 2, 6) != 0)) return NULL;
        division = jd_copy(&a->arena, (jd_str){ t + 2, 6 }).p;
    }
    return division;
}

/* Longer than the library takes to find out that a daemon is not there. */
enum { PATIENCE_MS = 60000 };

/* A daemon that goes away comes back, and what was missed is asked for: worth a word, not an end.
 * One that was never there is another matter. */
static bool go_on(int rc, bool *there)
{
    if (rc == JD_RC_TIMEOUT) *there = true;
    if (rc == JD_RC_TIMEOUT || rc == JD_RC_INTERRUPTED) return true;
    if (rc != JD_RC_UNANSWERED || !*there) return false;
    jd_complain("the daemon does not answer; waiting for it");
    return true;
}

static int follow(const jd_args *a, jd_watch *w)
{
    const jd_news *news;
    bool there = false;
    for (int64_t seen = 0; a->count < 0 || seen < a->count;) {
        int rc = jd_watch_next(w, &news, PATIENCE_MS);
        if (rc == JD_RC_OK) {
            jd_print_news(a, news);
            there = true;
            seen++;
        } else if (rc == JD_RC_REFUSED) {
            jd_complain("%s", jd_watch_problem(w));
            return JD_EX_REFUSED;
        } else if (!go_on(rc, &there)) {
            return jd_exit_of_rc(rc);
        }
    }
    return JD_EX_OK;
}

static bool good_topics(const jd_args *a)
{
    for (int i = 0; i < a->n; i++)
        if (a->rest[i][0] != 'J' && a->rest[i][0] != 'S') {
            jd_complain("a topic begins with J. or S., such as J.530900.report., not '%s'", a->rest[i]);
            return false;
        }
    return true;
}

int jd_run_watch(jd_args *a)
{
    jd_watch *w;
    const char *division = division_of_topics(a);
    bool named = a->division || getenv("JIANDU_DIVISION");
    if (!good_topics(a)) return JD_EX_USAGE;
    if (!division && named && !(division = jd_division_for(a, NULL))) return JD_EX_USAGE;
    uint64_t since = a->since < 0 ? JD_WATCH_NEW : (uint64_t)a->since;
    int code = jd_open_watch(a, division, a->rest, a->n, since, &w);
    if (code != JD_EX_OK) return code;
    code = follow(a, w);
    jd_watch_close(&w);
    return code;
}
