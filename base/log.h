/* One line an event on stderr, with the syslog priority in front when the journal reads it.
 * What is logged names ids, codes and counts, never a person and never a report's text. */
#ifndef JD_BASE_LOG_H
#define JD_BASE_LOG_H

enum jd_log_level { JD_ERR = 3, JD_WARN = 4, JD_NOTICE = 5, JD_INFO = 6, JD_DEBUG = 7 };

/* Exit codes of every program here, from sysexits.h. */
enum jd_exit {
    JD_EX_OK = 0,
    JD_EX_REFUSED = 1,      /* refused or not found */
    JD_EX_USAGE = 64,       /* wrong usage */
    JD_EX_DATA = 65,        /* invalid input */
    JD_EX_UNAVAILABLE = 69, /* no daemon */
    JD_EX_SOFTWARE = 70,    /* our fault */
    JD_EX_IO = 74,          /* the disk */
    JD_EX_TEMPFAIL = 75,    /* try again */
    JD_EX_CONFIG = 78,      /* configuration or policy */
};

void jd_log_init(const char *program, int level);
void jd_log(int level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void jd_die(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
