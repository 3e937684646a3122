/* Runs the corpus of a target once: replay FOLDER. TAP. */
#include <dirent.h>
#include <stdio.h>

#include "base/yaml.h"
#include "tests/fuzz/fuzz.h"

int main(int argc, char **argv)
{
    int n = 0;
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    if (!dir) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 64;
    }
    for (struct dirent *e; (e = readdir(dir));) {
        char path[4096];
        jd_buf bytes = { 0 };
        snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
        if (e->d_name[0] == '.' || !jd_read_file(path, &bytes)) continue;
        LLVMFuzzerTestOneInput((const uint8_t *)bytes.p, bytes.n);
        printf("ok %d - %s\n", ++n, e->d_name);
        jd_buf_free(&bytes);
    }
    closedir(dir);
    return n ? 0 : 1;
}
