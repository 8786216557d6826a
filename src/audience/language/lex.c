/* lex.c -- characters to tokens, also as Chinese keyboards write them: （ ） ， “ ” ＝ ≥. */
#include <stdarg.h>
#include <stdio.h>

#include "audience/language/language.h"
#include "base/num.h"

/* -- places and errors ------------------------------------------------------------------------ */

void segment_place(str text, i64 at, i32 *line, i32 *column)
{
    i64 start = 0;
    *line = 1;
    for (i64 i = 0; i < at && i < text.n; i++)
        if (text.at[i] == '\n') {
            ++*line;
            start = i + 1;
        }
    *column = (i32)str_points(str_sub(text, start, at)) + 1;
}

enum err segment_fail(struct lexer *l, i64 at, const char *zh, const char *en, ...)
{
    char detail[400];
    i32 line, column;
    va_list args;
    va_start(args, en);
    vsnprintf(detail, sizeof detail, l->c->locale == ZH ? zh : en, args);
    va_end(args);
    segment_place(l->text, at, &line, &column);
    str field = str_fmt(l->c->arena, "%d:%d", line, column);
    return fail_at(l->c, E_INVALID, field, "第 %d 行第 %d 个字：%s", "line %d, column %d: %s", line,
                   column, detail);
}

/* -- characters ------------------------------------------------------------------------------- */

static const struct {
    const char *written;
    enum token_kind kind;
} marks[] = {
    { "!=", TOKEN_IS_NOT },     { "<>", TOKEN_IS_NOT },   { "<=", TOKEN_AT_MOST },
    { ">=", TOKEN_AT_LEAST },   { "==", TOKEN_IS },       { "=", TOKEN_IS },
    { "<", TOKEN_BELOW },       { ">", TOKEN_ABOVE },     { "(", TOKEN_OPEN },
    { ")", TOKEN_CLOSE },       { ",", TOKEN_COMMA },     { "（", TOKEN_OPEN },
    { "）", TOKEN_CLOSE },      { "，", TOKEN_COMMA },    { "、", TOKEN_COMMA },
    { "！=", TOKEN_IS_NOT },    { "！＝", TOKEN_IS_NOT }, { "≠", TOKEN_IS_NOT },
    { "≤", TOKEN_AT_MOST },     { "≥", TOKEN_AT_LEAST },  { "＜＝", TOKEN_AT_MOST },
    { "＞＝", TOKEN_AT_LEAST }, { "＝", TOKEN_IS },       { "＜", TOKEN_BELOW },
    { "＞", TOKEN_ABOVE },
};
static const struct {
    const char *open, *close;
} quotes[] = { { "\"", "\"" }, { "“", "”" }, { "”", "”" }, { "「", "」" }, { "＂", "＂" } };

static str rest_of(const struct lexer *l) { return str_sub(l->text, l->at, l->text.n); }
static bool ahead(const struct lexer *l, const char *z)
{
    return str_starts(rest_of(l), str_of(z));
}

static void skip_blanks(struct lexer *l)
{
    for (;;) {
        if (l->at < l->text.n && strchr(" \t\r\n", l->text.at[l->at])) l->at++;
        else if (ahead(l, "　")) l->at += (i64)strlen("　");
        else return;
    }
}

static bool is_digit(const struct lexer *l, i64 at)
{
    return at < l->text.n && l->text.at[at] >= '0' && l->text.at[at] <= '9';
}

static bool is_letter(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_';
}

/* A name ends before marks and quotes of either keyboard. */
static bool in_name(const struct lexer *l)
{
    if (l->at >= l->text.n) return false;
    char ch = l->text.at[l->at];
    if (is_letter(ch) || is_digit(l, l->at)) return true;
    if ((u8)ch < 0x80 || ahead(l, "　")) return false;
    for (i64 i = 0; i < COUNT(marks); i++)
        if (ahead(l, marks[i].written)) return false;
    for (i64 i = 0; i < COUNT(quotes); i++)
        if (ahead(l, quotes[i].open) || ahead(l, quotes[i].close)) return false;
    return true;
}

static enum err lex_name(struct lexer *l, struct token *t)
{
    t->kind = TOKEN_NAME;
    while (in_name(l)) l->at++;
    t->text = str_sub(l->text, t->at, l->at);
    return OK;
}

static enum err lex_text(struct lexer *l, struct token *t, const char *open, const char *close)
{
    struct buf out = { .arena = l->c->arena };
    t->kind = TOKEN_TEXT;
    l->at += (i64)strlen(open);
    while (l->at < l->text.n && !ahead(l, close)) {
        char ch = l->text.at[l->at++];
        if ((u8)ch < ' ')
            return segment_fail(l, l->at - 1, "引号里不能有换行等控制字符",
                                "a text in quotes cannot have control characters or line breaks");
        if (ch == '\\') {
            char next = l->at < l->text.n ? l->text.at[l->at++] : 0;
            if (next != '"' && next != '\\')
                return segment_fail(l, l->at - 1, "\\ 后面应当是 \" 或 \\",
                                    "after \\ comes \" or \\");
            ch = next;
        }
        buf_byte(&out, ch);
    }
    if (l->at >= l->text.n)
        return segment_fail(l, t->at, "这里开始的引号没有结束",
                            "the text that begins here has no closing quote");
    l->at += (i64)strlen(close);
    t->text = buf_str(&out);
    return OK;
}

static const struct {
    const char *written;
    char unit;
} units[] = { { "h", 'h' },    { "d", 'd' },  { "w", 'w' },
              { "小时", 'h' }, { "天", 'd' }, { "周", 'w' } };

static bool lex_date(struct lexer *l, struct token *t)
{
    i64 end = l->at;
    day d;
    while (is_digit(l, end)) end++;
    if (end - l->at != 4 || end + 1 >= l->text.n || l->text.at[end] != '-' || !is_digit(l, end + 1))
        return false;
    while (is_digit(l, end) || (end < l->text.n && l->text.at[end] == '-')) end++;
    if (!day_parse(str_sub(l->text, l->at, end), &d)) return false;
    *t = (struct token){ .kind = TOKEN_DATE, .at = t->at, .number = d };
    l->at = end;
    return true;
}

/* A century: more is surely a slip, and sums of instants stay far from overflow. */
#define DURATION_DAYS_MAX 36525
/* In ten-thousandths: neighbours of any number are numbers too. */
#define NUMBER_MAX ((i64)900000000000000000)

static enum err lex_duration(struct lexer *l, struct token *t, str digits, bool *is)
{
    for (i64 i = 0; i < COUNT(units) && !*is; i++) {
        if (!ahead(l, units[i].written)) continue;
        *is = true;
        t->kind = TOKEN_DURATION;
        t->unit = units[i].unit;
        l->at += (i64)strlen(units[i].written);
    }
    if (*is && (!i64_parse(digits, &t->number) || t->number < 1 ||
                t->number > DURATION_DAYS_MAX * DAY_MS / segment_unit_ms(t->unit)))
        return segment_fail(l, t->at, "时长应当是 1 到 %d 天的整数，如 30d",
                            "a duration is a whole number from 1 to %d days, like 30d",
                            DURATION_DAYS_MAX);
    return OK;
}

static enum err lex_number(struct lexer *l, struct token *t)
{
    bool duration = false;
    if (lex_date(l, t)) return OK;
    if (l->text.at[l->at] == '-') l->at++;
    while (is_digit(l, l->at)) l->at++;
    if (l->at < l->text.n && l->text.at[l->at] == '.' && is_digit(l, l->at + 1))
        for (l->at++; is_digit(l, l->at);) l->at++;
    str digits = str_sub(l->text, t->at, l->at);
    TRY(lex_duration(l, t, digits, &duration));
    if (!duration) {
        t->kind = TOKEN_NUMBER;
        bool read = money_parse(digits, &t->number);
        if (!read || t->number > NUMBER_MAX || t->number < -NUMBER_MAX)
            return segment_fail(l, t->at, "这个数太大，或小数超过四位",
                                "this number is too large or has more than four decimals");
    }
    if (in_name(l))
        return segment_fail(
            l, l->at, "数字后面只能接 d（天）、w（周）或 h（小时），日期写作 2024-05-01",
            "after a number only d, w or h may stand; dates are written 2024-05-01");
    return OK;
}

enum err token_next(struct lexer *l, struct token *t)
{
    skip_blanks(l);
    *t = (struct token){ .at = l->at };
    enum err e = OK;
    bool minus = l->at < l->text.n && l->text.at[l->at] == '-' && is_digit(l, l->at + 1);
    if (l->at >= l->text.n) return t->end = l->at, OK;
    for (i64 i = 0; i < COUNT(quotes); i++)
        if (ahead(l, quotes[i].open)) {
            e = lex_text(l, t, quotes[i].open, quotes[i].close);
            return t->end = l->at, e;
        }
    for (i64 i = 0; i < COUNT(marks); i++)
        if (ahead(l, marks[i].written)) {
            t->kind = marks[i].kind;
            t->end = l->at += (i64)strlen(marks[i].written);
            return OK;
        }
    if (minus || is_digit(l, l->at)) e = lex_number(l, t);
    else if (in_name(l)) e = lex_name(l, t);
    else
        e = segment_fail(l, l->at, "这里不能有“%c”", "\"%c\" cannot stand here",
                         (u8)l->text.at[l->at] < ' ' ? '?' : l->text.at[l->at]);
    t->end = l->at;
    return e;
}
