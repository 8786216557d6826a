/* shape_check.c -- puts one value into one field, keeping the rules of its row. */
#include "base/shape_private.h"

#include <assert.h>

#include "base/clock.h"
#include "base/num.h"

enum { STR_MAX = 10000, SHORT_MAX = 200 };

/* What a field wants, in words; indexed by kind. */
static const struct {
    const char *zh, *en;
} wants[] = {
    [K_str] = { "文字", "text" },
    [K_i64] = { "整数", "a whole number" },
    [K_f64] = { "数字", "a number" },
    [K_flag] = { "true 或 false", "true or false" },
    [K_money] = { "金额，如 \"12.50\"", "an amount such as \"12.50\"" },
    [K_instant] = { "时间，如 2024-05-01T10:00:00Z", "a time such as 2024-05-01T10:00:00Z" },
    [K_day] = { "日期，如 2024-05-01", "a day such as 2024-05-01" },
    [K_json] = { "JSON", "JSON" },
    [K_opt_i64] = { "整数或空", "a whole number or null" },
    [K_opt_f64] = { "数字或空", "a number or null" },
    [K_opt_flag] = { "true、false 或空", "true, false or null" },
    [K_opt_money] = { "金额（如 \"12.50\"）或空", "an amount such as \"12.50\", or null" },
    [K_opt_instant] = { "时间（如 2024-05-01T10:00:00Z）或空",
                        "a time such as 2024-05-01T10:00:00Z, or null" },
    [K_strs] = { "文字的列表", "a list of texts" },
    [K_ints] = { "整数的列表", "a list of whole numbers" },
    [K_choice] = { "选项之一", "one of its names" },
    [K_one] = { "对象", "an object" },
    [K_list] = { "对象的列表", "a list of objects" },
};

enum err shape_wrong_kind(struct ctx *c, const struct shape_field *f, str pointer)
{
    if (f->kind == K_choice) {
        const struct choice *choice = f->of;
        struct buf names = { .arena = c->arena };
        for (int i = 0; i < choice->n; i++) buf_fmt(&names, "%s%s", i ? " " : "", choice->names[i]);
        buf_byte(&names, 0);
        return fail_at(c, E_INVALID, pointer, "%s 应为以下之一：%s", "%s should be one of: %s",
                       f->name, names.at);
    }
    return fail_at(c, E_INVALID, pointer, "%s 应为%s", "%s should be %s", f->name,
                   c->locale == ZH ? wants[f->kind].zh : wants[f->kind].en);
}

static enum err check_sign(struct ctx *c, const struct shape_field *f, f64 sign, str pointer)
{
    if ((f->rules & POSITIVE) && sign <= 0)
        return fail_at(c, E_INVALID, pointer, "%s 应大于 0", "%s should be above 0", f->name);
    if ((f->rules & NOT_NEGATIVE) && sign < 0)
        return fail_at(c, E_INVALID, pointer, "%s 不能为负", "%s should not be negative", f->name);
    return OK;
}

enum err shape_put_i64(struct ctx *c, const struct shape_field *f, void *at, i64 v, str pointer)
{
    TRY(check_sign(c, f, v > 0 ? 1 : v < 0 ? -1 : 0, pointer));
    switch (f->kind) {
    case K_i64: *(i64 *)at = v; return OK;
    case K_opt_i64: *(opt_i64 *)at = SOME(v); return OK;
    default: return shape_put_f64(c, f, at, (f64)v, pointer);
    }
}

enum err shape_put_f64(struct ctx *c, const struct shape_field *f, void *at, f64 v, str pointer)
{
    TRY(check_sign(c, f, v, pointer));
    switch (f->kind) {
    case K_f64: *(f64 *)at = v; return OK;
    case K_opt_f64: *(opt_f64 *)at = (opt_f64){ true, v }; return OK;
    default: return shape_wrong_kind(c, f, pointer);
    }
}

enum err shape_put_flag(struct ctx *c, const struct shape_field *f, void *at, bool v, str pointer)
{
    switch (f->kind) {
    case K_flag: *(flag *)at = v; return OK;
    case K_opt_flag: *(opt_flag *)at = (opt_flag){ true, v }; return OK;
    default: return shape_wrong_kind(c, f, pointer);
    }
}

enum err shape_put_null(struct ctx *c, const struct shape_field *f, void *at, str pointer)
{
    (void)at;
    switch (f->kind) {
    case K_str:
    case K_json:
    case K_one:
    case K_strs:
    case K_ints:
    case K_list:
    case K_opt_i64:
    case K_opt_f64:
    case K_opt_flag:
    case K_opt_money:
    case K_opt_instant:
        if (f->rules & REQUIRED)
            return fail_at(c, E_INVALID, pointer, "%s 不能为空", "%s should not be null", f->name);
        return OK;
    default: return shape_wrong_kind(c, f, pointer);
    }
}

static enum err put_str(struct ctx *c, const struct shape_field *f, str *at, str text, str pointer)
{
    i64 max = f->rules & LONG ? INT64_MAX : f->rules & SHORT ? SHORT_MAX : STR_MAX;
    if (text.n > max)
        return fail_at(c, E_INVALID, pointer, "%s 太长：最多 %lld 字节",
                       "%s is too long: at most %lld bytes", f->name, (long long)max);
    if (str_has(text, 0) || !str_is_utf8(text))
        return fail_at(c, E_INVALID, pointer, "%s 含有不能保存的字符",
                       "%s holds characters that are not text", f->name);
    if ((f->rules & REQUIRED) && str_empty(str_trim(text)))
        return fail_at(c, E_INVALID, pointer, "%s 不能为空", "%s should not be empty", f->name);
    *at = str_copy(c->arena, text.at ? text : S(""));
    return OK;
}

static enum err put_day(struct ctx *c, const struct shape_field *f, void *at, str text, str pointer)
{
    day d;
    if (!day_parse(text, &d)) return shape_wrong_kind(c, f, pointer);
    *(day *)at = d;
    return OK;
}

enum err shape_put_text(struct ctx *c, const struct shape_field *f, void *at, str text, str pointer)
{
    i64 v;
    switch (f->kind) {
    case K_str: return put_str(c, f, at, text, pointer);
    case K_day: return put_day(c, f, at, text, pointer);
    case K_money:
    case K_opt_money:
        if (!money_parse(text, &v)) return shape_wrong_kind(c, f, pointer);
        TRY(check_sign(c, f, v > 0 ? 1 : v < 0 ? -1 : 0, pointer));
        break;
    case K_instant:
    case K_opt_instant:
        assert(c->zone);
        if (!instant_parse(c->zone, text, false, &v)) return shape_wrong_kind(c, f, pointer);
        break;
    case K_choice: {
        int i = choice_find(f->of, text);
        if (i < 0) return shape_wrong_kind(c, f, pointer);
        *(int *)at = i;
        return OK;
    }
    default: return shape_wrong_kind(c, f, pointer);
    }
    if (f->kind == K_money || f->kind == K_instant) *(i64 *)at = v;
    else *(opt_i64 *)at = SOME(v);
    return OK;
}

/* -- text parameters -------------------------------------------------------------------------- */

static enum err set_list(struct ctx *c, const struct shape_field *f, void *at, str text)
{
    strs parts = str_split(c->arena, text, ',');
    if (f->kind == K_strs) {
        for (i64 i = 0; i < parts.n; i++) parts.at[i] = str_copy(c->arena, parts.at[i]);
        *(strs *)at = parts;
        return OK;
    }
    ints *list = at;
    for (i64 i = 0; i < parts.n; i++)
        if (!i64_parse(parts.at[i], PUSH(c->arena, list)))
            return shape_wrong_kind(c, f, str_of(f->name));
    return OK;
}

enum err shape_set_text(struct ctx *c, const struct shape *shape, void *out, str name, str text)
{
    const struct shape_field *f = shape_find(shape, name);
    if (!f)
        return fail_at(c, E_INVALID, name, "没有名为 " STR_FMT " 的参数",
                       "there is no parameter named " STR_FMT, STR_ARG(str_sub(name, 0, 60)));
    void *at = (char *)out + f->offset;
    str pointer = str_of(f->name);
    i64 i;
    f64 x;
    switch (f->kind) {
    case K_i64:
    case K_opt_i64:
        if (!i64_parse(text, &i)) return shape_wrong_kind(c, f, pointer);
        return shape_put_i64(c, f, at, i, pointer);
    case K_f64:
    case K_opt_f64:
        if (!f64_parse(text, &x)) return shape_wrong_kind(c, f, pointer);
        return shape_put_f64(c, f, at, x, pointer);
    case K_flag:
    case K_opt_flag:
        if (str_eq(text, S("true")) || str_eq(text, S("1")))
            return shape_put_flag(c, f, at, true, pointer);
        if (str_eq(text, S("false")) || str_eq(text, S("0")))
            return shape_put_flag(c, f, at, false, pointer);
        return shape_wrong_kind(c, f, pointer);
    case K_strs:
    case K_ints: return set_list(c, f, at, text);
    default: return shape_put_text(c, f, at, text, pointer);
    }
}

enum err shape_require(struct ctx *c, const struct shape *shape, u64 seen)
{
    assert(shape->n <= 64);
    for (int i = 0; i < shape->n; i++)
        if ((shape->fields[i].rules & REQUIRED) && !(seen >> i & 1))
            return fail_at(c, E_INVALID, str_fmt(c->arena, "/%s", shape->fields[i].name),
                           "缺少 %s，请填写", "%s is missing", shape->fields[i].name);
    return OK;
}
