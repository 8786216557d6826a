/* columns.c -- steps answered by a column: numbers in ranges, what is known, words, carriers of
 * words. */
#include "audience/ask/plan.h"

/* -- numbers in ranges ------------------------------------------------------------------------- */

/* More ranges than this (anniversaries of two hundred years) are looked up value by value. */
#define RANGES_FEW 4

static void ranges_many(const struct part *p, const struct segment_ranges *ranges, u64 *mask)
{
    i64 value;
    for (i64 w = 0; w < CHUNK_WORDS; w++)
        for (u64 left = mask[w] & p->known[w]; left; left &= left - 1) {
            i64 bit = __builtin_ctzll(left);
            if (!part_value(p, w * 64 + bit, &value) || !segment_ranges_have(ranges, value))
                mask[w] &= ~(1ull << bit);
        }
}

/* The members of a chunk whose value lies in one of the ranges; who has none: as `zero` says. */
static void narrow_range(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    const struct part *p = view_part(r->plan->view, chunk, s->column);
    u64 *in = running_mask(r);
    if (p && s->ranges.n > RANGES_FEW) {
        bits_copy(in, mask);
        bits_and(in, p->known);
        ranges_many(p, &s->ranges, in);
    } else {
        part_range(s->ranges.n ? p : NULL, s->ranges.n ? s->ranges.at[0].from : 0,
                   s->ranges.n ? s->ranges.at[0].to : 0, in);
        for (i64 i = 1; i < s->ranges.n; i++) {
            u64 *more = running_mask(r);
            part_range(p, s->ranges.at[i].from, s->ranges.at[i].to, more);
            bits_or(in, more);
            r->masks_n--;
        }
    }
    if (s->zero && p)
        for (i64 w = 0; w < CHUNK_WORDS; w++) in[w] |= ~p->known[w];
    if (p || !s->zero) bits_and(mask, in);
    r->masks_n--;
}

static bool holds_range(const struct step *s, const struct plan *p, i64 member)
{
    i64 value;
    if (!part_value(member_part(p, member, s->column), member % CHUNK, &value)) return s->zero;
    return segment_ranges_have(&s->ranges, value);
}
const struct step_kind step_range = { "列", "a column", narrow_range, holds_range };

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
const struct step_kind step_known = { "列", "a column", narrow_known, holds_known };

/* -- words ------------------------------------------------------------------------------------- */

static void narrow_word(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    u64 *in = running_mask(r);
    part_in(view_part(r->plan->view, chunk, s->column), s->table, s->table_n, in);
    bits_and(mask, in);
    r->masks_n--;
}

static bool holds_word(const struct step *s, const struct plan *p, i64 member)
{
    i64 code;
    return part_value(member_part(p, member, s->column), member % CHUNK, &code) && s->table[code];
}
const struct step_kind step_word = { "词典列", "a column of words", narrow_word, holds_word };

/* -- carriers ---------------------------------------------------------------------------------- */

static void narrow_carriers(const struct step *s, struct running *r, i64 chunk, u64 *mask)
{
    u64 *in = running_mask(r);
    if (s->codes.n) view_carriers(r->plan->view, chunk, s->column, s->codes.at[0], in);
    else bits_fill(in, false);
    for (i64 i = 1; i < s->codes.n; i++) {
        if (!view_carriers_n(r->plan->view, chunk, s->column, s->codes.at[i])) continue;
        u64 *more = running_mask(r);
        view_carriers(r->plan->view, chunk, s->column, s->codes.at[i], more);
        bits_or(in, more);
        r->masks_n--;
    }
    bits_and(mask, in);
    r->masks_n--;
}

static bool holds_carriers(const struct step *s, const struct plan *p, i64 member)
{
    for (i64 i = 0; i < s->codes.n; i++)
        if (view_carries(p->view, member, s->column, s->codes.at[i])) return true;
    return false;
}
const struct step_kind step_carriers = { "集合", "sets", narrow_carriers, holds_carriers };
