/* csv.c -- rows out of separated text, as fast as bytes can be looked at.
 *
 * Invariants
 *   1. buf[start..end) is decoded text not yet given out; buf[end] is a NUL that ends every scan.
 *   2. a row is cut into spans first, without changing the text, so that it can be cut again after
 * more text came; only then are its quotes taken out, in place.
 *   3. no row is longer than LINE_MAX_BYTES; a NUL in the file is met as an error at its row.
 */
#include "sheet/parts.h"

#include <assert.h>
#include <stdlib.h>

#define BUF_ROOM      (4 << 20)
#define READ_AT_LEAST (256 << 10)

struct span {
    u32 from, n; /* n with SPAN_QUOTED: the text has quotes to take out */
};
#define SPAN_QUOTED (1u << 31)

struct csv {
    struct source *source;
    char *buf;
    i64 start, end;
    i64 nul_at; /* first NUL of the file within buf; -1: none */
    bool ended;
    struct problem failed; /* of the source: told when all rows before it have been given out */
    i64 number;            /* of the last row given out */
    char separator;
    u8 special[256];
    struct span *spans;
    str *cells;
    i64 room; /* of spans and cells */
};

static void refill(struct ctx *c, struct csv *csv)
{
    i64 kept = csv->end - csv->start;
    if (csv->start) memmove(csv->buf, csv->buf + csv->start, (size_t)kept);
    if (csv->nul_at >= 0) csv->nul_at -= csv->start;
    csv->start = 0;
    csv->end = kept;
    while (!csv->ended && BUF_ROOM - csv->end > READ_AT_LEAST) {
        i64 n = 0;
        if (source_read(c, csv->source, csv->buf + csv->end, BUF_ROOM - csv->end, &n) != OK) {
            csv->failed = c->why;
            n = 0;
        }
        if (n == 0) csv->ended = true;
        if (n && csv->nul_at < 0) {
            const char *nul = memchr(csv->buf + csv->end, 0, (size_t)n);
            if (nul) csv->nul_at = nul - csv->buf;
        }
        csv->end += n;
    }
    csv->buf[csv->end] = 0;
}

/* How well a character parts the first lines: often in the first, and as often in the others. */
static i64 separator_score(const struct csv *csv, char candidate)
{
    i64 lines = 0, least = INT64_MAX, in_line = 0, first = 0, filled = 0;
    bool quoted = false;
    for (i64 i = csv->start; i < csv->end && lines < 10; i++) {
        char b = csv->buf[i];
        if (b == '"') quoted = !quoted;
        if (!quoted && b == candidate) in_line++;
        if (b != '\n' || quoted) {
            filled += b != '\r';
            continue;
        }
        if (filled && lines++ == 0) first = in_line;
        if (filled && in_line < least) least = in_line;
        in_line = filled = 0;
    }
    if (lines == 0) first = least = in_line;
    return least * 4 + (least == first ? first : 0) + first;
}

/* "sep=;" in the first line is Excel's way to say it; else the candidate that parts the lines best.
 */
static char find_separator(struct csv *csv)
{
    static const char candidates[] = { ',', '\t', ';', '|' };
    str head = { csv->buf, csv->end };
    if (str_starts(head, S("sep=")) && head.n > 5 && (head.at[5] == '\r' || head.at[5] == '\n')) {
        csv->start = head.at[5] == '\r' && head.n > 6 && head.at[6] == '\n' ? 7 : 6;
        csv->number = 1;
        return head.at[4];
    }
    char best = ',';
    i64 best_score = 0;
    for (i64 k = 0; k < COUNT(candidates); k++) {
        i64 score = separator_score(csv, candidates[k]);
        if (score <= best_score) continue;
        best_score = score;
        best = candidates[k];
    }
    return best;
}

enum err csv_open(struct ctx *c, struct source *source, char separator, struct csv **out)
{
    struct csv *csv = calloc(1, sizeof *csv);
    if (!csv) abort();
    csv->source = source;
    csv->nul_at = -1;
    csv->buf = malloc(BUF_ROOM + 16);
    csv->room = 64;
    csv->spans = calloc((size_t)csv->room, sizeof *csv->spans);
    csv->cells = calloc((size_t)csv->room, sizeof *csv->cells);
    if (!csv->buf || !csv->spans || !csv->cells) abort();
    refill(c, csv);
    csv->separator = separator ? separator : find_separator(csv);
    csv->special[0] = csv->special['\n'] = csv->special['\r'] = 1;
    csv->special[(u8)csv->separator] = 1;
    *out = csv;
    return OK;
}

void csv_close(struct csv *csv)
{
    if (!csv) return;
    free(csv->buf);
    free(csv->spans);
    free(csv->cells);
    free(csv);
}

static void more_cells(struct csv *csv)
{
    csv->room *= 2;
    csv->spans = realloc(csv->spans, (size_t)csv->room * sizeof *csv->spans);
    csv->cells = realloc(csv->cells, (size_t)csv->room * sizeof *csv->cells);
    if (!csv->spans || !csv->cells) abort();
}

/* Where the text of a quoted cell begins: after `"` or `="`, blanks before it passed over. NULL:
 * not quoted. */
static const char *opening_quote(const struct csv *csv, const char *p)
{
    while (*p == ' ' || (*p == '\t' && csv->separator != '\t')) p++;
    if (*p == '=') p++;
    return *p == '"' ? p + 1 : NULL;
}

/* The end of a quoted cell: at a separator, a line's end or the end of the text. *closed: its quote
 * was met. */
static const char *quoted_end(const struct csv *csv, const char *p, bool *closed)
{
    const char *end = csv->buf + csv->end;
    *closed = false;
    for (;;) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        if (!quote) return end;
        p = quote + 1;
        if (*p == '"' && p < end) {
            p++;
            continue;
        }
        *closed = true;
        while (!csv->special[(u8)*p])
            p++; /* what follows a quote belongs to the cell all the same */
        return p;
    }
}

enum cut { CUT_ROW, CUT_MORE, CUT_UNCLOSED, CUT_END };

/* Cuts the row at start into spans. *n cells, *next where the next row begins. */
static enum cut cut_row(struct csv *csv, i64 *n, i64 *next)
{
    const char *base = csv->buf, *end = base + csv->end, *p = base + csv->start;
    *n = 0;
    if (p == end) return csv->ended ? CUT_END : CUT_MORE;
    for (;;) {
        const char *from = p;
        u32 mark = 0;
        const char *quoted = NULL;
        if (*p == '"' || *p == '=' || *p == ' ' || *p == '\t') quoted = opening_quote(csv, p);
        if (quoted) {
            bool closed = false;
            p = quoted_end(csv, quoted, &closed);
            mark = SPAN_QUOTED;
            if (!closed) return csv->ended ? CUT_UNCLOSED : CUT_MORE;
        } else {
            while (!csv->special[(u8)*p]) p++;
        }
        while (*p == 0 && p < end) { /* a NUL of the file: refused once the row is known */
            p++;
            while (!csv->special[(u8)*p]) p++;
        }
        if (p == end && !csv->ended) return CUT_MORE;
        if (*n == csv->room) more_cells(csv);
        csv->spans[(*n)++] = (struct span){ (u32)(from - base), (u32)(p - from) | mark };
        if (p == end) break;
        if (*p == '\r') {
            if (p + 1 == end && !csv->ended) return CUT_MORE;
            p += p[1] == '\n' ? 2 : 1;
            break;
        }
        if (*p++ == '\n') break;
    }
    *next = p - base;
    return CUT_ROW;
}

/* Takes the quotes out of a cell, in place. */
static str unquote(const struct csv *csv, char *at, i64 n)
{
    const char *text = opening_quote(csv, at), *end = at + n;
    if (end[-1] == '"' && !memchr(text, '"', (size_t)(end - 1 - text)))
        return clean_cell(text, end - 1 - text);
    char *put = at;
    bool inside = true;
    for (const char *p = text; p < end; p++) {
        if (*p != '"' || !inside) {
            *put++ = *p;
        } else if (p + 1 < end && p[1] == '"') {
            *put++ = *p++;
        } else {
            inside = false;
        }
    }
    return clean_cell(at, put - at);
}

static enum err line_too_long(struct ctx *c, const struct csv *csv)
{
    return fail(
        c, E_INVALID, "第 %lld 行超过 1 MB，多半是引号没有配对或文件已损坏，请检查这一行",
        "row %lld is longer than 1 MB: probably a quote is not closed or the file is damaged",
        (long long)csv->number + 1);
}

enum err csv_next(struct ctx *c, struct csv *csv, struct raw_row *row, bool *more)
{
    i64 n = 0, next = 0;
    enum cut cut;
    while ((cut = cut_row(csv, &n, &next)) == CUT_MORE) {
        if (csv->end - csv->start > LINE_MAX_BYTES) return line_too_long(c, csv);
        refill(c, csv);
    }
    if (csv->nul_at >= csv->start && csv->nul_at < (cut == CUT_ROW ? next : csv->end))
        return fail(c, E_INVALID, "第 %lld 行里有空字节（NUL），文件已损坏或不是 csv",
                    "row %lld holds a NUL byte: the file is damaged or not csv",
                    (long long)csv->number + 1);
    if (cut == CUT_END || (csv->failed.err != OK && (cut == CUT_UNCLOSED || next == csv->end))) {
        *more = false; /* a last row that the fault may have cut is not given out */
        if (csv->failed.err != OK) c->why = csv->failed;
        return csv->failed.err;
    }
    if ((cut == CUT_ROW ? next : csv->end) - csv->start > LINE_MAX_BYTES)
        return line_too_long(c, csv);
    if (cut == CUT_UNCLOSED)
        return fail(c, E_INVALID, "第 %lld 行的引号到文件末尾都没有结束，文件可能被截断",
                    "the quote opened in row %lld is never closed: the file may be cut short",
                    (long long)csv->number + 1);
    *row = (struct raw_row){ .number = ++csv->number, .n = n };
    str text = { csv->buf + csv->start, next - csv->start };
    if (source_replaced(csv->source) && str_find(text, S("\xEF\xBF\xBD")) >= 0)
        row->bad = say(c, S("有无法识别的文字（编码错误）"),
                       S("some bytes are not text in the file's encoding"));
    for (i64 i = 0; i < n; i++) {
        char *at = csv->buf + csv->spans[i].from;
        i64 len = csv->spans[i].n & ~SPAN_QUOTED;
        csv->cells[i] = csv->spans[i].n & SPAN_QUOTED ? unquote(csv, at, len) : clean_cell(at, len);
    }
    row->cells = csv->cells;
    csv->start = next;
    *more = true;
    return OK;
}
