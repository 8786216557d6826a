/* keep.c -- writes what was told: which messages are new, whose they are, their lines, profile
 * values.
 *
 * Invariants
 *   1. The ids of messages, their lines and what they change of members are one change: a message
 * whose id is known has left everything it leaves.
 *   2. Nothing here reads what was told: that is done before the writer's turn.
 */
#include <sodium.h>
#include <stdatomic.h>

#include "base/log.h"
#include "base/num.h"
#include "base/room.h"
#include "track/repeat.h"
#include "track/tree.h"

const struct migration track_migrations[] = {
    /* The ids of messages seen lately, as 128 bits of a hash. Not of a member: asked for before
       anybody is known. */
    { "0001 track", "CREATE TABLE track_seen ("
                    "  high int64 NOT NULL,"
                    "  low int64 NOT NULL,"
                    "  at int64 NOT NULL,"
                    "  PRIMARY KEY (high, low)"
                    ") clustered;"
                    "CREATE INDEX track_seen_at ON track_seen (at);" },
    /* Since then: repeat.c. Nothing is added to track_seen any more. */
    { "0002 track log", "CREATE TABLE track_log ("
                        "  batch int64 NOT NULL,"
                        "  at int64 NOT NULL,"
                        "  keys bytes NOT NULL,"
                        "  PRIMARY KEY (batch)"
                        ") clustered;" },
    { NULL, NULL },
};

void behaviour_key(struct behaviour *b, str scope, str id)
{
    crypto_generichash_state state;
    u64 hash[2]; /* the shortest it makes; half of it is kept */
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    crypto_generichash_update(&state, (const u8 *)scope.at, (unsigned long long)scope.n);
    crypto_generichash_update(&state, (const u8 *)":", 1);
    crypto_generichash_update(&state, (const u8 *)id.at, (unsigned long long)id.n);
    crypto_generichash_final(&state, (u8 *)hash, sizeof hash);
    b->key = hash[0] ? hash[0] : 1;
    b->keyed = true;
}

struct batch {
    const struct behaviours *in;
    str source;
    struct track_kept *out;
    struct tx *t;
    bool *old; /* by place: was told before */
    i64 *member;
    i64 *whose; /* who was resolved: places in `in` by hash of identities; -1: free */
    i64 slots;
};

static enum err find_new(struct batch *b)
{
    u64 *keys = NEWS(b->t->c->arena, u64, b->in->n);
    for (i64 i = 0; i < b->in->n; i++)
        if (b->in->at[i].keyed) keys[i] = b->in->at[i].key;
    return repeats_mark(b->t, keys, b->in->n, b->old);
}

/* -- whose they are --------------------------------------------------------------------------- */

static u64 hash_of(const struct behaviour *told)
{
    u64 hash = 0;
    for (i64 i = 0; i < told->identities_n; i++)
        hash = hash * 31 + str_hash(told->identities[i].value) + (u64)told->identities[i].kind;
    return hash;
}

static bool same_identities(const struct behaviour *x, const struct behaviour *y)
{
    if (x->identities_n != y->identities_n) return false;
    for (i64 i = 0; i < x->identities_n; i++) {
        const struct identity *p = &x->identities[i], *q = &y->identities[i];
        if (p->kind != q->kind || !str_eq(p->value, q->value) || !str_eq(p->scope, q->scope))
            return false;
    }
    return true;
}

static void forget_members(struct batch *b)
{
    for (i64 i = 0; i < b->slots; i++) b->whose[i] = -1;
}

/* A login that nobody has yet, said to be the same person as a device or phone known before: that
 * member takes it, unless he has a login of his own. Met by chance on one device, the member room
 * would take them for two. */
static enum err link_login(struct batch *b, const struct behaviour *told)
{
    struct ctx *c = b->t->c;
    const struct identity *login = NULL;
    for (i64 i = 0; i < told->identities_n && !login; i++)
        if (told->identities[i].kind == ID_USER_ID) login = &told->identities[i];
    i64 known = 0, former = 0;
    if (login) TRY(member_find(c, login, &known));
    if (!login || known) return OK;
    for (i64 i = 0; i < told->identities_n && !former; i++)
        if (&told->identities[i] != login) TRY(member_find(c, &told->identities[i], &former));
    if (!former) return OK;
    struct identity_view_list his;
    struct identity both[2] = { [1] = *login };
    bool anchored = false;
    TRY(member_identities(c, former, true, &his));
    for (i64 i = 0; i < his.n; i++) {
        if (his.at[i].kind == ID_USER_ID) return OK;
        if (!identity_kind_row(his.at[i].kind)->identifies) continue;
        both[0] = (struct identity){ .kind = his.at[i].kind,
                                     .scope = his.at[i].scope,
                                     .value = his.at[i].value };
        anchored = true;
    }
    if (!anchored) return OK; /* nobody but a device: it joins by itself */
    struct member_sighting sighting = {
        .identities = both, .n = 2, .source = S("track"), .at = told->seen_at
    };
    bool created;
    return member_resolve(b->t, &sighting, &former, &created);
}

static enum err decide_former(struct batch *b, struct behaviour *told)
{
    struct ctx *c = b->t->c;
    struct identity *all = NEWS(c->arena, struct identity, told->identities_n);
    memcpy(all, told->identities, sizeof *all * (size_t)told->identities_n);
    struct identity user = all[told->former - 1];
    i64 known;
    user.kind = ID_USER_ID;
    TRY(member_find(c, &user, &known));
    if (known) all[told->former - 1] = user;
    told->identities = all;
    return OK;
}

/* Most messages of a batch come from few people: each is asked for once, until something tells who
 * is who. */
static enum err find_member(struct batch *b, i64 place)
{
    const struct behaviour *told = &b->in->at[place];
    struct behaviour decided = *told;
    i64 at = (i64)(hash_of(told) & (u64)(b->slots - 1));
    for (; b->whose[at] >= 0; at = (at + 1) & (b->slots - 1))
        if (same_identities(&b->in->at[b->whose[at]], told)) {
            b->member[place] = b->member[b->whose[at]];
            if (!told->joins && !told->name.n) return OK;
            break;
        }
    if (told->former) TRY(decide_former(b, &decided));
    if (told->links) TRY(link_login(b, &decided));
    struct member_sighting sighting = { .identities = decided.identities,
                                        .n = decided.identities_n,
                                        .name = told->name,
                                        .touchpoint = told->touchpoint,
                                        .source = b->source,
                                        .at = told->seen_at };
    bool created;
    TRY(member_resolve(b->t, &sighting, &b->member[place], &created));
    b->out->created += created;
    if (told->joins) forget_members(b);
    else b->whose[at] = place;
    return OK;
}

/* -- profile values --------------------------------------------------------------------------- */

struct put {
    i64 member;
    str field, value;
    instant at;
};

static enum err put_value(struct tx *t, void *arg)
{
    const struct put *p = arg;
    return profile_put(t, p->member, p->field, p->value, S("track"), p->at);
}

static const struct value_view *value_find(const struct value_view_list *values, str field)
{
    for (i64 i = 0; i < values->n; i++)
        if (str_eq(values->at[i].field, field)) return &values->at[i];
    return NULL;
}

/* What is to be put, when it depends on what is there. False: nothing. */
static bool change_value(struct ctx *c, enum trait_change change, const struct value_view *had,
                         struct put *p)
{
    money sum, more;
    switch (change) {
    case TRAIT_SET: return true;
    case TRAIT_SET_ONCE: return !had;
    case TRAIT_UNSET: p->value = NO_STR; return true;
    case TRAIT_APPEND:
        if (had)
            p->value =
                str_fmt(c->arena, STR_FMT "," STR_FMT, STR_ARG(had->value), STR_ARG(p->value));
        break;
    case TRAIT_ADD:
        if (!money_parse_loose(p->value, &more)) return false;
        sum = more;
        if (had && (!money_parse_loose(had->value, &sum) || !i64_add(sum, more, &sum)))
            return false;
        p->value = money_text(c->arena, sum);
        if (str_ends(p->value, S(".00"))) p->value = str_sub(p->value, 0, p->value.n - 3);
        break;
    }
    if (had && had->at > p->at) p->at = had->at; /* adds to what is there, whenever that was said */
    return true;
}

/* Traits nobody defined a field for, or that do not fit it, are no reason to refuse what else was
 * told. */
static enum err put_traits(struct batch *b, i64 place)
{
    const struct behaviour *told = &b->in->at[place];
    struct ctx *c = b->t->c;
    struct value_view_list values = { 0 };
    if (told->change != TRAIT_SET) {
        i64 living;
        TRY(member_living(c, b->member[place], &living));
        TRY(member_values(c, living, true, &values));
    }
    for (i64 i = 0; i < told->traits.n; i++) {
        struct put p = { b->member[place], told->traits.at[i].field, told->traits.at[i].value,
                         told->seen_at };
        if (!change_value(c, told->change, value_find(&values, p.field), &p)) continue;
        enum err e = tx_try(b->t, put_value, &p);
        if (e != OK && e != E_INVALID && e != E_NOT_FOUND && e != E_CONFLICT) return e;
    }
    return OK;
}

/* -- the change ------------------------------------------------------------------------------- */

static enum err keep(struct tx *t, void *arg)
{
    struct batch *b = arg;
    struct arena *a = t->c->arena;
    i64 n = b->in->n;
    b->t = t;
    *b->out = (struct track_kept){ 0 };
    for (b->slots = 16; b->slots < 2 * n; b->slots *= 2) {
    }
    b->old = NEWS(a, bool, n);
    b->member = NEWS(a, i64, n);
    b->whose = NEWS(a, i64, b->slots);
    forget_members(b);
    TRY(find_new(b));
    struct timeline_line *lines = NEWS(a, struct timeline_line, n);
    i64 lines_n = 0;
    for (i64 i = 0; i < n; i++) {
        const struct behaviour *told = &b->in->at[i];
        if (b->old[i]) {
            b->out->repeated++;
            continue;
        }
        b->out->kept++;
        if (told->identities_n) TRY(find_member(b, i));
        if (told->traits.n) TRY(put_traits(b, i));
        if (!told->kind.n) continue;
        lines[lines_n++] = (struct timeline_line){ .at = told->at,
                                                   .member = b->member[i],
                                                   .kind = told->kind,
                                                   .subject = told->subject,
                                                   .touchpoint = told->touchpoint,
                                                   .value = told->value,
                                                   .props = told->props };
    }
    return timeline_append_all(t, lines, lines_n);
}

static struct {
    _Atomic i64 kept, repeated, refused;
} counts;

enum err track_put(struct tx *t, const struct behaviours *in, str source, struct track_kept *out)
{
    struct batch b = { .in = in, .source = source, .out = out };
    return keep(t, &b);
}

enum err track_keep(struct store *s, struct ctx *c, const struct behaviours *in,
                    struct track_kept *out)
{
    *out = (struct track_kept){ 0 };
    if (in->n == 0) return OK;
    struct batch b = { .in = in, .source = S("track"), .out = out };
    TRY(repeats_load(s, c));
    TRY(store_write(s, c, keep, &b));
    atomic_fetch_add(&counts.kept, out->kept);
    atomic_fetch_add(&counts.repeated, out->repeated);
    atomic_fetch_add(&counts.refused, in->refused);
    return OK;
}

void track_gauges(struct buf *out, void *unused)
{
    (void)unused;
    buf_fmt(out,
            "# TYPE koi_track_messages_total counter\n"
            "koi_track_messages_total{result=\"kept\"} %lld\n"
            "koi_track_messages_total{result=\"repeated\"} %lld\n"
            "koi_track_messages_total{result=\"refused\"} %lld\n",
            (long long)atomic_load(&counts.kept), (long long)atomic_load(&counts.repeated),
            (long long)atomic_load(&counts.refused));
    buf_fmt(out,
            "# TYPE koi_track_repeats_bytes gauge\n"
            "koi_track_repeats_bytes %lld\n",
            (long long)repeats_bytes());
}

enum err track_forget(struct store *s, struct ctx *c) { return repeats_forget(s, c); }
