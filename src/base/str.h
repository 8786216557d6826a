/* str.h -- text: pieces of UTF-8 that know their length, and a buffer to build them.
 *
 * Promises
 *   - no function reads past `at + n`, and none needs a terminating zero.
 *   - functions that make text take an arena and own nothing themselves.
 */
#pragma once

#include "base/arena.h"

#define S(literal) ((str){ "" literal "", sizeof(literal) - 1 })
#define NO_STR     ((str){ 0 })
#define STR_FMT    "%.*s"
#define STR_ARG(s) (int)(s).n, (s).at ? (s).at : ""

str str_of(const char *z); /* of a terminated string; NULL gives absent */
bool str_eq(str a, str b);
bool str_eq_nocase(str a, str b); /* ASCII case only */
int str_cmp(str a, str b);        /* bytewise */
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
i64 str_find(str s, str needle); /* offset, or -1 */
bool str_has(str s, char c);
str str_trim(str s); /* ASCII blanks, tab, CR, LF, U+3000, U+00A0, U+FEFF at both ends */
str str_sub(str s, i64 from, i64 to);
static inline bool str_empty(str s) { return s.n == 0; }
static inline str str_or(str s, str other) { return s.n ? s : other; }

/* Cuts at the first `c`: *head is what stands before it, the answer what follows; absent when none
 * follows. */
str str_cut(str s, char c, str *head);

str str_copy(struct arena *a, str s);
char *str_z(struct arena *a, str s); /* a terminated copy, for C libraries */
str str_fmt(struct arena *a, const char *fmt, ...) FORMAT(2, 3);
str str_join(struct arena *a, strs parts, str between);
strs str_split(struct arena *a, str s, char c); /* trimmed, empty parts dropped */
str str_lower(struct arena *a, str s);          /* ASCII */
str str_hex(struct arena *a, const void *bytes, i64 n);
str str_replace(struct arena *a, str s, str what, str with);

/* Case-, width- and compatibility-folded (NFKC casefold, utf8proc): how names are compared and
 * searched. Bytes that are not UTF-8 come back as they were. */
str str_fold(struct arena *a, str s);
bool str_is_utf8(str s);
bool str_is_line(str s); /* UTF-8 without control characters: fit for a name */
i64 str_points(str s);   /* code points; every invalid byte counts one */

u64 str_hash(str s); /* FNV-1a mixed, stable across runs and machines */

/* A growing text. `struct buf b = { .arena = a };` */
struct buf {
    struct arena *arena;
    char *at;
    i64 n, room;
};
void buf_add(struct buf *b, str s);
void buf_byte(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) FORMAT(2, 3);
void buf_i64(struct buf *b, i64 v);
char *buf_space(struct buf *b, i64 n); /* room for n more bytes; caller advances b->n */
static inline str buf_str(const struct buf *b) { return (str){ b->at ? b->at : "", b->n }; }
