/* jiandu-worker: owns one division. It opens the store and its keys, and no network. */
#include <errno.h>
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "workers/backup.h"
#include "workers/checkpoint.h"
#include "workers/restore.h"
#include "workers/rotate.h"
#include "workers/server.h"
#include "workers/tries.h"
#include "workers/verify.h"

typedef struct options {
    const char *config, *keys;
    uint32_t division;
    bool verify, replay, child, check;
    const char *checkpoint, *state, *backup, *restore;
} options;

static void usage(FILE *out)
{
    fputs("usage: jiandu-worker [-c FILE] --division CODE\n"
          "       jiandu-worker [-c FILE] [--division CODE] --verify [--replay] [--state DIR] [--checkpoint FILE]\n"
          "       jiandu-worker [-c FILE] [--division CODE] --backup DIR\n"
          "       jiandu-worker [-c FILE] --division CODE --restore DIR\n"
          "       jiandu-worker [-c FILE] --keys show|add|drop\n"
          "\n"
          "Owns one division's cases: its policy, its store, its clocks. Started by jiandud or by the\n"
          "service manager.\n"
          "\n"
          "  -c, --config FILE    configuration (/etc/jiandu/jiandu.yaml)\n"
          "  -d, --division CODE  GB/T 2260 code, one of the configuration's divisions\n"
          "      --verify         check the store of that division, or of all, and say what is broken\n"
          "      --replay         with --verify: also replay the journal into an empty store and compare\n"
          "      --checkpoint FILE  with --verify: the signed heads in FILE instead of those beside the store\n"
          "      --state DIR      look at the stores in DIR, a backup for example\n"
          "      --backup DIR     copy the store of that division, or of all, to DIR/CODE, and check the copy\n"
          "      --restore DIR    check DIR/CODE and prepare it: the worker takes it up when it starts\n"
          "      --check-policy   say what is wrong with the division's policy, with file and line, and stop\n"
          "      --keys WHAT      the master key: show which versions the stores need, add one, drop the old ones\n"
          "      --child          end when the process that started this one does\n"
          "      --version, --help\n",
          out);
}

static options read_options(int argc, char **argv)
{
    static const struct option longs[] = { { "config", 1, 0, 'c' },  { "division", 1, 0, 'd' },
                                           { "verify", 0, 0, 'V' },  { "replay", 0, 0, 'R' },
                                           { "child", 0, 0, 'C' },   { "check-policy", 0, 0, 'P' },
                                           { "keys", 1, 0, 'K' },    { "version", 0, 0, 'v' },
                                           { "help", 0, 0, 'h' },    { "checkpoint", 1, 0, 'k' },
                                           { "state", 1, 0, 's' },   { "backup", 1, 0, 'b' },
                                           { "restore", 1, 0, 'r' }, { 0 } };
    options o = { .config = "/etc/jiandu/jiandu.yaml" };
    int c;
    while ((c = getopt_long(argc, argv, "c:d:", longs, NULL)) != -1) {
        switch (c) {
        case 'c': o.config = optarg; break;
        case 'd': o.division = (uint32_t)strtoul(optarg, NULL, 10); break;
        case 'V': o.verify = true; break;
        case 'R': o.replay = true; break;
        case 'C': o.child = true; break;
        case 'P': o.check = true; break;
        case 'K': o.keys = optarg; break;
        case 'k': o.checkpoint = optarg; break;
        case 's': o.state = optarg; break;
        case 'b': o.backup = optarg; break;
        case 'r': o.restore = optarg; break;
        case 'v': puts("jiandu-worker (jiandu) " JD_VERSION); exit(0);
        case 'h': usage(stdout); exit(0);
        default: usage(stderr); exit(JD_EX_USAGE);
        }
    }
    if (optind < argc || (!o.verify && !o.backup && !o.keys && !o.division)) {
        usage(stderr);
        exit(JD_EX_USAGE);
    }
    return o;
}

static jd_config *load_config(const char *file)
{
    jd_buf diagnostics = { 0 };
    jd_config *c = jd_config_load(file, &diagnostics);
    if (!c) {
        fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(&diagnostics)));
        exit(JD_EX_CONFIG);
    }
    jd_buf_free(&diagnostics);
    return c;
}

static bool configured(const jd_config *c, uint32_t division)
{
    for (int i = 0; i < c->divisions_n; i++)
        if (c->divisions[i] == division) return true;
    return false;
}

static void die_of(const jd_buf *diagnostics)
{
    fprintf(stderr, "%.*s", JD_FMT(jd_buf_view(diagnostics)));
    exit(JD_EX_CONFIG);
}

static jd_policy *load_policy(jd_config *c, uint32_t division)
{
    jd_policy_text text;
    jd_buf diagnostics = { 0 };
    const char *file = jd_policy_file(c, division);
    jd_policy *p = jd_policy_read(&c->arena, file, &text, &diagnostics) ? jd_policy_load(&text, &diagnostics) : NULL;
    if (!p) die_of(&diagnostics);
    if (p->division != division) jd_die(JD_EX_CONFIG, "%s: is the policy of %06u", file, p->division);
    jd_buf_free(&diagnostics);
    return p;
}

static jd_calendar *load_calendar(jd_config *c)
{
    const char *file = jd_calendar_file(c);
    jd_buf days = { 0 }, diagnostics = { 0 };
    if (!jd_read_file(file, &days)) jd_die(JD_EX_CONFIG, "%s: %s", file, strerror(errno));
    jd_calendar *cal = jd_calendar_open(file, jd_buf_view(&days), &diagnostics);
    if (!cal) die_of(&diagnostics);
    jd_buf_free(&days);
    jd_buf_free(&diagnostics);
    return cal;
}

static int check_policy(jd_config *c, uint32_t division)
{
    jd_policy_free(load_policy(c, division)); /* or it has said why not, and is gone */
    jd_calendar_free(load_calendar(c));
    return JD_EX_OK;
}

static jd_ms now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (jd_ms)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void say_policy(const jd_engine *g, const jd_policy *found, jd_day today)
{
    const jd_policy *p = jd_engine_policy(g, 0),
                    *next = g->tally.pending ? jd_engine_policy(g, g->tally.pending) : NULL;
    char from[JD_DATE_LEN + 1];
    const jd_policy *latest = next ? next : p;
    jd_format_date(latest->effective_from, from);
    if (memcmp(latest->hash, found->hash, sizeof found->hash) != 0)
        jd_log(JD_ERR, "%.*s cannot be taken up: the store holds %d policies", JD_FMT(found->name), JD_POLICIES_MAX);
    if (!jd_policy_holds(p, today))
        jd_log(JD_WARN, "%.*s is not in force today: no new case can begin", JD_FMT(p->name));
    if (next) jd_log(JD_NOTICE, "%.*s comes into force on %s", JD_FMT(next->name), from);
    if (g->tally.reckoning) jd_log(JD_NOTICE, "another calendar: running limits are reckoned anew");
}

/* Under a simulated clock the division's time begins with its policy, and goes on with its commands. */
static void take_up(jd_engine *g, jd_config *c, uint32_t division, uint64_t salt)
{
    jd_policy *p = load_policy(c, division);
    jd_calendar *cal = load_calendar(c);
    jd_ms first = g->tally.policy ? g->tally.at : jd_day_start(p->effective_from);
    jd_batch_begin(g);
    jd_take_up(g, p, cal, c->simulated ? first : now_ms(), salt);
    int rc = jd_batch_commit(g);
    if (rc) jd_die(JD_EX_IO, "taking up the policy: %s", jd_store_error(rc));
    say_policy(g, p, jd_day_from_ms(c->simulated ? g->tally.at : now_ms()));
    jd_policy_free(p);
    jd_calendar_free(cal);
}

/* A new key opens no store there is: then the old one must be found, not replaced. */
static bool any_store(jd_config *c)
{
    for (int i = 0; i < c->divisions_n; i++)
        if (access(jd_path(&c->arena, jd_store_dir(c, c->divisions[i]), "data.mdb"), F_OK) == 0) return true;
    return false;
}

static int serve(jd_config *c, uint32_t division)
{
    static jd_engine g; /* large */
    char why[512];
    uint64_t salt;
    jd_policy_free(load_policy(c, division)); /* nothing is made for a policy that is wrong */
    jd_vault *v = jd_vault_open(c->key, !any_store(c), division, why, sizeof why);
    if (!v) jd_die(JD_EX_CONFIG, "%s", why);
    jd_store *s = jd_store_open(jd_store_dir(c, division), true, (size_t)c->map_mib << 20, why, sizeof why);
    if (!s) jd_die(errno == EPROTONOSUPPORT ? JD_EX_CONFIG : JD_EX_IO, "%s", why);
    if (!jd_engine_open(&g, s, v, division, why, sizeof why)) jd_die(JD_EX_IO, "%s", why);
    jd_random(&salt, sizeof salt);
    take_up(&g, c, division, salt);
    g.epoch = jd_store_epoch(jd_store_dir(c, division));
    g.checkpoints = jd_checkpoints_open(c, &g);
    g.tries = jd_tries_new(c->certificate_tries);
    int rc = jd_serve(&g, salt, c);
    jd_checkpoints_close(g.checkpoints, &g);
    free(g.tries);
    jd_engine_close(&g);
    jd_store_close(s);
    jd_vault_close(v);
    return rc;
}

/* Reading behind the end of the data file, or a part the disk cannot read: nothing to go on with. */
static void on_bus_error(int number)
{
    static const char said[] = "jiandu-worker: the data file is shorter than it says, or cannot be read; stopping\n";
    (void)number;
    if (write(STDERR_FILENO, said, sizeof said - 1) < 0) _exit(JD_EX_IO);
    _exit(JD_EX_IO);
}

static int verify(jd_config *c, const options *o)
{
    bool ok = true;
    for (int i = 0; i < c->divisions_n; i++)
        if (!o->division || c->divisions[i] == o->division) ok &= jd_manifest_holds(c, c->divisions[i]);
    int promises = jd_verify_all(c, o->division, o->replay);
    int heads = jd_checkpoints_verify(c, o->division, o->checkpoint);
    return ok && promises == JD_EX_OK ? heads : JD_EX_REFUSED;
}

int main(int argc, char **argv)
{
    options o = read_options(argc, argv);
    static jd_config *c; /* held to the end, wherever that is */
    c = load_config(o.config);
    jd_log_init("jiandu-worker", c->log_level);
    prctl(PR_SET_DUMPABLE, 0); /* keys and reports stay out of core files */
    if (o.child) prctl(PR_SET_PDEATHSIG, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGBUS, on_bus_error);
    /* batches come and go by the megabyte: keep their pages instead of faulting them in each time */
    mallopt(M_MMAP_THRESHOLD, 256 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    if (o.division && !configured(c, o.division))
        jd_die(JD_EX_USAGE, "division %06u is not among those of %s", o.division, o.config);
    if (o.state) c->state = jd_copyz(&c->arena, o.state);
    int rc = o.verify    ? verify(c, &o)
             : o.keys    ? jd_rotate(c, o.keys)
             : o.backup  ? jd_backup(c, o.division, o.backup)
             : o.restore ? jd_restore(c, o.division, o.restore)
             : o.check   ? check_policy(c, o.division)
                         : serve(c, o.division);
    jd_config_free(c);
    return rc;
}
