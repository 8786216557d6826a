/* str.c -- looking at, cutting and copying pieces of text. */
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <utf8proc.h>

#include <stdlib.h>

str str_of(const char *z) { return z ? (str){ z, (i64)strlen(z) } : NO_STR; }

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, (size_t)a.n) == 0);
}

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

bool str_eq_nocase(str a, str b)
{
    if (a.n != b.n) return false;
    for (i64 i = 0; i < a.n; i++)
        if (lower(a.at[i]) != lower(b.at[i])) return false;
    return true;
}

int str_cmp(str a, str b)
{
    i64 n = a.n < b.n ? a.n : b.n;
    int d = n ? memcmp(a.at, b.at, (size_t)n) : 0;
    return d ? d : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && str_eq((str){ s.at, prefix.n }, prefix);
}

bool str_ends(str s, str suffix)
{
    return s.n >= suffix.n && str_eq((str){ s.at + (s.n - suffix.n), suffix.n }, suffix);
}

i64 str_find(str s, str needle)
{
    if (needle.n == 0) return 0;
    if (s.n < needle.n) return -1;
    const char *hit = memmem(s.at, (size_t)s.n, needle.at, (size_t)needle.n);
    return hit ? hit - s.at : -1;
}

bool str_has(str s, char c) { return s.n && memchr(s.at, c, (size_t)s.n); }

/* The blanks people's files hold: U+3000, U+00A0, U+FEFF besides ASCII ones. */
static i64 blank_at_start(str s)
{
    if (s.n && (s.at[0] == ' ' || (s.at[0] >= '\t' && s.at[0] <= '\r'))) return 1;
    if (str_starts(s, S("\xC2\xA0"))) return 2;
    if (str_starts(s, S("\xE3\x80\x80")) || str_starts(s, S("\xEF\xBB\xBF"))) return 3;
    return 0;
}

static i64 blank_at_end(str s)
{
    if (s.n && (s.at[s.n - 1] == ' ' || (s.at[s.n - 1] >= '\t' && s.at[s.n - 1] <= '\r'))) return 1;
    if (str_ends(s, S("\xC2\xA0"))) return 2;
    if (str_ends(s, S("\xE3\x80\x80")) || str_ends(s, S("\xEF\xBB\xBF"))) return 3;
    return 0;
}

str str_trim(str s)
{
    for (i64 k; (k = blank_at_start(s)); s.at += k, s.n -= k) continue;
    for (i64 k; (k = blank_at_end(s)); s.n -= k) continue;
    return s;
}

str str_sub(str s, i64 from, i64 to)
{
    if (from < 0) from = 0;
    if (to > s.n) to = s.n;
    return from < to ? (str){ s.at + from, to - from } : (str){ s.at, 0 };
}

str str_cut(str s, char c, str *head)
{
    const char *hit = s.n ? memchr(s.at, c, (size_t)s.n) : NULL;
    if (!hit) {
        *head = s;
        return NO_STR;
    }
    *head = (str){ s.at, hit - s.at };
    return (str){ hit + 1, s.at + s.n - hit - 1 };
}

str str_copy(struct arena *a, str s)
{
    if (!s.at) return s;
    char *at = arena_alloc(a, 1, s.n ? s.n : 1);
    if (s.n) memcpy(at, s.at, (size_t)s.n);
    return (str){ at, s.n };
}

char *str_z(struct arena *a, str s)
{
    char *at = arena_alloc(a, 1, s.n + 1);
    if (s.n) memcpy(at, s.at, (size_t)s.n);
    return at;
}

str str_fmt(struct arena *a, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *at = arena_alloc(a, 1, n + 1);
    vsnprintf(at, (size_t)n + 1, fmt, again);
    va_end(again);
    return (str){ at, n };
}

str str_join(struct arena *a, strs parts, str between)
{
    struct buf b = { .arena = a };
    for (i64 i = 0; i < parts.n; i++) {
        if (i) buf_add(&b, between);
        buf_add(&b, parts.at[i]);
    }
    return buf_str(&b);
}

strs str_split(struct arena *a, str s, char c)
{
    strs parts = { 0 };
    while (s.at) {
        str head;
        s = str_cut(s, c, &head);
        head = str_trim(head);
        if (head.n) *PUSH(a, &parts) = head;
    }
    return parts;
}

str str_lower(struct arena *a, str s)
{
    str copy = str_copy(a, s);
    for (i64 i = 0; i < s.n; i++) ((char *)copy.at)[i] = lower(s.at[i]);
    return copy;
}

str str_hex(struct arena *a, const void *bytes, i64 n)
{
    static const char digit[] = "0123456789abcdef";
    char *at = arena_alloc(a, 1, 2 * n + 1);
    for (i64 i = 0; i < n; i++) {
        at[2 * i] = digit[((const u8 *)bytes)[i] >> 4];
        at[2 * i + 1] = digit[((const u8 *)bytes)[i] & 15];
    }
    return (str){ at, 2 * n };
}

str str_replace(struct arena *a, str s, str what, str with)
{
    struct buf b = { .arena = a };
    i64 at;
    while (what.n && (at = str_find(s, what)) >= 0) {
        buf_add(&b, str_sub(s, 0, at));
        buf_add(&b, with);
        s = str_sub(s, at + what.n, s.n);
    }
    buf_add(&b, s);
    return buf_str(&b);
}

str str_fold(struct arena *a, str s)
{
    bool ascii = true;
    for (i64 i = 0; i < s.n && ascii; i++) ascii = (u8)s.at[i] < 0x80;
    if (ascii) return str_lower(a, s);
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t n = utf8proc_map((const u8 *)s.at, s.n, &out,
                                      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                          UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
    if (n < 0) return str_copy(a, s);
    str folded = str_copy(a, (str){ (char *)out, n });
    free(out);
    return folded;
}

bool str_is_line(str s)
{
    for (i64 i = 0; i < s.n; i++)
        if ((u8)s.at[i] < 0x20 || s.at[i] == 0x7f) return false;
    return str_is_utf8(s);
}

bool str_is_utf8(str s)
{
    for (i64 i = 0; i < s.n;) {
        if ((u8)s.at[i] < 0x80) {
            i++;
            continue;
        }
        utf8proc_int32_t point;
        utf8proc_ssize_t n = utf8proc_iterate((const u8 *)s.at + i, s.n - i, &point);
        if (n < 1) return false;
        i += n;
    }
    return true;
}

i64 str_points(str s)
{
    i64 points = 0;
    for (i64 i = 0; i < s.n; points++) {
        utf8proc_int32_t point;
        utf8proc_ssize_t n = utf8proc_iterate((const u8 *)s.at + i, s.n - i, &point);
        i += n < 1 ? 1 : n;
    }
    return points;
}

u64 str_hash(str s)
{
    u64 h = 0xcbf29ce484222325u;
    for (i64 i = 0; i < s.n; i++) h = (h ^ (u8)s.at[i]) * 0x100000001b3u;
    h ^= h >> 32;
    h *= 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}

char *buf_space(struct buf *b, i64 n)
{
    if (b->room - b->n < n) {
        i64 room = b->room ? b->room * 2 : 256;
        if (room < b->n + n) room = b->n + n;
        char *at = arena_alloc(b->arena, 1, room);
        if (b->n) memcpy(at, b->at, (size_t)b->n);
        b->at = at;
        b->room = room;
    }
    return b->at + b->n;
}

void buf_add(struct buf *b, str s)
{
    if (!s.n) return;
    memcpy(buf_space(b, s.n), s.at, (size_t)s.n);
    b->n += s.n;
}

void buf_byte(struct buf *b, char c)
{
    *buf_space(b, 1) = c;
    b->n++;
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    vsnprintf(buf_space(b, n + 1), (size_t)n + 1, fmt, again);
    va_end(again);
    b->n += n;
}

void buf_i64(struct buf *b, i64 v)
{
    char digits[24];
    int at = sizeof digits;
    u64 u = v < 0 ? 0 - (u64)v : (u64)v;
    do digits[--at] = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0) digits[--at] = '-';
    buf_add(b, (str){ digits + at, (i64)sizeof digits - at });
}
