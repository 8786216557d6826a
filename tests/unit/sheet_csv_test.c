/* sheet_csv_test.c -- separated text of every kind people have: quotes, encodings, gzip, broken
 * files, writing it. */
#include "sheet/sheet.h"
#include "test.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

/* -- files and what is read from them ---------------------------------------------------------- */

/* All rows as "number: a|b|c\n", a bad one with its reason; after an error what came before it. */
static str read_all_with(str path, struct sheet_options o, enum err want)
{
    struct ctx *c = test_ctx();
    struct buf out = { .arena = c->arena };
    struct sheet *s = NULL;
    enum err e = sheet_open(c, path, o, &s);
    if (e == OK) {
        strs columns = sheet_columns(s);
        buf_add(&out, str_join(c->arena, columns, S("|")));
        buf_byte(&out, '\n');
    }
    struct sheet_row row;
    for (bool more = true; e == OK;) {
        e = sheet_next(c, s, &row, &more);
        if (e != OK || !more) break;
        buf_fmt(&out, "%lld: ", (long long)row.number);
        buf_add(&out, str_join(c->arena, (strs){ (str *)row.cells, row.n }, S("|")));
        if (!str_empty(row.bad)) buf_fmt(&out, " BAD " STR_FMT, STR_ARG(row.bad));
        buf_byte(&out, '\n');
    }
    CHECK_ERR(c, e, want);
    sheet_close(s);
    return buf_str(&out);
}

static str read_all(str path) { return read_all_with(path, (struct sheet_options){ 0 }, OK); }

#define READS(TEXT, WANT) CHECK_STR(read_all(test_file(TEXT)), WANT)

/* -- cells ------------------------------------------------------------------------------------- */

TEST(cells_come_clean)
{
    READS("\xEF\xBB\xBF"
          "a, b ,c\n 1 ,\t2,'3\n=\"0012\",\"=\"\"x,1\"\"\",\"\t6917\"\n",
          "a|b|c\n2: 1|2|3\n3: 0012|x,1|6917\n");
    READS("a,b\n\"x, \"\"y\"\"\",\"two\nlines\"\n\"\",\n\"q\" ,2\n",
          "a|b\n2: x, \"y\"|two\nlines\n4: q|2\n");
    READS("a;b\r\n1;2\r\n\r\n3;4", "a|b\n2: 1|2\n4: 3|4\n");
    READS("a\tb\n1,5\t2\n", "a|b\n2: 1,5|2\n");
    READS("a|b\n1,5|2\n", "a|b\n2: 1,5|2\n");
    READS("sep=;\na;b\n1,2;3\n", "a|b\n3: 1,2|3\n");
    READS("a,b\r1,2\r3,4\r", "a|b\n2: 1|2\n3: 3|4\n");
    READS("a,b\n=\"1,2\",3\n = \"4\",5\n", "a|b\n2: 1,2|3\n3: = \"4\"|5\n");
    READS("号,名\n１,　张三　\n", "号|名\n2: １|张三\n");
}

TEST(rows_are_matched_to_the_header)
{
    READS("a,b,c\n1\n1,2,3,\n1,2,3,,,\n1,2,3,4\n",
          "a|b|c\n2: 1||\n3: 1|2|3\n4: 1|2|3\n5: 1|2|3 BAD it has 4 cells, the header 3 columns\n");
    READS("a,,a\n1,2,3\n", "a|column 2|a (2)\n2: 1|2|3\n");
    READS("a,b,\n1,2\n", "a|b|column 3\n2: 1|2|\n");
    READS("Orders of June\n\na,b,c\n1,2,3\n", "a|b|c\n4: 1|2|3\n");
    READS("a\n1\n2\n", "a\n2: 1\n3: 2\n");
    READS("a\n", "a\n");
}

TEST(a_repeated_header_and_empty_rows_are_passed_over)
{
    READS("\n ,\na,b\n1,2\n,,\na,b\n\na,b,\n3,4\n", "a|b\n4: 1|2\n9: 3|4\n");
}

TEST(columns_can_be_named)
{
    str names[] = { S("user"), S(" item ") };
    struct sheet_options o = { .columns = { names, 2 } };
    CHECK_STR(read_all_with(test_file("1,2\r\n3,4\r\n"), o, OK), "user|item\n1: 1|2\n2: 3|4\n");
    o.separator = ';';
    CHECK_STR(read_all_with(test_file("1,2;x\n"), o, OK), "user|item\n1: 1,2|x\n");
}

/* -- encodings --------------------------------------------------------------------------------- */

static str converted(const char *text, const char *encoding, const char *mark, i64 mark_n)
{
    char *out = arena_alloc(test_ctx()->arena, 4, (i64)strlen(text) + 8), *to = out + mark_n;
    memcpy(out, mark, (size_t)mark_n);
    char *from = (char *)(uintptr_t)text;
    size_t left = strlen(text), room = 4 * strlen(text);
    iconv_t cd = iconv_open(encoding, "UTF-8");
    CHECK(cd != (iconv_t)-1 && iconv(cd, &from, &left, &to, &room) == 0);
    iconv_close(cd);
    return test_file_of(out, to - out);
}

TEST(encodings_are_found_by_content)
{
    const char *text = "订单编号,买家\n1,张三\n2,𠮷野\n";
    const char *want = "订单编号|买家\n2: 1|张三\n3: 2|𠮷野\n";
    READS(text, want);
    CHECK_STR(read_all(converted(text, "GB18030", "", 0)), want);
    CHECK_STR(read_all(converted(text, "UTF-16LE", "\xFF\xFE", 2)), want);
    CHECK_STR(read_all(converted(text, "UTF-16BE", "\xFE\xFF", 2)), want);
    CHECK_STR(read_all(converted("order,name,x\n1,a,b\n", "UTF-16LE", "", 0)),
              "order|name|x\n2: 1|a|b\n");
    CHECK_STR(read_all(test_file_of("a,b\n\x80"
                                    "5,\xCC\xEC\n",
                                    9)),
              "a|b\n2: €5|天\n"); /* Windows' euro sign */
}

TEST(encoding_is_decided_at_the_first_letter_beyond_ascii)
{
    struct ctx *c = test_ctx();
    struct buf b = { .arena = c->arena };
    buf_add(&b, S("id,name\n"));
    for (int i = 0; i < 300000; i++) buf_add(&b, S("1,abc\n"));
    buf_add(&b, S("2,\xD5\xC5\xC8\xFD\n")); /* 张三 */
    str path = test_file_of(b.at, b.n);
    struct sheet *s = NULL;
    CHECK_OK(c, sheet_open(c, path, (struct sheet_options){ 0 }, &s));
    struct sheet_row row = { 0 }, last = { 0 };
    for (bool more = true; more; last = more ? row : last)
        CHECK_OK(c, sheet_next(c, s, &row, &more));
    CHECK_I64(last.number, 300002);
    CHECK_STR(last.cells[1], "张三");
    sheet_close(s);
}

TEST(a_row_with_bytes_that_are_no_text_is_bad)
{
    str got = read_all(
        test_file("编号,名称\n1,好好好好好好好好好好好好好好好好好好好好\n2,断\xE5\xA5\n3,行\n"));
    CHECK(str_find(got, S("3: 2|断")) > 0);
    CHECK(str_find(got, S("BAD some bytes are not text")) > 0);
    CHECK(str_find(got, S("\n4: 3|行\n")) > 0);
    u8 noise[4000];
    struct dice d = { 7 };
    for (int i = 0; i < 4000; i++) noise[i] = (u8)(dice_next(&d) | 1);
    read_all_with(test_file_of(noise, 4000), (struct sheet_options){ 0 }, E_UNSUPPORTED);
}

/* -- broken files ------------------------------------------------------------------------------ */

static void refused(str path, const char *want_rows, enum err want, const char *in_detail)
{
    CHECK_STR(read_all_with(path, (struct sheet_options){ 0 }, want), want_rows);
    if (str_find(str_of(test_ctx()->why.detail), str_of(in_detail)) < 0) {
        print_message("detail: %s\n", test_ctx()->why.detail);
        CHECK(!"the detail names the place");
    }
}

TEST(broken_files_are_refused_with_the_place)
{
    refused(test_file(""), "", E_INVALID, "empty");
    refused(test_file("\n\n,\n"), "", E_INVALID, "nothing");
    refused(test_file("a,b\n1,2\n\"3,4\n5,6\n"), "a|b\n2: 1|2\n", E_INVALID, "row 3");
    refused(test_file_of("a,b\n1,2\n3,\0004\n5,6\n", 17), "a|b\n2: 1|2\n", E_INVALID, "row 3");
    refused(test_file_of("\xD0\xCF\x11\xE0zzzz", 8), "", E_UNSUPPORTED, ".xls");
    refused(S("/nowhere/at/all.csv"), "", E_NOT_FOUND, "cannot open");
    refused(S("/tmp"), "", E_INVALID, "not a file");
}

TEST(a_10_mb_line_is_refused_with_its_number)
{
    i64 n = 10 << 20;
    char *text = malloc((size_t)n);
    memset(text, 'x', (size_t)n);
    memcpy(text, "a,b\n1,2\n", 8);
    refused(test_file_of(text, n), "a|b\n2: 1|2\n", E_INVALID, "row 3");
    text[8] = '"';
    refused(test_file_of(text, n), "a|b\n2: 1|2\n", E_INVALID, "row 3");
    text[n - 1] = '\n';
    refused(test_file_of(text + n - (1 << 20) - 9, (1 << 20) + 9), "", E_INVALID, "row 1");
    free(text);
}

/* -- gzip -------------------------------------------------------------------------------------- */

TEST(gzip_is_read_as_it_is)
{
    struct ctx *c = test_ctx();
    str plain = test_file("a,b\n1,2\n");
    char *name = str_z(c->arena, str_fmt(c->arena, STR_FMT ".gz", STR_ARG(plain)));
    gzFile gz = gzopen(name, "wb");
    gzputs(gz, "a,b\n");
    for (int i = 0; i < 400000; i++) gzprintf(gz, "%d,%d\n", i, i % 7919);
    gzclose(gz);
    struct sheet *s = NULL;
    CHECK_OK(c, sheet_open(c, str_of(name), (struct sheet_options){ 0 }, &s));
    CHECK_STR(sheet_format(s), "csv utf-8 gzip");
    struct sheet_row row;
    i64 n = 0;
    for (bool more = true; n += more, more;) CHECK_OK(c, sheet_next(c, s, &row, &more));
    CHECK_I64(n - 1, 400000);
    CHECK(sheet_progress(s) > 0.99);
    sheet_close(s);
    FILE *f = fopen(name, "rb+");
    fseek(f, 0, SEEK_END);
    CHECK(ftruncate(fileno(f), ftell(f) / 2) == 0);
    fclose(f);
    CHECK_OK(c, sheet_open(c, str_of(name), (struct sheet_options){ 0 }, &s));
    enum err e = OK;
    n = 0;
    for (bool more = true; e == OK && more; n++) e = sheet_next(c, s, &row, &more);
    CHECK_ERR(c, e, E_INVALID);
    CHECK(n > 100000); /* what came before the place has been given out */
    CHECK(str_find(str_of(c->why.detail), S("gzip")) >= 0);
}

/* -- any bytes at any cut give the same rows --------------------------------------------------- */

static str quoted_cell(struct dice *d)
{
    static const char *const pieces[] = {
        "a", "1.5", "锦鲤", "\"", ",", "\n", " ", "x y", "'", "="
    };
    struct buf b = { .arena = test_ctx()->arena };
    for (i64 n = dice_below(d, 6); n > 0; n--)
        buf_add(&b, str_of(pieces[dice_below(d, COUNT(pieces))]));
    return buf_str(&b);
}

/* What is written is read back the same, up to what cleaning takes off. */
TEST(written_csv_is_read_back)
{
    struct ctx *c = test_ctx();
    struct dice d = { 42 };
    str columns[] = { S("甲"), S("乙"), S("丙") };
    str path = str_fmt(c->arena, "%s/back.csv", test_folder());
    struct sheet_out *o = NULL;
    CHECK_OK(c, sheet_create(c, path, false, (strs){ columns, 3 }, &o));
    str cells[500][3];
    for (int i = 0; i < 500; i++) {
        for (int k = 0; k < 3; k++) {
            str cell = str_trim(quoted_cell(&d));
            while (cell.n && (cell.at[0] == '\'' || cell.at[0] == ' '))
                cell = str_trim(str_sub(cell, 1, cell.n));
            if (str_starts(cell, S("=\""))) cell = S("=1+1");
            cells[i][k] = cell;
        }
        if (!cells[i][0].n) cells[i][0] = S("-12.5");
        CHECK_OK(c, sheet_write(c, o, cells[i], 3));
    }
    CHECK_OK(c, sheet_finish(c, o));
    struct sheet *s = NULL;
    CHECK_OK(c, sheet_open(c, path, (struct sheet_options){ .separator = ',' }, &s));
    struct sheet_row row;
    bool more = true;
    for (int i = 0; i < 500; i++) {
        CHECK_OK(c, sheet_next(c, s, &row, &more));
        CHECK(more && str_empty(row.bad));
        for (int k = 0; k < 3; k++) CHECK_STR(row.cells[k], str_z(c->arena, cells[i][k]));
    }
    CHECK_OK(c, sheet_next(c, s, &row, &more));
    CHECK(!more);
}

TEST(written_cells_cannot_run_as_formulas)
{
    struct ctx *c = test_ctx();
    str path = str_fmt(c->arena, "%s/guard.csv", test_folder());
    str columns[] = { S("a"), S("b") };
    str cells[] = { S("=HYPERLINK(\"x\")"), S("-3.50") };
    struct sheet_out *o = NULL;
    CHECK_ERR(c, sheet_create(c, S("/no/such/folder/x.csv"), false, (strs){ columns, 2 }, &o),
              E_NOT_FOUND);
    CHECK_OK(c, sheet_create(c, path, false, (strs){ columns, 2 }, &o));
    CHECK_OK(c, sheet_write(c, o, cells, 2));
    CHECK_OK(c, sheet_finish(c, o));
    char text[200] = { 0 };
    FILE *f = fopen(str_z(c->arena, path), "rb");
    CHECK(f && fread(text, 1, sizeof text - 1, f) > 0);
    fclose(f);
    CHECK_STR(str_of(text), "\xEF\xBB\xBF"
                            "a,b\r\n\"'=HYPERLINK(\"\"x\"\")\",-3.50\r\n");
}
