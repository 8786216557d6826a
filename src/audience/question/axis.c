/* axis.c -- bands of a field: ranges between cuts, or the most frequent texts, each with the
 * segment that holds for just its members. */
#include "audience/question/axis.h"

#include <assert.h>
#include <stdlib.h>

#include "audience/language/language.h"

/* -- segments of bands ------------------------------------------------------------------------ */

static const struct segment_operator *operator_of(const struct source *s,
                                                  enum segment_operator_id id)
{
    const struct segment_operator *op = &segment_operators[id];
    return operator_accepts(op, s->field->kind) ? op : NULL;
}

static struct segment_node *test_of(struct ctx *c, const struct source *s,
                                    enum segment_operator_id id, struct segment_operands operands)
{
    struct segment_node *n = NEW(c->arena, struct segment_node);
    n->kind = NODE_TEST;
    n->test.field = s->field;
    n->test.op = operator_of(s, id);
    n->test.operands = operands;
    return n;
}

static struct segment_node *group_of(struct ctx *c, enum segment_node_kind kind,
                                     const struct segment_node *a, const struct segment_node *b)
{
    struct segment_node *n = NEW(c->arena, struct segment_node);
    n->kind = kind;
    if (a) *PUSH(c->arena, &n->parts) = a;
    if (b) *PUSH(c->arena, &n->parts) = b;
    return n;
}

static struct segment_operands number_operand(struct ctx *c, enum field_kind kind, i64 value)
{
    struct segment_operands out = { 0 };
    struct segment_operand *o = PUSH(c->arena, &out);
    o->kind = kind == FIELD_IS_AGE    ? OPERAND_DURATION
              : kind == FIELD_IS_DATE ? OPERAND_DATE
              : kind == FIELD_IS_FLAG ? OPERAND_FLAG
                                      : OPERAND_NUMBER;
    o->number = kind == FIELD_IS_COUNT ? value * MONEY_UNIT : value;
    o->unit = kind == FIELD_IS_AGE ? 'd' : 0;
    return out;
}

static str known_text(struct ctx *c, const struct source *s, enum segment_operator_id id)
{
    if (!operator_of(s, id)) return NO_STR;
    return segment_format(c->arena, test_of(c, s, id, (struct segment_operands){ 0 }));
}

static str range_text(struct ctx *c, const struct source *s, const struct band *b)
{
    enum field_kind kind = s->field->kind;
    struct segment_node *from = NULL, *until = NULL;
    if (b->low > INT64_MIN) from = test_of(c, s, OP_AT_LEAST, number_operand(c, kind, b->low));
    if (b->high < INT64_MAX) until = test_of(c, s, OP_BELOW, number_operand(c, kind, b->high));
    if (!from && !until) return known_text(c, s, OP_KNOWN);
    if (!from || !until) return segment_format(c->arena, from ? from : until);
    return segment_format(c->arena, group_of(c, NODE_ALL, from, until));
}

static void add_word(struct ctx *c, const struct source *s, str word, struct segment_operands *out)
{
    struct segment_operand *o = PUSH(c->arena, out);
    *o = (struct segment_operand){ .kind = OPERAND_TEXT,
                                   .text = word,
                                   .folded = str_fold(c->arena, word),
                                   .place = s->field->place };
}

/* -- bands of numbers ------------------------------------------------------------------------- */

/* Days ago are instants the other way round. */
static struct segment_range column_range(const struct source *s, i64 low, i64 high)
{
    struct segment_range r = { low, high == INT64_MAX ? INT64_MAX : high - 1 };
    if (s->field->kind != FIELD_IS_AGE) return r;
    r.from = high == INT64_MAX ? INT64_MIN : s->at - high * DAY_MS + 1;
    r.to = low == INT64_MIN ? s->at - 1 : s->at - low * DAY_MS;
    return r;
}

static struct band *add_range(struct ctx *c, struct axis *x, i64 low, i64 high)
{
    struct band *b = PUSH(c->arena, x);
    enum field_kind kind = x->source.field->kind;
    *b = (struct band){ .kind = BAND_RANGE, .low = low, .high = high };
    b->values = column_range(&x->source, low, high);
    b->label = range_words(
        c, kind, kind == FIELD_IS_AGE && low == INT64_MIN && high < INT64_MAX ? 0 : low, high);
    b->text = range_text(c, &x->source, b);
    return b;
}

static void add_unknown(struct ctx *c, struct axis *x)
{
    if (x->source.field->zero) return; /* 0, never unknown */
    *PUSH(c->arena, x) = (struct band){ .kind = BAND_UNKNOWN,
                                        .label = say(c, S("未知"), S("unknown")),
                                        .text = known_text(c, &x->source, OP_UNKNOWN) };
}

/* The language knows ages from one day to a hundred years. */
#define AGE_DAYS_MAX 36525

void axis_of_cuts(struct ctx *c, const struct source *s, const struct number_facts *facts,
                  const struct cuts *cuts, struct axis *out)
{
    enum field_kind kind = s->field->kind;
    i64 low = INT64_MIN;
    *out = (struct axis){ .source = *s };
    for (i64 i = 0; facts->n && i < cuts->n; i++) {
        i64 cut = cuts->at[i];
        if (kind == FIELD_IS_AGE && (cut < 1 || cut > AGE_DAYS_MAX)) continue;
        if (low > INT64_MIN || facts->min < cut) {
            bool closed = kind == FIELD_IS_COUNT && low == INT64_MIN && facts->min >= 0;
            add_range(c, out, closed ? facts->min : low, cut);
        }
        low = cut;
    }
    if (facts->n && (low == INT64_MIN || facts->max >= low)) {
        bool one = low == INT64_MIN && (kind == FIELD_IS_COUNT || kind == FIELD_IS_MONEY);
        bool all = one && kind == FIELD_IS_COUNT && facts->min == facts->max;
        add_range(c, out, one ? facts->min : low, all ? facts->min + 1 : INT64_MAX);
    }
    add_unknown(c, out);
}

static void axis_of_flags(struct ctx *c, const struct source *s, struct axis *out)
{
    *out = (struct axis){ .source = *s };
    bool two = s->field->kind == FIELD_IS_FLAG;
    for (i64 value = 1; value >= (two ? 0 : 1); value--) {
        struct band *b = PUSH(c->arena, out);
        *b = (struct band){ .kind = BAND_RANGE, .low = value, .high = value + 1 };
        b->values = (struct segment_range){ value, value };
        b->label = !two ? say(c, S("有"), S("known"))
                        : say(c, value ? S("是") : S("否"), value ? S("true") : S("false"));
        b->text = !two ? known_text(c, s, OP_KNOWN)
                       : segment_format(c->arena, test_of(c, s, OP_IS,
                                                          number_operand(c, FIELD_IS_FLAG, value)));
    }
    add_unknown(c, out);
}

/* -- bands of texts --------------------------------------------------------------------------- */

/* Spellings that the language takes for one value. */
struct group {
    str key, best; /* best: the spelling of most members */
    i64 best_n, n;
    ints codes;
};
struct groups {
    struct group *at;
    i64 n;
    i64 *slots, slots_n; /* place + 1 by hash of the key */
};

struct word_counting {
    const struct source *source;
    const struct member_set *set;
    i64 words, *counts[CHUNK_WORKERS];
    const struct groups *groups; /* SET: of several codes */
    i64 *sums[CHUNK_WORKERS];
};

static void count_words(void *arg, int worker, i64 chunk)
{
    struct word_counting *w = arg;
    const u64 *set = set_of_chunk(w->set, chunk);
    if (w->source->field->kind != FIELD_IS_SET) {
        part_counts(source_part(w->source, chunk), set, w->words, w->counts[worker]);
        return;
    }
    chunk_bits bits;
    for (i64 code = 0; code < w->words; code++) {
        if (!source_carriers_n(w->source, chunk, code)) continue;
        source_carriers(w->source, chunk, code, bits);
        bits_and(bits, set);
        w->counts[worker][code] += bits_count(bits);
    }
}

static void carriers_of(const struct source *s, i64 chunk, const ints *codes, chunk_bits out)
{
    chunk_bits more;
    bits_fill(out, false);
    for (i64 i = 0; i < codes->n; i++) {
        if (!source_carriers_n(s, chunk, codes->at[i])) continue;
        source_carriers(s, chunk, codes->at[i], more);
        bits_or(out, more);
    }
}

/* Who carries two spellings of one value has the value once. */
static void count_groups(void *arg, int worker, i64 chunk)
{
    struct word_counting *w = arg;
    chunk_bits bits;
    for (i64 i = 0; i < w->groups->n; i++) {
        if (w->groups->at[i].codes.n < 2) continue;
        carriers_of(w->source, chunk, &w->groups->at[i].codes, bits);
        bits_and(bits, set_of_chunk(w->set, chunk));
        w->sums[worker][i] += bits_count(bits);
    }
}

static struct group *group_at(struct ctx *c, struct groups *g, str key)
{
    u64 at = str_hash(key) & (u64)(g->slots_n - 1);
    while (g->slots[at] && !str_eq(g->at[g->slots[at] - 1].key, key))
        at = (at + 1) & (u64)(g->slots_n - 1);
    if (!g->slots[at]) {
        *PUSH(c->arena, g) = (struct group){ .key = key };
        g->slots[at] = g->n;
    }
    return &g->at[g->slots[at] - 1];
}

static void make_groups(struct ctx *c, const struct word_counting *w, struct groups *g)
{
    const struct source *s = w->source;
    *g = (struct groups){ .slots_n = 64 };
    while (g->slots_n < 2 * w->words) g->slots_n *= 2;
    g->slots = NEWS(c->arena, i64, g->slots_n);
    for (i64 code = 0; code < w->words; code++) {
        i64 n = 0;
        for (int k = 0; k < CHUNK_WORKERS; k++) n += w->counts[k][code];
        if (!n) continue;
        str word = words_text(s->words, code), key = words_folded(s->words, code);
        struct group *group = group_at(c, g, s->field->place ? segment_place_stem(key) : key);
        bool better = n > group->best_n || (n == group->best_n && str_cmp(word, group->best) < 0);
        if (better) group->best = word, group->best_n = n;
        group->n += n;
        *PUSH(c->arena, &group->codes) = code;
    }
}

static int by_members(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    if (x->n != y->n) return x->n < y->n ? 1 : -1;
    return str_cmp(x->best, y->best);
}

/* Spellings within the set, most members first. */
static void groups_of(struct ctx *c, const struct source *s, const struct member_set *set,
                      struct groups *g)
{
    struct word_counting w = { s, set, words_count(s->words), { 0 }, g, { 0 } };
    for (int k = 0; k < CHUNK_WORKERS; k++) w.counts[k] = NEWS(c->arena, i64, w.words + 1);
    chunks_run(view_chunks(s->view), count_words, &w);
    make_groups(c, &w, g);
    if (s->field->kind == FIELD_IS_SET) {
        for (int k = 0; k < CHUNK_WORKERS; k++) w.sums[k] = NEWS(c->arena, i64, g->n + 1);
        chunks_run(view_chunks(s->view), count_groups, &w);
        for (i64 i = 0; i < g->n; i++) {
            if (g->at[i].codes.n < 2) continue;
            g->at[i].n = 0;
            for (int k = 0; k < CHUNK_WORKERS; k++) g->at[i].n += w.sums[k][i];
        }
    }
    if (g->n > 1) qsort(g->at, (size_t)g->n, sizeof g->at[0], by_members);
}

/* Values of closed lists are kept in Chinese. */
static str label_of(struct ctx *c, const struct field *f, str value)
{
    for (const struct field_choice *k = f->choices; c->locale == EN && k && k->value; k++)
        if (str_eq(str_of(k->value), value)) return str_or(str_of(k->en), value);
    return value;
}

static const u8 *codes_table(struct ctx *c, const struct source *s, const ints *codes)
{
    if (codes->n < 2 || s->field->kind == FIELD_IS_SET) return NULL;
    u8 *in = NEWS(c->arena, u8, words_count(s->words) + 1);
    for (i64 i = 0; i < codes->n; i++) in[codes->at[i]] = 1;
    return in;
}

void axis_of_words(struct ctx *c, const struct source *s, const struct member_set *set, i64 most,
                   struct axis *out)
{
    struct groups g;
    struct segment_operands named = { 0 };
    groups_of(c, s, set, &g);
    *out = (struct axis){ .source = *s };
    for (i64 i = 0; i < g.n && i < most; i++) {
        struct segment_operands operands = { 0 };
        struct band *b = PUSH(c->arena, out);
        *b = (struct band){ .kind = BAND_WORDS,
                            .label = label_of(c, s->field, g.at[i].best),
                            .codes = g.at[i].codes };
        b->in = codes_table(c, s, &b->codes);
        add_word(c, s, g.at[i].best, &operands);
        add_word(c, s, g.at[i].best, &named);
        b->text = segment_format(c->arena, test_of(c, s, OP_IS, operands));
    }
    if (g.n > most) {
        const struct segment_node *in = test_of(c, s, OP_IN, named);
        const struct segment_node *known = test_of(c, s, OP_KNOWN, (struct segment_operands){ 0 });
        *PUSH(c->arena, out) = (struct band){
            .kind = BAND_REST,
            .label = say(c, S("其他"), S("other")),
            .text = segment_format(c->arena,
                                   group_of(c, NODE_ALL, known, group_of(c, NODE_NOT, in, NULL))),
        };
    }
    add_unknown(c, out);
}

/* -- whichever fits --------------------------------------------------------------------------- */

#define FIFTHS 5

static void axis_near_quantiles(struct ctx *c, const struct source *s, const struct member_set *set,
                                struct axis *out)
{
    struct source_numbers of = { s, set };
    struct numbers numbers = numbers_of(&of);
    struct number_facts facts;
    struct cuts cuts = { 0 };
    i64 places[FIFTHS - 1] = { 0 }, at[FIFTHS - 1] = { 0 };
    numbers_facts(c, &numbers, &facts);
    if (s->field->kind == FIELD_IS_COUNT && number_span(&facts) <= FIFTHS) {
        for (i64 cut = facts.min + 1; cut <= facts.max; cut++) *PUSH(c->arena, &cuts) = cut;
    } else if (facts.n) {
        bool apart = facts.at_min >= facts.n / FIFTHS;
        i64 from = apart && facts.at_min < facts.n ? facts.at_min : 0, n = facts.n - from;
        for (i64 i = 1; i < FIFTHS; i++) places[i - 1] = from + (i64)((__int128)n * i / FIFTHS);
        numbers_at(c, &numbers, &facts, places, FIFTHS - 1, at);
        cuts_near(c, s->field->kind, &facts, apart, at, FIFTHS - 1, &cuts);
    }
    axis_of_cuts(c, s, &facts, &cuts, out);
}

void axis_make(struct ctx *c, const struct source *s, const struct member_set *set, i64 most_words,
               struct axis *out)
{
    if (source_is_text(s)) axis_of_words(c, s, set, most_words, out);
    else if (source_is_number(s)) axis_near_quantiles(c, s, set, out);
    else axis_of_flags(c, s, out);
    assert(out->n <= BANDS_MAX);
}

/* -- members of bands ------------------------------------------------------------------------- */

static void band_bits(const struct axis *x, const struct band *b, i64 chunk, chunk_bits out)
{
    const struct source *s = &x->source;
    if (b->kind == BAND_RANGE) {
        part_range(source_part(s, chunk), b->values.from, b->values.to, out);
    } else if (s->field->kind == FIELD_IS_SET) {
        carriers_of(s, chunk, &b->codes, out);
    } else if (b->in) {
        part_in(source_part(s, chunk), b->in, words_count(s->words), out);
    } else {
        part_range(source_part(s, chunk), b->codes.at[0], b->codes.at[0], out);
    }
}

static void known_bits(const struct source *s, i64 chunk, chunk_bits out)
{
    chunk_bits more;
    if (s->field->kind != FIELD_IS_SET) {
        part_known(source_part(s, chunk), out);
        return;
    }
    bits_fill(out, false);
    for (i64 code = 0, n = words_count(s->words); code < n; code++) {
        if (!source_carriers_n(s, chunk, code)) continue;
        source_carriers(s, chunk, code, more);
        bits_or(out, more);
    }
}

void axis_bits(const struct axis *x, i64 chunk, chunk_bits *out)
{
    chunk_bits known, named;
    known_bits(&x->source, chunk, known);
    bits_fill(named, false);
    for (i64 i = 0; i < x->n; i++) {
        const struct band *b = &x->at[i];
        if (b->kind == BAND_RANGE || b->kind == BAND_WORDS) {
            band_bits(x, b, chunk, out[i]);
            bits_or(named, out[i]);
        }
    }
    for (i64 i = 0; i < x->n; i++) { /* the others: of what is left */
        if (x->at[i].kind != BAND_REST && x->at[i].kind != BAND_UNKNOWN) continue;
        bool rest = x->at[i].kind == BAND_REST;
        if (rest) bits_copy(out[i], known);
        else bits_fill(out[i], true);
        bits_andnot(out[i], rest ? named : known);
    }
}

struct axis_counting {
    const struct axis *axis;
    const struct member_set *set;
    chunk_bits *bits[CHUNK_WORKERS];
    i64 *counts[CHUNK_WORKERS];
};

static void count_bands(void *arg, int worker, i64 chunk)
{
    struct axis_counting *a = arg;
    axis_bits(a->axis, chunk, a->bits[worker]);
    for (i64 i = 0; i < a->axis->n; i++) {
        bits_and(a->bits[worker][i], set_of_chunk(a->set, chunk));
        a->counts[worker][i] += bits_count(a->bits[worker][i]);
    }
}

void axis_counts(struct ctx *c, const struct axis *x, const struct member_set *set, i64 *counts)
{
    struct axis_counting a = { .axis = x, .set = set };
    struct arena_mark mark = arena_mark(c->arena);
    for (int w = 0; w < CHUNK_WORKERS; w++) {
        a.bits[w] = NEWS(c->arena, chunk_bits, x->n + 1);
        a.counts[w] = NEWS(c->arena, i64, x->n + 1);
    }
    chunks_run(view_chunks(x->source.view), count_bands, &a);
    for (i64 i = 0; i < x->n; i++) {
        counts[i] = 0;
        for (int w = 0; w < CHUNK_WORKERS; w++) counts[i] += a.counts[w][i];
    }
    arena_rewind(c->arena, mark);
}
