/* pdf_table.c -- a block's table on paper: columns as wide as they need, the head again on every
 * page. */
#include "insight/report/pdf.h"

#define CELL_PAD  4.0
#define SMALLEST  6.0
#define COLUMNS   16
#define TEXT_MOST 170.0 /* width of a column of text before it is broken */
#define TOGETHER  3     /* the last rows of a table that breaks, and its note, stay together */
#define NOTE_HIGH 36.0

struct table {
    struct paper *p;
    const struct report_block *block;
    i64 n;
    double size, wide[COLUMNS];
};

static bool is_text(const struct report_column *k) { return k->unit == REPORT_TEXT; }

/* Figures need all their width; text is broken. */
static double widths(struct table *t)
{
    double all = 0;
    for (i64 k = 0; k < t->n; k++) {
        const struct report_column *column = &t->block->columns.at[k];
        double most = text_measure(t->p, column->label, t->size, STRONG, 0, NULL);
        if (!is_text(column) && most > 56) most = 56; /* the head is broken instead */
        for (i64 i = 0; i < t->block->rows.n; i++) {
            const struct report_row *r = &t->block->rows.at[i];
            double w = text_measure(t->p, paper_cell(t->p, column, r, k), t->size,
                                    r->rest ? STRONG : LIGHT, 0, NULL);
            if (w > most) most = w;
        }
        if (is_text(column) && most > TEXT_MOST) most = TEXT_MOST;
        t->wide[k] = most + 2 * CELL_PAD;
        all += t->wide[k];
    }
    return all;
}

/* As large as fits; what is left goes to all alike, what is still too much is taken from text. */
static void fit(struct table *t)
{
    double all = widths(t);
    while (all > TEXT_WIDE && t->size > SMALLEST) {
        t->size -= .5;
        all = widths(t);
    }
    for (i64 k = 0; k < t->n && all > TEXT_WIDE; k++) {
        if (!is_text(&t->block->columns.at[k])) continue;
        double less = all - TEXT_WIDE < t->wide[k] - 40 ? all - TEXT_WIDE : t->wide[k] - 40;
        if (less <= 0) continue;
        t->wide[k] -= less;
        all -= less;
    }
    for (i64 k = 0; k < t->n && all < TEXT_WIDE; k++)
        t->wide[k] += (TEXT_WIDE - all) / (double)t->n;
}

static double row_high(struct table *t, const str cells[], enum text_weight weight)
{
    double most = 0;
    for (i64 k = 0; k < t->n; k++) {
        double high;
        text_measure(t->p, cells[k], t->size, weight, t->wide[k] - 2 * CELL_PAD, &high);
        if (high > most) most = high;
    }
    return most + 5;
}

static void row_put(struct table *t, const str cells[], enum text_weight weight, double high,
                    double shade)
{
    struct paper *p = t->p;
    double x = MARGIN;
    if (shade < 1) {
        cairo_set_source_rgb(p->to, shade, shade, shade);
        cairo_rectangle(p->to, MARGIN, p->y, TEXT_WIDE, high);
        cairo_fill(p->to);
    }
    for (i64 k = 0; k < t->n; k++) {
        text_put(p, cells[k], t->size, weight, x + CELL_PAD, p->y + 2.5, t->wide[k] - 2 * CELL_PAD,
                 is_text(&t->block->columns.at[k]) ? 0 : 1, 0);
        x += t->wide[k];
    }
    p->y += high;
    cairo_set_source_rgb(p->to, .85, .85, .85);
    cairo_set_line_width(p->to, .4);
    cairo_move_to(p->to, MARGIN, p->y);
    cairo_line_to(p->to, MARGIN + TEXT_WIDE, p->y);
    cairo_stroke(p->to);
}

static double head_put(struct table *t, bool draw)
{
    str cells[COLUMNS];
    for (i64 k = 0; k < t->n; k++) cells[k] = t->block->columns.at[k].label;
    double high = row_high(t, cells, STRONG);
    if (draw) row_put(t, cells, STRONG, high, .9);
    return high;
}

/* Its cells as words; how high it is. */
static double row_cells(struct table *t, i64 i, str cells[COLUMNS])
{
    const struct report_row *r = &t->block->rows.at[i];
    for (i64 k = 0; k < t->n; k++) cells[k] = paper_cell(t->p, &t->block->columns.at[k], r, k);
    return row_high(t, cells, r->rest ? STRONG : LIGHT);
}

/* The rows from that one on, and the note under them. */
static double rest_high(struct table *t, i64 from)
{
    str cells[COLUMNS];
    double high = t->block->note.n ? NOTE_HIGH : 0;
    for (i64 i = from; i < t->block->rows.n; i++) high += row_cells(t, i, cells);
    return high;
}

void paper_table(struct paper *p, const struct report_block *block)
{
    struct table t = { .p = p, .block = block, .n = block->columns.n, .size = 9 };
    if (block->rows.n == 0 || t.n == 0) return;
    if (t.n > COLUMNS) t.n = COLUMNS;
    fit(&t);
    p->y += 4;
    i64 last = block->rows.n - TOGETHER;
    room_for(p, head_put(&t, false) + (last <= 0 ? rest_high(&t, 0) : 2 * (t.size + 8)));
    head_put(&t, true);
    for (i64 i = 0; i < block->rows.n; i++) {
        const struct report_row *r = &block->rows.at[i];
        str cells[COLUMNS];
        double high = row_cells(&t, i, cells);
        double with = i == last ? rest_high(&t, i) : high;
        if (i > 0 && p->y + with > TEXT_END) {
            page_turn(p);
            head_put(&t, true);
        }
        row_put(&t, cells, r->rest ? STRONG : LIGHT, high, i % 2 ? .97 : 1);
    }
    p->y += 6;
}
