/* member.h -- who people are: identities that resolve to one member, profile fields, tags.
 *
 * Promises
 *   - one_member_per_strong_identity: a strong identity (kind, scope, value) belongs to one member at a time.
 *   - known_beats_anonymous: when a shared strong identity joins an anonymous member with an identified one, the anonymous is merged
 *     into the identified; two identified members are never merged by themselves (a conflict is recorded for people to decide).
 *   - weak_identities_never_merge: masked phones, nicknames and the like are kept, searchable, and never join anybody.
 *   - old_ids_keep_resolving: a merged member's id answers with the member he became, through any number of merges.
 *   - merges_can_be_undone: undo gives back the identities, tags, fields, and (through listeners) the orders that came along.
 *   - a_field_knows_its_source: each profile value keeps source and time; a weaker or older source does not overwrite a better one
 *     (hand > buyer show > import > behaviour; equal: the later).
 * "Identified" means: has a strong identity of a kind that names a person (phone, email, unionid, user_id …), not a device or cookie.
 */
#pragma once

#include "store/store.h"

/* The kinds of identity: a table. strong: merges; personal: masked without PERSONAL_READ; scoped: value is unique within a shop/app;
 * identifies: makes its member "identified". Values are normalised by the row (phones to E.164 digits, e-mail lower-cased …). */
enum identity_kind {
    ID_PHONE,           /* strong, personal, identifies */
    ID_EMAIL,           /* strong, personal, identifies */
    ID_UNIONID,         /* strong, identifies */
    ID_OPENID,          /* strong, scoped by app, identifies */
    ID_EXTERNAL_USERID, /* strong, scoped by corp, identifies (WeCom) */
    ID_SHOP_ACCOUNT,    /* strong, scoped by shop, identifies: buyer id of a shop's export */
    ID_TAOBAO_NICK,     /* strong, identifies; a masked nick (t**6) is weak */
    ID_JD_PIN,          /* strong, identifies */
    ID_DOUYIN_ID,       /* strong, identifies */
    ID_USER_ID,         /* strong, identifies: the shop's own user id (Segment userId, Sensors login id) */
    ID_CARD_NO,         /* strong, scoped by shop, identifies: membership card */
    ID_ANONYMOUS_ID,    /* strong, does not identify: device, cookie */
    ID_MASKED_PHONE,    /* weak, personal */
    ID_NICK,            /* weak */
};
CHOICE(identity_kind); /* phone email unionid openid external_userid shop_account taobao_nick jd_pin douyin_id user_id card_no
                          anonymous_id masked_phone nick */

#define FIELDS_OF_identity(X, N)                                                                   \
    X(choice(identity_kind), kind, REQUIRED, "Kind", N)                                            \
    X(str, scope, SHORT, "Shop, app or corp it is unique in; empty for kinds without scope", N)    \
    X(str, value, REQUIRED | SHORT | PERSONAL, "The identity itself", N)
SHAPE(identity);

/* Normalises in place; a masked or malformed strong value becomes its weak kind (138****1234 -> masked_phone), an unusable one
 * E_INVALID. */
enum err identity_normalise(struct ctx *c, struct identity *id);

/* Finds or makes the member these identities belong to, joining what they prove to be one (see promises).
 * name: display name, may be absent. touchpoint: where he was seen. *created tells whether he is new.
 * All identities must be normalised. With no strong one: a new member each time unless `weak_ok` finds exactly
 * the same weak identity in the same scope. */
struct member_sighting {
    const struct identity *identities;
    i64 n;
    str name;
    str touchpoint;
    str source; /* "import", "api", "track" … */
    instant at; /* when he was seen; keeps first_seen the earliest */
    bool weak_ok;
};
enum err member_resolve(struct tx *t, const struct member_sighting *in, i64 *member, bool *created);

/* Follows merges: the living id of any id ever given. E_NOT_FOUND. */
enum err member_living(struct ctx *c, i64 id, i64 *living);
/* The id and all ids merged into it, itself first. */
enum err member_ids(struct ctx *c, i64 living, ints *out);

/* loser's things become winner's; written down so that undo can part them. by: "auto" or a person's words. */
enum err member_merge(struct tx *t, i64 winner, i64 loser, str by, i64 *merge);
enum err member_unmerge(struct tx *t, i64 merge);

/* Rooms with rows of a member take part in merges: called inside the same transaction.
 * moved: re-owns the rows of loser to winner and notes what it moved with merge_note; parted: takes the notes back. */
struct merge_listener {
    const char *room;
    enum err (*moved)(struct tx *t, i64 merge, i64 loser, i64 winner);
    enum err (*parted)(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted);
};
extern const struct merge_listener *const *merge_listeners; /* set by app; ends with NULL */
enum err merge_note(struct tx *t, i64 merge, const char *room, i64 row_id);

/* -- tags -- on members; by hand, rule, import, behaviour; with expiry; in groups (exclusive groups hold one). */
enum err tag_put(struct tx *t, i64 member, str tag, str source, opt_instant expires_at);
enum err tag_drop(struct tx *t, i64 member, str tag);

/* -- profile fields -- custom, typed */
enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_DATE, FIELD_FLAG, FIELD_CHOICE, FIELD_CHOICES };
CHOICE(field_type); /* text number date flag choice choices */
enum err profile_put(struct tx *t, i64 member, str field, str value, str source, instant at);

/* 138****1234, 张**, a***@x.cn, address to district: how personal data is shown without the right. */
str mask_phone(struct arena *a, str s);
str mask_name(struct arena *a, str s);
str mask_email(struct arena *a, str s);
str mask_address(struct arena *a, str s);
str mask_identity(struct arena *a, enum identity_kind kind, str value);

extern const struct room member_room;
