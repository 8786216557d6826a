/* shelf.c -- parts of a change that can be undone alone, and rows that wait for its end.
 *
 * Invariants
 * 1. A part whose change has not begun needs no savepoint: where the engine allows it the savepoint
 * is made right before the first statement that changes rows, those of the parts around it first.
 * 2. Marks of a shelf are as many as parts in work: one that comes into use later has as many at
 * once.
 * 3. While a shelf is written nothing triggers another writing; its room adds nothing meanwhile,
 * and others only to one that comes last.
 */
#include <assert.h>
#include <string.h>

#include "store/store_private.h"

/* The linker's bounds, as of the statements (query.c). */
extern struct shelf *const __start_shelves[] __attribute__((weak));
extern struct shelf *const __stop_shelves[] __attribute__((weak));

static struct shelf *shelves[SHELVES_MAX];
static int shelf_count;

/* Once, by the first who numbers the statements. */
static void number_shelves(void)
{
    for (int last = 0; last < 2; last++)
        for (struct shelf *const *at = __start_shelves; at < __stop_shelves; at++) {
            if (!*at || (*at)->last != last) continue;
            assert(shelf_count < SHELVES_MAX);
            (*at)->number = shelf_count;
            shelves[shelf_count++] = *at;
        }
}

u32 shelves_told(const struct query *q)
{
    u32 told = 0;
    if (!shelf_count) number_shelves();
    for (int i = 0; i < shelf_count && !q->past; i++)
        if (strstr(q->sql, shelves[i]->tables) || (q->pg && strstr(q->pg, shelves[i]->tables)))
            told |= 1u << i;
    return told;
}

void batch_begins(struct db *db, struct arena *a)
{
    db->arena = a;
    db->parts = db->opened = 0;
    db->shelved = 0;
    db->writing_shelves = false;
}

void *tx_shelf(struct tx *t, struct shelf *shelf, struct arena **a)
{
    struct db *db = t->c->db;
    void **state = &db->shelves[shelf->number];
    u32 bit = 1u << shelf->number;
    *a = db->arena;
    if (!(db->shelved & bit)) {
        db->shelved |= bit;
        *state = arena_alloc(db->arena, (size_t)shelf->size, 1);
        for (int i = 0; i < db->parts; i++) shelf->mark(*state, db->arena);
    }
    return *state;
}

/* -- parts ------------------------------------------------------------------------------------- */

static enum err open_parts(struct ctx *c, struct db *db)
{
    while (db->opened < db->parts) {
        TRY(db->driver->say(c, db, SAY_SAVEPOINT));
        db->opened++;
    }
    return OK;
}

enum err part_begin(struct ctx *c, struct db *db)
{
    db->parts++;
    for (int i = 0; i < shelf_count; i++)
        if (db->shelved & (1u << i)) shelves[i]->mark(db->shelves[i], db->arena);
    return db->driver->late_savepoints ? OK : open_parts(c, db);
}

enum err part_undo(struct ctx *c, struct db *db)
{
    for (int i = 0; i < shelf_count; i++)
        if (db->shelved & (1u << i)) shelves[i]->undo(db->shelves[i]);
    return db->opened == db->parts ? db->driver->say(c, db, SAY_UNDO) : OK;
}

enum err part_end(struct ctx *c, struct db *db)
{
    bool opened = db->opened == db->parts;
    for (int i = 0; i < shelf_count; i++)
        if (db->shelved & (1u << i)) shelves[i]->keep(db->shelves[i]);
    db->parts--;
    if (!opened) return OK;
    db->opened--;
    return db->driver->say(c, db, SAY_RELEASE);
}

/* -- what waits -------------------------------------------------------------------------------- */

enum err shelves_write(struct ctx *c, struct db *db, u32 which)
{
    struct tx t = { c };
    enum err e = OK;
    if (!(db->shelved & which)) return OK;
    db->writing_shelves = true;
    for (int i = 0; i < shelf_count && e == OK; i++)
        if (db->shelved & which & (1u << i)) e = shelves[i]->write(&t, db->shelves[i]);
    db->writing_shelves = false;
    return e;
}

enum err tx_shelf_write(struct tx *t, struct shelf *shelf)
{
    return shelves_write(t->c, t->c->db, 1u << shelf->number);
}

enum err shelves_before(struct ctx *c, struct db *db, const struct query *q)
{
    if (db->shelved && !db->writing_shelves) {
        u32 told = db->shelved & (q->once ? shelves_told(q) : q->tells);
        if (told) TRY(shelves_write(c, db, told));
    }
    return q->changes && db->opened < db->parts ? open_parts(c, db) : OK;
}
