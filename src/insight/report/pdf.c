/* pdf.c -- a report on paper: A4 pages with a head and a foot, what is said, tables and charts;
 * text stays text, fonts are embedded as far as they are used. */
#include "insight/report/pdf.h"

#include "base/clock.h"
#include "base/num.h"
#include "sheet/sheet.h"

#include <errno.h>

#define FONT "Noto Sans CJK SC, Noto Sans SC, WenQuanYi Micro Hei, sans-serif"

/* -- text -------------------------------------------------------------------------------------- */

static void text_set(struct paper *p, str text, double size, enum text_weight weight, double wide)
{
    pango_font_description_set_absolute_size(p->font, size * PANGO_SCALE);
    pango_font_description_set_weight(p->font,
                                      weight == STRONG ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(p->layout, p->font);
    pango_layout_set_width(p->layout, wide > 0 ? (int)(wide * PANGO_SCALE) : -1);
    pango_layout_set_alignment(p->layout, PANGO_ALIGN_LEFT);
    pango_layout_set_text(p->layout, text.n ? text.at : "", (int)text.n);
}

double text_measure(struct paper *p, str text, double size, enum text_weight weight, double wide,
                    double *high)
{
    PangoRectangle at;
    text_set(p, text, size, weight, wide);
    pango_layout_get_extents(p->layout, NULL, &at);
    if (high) *high = (double)at.height / PANGO_SCALE;
    return (double)at.width / PANGO_SCALE;
}

double text_put(struct paper *p, str text, double size, enum text_weight weight, double x, double y,
                double wide, int align, double grey)
{
    PangoRectangle at;
    text_set(p, text, size, weight, wide);
    if (align && wide > 0)
        pango_layout_set_alignment(p->layout, align == 1 ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_CENTER);
    pango_layout_get_extents(p->layout, NULL, &at);
    cairo_set_source_rgb(p->to, grey, grey, grey);
    cairo_move_to(p->to, x, y);
    pango_cairo_show_layout(p->to, p->layout);
    return (double)at.height / PANGO_SCALE;
}

/* -- pages ------------------------------------------------------------------------------------- */

static void rule(struct paper *p, double y)
{
    cairo_set_source_rgb(p->to, .7, .7, .7);
    cairo_set_line_width(p->to, .6);
    cairo_move_to(p->to, MARGIN, y);
    cairo_line_to(p->to, PAPER_WIDE - MARGIN, y);
    cairo_stroke(p->to);
}

static void page_begin(struct paper *p)
{
    p->page++;
    text_put(p, p->r->title, 9, STRONG, MARGIN, 34, TEXT_WIDE, 0, .25);
    text_put(p, S("Koi 锦鲤"), 9, LIGHT, MARGIN, 34, TEXT_WIDE, 1, .4);
    rule(p, 50);
    str foot = str_fmt(p->c->arena, p->c->locale == ZH ? "第 %d 页" : "Page %d", p->page);
    rule(p, PAPER_HIGH - 42);
    text_put(p, foot, 8.5, LIGHT, MARGIN, PAPER_HIGH - 37, TEXT_WIDE, 2, .4);
    p->y = TEXT_TOP;
}

void page_turn(struct paper *p)
{
    cairo_show_page(p->to);
    page_begin(p);
}

void room_for(struct paper *p, double high)
{
    if (p->y + high > TEXT_END && p->y > TEXT_TOP) page_turn(p);
}

/* -- cells as words ---------------------------------------------------------------------------- */

str paper_cell(struct paper *p, const struct report_column *k, const struct report_row *r, i64 at)
{
    enum report_unit unit = cell_unit(k, r);
    str text = r->cells.at[at].value;
    money four;
    f64 v;
    if (!text.at) return S("–");
    if (unit == REPORT_TEXT) return text;
    struct making m = { .c = p->c, .mark = S("") };
    /* Money and counts are exact; ratios have six decimals. */
    if (unit == REPORT_MONEY && money_parse(text, &four))
        return figure_text(&m, REPORT_MONEY, SOME(four));
    if (!f64_parse(text, &v)) return text;
    f64 scale = unit == REPORT_COUNT || unit == REPORT_DAYS ? 1 : 1e6;
    return figure_text(&m, unit, SOME((i64)(v * scale + (v < 0 ? -.5 : .5))));
}

/* -- what is on them --------------------------------------------------------------------------- */

static void paragraph(struct paper *p, str text, double size, double grey)
{
    double high;
    text_measure(p, text, size, LIGHT, TEXT_WIDE, &high);
    room_for(p, high + 4);
    p->y += text_put(p, text, size, LIGHT, MARGIN, p->y, TEXT_WIDE, 0, grey) + 4;
}

/* What stands before a sentence tells its tone, in grey too: a dot is good, a diamond bad. */
static void mark_put(struct paper *p, enum report_tone tone, double x, double y)
{
    cairo_new_path(p->to);
    switch (tone) {
    case TONE_GOOD:
        cairo_set_source_rgb(p->to, .12, .47, .36);
        cairo_arc(p->to, x, y, 2.6, 0, 6.2832);
        break;
    case TONE_BAD:
        cairo_set_source_rgb(p->to, .75, .24, .13);
        cairo_move_to(p->to, x, y - 3.6);
        cairo_line_to(p->to, x + 3.6, y);
        cairo_line_to(p->to, x, y + 3.6);
        cairo_line_to(p->to, x - 3.6, y);
        cairo_close_path(p->to);
        break;
    case TONE_PLAIN:
        cairo_set_source_rgb(p->to, .5, .5, .5);
        cairo_rectangle(p->to, x - 2.5, y - .6, 5, 1.2);
        break;
    }
    cairo_fill(p->to);
}

#define INDENT 12.0

static void sentence(struct paper *p, const struct report_sentence *s, double size)
{
    double high, wide = TEXT_WIDE - INDENT;
    text_measure(p, s->text, size, LIGHT, wide, &high);
    room_for(p, high + 4);
    mark_put(p, s->tone, MARGIN + 4, p->y + size * .8);
    p->y += text_put(p, s->text, size, LIGHT, MARGIN + INDENT, p->y, wide, 0, 0) + 4;
}

static void front(struct paper *p)
{
    struct arena *a = p->c->arena;
    const struct report *r = p->r;
    p->y += text_put(p, r->title, 19, STRONG, MARGIN, p->y, TEXT_WIDE, 0, 0) + 4;
    for (i64 i = 0; i < r->periods.n; i++) {
        const struct report_period *at = &r->periods.at[i];
        str days = at->from == at->to
                       ? day_text(a, at->from)
                       : str_fmt(a, STR_FMT " – " STR_FMT, STR_ARG(day_text(a, at->from)),
                                 STR_ARG(day_text(a, at->to)));
        paragraph(p,
                  str_fmt(a, p->c->locale == ZH ? STR_FMT "：" STR_FMT : STR_FMT ": " STR_FMT,
                          STR_ARG(at->label), STR_ARG(days)),
                  9.5, .35);
    }
    p->y += 6;
    for (i64 i = 0; i < r->summary.n; i++) sentence(p, &r->summary.at[i], 10.5);
    p->y += 8;
}

static void block_on(struct paper *p, const struct report_block *block)
{
    room_for(p, block->charts.n ? 290 : 120); /* no head without what it heads */
    p->y += 8;
    cairo_set_source_rgb(p->to, .12, .31, .47);
    cairo_rectangle(p->to, MARGIN, p->y + 3, 3.5, 14);
    cairo_fill(p->to);
    p->y += text_put(p, block->title, 13.5, STRONG, MARGIN + 10, p->y, TEXT_WIDE - 10, 0, 0) + 5;
    for (i64 i = 0; i < block->sentences.n; i++) sentence(p, &block->sentences.at[i], 9.5);
    for (i64 i = 0; i < block->charts.n; i++) paper_chart(p, block, &block->charts.at[i]);
    paper_table(p, block);
    if (block->note.n) paragraph(p, block->note, 8, .4);
    p->y += 8;
}

/* -- the file ---------------------------------------------------------------------------------- */

static void properties_set(struct paper *p, instant made)
{
    struct arena *a = p->c->arena;
    str at = instant_iso(a, made / 1000 * 1000);
    at = str_fmt(a, STR_FMT "Z", STR_ARG(str_sub(at, 0, 19)));
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, str_z(a, p->r->title));
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATOR, "Koi");
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, str_z(a, at));
}

enum err report_write_pdf(struct ctx *c, const struct report *r, instant made, str path)
{
    struct paper p = { .c = c, .r = r };
    TRY(sheet_file_begin(c, path));
    p.surface = cairo_pdf_surface_create(str_z(c->arena, path), PAPER_WIDE, PAPER_HIGH);
    p.to = cairo_create(p.surface);
    /* Fonts of this report alone: a server does not keep them until the next one. */
    PangoFontMap *fonts = pango_cairo_font_map_new();
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts), 72);
    PangoContext *context = pango_font_map_create_context(fonts);
    pango_cairo_update_context(p.to, context);
    p.layout = pango_layout_new(context);
    p.font = pango_font_description_from_string(FONT);
    pango_layout_set_wrap(p.layout, PANGO_WRAP_WORD_CHAR);
    properties_set(&p, made);
    page_begin(&p);
    front(&p);
    for (i64 i = 0; i < r->blocks.n; i++) block_on(&p, &r->blocks.at[i]);
    paragraph(&p, r->definition, 8, .4);
    cairo_show_page(p.to);
    pango_font_description_free(p.font);
    g_object_unref(p.layout);
    g_object_unref(context);
    g_object_unref(fonts);
    cairo_destroy(p.to);
    cairo_surface_finish(p.surface);
    cairo_status_t status = cairo_surface_status(p.surface);
    cairo_surface_destroy(p.surface);
    errno = status == CAIRO_STATUS_WRITE_ERROR ? errno : 0;
    return status == CAIRO_STATUS_SUCCESS
               ? OK
               : sheet_file_failed(c, path, cairo_status_to_string(status));
}
