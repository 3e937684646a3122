/* jianductl verify: the store is the worker's alone, so the worker's own program checks it. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/ctl.h"

#define WORKER "jiandu-worker"

/* Next to this program where it was built or installed, else wherever PATH says. */
static const char *worker_path(jd_args *a)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0) return WORKER;
    self[n] = 0;
    jd_buf path = { 0 };
    jd_buf_printf(&path, "%s/" WORKER, dirname(self));
    const char *beside = jd_copy(&a->arena, jd_buf_view(&path)).p;
    jd_buf_free(&path);
    return access(beside, X_OK) == 0 ? beside : WORKER;
}

int jd_run_verify(jd_args *a)
{
    const char *argv[8] = { WORKER, "--verify", "-c", a->config ? a->config : "/etc/jiandu/jiandu.yaml" };
    int n = 4;
    if (a->division) argv[n++] = "--division";
    if (a->division) argv[n++] = a->division;
    if (a->replay) argv[n++] = "--replay";
    execvp(worker_path(a), (char *const *)argv);
    jd_complain("%s: %s", WORKER, strerror(errno));
    return JD_EX_UNAVAILABLE;
}
