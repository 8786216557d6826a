/* shown.c -- amounts, counts and words as sentences and tables write them. */
#include "insight/shown.h"
#include "store/setting.h"

str currency_mark(struct ctx *c)
{
    str currency;
    if (!c->db || setting_text(c, "currency", &currency) != OK) return S("¥");
    return str_eq(currency, S("CNY")) ? S("¥") : str_fmt(c->arena, STR_FMT " ", STR_ARG(currency));
}

str grouped(struct arena *a, str plain)
{
    struct buf out = { .arena = a };
    bool negative = str_starts(plain, S("-"));
    str digits = negative ? str_sub(plain, 1, plain.n) : plain;
    i64 whole = str_find(digits, S("."));
    if (whole < 0) whole = digits.n;
    if (negative) buf_add(&out, S("−"));
    for (i64 i = 0; i < digits.n; i++) {
        if (i && i < whole && (whole - i) % 3 == 0) buf_byte(&out, ',');
        buf_byte(&out, digits.at[i]);
    }
    return buf_str(&out);
}

str first_upper(struct arena *a, str words)
{
    bool small = words.n && words.at[0] >= 'a' && words.at[0] <= 'z';
    if (!small) return words;
    return str_fmt(a, "%c" STR_FMT, words.at[0] - ('a' - 'A'), STR_ARG(str_sub(words, 1, words.n)));
}
