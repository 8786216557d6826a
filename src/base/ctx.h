/* ctx.h -- what a request, a job run or a command carries: memory, database, clock, rights, words
 * for errors.
 *
 * Functions that take `struct ctx *` first only read; those that take `struct tx *` (store/store.h)
 * change rows.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct db;
struct store;
struct zone;
struct audit_note; /* access/access.h */

enum locale { ZH, EN };

/* What went wrong, for people. `field` is a JSON pointer ("/lines/2/price"), a column name, or
 * empty. */
struct problem {
    enum err err;
    char field[96];
    char detail[512];
};

struct ctx {
    struct arena *arena;     /* ends with the request */
    struct store *store;     /* where writes go; NULL inside pure tests */
    struct db *db;           /* a reader, or the writer's connection inside store_write */
    instant now;             /* injected: nothing else asks for the time */
    const struct zone *zone; /* the programme's time zone: what "a day" means */
    u64 rights;              /* bits of access/access.h */
    i64 user;                /* who acts: a user id, 0 for the system */
    i64 key;                 /* by an API key: its id, else 0 */
    i64 member;              /* a member himself, by his token: his living id, else 0 */
    str actor;   /* how the audit log names him: "user:anna", "key:erp", "member:7", "cli", "system"
                  */
    str address; /* where he comes from, for the audit log; empty when not by the network */
    struct audit_note *audit; /* the line of the route in work, not written yet; else NULL */
    enum locale locale;
    struct problem why; /* set by fail() */
};

/* Sets c->why and answers e. zh and en take the same arguments in the same order. */
enum err fail(struct ctx *c, enum err e, const char *zh, const char *en, ...) FORMAT(3, 5)
    FORMAT(4, 5);
/* The same, naming the field at fault. */
enum err fail_at(struct ctx *c, enum err e, str field, const char *zh, const char *en, ...)
    FORMAT(4, 6) FORMAT(5, 6);
/* e, which a check of values answered that knows no fields: where E_INVALID names none, it is this.
 */
enum err fail_place(struct ctx *c, enum err e, str field);
/* c->why as one line for a person: title: detail (field). */
str fail_text(struct ctx *c);

/* Picks by locale. */
static inline str say(const struct ctx *c, str zh, str en) { return c->locale == ZH ? zh : en; }
