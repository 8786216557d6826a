/* password.c -- argon2id by libsodium: what a password must be, how it is kept and checked. */
#include <assert.h>
#include <pthread.h>
#include <sodium.h>

#include "access/inside.h"

#define POINTS_MIN   10
#define BYTES_MAX    200
#define OPERATIONS   3
#define MEMORY_BYTES ((size_t)64 * 1024 * 1024)
#define AT_ONCE      2 /* 64 MiB each */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t freed = PTHREAD_COND_INITIALIZER;
static int running;

static void enter(void)
{
    pthread_mutex_lock(&lock);
    while (running >= AT_ONCE) pthread_cond_wait(&freed, &lock);
    running++;
    pthread_mutex_unlock(&lock);
}

static void leave(void)
{
    pthread_mutex_lock(&lock);
    running--;
    pthread_cond_signal(&freed);
    pthread_mutex_unlock(&lock);
}

static const char *const commonest[] = {
    "1234567890",    "0123456789", "12345678910",   "123456789a",  "a123456789",   "1q2w3e4r5t",
    "qwertyuiop",    "qwerty1234", "qwerty12345",   "password12",  "password123",  "password1234",
    "passw0rd123",   "woaini1314", "woaini5201314", "5201314520",  "1qaz2wsx3edc", "iloveyou123",
    "administrator", "admin12345", "admin123456",   "abc1234567",  "abcdefghij",   "abcd123456",
    "qq123456789",   "asdfghjkl;", "zxcvbnm123",    "aa123456789", "welcome123",   "changeme123",
};

static bool one_character(str s)
{
    for (i64 i = 1; i < s.n; i++)
        if (s.at[i] != s.at[0]) return false;
    return true;
}

static bool too_common(struct arena *a, str name, str plain)
{
    str folded = str_fold(a, plain), who = str_fold(a, name);
    if (one_character(folded)) return true;
    for (i64 i = 0; i < COUNT(commonest); i++)
        if (str_eq(folded, str_of(commonest[i]))) return true;
    /* the name itself, or the name with a digit or two */
    return who.n > 0 && str_find(folded, who) >= 0 && str_points(folded) - str_points(who) < 4;
}

enum err password_make(struct ctx *c, str name, str plain, struct password *out)
{
    if (str_points(plain) < POINTS_MIN || plain.n > BYTES_MAX)
        return fail_at(c, E_INVALID, S("password"), "密码须为 %d 到 %d 个字符",
                       "a password takes %d to %d characters", POINTS_MIN, BYTES_MAX);
    if (too_common(c->arena, name, plain))
        return fail_at(c, E_INVALID, S("password"), "密码太常见或与用户名相近，请换一个",
                       "the password is too common, or too much like the name; take another");
    char *hash = arena_alloc(c->arena, 1, crypto_pwhash_STRBYTES);
    if (sodium_init() < 0) assert(!"libsodium does not work");
    enter();
    int failed = crypto_pwhash_str(hash, plain.at, (u64)plain.n, OPERATIONS, MEMORY_BYTES);
    leave();
    if (failed)
        return fail(c, E_BUSY, "内存不足，无法保存密码", "not enough memory to keep a password");
    out->hash = str_of(hash);
    return OK;
}

bool password_matches(str hash, str plain)
{
    /* Of a password nobody knows: an unknown name takes as long as a known one. */
    static const char nobody[] = "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$"
                                 "7Zr2q3R0wV4Zc1Ck0p4yYw5m8l1r0bHc9eQm2o0c3Xk";
    char kept[crypto_pwhash_STRBYTES] = "";
    str from = hash.n ? hash : str_of(nobody);
    if (from.n >= (i64)sizeof kept || plain.n > BYTES_MAX) return false;
    memcpy(kept, from.at, (size_t)from.n);
    if (sodium_init() < 0) assert(!"libsodium does not work");
    enter();
    int wrong = crypto_pwhash_str_verify(kept, plain.at ? plain.at : "", (u64)plain.n);
    leave();
    return !wrong && hash.n > 0;
}

str secret_hash(struct arena *a, str secret)
{
    u8 hash[32];
    crypto_generichash(hash, sizeof hash, (const u8 *)secret.at, (u64)secret.n, NULL, 0);
    return str_hex(a, hash, sizeof hash);
}

str secret_random(struct arena *a, const char *prefix)
{
    if (sodium_init() < 0) assert(!"libsodium does not work");
    u8 random[32];
    char text[64];
    randombytes_buf(random, sizeof random);
    sodium_bin2base64(text, sizeof text, random, sizeof random,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_fmt(a, "%s%s", prefix, text);
}
