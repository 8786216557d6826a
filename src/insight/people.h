/* people.h -- the list of members as operators look for them, and all that is known of one.
 *
 * Words
 *   q        any identity, a name's beginning, or a tag.
 *   class    A/B/C of this moment (classes.h).
 *   orders   orders whatever became of them; spent: net of all of them; average: spent per
 * purchase. Promises
 *   - a_list_is_walked_without_gaps: pages follow each other by the sort key and the id; nobody
 * comes twice, nobody is left out, while nothing changes.
 *   - every_filter_narrows: with several filters a member must fit all.
 *   - totals_are_exact: total is the number of members that fit.
 *   - merged_and_erased_members_are_not_listed.
 *   - personal_data_is_masked: names, phones and identities unless c may PERSONAL_READ.
 * How: each filter is a set of member ids (one bit an id); the sets are cut, and the page is walked
 * along the index of the sort while that is the shorter way, or sorted from the set when few are
 * left.
 */
#pragma once

#include "member/member.h"

enum people_sort { PEOPLE_LAST_ORDER, PEOPLE_ORDERS, PEOPLE_SPENT, PEOPLE_NEWEST };
CHOICE(people_sort); /* last_order orders spent newest */

struct people_filter {
    str q, tag, city, class;
    enum people_sort sort;
};

/* Where a page ended. */
struct people_place {
    bool begun;
    bool without; /* among those without a sort key: no order */
    i64 key, id;
};

#define PERSON_FIELDS(X, N)                             \
    X(i64, id, ANY, "Id", N)                            \
    X(str, name, PERSONAL, "Name", N)                   \
    X(str, phone, PERSONAL, "Phone", N)                 \
    X(str, province, ANY, "Province", N)                \
    X(str, city, ANY, "City", N)                        \
    X(str, touchpoint, ANY, "Where first seen", N)      \
    X(instant, first_seen, ANY, "First seen", N)        \
    X(opt_instant, last_order_at, ANY, "Last order", N) \
    X(i64, orders, ANY, "Orders", N)                    \
    X(money, spent, ANY, "Net of all orders", N)        \
    X(str, class, ANY, "A, B, C or empty", N)
#define FIELDS_OF_person(X, N) \
    PERSON_FIELDS(X, N)        \
    X(strs, tags, ANY, "Tags", N)
SHAPE(person);

enum err people_list(struct ctx *c, const struct people_filter *f, struct people_place after,
                     i64 limit, struct person_list *out, bool *more, struct people_place *end,
                     i64 *total);
/* One row of the list; a nameless one for an id that was erased. */
enum err person_of(struct ctx *c, i64 member, struct person *out);

#define FIELDS_OF_person_rfm(X, N)                             \
    X(i64, r, ANY, "Recency band", N)                          \
    X(i64, f, ANY, "Frequency band", N)                        \
    X(i64, m, ANY, "Monetary band", N)                         \
    X(str, type, ANY, "Type: important_value …", N)            \
    X(str, name, ANY, "Name of the type", N)                   \
    X(i64, days, ANY, "Whole days since the last purchase", N) \
    X(i64, frequency, ANY, "F", N)                             \
    X(money, monetary, ANY, "M", N)
SHAPE(person_rfm);

#define FIELDS_OF_person_view(X, N)                                            \
    PERSON_FIELDS(X, N)                                                        \
    X(list(identity_view), identities, ANY, "Identities", N)                   \
    X(list(value_view), fields, ANY, "Profile fields", N)                      \
    X(list(member_tag_view), tags, ANY, "Tags", N)                             \
    X(ints, merged_ids, ANY, "Ids that became this member", N)                 \
    X(opt_instant, first_order_at, ANY, "First order", N)                      \
    X(i64, purchases, ANY, "Purchases", N)                                     \
    X(opt_instant, first_bought_at, ANY, "First purchase", N)                  \
    X(opt_instant, last_bought_at, ANY, "Last purchase", N)                    \
    X(money, refund, ANY, "Refunded", N)                                       \
    X(money, average, ANY, "Spent per purchase", N)                            \
    X(one(person_rfm), rfm, ANY, "Where he stands now; null: never bought", N) \
    X(strs, scene, ANY, "new, active, dormant, high_value", N)
SHAPE(person_view);

/* Any id ever given; the view has the living one. E_NOT_FOUND. */
enum err person_show(struct ctx *c, i64 id, struct person_view *out);
