/* num.c -- exact numbers from text: one digit loop with overflow checks behind every reader. */
#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool i64_add(i64 a, i64 b, i64 *out) { return !__builtin_add_overflow(a, b, out); }

bool money_times(money price, i64 quantity, money *out)
{
    return !__builtin_mul_overflow(price, quantity, out);
}

bool i64_parse(str s, i64 *out)
{
    i64 i = 0, v = 0;
    bool minus = s.n && s.at[0] == '-';
    if (s.n && (s.at[0] == '-' || s.at[0] == '+')) i = 1;
    if (i == s.n) return false;
    for (; i < s.n; i++) {
        if (!is_digit(s.at[i])) return false;
        int d = s.at[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, minus ? -d : d, &v))
            return false;
    }
    *out = v;
    return true;
}

bool f64_parse(str s, f64 *out)
{
    char text[64];
    i64 i = 0, digits = 0;
    if (s.n == 0 || s.n >= (i64)sizeof text) return false;
    if (s.at[i] == '-') i++;
    if (i + 1 < s.n && s.at[i] == '0' && is_digit(s.at[i + 1])) return false;
    while (i < s.n && is_digit(s.at[i])) i++, digits++;
    if (!digits) return false;
    if (i < s.n && s.at[i] == '.') {
        i++;
        for (digits = 0; i < s.n && is_digit(s.at[i]); i++) digits++;
        if (!digits) return false;
    }
    if (i < s.n && (s.at[i] == 'e' || s.at[i] == 'E')) {
        i++;
        if (i < s.n && (s.at[i] == '+' || s.at[i] == '-')) i++;
        for (digits = 0; i < s.n && is_digit(s.at[i]); i++) digits++;
        if (!digits) return false;
    }
    if (i != s.n) return false;
    memcpy(text, s.at, (size_t)s.n);
    text[s.n] = 0;
    *out = strtod(text, NULL);
    return isfinite(*out);
}

/* Digits with one optional point, moved by `exponent`, into ten-thousandths; further decimals are
 * rounded half away from zero, or refused when they are not zeros and `strict` is set. s holds
 * digits and at most one point only. */
static bool decimal(str s, bool minus, int exponent, bool strict, i64 scale_digits, i64 *out)
{
    i64 v = 0, point = -1, digits = 0;
    for (i64 i = 0; i < s.n; i++)
        if (s.at[i] == '.') {
            if (point >= 0) return false;
            point = digits;
        } else if (is_digit(s.at[i])) {
            digits++;
        } else {
            return false;
        }
    if (!digits) return false;
    i64 whole = (point < 0 ? digits : point) + exponent + scale_digits; /* digits that count */
    i64 seen = 0;
    bool up = false;
    for (i64 i = 0; i < s.n; i++) {
        if (s.at[i] == '.') continue;
        int d = s.at[i] - '0';
        if (seen < whole) {
            if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, minus ? -d : d, &v))
                return false;
        } else {
            if (strict && d) return false;
            if (seen == whole && d >= 5) up = true;
        }
        seen++;
    }
    for (; seen < whole; seen++)
        if (__builtin_mul_overflow(v, 10, &v)) return false;
    if (up && __builtin_add_overflow(v, minus ? -1 : 1, &v)) return false;
    *out = v;
    return true;
}

bool money_parse(str s, money *out)
{
    bool minus = s.n && s.at[0] == '-';
    if (minus) s = str_sub(s, 1, s.n);
    if (!s.n || s.at[0] == '.' || s.at[s.n - 1] == '.') return false;
    return decimal(s, minus, 0, true, 4, out);
}

/* What may stand before or after an amount and means nothing to us: currency marks. */
static const char *const marks[] = { "¥",   "￥",  "$",   "£",   "€",   "元",
                                     "CNY", "RMB", "USD", "GBP", "EUR", "HKD" };

static str strip_marks(str s)
{
    for (bool again = true; again;) {
        again = false;
        s = str_trim(s);
        for (int i = 0; i < COUNT(marks); i++) {
            str m = str_of(marks[i]);
            if (s.n > m.n && str_starts(s, m)) s = str_sub(s, m.n, s.n), again = true;
            if (s.n > m.n && str_ends(s, m)) s = str_sub(s, 0, s.n - m.n), again = true;
        }
    }
    return s;
}

struct plain_number {
    char at[64];
    i64 n;
    bool minus;
    int exponent;
};

/* The sign, the digits and the point of an amount as people write it: "￥-1,234.50 元",
 * "（12.00）", "1.2E+3". */
static bool plain_number(str s, struct plain_number *out)
{
    *out = (struct plain_number){ .n = 0 };
    s = strip_marks(s);
    if (s.n > 2 && s.at[0] == '(' && s.at[s.n - 1] == ')') {
        out->minus = true;
        s = strip_marks(str_sub(s, 1, s.n - 1));
    }
    if (s.n && (s.at[0] == '-' || s.at[0] == '+')) {
        out->minus ^= s.at[0] == '-';
        s = strip_marks(str_sub(s, 1, s.n));
    }
    for (i64 i = 0; i < s.n; i++) {
        char c = s.at[i];
        if ((c == 'e' || c == 'E') && out->n) {
            i64 e;
            if (!i64_parse(str_sub(s, i + 1, s.n), &e) || e < -20 || e > 18) return false;
            out->exponent = (int)e;
            break;
        }
        if (c == ',' && out->n) continue;
        if (str_starts(str_sub(s, i, s.n), S("，")) && out->n) {
            i += 2;
            continue;
        }
        if ((!is_digit(c) && c != '.') || out->n == (i64)sizeof out->at) return false;
        out->at[out->n++] = c;
    }
    return out->n > 0;
}

bool money_parse_loose(str s, money *out)
{
    struct plain_number p;
    return plain_number(s, &p) && decimal((str){ p.at, p.n }, p.minus, p.exponent, false, 4, out);
}

bool quantity_parse_loose(str s, i64 *out)
{
    static const char *const units[] = {
        "件", "个", "盒", "瓶", "套", "只", "支", "包", "份", "pcs"
    };
    struct plain_number p;
    s = str_trim(s);
    for (int i = 0; i < COUNT(units); i++)
        if (str_ends(s, str_of(units[i]))) {
            s = str_trim(str_sub(s, 0, s.n - str_of(units[i]).n));
            break;
        }
    return plain_number(s, &p) && decimal((str){ p.at, p.n }, p.minus, p.exponent, true, 0, out);
}

int money_write(char out[32], money m)
{
    u64 u = m < 0 ? 0 - (u64)m : (u64)m;
    unsigned part = (unsigned)(u % 10000);
    int n =
        snprintf(out, 32, "%s%llu.%04u", m < 0 ? "-" : "", (unsigned long long)(u / 10000), part);
    for (int spare = 0; spare < 2 && out[n - 1] == '0'; spare++) out[--n] = 0;
    return n;
}

str money_text(struct arena *a, money m)
{
    char text[32];
    int n = money_write(text, m);
    return str_copy(a, (str){ text, n });
}
