/* err.c -- the table of errors as rows, and the way a failure is put into words. */
#include "base/ctx.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct err_row rows[] = {
#define X(code, status, name, zh, en) [code] = { status, name, zh, en },
    ERRORS(X)
#undef X
};

const struct err_row *err_row(enum err e) { return &rows[e]; }

/* Cuts a buffer that vsnprintf filled at a whole character, so that no half of a Chinese one is
 * left. */
static void cut_whole(char *at, size_t size, int wanted)
{
    if (wanted < 0 || (size_t)wanted < size) return;
    size_t n = size - 1;
    while (n && ((unsigned char)at[n - 1] & 0xC0) == 0x80) n--;
    if (n && ((unsigned char)at[n - 1] & 0x80)) n--;
    at[n] = 0;
}

static bool within_character(const char *at) { return ((unsigned char)*at & 0xC0) == 0x80; }

/* What is too long is so because of a text it quotes: the middle goes, the sentence stays. */
static void cut_middle(char *at, size_t size, const char *whole, size_t n)
{
    static const char gap[] = "…";
    size_t room = size - sizeof gap, head = room / 3, tail = n - (room - head);
    while (head && within_character(whole + head)) head--;
    while (tail < n && within_character(whole + tail)) tail++;
    memcpy(at, whole, head);
    memcpy(at + head, gap, sizeof gap - 1);
    memcpy(at + head + sizeof gap - 1, whole + tail, n - tail + 1);
}

static void detail(struct ctx *c, enum err e, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    c->why.err = e;
    c->why.field[0] = 0;
    int n = vsnprintf(c->why.detail, sizeof c->why.detail, fmt, args);
    if (n >= (int)sizeof c->why.detail) {
        char *whole = arena_alloc(c->arena, 1, n + 1);
        vsnprintf(whole, (size_t)n + 1, fmt, again);
        cut_middle(c->why.detail, sizeof c->why.detail, whole, (size_t)n);
    }
    va_end(again);
}

enum err fail(struct ctx *c, enum err e, const char *zh, const char *en, ...)
{
    va_list args;
    va_start(args, en);
    detail(c, e, c->locale == ZH ? zh : en, args);
    va_end(args);
    return e;
}

enum err fail_at(struct ctx *c, enum err e, str field, const char *zh, const char *en, ...)
{
    va_list args;
    va_start(args, en);
    detail(c, e, c->locale == ZH ? zh : en, args);
    va_end(args);
    cut_whole(c->why.field, sizeof c->why.field,
              snprintf(c->why.field, sizeof c->why.field, STR_FMT, STR_ARG(field)));
    return e;
}

enum err fail_place(struct ctx *c, enum err e, str field)
{
    if (e != E_INVALID || c->why.field[0]) return e;
    snprintf(c->why.field, sizeof c->why.field, STR_FMT, STR_ARG(field));
    return e;
}

str fail_text(struct ctx *c)
{
    const struct err_row *row = err_row(c->why.err);
    str title = str_of(c->locale == ZH ? row->zh : row->en);
    if (!c->why.detail[0]) return title;
    const char *colon = c->locale == ZH ? "：" : ": ";
    if (!c->why.field[0])
        return str_fmt(c->arena, STR_FMT "%s%s", STR_ARG(title), colon, c->why.detail);
    return str_fmt(c->arena, STR_FMT "%s%s (%s)", STR_ARG(title), colon, c->why.detail,
                   c->why.field);
}
