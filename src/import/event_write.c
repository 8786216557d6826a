/* event_write.c -- a batch of behaviour into the store, in one write: which rows are new, their
 * lines; what a run counts and shows of them.
 *
 * Rows alike in all they say are legal: somebody looked at a thing twice in a second. So a row is
 * known by its content and counted:
 *   1. import_row holds, for each different row, how many of it are on the timeline (known), and
 *      how many the run that met it last has met so far (run, met).
 *   2. a run adds of a row what it has met beyond what is known. The same file again, after a kill
 *      or for another reason, adds what was missing; a file that overlaps adds what is new.
 *   3. count and lines are one change.
 */
#include "import/kind.h"

#include <stdlib.h>

#define FIELDS_OF_met_row(X, N) \
    X(instant, at, ANY, "", N)  \
    X(i64, hash, ANY, "", N)    \
    X(i64, fresh, ANY, "", N)
SHAPE(met_row);
SHAPE_DEFINE(met_row);

/* MET: by this run, with what it meets now; fresh: beyond what was known. */
#define MET                                                                        \
    "((CASE WHEN import_row.run = excluded.run THEN import_row.met ELSE 0 END) + " \
    "excluded.met)"
#define MEET_OR_COUNT                                                                           \
    " ON CONFLICT (at, hash) DO UPDATE SET"                                                     \
    " fresh = CASE WHEN " MET " > import_row.known THEN " MET " - import_row.known ELSE 0 END," \
    " known = CASE WHEN " MET " > import_row.known THEN " MET " ELSE import_row.known END,"     \
    " met = " MET ", run = excluded.run RETURNING at, hash, fresh"
#define MEET_INTO "INSERT INTO import_row (run, at, hash, known, met, fresh) VALUES"
CHANGE_RETURNING(row_meet, met_row, MEET_INTO " ($1, $2, $3, $4, $4, $4)" MEET_OR_COUNT);
/* Eight a statement: on PostgreSQL each is a round trip. */
#define EIGHT ((i64)8)
CHANGE_RETURNING(row_meet_eight, met_row,
                 MEET_INTO
                 " ($1, $2, $3, $4, $4, $4), ($1, $5, $6, $7, $7, $7),"
                 " ($1, $8, $9, $10, $10, $10), ($1, $11, $12, $13, $13, $13),"
                 " ($1, $14, $15, $16, $16, $16), ($1, $17, $18, $19, $19, $19),"
                 " ($1, $20, $21, $22, $22, $22), ($1, $23, $24, $25, $25, $25)" MEET_OR_COUNT);

/* A different row of the batch: where it stands first, how often, and how many of them are new. */
struct met {
    instant at;
    i64 hash, place, times, fresh;
};
struct event_change {
    struct import_work *w;
    struct import_batch *b;
    struct met *met; /* by time and hash: neighbours on disk */
    i64 met_n;
    i64 *next; /* of each row the next that is alike; -1 ends */
    i64 number, fresh;
    struct track_kept kept;
};

static int by_place(const void *x, const void *y)
{
    const struct met *a = x, *b = y;
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* The different rows of a batch, and chains of those alike. */
static void rows_sort(struct event_change *change)
{
    const struct import_batch *b = change->b;
    i64 *next = change->next;
    struct met *all = NEWS(b->arena, struct met, b->told.n + 1);
    i64 n = 0, before = -1;
    for (i64 i = 0; i < b->told.n; i++)
        all[i] = (struct met){ b->told.at[i].at, (i64)b->rows_told[i].hash, i, 1, 0 };
    qsort(all, (size_t)b->told.n, sizeof *all, by_place);
    for (i64 i = 0; i < b->told.n; i++) {
        i64 place = all[i].place;
        bool same = n && all[n - 1].at == all[i].at && all[n - 1].hash == all[i].hash;
        next[place] = -1;
        if (same) next[before] = place;
        before = place;
        if (same) all[n - 1].times++;
        else all[n++] = all[i];
    }
    change->met = all;
    change->met_n = n;
}

static enum err meet(struct tx *t, struct event_change *change, struct query *q, struct met *met,
                     i64 n)
{
    struct value values[1 + 3 * EIGHT];
    struct met_row_list rows;
    struct arena_mark mark = arena_mark(t->c->arena);
    values[0] = V(change->number);
    for (i64 i = 0; i < n; i++) {
        values[1 + 3 * i] = V(met[i].at);
        values[2 + 3 * i] = V(met[i].hash);
        values[3 + 3 * i] = V(met[i].times);
    }
    TRY(db_all(t->c, q, &rows, ((struct args){ values, (int)(1 + 3 * n) })));
    for (i64 i = 0; i < n; i++)
        for (i64 k = 0; k < rows.n; k++)
            if (rows.at[k].at == met[i].at && rows.at[k].hash == met[i].hash)
                met[i].fresh = rows.at[k].fresh;
    for (i64 i = 0; i < n; i++) change->fresh += met[i].fresh;
    arena_rewind(t->c->arena, mark);
    return OK;
}

static enum err write_events(struct tx *t, void *arg)
{
    struct event_change *change = arg;
    const struct import_batch *b = change->b;
    struct arena *a = t->c->arena;
    change->number = change->w->number;
    change->fresh = 0;
    if (!change->number) TRY(tx_take(t, S("import_events"), 1, &change->number));
    i64 done = 0;
    for (; change->met_n - done >= EIGHT; done += EIGHT)
        TRY(meet(t, change, &row_meet_eight, change->met + done, EIGHT));
    for (; done < change->met_n; done++) TRY(meet(t, change, &row_meet, change->met + done, 1));
    bool *fresh = NEWS(a, bool, b->told.n);
    for (i64 i = 0; i < change->met_n; i++) {
        i64 place = change->met[i].place;
        for (i64 k = 0; k < change->met[i].fresh; k++, place = change->next[place])
            fresh[place] = true;
    }
    struct behaviours in = { NEWS(a, struct behaviour, change->fresh + 1), 0, 0 };
    for (i64 i = 0; i < b->told.n; i++)
        if (fresh[i]) in.at[in.n++] = b->told.at[i];
    return track_put(t, &in, S("import"), &change->kept);
}

static void count_persons(struct import_work *w, const struct import_batch *b)
{
    for (i64 i = 0; i < b->persons.n; i++) {
        const struct identity *id = &b->persons.at[i].identities[0];
        if (b->persons.at[i].strong)
            key_count_add(w->members,
                          str_hash(id->value) ^ str_hash(id->scope) * 31 ^ (u64)id->kind << 56);
    }
}

enum err event_batch_write(struct import_work *w, struct import_batch *b)
{
    struct import_summary *s = &w->run->summary;
    struct event_change change = { .w = w, .b = b, .next = NEWS(b->arena, i64, b->told.n + 1) };
    if (!b->told.n) return OK;
    rows_sort(&change);
    TRY(store_write(w->store, w->c, write_events, &change));
    w->number = change.number;
    s->events += change.fresh;
    s->known += b->told.n - change.fresh;
    s->created_members += change.kept.created;
    count_persons(w, b);
    return OK;
}

/* -- counting and showing -----------------------------------------------------------------------
 */

void event_batch_count(struct import_work *w, const struct import_batch *b)
{
    w->run->summary.events += b->told.n;
    count_persons(w, b);
}

void event_shown(struct ctx *c, struct arena *a, const struct import_batch *b, i64 i,
                 struct import_shown *out)
{
    const struct behaviour *told = &b->told.at[i];
    struct identity id = identity_shown(c, a, &told->identities[0]);
    *out = (struct import_shown){ .at = told->at,
                                  .event = str_copy(a, told->kind),
                                  .member_kind = choice_name(&identity_kind_choice, (int)id.kind),
                                  .member = id.value,
                                  .subject = str_copy(a, told->subject),
                                  .value = told->value,
                                  .props = str_copy(a, told->props) };
}

void event_batch_show(struct import_work *w, const struct import_batch *b)
{
    struct arena *a = w->c->arena;
    for (i64 i = 0; i < b->told.n && w->run->events.n < w->run->facts_max; i++)
        event_shown(w->c, a, b, i, PUSH(a, &w->run->events));
}

/* Two names for one thing would be counted apart. */
static void note_names(struct import_work *w)
{
    struct arena *a = w->c->arena;
    const struct import_plan *p = &w->run->plan;
    for (i64 i = 0; i < p->events.n; i++) {
        str chosen = p->events.at[i].event, standard = event_name(a, chosen);
        if (str_eq(chosen, standard)) continue;
        import_note(
            w, str_fmt(a,
                       w->c->locale == ZH
                           ? "“" STR_FMT "”照写；跟踪接口把同样的行为记为“" STR_FMT "”，两者分开计"
                           : "\"" STR_FMT "\" is kept as given; the tracking doors call the "
                             "same \"" STR_FMT "\", the two are counted apart",
                       STR_ARG(chosen), STR_ARG(standard)));
    }
}

void event_notes(struct import_work *w, str words)
{
    struct arena *a = w->c->arena;
    note_names(w);
    if (words.n)
        import_note(w, str_fmt(a,
                               w->c->locale == ZH
                                   ? "没有用 --event 说明的事件，按原名导入：" STR_FMT
                                   : "events that --event does not name are in under their own "
                                     "names: " STR_FMT,
                               STR_ARG(words)));
}
