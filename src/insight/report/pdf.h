/* pdf.h -- between the files that draw a report on paper: a page that fills from the top, and what
 * is put on it. Units: points, 72 to an inch. */
#pragma once

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "insight/report/inside.h"

#define PAPER_WIDE 595.28
#define PAPER_HIGH 841.89
#define MARGIN     42.0
#define TEXT_WIDE  (PAPER_WIDE - 2 * MARGIN)
#define TEXT_TOP   64.0
#define TEXT_END   (PAPER_HIGH - 50.0)

struct paper {
    struct ctx *c;
    const struct report *r;
    cairo_surface_t *surface;
    cairo_t *to;
    PangoLayout *layout;
    PangoFontDescription *font;
    int page;
    double y;
};

enum text_weight { LIGHT, STRONG };
/* How wide and high it is when broken at `wide` (<= 0: never). */
double text_measure(struct paper *p, str text, double size, enum text_weight weight, double wide,
                    double *high);
/* Puts it with its top left at x, y; broken at wide; grey: 0 is black. Its height. align: 0 left,
 * 1 right, 2 middle of `wide`. */
double text_put(struct paper *p, str text, double size, enum text_weight weight, double x, double y,
                double wide, int align, double grey);
void page_turn(struct paper *p);
/* Room for so much below, else on a new page. */
void room_for(struct paper *p, double high);

void paper_table(struct paper *p, const struct report_block *block); /* pdf_table.c */
void paper_chart(struct paper *p, const struct report_block *block,
                 const struct report_chart *k); /* pdf_chart.c */
str paper_cell(struct paper *p, const struct report_column *k, const struct report_row *r, i64 at);
