/* book.c -- blocks of orders kept in memory: a change of an order is read again with its block when
 * somebody asks next.
 *
 * Invariants
 *   1. The last line of the timeline is looked up before blocks are read: what is written meanwhile
 *      is read again by the next question, never missed.
 *   2. A block belongs to the book and to those who took it; it goes with the last of them.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/num.h"
#include "insight/metric/reading.h"
#include "timeline/timeline.h"

/* -- the book ---------------------------------------------------------------------------------- */

struct sheet {
    bool read;
    bool parts;       /* somebody asked by category: blocks are read with them from then on */
    bool whole;       /* no block is missing */
    bool parts_whole; /* nor the categories of one */
    struct facts_block **people; /* by member / PEOPLE */
    i64 people_n;
    struct facts_block **unknown; /* by order id / NUMBERS */
    i64 unknown_n;
    struct tally *tally; /* of the blocks that are there */
    i64 seq;
};
struct metric_book {
    pthread_mutex_t lock;
    struct naming names;
    struct sheet sheet;
    struct high_kept high;
    const struct zone *zone;
    const struct store *store;
};

static struct metric_book *served;

void metric_serve(struct metric_book *b) { served = b; }

struct metric_book *metric_book_new(void)
{
    struct metric_book *b = calloc(1, sizeof *b);
    if (!b) abort();
    pthread_mutex_init(&b->lock, NULL);
    pthread_mutex_init(&b->high.lock, NULL);
    b->names.arena = arena_new();
    return b;
}

static void block_drop_one(struct facts_block *b)
{
    if (b && atomic_fetch_sub(&b->users, 1) == 1) block_free(b);
}

static void tally_drop(struct tally *t)
{
    if (t && tally_users(t, -1) == 0) tally_free(t);
}

static void sheet_forget(struct sheet *s)
{
    tally_drop(s->tally);
    for (i64 i = 0; i < s->people_n; i++) block_drop_one(s->people[i]);
    for (i64 i = 0; i < s->unknown_n; i++) block_drop_one(s->unknown[i]);
    free(s->people);
    free(s->unknown);
    *s = (struct sheet){ 0 };
}

void metric_book_free(struct metric_book *b)
{
    if (!b) return;
    sheet_forget(&b->sheet);
    for (int k = 0; k < OF_KINDS; k++) id_names_forget(&b->names.by_id[k]);
    arena_free(b->names.arena);
    free(b->high.bits);
    pthread_mutex_destroy(&b->high.lock);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

struct high_kept *high_served(void) { return served ? &served->high : NULL; }

void metric_forget(void)
{
    if (!served) return;
    pthread_mutex_lock(&served->lock);
    sheet_forget(&served->sheet);
    pthread_mutex_unlock(&served->lock);
}

/* -- keeping up -------------------------------------------------------------------------------- */

QUERY(metric_last_member, one_i64, "SELECT COALESCE(MAX(member), 0) AS value FROM member");
QUERY(metric_last_unknown, one_i64,
      "SELECT COALESCE(MAX(id), -1) AS value FROM purchase_order WHERE member = 0");

#define FIELDS_OF_metric_changed(X, N) \
    X(i64, member, ANY, "", N)         \
    X(str, kind, ANY, "", N)           \
    X(str, subject, ANY, "", N)
SHAPE(metric_changed);
SHAPE_DEFINE(metric_changed);
QUERY(metric_lines_after, metric_changed,
      "SELECT member, kind, subject FROM " TIMELINE_AFTER(
          "$1") " t WHERE kind LIKE 'order.%' OR kind LIKE 'identity.%' OR kind = 'product.sorted'"
                " OR (kind LIKE 'member.%' AND kind NOT IN ('member.tagged', 'member.untagged',"
                " 'member.tag_expired', 'member.field_set'))");

struct keeping {
    struct ctx *c;
    struct metric_book *book;
    struct sheet *sheet;
    bool parts;
    i64 most; /* blocks to read at most; the others stay missing */
    struct day_table *days;
};

static void widen(struct facts_block ***at, i64 *n, i64 want)
{
    if (want <= *n) return;
    *at = realloc(*at, (size_t)want * sizeof **at);
    if (!*at) abort();
    memset(*at + *n, 0, (size_t)(want - *n) * sizeof **at);
    *n = want;
}

/* Others may be reading what it was. */
static void tally_change(struct sheet *s, const struct facts_block *b, int sign)
{
    if (!s->tally || !b) return;
    if (tally_users(s->tally, 0) > 1) {
        struct tally *own = tally_copy(s->tally);
        tally_drop(s->tally);
        s->tally = own;
    }
    tally_add(s->tally, b, sign);
}

static void stale(struct sheet *s, struct facts_block **at, i64 n, i64 place)
{
    if (place < 0 || place >= n) return;
    tally_change(s, at[place], -1);
    block_drop_one(at[place]);
    at[place] = NULL;
}

/* The number in "order:7" or "member:7"; -1: it is none. */
static i64 subject_id(str subject, str kind)
{
    i64 id;
    if (!str_starts(subject, kind)) return -1;
    return i64_parse(str_sub(subject, kind.n, subject.n), &id) ? id : -1;
}

/* A product has another category: orders stand as they are, their parts do not. */
static void sort_anew(struct keeping *k)
{
    struct sheet *s = k->sheet;
    id_names_forget(&k->book->names.by_id[OF_CATEGORY]);
    s->parts_whole = false;
    for (i64 i = 0; i < s->people_n; i++)
        if (s->people[i]) s->people[i]->parts = false;
    for (i64 i = 0; i < s->unknown_n; i++)
        if (s->unknown[i]) s->unknown[i]->parts = false;
}

static enum err see_change(void *arg, const void *row)
{
    struct keeping *k = arg;
    const struct metric_changed *in = row;
    struct sheet *s = k->sheet;
    i64 order = subject_id(in->subject, S("order:")), other = subject_id(in->subject, S("member:"));
    if (in->member > 0) stale(s, s->people, s->people_n, in->member / PEOPLE);
    if (other > 0) stale(s, s->people, s->people_n, other / PEOPLE);
    /* an order may have had no buyer before it moved */
    if (order >= 0 && (in->member == 0 || str_eq(in->kind, S("order.moved"))))
        stale(s, s->unknown, s->unknown_n, order / NUMBERS);
    if (str_eq(in->kind, S("product.sorted"))) sort_anew(k);
    return OK;
}

static void tally_anew(struct sheet *s, day today)
{
    tally_drop(s->tally);
    s->tally = tally_new(today);
    for (i64 i = 0; i < s->people_n; i++) tally_change(s, s->people[i], 1);
    for (i64 i = 0; i < s->unknown_n; i++) tally_change(s, s->unknown[i], 1);
}

static enum err read_at(struct keeping *k, struct block_ids ids, struct facts_block **at)
{
    struct sheet *s = k->sheet;
    struct facts_block *fresh;
    if (*at && (*at)->parts) return OK;
    if ((*at && !k->parts) || k->most-- <= 0) {
        s->whole &= *at != NULL;
        s->parts_whole = false;
        return OK;
    }
    TRY(block_read(k->c, &k->book->names, k->days, s->parts, ids, &fresh));
    tally_change(s, *at, -1);
    block_drop_one(*at);
    *at = fresh;
    tally_change(s, fresh, 1);
    return OK;
}

static enum err read_stale(struct keeping *k)
{
    struct sheet *s = k->sheet;
    for (i64 i = 0; i < s->people_n; i++) {
        struct block_ids ids = { i ? i * PEOPLE : 1, (i + 1) * PEOPLE - 1, 0, INT64_MAX };
        TRY(read_at(k, ids, &s->people[i]));
    }
    for (i64 i = 0; i < s->unknown_n; i++) {
        struct block_ids ids = { 0, 0, i * NUMBERS, (i + 1) * NUMBERS - 1 };
        TRY(read_at(k, ids, &s->unknown[i]));
    }
    return OK;
}

static bool is_up(const struct keeping *k, i64 seq)
{
    const struct sheet *s = k->sheet;
    return s->whole && s->seq == seq && (s->parts_whole || !k->parts);
}

static enum err keep_up(struct keeping *k)
{
    i64 seq;
    struct sheet *s = k->sheet;
    struct one_i64 last, unknown;
    day today = zone_day(k->c->zone, k->c->now);
    TRY(timeline_last(k->c, &seq));
    if (!(s->tally && tally_covers(s->tally, today))) tally_anew(s, today);
    if (is_up(k, seq)) return OK;
    s->parts |= k->parts;
    if (s->read) TRY(db_each(k->c, &metric_lines_after, see_change, k, ARGS(s->seq)));
    TRY(db_get(k->c, &metric_last_member, &last, NO_ARGS));
    TRY(db_get(k->c, &metric_last_unknown, &unknown, NO_ARGS));
    widen(&s->people, &s->people_n, last.value / PEOPLE + 1);
    widen(&s->unknown, &s->unknown_n, unknown.value / NUMBERS + (unknown.value >= 0));
    k->days = calloc(1, sizeof *k->days);
    if (!k->days) abort();
    s->whole = true;
    s->parts_whole = s->parts;
    enum err e = read_stale(k);
    free(k->days);
    /* after an error blocks are missing: they are read with the next question */
    if (e != OK) s->whole = s->parts_whole = false;
    s->read = true;
    s->seq = seq;
    return e;
}

/* -- giving out -------------------------------------------------------------------------------- */

struct taken {
    struct tally *tally;
    struct facts_block **at;
    i64 n;
};

static void give_back(void *arg)
{
    struct taken *t = arg;
    tally_drop(t->tally);
    for (i64 i = 0; i < t->n; i++) block_drop_one(t->at[i]);
}

static void take_blocks(struct taken *t, struct facts_block **at, i64 n)
{
    for (i64 i = 0; i < n; i++) {
        if (!at[i] || (!at[i]->orders_n && !at[i]->people_n)) continue;
        atomic_fetch_add(&at[i]->users, 1);
        t->at[t->n++] = at[i];
    }
}

static void give_out(struct ctx *c, struct metric_book *b, bool parts, struct facts *out)
{
    struct sheet *s = &b->sheet;
    struct taken *t = NEW(c->arena, struct taken);
    t->at = NEWS(c->arena, struct facts_block *, s->people_n + s->unknown_n + 1);
    take_blocks(t, s->people, s->people_n);
    take_blocks(t, s->unknown, s->unknown_n);
    t->tally = parts ? NULL : s->tally;
    if (t->tally) tally_users(t->tally, 1);
    arena_defer(c->arena, give_back, t);
    *out =
        (struct facts){ .at = t->at, .tally = t->tally, .n = t->n, .seq = s->seq, .parts = parts };
    for (int i = 0; i < OF_KINDS; i++)
        out->names[i] = (struct names){ b->names.of[i].texts.at, b->names.of[i].texts.n };
}

static void end_book(void *book) { metric_book_free(book); }

/* Under the lock. */
static enum err bring_up(struct ctx *c, struct metric_book *b, bool parts, i64 most)
{
    struct keeping k = { .c = c, .book = b, .sheet = &b->sheet, .parts = parts, .most = most };
    if (b->zone != c->zone || b->store != c->store) { /* other days, another shop */
        sheet_forget(&b->sheet);
        for (int i = 0; i < OF_KINDS; i++) id_names_forget(&b->names.by_id[i]);
        b->zone = c->zone;
        b->store = c->store;
    }
    return keep_up(&k);
}

static enum err take_from(struct ctx *c, struct metric_book *b, bool parts, const struct view *v,
                          struct facts *out)
{
    pthread_mutex_lock(&b->lock);
    enum err e = bring_up(c, b, parts, INT64_MAX);
    if (e == OK) e = name_told(c, &b->names);
    const uint16_t *met = e == OK && v ? name_met(c, &b->names, v) : NULL;
    if (e == OK) give_out(c, b, parts, out);
    if (e == OK) out->met = met;
    pthread_mutex_unlock(&b->lock);
    return e;
}

enum err metric_book_warm(struct ctx *c, struct metric_book *b, bool parts, i64 blocks, bool *done)
{
    pthread_mutex_lock(&b->lock);
    enum err e = bring_up(c, b, parts, blocks);
    *done = e == OK && b->sheet.whole && (b->sheet.parts_whole || !parts);
    pthread_mutex_unlock(&b->lock);
    return e;
}

enum err facts_take(struct ctx *c, bool parts, const struct view *v, struct facts *out)
{
    if (served) {
        TRY(take_from(c, served, parts, v, out));
        out->kept = true;
        return OK;
    }
    struct metric_book *own = metric_book_new();
    arena_defer(c->arena, end_book, own);
    return take_from(c, own, parts, v, out);
}
