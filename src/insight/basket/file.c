/* file.c -- baskets from a file: one a line, items by comma, as data sets of this kind come. */
#include <zlib.h>

#include "insight/basket/inside.h"

#define LINE_BYTES_MAX (1 << 20)
#define READ_BYTES     (1 << 18)

struct basket_file {
    struct ctx *c;
    struct basket_maker *maker;
    gzFile in;
    str path;
    i64 line; /* that the open basket begins on */
    i64 bytes;
    struct buf cell;
    bool quoted, closed; /* within quotes; after the closing quote */
};

static void file_close(void *in) { gzclose(in); }

static enum err bad_line(struct basket_file *f, const char *zh, const char *en)
{
    return fail(f->c, E_INVALID, "“" STR_FMT "”第 %lld 行%s", "\"" STR_FMT "\", line %lld: %s",
                STR_ARG(f->path), (long long)f->line, f->c->locale == ZH ? zh : en);
}

static enum err cell_end(struct basket_file *f)
{
    str cell = str_trim(buf_str(&f->cell));
    u32 item;
    f->cell.n = 0;
    f->closed = false;
    if (cell.n == 0) return OK;
    if (cell.n > BASKET_NAME_BYTES)
        return bad_line(f, "有一件商品的名字超过 1000 字节：请检查分隔符是否为逗号",
                        "an item is longer than 1,000 bytes: are items parted by commas?");
    if (!str_is_line(cell))
        return bad_line(f, "不是 UTF-8 文字：请另存为 UTF-8",
                        "this is not UTF-8 text: save the file as UTF-8");
    TRY(basket_name(f->maker, cell, &item));
    basket_put(f->maker, item);
    return OK;
}

static enum err line_end(struct basket_file *f)
{
    bool too_large;
    TRY(cell_end(f));
    TRY(basket_end(f->maker, &too_large));
    if (too_large)
        return bad_line(f, "超过 5000 件商品：一行应是一个购物篮",
                        "more than 5,000 items: a line should be one basket");
    f->bytes = 0;
    return OK;
}

static enum err take(struct basket_file *f, char byte, i64 *lines)
{
    if (++f->bytes > LINE_BYTES_MAX)
        return bad_line(f, "超过 1 MiB：引号没有闭合，或者不是每行一个购物篮的文件",
                        "longer than 1 MiB: a quote is not closed, or a line is not a basket");
    if (f->quoted) {
        if (byte == '"') f->quoted = false, f->closed = true;
        else buf_byte(&f->cell, byte);
    } else if (byte == '\n') {
        TRY(line_end(f));
        f->line = *lines + 1;
    } else if (byte == ',') {
        TRY(cell_end(f));
    } else if (byte == '"' && f->closed) {
        buf_byte(&f->cell, '"'); /* "" within quotes */
        f->quoted = true;
    } else if (byte == '"' && str_trim(buf_str(&f->cell)).n == 0) {
        f->cell.n = 0;
        f->quoted = true;
    } else if (byte != '\r') {
        buf_byte(&f->cell, byte);
    }
    return OK;
}

static enum err read_all(struct basket_file *f)
{
    char *bytes = NEWS(f->c->arena, char, READ_BYTES);
    i64 lines = 0;
    bool first = true;
    for (;;) {
        int n = gzread(f->in, bytes, READ_BYTES);
        if (n < 0)
            return fail(f->c, E_INVALID, "“" STR_FMT "”读到第 %lld 行后读不下去：文件损坏或被截断",
                        "\"" STR_FMT "\" cannot be read beyond line %lld: it is damaged or cut "
                        "short",
                        STR_ARG(f->path), (long long)f->line);
        if (n == 0) break;
        int from = first && n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
        first = false;
        for (int i = from; i < n; i++) {
            lines += bytes[i] == '\n';
            TRY(take(f, bytes[i], &lines));
        }
    }
    int damaged = Z_OK;
    gzerror(f->in, &damaged);
    if (damaged != Z_OK && damaged != Z_STREAM_END)
        return bad_line(f, "：文件被截断", "the file is cut short");
    if (f->quoted) return bad_line(f, "的引号没有闭合", "a quote is not closed");
    return line_end(f);
}

enum err baskets_read(struct ctx *c, str path, struct baskets *out)
{
    struct basket_file f = { .c = c, .path = path, .line = 1, .cell.arena = c->arena };
    f.maker = baskets_new(c);
    f.in = gzopen(str_z(c->arena, path), "rb");
    if (!f.in)
        return fail(c, E_NOT_FOUND, "打不开文件“" STR_FMT "”", "\"" STR_FMT "\" cannot be opened",
                    STR_ARG(path));
    arena_defer(c->arena, file_close, f.in);
    gzbuffer(f.in, READ_BYTES);
    TRY(read_all(&f));
    baskets_done(f.maker, out);
    if (out->n == 0)
        return fail(c, E_INVALID, "“" STR_FMT "”里没有购物篮：应是每行一个购物篮，商品用逗号隔开",
                    "\"" STR_FMT "\" holds no baskets: write one a line, items parted by commas",
                    STR_ARG(path));
    return OK;
}
