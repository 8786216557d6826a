/* waiting.c -- what the changes of a batch have done to the books, in memory until it commits.
 *
 * Invariants
 * 1. An account that the batch has changed is here, as it stands now; of all others the rows say
 * it.
 * 2. A book that is here is never altered but by its rows being written: a change works on a copy
 * and puts that in its place. The log keeps what was there, back to the first mark still in use.
 * 3. The marks of a copy tell what its change did; put in place it takes on what of the one before
 * is still unwritten, for rows may be written while a change is in work.
 * 4. Going back to a mark restores each book with what had not been written then; rows written
 * since are undone by the savepoint.
 * 5. Text of what waits lies in the batch's memory, not in the caller's.
 */
#include "ledger/waiting.h"

#include "base/json.h"

/* -- finding ----------------------------------------------------------------------------------- */

/* Places by hash. Going back leaves slots behind that point too far or at another: whoever looks
 * compares. */
static void slots_grow(struct slots *s, struct arena *a)
{
    struct slots old = *s;
    s->size = old.size ? 2 * old.size : 256;
    s->at = NEWS(a, struct slot, s->size);
    s->used = 0;
    for (i64 i = 0; i < old.size; i++)
        if (old.at[i].place) slots_add(s, a, old.at[i].hash, old.at[i].place - 1);
}

void slots_add(struct slots *s, struct arena *a, u64 hash, i64 place)
{
    if (2 * s->used >= s->size) slots_grow(s, a);
    u64 i = hash;
    while (s->at[i & (u64)(s->size - 1)].place) i++;
    s->at[i & (u64)(s->size - 1)] = (struct slot){ hash, place + 1 };
    s->used++;
}

/* The next place of that hash; -1: no more. *i begins as the hash. */
static i64 slots_next(const struct slots *s, u64 hash, u64 *i)
{
    for (; s->size; (*i)++) {
        const struct slot *slot = &s->at[*i & (u64)(s->size - 1)];
        if (!slot->place) return -1;
        if (slot->hash != hash) continue;
        (*i)++;
        return slot->place - 1;
    }
    return -1;
}

u64 key_hash(i64 member, str unit, str name)
{
    u64 h = (u64)member * 0x9e3779b97f4a7c15u;
    h = (h ^ str_hash(unit)) * 0xff51afd7ed558ccdu;
    h = (h ^ str_hash(name)) * 0xc4ceb9fe1a85ec53u;
    return h ^ (h >> 32);
}

static i64 place_of(const struct waiting *w, u64 hash, i64 member, str unit, str name)
{
    u64 i = hash;
    for (i64 place; (place = slots_next(&w->by_account, hash, &i)) >= 0;) {
        const struct purse_row *a = place < w->books.n ? &w->books.at[place].key : NULL;
        if (a && a->member == member && str_eq(a->name, name) && str_eq(a->unit, unit))
            return place;
    }
    return -1;
}

/* -- marks ------------------------------------------------------------------------------------- */

static void waiting_mark(void *state, struct arena *a)
{
    struct waiting *w = state;
    w->arena = a;
    *PUSH(a, &w->marks) = (struct waiting_mark){ w->books.n,      w->log.n,      w->transfers.n,
                                                 w->entries.n,    w->holds.n,    w->units.n,
                                                 w->transfers_in, w->entries_in, w->holds_in };
}

static void waiting_undo(void *state)
{
    struct waiting *w = state;
    const struct waiting_mark *m = &w->marks.at[w->marks.n - 1];
    while (w->log.n > m->log) {
        const struct was *was = &w->log.at[--w->log.n];
        w->books.at[was->place].book = was->book;
    }
    w->books.n = m->books;
    w->transfers.n = m->transfers;
    w->entries.n = m->entries;
    w->holds.n = m->holds;
    w->units.n = m->units;
    w->transfers_in = m->transfers_in;
    w->entries_in = m->entries_in;
    w->holds_in = m->holds_in;
}

static void waiting_keep(void *state)
{
    struct waiting *w = state;
    if (--w->marks.n == 0) w->log.n = 0;
}

SHELF(waiting_shelf, .tables = "ledger_", .size = sizeof(struct waiting), .write = waiting_write,
      .mark = waiting_mark, .undo = waiting_undo, .keep = waiting_keep);

static struct waiting *waiting_of(struct tx *t)
{
    struct arena *a;
    struct waiting *w = tx_shelf(t, &waiting_shelf, &a);
    w->arena = a;
    return w;
}

/* -- looking ----------------------------------------------------------------------------------- */

struct arena *waiting_arena(struct tx *t) { return waiting_of(t)->arena; }

/* Lists made by PUSH have room up to a power of two. */
static i64 room_of(i64 n)
{
    i64 room = 4;
    while (room < n) room *= 2;
    return room;
}

struct book *book_copy(struct arena *a, const struct book *of)
{
    struct book *b = NEW(a, struct book);
    *b = *of;
    b->entries = (struct entry_row_list){ 0 };
    if (!of->lots.n) return b;
    b->lots.at = NEWS(a, struct lot, room_of(of->lots.n));
    memcpy(b->lots.at, of->lots.at, sizeof(struct lot) * (size_t)of->lots.n);
    return b;
}

struct book *waiting_book(struct tx *t, i64 member, str unit, str name)
{
    struct waiting *w = waiting_of(t);
    i64 place = place_of(w, key_hash(member, unit, name), member, unit, name);
    if (place < 0) return NULL;
    struct book *b = book_copy(w->arena, w->books.at[place].book);
    b->changed = b->fresh = b->terms = false;
    for (i64 i = 0; i < b->lots.n; i++) b->lots.at[i].fresh = b->lots.at[i].changed = false;
    return b;
}

const struct transfer_row *waiting_transfer(struct tx *t, i64 member, str id)
{
    struct waiting *w = waiting_of(t);
    u64 hash = key_hash(member, id, S("")), i = hash;
    for (i64 place; (place = slots_next(&w->by_id, hash, &i)) >= 0;) {
        const struct transfer_row *r = place < w->transfers.n ? &w->transfers.at[place] : NULL;
        if (r && r->member == member && str_eq(r->id, id)) return r;
    }
    return NULL;
}

enum merges_known *waiting_merges(struct tx *t) { return &waiting_of(t)->merges; }

bool waiting_unit(struct tx *t, str unit, struct unit *out)
{
    const struct waiting *w = waiting_of(t);
    for (i64 i = 0; i < w->units.n; i++) {
        if (!str_eq(w->units.at[i].unit, unit)) continue;
        *out = w->units.at[i];
        return true;
    }
    return false;
}

void waiting_unit_add(struct tx *t, const struct unit *unit)
{
    struct waiting *w = waiting_of(t);
    struct unit *u = PUSH(w->arena, &w->units);
    *u = *unit;
    u->unit = str_copy(w->arena, unit->unit);
    u->zh = str_copy(w->arena, unit->zh);
    u->en = str_copy(w->arena, unit->en);
}

/* -- putting ----------------------------------------------------------------------------------- */

/* Entries of one transfer come one after the other: its id is copied once. */
static str same_id(struct waiting *w, str id, str *last, str *copy)
{
    if (last->at != id.at || last->n != id.n) {
        *last = id;
        *copy = str_copy(w->arena, id);
    }
    return *copy;
}

/* Both in the same order; b may have more. */
static void take_on(struct book *b, const struct book *was)
{
    b->changed |= was->changed;
    b->fresh |= was->fresh;
    b->terms |= was->terms;
    for (i64 i = 0, k = 0; i < was->lots.n; k++) {
        struct lot *l = &b->lots.at[k];
        if (l->row.lot != was->lots.at[i].row.lot) continue;
        l->fresh |= was->lots.at[i].fresh;
        l->changed |= was->lots.at[i].changed;
        i++;
    }
}

static void put_book(struct waiting *w, struct book *b)
{
    struct purse_row *a = &b->a;
    u64 hash = key_hash(a->member, a->unit, a->name);
    i64 place = place_of(w, hash, a->member, a->unit, a->name);
    if (place < 0) {
        place = w->books.n;
        a->unit = str_copy(w->arena, a->unit);
        a->name = str_copy(w->arena, a->name);
        *PUSH(w->arena, &w->books) = (struct place){ .key = *a };
        slots_add(&w->by_account, w->arena, hash, place);
    }
    struct place *p = &w->books.at[place];
    a->unit = p->key.unit;
    a->name = p->key.name;
    if (p->book) take_on(b, p->book);
    if (w->marks.n) *PUSH(w->arena, &w->log) = (struct was){ place, p->book };
    p->book = b;
    str last = NO_STR, copy = NO_STR;
    for (i64 i = 0; i < b->entries.n; i++) {
        struct waiting_entry *e = PUSH(w->arena, &w->entries);
        *e = (struct waiting_entry){ a->member, a->unit, a->name, b->entries.at[i] };
        e->row.transfer = same_id(w, e->row.transfer, &last, &copy);
    }
    b->entries = (struct entry_row_list){ 0 };
}

static const struct transfer_row *put_transfer(struct waiting *w, const struct transfer_row *r)
{
    struct arena *a = w->arena;
    struct transfer_row *row = PUSH(a, &w->transfers);
    *row = *r;
    row->id = str_copy(a, r->id);
    row->unit = str_copy(a, r->unit);
    row->from_name = str_copy(a, r->from_name);
    row->to_name = str_copy(a, r->to_name);
    row->of_id = str_copy(a, r->of_id);
    row->reason = str_copy(a, r->reason);
    row->actor = str_copy(a, r->actor);
    slots_add(&w->by_id, a, key_hash(row->member, row->id, S("")), w->transfers.n - 1);
    return row;
}

static void put_hold(struct waiting *w, const struct hold_change *h)
{
    struct hold_change *hold = PUSH(w->arena, &w->holds);
    *hold = *h;
    hold->id = str_copy(w->arena, h->id);
    if (!h->transfer) return;
    struct transfer_row *of = NEW(w->arena, struct transfer_row);
    *of = *h->transfer;
    of->unit = str_copy(w->arena, of->unit);
    of->from_name = str_copy(w->arena, of->from_name);
    of->to_name = str_copy(w->arena, of->to_name);
    hold->transfer = of;
}

/* -- lines ------------------------------------------------------------------------------------- */

static struct timeline_line line_of(struct arena *a, const struct transfer_row *r)
{
    static const char *const kinds[] = {
        [T_MOVE] = "ledger.moved",        [T_HOLD] = "ledger.held",
        [T_CONFIRM] = "ledger.confirmed", [T_VOID] = "ledger.voided",
        [T_REVERSE] = "ledger.reversed",  [T_EXPIRE] = "ledger.expired",
        [T_LAPSE] = "ledger.lapsed",      [T_MERGE] = "ledger.merged",
    };
    struct buf b = { .arena = a };
    buf_add(&b, S("{\"transfer\":"));
    json_write_str(&b, r->id);
    buf_add(&b, S(",\"amount\":"));
    buf_i64(&b, r->amount);
    buf_add(&b, S(",\"from\":"));
    buf_i64(&b, r->from_member);
    buf_add(&b, S(",\"to\":"));
    buf_i64(&b, r->to_member);
    if (r->reason.n) {
        buf_add(&b, S(",\"reason\":"));
        json_write_str(&b, r->reason);
    }
    buf_byte(&b, '}');
    return (struct timeline_line){ .at = r->at,
                                   .member = r->member,
                                   .kind = str_of(kinds[r->kind]),
                                   .subject = str_fmt(a, "unit:" STR_FMT, STR_ARG(r->unit)),
                                   .props = buf_str(&b) };
}

enum err work_save(struct work *work)
{
    struct waiting *w = waiting_of(work->t);
    struct arena *a = work->c->arena;
    struct timeline_line *lines = NEWS(a, struct timeline_line, work->transfers.n + 1);
    for (i64 i = 0; i < work->n; i++) {
        struct book *b = work->books[i];
        if (!b->changed) continue;
        if (b->keeps_lots) book_note_lapse(b);
        put_book(w, b);
    }
    for (i64 i = 0; i < work->holds.n; i++) put_hold(w, &work->holds.at[i]);
    for (i64 i = 0; i < work->transfers.n; i++) {
        put_transfer(w, &work->transfers.at[i]);
        lines[i] = line_of(a, &work->transfers.at[i]);
    }
    TRY(timeline_append_all(work->t, lines, work->transfers.n));
    return w->entries.n - w->entries_in < ENTRIES_WAITING_MAX
               ? OK
               : tx_shelf_write(work->t, &waiting_shelf);
}

enum err waiting_write_now(struct tx *t) { return tx_shelf_write(t, &waiting_shelf); }
