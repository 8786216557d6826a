/* profile.c -- the fields of a profile: their definitions, and what a value of each type looks
 * like. */
#include "member/profile.h"

#include <assert.h>

#include "base/clock.h"
#include "base/num.h"

CHOICE_DEFINE(field_type, "text", "number", "date", "flag", "choice", "choices");
SHAPE_DEFINE(field_row);

#define FIELD_ROW "SELECT name, zh, en, type, choices, personal, built_in FROM field"
QUERY(field_get, field_row, FIELD_ROW " WHERE name = $1");
QUERY(fields_all, field_row, FIELD_ROW " ORDER BY created_at, name");
CHANGE(field_insert,
       "INSERT INTO field (name, zh, en, type, choices, personal, built_in, created_at)"
       " VALUES ($1, $2, $3, $4, $5, $6, FALSE, $7) ON CONFLICT (name) DO NOTHING");

/* -- definitions ------------------------------------------------------------------------------ */

enum err field_find(struct ctx *c, str name, struct field_row *out, bool *found)
{
    return db_find(c, &field_get, out, found, ARGS(name));
}

enum err field_list(struct ctx *c, struct field_row_list *out)
{
    return db_all(c, &fields_all, out, NO_ARGS);
}

static bool is_field_name(str s)
{
    for (i64 i = 0; i < s.n; i++) {
        char ch = s.at[i];
        bool letter =
            (ch >= 'a' && ch <= 'z') || (i > 0 && ((ch >= '0' && ch <= '9') || ch == '_'));
        if (!letter) return false;
    }
    return s.n > 0 && s.n <= 40;
}

#define CHOICES_MAX ((i64)200)

static enum err choices_join(struct ctx *c, strs choices, str *out)
{
    for (i64 i = 0; i < choices.n; i++) {
        str choice = choices.at[i] = str_trim(choices.at[i]);
        bool usable =
            choice.n > 0 && choice.n <= 200 && !str_has(choice, ',') && !str_has(choice, '\n');
        for (i64 k = 0; k < i; k++) usable &= !str_eq(choices.at[k], choice);
        if (!usable)
            return fail_at(c, E_INVALID, S("choices"), "第 %lld 个选项为空、重复或含有逗号、换行",
                           "choice %lld is empty, repeated or has a comma or line break in it",
                           (long long)(i + 1));
    }
    *out = str_join(c->arena, choices, S("\n"));
    return OK;
}

enum err field_define(struct tx *t, str name, str zh, str en, enum field_type type, strs choices,
                      bool personal)
{
    struct ctx *c = t->c;
    bool chosen = type == FIELD_CHOICE || type == FIELD_CHOICES;
    str joined = NO_STR;
    i64 rows;
    if (!is_field_name(name))
        return fail_at(
            c, E_INVALID, S("name"), "字段名由小写字母、数字和下划线组成，字母开头，至多 40 个",
            "a field's name is made of a-z, 0-9 and _, begins with a letter and has at most 40");
    if (chosen && (choices.n == 0 || choices.n > CHOICES_MAX))
        return fail_at(c, E_INVALID, S("choices"), "请给出 1 到 %lld 个选项",
                       "give 1 to %lld choices", (long long)CHOICES_MAX);
    if (chosen) TRY(choices_join(c, choices, &joined));
    TRY(tx_change_rows(t, &field_insert, &rows,
                       ARGS(name, str_or(zh, name), str_or(en, name),
                            choice_name(&field_type_choice, type), joined, personal, c->now)));
    if (rows == 0)
        return fail_at(c, E_CONFLICT, S("name"), "已有同名字段", "there is a field of this name");
    return OK;
}

/* -- values by type: a table of readers ------------------------------------------------------- */

typedef bool value_fn(struct ctx *c, const struct field_row *field, str in, str *out);

static bool read_text(struct ctx *c, const struct field_row *field, str in, str *out)
{
    (void)c, (void)field;
    *out = in;
    return in.n <= 1000 && str_is_utf8(in);
}

static bool read_number(struct ctx *c, const struct field_row *field, str in, str *out)
{
    f64 number;
    (void)field;
    *out = str_fold(c->arena, in);
    return f64_parse(*out, &number);
}

static bool read_date(struct ctx *c, const struct field_row *field, str in, str *out)
{
    day d;
    instant at;
    (void)field;
    if (!day_parse(in, &d)) {
        if (!instant_parse(c->zone, in, false, &at)) return false;
        d = zone_day(c->zone, at);
    }
    *out = day_text(c->arena, d);
    return true;
}

static bool read_flag(struct ctx *c, const struct field_row *field, str in, str *out)
{
    static const char *const yes[] = { "true", "yes", "y", "1", "是", "有" };
    static const char *const no[] = { "false", "no", "n", "0", "否", "无", "没有" };
    str low = str_fold(c->arena, in);
    (void)field;
    for (i64 i = 0; i < COUNT(yes); i++)
        if (str_eq(low, str_of(yes[i]))) return *out = S("true"), true;
    for (i64 i = 0; i < COUNT(no); i++)
        if (str_eq(low, str_of(no[i]))) return *out = S("false"), true;
    return false;
}

static bool read_choice(struct ctx *c, const struct field_row *field, str in, str *out)
{
    str low = str_fold(c->arena, str_trim(in));
    for (str rest = field->choices; rest.at;) {
        str choice;
        rest = str_cut(rest, '\n', &choice);
        if (!str_eq(str_fold(c->arena, choice), low)) continue;
        *out = choice;
        return true;
    }
    return false;
}

/* "美妆, 旅行", with any comma people use; kept in the order of the definition, each once. */
static bool read_choices(struct ctx *c, const struct field_row *field, str in, str *out)
{
    static const char *const commas[] = { "，", "、", ";", "；", "|" };
    for (i64 i = 0; i < COUNT(commas); i++)
        in = str_replace(c->arena, in, str_of(commas[i]), S(","));
    strs parts = str_split(c->arena, in, ','), all = str_split(c->arena, field->choices, '\n');
    strs kept = { NEWS(c->arena, str, all.n), 0 };
    for (i64 i = 0; i < parts.n; i++)
        if (!read_choice(c, field, parts.at[i], &parts.at[i])) return false;
    for (i64 i = 0; i < all.n; i++)
        for (i64 k = 0; k < parts.n; k++)
            if (str_eq(all.at[i], parts.at[k])) {
                kept.at[kept.n++] = all.at[i];
                break;
            }
    *out = str_join(c->arena, kept, S(","));
    return kept.n > 0;
}

static const struct {
    value_fn *read;
    const char *zh, *en; /* what was expected */
} types[] = {
    [FIELD_TEXT] = { read_text, "一段文字，至多 1000 字节", "text of at most 1000 bytes" },
    [FIELD_NUMBER] = { read_number, "一个数", "a number" },
    [FIELD_DATE] = { read_date, "一个日期，例如 1995-08-20", "a date such as 1995-08-20" },
    [FIELD_FLAG] = { read_flag, "是或否", "true or false" },
    [FIELD_CHOICE] = { read_choice, "其中一个选项", "one of the choices" },
    [FIELD_CHOICES] = { read_choices, "若干选项，用逗号隔开",
                        "some of the choices, apart by commas" },
};

enum err field_value(struct ctx *c, const struct field_row *field, str in, str *out)
{
    in = str_trim(in);
    if (types[field->type].read(c, field, in, out)) return OK;
    str choices = str_replace(c->arena, field->choices, S("\n"), S(" "));
    return fail_at(c, E_INVALID, field->name, "%s：应当是%s%s%.*s", "%s: expected %s%s%.*s",
                   str_z(c->arena, say(c, field->zh, field->en)),
                   c->locale == ZH ? types[field->type].zh : types[field->type].en,
                   choices.n ? (c->locale == ZH ? "：" : ": ") : "", STR_ARG(choices));
}
