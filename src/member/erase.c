/* erase.c -- a person's own rights: to get what is known of him, and to be forgotten.
 *
 * What is left after erasure: a member row without name and identities, the orders under its id,
 * the timeline lines (which never hold personal data), and one keyed hash per strong identity, so
 * that yesterday's file imported again tomorrow leads to the nameless member instead of bringing
 * the person back.
 */
#include <sodium.h>

#include "base/json.h"
#include "member/member_private.h"

QUERY(key_read, one_str, "SELECT secret AS value FROM suppression_key WHERE id = 1");
CHANGE(key_insert,
       "INSERT INTO suppression_key (id, secret) VALUES (1, $1) ON CONFLICT (id) DO NOTHING");
QUERY(suppressed_member, one_i64, "SELECT member AS value FROM suppressed WHERE hash = $1");
CHANGE(suppressed_insert, "INSERT INTO suppressed (hash, member, at) VALUES ($1, $2, $3)"
                          " ON CONFLICT (hash) DO UPDATE SET member = excluded.member");
QUERY(strong_of, identity, "SELECT kind, scope, value FROM identity WHERE member = $1 AND strong");

CHANGE(owners_forget, "DELETE FROM identity_owner WHERE (kind, scope, value) IN"
                      " (SELECT kind, scope, value FROM identity WHERE member = $1 AND strong)");
CHANGE(identities_forget, "DELETE FROM identity WHERE member = $1");
CHANGE(tags_forget, "DELETE FROM member_tag WHERE member = $1");
CHANGE(values_forget, "DELETE FROM member_value WHERE member = $1");
CHANGE(conflicts_forget,
       IDS_OF_1 "DELETE FROM identity_conflict WHERE member IN (SELECT member FROM ids)"
                " OR other IN (SELECT member FROM ids)");
CHANGE(names_forget,
       IDS_OF_1 "UPDATE member SET erased_at = $2, own_name = NULL, own_folded = NULL, name = NULL,"
                " folded = NULL, phone = NULL, province = NULL, city = NULL, identified = FALSE"
                " WHERE member IN (SELECT member FROM ids)");

/* BLAKE2b under a secret of this store: the hashes cannot be tried against lists of phone numbers
 * elsewhere. */
static str identity_hash(struct arena *a, str secret, const struct identity *id)
{
    u8 hash[32];
    str kind = choice_name(&identity_kind_choice, id->kind);
    str text = str_fmt(a, STR_FMT "\n" STR_FMT "\n" STR_FMT, STR_ARG(kind), STR_ARG(id->scope),
                       STR_ARG(id->value));
    crypto_generichash(hash, sizeof hash, (const u8 *)text.at, (u64)text.n, (const u8 *)secret.at,
                       (size_t)secret.n);
    return str_hex(a, hash, sizeof hash);
}

enum err suppressed_find(struct tx *t, const struct identity *id, i64 *member)
{
    struct one_str key;
    struct one_i64 row;
    bool found;
    *member = 0;
    /* No key: nobody was ever erased here. */
    TRY(db_find(t->c, &key_read, &key, &found, NO_ARGS));
    if (!found) return OK;
    TRY(db_find(t->c, &suppressed_member, &row, &found,
                ARGS(identity_hash(t->c->arena, key.value, id))));
    if (found) *member = row.value;
    return OK;
}

static enum err suppress_all(struct tx *t, i64 living)
{
    struct one_str key;
    struct identity_list ids;
    u8 secret[32];
    randombytes_buf(secret, sizeof secret);
    TRY(tx_change(t, &key_insert, ARGS(str_hex(t->c->arena, secret, sizeof secret))));
    TRY(db_get(t->c, &key_read, &key, NO_ARGS));
    TRY(db_all(t->c, &strong_of, &ids, ARGS(living)));
    for (i64 i = 0; i < ids.n; i++)
        TRY(tx_change(t, &suppressed_insert,
                      ARGS(identity_hash(t->c->arena, key.value, &ids.at[i]), living, t->c->now)));
    return OK;
}

enum err member_erase(struct tx *t, i64 member)
{
    i64 living;
    TRY(member_hold_writable(t, member, &living));
    TRY(suppress_all(t, living));
    TRY(tx_change(t, &owners_forget, ARGS(living)));
    TRY(tx_change(t, &identities_forget, ARGS(living)));
    TRY(tx_change(t, &tags_forget, ARGS(living)));
    TRY(tx_change(t, &values_forget, ARGS(living)));
    TRY(tx_change(t, &conflicts_forget, ARGS(living)));
    TRY(tx_change(t, &names_forget, ARGS(living, t->c->now)));
    TRY(member_line(t, living, "member.erased", NO_STR, NO_STR));
    ints ids;
    TRY(member_ids(t->c, living, &ids));
    for (i64 i = 0; merge_listeners && merge_listeners[i]; i++)
        if (merge_listeners[i]->erased) TRY(merge_listeners[i]->erased(t, living, ids));
    return OK;
}

/* -- export ----------------------------------------------------------------------------------- */

SHAPE_DEFINE(person_part);
SHAPE_DEFINE(person_export);

#define LINES_EXPORTED ((i64)10000)

void person_tell(struct ctx *c, struct person_part_list *out, const char *part,
                 const struct shape *shape, const void *items, i64 n)
{
    struct buf text = { .arena = c->arena };
    if (!n) return;
    buf_byte(&text, '[');
    for (i64 i = 0; i < n; i++) {
        if (i) buf_byte(&text, ',');
        json_write(&text, shape, (const char *)items + (size_t)i * shape->size);
    }
    buf_byte(&text, ']');
    *PUSH(c->arena, out) = (struct person_part){ str_of(part), buf_str(&text) };
}

enum err member_export(struct ctx *c, i64 member, struct person_export *out)
{
    out->member = NEW(c->arena, struct member_brief);
    TRY(member_show(c, member, true, out->member));
    i64 living = out->member->id;
    TRY(member_ids(c, living, &out->ids));
    TRY(member_identities(c, living, true, &out->identities));
    TRY(member_values(c, living, true, &out->fields));
    TRY(member_tags(c, living, &out->tags));
    for (i64 i = 0; merge_listeners && merge_listeners[i]; i++)
        if (merge_listeners[i]->known) TRY(merge_listeners[i]->known(c, living, &out->parts));
    return timeline_of_member(c, out->ids, 0, LINES_EXPORTED, &out->timeline);
}
