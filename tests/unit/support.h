/* What the unit tests share. Each test_*.c is a program of its own, run from the top of the tree. */
#ifndef JD_TESTS_SUPPORT_H
#define JD_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above in front of it */
#include <cmocka.h>

#include "workers/policy/policy.h"

#define RUN(tests) cmocka_run_group_tests_name(__FILE__, tests, NULL, NULL)
#define LENGTH(a)  (int)(sizeof(a) / sizeof *(a))

#define assert_str(s, z) assert_true(jd_str_is(s, z))

jd_day day(const char *date); /* fails the test when it is none */
jd_ms instant(const char *time);
const char *written(jd_day d);      /* "2026-11-22", until the next call */
jd_str file_text(const char *path); /* never freed: tests are short */

/* One of the shipped policies, loaded once. */
const jd_policy *shipped_policy(const char *division);
const jd_calendar *shipped_calendar(void);

/* A YAML text as a tree, in memory that is never freed. */
jd_ynode *yaml(const char *text);

/* An empty folder, removed when the program ends. */
const char *scratch_dir(void);

/* Numbers that look random and are the same in every run. */
uint32_t draw(uint32_t below);

#endif
