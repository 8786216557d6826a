/* show.c -- members as doors and commands show them: one, his identities, values and tags; and
 * finding them. */
#include <assert.h>

#include "base/num.h"
#include "member/profile.h"

SHAPE_DEFINE(member_brief);
SHAPE_DEFINE(identity_view);
SHAPE_DEFINE(value_view);
SHAPE_DEFINE(member_tag_view);

#define FIELDS_OF_brief_row(X, N)       \
    X(i64, id, ANY, "", N)              \
    X(opt_i64, merged_into, ANY, "", N) \
    X(str, name, ANY, "", N)            \
    X(str, folded, ANY, "", N)          \
    X(str, phone, ANY, "", N)           \
    X(str, province, ANY, "", N)        \
    X(str, city, ANY, "", N)            \
    X(str, touchpoint, ANY, "", N)      \
    X(instant, first_seen, ANY, "", N)  \
    X(str, tags, ANY, "One a line", N)
SHAPE(brief_row);
SHAPE_DEFINE(brief_row);

#define BRIEF(TAGS)                                                                            \
    "SELECT m.member AS id, m.merged_into AS merged_into, m.name AS name, m.folded AS folded," \
    " m.phone AS phone, m.province AS province, m.city AS city, m.touchpoint AS touchpoint,"   \
    " m.first_seen AS first_seen, " TAGS " AS tags FROM member m "
#define TAGS_LITE                                                                           \
    "(SELECT group_concat(x.name, char(10)) FROM (SELECT t.name AS name FROM member_tag mt" \
    " JOIN tag t ON t.tag = mt.tag WHERE mt.member = m.member AND mt.shown ORDER BY t.name) x)"
#define TAGS_PG                                                              \
    "(SELECT string_agg(t.name, chr(10) ORDER BY t.name) FROM member_tag mt" \
    " JOIN tag t ON t.tag = mt.tag WHERE mt.member = m.member AND mt.shown)"
#define QUERY_BRIEF(ID, REST) QUERY_PG(ID, brief_row, BRIEF(TAGS_LITE) REST, BRIEF(TAGS_PG) REST)

/* Merged and erased members are not met in lists. */
#define LISTED " m.merged_into IS NULL AND m.erased_at IS NULL "
#define HAS_TAG(ARG)                                                                  \
    " (CAST(" ARG                                                                     \
    " AS BIGINT) = 0 OR EXISTS (SELECT 1 FROM member_tag f WHERE f.member = m.member" \
    " AND f.tag = " ARG " AND f.shown)) "

QUERY_BRIEF(brief_of, "WHERE m.member = $1");
QUERY_BRIEF(brief_newest, "WHERE m.member < $1 AND" LISTED "ORDER BY m.member DESC LIMIT $2");
QUERY_BRIEF(brief_tagged, "JOIN member_tag f ON f.member = m.member AND f.tag = $3 AND f.shown"
                          " WHERE f.member < $1 AND" LISTED "ORDER BY f.member DESC LIMIT $2");
QUERY_BRIEF(
    brief_identified,
    "WHERE m.member IN (SELECT i.member FROM identity i WHERE i.value IN ($1, $2, $3)) AND" LISTED
    "AND" HAS_TAG("$5") "ORDER BY m.member LIMIT $4");
QUERY_BRIEF(brief_named,
            "WHERE m.folded >= $4 AND m.folded < $5 AND (m.folded > $6 OR m.member > $7) AND" LISTED
            "AND" HAS_TAG("$9") "AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.member = "
                                "m.member AND i.value IN ($1, $2, $3))"
                                " ORDER BY m.folded, m.member LIMIT $8");

static struct member_brief brief_of_row(struct ctx *c, const struct brief_row *row, bool personal)
{
    struct arena *a = c->arena;
    return (struct member_brief){
        .id = row->id,
        .name = personal ? row->name : mask_name(a, row->name),
        .phone = personal ? phone_text(a, row->phone) : mask_phone(a, row->phone),
        .province = row->province,
        .city = row->city,
        .touchpoint = row->touchpoint,
        .first_seen = row->first_seen,
        .tags = str_split(a, row->tags, '\n'),
    };
}

enum err member_show(struct ctx *c, i64 id, bool personal, struct member_brief *out)
{
    struct brief_row row;
    for (i64 at = id;; at = row.merged_into.value) {
        bool found;
        TRY(db_find(c, &brief_of, &row, &found, ARGS(at)));
        if (!found)
            return fail(c, E_NOT_FOUND, "没有编号为 %lld 的会员", "there is no member %lld",
                        (long long)id);
        if (!row.merged_into.has) break;
    }
    *out = brief_of_row(c, &row, personal);
    return OK;
}

#define FIELDS_OF_name_row(X, N) \
    X(str, name, ANY, "", N)     \
    X(opt_i64, merged_into, ANY, "", N)
SHAPE(name_row);
SHAPE_DEFINE(name_row);
QUERY(name_of, name_row, "SELECT name, merged_into FROM member WHERE member = $1");

enum err member_name(struct ctx *c, i64 id, bool personal, str *out)
{
    struct name_row row = { .merged_into = SOME(id) };
    bool found = true;
    while (found && row.merged_into.has)
        TRY(db_find(c, &name_of, &row, &found, ARGS(row.merged_into.value)));
    *out = !found ? NO_STR : personal ? row.name : mask_name(c->arena, row.name);
    return OK;
}

/* -- parts of the 360 page -------------------------------------------------------------------- */

/* The same weak identity may have come with several merged ids: shown once, as of the first
 * sighting. */
QUERY(identities_of, identity_view,
      "SELECT kind, scope, value, strong, MIN(seen_at) AS seen_at FROM identity WHERE member = $1"
      " GROUP BY kind, scope, value, strong ORDER BY MIN(seen_at), kind, value");
QUERY(
    values_of, value_view,
    "SELECT field, value, source, at FROM member_value WHERE member = $1 AND shown ORDER BY field");
QUERY(tags_of, member_tag_view,
      "SELECT t.name AS tag, g.name AS \"group\", m.source AS source, m.expires_at AS expires_at"
      " FROM member_tag m JOIN tag t ON t.tag = m.tag LEFT JOIN tag_group g ON g.tag_group = "
      "t.tag_group"
      " WHERE m.member = $1 AND m.shown ORDER BY t.name");
QUERY(personal_fields, one_str, "SELECT name AS value FROM field WHERE personal");

enum err member_identities(struct ctx *c, i64 living, bool personal, struct identity_view_list *out)
{
    TRY(db_all(c, &identities_of, out, ARGS(living)));
    for (i64 i = 0; i < out->n && !personal; i++)
        out->at[i].value = mask_identity(c->arena, out->at[i].kind, out->at[i].value);
    return OK;
}

enum err member_values(struct ctx *c, i64 living, bool personal, struct value_view_list *out)
{
    TRY(db_all(c, &values_of, out, ARGS(living)));
    if (personal) return OK;
    struct one_str_list hidden;
    TRY(db_all(c, &personal_fields, &hidden, NO_ARGS));
    for (i64 i = 0; i < out->n; i++)
        for (i64 k = 0; k < hidden.n; k++)
            if (str_eq(out->at[i].field, hidden.at[k].value)) out->at[i].value = S("****");
    return OK;
}

enum err member_tags(struct ctx *c, i64 living, struct member_tag_view_list *out)
{
    return db_all(c, &tags_of, out, ARGS(living));
}

/* -- finding ---------------------------------------------------------------------------------- */

struct member_needle member_needle(struct ctx *c, str q)
{
    struct arena *a = c->arena;
    q = str_trim(q);
    struct member_needle needle = { .values = { q, q, q }, .name_from = str_fold(a, q) };
    /* How it would have been kept, had it come as a phone or an e-mail. */
    static const enum identity_kind tried[] = { ID_PHONE, ID_EMAIL };
    struct problem why = c->why;
    for (i64 i = 0; i < COUNT(tried); i++) {
        struct identity id = { .kind = tried[i], .value = q };
        if (identity_normalise(c, &id) == OK) needle.values[1 + i] = id.value;
    }
    c->why = why;
    /* The last code point sorts after every name that begins with q. */
    needle.name_to = str_fmt(a, STR_FMT "\xf4\x8f\xbf\xbf", STR_ARG(needle.name_from));
    return needle;
}

static enum err add_rows(struct ctx *c, const struct brief_row_list *rows, bool personal,
                         struct member_brief_list *out)
{
    for (i64 i = 0; i < rows->n; i++)
        *PUSH(c->arena, out) = brief_of_row(c, &rows->at[i], personal);
    return OK;
}

static enum err search_all(struct ctx *c, i64 tag, struct member_place after, i64 limit,
                           bool personal, struct member_brief_list *out, struct member_place *end)
{
    struct brief_row_list rows;
    i64 below = after.id ? after.id : INT64_MAX;
    if (tag) TRY(db_all(c, &brief_tagged, &rows, ARGS(below, limit + 1, tag)));
    else TRY(db_all(c, &brief_newest, &rows, ARGS(below, limit + 1)));
    if (rows.n > limit) {
        rows.n = limit;
        end->id = rows.at[limit - 1].id;
    }
    return add_rows(c, &rows, personal, out);
}

/* "#7": the member of that number, under whatever id he lives now. */
static enum err search_number(struct ctx *c, str q, bool personal, struct member_brief_list *out)
{
    i64 id;
    struct member_brief brief;
    if (!i64_parse(str_sub(q, 1, q.n), &id)) return OK;
    enum err err = member_show(c, id, personal, &brief);
    if (err == E_NOT_FOUND) return OK;
    TRY(err);
    *PUSH(c->arena, out) = brief;
    return OK;
}

enum err member_search(struct ctx *c, str q, str tag, struct member_place after, i64 limit,
                       bool personal, struct member_brief_list *out, struct member_place *end)
{
    i64 tag_id = 0;
    *out = (struct member_brief_list){ 0 };
    *end = (struct member_place){ 0 };
    assert(limit > 0);
    if (tag.n) {
        TRY(tag_find(c, tag, &tag_id));
        if (!tag_id) return OK;
    }
    q = str_trim(q);
    if (q.n == 0) return search_all(c, tag_id, after, limit, personal, out, end);
    if (q.at[0] == '#') return search_number(c, q, personal, out);
    struct member_needle n = member_needle(c, q);
    struct brief_row_list rows;
    if (!after.by_name) {
        TRY(db_all(c, &brief_identified, &rows,
                   ARGS(n.values[0], n.values[1], n.values[2], limit, tag_id)));
        TRY(add_rows(c, &rows, personal, out));
    }
    i64 rest = limit - out->n;
    str from = after.by_name ? after.name : n.name_from;
    i64 id = after.by_name ? after.id : -1;
    TRY(db_all(
        c, &brief_named, &rows,
        ARGS(n.values[0], n.values[1], n.values[2], from, n.name_to, from, id, rest + 1, tag_id)));
    if (rows.n > rest) {
        rows.n = rest;
        const struct brief_row *last = rest > 0 ? &rows.at[rest - 1] : NULL;
        *end = (struct member_place){ .by_name = true,
                                      .id = last ? last->id : id,
                                      .name = last ? last->folded : from };
    }
    return add_rows(c, &rows, personal, out);
}
