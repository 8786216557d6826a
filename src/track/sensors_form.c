/* sensors_form.c -- how Sensors data comes wrapped: pairs of a query or form, base64, perhaps gzip,
 * perhaps a checksum. */
#include "base/gzip.h"
#include "base/num.h"
#include "track/tree.h"

#define UNPACKED_MAX ((i64)4 * 1024 * 1024)

static int hex(char ch)
{
    if (ch >= '0' && ch <= '9') return ch - '0';
    ch |= 32;
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* Leaves '+' alone: in base64 it is a digit, and elsewhere nobody here sends blanks. */
static str unescape(struct arena *a, str s)
{
    if (!str_has(s, '%')) return s;
    struct buf b = { .arena = a };
    buf_space(&b, s.n);
    for (i64 i = 0; i < s.n; i++) {
        int high = s.at[i] == '%' && i + 2 < s.n ? hex(s.at[i + 1]) : -1;
        int low = high >= 0 ? hex(s.at[i + 2]) : -1;
        if (low >= 0) i += 2;
        buf_byte(&b, low >= 0 ? (char)(high * 16 + low) : s.at[i]);
    }
    return buf_str(&b);
}

/* -- base64 ----------------------------------------------------------------------------------- */

static int digit64(char ch)
{
    if (ch >= 'A' && ch <= 'Z') return ch - 'A';
    if (ch >= 'a' && ch <= 'z') return ch - 'a' + 26;
    if (ch >= '0' && ch <= '9') return ch - '0' + 52;
    if (ch == '+' || ch == '-' || ch == ' ')
        return 62; /* a blank was a plus before a form decoded it */
    return ch == '/' || ch == '_' ? 63 : -1;
}

/* Both alphabets, with or without padding. */
static bool decode64(struct arena *a, str in, str *out)
{
    while (in.n && (in.at[in.n - 1] == '=' || in.at[in.n - 1] == '\n' || in.at[in.n - 1] == '\r'))
        in.n--;
    char *at = arena_alloc(a, 1, in.n / 4 * 3 + 4);
    i64 n = 0;
    u32 bits = 0;
    int have = 0;
    for (i64 i = 0; i < in.n; i++) {
        int digit = digit64(in.at[i]);
        if (digit < 0) return false;
        bits = bits << 6 | (u32)digit;
        have += 6;
        if (have < 8) continue;
        have -= 8;
        at[n++] = (char)(bits >> have & 0xff);
    }
    *out = (str){ at, n };
    return n > 0;
}

i32 sensors_crc(str text)
{
    u32 sum = 0;
    for (i64 i = 0; i < text.n; i++) sum = sum * 31 + (u8)text.at[i];
    return (i32)sum;
}

/* -- the pairs -------------------------------------------------------------------------------- */

struct pairs {
    str data, list, crc, token, project;
};

static void take_pairs(struct arena *a, str text, struct pairs *p)
{
    for (str rest = text; rest.n > 0;) {
        str pair, name;
        rest = str_cut(rest, '&', &pair);
        str value = unescape(a, str_cut(pair, '=', &name));
        const struct {
            const char *name;
            str *to;
        } places[] = { { "data", &p->data },   { "data_list", &p->list },  { "crc", &p->crc },
                       { "token", &p->token }, { "project", &p->project }, { "ext", &p->crc } };
        for (i64 i = 0; i < COUNT(places); i++)
            if (str_eq(str_trim(name), str_of(places[i].name)) && value.n) *places[i].to = value;
    }
}

static enum err check_crc(struct ctx *c, str told, str text)
{
    i64 number;
    if (str_starts(told, S("crc="))) told = str_sub(told, 4, told.n);
    if (!i64_parse(str_trim(told), &number)) return OK; /* ext may say other things */
    if (number == sensors_crc(str_replace(c->arena, text, S(" "), S("+")))) return OK;
    return fail_at(c, E_INVALID, S("/crc"), "校验和与 data 不符，数据在途中被改动",
                   "the checksum does not fit data: it was changed on the way");
}

enum err sensors_unwrap(struct ctx *c, str query, str body, struct sensors_form *out)
{
    struct pairs p = { 0 };
    take_pairs(c->arena, query, &p);
    take_pairs(c->arena, str_trim(body), &p);
    out->token = p.token;
    out->project = p.project;
    str text = str_or(p.list, p.data), packed;
    if (!text.n)
        return fail_at(c, E_INVALID, S("/data"), "要有 data 或 data_list",
                       "data or data_list is needed");
    if (p.crc.n) TRY(check_crc(c, p.crc, text));
    if (!decode64(c->arena, text, &packed))
        return fail_at(c, E_INVALID, S("/data"), "data 不是 base64", "data is not base64");
    out->data = packed;
    if (packed.n < 2 || (u8)packed.at[0] != 0x1f || (u8)packed.at[1] != 0x8b) return OK;
    return gunzip(c, packed, UNPACKED_MAX, &out->data);
}
