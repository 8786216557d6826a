/* index_kernel_test.c -- every kernel of the index against its naive twin, on random members and
 * rows. */
#include "index_model.h"

#include <stdlib.h>

#include "audience/index/kernels.h"

/* As this processor would have it, as those with AVX2 have it, and as any can. */
#define KERNEL_TEST(NAME)                \
    static void NAME##_check(void);      \
    TEST(NAME)                           \
    {                                    \
        kernels_at_most = KERNELS_V4;    \
        NAME##_check();                  \
    }                                    \
    TEST(NAME##_on_most_machines)        \
    {                                    \
        kernels_at_most = KERNELS_V3;    \
        NAME##_check();                  \
    }                                    \
    TEST(NAME##_on_any_machine)          \
    {                                    \
        kernels_at_most = KERNELS_PLAIN; \
        NAME##_check();                  \
    }                                    \
    static void NAME##_check(void)

/* One model and its index for all kernels, made at the first need; patches in it by later changes.
 */
static struct model *m;
static struct index *x;
static const struct view *v;
static struct dice dice = { 20240601 };

static void setup(void)
{
    m = model_new(&dice);
    x = model_index(m);
    for (int i = 0; i < 3000; i++) model_add_row(m, x, &dice, dice_below(&dice, MODEL_MEMBERS));
    for (int i = 0; i < 300; i++) model_change(m, x, &dice, dice_below(&dice, MODEL_MEMBERS));
    index_publish(x, m->seq);
    v = view_take(x);
}

static void teardown(void)
{
    view_release(v);
    index_free(x);
    model_free(m);
}

static bool exists(i64 i) { return i < MODEL_MEMBERS; }
static i64 known(int column, i64 i) { return exists(i) ? m->number[column][i] : NOT_KNOWN; }

static void check_bits(const u64 *bits, i64 chunk, bool (*want)(i64 member, i64 a, i64 b), i64 a,
                       i64 b)
{
    i64 wrong = 0;
    for (i64 i = 0; i < CHUNK; i++) wrong += model_bit(bits, i) != want(chunk * CHUNK + i, a, b);
    CHECK_I64(wrong, 0);
}

/* -- sets and columns -------------------------------------------------------------------------- */

KERNEL_TEST(sets_combine)
{
    chunk_bits a, b, out;
    for (i64 i = 0; i < CHUNK_WORDS; i++)
        a[i] = dice_next(&dice), b[i] = dice_next(&dice) & dice_next(&dice);
    i64 n = 0, wrong = 0;
    for (i64 i = 0; i < CHUNK; i++) n += model_bit(a, i);
    CHECK_I64(bits_count(a), n);
    i64 *ids = malloc(CHUNK * sizeof *ids);
    CHECK_I64(bits_ids(a, 3, ids), n);
    for (i64 i = 0, k = 0; i < CHUNK; i++)
        if (model_bit(a, i)) wrong += ids[k++] != 3 * CHUNK + i;
    free(ids);
    bits_copy(out, a), bits_and(out, b);
    for (i64 i = 0; i < CHUNK; i++)
        wrong += model_bit(out, i) != (model_bit(a, i) && model_bit(b, i));
    bits_copy(out, a), bits_or(out, b);
    for (i64 i = 0; i < CHUNK; i++)
        wrong += model_bit(out, i) != (model_bit(a, i) || model_bit(b, i));
    bits_copy(out, a), bits_andnot(out, b);
    for (i64 i = 0; i < CHUNK; i++)
        wrong += model_bit(out, i) != (model_bit(a, i) && !model_bit(b, i));
    bits_copy(out, a), bits_not(out);
    for (i64 i = 0; i < CHUNK; i++) wrong += model_bit(out, i) == model_bit(a, i);
    CHECK_I64(wrong, 0);
    CHECK(bits_any(a));
    bits_fill(out, false);
    CHECK(!bits_any(out));
    bits_fill(out, true);
    CHECK_I64(bits_count(out), CHUNK);
}

static int column_now;
static bool in_range(i64 i, i64 low, i64 high)
{
    i64 value = known(column_now, i);
    return value != NOT_KNOWN && value >= low && value <= high;
}

/* From all to hardly anybody: what is read depends on how many are asked. */
static void some_of(chunk_bits out, int round)
{
    static const int thousandths[] = { 1000, 500, 100, 12, 1 };
    bits_fill(out, false);
    for (i64 i = 0; i < CHUNK; i++)
        if (dice_below(&dice, 1000) < thousandths[round % COUNT(thousandths)])
            out[i / 64] |= 1ull << (i % 64);
}

static void check_within(const u64 *narrowed, const u64 *asked, const u64 *all)
{
    i64 wrong = 0;
    for (i64 w = 0; w < CHUNK_WORDS; w++) wrong += narrowed[w] != (asked[w] & all[w]);
    CHECK_I64(wrong, 0);
}

KERNEL_TEST(ranges_of_every_width)
{
    setup();
    for (column_now = 0; column_now <= COL_WIDE; column_now++)
        for (i64 c = 0; c < view_chunks(v); c++)
            for (int i = 0; i < 24; i++) {
                chunk_bits bits;
                i64 low = known(column_now, dice_below(&dice, MODEL_MEMBERS));
                i64 high = known(column_now, dice_below(&dice, MODEL_MEMBERS));
                if (i % 4 == 1) low = INT64_MIN;
                if (i % 4 == 2) high = INT64_MAX;
                if (i % 8 == 3 && high != INT64_MIN) low++, high--;
                if (i == 7) high = low;
                if (i == 23) low = INT64_MAX, high = INT64_MAX;
                part_range(view_part(v, c, column_now), low, high, bits);
                check_bits(bits, c, in_range, low, high);
                chunk_bits asked, narrowed;
                some_of(asked, i);
                bits_copy(narrowed, asked);
                part_narrow(view_part(v, c, column_now), low, high, narrowed);
                check_within(narrowed, asked, bits);
                i64 about = part_about(view_part(v, c, column_now), low, high);
                CHECK(about >= 0 && about <= CHUNK);
                if (c == 0) CHECK(llabs(about - bits_count(bits)) < CHUNK / 16);
            }
    teardown();
}

static u8 wanted[MODEL_CITIES + 1];
static bool city_in(i64 i, i64 a, i64 b)
{
    (void)a, (void)b;
    return exists(i) && m->city[i] >= 0 && wanted[m->city[i]];
}

KERNEL_TEST(words_by_table_and_by_ranges)
{
    setup();
    const struct words *w = view_words(v, COL_CITY);
    for (int round = 0; round < 20; round++) {
        u8 in[MODEL_CITIES] = { 0 };
        memset(wanted, 0, sizeof wanted);
        for (int k = dice_below(&dice, 1 + round * 2); k > 0; k--)
            wanted[dice_below(&dice, MODEL_CITIES)] = 1;
        for (int k = 0; k < MODEL_CITIES; k++) {
            i64 code = words_find(w, model_word("city", k));
            if (code >= 0) in[code] = wanted[k];
        }
        for (i64 c = 0; c < view_chunks(v); c++) {
            chunk_bits bits;
            part_in(view_part(v, c, COL_CITY), in, words_count(w), bits);
            check_bits(bits, c, city_in, 0, 0);
            chunk_bits asked, narrowed;
            some_of(asked, round);
            bits_copy(narrowed, asked);
            part_narrow_in(view_part(v, c, COL_CITY), in, words_count(w), narrowed);
            check_within(narrowed, asked, bits);
        }
    }
    teardown();
}

static int band(i64 value, const i64 cut[2])
{
    return value == NOT_KNOWN || value < cut[1] ? 2 : value < cut[0] ? 1 : 0;
}

KERNEL_TEST(cells_counts_cross_and_sums)
{
    setup();
    const i64 cuts[3][2] = { { 19000, 18500 }, { 20, 5 }, { 300000000, 100000000 } };
    const int columns[3] = { COL_DAY, COL_ORDERS, COL_SPENT };
    i64 got[27] = { 0 }, want[27] = { 0 }, cities = words_count(view_words(v, COL_CITY)), wrong = 0;
    i64 counts[MODEL_CITIES + 1] = { 0 }, cross[(MODEL_CITIES + 1) * (MODEL_CITIES + 1)] = { 0 },
                              sum = 0, twin = 0;
    CHECK_I64(cities, MODEL_CITIES);
    for (i64 c = 0; c < view_chunks(v); c++) {
        const struct part *p[3];
        for (int k = 0; k < 3; k++) p[k] = view_part(v, c, columns[k]);
        parts_cells(p, cuts, view_living(v, c), got);
        part_counts(view_part(v, c, COL_CITY), view_living(v, c), cities, counts);
        parts_cross(view_part(v, c, COL_CITY), cities, view_part(v, c, COL_CITY), cities,
                    view_living(v, c), cross);
        sum += part_sum(view_part(v, c, COL_SPENT), view_living(v, c));
    }
    i64 by_city[MODEL_CITIES + 1] = { 0 };
    for (i64 i = 0; i < MODEL_MEMBERS; i++) {
        if (!m->living[i]) continue;
        want[(band(known(COL_DAY, i), cuts[0]) * 3 + band(known(COL_ORDERS, i), cuts[1])) * 3 +
             band(known(COL_SPENT, i), cuts[2])]++;
        twin += known(COL_SPENT, i) == NOT_KNOWN ? 0 : known(COL_SPENT, i);
        by_city[m->city[i] < 0
                    ? cities
                    : words_find(view_words(v, COL_CITY), model_word("city", m->city[i]))]++;
    }
    for (int i = 0; i < 27; i++) CHECK_I64(got[i], want[i]);
    for (i64 i = 0; i <= cities; i++) {
        CHECK_I64(counts[i], by_city[i]);
        for (i64 k = 0; k <= cities; k++)
            wrong += cross[i * (cities + 1) + k] != (i == k ? by_city[i] : 0);
    }
    CHECK_I64(wrong, 0);
    CHECK_I64(sum, twin);
    teardown();
}

/* -- rows -------------------------------------------------------------------------------------- */

/* A random filter, and what it means in the model. */
struct meant {
    u8 event[MODEL_EVENTS], channel[4]; /* channel + 1 */
    bool by_event, by_channel;
    instant from, until;
    u8 codes[MODEL_EVENTS], props[4 + MODEL_CITIES];
    struct row_filter filter;
};

static void roll_filter(struct meant *f)
{
    *f = (struct meant){ .by_event = dice_below(&dice, 5) != 0,
                         .by_channel = dice_below(&dice, 3) == 0,
                         .from = INT64_MIN,
                         .until = INT64_MAX };
    for (int i = 0; i < MODEL_EVENTS; i++) f->event[i] = dice_below(&dice, 3) == 0;
    if (dice_below(&dice, 2)) {
        memset(f->event, 0, sizeof f->event);
        f->event[dice_below(&dice, MODEL_EVENTS)] = 1;
    }
    for (int i = 0; i < 4; i++) f->channel[i] = dice_below(&dice, 2);
    if (dice_below(&dice, 2)) {
        f->from = 1700000000000 + dice_below(&dice, 40 * DAY_MS);
        f->until = f->from + dice_below(&dice, 20 * DAY_MS);
        if (dice_below(&dice, 2))
            f->from = m->rows[77].at[dice_below(&dice, 9000)].at; /* exactly at a row */
        if (dice_below(&dice, 2)) f->until = m->rows[77].at[dice_below(&dice, 9000)].at;
    }
    for (int i = 0; i < MODEL_EVENTS; i++) {
        i64 code = words_find(view_event_names(v, 0), model_word("event", i));
        if (code >= 0) f->codes[code] = f->event[i];
    }
    f->props[0] = f->channel[0];
    for (int i = 0; i < 3; i++) {
        i64 code = words_find(view_prop_words(v, 0, 0), model_word("city", i));
        if (code >= 0) f->props[code + 1] = f->channel[i + 1];
    }
    f->filter = (struct row_filter){ .event = f->by_event ? f->codes : NULL,
                                     .from = f->from,
                                     .until = f->until,
                                     .props = { f->by_channel ? f->props : NULL } };
}

static bool means(const struct meant *f, const struct model_row *r)
{
    return (!f->by_event || f->event[r->event]) && (!f->by_channel || f->channel[r->channel + 1]) &&
           r->at >= f->from && r->at < f->until;
}

KERNEL_TEST(rows_are_counted_summed_and_ended)
{
    setup();
    u32 *counts = malloc(CHUNK * sizeof *counts);
    i64 *sums = malloc(CHUNK * sizeof *sums), *first = malloc(CHUNK * sizeof *first),
        *last = malloc(CHUNK * sizeof *last);
    for (int round = 0; round < 40; round++) {
        struct meant f;
        roll_filter(&f);
        for (i64 c = 0; c < view_chunks(v); c++) {
            i64 wrong = 0, bits_wrong = 0;
            rows_count(v, c, 0, &f.filter, counts);
            rows_sum(v, c, 0, &f.filter, sums);
            rows_ends(v, c, 0, &f.filter, first, last);
            chunk_bits some, rich;
            counts_range(counts, 2, 4, some);
            sums_range(sums, 500000, INT64_MAX, rich);
            for (i64 i = c * CHUNK; i < (c + 1) * CHUNK; i++) {
                i64 n = 0, sum = 0, a = INT64_MIN, b = INT64_MIN;
                for (i64 k = 0; exists(i) && k < m->rows[i].n; k++) {
                    const struct model_row *r = &m->rows[i].at[k];
                    if (!means(&f, r)) continue;
                    if (!n++) a = r->at;
                    b = r->at;
                    sum += r->value;
                }
                i64 at = i % CHUNK;
                wrong += counts[at] != n || sums[at] != sum || first[at] != a || last[at] != b;
                bits_wrong += model_bit(some, at) != (n >= 2 && n <= 4);
                bits_wrong += model_bit(rich, at) != (sum >= 500000);
            }
            CHECK_I64(wrong, 0);
            CHECK_I64(bits_wrong, 0);
        }
    }
    free(counts), free(sums), free(first), free(last);
    teardown();
}

/* By the book: does any chain of later and later rows of steps 1 .. k fit into the window? */
static i64 naive_level(i64 member, const struct meant *steps, i64 n, i64 window_s)
{
    i64 best = 0, rows = m->rows[member].n;
    const struct model_row *at = m->rows[member].at;
    for (i64 i = 0; i < rows && best < n; i++) {
        if (!means(&steps[0], &at[i])) continue;
        i64 level = 1, start = at[i].at / 1000;
        for (i64 k = i + 1; k < rows && level < n && at[k].at / 1000 - start <= window_s; k++)
            if (means(&steps[level], &at[k])) level++;
        best = level > best ? level : best;
    }
    return best;
}

/* The least seconds from a row of step 1 to a row of step `level` at the end of a chain. */
static i64 naive_least(i64 member, const struct meant *steps, i64 level, i64 window_s)
{
    i64 best = INT64_MAX, rows = m->rows[member].n;
    const struct model_row *at = m->rows[member].at;
    for (i64 i = 0; i < rows; i++) {
        if (!means(&steps[0], &at[i])) continue;
        i64 reached = 1, start = at[i].at / 1000;
        for (i64 k = i + 1; k < rows && reached < level; k++) {
            i64 after = at[k].at / 1000 - start;
            if (after > window_s) break;
            if (!means(&steps[reached], &at[k]) || ++reached < level) continue;
            if (after < best) best = after;
        }
    }
    return best;
}

static void levels_and_times(const struct funnel *f, const struct meant *steps)
{
    u8 *levels = calloc(CHUNK, 1);
    struct funnel_times times = { 0 };
    i64 n[FUNNEL_STEPS_MAX] = { 0 }, sum[FUNNEL_STEPS_MAX] = { 0 }, wrong = 0;
    for (i64 c = 0; c < view_chunks(v); c++) {
        rows_funnel_levels(v, c, 0, f, view_living(v, c), levels, &times);
        for (i64 i = c * CHUNK; i < (c + 1) * CHUNK; i++) {
            i64 want = exists(i) && m->living[i] && m->rows[i].n
                           ? naive_level(i, steps, f->n, f->window_s)
                           : 0;
            wrong += levels[i % CHUNK] != want;
            for (i64 s = 2; s <= want; s++) {
                n[s - 1]++;
                sum[s - 1] += naive_least(i, steps, s, f->window_s);
            }
        }
    }
    CHECK_I64(wrong, 0);
    for (i64 s = 0; s < FUNNEL_STEPS_MAX; s++) {
        CHECK_I64(times.step[s].n, n[s]);
        for (i64 i = 0; i < times.step[s].n; i++) sum[s] -= times.step[s].at[i];
        CHECK_I64(sum[s], 0);
        free(times.step[s].at);
    }
    free(levels);
}

KERNEL_TEST(funnels_of_every_kind)
{
    setup();
    for (int round = 0; round < 24; round++) {
        i64 n = 1 + dice_below(&dice, 4), window = dice_below(&dice, 20) * 86400, want[4] = { 0 },
            got[4] = { 0 };
        struct meant steps[4];
        struct row_filter filters[4];
        int order[MODEL_EVENTS] = { 0, 1, 2, 3, 4, 5 };
        for (int i = MODEL_EVENTS - 1; i > 0; i--) {
            int k = (int)dice_below(&dice, i + 1), t = order[i];
            order[i] = order[k], order[k] = t;
        }
        for (i64 s = 0; s < n; s++) {
            roll_filter(&steps[s]);
            if (round % 2) { /* one event each: the quick way */
                struct meant *f = &steps[s];
                memset(f->event, 0, sizeof f->event);
                memset(f->codes, 0, sizeof f->codes);
                f->event[order[s]] = 1;
                f->codes[words_find(view_event_names(v, 0), model_word("event", order[s]))] = 1;
                f->by_event = true, f->by_channel = false;
                f->from = INT64_MIN, f->until = INT64_MAX;
                if (round % 4 == 3) { /* a period, and the first step ends sooner */
                    f->from = 1700000000000 + 2 * DAY_MS;
                    f->until = f->from + (s ? 25 : 11) * DAY_MS;
                }
                f->filter =
                    (struct row_filter){ .event = f->codes, .from = f->from, .until = f->until };
                f->by_channel = round % 8 == 7;
                if (f->by_channel) { /* the same property of every step */
                    if (s) memcpy(f->channel, steps[0].channel, sizeof f->channel);
                    f->filter.props[0] = steps[0].props;
                }
            }
        }
        for (i64 s = 0; s < n; s++) {
            filters[s] = steps[s].filter; /* its tables lie in steps */
            if (filters[s].event) filters[s].event = steps[s].codes;
            if (filters[s].props[0]) filters[s].props[0] = steps[round % 2 ? 0 : s].props;
        }
        struct funnel f = { filters, n, window };
        i64 step = 1 + dice_below(&dice, n), wrong = 0;
        for (i64 c = 0; c < view_chunks(v); c++) {
            chunk_bits bits;
            rows_funnel(v, c, 0, &f, view_living(v, c), got);
            rows_funnel_bits(v, c, 0, &f, step, bits);
            for (i64 i = c * CHUNK; i < (c + 1) * CHUNK; i++) {
                i64 level = exists(i) && m->rows[i].n ? naive_level(i, steps, n, window) : 0;
                wrong += model_bit(bits, i % CHUNK) != (level >= step);
                for (i64 s = 0; exists(i) && m->living[i] && s < level; s++) want[s]++;
            }
        }
        CHECK_I64(wrong, 0);
        for (i64 s = 0; s < n; s++) CHECK_I64(got[s], want[s]);
        levels_and_times(&f, steps);
    }
    teardown();
}

KERNEL_TEST(retention_by_cohort)
{
    setup();
    enum { COHORTS = 20, DAYS = 14 };
    for (int round = 0; round < 10; round++) {
        struct meant start, back;
        roll_filter(&start);
        roll_filter(&back);
        start.filter.event = start.by_event ? start.codes : NULL;
        back.filter.event = back.by_event ? back.codes : NULL;
        if (start.by_channel) start.filter.props[0] = start.props;
        if (back.by_channel) back.filter.props[0] = back.props;
        i64 first = zone_day(test_ctx()->zone, 1700000000000) + dice_below(&dice, 10);
        i64 got[COHORTS * (DAYS + 1)] = { 0 }, want[COHORTS * (DAYS + 1)] = { 0 };
        i64 unit = round % 2 ? 7 : 1;
        if (unit == 7) first -= 50;
        struct retention r = { &start.filter, &back.filter, first, COHORTS, DAYS, unit == 7 };
        for (i64 c = 0; c < view_chunks(v); c++)
            rows_retention(v, c, 0, &r, view_living(v, c), got, got + COHORTS);
        for (i64 i = 0; i < MODEL_MEMBERS; i++) {
            i64 k = 0;
            if (!m->living[i]) continue;
            while (k < m->rows[i].n && !means(&start, &m->rows[i].at[k])) k++;
            if (k == m->rows[i].n) continue;
            i64 came = zone_day(test_ctx()->zone, m->rows[i].at[k].at) - first,
                cohort = came / unit;
            if (came < 0 || cohort >= COHORTS) continue;
            came = first + cohort * unit;
            want[cohort]++;
            bool on[DAYS] = { 0 };
            for (k = 0; k < m->rows[i].n; k++) {
                i64 later = zone_day(test_ctx()->zone, m->rows[i].at[k].at) - came;
                if (later >= 0 && later / unit < DAYS && means(&back, &m->rows[i].at[k]))
                    on[later / unit] = true;
            }
            for (k = 0; k < DAYS; k++) want[COHORTS + cohort * DAYS + k] += on[k];
        }
        for (i64 i = 0; i < COHORTS * (DAYS + 1); i++) CHECK_I64(got[i], want[i]);
    }
    teardown();
}

KERNEL_TEST(actives_by_prop_and_by_column)
{
    setup();
    enum { DAYS = 30 };
    for (int round = 0; round < 9; round++) {
        struct meant f;
        roll_filter(&f);
        i64 first = zone_day(test_ctx()->zone, 1700000000000) + 3, codes = 0;
        struct actives a = { &f.filter, first, DAYS, -1, -1, 0 };
        if (round % 3 == 1) a.prop = 0, codes = words_count(view_prop_words(v, 0, 0));
        if (round % 3 == 2) a.column = COL_CITY, codes = words_count(view_words(v, COL_CITY));
        if (round == 4) codes = 2; /* the others count as absent */
        a.codes = codes;
        i64 cells = DAYS * (codes + 1), *got = calloc((size_t)cells, 8),
            *want = calloc((size_t)cells, 8), wrong = 0;
        for (i64 c = 0; c < view_chunks(v); c++) rows_actives(v, c, 0, &a, view_living(v, c), got);
        for (i64 i = 0; i < MODEL_MEMBERS; i++) {
            if (!m->living[i]) continue;
            bool *seen = calloc((size_t)cells, 1);
            for (i64 k = 0; k < m->rows[i].n; k++) {
                const struct model_row *r = &m->rows[i].at[k];
                i64 d = zone_day(test_ctx()->zone, r->at) - first, code = codes;
                if (a.prop >= 0 && r->channel >= 0)
                    code = words_find(view_prop_words(v, 0, 0), model_word("city", r->channel));
                if (a.column >= 0 && m->city[i] >= 0)
                    code = words_find(view_words(v, COL_CITY), model_word("city", m->city[i]));
                if (code > codes) code = codes;
                if (d < 0 || d >= DAYS || !means(&f, r) || seen[d * (codes + 1) + code]) continue;
                seen[d * (codes + 1) + code] = true;
                want[d * (codes + 1) + code]++;
            }
            free(seen);
        }
        for (i64 i = 0; i < cells; i++) wrong += got[i] != want[i];
        CHECK_I64(wrong, 0);
        free(got), free(want);
    }
    teardown();
}

KERNEL_TEST(actives_of_longer_places_and_of_groups)
{
    setup();
    enum { DAYS = 30, GROUPS = 3 };
    u32 *masks = malloc(CHUNK * sizeof *masks);
    for (int round = 0; round < 6; round++) {
        struct meant f;
        roll_filter(&f);
        i64 first = zone_day(test_ctx()->zone, 1700000000000) + 3, wrong = 0;
        i64 codes = words_count(view_prop_words(v, 0, 0)), places = 0;
        uint16_t place[DAYS];
        u32 group[8];
        for (i64 k = 0; k < DAYS; k++)
            place[k] = (uint16_t)(k && !dice_below(&dice, 4) ? ++places : places);
        places++;
        CHECK(codes < COUNT(group));
        group[0] = GROUPS;
        for (i64 k = 0; k < codes; k++) group[k + 1] = (u32)dice_below(&dice, GROUPS);
        struct actives a = { &f.filter, first, DAYS, 0, -1, GROUPS - 1, group, place, places };
        i64 got[DAYS * GROUPS] = { 0 }, masked[DAYS * GROUPS] = { 0 },
                       want[2][DAYS * GROUPS] = { 0 };
        for (i64 c = 0; c < view_chunks(v); c++) {
            for (i64 i = 0; i < CHUNK; i++) masks[i] = (u32)((c * CHUNK + i) * 7 / 5 % 8);
            rows_actives(v, c, 0, &a, view_living(v, c), got);
            rows_actives_masked(v, c, 0, &a, view_living(v, c), masks, GROUPS, masked);
        }
        for (i64 i = 0; i < MODEL_MEMBERS; i++) {
            bool seen[2][DAYS * GROUPS] = { 0 };
            if (!m->living[i]) continue;
            for (i64 k = 0; k < m->rows[i].n; k++) {
                const struct model_row *r = &m->rows[i].at[k];
                i64 d = zone_day(test_ctx()->zone, r->at) - first, code = GROUPS - 1;
                if (d < 0 || d >= DAYS || !means(&f, r)) continue;
                if (r->channel >= 0)
                    code = group[1 + words_find(view_prop_words(v, 0, 0),
                                                model_word("city", r->channel))];
                seen[0][place[d] * GROUPS + code] = true;
                for (i64 g = 0; g < GROUPS; g++)
                    seen[1][place[d] * GROUPS + g] |= i * 7 / 5 % 8 >> g & 1;
            }
            for (i64 k = 0; k < DAYS * GROUPS; k++)
                want[0][k] += seen[0][k], want[1][k] += seen[1][k];
        }
        for (i64 k = 0; k < DAYS * GROUPS; k++)
            wrong += got[k] != want[0][k] || masked[k] != want[1][k];
        CHECK_I64(wrong, 0);
    }
    free(masks);
    teardown();
}

/* -- two threads ------------------------------------------------------------------------------- */

static _Atomic i64 visits[300];
static void visit(void *arg, int worker, i64 chunk)
{
    (void)arg;
    CHECK(worker >= 0 && worker < CHUNK_WORKERS);
    visits[chunk]++;
    if (chunk == 5) chunks_run(0, visit, NULL); /* a caller within: must not wait for itself */
}

TEST(every_chunk_is_visited_once)
{
    for (int round = 0; round < 200; round++) chunks_run(300, visit, NULL);
    for (int i = 0; i < 300; i++) CHECK_I64(visits[i], 200);
}
