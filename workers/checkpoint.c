#include "workers/checkpoint.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/monotonic.h"
#include "workers/files.h"

enum { FORMAT = 1, LINE = 512, SIGNATURE = crypto_sign_BYTES };

struct jd_checkpoints {
    char *file;
    uint64_t every, last;              /* entries; the last one signed */
    int64_t minutes, next, not_before; /* the last two on the monotonic clock, ms */
    bool told;
    uint8_t secret[crypto_sign_SECRETKEYBYTES], key[JD_CHECKPOINT_KEY];
};

static void make_keys(const jd_vault *v, uint8_t key[JD_CHECKPOINT_KEY], uint8_t secret[crypto_sign_SECRETKEYBYTES])
{
    uint8_t seed[crypto_sign_SEEDBYTES];
    static_assert(sizeof seed == 2 * JD_DIGEST, "a seed is two digests");
    jd_digest(v, JD_STR("jiandu checkpoint seed 1"), seed);
    jd_digest(v, JD_STR("jiandu checkpoint seed 2"), seed + JD_DIGEST);
    crypto_sign_seed_keypair(key, secret, seed);
    sodium_memzero(seed, sizeof seed);
}

void jd_checkpoint_public(const jd_vault *v, uint8_t key[JD_CHECKPOINT_KEY])
{
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    make_keys(v, key, secret);
    sodium_memzero(secret, sizeof secret);
}

/* ------------------------------------------------------------ adding one */

static int print_line(const jd_checkpoints *k, const jd_engine *g, char line[LINE])
{
    char chain[2 * JD_CHAIN + 1], key[2 * JD_CHECKPOINT_KEY + 1], hex[2 * SIGNATURE + 1];
    uint8_t signature[SIGNATURE];
    jd_hex(g->tally.chain, JD_CHAIN, chain);
    jd_hex(k->key, sizeof k->key, key);
    int n = snprintf(line, LINE, "%d %06u %llu %llu %llu %lld %s %s", FORMAT, g->division, (unsigned long long)g->epoch,
                     (unsigned long long)g->tally.seq, (unsigned long long)g->tally.event_seq, (long long)g->tally.at,
                     chain, key);
    crypto_sign_detached(signature, NULL, (const uint8_t *)line, (unsigned long long)n, k->secret);
    jd_hex(signature, sizeof signature, hex);
    return n + snprintf(line + n, LINE - (size_t)n, " %s\n", hex);
}

/* A line that was broken off by a cut of power is ended first; readers pass over it. */
static bool add_line(const char *file, const char *line, int n)
{
    char last = '\n';
    int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    bool ok = end >= 0 && (end == 0 || pread(fd, &last, 1, end - 1) == 1);
    if (ok && last != '\n') ok = write(fd, "\n", 1) == 1;
    ok = ok && write(fd, line, (size_t)n) == n && fdatasync(fd) == 0;
    if (fd >= 0) close(fd);
    return ok;
}

static void add(jd_checkpoints *k, const jd_engine *g)
{
    char line[LINE];
    k->next = jd_monotonic_ms() + 60000 * k->minutes;
    k->not_before = jd_monotonic_ms() + 1000; /* each is a sync */
    if (add_line(k->file, line, print_line(k, g, line))) {
        k->last = g->tally.seq;
        k->told = false;
    } else if (!k->told) {
        k->told = true;
        jd_log(JD_ERR, "%s: %s", k->file, strerror(errno));
    }
}

void jd_checkpoint(jd_checkpoints *k, const jd_engine *g)
{
    if (!k || g->tally.seq == k->last) return;
    if (g->tally.seq - k->last < k->every && jd_monotonic_ms() < k->next) return;
    if (jd_monotonic_ms() < k->not_before) return;
    add(k, g);
}

jd_checkpoints *jd_checkpoints_open(jd_config *c, const jd_engine *g)
{
    jd_checkpoints *k = sodium_malloc(sizeof *k);
    if (!k) jd_die(JD_EX_TEMPFAIL, "no locked memory for keys");
    *k = (jd_checkpoints){ .file = jd_path(&c->arena, jd_store_dir(c, g->division), "checkpoints"),
                           .every = (uint64_t)c->checkpoint_entries,
                           .minutes = c->checkpoint_minutes,
                           .next = jd_monotonic_ms() }; /* one with the first commit */
    make_keys(g->vault, k->key, k->secret);
    return k;
}

void jd_checkpoints_close(jd_checkpoints *k, const jd_engine *g)
{
    if (g->tally.seq != k->last) add(k, g);
    sodium_free(k);
}

/* ------------------------------------------------------------ checking them */

typedef struct checkpoint {
    uint64_t format, division, epoch, seq, event_seq, at;
    uint8_t chain[JD_CHAIN], key[JD_CHECKPOINT_KEY];
    bool genuine;
} checkpoint;

static jd_str word(jd_str *line)
{
    const char *end = line->n ? memchr(line->p, ' ', line->n) : NULL;
    jd_str w = { line->p, end ? (uint32_t)(end - line->p) : line->n };
    uint32_t used = w.n + (end != NULL);
    *line = (jd_str){ line->p + used, line->n - used };
    return w;
}

/* False for what is no checkpoint: a line that was broken off by a cut of power, for example. */
static bool parse(jd_str line, checkpoint *p)
{
    uint8_t signature[SIGNATURE];
    jd_str left = line;
    uint64_t *const numbers[] = { &p->format, &p->division, &p->epoch, &p->seq, &p->event_seq, &p->at };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!jd_str_to_u64(word(&left), numbers[i])) return false;
    if (p->format != FORMAT || !jd_unhex(word(&left), p->chain, sizeof p->chain) ||
        !jd_unhex(word(&left), p->key, sizeof p->key))
        return false;
    uint32_t signed_n = (uint32_t)(left.p - line.p) - 1;
    if (!jd_unhex(word(&left), signature, sizeof signature) || left.n) return false;
    p->genuine = crypto_sign_verify_detached(signature, (const uint8_t *)line.p, signed_n, p->key) == 0;
    return true;
}

typedef struct check {
    jd_engine *g;
    jd_txn txn;
    jd_arena arena;
    const char *file;
    unsigned n, line;
    unsigned long long last;
    uint8_t key[JD_CHECKPOINT_KEY];
    char broken[512];
} check;

#define BROKEN(c, ...) (snprintf((c)->broken, sizeof(c)->broken, __VA_ARGS__), false)

static bool check_one(check *c, const checkpoint *p)
{
    jd_entry e;
    if (p->division != c->g->division) return true; /* of another store */
    if (!p->genuine) return BROKEN(c, "%s:%u: its signature is wrong", c->file, c->line);
    if (memcmp(p->key, c->key, sizeof c->key) != 0)
        return BROKEN(c, "%s:%u: signed with another key than this store's", c->file, c->line);
    if (p->seq > c->g->tally.seq)
        return BROKEN(c,
                      "%s:%u: entry %llu was there; the journal ends at %llu: its tail was cut, or an older store put "
                      "in its place",
                      c->file, c->line, (unsigned long long)p->seq, (unsigned long long)c->g->tally.seq);
    jd_arena_reset(&c->arena);
    if (!jd_entry_read(&c->txn, p->seq, &c->arena, &e) || memcmp(e.chain, p->chain, sizeof p->chain) != 0 ||
        e.event_first + (uint64_t)e.changes_n != p->event_seq + 1)
        return BROKEN(c, "%s:%u: entry %llu is not the one that was signed: the journal was written anew up to there",
                      c->file, c->line, (unsigned long long)p->seq);
    c->n++;
    c->last = p->seq;
    return true;
}

static bool check_lines(check *c, jd_str text)
{
    checkpoint p;
    for (jd_str line; text.n; text.p += line.n + 1, text.n -= line.n + 1) {
        const char *end = memchr(text.p, '\n', text.n);
        if (!end) return true;
        line = (jd_str){ text.p, (uint32_t)(end - text.p) };
        c->line++;
        if (parse(line, &p) && !check_one(c, &p)) return false;
    }
    return true;
}

static bool check_file(check *c, const char *file, bool must)
{
    jd_buf text = { 0 };
    c->file = file;
    if (!jd_read_file(file, &text)) return !must || BROKEN(c, "%s: %s", file, strerror(errno));
    jd_begin(c->g->store, &c->txn, false);
    bool ok = jd_tally_read(&c->txn, &c->g->tally) && check_lines(c, jd_buf_view(&text));
    jd_abort(&c->txn);
    jd_buf_free(&text);
    if (ok && must && !c->n) ok = BROKEN(c, "%s: holds no checkpoint of this division", file);
    return ok;
}

static bool verify_one(jd_config *conf, uint32_t division, const char *file)
{
    static jd_engine g;
    static check c;
    char why[512] = "", hex[65];
    c = (check){ .g = &g };
    jd_vault *v = jd_vault_open(conf->key, false, division, why, sizeof why);
    jd_store *s =
        v ? jd_store_open(jd_store_dir(conf, division), false, (size_t)conf->map_mib << 20, why, sizeof why) : NULL;
    bool ok = s && jd_engine_open(&g, s, v, division, why, sizeof why);
    if (ok) {
        const char *own = jd_path(&conf->arena, jd_store_dir(conf, division), "checkpoints");
        jd_checkpoint_public(v, c.key);
        ok = check_file(&c, file ? file : own, file != NULL);
        jd_hex(c.key, sizeof c.key, hex);
        snprintf(why, sizeof why, "%s", c.broken);
        jd_engine_close(&g);
    }
    if (!ok)
        printf("%06u BROKEN: promise 14: %s\n", division, why);
    else if (c.n)
        printf("%06u ok: %u checkpoints, the last at entry %llu, signed by %s\n", division, c.n, c.last, hex);
    jd_arena_free(&c.arena);
    jd_store_close(s);
    jd_vault_close(v);
    return ok;
}

int jd_checkpoints_verify(jd_config *c, uint32_t division, const char *file)
{
    bool ok = true;
    for (int i = 0; i < c->divisions_n; i++)
        if (!division || c->divisions[i] == division) ok &= verify_one(c, c->divisions[i], file);
    return ok ? JD_EX_OK : JD_EX_REFUSED;
}
