/* resolve.c -- from the identities of one sighting to one member.
 *
 * Three steps: read who owns each strong identity; choose whose sighting it is; claim what nobody
 * owns, merge the anonymous, record conflicts. On PostgreSQL another writer may take an identity
 * between reading and claiming: then the sighting is judged afresh with what is true by now
 * (`again`); what was claimed so far stands, for it went to the chosen one.
 */
#include <assert.h>

#include "member/member_private.h"

#define IDENTITIES_MAX 32
#define JUDGED_MAX     8

#define FIELDS_OF_owner_row(X, N)          \
    X(i64, member, ANY, "", N)             \
    X(opt_i64, merged_into, ANY, "", N)    \
    X(flag, identified, ANY, "", N)        \
    X(str, own_name, ANY, "", N)           \
    X(instant, own_first_seen, ANY, "", N) \
    X(opt_instant, erased_at, ANY, "", N)
SHAPE(owner_row);
SHAPE_DEFINE(owner_row);

#define OWNER_FIND                                                                          \
    "SELECT m.member AS member, m.merged_into AS merged_into, m.identified AS identified,"  \
    " m.own_name AS own_name, m.own_first_seen AS own_first_seen, m.erased_at AS erased_at" \
    " FROM identity_owner o JOIN member m ON m.member = o.member"                           \
    " WHERE o.kind = $1 AND o.scope = $2 AND o.value = $3"
QUERY_PG(owner_find, owner_row, OWNER_FIND, OWNER_FIND " FOR KEY SHARE OF m");

#define OWNER_READ                                                                            \
    "SELECT member, merged_into, identified, own_name, own_first_seen, erased_at FROM member" \
    " WHERE member = $1"
QUERY_PG(owner_read, owner_row, OWNER_READ, OWNER_READ " FOR KEY SHARE");

CHANGE(owner_claim,
       "INSERT INTO identity_owner (kind, scope, value, member) VALUES ($1, $2, $3, $4)"
       " ON CONFLICT (kind, scope, value) DO NOTHING");
CHANGE(owner_release, "DELETE FROM identity_owner WHERE kind = $1 AND scope = $2 AND value = $3"
                      " AND member = $4");
CHANGE(identity_insert,
       "INSERT INTO identity (member, kind, scope, value, origin, strong, source, seen_at)"
       " VALUES ($1, $2, $3, $4, $1, $5, $6, $7)"
       " ON CONFLICT (member, kind, scope, value, origin) DO NOTHING");
CHANGE(member_insert,
       "INSERT INTO member (member, created_at, identified, own_name, own_folded, own_touchpoint,"
       " own_first_seen, name, folded, phone, touchpoint, first_seen)"
       " VALUES ($1, $2, $3, $4, $5, $6, $7, $4, $5, $8, $6, $7)");
/* Seen earlier than known so far: the touchpoint of the earliest sighting counts. */
CHANGE(
    member_seen_earlier,
    "UPDATE member SET own_first_seen = $2, own_touchpoint = COALESCE($3, own_touchpoint),"
    " touchpoint = CASE WHEN first_seen > $2 THEN COALESCE($3, own_touchpoint) ELSE touchpoint END,"
    " first_seen = CASE WHEN first_seen > $2 THEN $2 ELSE first_seen END WHERE member = $1");
CHANGE(member_named, "UPDATE member SET own_name = $2, own_folded = $3 WHERE member = $1");
/* Members known by this weak identity and by no strong one. */
QUERY(weak_find, one_i64,
      "SELECT i.member AS value FROM identity i"
      " WHERE i.value = $3 AND i.kind = $1 AND i.scope = $2 AND NOT i.strong"
      " AND NOT EXISTS (SELECT 1 FROM identity s WHERE s.member = i.member AND s.strong)"
      " ORDER BY i.member LIMIT 100");
QUERY(weak_has, one_i64,
      "SELECT COUNT(*) AS value FROM identity"
      " WHERE member = $4 AND kind = $1 AND scope = $2 AND value = $3");
QUERY(owner_member, one_i64,
      "SELECT member AS value FROM identity_owner WHERE kind = $1 AND scope = $2 AND value = $3");

/* -- one identity ----------------------------------------------------------------------------- */

static str kind_name(const struct identity *id)
{
    return choice_name(&identity_kind_choice, id->kind);
}
static str scope_of(const struct identity *id) { return str_or(id->scope, S("")); }

enum err member_find(struct ctx *c, const struct identity *id, i64 *living)
{
    struct one_i64 row = { 0 };
    bool found;
    TRY(db_find(c, &owner_member, &row, &found, ARGS(kind_name(id), scope_of(id), id->value)));
    *living = row.value;
    return OK;
}

enum err identity_claim(struct tx *t, const struct identity *id, i64 member, bool *got)
{
    i64 rows;
    TRY(tx_change_rows(t, &owner_claim, &rows,
                       ARGS(kind_name(id), scope_of(id), id->value, member)));
    *got = rows == 1;
    return OK;
}

enum err identity_attach(struct tx *t, const struct identity *id, i64 member, str source,
                         instant at)
{
    bool strong = identity_kind_row(id->kind)->strong;
    return tx_change(t, &identity_insert,
                     ARGS(member, kind_name(id), scope_of(id), id->value, strong, source, at));
}

/* -- one sighting ----------------------------------------------------------------------------- */

struct seen {
    const struct identity *id;
    const struct identity_kind_row *kind;
    struct owner_row owner; /* member 0: nobody's */
};

struct sight {
    struct tx *t;
    const struct member_sighting *in;
    str touchpoint; /* absent rather than empty */
    instant at;
    struct seen strong[IDENTITIES_MAX];
    i64 n;
    const struct identity *weak[IDENTITIES_MAX];
    i64 weak_n;
    struct owner_row chosen; /* member 0: nobody yet */
    i64 erased;              /* the erased member that one of the identities led to */
    bool again;
};

static void sort_identities(struct sight *s)
{
    for (i64 i = 0; i < s->in->n; i++) {
        const struct identity *id = &s->in->identities[i];
        const struct identity_kind_row *kind = identity_kind_row(id->kind);
        if (!kind->strong) s->weak[s->weak_n++] = id;
        else s->strong[s->n++] = (struct seen){ .id = id, .kind = kind };
    }
}

static enum err read_owners(struct sight *s)
{
    s->chosen = (struct owner_row){ 0 };
    for (i64 i = 0; i < s->n; i++) {
        struct seen *seen = &s->strong[i];
        bool found;
        seen->owner = (struct owner_row){ 0 };
        TRY(db_find(s->t->c, &owner_find, &seen->owner, &found,
                    ARGS(kind_name(seen->id), scope_of(seen->id), seen->id->value)));
        if (!found) seen->owner = (struct owner_row){ 0 };
        /* Merged while we waited for his row: the owner has changed too, by now. */
        if (found && seen->owner.merged_into.has) s->again = true;
    }
    return OK;
}

/* Whose sighting it is; see member_resolve's promise for the order. */
static void choose(struct sight *s)
{
    const struct owner_row *device_of = NULL, *anonymous = NULL;
    bool names_somebody = false;
    for (i64 i = 0; i < s->n; i++) {
        const struct seen *seen = &s->strong[i];
        names_somebody |= seen->kind->identifies;
        if (!seen->owner.member) continue;
        if (seen->kind->identifies) {
            s->chosen = seen->owner;
            return;
        }
        if (seen->owner.identified && !device_of) device_of = &seen->owner;
        if (!seen->owner.identified && (!anonymous || seen->owner.member < anonymous->member))
            anonymous = &seen->owner;
    }
    if (!names_somebody && device_of) s->chosen = *device_of;
    else if (anonymous) s->chosen = *anonymous;
}

/* All weak identities given must be his: one alone is shared by too many. */
static enum err choose_by_weak(struct sight *s)
{
    struct ctx *c = s->t->c;
    struct one_i64_list candidates;
    const struct identity *first = s->weak[0];
    TRY(db_all(c, &weak_find, &candidates, ARGS(kind_name(first), scope_of(first), first->value)));
    for (i64 i = 0; i < candidates.n; i++) {
        i64 member = candidates.at[i].value, matching = 1;
        for (; matching < s->weak_n; matching++) {
            const struct identity *id = s->weak[matching];
            struct one_i64 has;
            TRY(db_get(c, &weak_has, &has, ARGS(kind_name(id), scope_of(id), id->value, member)));
            if (!has.value) break;
        }
        if (matching < s->weak_n) continue;
        TRY(db_get(c, &owner_read, &s->chosen, ARGS(member)));
        if (!s->chosen.merged_into.has) return OK;
        s->chosen = (struct owner_row){ 0 };
    }
    return OK;
}

/* Identities of an erased person are not kept; alone, they lead to his nameless member. */
static enum err drop_suppressed(struct sight *s)
{
    i64 kept = 0;
    for (i64 i = 0; i < s->n; i++) {
        i64 erased = 0;
        if (!s->strong[i].owner.member) TRY(suppressed_find(s->t, s->strong[i].id, &erased));
        if (erased) s->erased = erased;
        else s->strong[kept++] = s->strong[i];
    }
    s->n = kept;
    return OK;
}

/* -- a known member --------------------------------------------------------------------------- */

static bool is_better_name(str had, str now)
{
    return now.n && (!had.n || (str_has(had, '*') && !str_has(now, '*')));
}

static enum err note_seen(struct sight *s)
{
    i64 member = s->chosen.member;
    if (s->at < s->chosen.own_first_seen) {
        TRY(tx_change(s->t, &member_seen_earlier, ARGS(member, s->at, s->touchpoint)));
        TRY(member_line(s->t, member, "member.seen_earlier", NO_STR, NO_STR));
    }
    if (!is_better_name(s->chosen.own_name, s->in->name)) return OK;
    TRY(tx_change(s->t, &member_named,
                  ARGS(member, s->in->name, str_fold(s->t->c->arena, s->in->name))));
    TRY(member_refresh(s->t, member));
    return member_line(s->t, member, "member.named", NO_STR, NO_STR);
}

/* Other owners met in the sighting: the anonymous become the chosen one, unless two identified
 * people are in it. */
static enum err join_others(struct sight *s)
{
    i64 chosen = s->chosen.member;
    bool disputed = false;
    for (i64 i = 0; i < s->n; i++) {
        const struct owner_row *o = &s->strong[i].owner;
        if (!o->member || o->member == chosen || !o->identified) continue;
        disputed = true;
        TRY(conflict_record(s->t, chosen, o->member, s->strong[i].id, s->in->source));
    }
    if (disputed) return OK;
    for (i64 i = 0; i < s->n; i++) {
        struct owner_row *o = &s->strong[i].owner;
        if (!o->member || o->member == chosen) continue;
        i64 merge, joined = o->member;
        TRY(member_merge(s->t, chosen, joined, S("auto"), &merge));
        for (i64 k = i; k < s->n; k++)
            if (s->strong[k].owner.member == joined) s->strong[k].owner.member = chosen;
    }
    return OK;
}

/* Keeps only the weak identities he does not have yet. */
static enum err drop_known_weak(struct sight *s)
{
    i64 kept = 0;
    for (i64 i = 0; i < s->weak_n; i++) {
        const struct identity *id = s->weak[i];
        struct one_i64 has;
        TRY(db_get(s->t->c, &weak_has, &has,
                   ARGS(kind_name(id), scope_of(id), id->value, s->chosen.member)));
        if (!has.value) s->weak[kept++] = id;
    }
    s->weak_n = kept;
    return OK;
}

static enum err add_identities(struct sight *s)
{
    i64 member = s->chosen.member, living;
    TRY(drop_known_weak(s));
    bool wanted = s->weak_n > 0;
    for (i64 i = 0; i < s->n; i++) wanted |= !s->strong[i].owner.member;
    if (!wanted) return OK;
    TRY(member_hold(s->t, member, &living));
    if (living != member) {
        s->again = true;
        return OK;
    }
    for (i64 i = 0; i < s->n; i++) {
        const struct identity *id = s->strong[i].id;
        if (s->strong[i].owner.member) continue;
        bool got;
        TRY(identity_claim(s->t, id, member, &got));
        if (!got) {
            s->again = true;
            continue;
        }
        TRY(identity_attach(s->t, id, member, s->in->source, s->at));
        TRY(member_line(s->t, member, "member.identity_added",
                        str_fmt(s->t->c->arena, "identity:" STR_FMT, STR_ARG(kind_name(id))),
                        NO_STR));
    }
    for (i64 i = 0; i < s->weak_n; i++)
        TRY(identity_attach(s->t, s->weak[i], member, s->in->source, s->at));
    return member_refresh(s->t, member);
}

/* -- a new member ----------------------------------------------------------------------------- */

static str phone_of(const struct sight *s)
{
    for (i64 i = 0; i < s->n; i++)
        if (s->strong[i].id->kind == ID_PHONE) return s->strong[i].id->value;
    for (i64 i = 0; i < s->weak_n; i++)
        if (s->weak[i]->kind == ID_MASKED_PHONE && !str_starts(s->weak[i]->value, S("$$")))
            return s->weak[i]->value; /* ciphertext tells people apart, but is no number to show */
    return NO_STR;
}

static bool is_named_before(const struct sight *s, i64 i)
{
    const struct identity *id = s->strong[i].id;
    for (i64 k = 0; k < i; k++)
        if (s->strong[k].id->kind == id->kind && str_eq(s->strong[k].id->value, id->value) &&
            str_eq(scope_of(s->strong[k].id), scope_of(id)))
            return true;
    return false;
}

/* All that nobody owns becomes the new number's, or nothing does and the sighting is judged again.
 */
static enum err claim_all(struct sight *s, i64 member)
{
    for (i64 i = 0; i < s->n; i++) {
        bool got;
        if (s->strong[i].owner.member || is_named_before(s, i)) continue;
        TRY(identity_claim(s->t, s->strong[i].id, member, &got));
        if (got) continue;
        for (i64 k = 0; k < i; k++) {
            const struct identity *id = s->strong[k].id;
            TRY(tx_change(s->t, &owner_release,
                          ARGS(kind_name(id), scope_of(id), id->value, member)));
        }
        s->again = true;
        return OK;
    }
    return OK;
}

static enum err create_line(struct sight *s, i64 member)
{
    struct buf props = { .arena = s->t->c->arena };
    buf_add(&props, S("{\"identities\":["));
    for (i64 i = 0; i < s->in->n; i++)
        buf_fmt(&props, "%s\"" STR_FMT "\"", i ? "," : "",
                STR_ARG(kind_name(&s->in->identities[i])));
    buf_add(&props, S("]}"));
    struct timeline_line line = { .at = s->at,
                                  .member = member,
                                  .kind = S("member.created"),
                                  .touchpoint = s->touchpoint,
                                  .props = buf_str(&props) };
    return timeline_append(s->t, &line);
}

static enum err create(struct sight *s, i64 *member)
{
    struct tx *t = s->t;
    str name = s->in->name.n ? s->in->name : NO_STR, folded = NO_STR;
    bool identified = false;
    TRY(tx_take(t, S("member"), 1, member));
    TRY(claim_all(s, *member));
    if (s->again) return OK;
    for (i64 i = 0; i < s->n; i++)
        identified |= s->strong[i].kind->identifies && !s->strong[i].owner.member;
    if (name.n) folded = str_fold(t->c->arena, name);
    TRY(tx_change(
        t, &member_insert,
        ARGS(*member, t->c->now, identified, name, folded, s->touchpoint, s->at, phone_of(s))));
    for (i64 i = 0; i < s->n; i++)
        if (!s->strong[i].owner.member)
            TRY(identity_attach(t, s->strong[i].id, *member, s->in->source, s->at));
    for (i64 i = 0; i < s->weak_n; i++)
        TRY(identity_attach(t, s->weak[i], *member, s->in->source, s->at));
    TRY(create_line(s, *member));
    /* What somebody owns here is a device of an identified person: it stays with him. */
    for (i64 i = 0; i < s->n; i++)
        if (s->strong[i].owner.member)
            TRY(conflict_record(t, *member, s->strong[i].owner.member, s->strong[i].id,
                                s->in->source));
    return OK;
}

/* -- the promise ------------------------------------------------------------------------------ */

static enum err judge(struct sight *s, i64 *member, bool *created)
{
    TRY(read_owners(s));
    if (s->again) return OK;
    choose(s);
    bool unowned = false;
    for (i64 i = 0; i < s->n; i++) unowned |= !s->strong[i].owner.member;
    if (unowned) TRY(drop_suppressed(s));
    if (!s->chosen.member && s->n == 0 && s->weak_n && s->in->weak_ok && !s->erased)
        TRY(choose_by_weak(s));
    if (!s->chosen.member && s->erased) {
        *member = s->erased;
        return OK;
    }
    if (!s->chosen.member) {
        *created = true;
        return create(s, member);
    }
    *member = s->chosen.member;
    if (s->chosen.erased_at.has) return OK;
    TRY(join_others(s));
    TRY(add_identities(s));
    if (s->again) return OK;
    return note_seen(s);
}

enum err member_resolve(struct tx *t, const struct member_sighting *in, i64 *member, bool *created)
{
    if (in->n > IDENTITIES_MAX)
        return fail(t->c, E_INVALID, "一次最多 %d 个身份", "at most %d identities at a time",
                    IDENTITIES_MAX);
    for (int judged = 0; judged < JUDGED_MAX; judged++) {
        struct sight s = { .t = t,
                           .in = in,
                           .at = in->at ? in->at : t->c->now,
                           .touchpoint = in->touchpoint.n ? in->touchpoint : NO_STR };
        sort_identities(&s);
        *created = false;
        TRY(judge(&s, member, created));
        if (!s.again) return OK;
    }
    return fail(t->c, E_BUSY, "同一身份正在被多处同时修改，请重试",
                "the same identity is being changed in several places at once; try again");
}
