/* columns.c -- steps answered by a column: numbers in ranges, what is known, words, carriers of
 * words. */
#include "audience/ask/plan.h"

static bool in_ranges(const struct segment_ranges *ranges, i64 value)
{
    if (ranges->n != 1) return segment_ranges_have(ranges, value);
    return value >= ranges->at[0].from && value <= ranges->at[0].to;
}

/* -- numbers in ranges ------------------------------------------------------------------------- */

/* More ranges than this (anniversaries of two hundred years) are looked up value by value. */
#define RANGES_FEW 4

static void range_one_by_one(const struct step *s, const struct part *p, u64 *mask)
{
    for (i64 w = 0; w < CHUNK_WORDS; w++) {
        u64 out = s->zero ? mask[w] & ~p->known[w] : 0;
        for (u64 left = mask[w] & p->known[w]; left; left &= left - 1) {
            i64 bit = __builtin_ctzll(left), value = 0;
            part_value(p, w * 64 + bit, &value);
            out |= (u64)in_ranges(&s->ranges, value) << bit;
        }
        mask[w] = out;
    }
}

/* The members of a chunk whose value lies in one of the ranges; who has none: as `zero` says. */
static void narrow_range(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    const struct part *p = view_part(r->plan->view, chunk, s->column);
    if (!p) {
        if (!s->zero) bits_fill(mask, false);
    } else if (s->ranges.n > RANGES_FEW) {
        range_one_by_one(s, p, mask);
    } else if (s->ranges.n == 1 && !s->zero) {
        part_narrow(p, s->ranges.at[0].from, s->ranges.at[0].to, mask);
    } else {
        u64 *in = running_mask(r), *more = running_mask(r);
        bits_copy(in, mask);
        if (s->zero) bits_andnot(in, p->known);
        else bits_fill(in, false);
        for (i64 i = 0; i < s->ranges.n; i++) {
            bits_copy(more, mask);
            part_narrow(p, s->ranges.at[i].from, s->ranges.at[i].to, more);
            bits_or(in, more);
        }
        bits_copy(mask, in);
        r->masks_n -= 2;
    }
}

static bool holds_range(const struct step *s, const struct plan *p, i64 member)
{
    i64 value;
    if (!part_value(member_part(p, member, s->column), member % CHUNK, &value)) return s->zero;
    return in_ranges(&s->ranges, value);
}
const struct step_kind step_range = { "列", "a column", narrow_range, holds_range, NULL };

/* -- known ------------------------------------------------------------------------------------- */

static void narrow_known(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    const struct part *p = view_part(r->plan->view, chunk, s->column);
    if (p) bits_and(mask, p->known);
    else bits_fill(mask, false);
}

static bool holds_known(const struct step *s, const struct plan *p, i64 member)
{
    const struct part *part = member_part(p, member, s->column);
    return part && mask_has(part->known, member % CHUNK);
}
static const u64 *bits_known(const struct step *s, struct running *r, i64 chunk, u64 *scratch)
{
    const struct part *p = view_part(r->plan->view, chunk, s->column);
    if (p) return p->known;
    bits_fill(scratch, false);
    return scratch;
}
const struct step_kind step_known = { "列", "a column", narrow_known, holds_known, bits_known };

/* -- words ------------------------------------------------------------------------------------- */

static void narrow_word(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    part_narrow_in(view_part(r->plan->view, chunk, s->column), s->table, s->table_n, mask);
}

static bool holds_word(const struct step *s, const struct plan *p, i64 member)
{
    i64 code;
    return part_value(member_part(p, member, s->column), member % CHUNK, &code) && s->table[code];
}
const struct step_kind step_word = { "词典列", "a column of words", narrow_word, holds_word, NULL };

/* -- carriers ---------------------------------------------------------------------------------- */

static const u64 *bits_carriers(const struct step *s, struct running *r, i64 chunk, u64 *scratch)
{
    const struct view *v = r->plan->view;
    if (s->codes.n == 1) return view_carriers_bits(v, chunk, s->column, s->codes.at[0], scratch);
    u64 *one = running_mask(r);
    bits_fill(scratch, false);
    for (i64 i = 0; i < s->codes.n; i++)
        if (view_carriers_n(v, chunk, s->column, s->codes.at[i]))
            bits_or(scratch, view_carriers_bits(v, chunk, s->column, s->codes.at[i], one));
    r->masks_n--;
    return scratch;
}

static void narrow_carriers(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    u64 *scratch = running_mask(r);
    bits_and(mask, bits_carriers(s, r, chunk, scratch));
    r->masks_n--;
}

static bool holds_carriers(const struct step *s, const struct plan *p, i64 member)
{
    for (i64 i = 0; i < s->codes.n; i++)
        if (view_carries(p->view, member, s->column, s->codes.at[i])) return true;
    return false;
}
const struct step_kind step_carriers = { "集合", "sets", narrow_carriers, holds_carriers,
                                         bits_carriers };
