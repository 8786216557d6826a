/* workbook.c -- a report as a workbook: what is said on the first sheet, then a sheet a block with
 * numbers that can be counted on and charts of the program that opens it. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <xlsxwriter.h>

#include "base/clock.h"
#include "insight/report/inside.h"
#include "sheet/sheet.h"

CHOICE_DEFINE(report_file, "xlsx", "pdf");

#define WIDEST_TEXT 46 /* characters of a column */
#define CHART_WIDE  620
#define CHART_HIGH  300

enum { FORMATS = REPORT_ROW + 1 };
struct book {
    struct ctx *c;
    const struct report *r;
    lxw_workbook *book;
    lxw_format *format[FORMATS], *strong[FORMATS], *head, *head_right, *title, *wrapped, *quiet,
        *link;
    char *names[64]; /* of the blocks' sheets */
};

/* Series look different in grey and in print. */
static const lxw_color_t colours[] = { 0x1F4E79, 0xD98324, 0x6FA8A0, 0x9A9A9A };
static const uint8_t dashes[] = { LXW_CHART_LINE_DASH_SOLID, LXW_CHART_LINE_DASH_DASH,
                                  LXW_CHART_LINE_DASH_ROUND_DOT, LXW_CHART_LINE_DASH_DASH_DOT };
static const uint8_t markers[] = { LXW_CHART_MARKER_CIRCLE, LXW_CHART_MARKER_SQUARE,
                                   LXW_CHART_MARKER_TRIANGLE, LXW_CHART_MARKER_DIAMOND };

static const char *const number_formats[FORMATS] = {
    [REPORT_MONEY] = "#,##0.00", [REPORT_COUNT] = "#,##0", [REPORT_RATIO] = "0.0%",
    [REPORT_TIMES] = "0.00",     [REPORT_DAYS] = "#,##0",  [REPORT_CHANGE] = "+0.0%;-0.0%;0.0%",
};

static lxw_format *head_make(struct book *b, uint8_t align)
{
    lxw_format *head = workbook_add_format(b->book);
    format_set_bold(head);
    format_set_bg_color(head, 0xE8EEF3);
    format_set_bottom(head, LXW_BORDER_THIN);
    format_set_text_wrap(head);
    format_set_align(head, align);
    format_set_align(head, LXW_ALIGN_VERTICAL_CENTER);
    return head;
}

static void formats_make(struct book *b)
{
    for (int i = 0; i < FORMATS; i++) {
        b->format[i] = workbook_add_format(b->book);
        b->strong[i] = workbook_add_format(b->book);
        format_set_bold(b->strong[i]);
        format_set_top(b->strong[i], LXW_BORDER_THIN);
        if (!number_formats[i]) continue;
        format_set_num_format(b->format[i], number_formats[i]);
        format_set_num_format(b->strong[i], number_formats[i]);
    }
    b->head = head_make(b, LXW_ALIGN_LEFT);
    b->head_right = head_make(b, LXW_ALIGN_RIGHT); /* over figures, which stand to the right */
    b->title = workbook_add_format(b->book);
    format_set_bold(b->title);
    format_set_font_size(b->title, 16);
    b->wrapped = workbook_add_format(b->book);
    format_set_text_wrap(b->wrapped);
    format_set_align(b->wrapped, LXW_ALIGN_VERTICAL_TOP);
    b->quiet = workbook_add_format(b->book);
    format_set_font_color(b->quiet, 0x666666);
    format_set_text_wrap(b->quiet);
    format_set_align(b->quiet, LXW_ALIGN_VERTICAL_TOP);
    b->link = workbook_get_default_url_format(b->book);
}

static void put_text(struct book *b, lxw_worksheet *page, lxw_row_t row, lxw_col_t column, str text,
                     lxw_format *format)
{
    worksheet_write_string(page, row, column, str_z(b->c->arena, text), format);
}

/* -- a block ----------------------------------------------------------------------------------- */

static bool drawn(const struct report_block *block, i64 column)
{
    for (i64 i = 0; i < block->charts.n; i++)
        for (i64 k = 0; k < block->charts.at[i].columns.n; k++)
            if (block->charts.at[i].columns.at[k] == column) return true;
    return false;
}

/* What is not defined is a dash; where a chart would draw that as 0, nothing. */
static void put_cell(struct book *b, lxw_worksheet *page, const struct report_block *block, i64 row,
                     i64 column)
{
    const struct report_row *r = &block->rows.at[row];
    const struct report_column *k = &block->columns.at[column];
    enum report_unit unit = cell_unit(k, r);
    lxw_format *format = r->rest ? b->strong[unit] : b->format[unit];
    str text = r->cells.at[column].value;
    f64 v;
    if (cell_number(k, r, column, &v))
        worksheet_write_number(page, (lxw_row_t)row + 1, (lxw_col_t)column, v, format);
    else if (text.at && unit == REPORT_TEXT)
        put_text(b, page, (lxw_row_t)row + 1, (lxw_col_t)column, text, format);
    else if (!drawn(block, column))
        put_text(b, page, (lxw_row_t)row + 1, (lxw_col_t)column, S("–"), b->quiet);
}

/* Chinese characters are two wide. */
static int text_width(str s)
{
    int n = 0;
    for (i64 i = 0; i < s.n; i++)
        if (((u8)s.at[i] & 0xC0) != 0x80) n += (u8)s.at[i] >= 0xE0 ? 2 : 1;
    return n;
}

/* Sets the columns' widths; all of them together, in characters. */
static int widths_set(lxw_worksheet *page, const struct report_block *block)
{
    int all = 0;
    for (i64 k = 0; k < block->columns.n; k++) {
        int width = text_width(block->columns.at[k].label);
        for (i64 i = 0; i < block->rows.n; i++) {
            bool text = cell_unit(&block->columns.at[k], &block->rows.at[i]) == REPORT_TEXT;
            int w = text_width(block->rows.at[i].cells.at[k].value) + (text ? 0 : 3);
            if (w > width) width = w;
        }
        if (width > WIDEST_TEXT) width = WIDEST_TEXT;
        worksheet_set_column(page, (lxw_col_t)k, (lxw_col_t)k, width + 2, NULL);
        all += width + 2;
    }
    return all;
}

/* Rows that stand for one thing each come first; what is all others together is not drawn. */
static i64 rows_drawn(const struct report_block *block)
{
    i64 n = 0;
    while (n < block->rows.n && !block->rows.at[n].rest) n++;
    return n;
}

static void series_add(struct book *b, lxw_chart *chart, const char *sheet, int which, i64 column,
                       i64 rows, enum report_form form)
{
    lxw_chart_series *s = chart_add_series(chart, NULL, NULL);
    (void)b;
    chart_series_set_categories(s, sheet, 1, 0, (lxw_row_t)rows, 0);
    chart_series_set_values(s, sheet, 1, (lxw_col_t)column, (lxw_row_t)rows, (lxw_col_t)column);
    chart_series_set_name_range(s, sheet, 0, (lxw_col_t)column);
    which %= (int)COUNT(colours);
    if (form != CHART_LINE) {
        chart_series_set_fill(s, &(lxw_chart_fill){ .color = colours[which] });
        return;
    }
    chart_series_set_line(
        s, &(lxw_chart_line){ .color = colours[which], .width = 2.25, .dash_type = dashes[which] });
    chart_series_set_marker_type(s, markers[which]);
    chart_series_set_marker_size(s, 6);
    chart_series_set_marker_fill(s, &(lxw_chart_fill){ .color = colours[which] });
    chart_series_set_marker_line(s, &(lxw_chart_line){ .color = colours[which] });
}

static void chart_put(struct book *b, lxw_worksheet *page, const char *sheet,
                      const struct report_block *block, i64 at)
{
    static const lxw_chart_type types[] = { [CHART_LINE] = LXW_CHART_LINE,
                                            [CHART_BAR] = LXW_CHART_COLUMN,
                                            [CHART_STACK] = LXW_CHART_COLUMN_STACKED };
    const struct report_chart *k = &block->charts.at[at];
    i64 rows = rows_drawn(block);
    if (rows == 0) return;
    lxw_chart *chart = workbook_add_chart(b->book, (uint8_t)types[k->form]);
    for (i64 i = 0; i < k->columns.n; i++)
        series_add(b, chart, sheet, (int)i, k->columns.at[i], rows, k->form);
    chart_title_set_name(chart, str_z(b->c->arena, k->title));
    lxw_chart_font small = { .size = 10, .bold = LXW_EXPLICIT_FALSE };
    chart_title_set_name_font(chart, &(lxw_chart_font){ .size = 12 });
    chart_axis_set_num_font(chart->x_axis, &small);
    chart_axis_set_num_font(chart->y_axis, &small);
    enum report_unit unit = block->columns.at[k->columns.at[0]].unit;
    chart_axis_set_num_format(chart->y_axis, unit == REPORT_RATIO ? "0%" : "#,##0");
    chart_axis_set_label_position(chart->x_axis, LXW_CHART_AXIS_LABEL_POSITION_LOW);
    if (k->columns.n == 1) chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    else chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
    chart_show_blanks_as(chart, LXW_CHART_BLANKS_AS_GAP);
    lxw_chart_options place = { .x_scale = CHART_WIDE / 480.0, .y_scale = CHART_HIGH / 288.0 };
    worksheet_insert_chart_opt(page, (lxw_row_t)(1 + at * 17), (lxw_col_t)block->columns.n + 1,
                               chart, &place);
}

#define LINE_HIGH 16.0 /* points */

/* A sentence over the columns 0..last, `wide` characters together; the row is as high as it needs:
 * cells that are merged do not grow by themselves. */
static void said(struct book *b, lxw_worksheet *page, lxw_row_t row, lxw_col_t last, int wide,
                 str text, lxw_format *format)
{
    int lines = 1 + text_width(text) * 11 / 10 / wide; /* words and signs do not break anywhere */
    worksheet_set_row(page, row, 3 + LINE_HIGH * lines, NULL);
    worksheet_merge_range(page, row, 0, row, last, str_z(b->c->arena, text), format);
}

static void block_put(struct book *b, lxw_worksheet *page, const char *sheet,
                      const struct report_block *block)
{
    lxw_col_t last = block->columns.n > 1 ? (lxw_col_t)block->columns.n - 1 : 1;
    for (i64 k = 0; k < block->columns.n; k++)
        put_text(b, page, 0, (lxw_col_t)k, block->columns.at[k].label,
                 block->columns.at[k].unit == REPORT_TEXT ? b->head : b->head_right);
    for (i64 i = 0; i < block->rows.n; i++)
        for (i64 k = 0; k < block->columns.n; k++) put_cell(b, page, block, i, k);
    int wide = widths_set(page, block);
    if (block->columns.n == 1) wide += 9; /* the next column's, as it is */
    worksheet_freeze_panes(page, 1, 1);
    worksheet_set_landscape(page);
    worksheet_set_paper(page, 9); /* A4 */
    worksheet_fit_to_pages(page, 1, 0);
    worksheet_repeat_rows(page, 0, 0);
    lxw_row_t row = (lxw_row_t)block->rows.n + 2;
    for (i64 i = 0; i < block->sentences.n; i++)
        said(b, page, row++, last, wide, block->sentences.at[i].text, b->wrapped);
    if (block->note.n) said(b, page, row + 1, last, wide, block->note, b->quiet);
    for (i64 i = 0; i < block->charts.n; i++) chart_put(b, page, sheet, block, i);
}

/* -- the first sheet --------------------------------------------------------------------------- */

#define FRONT_NAME 24 /* widths of its columns */
#define FRONT_TEXT 90

static void front_put(struct book *b, lxw_worksheet *page)
{
    const struct report *r = b->r;
    struct arena *a = b->c->arena;
    lxw_row_t row = 0;
    worksheet_set_column(page, 0, 0, FRONT_NAME, NULL);
    worksheet_set_column(page, 1, 1, FRONT_TEXT, NULL);
    worksheet_set_row(page, row, 28, NULL);
    put_text(b, page, row++, 0, r->title, b->title);
    for (i64 i = 0; i < r->periods.n; i++) {
        const struct report_period *p = &r->periods.at[i];
        put_text(b, page, row, 0, p->label, b->head);
        put_text(b, page, row++, 1,
                 p->from == p->to ? day_text(a, p->from)
                                  : str_fmt(a, STR_FMT " – " STR_FMT, STR_ARG(day_text(a, p->from)),
                                            STR_ARG(day_text(a, p->to))),
                 NULL);
    }
    put_text(b, page, row, 0, say(b->c, S("币种"), S("Currency")), b->head);
    put_text(b, page, row++, 1, r->currency, NULL);
    row++;
    for (i64 i = 0; i < r->summary.n; i++)
        said(b, page, row++, 1, FRONT_NAME + FRONT_TEXT, r->summary.at[i].text, b->wrapped);
    row++;
    for (i64 i = 0; i < r->blocks.n; i++) {
        str to = str_fmt(a, "internal:'%s'!A1", b->names[i]);
        worksheet_write_url(page, row, 0, str_z(a, to), b->link);
        put_text(b, page, row, 0, r->blocks.at[i].title, b->link);
        str first = r->blocks.at[i].sentences.n ? r->blocks.at[i].sentences.at[0].text : NO_STR;
        put_text(b, page, row++, 1, first, b->wrapped);
    }
    row++;
    said(b, page, row, 1, FRONT_NAME + FRONT_TEXT, r->definition, b->quiet);
    worksheet_set_paper(page, 9);
    worksheet_fit_to_pages(page, 1, 0);
}

/* -- the file ---------------------------------------------------------------------------------- */

static void properties_set(struct book *b, instant made)
{
    lxw_doc_properties p = { .title = str_z(b->c->arena, b->r->title),
                             .company = str_z(b->c->arena, S("Koi")),
                             .created = (time_t)(made / 1000) };
    workbook_set_properties(b->book, &p);
}

/* A sheet's name: at most 31 characters, none of []:*?/\ in the titles of blocks. */
static void sheets_make(struct book *b)
{
    struct arena *a = b->c->arena;
    lxw_worksheet *front =
        workbook_add_worksheet(b->book, str_z(a, say(b->c, S("摘要"), S("Summary"))));
    lxw_worksheet *pages[COUNT(b->names)];
    for (i64 i = 0; i < b->r->blocks.n; i++) {
        b->names[i] = str_z(a, b->r->blocks.at[i].title);
        pages[i] = workbook_add_worksheet(b->book, b->names[i]);
    }
    front_put(b, front);
    for (i64 i = 0; i < b->r->blocks.n; i++)
        block_put(b, pages[i], b->names[i], &b->r->blocks.at[i]);
}

enum err report_write_xlsx(struct ctx *c, const struct report *r, instant made, str path)
{
    char *name = str_z(c->arena, path);
    TRY(sheet_file_begin(c, path));
    struct book b = { .c = c, .r = r, .book = workbook_new(name) };
    if (!b.book) return fail(c, E_STORE, "工作簿建不起来", "the workbook could not be made");
    formats_make(&b);
    properties_set(&b, made);
    if (r->blocks.n > COUNT(b.names)) {
        lxw_workbook_free(b.book);
        return fail(c, E_TOO_LARGE, "报告超过 64 节", "a report of more than 64 blocks");
    }
    sheets_make(&b);
    errno = 0;
    lxw_error e = workbook_close(b.book); /* frees it */
    return e == LXW_NO_ERROR ? OK : sheet_file_failed(c, path, lxw_strerror(e));
}

str report_file_name(struct ctx *c, const struct report *r, enum report_file form)
{
    const struct kind_row *kind = &report_kinds[r->kind];
    return str_fmt(c->arena, STR_FMT " " STR_FMT "." STR_FMT,
                   STR_ARG(say(c, str_of(kind->zh), str_of(kind->en))),
                   STR_ARG(day_text(c->arena, r->from)),
                   STR_ARG(choice_name(&report_file_choice, (int)form)));
}
