/* due.c -- what an order comes to in points: money shared over lines, points rounded. Pure.
 *
 * Rounding: the lines of one rule (of the same terms) are added up in full precision and rounded
 * down once; each line has the points that the sum passes with it, so what one line leaves over
 * counts for the next and nothing is lost between lines.
 */
#include "loyalty/points/inside.h"

typedef __int128 wide;

static money part(money all, money of, money sum) { return (money)((wide)all * of / sum); }
static money min_of(money a, money b) { return a < b ? a : b; }
static money above_zero(money m) { return m > 0 ? m : 0; }

/* The rest of a refund that names no line, by what is left of each; what rounding leaves, from the
 * last line on. */
static void share_rest(money rest, struct points_fact_line_list *lines)
{
    money left = 0, taken = 0;
    for (i64 i = 0; i < lines->n; i++) left += lines->at[i].net;
    rest = min_of(rest, left);
    if (rest <= 0) return;
    for (i64 i = 0; i < lines->n; i++) {
        money mine = part(rest, lines->at[i].net, left);
        lines->at[i].net -= mine;
        taken += mine;
    }
    for (i64 i = lines->n - 1; i >= 0 && taken < rest; i--) {
        money mine = min_of(rest - taken, lines->at[i].net);
        lines->at[i].net -= mine;
        taken += mine;
    }
}

void points_share(money goods, money refund, struct points_fact_line_list *lines)
{
    money sum = 0, shared = 0, of_lines = 0;
    struct points_fact_line *last = NULL;
    goods = above_zero(goods);
    for (i64 i = 0; i < lines->n; i++) {
        sum += above_zero(lines->at[i].amount);
        if (lines->at[i].amount > 0 || !last) last = &lines->at[i];
    }
    for (i64 i = 0; i < lines->n; i++) {
        struct points_fact_line *l = &lines->at[i];
        l->paid = sum ? part(goods, above_zero(l->amount), sum) : 0;
        shared += l->paid;
    }
    if (last) last->paid += goods - shared;
    for (i64 i = 0; i < lines->n; i++) {
        struct points_fact_line *l = &lines->at[i];
        money own = min_of(l->refund, l->paid); /* of a discounted line more may have gone back */
        l->net = l->paid - own;
        of_lines += own;
    }
    share_rest(above_zero(refund - of_lines), lines);
}

bool points_same_terms(const struct points_line_row *a, const struct points_line_row *b)
{
    return a->rule == b->rule && a->points_per == b->points_per && a->per_amount == b->per_amount &&
           a->multiplier == b->multiplier;
}

static i64 rounded(const struct points_line_row *terms, wide net)
{
    wide n = net * terms->points_per * terms->multiplier / ((wide)terms->per_amount * 1000);
    return n > LEDGER_AMOUNT_MAX ? LEDGER_AMOUNT_MAX : (i64)n;
}

i64 points_of_terms(const struct points_line_row_list *rows, i64 i)
{
    wide net = 0;
    for (i64 k = 0; k < rows->n; k++)
        if (points_same_terms(&rows->at[i], &rows->at[k])) net += rows->at[k].paid;
    return rounded(&rows->at[i], net);
}

void points_part(struct points_line_row_list *rows, i64 i, i64 all)
{
    wide net = 0;
    i64 parted = 0;
    for (i64 k = 0; k < rows->n; k++) {
        struct points_line_row *row = &rows->at[k];
        if (!points_same_terms(&rows->at[i], row)) continue;
        net += row->paid;
        i64 upto = min_of(rounded(row, net), all);
        row->due = upto - parted;
        parted = upto;
    }
}

i64 points_multiplier(bool product, i64 tier, i64 membership)
{
    if (product) return (i64)((wide)tier * membership / 1000);
    return tier > membership ? tier : membership;
}

bool points_better(const struct points_line_row *a, const struct points_line_row *b)
{
    return (wide)a->points_per * a->multiplier * b->per_amount >
           (wide)b->points_per * b->multiplier * a->per_amount;
}
