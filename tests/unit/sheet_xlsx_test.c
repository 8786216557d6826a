/* sheet_xlsx_test.c -- worksheets made here part by part: strings, dates, sparse cells, limits,
 * damage. */
#include "sheet/sheet.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <zip.h>

/* -- a workbook from its parts ----------------------------------------------------------------- */

#define WORKBOOK                                                                             \
    "<workbook xmlns:r='r'><workbookPr/><sheets><sheet name='一' sheetId='1' r:id='rId1'/>" \
    "<sheet name='二' sheetId='2' r:id='rId2'/></sheets></workbook>"
#define RELATIONS                                                             \
    "<Relationships><Relationship Id='rId1' Target='worksheets/sheet1.xml'/>" \
    "<Relationship Id='rId2' Target='/xl/worksheets/sheet2.xml'/></Relationships>"
#define SHEET(ROWS) "<worksheet><sheetData>" ROWS "</sheetData></worksheet>"

struct part {
    const char *name, *text;
    i64 n; /* 0: of the terminated text */
};

static str workbook_of(const struct part *parts, int n)
{
    static int made;
    struct ctx *c = test_ctx();
    str path = str_fmt(c->arena, "%s/%d.xlsx", test_folder(), made++);
    int code = 0;
    zip_t *zip = zip_open(str_z(c->arena, path), ZIP_CREATE | ZIP_TRUNCATE, &code);
    CHECK(zip != NULL);
    for (int i = 0; i < n; i++) {
        i64 size = parts[i].n ? parts[i].n : (i64)strlen(parts[i].text);
        zip_source_t *source = zip_source_buffer(zip, parts[i].text, (zip_uint64_t)size, 0);
        CHECK(zip_file_add(zip, parts[i].name, source, ZIP_FL_ENC_UTF_8) >= 0);
    }
    CHECK(zip_close(zip) == 0);
    return path;
}

static str workbook(const char *sheet, const char *strings, const char *styles)
{
    struct part parts[5] = { { "xl/workbook.xml", WORKBOOK, 0 },
                             { "xl/_rels/workbook.xml.rels", RELATIONS, 0 },
                             { "xl/worksheets/sheet1.xml", sheet, 0 } };
    int n = 3;
    if (strings) parts[n++] = (struct part){ "xl/SharedStrings.xml", strings, 0 };
    if (styles) parts[n++] = (struct part){ "xl/styles.xml", styles, 0 };
    return workbook_of(parts, n);
}

static str read_all(str path, enum err want)
{
    struct ctx *c = test_ctx();
    struct buf out = { .arena = c->arena };
    struct sheet *s = NULL;
    enum err e = sheet_open(c, path, (struct sheet_options){ 0 }, &s);
    if (e == OK) buf_add(&out, str_join(c->arena, sheet_columns(s), S("|")));
    if (e == OK) buf_byte(&out, '\n');
    struct sheet_row row;
    for (bool more = true; e == OK;) {
        e = sheet_next(c, s, &row, &more);
        if (e != OK || !more) break;
        buf_fmt(&out, "%lld: ", (long long)row.number);
        buf_add(&out, str_join(c->arena, (strs){ (str *)row.cells, row.n }, S("|")));
        buf_fmt(&out, "%s\n", row.bad.n ? " BAD" : "");
    }
    CHECK_ERR(c, e, want);
    sheet_close(s);
    return buf_str(&out);
}

#define HEADER                                                                                  \
    "<row r='1'><c r='A1' t='inlineStr'><is><t>a</t></is></c><c r='B1' t='str'><v>b</v></c><c " \
    "r='C1' t='inlineStr'><is><r><t>c</t></r><r><t>d</t></r><rPh><t>zz</t></rPh></is></c></row>"

/* -- cells ------------------------------------------------------------------------------------- */

TEST(cells_of_every_kind)
{
    const char *strings =
        "<sst><si><t>张三</t></si><si><r><t>富</t></r><r><t xml:space='preserve'>文本 </t></r>"
        "<rPh><t>フリガナ</t></rPh></si><si><t>a&amp;b&#10;c</t></si><si/></sst>";
    const char *sheet = SHEET(
        HEADER
        "<row r='2'><c r='A2' t='s'><v>0</v></c><c r='B2' t='s'><v>1</v></c><c r='C2' "
        "t='s'><v>2</v></c></row>"
        "<row r='3'><c r='A3' t='b'><v>1</v></c><c r='B3' t='e'><v>#N/A</v></c><c r='C3' "
        "t='s'><v>3</v></c></row>"
        "<row r='5'><c r='C5'><f>1+1</f><v>2</v></c></row>"
        "<row><c><v>1</v></c><c><v>2</v></c><c t='str'><v>'13800000000</v></c><c s='1'/></row>"
        "<row r='9'><c r='A9'><v>1</v></c><c r='AB9'><v>2</v></c></row>");
    CHECK_STR(
        read_all(workbook(sheet, strings, NULL), OK),
        "a|b|cd\n2: 张三|富文本|a&b\nc\n3: TRUE|#N/A|\n5: ||2\n6: 1|2|13800000000\n9: 1|| BAD\n");
}

TEST(numbers_are_shown_as_the_sheet_shows_them)
{
    const char *sheet = SHEET(
        HEADER
        "<row r='2'><c><v>178.80000000000001</v></c><c><v>1.2E2</v></c><c><v>0.1</v></c></row>"
        "<row "
        "r='3'><c><v>691712345678901234</v></c><c><v>6.9171234567890125E+17</v></c><c><v>-1E-3</"
        "v></c></row>");
    CHECK_STR(read_all(workbook(sheet, NULL, NULL), OK),
              "a|b|cd\n2: 178.8|120|0.1\n3: 691712345678901234|6.91712345678901e+17|-0.001\n");
}

static const char *const date_styles =
    "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='yyyy\"年\"m\"月\"d\"日\"'/>"
    "<numFmt numFmtId='165' formatCode='[$-804]yyyy\\-mm\\-dd hh:mm:ss;@'/>"
    "<numFmt numFmtId='166' formatCode='#,##0.00\" days\"'/><numFmt numFmtId='167' "
    "formatCode='[Red]General'/>"
    "<numFmt numFmtId='168' formatCode='[h]:mm'/></numFmts><cellStyleXfs><xf "
    "numFmtId='14'/></cellStyleXfs>"
    "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='22'/><xf numFmtId='164'/><xf "
    "numFmtId='165'/>"
    "<xf numFmtId='166'/><xf numFmtId='167'/><xf numFmtId='21'/><xf numFmtId='31'/><xf "
    "numFmtId='168'/></cellXfs></styleSheet>";

TEST(dates_come_as_iso_text)
{
    const char *sheet = SHEET(
        HEADER
        "<row r='2'><c s='1'><v>45413</v></c><c s='2'><v>45413.4166666667</v></c><c "
        "s='3'><v>45413</v></c></row>"
        "<row r='3'><c s='4'><v>45413.999999</v></c><c s='5'><v>45413</v></c><c "
        "s='6'><v>12.5</v></c></row>"
        "<row r='4'><c s='7'><v>0.75</v></c><c s='8'><v>59</v></c><c s='1'><v>60</v></c></row>"
        "<row r='5'><c s='1'><v>61</v></c><c s='1'><v>1</v></c><c s='1'><v>-5</v></c></row>"
        "<row r='6'><c s='99'><v>7</v></c><c t='d'><v>2024-05-01T10:00:00</v></c><c "
        "s='1'><v>1e300</v></c></row>");
    CHECK_STR(read_all(workbook(sheet, NULL, date_styles), OK),
              "a|b|cd\n2: 2024-05-01|2024-05-01 10:00:00|2024-05-01\n"
              "3: 2024-05-02 00:00:00|45413|12.5\n"
              "4: 18:00:00|1900-02-28|1900-02-29\n"
              "5: 1900-03-01|1900-01-01|-5\n"
              "6: 7|2024-05-01T10:00:00|1e+300\n");
}

TEST(a_workbook_may_count_days_from_1904)
{
    struct part parts[] = {
        { "xl/workbook.xml",
          "<workbook xmlns:r='r'><workbookPr date1904='1'/><sheets><sheet name='x' "
          "r:id='rId1'/></sheets></workbook>",
          0 },
        { "xl/_rels/workbook.xml.rels", RELATIONS, 0 },
        { "xl/styles.xml", date_styles, 0 },
        { "xl/worksheets/sheet1.xml",
          SHEET(HEADER "<row r='2'><c s='1'><v>43951</v></c><c s='1'><v>0</v></c><c/></row>"), 0 },
    };
    CHECK_STR(read_all(workbook_of(parts, 4), OK), "a|b|cd\n2: 2024-05-01|1904-01-01|\n");
}

TEST(a_sheet_is_chosen_by_name)
{
    struct part parts[] = { { "xl/workbook.xml", WORKBOOK, 0 },
                            { "xl/_rels/workbook.xml.rels", RELATIONS, 0 },
                            { "xl/worksheets/sheet1.xml", SHEET(HEADER), 0 },
                            { "xl/worksheets/sheet2.xml",
                              SHEET("<row><c t='str'><v>second</v></c></row>"), 0 } };
    str path = workbook_of(parts, 4);
    struct ctx *c = test_ctx();
    struct sheet *s = NULL;
    CHECK_OK(c, sheet_open(c, path, (struct sheet_options){ .sheet_name = S("二") }, &s));
    CHECK_STR(sheet_columns(s).at[0], "second");
    CHECK_STR(sheet_format(s), "xlsx");
    CHECK_ERR(c, sheet_open(c, path, (struct sheet_options){ .sheet_name = S("三") }, &s),
              E_INVALID);
}

/* -- sizes ------------------------------------------------------------------------------------- */

static i64 peak_mb(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss / 1024;
}

TEST(a_million_empty_rows_are_nothing)
{
    struct buf b = { .arena = arena_new() };
    buf_add(&b, S("<worksheet><sheetData>" HEADER));
    for (int i = 2; i < 1048576; i++) buf_fmt(&b, "<row r='%d'><c r='A%d' s='1'/></row>", i, i);
    buf_add(&b, S("<row r='1048576'><c r='A1048576'><v>7</v></c></row></sheetData></worksheet>"));
    struct part parts[] = { { "xl/workbook.xml", WORKBOOK, 0 },
                            { "xl/_rels/workbook.xml.rels", RELATIONS, 0 },
                            { "xl/worksheets/sheet1.xml", b.at, b.n } };
    str path = workbook_of(parts, 3);
    arena_free(b.arena);
    i64 before = peak_mb(), start = clock_mono_us();
    CHECK_STR(read_all(path, OK), "a|b|cd\n1048576: 7||\n");
    CHECK(clock_mono_us() - start < 5000000);
    CHECK(peak_mb() - before < 32);
}

TEST(what_was_written_is_read_back)
{
    struct ctx *c = test_ctx();
    str path = str_fmt(c->arena, "%s/big.xlsx", test_folder());
    str columns[] = { S("订单编号"), S("买家"), S("金额") };
    struct sheet_out *o = NULL;
    CHECK_OK(c, sheet_create(c, path, true, (strs){ columns, 3 }, &o));
    for (i64 i = 0; i < 20000; i++) {
        struct arena_mark mark = arena_mark(c->arena);
        str cells[] = { str_fmt(c->arena, "20240501%012lld", (long long)i),
                        str_fmt(c->arena, "买家%lld", (long long)i % 100),
                        str_fmt(c->arena, "%lld.5", (long long)i) };
        CHECK_OK(c, sheet_write(c, o, cells, 3));
        arena_rewind(c->arena, mark);
    }
    CHECK_OK(c, sheet_finish(c, o));
    struct sheet *s = NULL;
    CHECK_OK(c, sheet_open(c, path, (struct sheet_options){ 0 }, &s));
    struct sheet_row row;
    bool more = true;
    for (i64 i = 0; i < 20000; i++) {
        CHECK_OK(c, sheet_next(c, s, &row, &more));
        struct arena_mark mark = arena_mark(c->arena);
        CHECK(more && str_eq(row.cells[0], str_fmt(c->arena, "20240501%012lld", (long long)i)));
        CHECK(str_eq(row.cells[2], str_fmt(c->arena, "%lld.5", (long long)i)));
        arena_rewind(c->arena, mark);
    }
    CHECK_OK(c, sheet_next(c, s, &row, &more));
    CHECK(!more);
}

/* -- damage ------------------------------------------------------------------------------------ */

static void refused(str path, const char *rows, enum err want, const char *in_detail)
{
    CHECK_STR(read_all(path, want), rows);
    if (str_find(str_of(test_ctx()->why.detail), str_of(in_detail)) < 0) {
        print_message("detail: %s\n", test_ctx()->why.detail);
        CHECK(!"the detail names the place");
    }
}

TEST(a_zip_bomb_is_refused)
{
    i64 n = 100 << 20;
    char *zeros = malloc((size_t)n);
    memset(zeros, ' ', (size_t)n);
    memcpy(zeros, "<worksheet><sheetData>", 22);
    struct part parts[] = { { "xl/workbook.xml", WORKBOOK, 0 },
                            { "xl/_rels/workbook.xml.rels", RELATIONS, 0 },
                            { "xl/worksheets/sheet1.xml", zeros, n } };
    refused(workbook_of(parts, 3), "", E_UNSUPPORTED, "ratio");
    free(zeros);
}

TEST(entities_are_refused)
{
    refused(workbook("<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]>" SHEET(
                         "<row><c t='str'><v>&b;</v></c></row>"),
                     NULL, NULL),
            "", E_UNSUPPORTED, "DTD");
}

TEST(damaged_workbooks_name_the_place)
{
    refused(workbook(SHEET(HEADER "<row r='2'><c t='s'><v>5</v></c></row>"),
                     "<sst><si><t>x</t></si></sst>", NULL),
            "a|b|cd\n", E_INVALID, "row 2");
    refused(workbook("<worksheet><sheetData>" HEADER "<row r='2'><c><v>1</v></c></row><row", NULL,
                     NULL),
            "a|b|cd\n2: 1||\n", E_INVALID, "well-formed");
    struct part lone[] = { { "hello.txt", "x", 0 } };
    refused(workbook_of(lone, 1), "", E_UNSUPPORTED, "xl/workbook.xml");
    struct ctx *c = test_ctx();
    str path = workbook(SHEET(HEADER), NULL, NULL);
    FILE *f = fopen(str_z(c->arena, path), "rb");
    char bytes_of[4096];
    size_t n = fread(bytes_of, 1, sizeof bytes_of, f);
    fclose(f);
    str cut = str_fmt(c->arena, "%s/cut.xlsx", test_folder());
    f = fopen(str_z(c->arena, cut), "wb");
    fwrite(bytes_of, 1, n / 2, f);
    fclose(f);
    refused(cut, "", E_INVALID, "cut short");
}

TEST(a_row_of_10_mb_is_refused_with_its_number)
{
    struct buf b = { .arena = arena_new() };
    buf_add(&b, S("<worksheet><sheetData>" HEADER "<row r='7'><c t='str'><v>"));
    for (int i = 0; i < 1 << 20; i++) buf_add(&b, S("0123456789"));
    buf_add(&b, S("</v></c></row></sheetData></worksheet>"));
    struct part parts[] = { { "xl/workbook.xml", WORKBOOK, 0 },
                            { "xl/_rels/workbook.xml.rels", RELATIONS, 0 },
                            { "xl/worksheets/sheet1.xml", b.at, b.n } };
    refused(workbook_of(parts, 3), "a|b|cd\n", E_INVALID, "row 7");
    arena_free(b.arena);
}
