/* mask.c -- how personal data is shown to those who may not see it. What was masked already stays
 * as it is. */
#include "member/member.h"

static bool all_digits(str s)
{
    for (i64 i = 0; i < s.n; i++)
        if (s.at[i] < '0' || s.at[i] > '9') return false;
    return s.n > 0;
}

/* Bytes of the first n code points. */
static i64 points_end(str s, i64 n)
{
    i64 i = 0;
    while (i < s.n && n-- > 0) {
        i++;
        while (i < s.n && ((u8)s.at[i] & 0xc0) == 0x80) i++;
    }
    return i;
}

str phone_text(struct arena *a, str s)
{
    if (s.n == 13 && str_starts(s, S("861")) && all_digits(s)) return str_sub(s, 2, s.n);
    if (s.n > 10 && str_starts(s, S("86")) && all_digits(s))
        return str_fmt(a, "0" STR_FMT, STR_ARG(str_sub(s, 2, s.n)));
    return s;
}

str mask_phone(struct arena *a, str s)
{
    if (s.n == 0 || str_has(s, '*')) return s;
    str shown = phone_text(a, s);
    if (shown.n < 8) return S("****");
    return str_fmt(a, STR_FMT "****" STR_FMT, STR_ARG(str_sub(shown, 0, 3)),
                   STR_ARG(str_sub(shown, shown.n - 4, shown.n)));
}

str mask_name(struct arena *a, str s)
{
    if (s.n == 0 || str_has(s, '*')) return s;
    return str_fmt(a, STR_FMT "**", STR_ARG(str_sub(s, 0, points_end(s, 1))));
}

str mask_email(struct arena *a, str s)
{
    if (s.n == 0 || str_has(s, '*')) return s;
    str local, domain = str_cut(s, '@', &local);
    if (!domain.at) return mask_name(a, s);
    return str_fmt(a, STR_FMT "***@" STR_FMT, STR_ARG(str_sub(local, 0, points_end(local, 1))),
                   STR_ARG(domain));
}

/* Down to the district: what follows the last 区, 县, 旗 (or 市, where there is none) of the first
 * 60 bytes is hidden. */
str mask_address(struct arena *a, str s)
{
    static const char *const ends[] = { "区", "县", "旗", "市", "省" };
    if (s.n == 0) return s;
    for (i64 i = 0; i < COUNT(ends); i++) {
        str end = str_of(ends[i]);
        i64 at = str_find(s, end);
        /* 自治区 is a province, not a district. */
        while (at >= 6 && i == 0 && str_eq(str_sub(s, at - 6, at), S("自治"))) {
            i64 next = str_find(str_sub(s, at + end.n, s.n), end);
            at = next < 0 ? -1 : at + end.n + next;
        }
        if (at >= 0 && at < 60)
            return str_fmt(a, STR_FMT "****", STR_ARG(str_sub(s, 0, at + end.n)));
    }
    return S("****");
}

/* Names by which a platform's people know each other, as the platforms themselves hide them:
 * 小**鱼. */
static str mask_handle(struct arena *a, str s)
{
    if (s.n == 0 || str_has(s, '*')) return s;
    i64 last = s.n - 1;
    while (last > 0 && ((u8)s.at[last] & 0xc0) == 0x80) last--;
    i64 first = points_end(s, 1);
    return str_fmt(a, STR_FMT "**" STR_FMT, STR_ARG(str_sub(s, 0, first)),
                   STR_ARG(str_sub(s, last < first ? s.n : last, s.n)));
}

str mask_identity(struct arena *a, enum identity_kind kind, str value)
{
    if (kind == ID_PHONE || kind == ID_MASKED_PHONE) return mask_phone(a, value);
    /* People use their phone number and their mail address as account names. */
    if (value.n >= 8 && all_digits(value) && (value.n == 11 || value.n == 13))
        return mask_phone(a, value);
    if (kind == ID_EMAIL || str_has(value, '@')) return mask_email(a, value);
    return identity_kind_row(kind)->personal ? mask_handle(a, value) : value;
}
