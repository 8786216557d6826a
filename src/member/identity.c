/* identity.c -- the table of identity kinds: how each is cleaned, which join people, which name
 * one. */
#include <assert.h>

#include "member/member.h"

CHOICE_DEFINE(identity_kind, "phone", "email", "unionid", "openid", "external_userid",
              "shop_account", "taobao_nick", "jd_pin", "douyin_id", "user_id", "card_no",
              "anonymous_id", "masked_phone", "nick");
SHAPE_DEFINE(identity);

/* What became of a value. */
enum cleaned { CLEAN, WEAK, UNUSABLE };
typedef enum cleaned clean_fn(struct arena *a, str in, str *out);

static clean_fn clean_phone, clean_email, clean_name, clean_exact;

enum { STRONG = 1, PERSON = 2, SCOPED = 4, NAMES = 8 }; /* PERSON: personal; NAMES: identifies */

/* kind, what a masked value becomes, cleaner, flags, words */
#define KIND(ID, WEAK_ID, CLEANER, FLAGS, ZH, EN)                                              \
    [ID] = { .row = { ZH, EN, (FLAGS)&STRONG, (FLAGS)&PERSON, (FLAGS)&SCOPED, (FLAGS)&NAMES }, \
             .clean = CLEANER,                                                                 \
             .weak = WEAK_ID }

/* clang-format off */
static const struct {
    struct identity_kind_row row;
    clean_fn *clean;
    enum identity_kind weak;
} kinds[] = {
    KIND(ID_PHONE, ID_MASKED_PHONE, clean_phone, STRONG | PERSON | NAMES, "手机号", "phone"),
    KIND(ID_EMAIL, ID_NICK, clean_email, STRONG | PERSON | NAMES, "邮箱", "e-mail"),
    KIND(ID_UNIONID, ID_NICK, clean_exact, STRONG | NAMES, "微信 UnionID", "WeChat unionid"),
    KIND(ID_OPENID, ID_NICK, clean_exact, STRONG | SCOPED | NAMES, "微信 OpenID", "WeChat openid"),
    KIND(ID_EXTERNAL_USERID, ID_NICK, clean_exact, STRONG | SCOPED | NAMES,
         "企业微信外部联系人", "WeCom external_userid"),
    KIND(ID_SHOP_ACCOUNT, ID_NICK, clean_name, STRONG | PERSON | SCOPED | NAMES,
         "店铺买家", "shop's buyer"),
    KIND(ID_TAOBAO_NICK, ID_NICK, clean_name, STRONG | PERSON | NAMES, "淘宝昵称", "Taobao nick"),
    KIND(ID_JD_PIN, ID_NICK, clean_name, STRONG | PERSON | NAMES, "京东账号", "JD pin"),
    KIND(ID_DOUYIN_ID, ID_NICK, clean_name, STRONG | PERSON | NAMES, "抖音号", "Douyin id"),
    KIND(ID_USER_ID, ID_NICK, clean_exact, STRONG | NAMES, "用户 ID", "user id"),
    KIND(ID_CARD_NO, ID_NICK, clean_name, STRONG | PERSON | SCOPED | NAMES,
         "会员卡号", "membership card"),
    KIND(ID_ANONYMOUS_ID, ID_NICK, clean_exact, STRONG, "匿名 ID", "anonymous id"),
    KIND(ID_MASKED_PHONE, ID_MASKED_PHONE, clean_exact, PERSON, "不完整的手机号", "masked phone"),
    KIND(ID_NICK, ID_NICK, clean_exact, PERSON, "昵称", "nick"),
};
/* clang-format on */

const struct identity_kind_row *identity_kind_row(enum identity_kind kind)
{
    assert(kind >= 0 && kind < COUNT(kinds));
    return &kinds[kind].row;
}

/* -- what programs and people write when they have no value: joining on these would join everybody
 * -- */

static bool is_filler(struct arena *a, str s)
{
    static const char *const fillers[] = {
        "-",       "--",    "0",    "null",  "(null)", "nil",       "none",
        "n/a",     "na",    "nan",  "无",    "空",     "undefined", "anonymous",
        "unknown", "guest", "true", "false", "匿名",   "匿名用户",  "[object object]",
    };
    str low = str_lower(a, s);
    for (i64 i = 0; i < COUNT(fillers); i++)
        if (str_eq(low, str_of(fillers[i]))) return true;
    return false;
}

/* How back-ends hide a part of a value: stars, or the $$ and ## of sealed receiver fields. */
static bool is_masked(str s)
{
    return str_has(s, '*') || str_starts(s, S("$$")) || str_starts(s, S("##"));
}

static bool has_control(str s)
{
    for (i64 i = 0; i < s.n; i++)
        if ((u8)s.at[i] < ' ' || s.at[i] == 0x7f) return true;
    return false;
}

static enum cleaned clean_exact(struct arena *a, str in, str *out)
{
    (void)a;
    *out = in;
    return CLEAN;
}

static enum cleaned clean_name(struct arena *a, str in, str *out)
{
    (void)a;
    *out = in;
    return is_masked(in) ? WEAK : CLEAN;
}

/* -- phones ----------------------------------------------------------------------------------- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* 13800138000: eleven digits that begin with 13 to 19. */
static bool is_mobile(str s) { return s.n == 11 && s.at[0] == '1' && s.at[1] >= '3'; }

/* 021 12345678, 0571 87654321, 0755 1234567: trunk zero, area, number. */
static bool is_landline(str s)
{
    if (s.n < 10 || s.n > 12 || s.at[0] != '0' || s.at[1] == '0') return false;
    bool short_area = s.at[1] == '1' || s.at[1] == '2';
    return short_area ? s.n == 11 : s.n >= 11;
}

/* Prefixes people and back-ends put before a number of this country: country code and cheap-call
 * codes. */
static str without_prefix(str s)
{
    static const char *const prefixes[] = { "0086", "86", "17951", "17911", "12593" };
    for (i64 i = 0; i < COUNT(prefixes); i++) {
        str p = str_of(prefixes[i]);
        if (str_starts(s, p) && s.n - p.n >= 10) return without_prefix(str_sub(s, p.n, s.n));
    }
    return s;
}

/* A number followed by an extension is lent for one parcel (18400000000-1234, 170xxxx转1234): it is
 * nobody's. */
static bool is_lent(struct arena *a, str s)
{
    static const char *const marks[] = { "转", "轉", "ext", "#", "," };
    for (i64 i = 0; i < COUNT(marks); i++)
        if (str_find(s, str_of(marks[i])) >= 0) return true;
    i64 dash = -1;
    for (i64 i = 0; i < s.n; i++)
        if (s.at[i] == '-') dash = i;
    if (dash < 11 || s.n - dash - 1 > 6) return false;
    struct buf digits = { .arena = a };
    for (i64 i = 0; i < dash; i++)
        if (is_digit(s.at[i])) buf_byte(&digits, s.at[i]);
    return is_mobile(without_prefix(buf_str(&digits)));
}

static enum cleaned clean_phone(struct arena *a, str in, str *out)
{
    str folded = str_fold(a, in);
    if (str_starts(folded, S("'"))) folded = str_sub(folded, 1, folded.n);
    *out = folded;
    if (is_masked(folded) || is_lent(a, folded)) {
        *out = str_replace(a, folded, S(" "), S(""));
        return WEAK;
    }
    struct buf digits = { .arena = a };
    bool plus = false;
    for (i64 i = 0; i < folded.n; i++) {
        char c = folded.at[i];
        if (is_digit(c)) buf_byte(&digits, c);
        else if (c == '+' && digits.n == 0 && !plus) plus = true;
        else if (c != ' ' && c != '-' && c != '(' && c != ')' && c != '.') return UNUSABLE;
    }
    str number = buf_str(&digits);
    str national = without_prefix(number);
    bool abroad = plus || str_starts(number, S("00"));
    if (national.n < number.n || !abroad) {
        if (!is_mobile(national) && !is_landline(national)) {
            /* 862112345678 is what a landline looks like once it has been cleaned. */
            str trunk = str_fmt(a, "0" STR_FMT, STR_ARG(national));
            if (national.n == number.n || !is_landline(trunk)) return UNUSABLE;
            national = trunk;
        }
        if (national.at[0] == '0') national = str_sub(national, 1, national.n);
        *out = str_fmt(a, "86" STR_FMT, STR_ARG(national));
        return CLEAN;
    }
    if (!plus) number = str_sub(number, 2, number.n);
    if (number.n < 7 || number.n > 15 || number.at[0] == '0') return UNUSABLE;
    *out = str_fmt(a, "+" STR_FMT, STR_ARG(number));
    return CLEAN;
}

/* -- e-mail ----------------------------------------------------------------------------------- */

static bool is_domain(str s)
{
    i64 labels = 0;
    for (str rest = s; rest.at;) {
        str label;
        rest = str_cut(rest, '.', &label);
        if (label.n == 0 || label.n > 63 || label.at[0] == '-' || label.at[label.n - 1] == '-')
            return false;
        for (i64 i = 0; i < label.n; i++) {
            char c = label.at[i];
            bool letter = (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || (u8)c >= 0x80;
            if (!letter) return false;
        }
        labels++;
        if (!rest.at && (label.n < 2 || is_digit(label.at[0]))) return false;
    }
    return labels >= 2;
}

static enum cleaned clean_email(struct arena *a, str in, str *out)
{
    *out = str_lower(a, in);
    if (is_masked(in)) return WEAK;
    str local, domain = str_cut(*out, '@', &local);
    if (local.n == 0 || local.n > 64 || !domain.at || str_has(domain, '@')) return UNUSABLE;
    if (local.at[0] == '.' || local.at[local.n - 1] == '.' || str_find(local, S("..")) >= 0)
        return UNUSABLE;
    for (i64 i = 0; i < local.n; i++)
        if (str_has(S(" \"(),:;<>[\\]"), local.at[i])) return UNUSABLE;
    return is_domain(domain) ? CLEAN : UNUSABLE;
}

/* -- the door --------------------------------------------------------------------------------- */

#define VALUE_MAX ((i64)200)

static enum err unusable(struct ctx *c, enum identity_kind kind)
{
    const struct identity_kind_row *row = identity_kind_row(kind);
    return fail_at(c, E_INVALID, S("value"), "不是可用的%s：请填写完整的值，没有就留空",
                   "not a usable %s: give the whole value, or leave it out",
                   c->locale == ZH ? row->zh : row->en);
}

enum err identity_normalise(struct ctx *c, struct identity *id)
{
    enum identity_kind kind = id->kind;
    str value = str_trim(id->value), scope = str_trim(id->scope);
    if (value.n == 0 || value.n > VALUE_MAX || !str_is_utf8(value) || has_control(value) ||
        is_filler(c->arena, value))
        return unusable(c, kind);
    switch (kinds[kind].clean(c->arena, value, &value)) {
    case CLEAN: break;
    case WEAK: kind = kinds[kind].weak; break;
    case UNUSABLE: return unusable(c, kind);
    }
    const struct identity_kind_row *row = identity_kind_row(kind);
    if (scope.n > VALUE_MAX || !str_is_utf8(scope) || has_control(scope))
        return fail_at(c, E_INVALID, S("scope"), "店铺或应用的名称不可用",
                       "this shop or app name is not usable");
    if (row->scoped && scope.n == 0)
        return fail_at(c, E_INVALID, S("scope"), "%s只在一个店铺或应用内唯一，请说明是哪一个",
                       "a %s is unique within one shop or app only: say which",
                       c->locale == ZH ? row->zh : row->en);
    /* Weak kinds keep the scope they came with: it narrows what weak_ok may find. */
    id->scope = row->scoped || !row->strong ? str_or(scope, S("")) : S("");
    id->kind = kind;
    id->value = value;
    return OK;
}
