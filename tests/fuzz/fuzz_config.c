/* A configuration file. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/config.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char path[64];
    jd_buf said = { 0 };
    int fd = memfd_create("config", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, n) != (ssize_t)n) abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    jd_config *c = jd_config_load(path, &said);
    PROMISE((c == NULL) == (said.n > 0));
    if (c) PROMISE(c->divisions_n > 0 && c->state && c->runtime && c->key && c->batch_messages > 0);
    jd_config_free(c);
    jd_buf_free(&said);
    close(fd);
    return 0;
}
