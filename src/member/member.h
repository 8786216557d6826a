/* member.h -- who people are: identities that resolve to one member, profile fields, tags.
 *
 * Promises
 *   - one_member_per_strong_identity: a strong identity (kind, scope, value) belongs to one member
 * at a time.
 *   - known_beats_anonymous: when a shared strong identity joins an anonymous member with an
 * identified one, the anonymous is merged into the identified; two identified members are never
 * merged by themselves (a conflict is recorded for people to decide).
 *   - weak_identities_never_merge: masked phones, nicknames and the like are kept, searchable, and
 * never join anybody.
 *   - old_ids_keep_resolving: a merged member's id answers with the member he became, through any
 * number of merges.
 *   - merges_can_be_undone: undo gives back the identities, tags, fields, and (through listeners)
 * the orders that came along.
 *   - a_field_knows_its_source: each profile value keeps source and time; a weaker or older source
 * does not overwrite a better one (hand > buyer show > import > behaviour; equal: the later).
 * "Identified" means: has a strong identity of a kind that names a person (phone, email, unionid,
 * user_id …), not a device or cookie.
 */
#pragma once

#include "store/store.h"
#include "timeline/timeline.h"

/* The kinds of identity: a table. strong: merges; personal: masked without PERSONAL_READ; scoped:
 * value is unique within a shop/app; identifies: makes its member "identified". Values are
 * normalised by the row (phones to E.164 digits, e-mail lower-cased …). */
enum identity_kind {
    ID_PHONE,           /* strong, personal, identifies */
    ID_EMAIL,           /* strong, personal, identifies */
    ID_UNIONID,         /* strong, identifies */
    ID_OPENID,          /* strong, scoped by app, identifies */
    ID_EXTERNAL_USERID, /* strong, scoped by corp, identifies (WeCom) */
    ID_SHOP_ACCOUNT, /* strong, personal, scoped by shop, identifies: buyer id of a shop's export */
    ID_TAOBAO_NICK,  /* strong, personal, identifies; a masked nick (t**6) is weak */
    ID_JD_PIN,       /* strong, personal, identifies */
    ID_DOUYIN_ID,    /* strong, personal, identifies */
    ID_USER_ID, /* strong, identifies: the shop's own user id (Segment userId, Sensors login id) */
    ID_CARD_NO, /* strong, personal, scoped by shop, identifies: membership card */
    ID_ANONYMOUS_ID, /* strong, does not identify: device, cookie */
    ID_MASKED_PHONE, /* weak, personal */
    ID_NICK,         /* weak, personal */
};
CHOICE(identity_kind); /* phone email unionid openid external_userid shop_account taobao_nick jd_pin
                          douyin_id user_id card_no anonymous_id masked_phone nick */

#define FIELDS_OF_identity(X, N)                                                                \
    X(choice(identity_kind), kind, REQUIRED, "Kind", N)                                         \
    X(str, scope, SHORT, "Shop, app or corp it is unique in; empty for kinds without scope", N) \
    X(str, value, REQUIRED | SHORT | PERSONAL, "The identity itself", N)
SHAPE(identity);

/* Normalises in place; a masked or malformed strong value becomes its weak kind (138****1234 ->
 * masked_phone), an unusable one
 * ("-", "null", a phone too short) E_INVALID. Doing it again changes nothing.
 * Phones: 86 and the national number as digits (8613800138000); of other countries with +
 * (+14155550123). */
enum err identity_normalise(struct ctx *c, struct identity *id);

struct identity_kind_row {
    const char *zh, *en;
    bool strong, personal, scoped, identifies;
};
const struct identity_kind_row *identity_kind_row(enum identity_kind kind);

/* Finds or makes the member these identities belong to, joining what they prove to be one:
 *   - the first identity (in the order given) that identifies and is known says who it is; devices
 * and cookies only when nothing better does. A device of an identified member never hands that
 * member to a new person.
 *   - anonymous members met on the way are merged into him; other identified ones become an entry
 * of the conflict list.
 *   - strong identities nobody has become his; weak ones are noted on him.
 * All identities must be normalised. With no strong one: a new member each time unless `weak_ok`
 * finds a member known by exactly these weak identities, in the same scope, and by no strong one.
 * An identity of an erased person (member_erase) leads to his nameless member again and is not
 * kept. A known identity alone costs one SELECT. *created tells whether he is new. */
struct member_sighting {
    const struct identity *identities;
    i64 n;    /* at most 32 */
    str name; /* display name, may be absent; the first one stays, but a masked one gives way */
    str touchpoint; /* where he was seen; that of the earliest sighting stays */
    str source;     /* "import", "api", "track" … */
    instant at;     /* when he was seen; keeps first_seen the earliest; 0: now */
    bool weak_ok;
};
enum err member_resolve(struct tx *t, const struct member_sighting *in, i64 *member, bool *created);

/* Who a strong identity (normalised) leads to; 0: nobody. */
enum err member_find(struct ctx *c, const struct identity *id, i64 *living);
/* Follows merges: the living id of any id ever given. E_NOT_FOUND. */
enum err member_living(struct ctx *c, i64 id, i64 *living);
/* The id and all ids merged into it, itself first. */
enum err member_ids(struct ctx *c, i64 living, ints *out);

/* For statements of other rooms: ids merged away and who they live as now, a table (id, living).
 * Chains are followed to their end. */
#define MEMBERS_GONE                                                                  \
    "(WITH RECURSIVE step(id, living) AS ("                                           \
    "SELECT member, merged_into FROM member WHERE merged_into IS NOT NULL UNION ALL " \
    "SELECT s.id, m.merged_into FROM step s JOIN member m ON m.member = s.living"     \
    " WHERE m.merged_into IS NOT NULL) SELECT s.id, s.living FROM step s"             \
    " JOIN member l ON l.member = s.living WHERE l.merged_into IS NULL)"
/* The same of living members from FIRST to LAST, found from them downwards: it costs what was
 * merged into these, not what was ever merged. */
#define MEMBERS_GONE_INTO(FIRST, LAST)                                                        \
    "(WITH RECURSIVE gone(id, living) AS ("                                                   \
    "SELECT member, merged_into FROM member WHERE merged_into IS NOT NULL AND merged_into >=" \
    " " FIRST " AND merged_into <= " LAST " UNION ALL SELECT m.member, d.living FROM gone d"  \
    " JOIN member m ON m.merged_into = d.id WHERE m.merged_into IS NOT NULL)"                 \
    " SELECT d.id, d.living FROM gone d JOIN member l ON l.member = d.living"                 \
    " WHERE l.merged_into IS NULL)"

/* loser's things become winner's; written down so that undo can part them. by: "auto" or a person's
 * words. Ids that were merged before stand for their living members. E_CONFLICT: they are one
 * already, or one was erased. */
enum err member_merge(struct tx *t, i64 winner, i64 loser, str by, i64 *merge);
/* Parts them again. E_CONFLICT: undone before, or the winner has since been merged himself (undo
 * that one first). */
enum err member_unmerge(struct tx *t, i64 merge);

struct person_part_list;

/* Rooms with rows of a member take part in merges: called inside the same transaction.
 * moved: re-owns the rows of loser to winner and notes what it moved with merge_note; parted: takes
 * the notes back. erased: his line on the timeline is written already. */
struct merge_listener {
    const char *room;
    enum err (*moved)(struct tx *t, i64 merge, i64 loser, i64 winner);
    enum err (*parted)(struct tx *t, i64 merge, i64 loser, i64 winner, ints noted);
    /* He is forgotten (member_erase): ids are all he has had. */
    enum err (*erased)(struct tx *t, i64 living, ints ids);
    /* What the room knows of him beside his lines, for member_export: by person_tell. Each of the
     * four may be NULL. */
    enum err (*known)(struct ctx *c, i64 living, struct person_part_list *out);
};
extern const struct merge_listener *const *merge_listeners; /* set by app; ends with NULL */
enum err merge_note(struct tx *t, i64 merge, const char *room, i64 row_id);

/* -- tags -- on members; by hand, rule, import, behaviour; with expiry; in groups (exclusive groups
 * hold one). A tag that is not defined yet is defined by its first use. Names are unique however
 * they are cased or spaced. Putting what is there already changes nothing. Merged ids stand for
 * their living members. */
enum err tag_put(struct tx *t, i64 member, str tag, str source, opt_instant expires_at);
enum err tag_drop(struct tx *t, i64 member, str tag); /* E_NOT_FOUND: the tag does not exist */
/* The same for many; *changed counts those for whom it made a difference. */
enum err tag_put_all(struct tx *t, ints members, str tag, str source, opt_instant expires_at,
                     i64 *changed);
enum err tag_drop_all(struct tx *t, ints members, str tag, i64 *changed);
/* Removes tags whose time is over, a batch at a time, with their lines on the timeline. */
enum err tag_expire(struct store *s, struct ctx *c, i64 *expired);

#define FIELDS_OF_tag_view(X, N)                    \
    X(i64, id, ANY, "Id", N)                        \
    X(str, name, ANY, "Name", N)                    \
    X(str, group, ANY, "Tag group, if any", N)      \
    X(i64, members, ANY, "Members who carry it", N) \
    X(instant, created_at, ANY, "Defined", N)
SHAPE(tag_view);
enum err tag_list(struct ctx *c, str group, struct tag_view_list *out); /* absent group: all */
/* Its id; 0 when there is no such tag. */
enum err tag_find(struct ctx *c, str name, i64 *id);

/* -- profile fields -- custom, typed; built in: gender birthday age life_stage occupation province
 * city hobbies skin_type */
enum field_type { FIELD_TEXT, FIELD_NUMBER, FIELD_DATE, FIELD_FLAG, FIELD_CHOICE, FIELD_CHOICES };
CHOICE(field_type); /* text number date flag choice choices */
/* source: hand, buyer_show, import (api, demo), behaviour (track). An empty value takes this
 * source's word back. E_NOT_FOUND: no such field; E_INVALID: not of its type, or an unknown source.
 */
enum err profile_put(struct tx *t, i64 member, str field, str value, str source, instant at);

/* A room may lock a field of a member: asked before the word of a person ("hand") is put. value is
 * normalised; absent: his word is taken back. Set by app; ends with a NULL field. */
struct profile_lock {
    const char *field;
    enum err (*check)(struct tx *t, i64 living, str value);
};
extern const struct profile_lock *profile_locks;

/* -- reading, as doors and commands show it -----------------------------------------------------
 * `personal`: the reader may see personal data (may(c, PERSONAL_READ)); else it comes masked. */

#define FIELDS_OF_member_brief(X, N)                      \
    X(i64, id, ANY, "Id", N)                              \
    X(str, name, PERSONAL, "Name", N)                     \
    X(str, phone, PERSONAL, "Phone", N)                   \
    X(str, province, ANY, "Province", N)                  \
    X(str, city, ANY, "City", N)                          \
    X(str, touchpoint, ANY, "Where he was first seen", N) \
    X(instant, first_seen, ANY, "First seen", N)          \
    X(strs, tags, ANY, "Tags", N)
SHAPE(member_brief);

#define FIELDS_OF_identity_view(X, N)                          \
    X(choice(identity_kind), kind, ANY, "Kind", N)             \
    X(str, scope, ANY, "Shop, app or corp it is unique in", N) \
    X(str, value, PERSONAL, "The identity", N)                 \
    X(flag, strong, ANY, "Belongs to him alone", N)            \
    X(instant, seen_at, ANY, "First seen", N)
SHAPE(identity_view);

#define FIELDS_OF_value_view(X, N)        \
    X(str, field, ANY, "Field", N)        \
    X(str, value, PERSONAL, "Value", N)   \
    X(str, source, ANY, "Who says so", N) \
    X(instant, at, ANY, "As of", N)
SHAPE(value_view);

#define FIELDS_OF_member_tag_view(X, N)  \
    X(str, tag, ANY, "Tag", N)           \
    X(str, group, ANY, "Its group", N)   \
    X(str, source, ANY, "Who put it", N) \
    X(opt_instant, expires_at, ANY, "Ends", N)
SHAPE(member_tag_view);

/* One indexed SELECT for a living id (two for a merged one). E_NOT_FOUND. The view has the living
 * id. */
enum err member_show(struct ctx *c, i64 id, bool personal, struct member_brief *out);
/* His name beside a number, in lists of other things. Nobody's id, or a nameless one's: absent. */
enum err member_name(struct ctx *c, i64 id, bool personal, str *out);
/* Of a living id. */
enum err member_identities(struct ctx *c, i64 living, bool personal,
                           struct identity_view_list *out);
enum err member_values(struct ctx *c, i64 living, bool personal, struct value_view_list *out);
enum err member_tags(struct ctx *c, i64 living, struct member_tag_view_list *out);

/* Members whose identity is exactly q (in any of its spellings), then those whose name begins with
 * q; with absent q all, newest first. tag: absent or a tag's name. `after`: where the last page
 * ended, zeros for the first. */
struct member_place {
    i64 id;
    str name;     /* folded */
    bool by_name; /* past the identities */
};
enum err member_search(struct ctx *c, str q, str tag, struct member_place after, i64 limit,
                       bool personal, struct member_brief_list *out,
                       struct member_place *end); /* end->id 0: no more */

/* q as values an identity may be stored under, and as a range of folded names (from <= folded <
 * to): for rooms that search members within their own statements: EXISTS (SELECT 1 FROM identity i
 * WHERE i.member = m.member AND i.value IN ($1, $2, $3)) OR (m.folded >= $4 AND m.folded < $5) */
struct member_needle {
    str values[3];
    str name_from, name_to;
};
struct member_needle member_needle(struct ctx *c, str q);

/* -- a person's own rights (PIPL) -- */
/* Forgets who he is: names, identities, fields and tags of him and all merged into him go; his
 * orders and timeline stay under ids that lead nowhere. Keyed hashes of his strong identities are
 * kept, so that old files do not bring him back. */
enum err member_erase(struct tx *t, i64 member);
#define FIELDS_OF_person_part(X, N)                    \
    X(str, part, ANY, "What it is: exchanges, koc", N) \
    X(json, items, ANY, "What is known of it, a list; newest first", N)
SHAPE(person_part);
/* Adds a part: `n` structs of a shape. None: nothing. */
void person_tell(struct ctx *c, struct person_part_list *out, const char *part,
                 const struct shape *shape, const void *items, i64 n);
#define FIELDS_OF_person_export(X, N)                                                       \
    X(one(member_brief), member, ANY, "Who", N)                                             \
    X(ints, ids, ANY, "All ids he has had", N)                                              \
    X(list(identity_view), identities, ANY, "Identities", N)                                \
    X(list(value_view), fields, ANY, "Profile fields", N)                                   \
    X(list(member_tag_view), tags, ANY, "Tags", N)                                          \
    X(list(timeline_line), timeline, ANY, "What happened, newest first, at most 10,000", N) \
    X(list(person_part), parts, ANY, "What other parts keep of him, unmasked", N)
SHAPE(person_export);
/* Everything that is known of him, unmasked. */
enum err member_export(struct ctx *c, i64 member, struct person_export *out);

/* 138****1234, 张**, a***@x.cn, address to district: how personal data is shown without the right.
 */
str mask_phone(struct arena *a, str s);
str mask_name(struct arena *a, str s);
str mask_email(struct arena *a, str s);
str mask_address(struct arena *a, str s);
str mask_identity(struct arena *a, enum identity_kind kind, str value);
str phone_text(struct arena *a, str s); /* as people write it: 8613800138000 -> 13800138000 */

extern const struct room member_room;
