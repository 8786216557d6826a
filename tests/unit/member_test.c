/* member_test.c -- sightings resolve to members, as member.h promises, on whichever engine. */
#include "test.h"

#include <pthread.h>

#include "base/json.h"
#include "member/member.h"
#include "timeline/timeline.h"

static enum err check_statements(struct tx *t, void *arg)
{
    *(const char **)arg = queries_check(t->c->db, t->c->arena);
    return OK;
}

TEST(statements_fit)
{
    struct ctx *c = test_reader();
    const char *wrong = NULL;
    CHECK_OK(c, store_write(test_store(), c, check_statements, &wrong));
    CHECK_STR(str_of(wrong), NULL);
}

/* -- helpers: identities as "phone 13800138000" or "shop_account@旗舰店 u1" ---------------------
 */

static struct identity identity_of(struct ctx *c, const char *text)
{
    str kind, scope, value = str_cut(str_of(text), ' ', &kind);
    scope = str_cut(kind, '@', &kind);
    struct identity id = { .kind = (enum identity_kind)choice_find(&identity_kind_choice, kind),
                           .scope = scope,
                           .value = value };
    CHECK_OK(c, identity_normalise(c, &id));
    return id;
}

struct sighting {
    struct member_sighting in;
    i64 member;
    bool created;
};

static enum err resolve_it(struct tx *t, void *arg)
{
    struct sighting *s = arg;
    return member_resolve(t, &s->in, &s->member, &s->created);
}

static struct sighting see_as(const char *const *texts, struct member_sighting in)
{
    struct ctx *c = test_reader();
    struct identity *ids = NEWS(c->arena, struct identity, 8);
    struct sighting s = { .in = in };
    for (; texts[s.in.n]; s.in.n++) ids[s.in.n] = identity_of(c, texts[s.in.n]);
    s.in.identities = ids;
    s.in.source = S("test");
    CHECK_OK(c, store_write(test_store(), c, resolve_it, &s));
    return s;
}
static i64 see(const char *const *texts)
{
    return see_as(texts, (struct member_sighting){ 0 }).member;
}
#define SEE(...) see((const char *const[]){ __VA_ARGS__, NULL })

static i64 living(i64 id)
{
    i64 out = 0;
    CHECK_OK(test_ctx(), member_living(test_reader(), id, &out));
    return out;
}

static struct member_brief shown(i64 id)
{
    struct member_brief out;
    CHECK_OK(test_ctx(), member_show(test_reader(), id, true, &out));
    return out;
}

struct merge_job {
    i64 winner, loser, merge;
};
static enum err merge_it(struct tx *t, void *arg)
{
    struct merge_job *m = arg;
    return member_merge(t, m->winner, m->loser, S("hand"), &m->merge);
}
static enum err unmerge_it(struct tx *t, void *arg) { return member_unmerge(t, *(i64 *)arg); }

static i64 merge(i64 winner, i64 loser)
{
    struct merge_job m = { winner, loser, 0 };
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), merge_it, &m));
    return m.merge;
}
static enum err unmerge(i64 number)
{
    return store_write(test_store(), test_reader(), unmerge_it, &number);
}

static i64 lines_of(i64 member, const char *kind)
{
    struct timeline_line_list lines;
    CHECK_OK(test_ctx(), timeline_of_member(test_reader(), (ints){ &member, 1 }, 0, 1000, &lines));
    i64 n = 0;
    for (i64 i = 0; i < lines.n; i++) n += str_eq(lines.at[i].kind, str_of(kind));
    return n;
}

/* -- resolving -------------------------------------------------------------------------------- */

TEST(one_member_per_strong_identity)
{
    i64 anna = SEE("phone 13800138000");
    CHECK_I64(SEE("phone +86 138-0013-8000"), anna);
    CHECK(SEE("phone 13900139000") != anna);
    /* Scoped: the same account name in two shops is two people. */
    i64 first = SEE("shop_account@天猫 lily");
    CHECK(SEE("shop_account@京东 lily") != first);
    CHECK_I64(SEE("shop_account@天猫 lily"), first);
    CHECK_I64(lines_of(anna, "member.created"), 1);
}

TEST(a_second_identity_is_learned)
{
    i64 anna = SEE("phone 13800138000");
    CHECK_I64(SEE("email Anna@Example.com", "phone 13800138000"), anna);
    CHECK_I64(SEE("email anna@example.com"), anna);
    CHECK_I64(lines_of(anna, "member.identity_added"), 1);
    CHECK_STR(shown(anna).phone, "13800138000");
}

TEST(known_beats_anonymous)
{
    i64 visitor = SEE("anonymous_id d-1");
    i64 anna = SEE("user_id u-1");
    CHECK(visitor != anna);
    CHECK_I64(SEE("anonymous_id d-1", "user_id u-1"), anna);
    CHECK_I64(living(visitor), anna);
    CHECK_I64(SEE("anonymous_id d-1"), anna);
    CHECK_I64(lines_of(anna, "member.merged"), 1);
    /* Nobody knew him under this name: the visitor himself becomes known. */
    i64 other = SEE("anonymous_id d-2");
    CHECK_I64(SEE("user_id u-2", "anonymous_id d-2"), other);
}

QUERY(conflicts_count, one_i64,
      "SELECT COUNT(*) AS value FROM identity_conflict WHERE merge IS NULL");

static i64 conflicts(void)
{
    struct one_i64 row;
    CHECK_OK(test_ctx(), db_get(test_reader(), &conflicts_count, &row, NO_ARGS));
    return row.value;
}

TEST(two_identified_are_never_merged)
{
    i64 anna = SEE("phone 13800138000"), ben = SEE("shop_account@天猫 ben");
    CHECK_I64(SEE("shop_account@天猫 ben", "phone 13800138000"), ben);
    CHECK_I64(living(anna), anna);
    CHECK_I64(living(ben), ben);
    CHECK_I64(SEE("phone 13800138000"), anna);
    CHECK_I64(conflicts(), 1);
    SEE("phone 13800138000", "shop_account@天猫 ben");
    CHECK_I64(conflicts(), 1);
    /* People decide: once merged by hand it is no conflict any more, and is one again when parted.
     */
    i64 number = merge(anna, ben);
    CHECK_I64(conflicts(), 0);
    CHECK_OK(test_ctx(), unmerge(number));
    CHECK_I64(conflicts(), 1);
}

TEST(a_shared_device_joins_nobody)
{
    i64 anna = SEE("user_id anna", "anonymous_id tablet");
    i64 ben = SEE("user_id ben", "anonymous_id tablet");
    CHECK(anna != ben);
    CHECK_I64(living(anna), anna);
    CHECK_I64(conflicts(), 1);
    CHECK_I64(SEE("anonymous_id tablet"), anna);
    CHECK_I64(SEE("user_id ben"), ben);
    /* Nor does it hand anna's member to somebody new. */
    i64 carl = SEE("anonymous_id tablet", "phone 13700137000");
    CHECK(carl != anna && carl != ben);
}

TEST(weak_identities_never_merge)
{
    i64 anna = SEE("phone 13800138000", "phone 138****8000");
    i64 masked = SEE("phone 138****8000");
    CHECK(masked != anna);
    CHECK(SEE("phone 138****8000") != masked);
    CHECK(SEE("taobao_nick t**6") != SEE("taobao_nick t**6"));
    /* Lent for one parcel. */
    CHECK(SEE("phone 18400000000-1234") != SEE("phone 18400000000-1234"));
}

TEST(weak_ok_finds_the_same_in_the_same_scope)
{
    struct member_sighting ok = { .weak_ok = true };
    const char *const nick[] = { "nick@天猫 t**6", NULL }, *const elsewhere[] = { "nick@京东 t**6",
                                                                                  NULL };
    const char *const both[] = { "nick@天猫 t**6", "masked_phone@天猫 138****8000", NULL };
    i64 first = see_as(nick, ok).member;
    CHECK_I64(see_as(nick, ok).member, first);
    CHECK(see_as(elsewhere, ok).member != first);
    /* All that is given must fit, and somebody with a strong identity is never taken for it. */
    i64 two = see_as(both, ok).member;
    CHECK(two != first);
    CHECK_I64(see_as(both, ok).member, two);
    i64 anna = SEE("phone 13800138000", "nick@唯品会 a**a");
    const char *const annas[] = { "nick@唯品会 a**a", NULL };
    CHECK(see_as(annas, ok).member != anna);
}

TEST(first_seen_name_and_touchpoint_stay)
{
    const char *const ids[] = { "phone 13800138000", NULL };
    i64 anna =
        see_as(ids,
               (struct member_sighting){ .at = 5000, .name = S("安**"), .touchpoint = S("京东") })
            .member;
    see_as(ids, (struct member_sighting){ .at = 9000, .name = S("安娜"), .touchpoint = S("抖音") });
    struct member_brief b = shown(anna);
    CHECK_I64(b.first_seen, 5000);
    CHECK_STR(b.name, "安娜");
    CHECK_STR(b.touchpoint, "京东");
    see_as(ids, (struct member_sighting){ .at = 1000, .name = S("别名"), .touchpoint = S("天猫") });
    b = shown(anna);
    CHECK_I64(b.first_seen, 1000);
    CHECK_STR(b.name, "安娜");
    CHECK_STR(b.touchpoint, "天猫");
}

TEST(no_identity_makes_a_member_each_time)
{
    const char *const none[] = { NULL };
    struct sighting a =
        see_as(none, (struct member_sighting){ .name = S("路人"), .weak_ok = true });
    struct sighting b =
        see_as(none, (struct member_sighting){ .name = S("路人"), .weak_ok = true });
    CHECK(a.created && b.created && a.member != b.member);
}

TEST(the_same_identity_twice_in_one_sighting)
{
    i64 anna = SEE("phone 13800138000", "phone 138 0013 8000", "email a@b.cn");
    CHECK_I64(SEE("email c@d.cn", "email C@D.cn", "phone 13800138000"), anna);
    CHECK_I64(SEE("email c@d.cn"), anna);
}

/* -- merging ---------------------------------------------------------------------------------- */

TEST(old_ids_keep_resolving)
{
    i64 a = SEE("user_id a"), b = SEE("user_id b"), c = SEE("user_id c"), d = SEE("user_id d");
    merge(b, a);
    merge(c, b);
    merge(d, a); /* a stands for c by now */
    CHECK_I64(living(a), d);
    CHECK_I64(living(b), d);
    CHECK_I64(SEE("user_id a"), d);
    CHECK_I64(shown(a).id, d);
    ints ids;
    CHECK_OK(test_ctx(), member_ids(test_reader(), d, &ids));
    CHECK_I64(ids.n, 4);
    CHECK_I64(ids.at[0], d);
    struct merge_job again = { d, a, 0 };
    CHECK_ERR(test_ctx(), store_write(test_store(), test_reader(), merge_it, &again), E_CONFLICT);
    i64 out;
    CHECK_ERR(test_ctx(), member_living(test_reader(), 999, &out), E_NOT_FOUND);
}

static str values_of_identities(i64 member)
{
    struct identity_view_list seen;
    struct buf out = { .arena = test_ctx()->arena };
    CHECK_OK(test_ctx(), member_identities(test_reader(), member, true, &seen));
    for (i64 i = 0; i < seen.n; i++) {
        if (i) buf_byte(&out, ' ');
        buf_add(&out, seen.at[i].value);
    }
    return buf_str(&out);
}

/* Tags and fields: tag_test, profile_test; any order of merges: merge_test; orders: trade's tests.
 */
TEST(merges_can_be_undone)
{
    const char *const anna_ids[] = { "phone 13800138000", "nick 小安", NULL };
    const char *const ben_ids[] = { "email ben@example.com", "nick 小安", NULL };
    i64 anna =
        see_as(anna_ids, (struct member_sighting){ .at = 5000, .touchpoint = S("天猫") }).member;
    i64 ben =
        see_as(ben_ids,
               (struct member_sighting){ .at = 1000, .name = S("本"), .touchpoint = S("京东") })
            .member;
    i64 number = merge(anna, ben);
    struct member_brief b = shown(ben);
    CHECK_I64(b.id, anna);
    CHECK_STR(b.name, "本");
    CHECK_STR(b.touchpoint, "京东");
    CHECK_I64(b.first_seen, 1000);
    CHECK_STR(values_of_identities(anna), "ben@example.com 小安 8613800138000");
    SEE("user_id later", "email ben@example.com");
    CHECK_OK(test_ctx(), unmerge(number));
    b = shown(anna);
    CHECK_STR(b.name, NULL);
    CHECK_STR(b.touchpoint, "天猫");
    CHECK_I64(b.first_seen, 5000);
    /* What he was seen with while they were one stays with the winner. */
    CHECK_STR(values_of_identities(anna), "小安 8613800138000 later");
    CHECK_STR(values_of_identities(ben), "ben@example.com 小安");
    CHECK_STR(shown(ben).name, "本");
    CHECK_I64(SEE("email ben@example.com"), ben);
    CHECK_I64(SEE("phone 13800138000"), anna);
}

TEST(undo_waits_for_later_merges)
{
    i64 a = SEE("user_id a"), b = SEE("user_id b"), c = SEE("user_id c");
    i64 first = merge(b, a), second = merge(c, b);
    CHECK_ERR(test_ctx(), unmerge(first), E_CONFLICT);
    CHECK_OK(test_ctx(), unmerge(second));
    CHECK_I64(living(a), b);
    CHECK_I64(SEE("user_id a"), b);
    CHECK_OK(test_ctx(), unmerge(first));
    CHECK_I64(SEE("user_id a"), a);
    CHECK_ERR(test_ctx(), unmerge(first), E_CONFLICT);
    CHECK_ERR(test_ctx(), unmerge(99), E_NOT_FOUND);
    CHECK_I64(lines_of(b, "member.unmerged"), 1);
}

/* A room that takes part: its rows are two numbers. */
static i64 shelf_owner[2];
static enum err shelf_moved(struct tx *t, i64 number, i64 loser, i64 winner)
{
    for (i64 i = 0; i < 2; i++) {
        if (shelf_owner[i] != loser) continue;
        shelf_owner[i] = winner;
        TRY(merge_note(t, number, "shelf", i));
    }
    return OK;
}
static enum err shelf_parted(struct tx *t, i64 number, i64 loser, i64 winner, ints noted)
{
    (void)t, (void)number;
    for (i64 i = 0; i < noted.n; i++) {
        if (shelf_owner[noted.at[i]] != winner) return E_INTERNAL;
        shelf_owner[noted.at[i]] = loser;
    }
    return OK;
}
static const struct merge_listener shelf = { "shelf", shelf_moved, shelf_parted };

TEST(listeners_take_part)
{
    static const struct merge_listener *const listeners[] = { &shelf, NULL };
    const struct merge_listener *const *had = merge_listeners;
    merge_listeners = listeners;
    i64 a = SEE("user_id a"), b = SEE("user_id b");
    shelf_owner[0] = a, shelf_owner[1] = b;
    i64 number = merge(b, a);
    CHECK_I64(shelf_owner[0], b);
    CHECK_OK(test_ctx(), unmerge(number));
    CHECK_I64(shelf_owner[0], a);
    CHECK_I64(shelf_owner[1], b);
    merge_listeners = had;
}

/* -- many at once ----------------------------------------------------------------------------- */

#define THREADS 4
#define ROUNDS  40

struct crowd {
    struct store *store;
    u64 seed;
    i64 failed;
};

static void *crowd_run(void *arg)
{
    struct crowd *crowd = arg;
    struct dice dice = { crowd->seed };
    struct ctx *c = test_ctx_new();
    for (i64 i = 0; i < ROUNDS; i++) {
        struct identity ids[2];
        for (i64 k = 0; k < 2; k++)
            ids[k] =
                (struct identity){ .kind = k ? ID_ANONYMOUS_ID : ID_USER_ID,
                                   .scope = S(""),
                                   .value = str_fmt(c->arena, "v%d", (int)dice_below(&dice, 12)) };
        struct sighting s = {
            .in = { .identities = ids + dice_below(&dice, 2), .n = 1, .source = S("test") }
        };
        if (dice_below(&dice, 2)) s.in.identities = ids, s.in.n = 2;
        crowd->failed += store_write(crowd->store, c, resolve_it, &s) != OK;
    }
    test_ctx_free(c);
    return NULL;
}

QUERY(owners_astray, one_i64,
      "SELECT COUNT(*) AS value FROM identity_owner o JOIN member m ON m.member = o.member"
      " WHERE m.merged_into IS NOT NULL OR NOT EXISTS (SELECT 1 FROM identity i WHERE i.member = "
      "o.member"
      " AND i.kind = o.kind AND i.scope = o.scope AND i.value = o.value)");
QUERY(identities_astray, one_i64,
      "SELECT COUNT(*) AS value FROM identity i LEFT JOIN identity_owner o"
      " ON o.kind = i.kind AND o.scope = i.scope AND o.value = i.value AND o.member = i.member"
      " WHERE i.strong AND o.member IS NULL");

static void check_directory(void)
{
    struct one_i64 row;
    CHECK_OK(test_ctx(), db_get(test_reader(), &owners_astray, &row, NO_ARGS));
    CHECK_I64(row.value, 0);
    CHECK_OK(test_ctx(), db_get(test_reader(), &identities_astray, &row, NO_ARGS));
    CHECK_I64(row.value, 0);
}

TEST(concurrent_sightings_keep_the_directory_right)
{
    struct crowd crowd[THREADS];
    pthread_t threads[THREADS];
    for (i64 i = 0; i < THREADS; i++) {
        crowd[i] = (struct crowd){ test_store(), (u64)i + 1, 0 };
        CHECK(pthread_create(&threads[i], NULL, crowd_run, &crowd[i]) == 0);
    }
    for (i64 i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    for (i64 i = 0; i < THREADS; i++) CHECK_I64(crowd[i].failed, 0);
    check_directory();
}

/* -- finding ---------------------------------------------------------------------------------- */

static struct member_brief_list find(const char *q, const char *tag)
{
    struct member_brief_list out;
    struct member_place end;
    CHECK_OK(test_ctx(), member_search(test_reader(), str_of(q), str_of(tag),
                                       (struct member_place){ 0 }, 50, true, &out, &end));
    return out;
}

TEST(search_by_identity_name_and_number)
{
    const char *const anna_ids[] = { "phone 13800138000", "email anna@example.com", NULL };
    const char *const ann_ids[] = { "masked_phone 139****0000", NULL };
    i64 anna = see_as(anna_ids, (struct member_sighting){ .name = S("Ａnna 王") }).member;
    i64 ann = see_as(ann_ids, (struct member_sighting){ .name = S("ann") }).member;
    CHECK_I64(find("+86 13800138000", NULL).at[0].id, anna);
    CHECK_I64(find("ANNA@example.com", NULL).at[0].id, anna);
    CHECK_I64(find("139****0000", NULL).at[0].id, ann);
    CHECK_I64(find("Ann", NULL).n, 2);
    CHECK_I64(find("anna", NULL).n, 1);
    CHECK_I64(find("安", NULL).n, 0);
    CHECK_I64(find("#1", NULL).at[0].id, 1);
    CHECK_I64(find(NULL, NULL).n, 2);
    CHECK_I64(find(NULL, NULL).at[0].id, ann);
    CHECK_I64(find(NULL, "没有的").n, 0);
    merge(anna, ann);
    CHECK_I64(find("ann", NULL).n, 1);
    CHECK_I64(find("139****0000", NULL).at[0].id, anna);
}

TEST(search_pages_meet_everybody_once)
{
    const char *const none[] = { NULL };
    for (i64 i = 0; i < 23; i++)
        see_as(none, (struct member_sighting){
                         .name = str_fmt(test_ctx()->arena, "李%d", (int)(i % 5)) });
    see_as((const char *const[]){ "nick 李", NULL }, (struct member_sighting){ 0 });
    static const char *const questions[] = { NULL, "李" };
    for (i64 k = 0; k < 2 * COUNT(questions); k++) {
        struct member_place at = { 0 };
        i64 limit = k < COUNT(questions) ? 5 : 1;
        bool met[40] = { 0 };
        i64 n = 0;
        do {
            struct member_brief_list page;
            CHECK_OK(test_ctx(),
                     member_search(test_reader(), str_of(questions[k % COUNT(questions)]), NO_STR,
                                   at, limit, true, &page, &at));
            for (i64 i = 0; i < page.n; i++, n++) {
                CHECK(!met[page.at[i].id]);
                met[page.at[i].id] = true;
            }
        } while (at.id && n < 100);
        CHECK_I64(n, 24);
    }
}

TEST(personal_data_is_masked_without_the_right)
{
    const char *const ids[] = { "phone 13800138000", "email anna@example.com", NULL };
    i64 anna = see_as(ids, (struct member_sighting){ .name = S("张三丰") }).member;
    struct member_brief b;
    struct identity_view_list seen;
    CHECK_OK(test_ctx(), member_show(test_reader(), anna, false, &b));
    CHECK_STR(b.name, "张**");
    CHECK_STR(b.phone, "138****8000");
    CHECK_OK(test_ctx(), member_identities(test_reader(), anna, false, &seen));
    CHECK_I64(seen.n, 2);
    CHECK_STR(seen.at[0].value, "a***@example.com");
    CHECK_STR(seen.at[1].value, "138****8000");
}

/* -- being forgotten -------------------------------------------------------------------------- */

static enum err erase_it(struct tx *t, void *arg) { return member_erase(t, *(i64 *)arg); }

TEST(an_erased_person_stays_forgotten)
{
    const char *const ids[] = { "phone 13800138000", "nick 小安", NULL };
    struct member_sighting named = { .name = S("安娜"), .touchpoint = S("天猫") };
    i64 anna = see_as(ids, named).member, old = SEE("user_id anna");
    merge(anna, old);
    CHECK_OK(test_ctx(), store_write(test_store(), test_reader(), erase_it, &old));
    struct member_brief b = shown(anna);
    CHECK_STR(b.name, NULL);
    CHECK_STR(b.phone, NULL);
    struct identity_view_list left;
    CHECK_OK(test_ctx(), member_identities(test_reader(), anna, true, &left));
    CHECK_I64(left.n, 0);
    CHECK_I64(find("13800138000", NULL).n, 0);
    CHECK_I64(find("安娜", NULL).n, 0);
    /* The old file comes again: the same nameless member, nothing learned. */
    CHECK_I64(see_as(ids, named).member, anna);
    CHECK_I64(SEE("user_id anna"), anna);
    CHECK_STR(shown(anna).name, NULL);
    CHECK_I64(find("小安", NULL).n, 0);
    CHECK_ERR(test_ctx(), store_write(test_store(), test_reader(), erase_it, &anna), E_CONFLICT);
    CHECK_I64(lines_of(anna, "member.erased"), 1);
}

TEST(export_tells_everything)
{
    i64 anna = SEE("phone 13800138000", "nick 小安");
    struct person_export out = { 0 };
    CHECK_OK(test_ctx(), member_export(test_reader(), anna, &out));
    CHECK_I64(out.member->id, anna);
    CHECK_I64(out.identities.n, 2);
    CHECK_STR(out.identities.at[1].value, "8613800138000");
    CHECK_I64(out.timeline.n, 1);
    struct buf text = { .arena = test_ctx()->arena };
    json_write(&text, &person_export_shape, &out);
    CHECK(json_valid(buf_str(&text)));
}
