/* jiandu-bench: what the parts named on the command line measure, one after the other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

static const struct {
    const char *name;
    void (*run)(const jd_bench *);
} parts[] = {
    { "loop", jd_part_loop },     { "doors", jd_part_doors },   { "peers", jd_part_peers },
    { "growth", jd_part_growth }, { "fanout", jd_part_fanout }, { "queries", jd_part_queries },
    { "clocks", jd_part_clocks },
};

static int usage(void)
{
    fputs("usage: jiandu-bench BUILD POLICIES EMPTY-DIR SECONDS ROUNDS full|quick PART...\nparts:", stderr);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) fprintf(stderr, " %s", parts[i].name);
    fputc('\n', stderr);
    return 64;
}

static bool run_part(const jd_bench *b, const char *name)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i].name, name) == 0) {
            parts[i].run(b);
            return true;
        }
    return false;
}

int main(int argc, char **argv)
{
    if (argc < 8) return usage();
    int rounds = (int)strtol(argv[5], NULL, 10);
    jd_bench b = { .build = argv[1],
                   .policies = argv[2],
                   .dir = argv[3],
                   .seconds = strtod(argv[4], NULL),
                   .rounds = rounds < JD_ROUNDS_MAX ? rounds : JD_ROUNDS_MAX,
                   .quick = strcmp(argv[6], "quick") == 0 };
    for (int i = 7; i < argc; i++)
        if (!run_part(&b, argv[i])) return usage();
    return 0;
}
