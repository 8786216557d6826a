/* inside.h -- what the files of this room share. */
#pragma once

#include "access/access.h"

#define SESSION_IDLE_MS (12 * HOUR_MS)
#define SESSION_MAX_MS  (7 * DAY_MS)

/* 64 hex digits of BLAKE2b-256: what is kept of tokens and keys. */
str secret_hash(struct arena *a, str secret);
str secret_random(struct arena *a, const char *prefix); /* 32 random bytes, base64url */

/* memory.c: sessions and keys seen lately, for QUICK reads. A copy is at most MEMORY_TTL_MS old. */
#define MEMORY_TTL_MS (10 * SECOND_MS)
enum known_kind { KNOWN_SESSION, KNOWN_KEY };
struct known {
    const struct store *store; /* NULL: an empty place */
    enum known_kind kind;
    char hash[64];
    i64 id; /* user, or key */
    u64 rights;
    char actor[136];
    instant loaded_at, created_at, seen_at, expires_at; /* expires_at 0: never */
    bool dirty;                                         /* seen_at is newer than the store's */
};
/* Copies what is known and counts this use; false: not known, or too old. */
bool memory_find(const struct ctx *c, enum known_kind kind, str hash, struct known *out);
void memory_put(const struct known *k);
void memory_forget_all(const struct store *s);
void memory_forget(const struct store *s, str hash);
/* Takes up to max entries with an unwritten time of use. */
i64 memory_take_dirty(const struct store *s, struct known *out, i64 max);

/* throttle.c, inside one write: E_TOO_MANY while blocked, else counts one failure in advance. */
enum err throttle_count(struct tx *t, str name, str address, i64 *wait_ms);
enum err throttle_clear(struct tx *t, str name, str address);
enum err throttle_sweep(struct tx *t);

/* password.c */
bool password_matches(str hash, str plain); /* hash may be empty: takes as long, answers false */

extern const struct migration access_migrations[];
enum err sessions_end(struct tx *t, i64 user); /* all of one user */
enum err session_sweep(struct tx *t);
