/* pdf_chart.c -- charts on paper: lines told apart by dash and mark, bars by shade and hatching, so
 * that grey says as much as colour. */
#include <math.h>

#include "insight/report/pdf.h"

#define CHART_HIGH 150.0
#define SERIES     4
#define PLACES     400

struct plot {
    struct paper *p;
    const struct report_block *block;
    const struct report_chart *k;
    i64 places;                   /* rows drawn */
    double left, right, top, end; /* of the area */
    double low, high, step;       /* of the axis */
};

static const struct {
    double r, g, b;
    double dash[2];
    int dashes;
} looks[SERIES] = { { .12, .31, .47, { 0, 0 }, 0 },
                    { .85, .51, .14, { 5, 3 }, 2 },
                    { .35, .60, .57, { 1.5, 2.5 }, 2 },
                    { .5, .5, .5, { 8, 2 }, 2 } };

static bool value_at(const struct plot *k, i64 series, i64 place, double *out)
{
    i64 column = k->k->columns.at[series];
    return cell_number(&k->block->columns.at[column], &k->block->rows.at[place], column, out);
}

/* 1, 2 or 5 times a power of ten: about four steps. */
static double round_step(double span)
{
    double raw = span / 4, power = pow(10, floor(log10(raw))), x = raw / power;
    return power * (x <= 1 ? 1 : x <= 2 ? 2 : x <= 5 ? 5 : 10);
}

/* The axis holds 0: lengths of bars, and lines that do not exaggerate. */
static void scale(struct plot *k)
{
    double low = 0, high = 0, v;
    for (i64 i = 0; i < k->places; i++) {
        double sum = 0;
        for (i64 s = 0; s < k->k->columns.n; s++) {
            if (!value_at(k, s, i, &v)) continue;
            sum += v;
            if (k->k->form == CHART_STACK) v = sum;
            if (v < low) low = v;
            if (v > high) high = v;
        }
    }
    if (high - low <= 0) high = low + 1;
    k->step = round_step(high - low);
    k->low = floor(low / k->step) * k->step;
    k->high = ceil(high / k->step) * k->step;
}

static double y_of(const struct plot *k, double v)
{
    return k->end - (v - k->low) / (k->high - k->low) * (k->end - k->top);
}
static double x_of(const struct plot *k, double place)
{
    return k->left + (place + .5) * (k->right - k->left) / (double)k->places;
}

static str axis_text(struct plot *k, double v)
{
    struct arena *a = k->p->c->arena;
    const struct report_column *column = &k->block->columns.at[k->k->columns.at[0]];
    if (column->unit == REPORT_RATIO || column->unit == REPORT_CHANGE)
        return str_fmt(a, "%.0f%%", v * 100);
    double size = fabs(v);
    if (k->p->c->locale == ZH && size >= 10000) return str_fmt(a, "%.10g 万", v / 10000);
    if (size >= 1e6) return str_fmt(a, "%.10g M", v / 1e6);
    if (size >= 10000) return str_fmt(a, "%.10g k", v / 1000);
    return str_fmt(a, "%.10g", v);
}

static void axis_draw(struct plot *k)
{
    cairo_t *to = k->p->to;
    int steps = (int)lround((k->high - k->low) / k->step);
    for (int i = 0; i <= steps; i++) {
        double v = k->low + i * k->step, y = y_of(k, v);
        if (fabs(v) < k->step / 1e6) v = 0;
        cairo_set_source_rgb(to, v == 0 ? .3 : .85, v == 0 ? .3 : .85, v == 0 ? .3 : .85);
        cairo_set_line_width(to, v == 0 ? .8 : .4);
        cairo_move_to(to, k->left, y);
        cairo_line_to(to, k->right, y);
        cairo_stroke(to);
        text_put(k->p, axis_text(k, v), 7, LIGHT, MARGIN, y - 5, k->left - MARGIN - 4, 1, .35);
    }
}

/* Every so many, that they do not touch. */
static void places_draw(struct plot *k)
{
    double each = (k->right - k->left) / (double)k->places, most = 0;
    for (i64 i = 0; i < k->places; i++) {
        double w =
            text_measure(k->p, k->block->rows.at[i].cells.at[0].value, 7, LIGHT, 0, NULL) + 6;
        if (w > most) most = w;
    }
    if (most > 110) most = 110;
    i64 every = (i64)ceil(most / each);
    if (every < 1) every = 1;
    for (i64 i = 0; i < k->places; i += every)
        text_put(k->p, k->block->rows.at[i].cells.at[0].value, 7, LIGHT,
                 x_of(k, (double)i) - each * (double)every / 2, k->end + 3, each * (double)every, 2,
                 .35);
}

static void mark_draw(cairo_t *to, i64 series, double x, double y)
{
    const double r = 2.4;
    cairo_new_path(to);
    switch (series) {
    case 0: cairo_arc(to, x, y, r, 0, 2 * M_PI); break;
    case 1: cairo_rectangle(to, x - r, y - r, 2 * r, 2 * r); break;
    case 2:
        cairo_move_to(to, x, y - r - .6);
        cairo_line_to(to, x + r + .3, y + r);
        cairo_line_to(to, x - r - .3, y + r);
        cairo_close_path(to);
        break;
    default:
        cairo_move_to(to, x, y - r - 1);
        cairo_line_to(to, x + r + 1, y);
        cairo_line_to(to, x, y + r + 1);
        cairo_line_to(to, x - r - 1, y);
        cairo_close_path(to);
    }
    cairo_fill(to);
}

static void colour(cairo_t *to, i64 series)
{
    cairo_set_source_rgb(to, looks[series].r, looks[series].g, looks[series].b);
}

static void line_draw(struct plot *k, i64 series)
{
    cairo_t *to = k->p->to;
    bool open = false;
    double v;
    colour(to, series);
    cairo_set_line_width(to, 1.5);
    cairo_set_dash(to, looks[series].dash, looks[series].dashes, 0);
    for (i64 i = 0; i < k->places; i++) {
        bool has = value_at(k, series, i, &v);
        if (has && open) cairo_line_to(to, x_of(k, (double)i), y_of(k, v));
        else if (has) cairo_move_to(to, x_of(k, (double)i), y_of(k, v));
        open = has;
    }
    cairo_stroke(to);
    cairo_set_dash(to, NULL, 0, 0);
    if (k->places > 40) return;
    for (i64 i = 0; i < k->places; i++)
        if (value_at(k, series, i, &v)) mark_draw(to, series, x_of(k, (double)i), y_of(k, v));
}

/* The second series is hatched, the third dotted with a wider hatching. */
static void bar_draw(struct plot *k, i64 series, double x, double wide, double from, double until)
{
    cairo_t *to = k->p->to;
    double y = from < until ? from : until, high = fabs(until - from);
    if (high < .2) return;
    cairo_save(to);
    colour(to, series);
    cairo_rectangle(to, x, y, wide, high);
    if (series == 0) {
        cairo_fill(to);
    } else {
        cairo_set_line_width(to, .8);
        cairo_stroke_preserve(to);
        cairo_clip(to);
        double apart = series == 1 ? 3 : 6;
        int lines = (int)((wide + 2 * high) / apart) + 1;
        for (int i = 0; i < lines; i++) {
            cairo_move_to(to, x - high + i * apart, y + high);
            cairo_line_to(to, x + i * apart, y);
        }
        cairo_stroke(to);
    }
    cairo_restore(to);
}

static void bars_draw(struct plot *k)
{
    i64 n = k->k->columns.n;
    bool stack = k->k->form == CHART_STACK;
    double each = (k->right - k->left) / (double)k->places, all = each * .66, v;
    if (all > 70) all = 70;
    for (i64 i = 0; i < k->places; i++) {
        double sum = 0, x = x_of(k, (double)i) - all / 2;
        for (i64 s = 0; s < n; s++) {
            if (!value_at(k, s, i, &v)) continue;
            if (stack) bar_draw(k, s, x, all, y_of(k, sum), y_of(k, sum + v));
            else
                bar_draw(k, s, x + all / (double)n * (double)s, all / (double)n * .92, y_of(k, 0),
                         y_of(k, v));
            sum += v;
        }
    }
}

static void legend_draw(struct plot *k)
{
    struct paper *p = k->p;
    double x = MARGIN + text_measure(p, k->k->title, 9, STRONG, 0, NULL) + 18;
    text_put(p, k->k->title, 9, STRONG, MARGIN, p->y, TEXT_WIDE, 0, .15);
    for (i64 s = 0; s < k->k->columns.n && k->k->columns.n > 1; s++) {
        str label = k->block->columns.at[k->k->columns.at[s]].label;
        if (k->k->form == CHART_LINE) {
            colour(p->to, s);
            cairo_set_line_width(p->to, 1.5);
            cairo_set_dash(p->to, looks[s].dash, looks[s].dashes, 0);
            cairo_move_to(p->to, x, p->y + 6.5);
            cairo_line_to(p->to, x + 18, p->y + 6.5);
            cairo_stroke(p->to);
            cairo_set_dash(p->to, NULL, 0, 0);
            mark_draw(p->to, s, x + 9, p->y + 6.5);
        } else bar_draw(k, s, x + 4, 12, p->y + 2.5, p->y + 10.5);
        text_put(p, label, 8, LIGHT, x + 22, p->y, 0, 0, .2);
        x += 22 + text_measure(p, label, 8, LIGHT, 0, NULL) + 12;
    }
    p->y += 16;
}

void paper_chart(struct paper *p, const struct report_block *block, const struct report_chart *k)
{
    struct plot plot = { .p = p, .block = block, .k = k };
    while (plot.places < block->rows.n && !block->rows.at[plot.places].rest) plot.places++;
    if (plot.places == 0 || plot.places > PLACES || k->columns.n > SERIES) return;
    room_for(p, CHART_HIGH + 40);
    p->y += 4;
    legend_draw(&plot);
    scale(&plot);
    plot.left = MARGIN + 48;
    plot.right = PAPER_WIDE - MARGIN;
    plot.top = p->y + 4;
    plot.end = plot.top + CHART_HIGH;
    axis_draw(&plot);
    places_draw(&plot);
    if (k->form != CHART_LINE) bars_draw(&plot);
    for (i64 s = 0; s < k->columns.n && k->form == CHART_LINE; s++) line_draw(&plot, s);
    p->y = plot.end + 20;
}
