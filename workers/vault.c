#include "workers/vault.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>

enum { ALG_XCHACHA20_POLY1305 = 1, TAG = 16, CACHED = 64 };
enum { NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES };

typedef struct cached {
    jd_slot slot; /* kind 0: empty */
    jd_secret key;
} cached;

/* What XChaCha20 makes of a key and a salt. */
typedef struct derived {
    jd_secret from, key;
    uint64_t salt;
    bool there;
} derived;

struct jd_vault {
    const char *file;
    uint32_t division;
    atomic_int n; /* versions are added while readers look, and never taken out */
    struct {
        uint32_t version;
        jd_secret wrap;
    } masters[JD_MASTERS_MAX];
    bool adopted;
    jd_secret seal;   /* what is nobody's in particular */
    jd_secret digest; /* content, for idempotency */
    jd_secret people; /* identity numbers */
    cached *cache;
    derived *last; /* the writer's */
};

/* ------------------------------------------------------------ master keys */

bool jd_vault_has(const jd_vault *v, uint32_t version)
{
    for (int i = 0; i < v->n; i++)
        if (v->masters[i].version == version) return true;
    return false;
}

uint32_t jd_vault_newest(const jd_vault *v)
{
    uint32_t newest = 0;
    for (int i = 0; i < v->n; i++)
        if (v->masters[i].version > newest) newest = v->masters[i].version;
    return newest;
}

static const jd_secret *wrapping(const jd_vault *v, uint32_t version)
{
    for (int i = 0; i < v->n; i++)
        if (v->masters[i].version == version) return &v->masters[i].wrap;
    return NULL;
}

static void take_masters(jd_vault *v, const jd_masters *m)
{
    for (int i = 0; i < m->n; i++) {
        int n = v->n;
        if (n == JD_MASTERS_MAX || jd_vault_has(v, m->v[i].version)) continue;
        v->masters[n].version = m->v[i].version;
        crypto_kdf_derive_from_key(v->masters[n].wrap.b, JD_KEY, v->division, "jd_wrap_", m->v[i].key.b);
        v->n = n + 1;
    }
}

jd_vault *jd_vault_open(const char *file, bool may_make, uint32_t division, char *why, size_t why_n)
{
    jd_masters *m = jd_masters_load(file, may_make, why, why_n);
    jd_vault *v = m ? sodium_malloc(sizeof *v) : NULL;
    cached *cache = v ? sodium_malloc(sizeof *cache * CACHED) : NULL;
    derived *last = cache ? sodium_malloc(sizeof *last) : NULL;
    if (!last) {
        if (m) snprintf(why, why_n, "no locked memory for keys");
        sodium_free(cache);
        sodium_free(v);
        jd_masters_free(m);
        return NULL;
    }
    memset(cache, 0, sizeof *cache * CACHED);
    memset(last, 0, sizeof *last);
    *v = (jd_vault){ .file = file, .division = division, .cache = cache, .last = last };
    take_masters(v, m);
    jd_masters_free(m);
    return v;
}

bool jd_vault_reload(jd_vault *v, char *why, size_t why_n)
{
    jd_masters *m = jd_masters_load(v->file, false, why, why_n);
    if (!m) return false;
    take_masters(v, m);
    jd_masters_free(m);
    return true;
}

void jd_vault_close(jd_vault *v)
{
    if (!v) return;
    sodium_free(v->cache);
    sodium_free(v->last);
    sodium_free(v);
}

void jd_random(void *p, size_t n)
{
    randombytes_buf(p, n);
}

/* ------------------------------------------------------------ data keys */

static void slot_bytes(jd_slot slot, uint8_t out[9])
{
    out[0] = slot.kind;
    jd_be64(out + 1, slot.number);
}

void jd_wrap(const jd_vault *v, jd_slot slot, const jd_secret *key, uint8_t out[JD_WRAPPED])
{
    uint8_t bound[9], *nonce = out + 5;
    unsigned long long n;
    uint32_t version = jd_vault_newest(v);
    slot_bytes(slot, bound);
    out[0] = ALG_XCHACHA20_POLY1305;
    memcpy(out + 1, &version, sizeof version);
    randombytes_buf(nonce, NONCE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + NONCE, &n, key->b, JD_KEY, bound, sizeof bound, NULL, nonce,
                                               wrapping(v, version)->b);
}

uint32_t jd_wrapped_by(jd_str wrapped)
{
    uint32_t version;
    if (wrapped.n != JD_WRAPPED || wrapped.p[0] != ALG_XCHACHA20_POLY1305) return 0;
    memcpy(&version, wrapped.p + 1, sizeof version);
    return version;
}

bool jd_unwrap(const jd_vault *v, jd_slot slot, jd_str wrapped, jd_secret *key)
{
    uint8_t bound[9];
    unsigned long long n;
    const jd_secret *with = wrapping(v, jd_wrapped_by(wrapped));
    const uint8_t *nonce = (const uint8_t *)wrapped.p + 5;
    if (!with) return false;
    slot_bytes(slot, bound);
    return crypto_aead_xchacha20poly1305_ietf_decrypt(key->b, &n, NULL, nonce + NONCE, JD_KEY + TAG, bound,
                                                      sizeof bound, nonce, with->b) == 0;
}

void jd_vault_adopt(jd_vault *v, const jd_secret *division)
{
    crypto_kdf_derive_from_key(v->seal.b, JD_KEY, v->division, "jd_seal_", division->b);
    crypto_kdf_derive_from_key(v->digest.b, JD_KEY, v->division, "jd_dgst_", division->b);
    crypto_kdf_derive_from_key(v->people.b, JD_KEY, v->division, "jd_peopl", division->b);
    v->adopted = true;
}

const jd_secret *jd_vault_division(const jd_vault *v)
{
    return v->adopted ? &v->seal : NULL;
}

static cached *place_of(const jd_vault *v, jd_slot slot)
{
    return &v->cache[(slot.number ^ slot.kind) % CACHED];
}

const jd_secret *jd_vault_cached(const jd_vault *v, jd_slot slot)
{
    const cached *c = place_of(v, slot);
    return c->slot.kind == slot.kind && c->slot.number == slot.number ? &c->key : NULL;
}

const jd_secret *jd_vault_cache(const jd_vault *v, jd_slot slot, const jd_secret *key)
{
    cached *c = place_of(v, slot);
    c->slot = slot;
    c->key = *key;
    return &c->key;
}

void jd_vault_forget(const jd_vault *v, jd_slot slot)
{
    if (jd_vault_cached(v, slot)) sodium_memzero(place_of(v, slot), sizeof(cached));
    sodium_memzero(v->last, sizeof *v->last);
}

void jd_vault_forget_all(const jd_vault *v)
{
    sodium_memzero(v->cache, sizeof(cached) * CACHED);
    sodium_memzero(v->last, sizeof *v->last);
}

/* ------------------------------------------------------------ content */

void jd_digest(const jd_vault *v, jd_str content, uint8_t out[JD_DIGEST])
{
    crypto_generichash(out, JD_DIGEST, (const uint8_t *)content.p, content.n, v->digest.b, JD_KEY);
}

void jd_hash_idno(const jd_vault *v, jd_str idno, uint8_t out[16])
{
    char canonical[18] = { 0 };
    memcpy(canonical, idno.p, idno.n < 18 ? idno.n : 18);
    if (canonical[17] == 'x') canonical[17] = 'X';
    crypto_generichash(out, 16, (const uint8_t *)canonical, sizeof canonical, v->people.b, JD_KEY);
    sodium_memzero(canonical, sizeof canonical);
}

static void make_nonce(jd_place at, uint8_t nonce[NONCE])
{
    memset(nonce, 0, NONCE);
    jd_be64(nonce, at.salt);
    jd_be64(nonce + 16, at.seq);
}

/* XChaCha20's first step, once for all that one key seals behind one another. */
static const uint8_t *derive(const jd_vault *v, const jd_secret *key, const uint8_t nonce[NONCE], uint64_t salt)
{
    derived *d = v->last;
    if (d->there && d->salt == salt && memcmp(d->from.b, key->b, JD_KEY) == 0) return d->key.b;
    *d = (derived){ .from = *key, .salt = salt, .there = true };
    crypto_core_hchacha20(d->key.b, nonce, key->b, NULL);
    return d->key.b;
}

size_t jd_sealed_size(jd_slot slot, size_t plain)
{
    size_t digits = 1;
    for (uint64_t v = slot.number; v >= 0x80; v >>= 7) digits++;
    return 2 + digits + plain + TAG;
}

/* The second step is ChaCha20-Poly1305 of RFC 8439, its nonce four zeros and the last eight bytes. */
void jd_seal(const jd_vault *v, const jd_secret *key, jd_slot slot, jd_place place, jd_str plain, jd_buf *out)
{
    enum { INNER = crypto_aead_chacha20poly1305_ietf_NPUBBYTES };
    uint8_t nonce[NONCE];
    unsigned long long n;
    make_nonce(place, nonce);
    jd_buf_u8(out, ALG_XCHACHA20_POLY1305);
    jd_buf_u8(out, slot.kind);
    jd_buf_varint(out, slot.number);
    char *at = jd_buf_room(out, (size_t)plain.n + TAG);
    if (at)
        crypto_aead_chacha20poly1305_ietf_encrypt((uint8_t *)at, &n, (const uint8_t *)plain.p, plain.n, NULL, 0, NULL,
                                                  nonce + NONCE - INNER, derive(v, key, nonce, place.salt));
}

static bool sealed_head(jd_cur *c, jd_slot *slot)
{
    uint8_t alg = jd_cur_u8(c);
    slot->kind = jd_cur_u8(c);
    slot->number = jd_cur_varint(c);
    return !c->failed && alg == ALG_XCHACHA20_POLY1305 && c->end - c->p >= TAG;
}

bool jd_sealed_slot(jd_str sealed, jd_slot *slot)
{
    jd_cur c = jd_cur_of(sealed.p, sealed.n);
    return sealed_head(&c, slot);
}

bool jd_unseal(const jd_secret *key, jd_place place, jd_str sealed, jd_arena *a, jd_str *plain)
{
    jd_slot slot;
    uint8_t nonce[NONCE];
    unsigned long long n;
    jd_cur c = jd_cur_of(sealed.p, sealed.n);
    if (!sealed_head(&c, &slot)) return false;
    size_t left = (size_t)(c.end - c.p);
    char *out = jd_alloc(a, left);
    make_nonce(place, nonce);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt((uint8_t *)out, &n, NULL, (const uint8_t *)c.p, left, NULL, 0, nonce,
                                                   key->b) != 0)
        return false;
    *plain = (jd_str){ out, (uint32_t)n };
    return true;
}
