/* jianductl verify, backup, restore: the store is the worker's alone, so the worker's own program does it. */
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

static int run(jd_args *a, const char *mode, const char *folder)
{
    const char *argv[16] = { WORKER, "-c", a->config ? a->config : "/etc/jiandu/jiandu.yaml", mode };
    int n = 4;
    if (folder) argv[n++] = folder;
    const struct {
        const char *name, *value;
    } more[] = { { "--division", a->division }, { "--checkpoint", a->checkpoint }, { "--state", a->in } };
    for (size_t i = 0; i < sizeof more / sizeof *more; i++) {
        if (!more[i].value) continue;
        argv[n++] = more[i].name;
        argv[n++] = more[i].value;
    }
    if (a->replay) argv[n++] = "--replay";
    execvp(worker_path(a), (char *const *)argv);
    jd_complain("%s: %s", WORKER, strerror(errno));
    return JD_EX_UNAVAILABLE;
}

int jd_run_verify(jd_args *a)
{
    return run(a, "--verify", NULL);
}

int jd_run_backup(jd_args *a)
{
    return run(a, "--backup", a->rest[0]);
}

int jd_run_restore(jd_args *a)
{
    if (a->division) return run(a, "--restore", a->rest[0]);
    jd_complain("which division? restore puts one back at a time: --division CODE");
    return JD_EX_USAGE;
}
