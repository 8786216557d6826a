/* quadrants.c -- categories by how often their buyers come back and how much their viewers do:
 * purchases from what was sold by day, behaviour from the rows of the index.
 */
#include <stdlib.h>

#include "audience/ask.h"
#include "audience/index/gather.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "insight/product/inside.h"

#define CATEGORIES_MAX 2000

/* Views first: who viewed is counted by member. */
enum { ACT_VIEW, ACT_CART, ACT_FAVOURITE, ACT_REVIEW, ACTS };
static const char *const act_events[ACTS] = { "Product Viewed", "Product Added",
                                              "Product Added to Wishlist", "Product Reviewed" };

static const struct quadrant_words {
    const char *zh, *en, *way_zh, *way_en;
} quadrant_rows[] = {
    [QUADRANT_NONE] = { "数据不足", "Not defined", "", "" },
    [QUADRANT_BOTH] = { "高频高互动", "Bought often, much looked at",
                        "主推品类：会员日与社群日常运营，内容和晒单带复购，新品先在这里首发",
                        "Lead with it: members' days and community routine, content and reviews "
                        "that "
                        "bring people back; launch new products here first" },
    [QUADRANT_FREQUENT] = { "高频低互动", "Bought often, little looked at",
                            "效率品类：到期补货提醒、周期购与多件装，少打扰、快下单；用它带动其他品"
                            "类",
                            "Make it easy: reminders when it runs out, subscriptions, multipacks; "
                            "few "
                            "messages; let it carry other categories" },
    [QUADRANT_LIVELY] = { "低频高互动", "Seldom bought, much looked at",
                          "种草品类：内容、试用和顾问式服务帮人下决心；用券推动首购，用周边小件拉高"
                          "频次",
                          "Help people decide: content, trials, advice; a coupon for the first "
                          "purchase, small companions to be bought more often" },
    [QUADRANT_NEITHER] = { "低频低互动", "Seldom bought, little looked at",
                           "收缩品类：与高频品类搭售，控制库存与投放；换季唤醒一次，仍不动就清退",
                           "Shrink it: bundle with what is bought often, hold stock and spending "
                           "down; "
                           "wake it once a season, else let it go" },
};

struct category {
    str name;
    i64 purchases, buyers, repeat;
    i64 acts[ACTS], viewers;
    money net;
    i64 order; /* the last one counted */
    bool sold; /* anything of it, even if all came back */
};

struct counting {
    struct ctx *c;
    day from, to;
    struct {
        struct category *at;
        i64 n;
    } categories;
    i32 *slots; /* of names: place in categories + 1 */
    i64 slots_n;
    i32 *of_product; /* by product: place + 1; 0: none */
    i64 products;
    i64 uncategorised;
    struct { /* open addressing over (member, category) */
        u64 *key;
        u32 *n;
        i64 used, room;
    } pairs;
};

/* -- categories -------------------------------------------------------------------------------- */

static enum err category_place(struct counting *k, str name, i64 *place)
{
    u64 at = str_hash(name) % (u64)k->slots_n;
    for (; k->slots[at]; at = (at + 1) % (u64)k->slots_n)
        if (str_eq(k->categories.at[k->slots[at] - 1].name, name)) {
            *place = k->slots[at] - 1;
            return OK;
        }
    if (k->categories.n == CATEGORIES_MAX)
        return fail(k->c, E_UNPROCESSABLE, "品类超过 %d 个，请先归并品类",
                    "there are more than %d categories: put some together first", CATEGORIES_MAX);
    PUSH(k->c->arena, &k->categories)->name = str_copy(k->c->arena, name);
    *place = k->categories.n - 1;
    k->slots[at] = (i32)k->categories.n;
    return OK;
}

#define FIELDS_OF_sorted_product(X, N) \
    X(i64, id, ANY, "", N)             \
    X(str, code, ANY, "", N)           \
    X(str, category, ANY, "", N)
SHAPE(sorted_product);
SHAPE_DEFINE(sorted_product);
QUERY(products_sorted, sorted_product,
      "SELECT id, code, category FROM product WHERE category <> '' ORDER BY code, id LIMIT $1");
QUERY(products_last, one_i64, "SELECT COALESCE(MAX(id), 0) AS value FROM product");

static enum err products_read(struct counting *k, struct sorted_product_list *list)
{
    struct one_i64 last;
    TRY(db_get(k->c, &products_last, &last, NO_ARGS));
    TRY(db_all(k->c, &products_sorted, list, ARGS(PRODUCTS_MAX)));
    k->products = last.value + 1;
    k->of_product = NEWS(k->c->arena, i32, k->products);
    for (i64 i = 0; i < list->n; i++) {
        i64 place;
        TRY(category_place(k, list->at[i].category, &place));
        if (list->at[i].id < k->products) k->of_product[list->at[i].id] = (i32)place + 1;
    }
    return OK;
}

/* -- purchases --------------------------------------------------------------------------------- */

#define FIELDS_OF_sold_glance(X, N) \
    X(i64, order_id, ANY, "", N)    \
    X(i64, product, ANY, "", N)     \
    X(i64, member, ANY, "", N)      \
    X(i64, net, ANY, "", N)         \
    X(money, sales, ANY, "", N)
SHAPE(sold_glance);
SHAPE_DEFINE(sold_glance);
QUERY(sold_of_period, sold_glance,
      "SELECT order_id, product, member, units - returned AS net, sales - refund AS sales"
      " FROM product_sold WHERE day >= $1 AND day <= $2 ORDER BY day, order_id, product");

static u64 spread(u64 key)
{
    key ^= key >> 31;
    return key * 0x9E3779B97F4A7C15ull;
}

static void pairs_grow(struct counting *k)
{
    i64 old = k->pairs.room, room = old ? old * 2 : 4096;
    u64 *key = k->pairs.key;
    u32 *n = k->pairs.n;
    k->pairs.key = NEWS(k->c->arena, u64, room);
    k->pairs.n = NEWS(k->c->arena, u32, room);
    k->pairs.room = room;
    for (i64 i = 0; i < old; i++) {
        if (!key[i]) continue;
        u64 at = spread(key[i]) & (u64)(room - 1);
        while (k->pairs.key[at]) at = (at + 1) & (u64)(room - 1);
        k->pairs.key[at] = key[i];
        k->pairs.n[at] = n[i];
    }
}

/* How many times the pair was there before. */
static u32 pair_count(struct counting *k, i64 member, i64 place)
{
    u64 key = (u64)member * CATEGORIES_MAX + (u64)place + 1;
    if (k->pairs.used * 2 >= k->pairs.room) pairs_grow(k);
    u64 at = spread(key) & (u64)(k->pairs.room - 1);
    while (k->pairs.key[at] && k->pairs.key[at] != key) at = (at + 1) & (u64)(k->pairs.room - 1);
    k->pairs.used += !k->pairs.key[at];
    k->pairs.key[at] = key;
    return k->pairs.n[at]++;
}

static enum err add_sold(void *arg, const void *row)
{
    struct counting *k = arg;
    const struct sold_glance *s = row;
    i64 place = s->product < k->products ? k->of_product[s->product] - 1 : -1;
    if (place < 0) {
        k->uncategorised++;
        return OK;
    }
    struct category *of = &k->categories.at[place];
    of->net += s->sales;
    of->sold = true;
    if (s->net <= 0 || s->member == 0 || of->order == s->order_id) return OK;
    of->order = s->order_id;
    of->purchases++;
    u32 before = pair_count(k, s->member, place);
    of->buyers += before == 0;
    of->repeat += before == 1;
    return OK;
}

/* -- behaviour --------------------------------------------------------------------------------- */

#define FIELDS_OF_unquoted(X, N) X(str, value, LONG, "", N)
SHAPE(unquoted);
SHAPE_DEFINE(unquoted);

/* Rows keep values as JSON: "面膜" with its quotes. Absent: no text. */
static str text_of(struct ctx *c, str raw)
{
    struct ctx inner = { .arena = c->arena, .locale = EN };
    struct unquoted read;
    if (raw.n < 2 || raw.at[0] != '"') return NO_STR;
    str text = str_fmt(c->arena, "{\"value\":" STR_FMT "}", STR_ARG(raw));
    return json_read(&inner, &unquoted_shape, &read, text) == OK ? read.value : NO_STR;
}

struct acting {
    const struct counting *k;
    const struct view *view;
    u8 *act;                     /* by event: ACT_… + 1 */
    i64 category_at, product_at; /* place of the property; -1: rows do not keep it */
    i32 *of_category, *of_code;  /* by word + 1: place + 1 */
    struct acted {
        i64 *acts; /* category * ACTS + act */
        i64 *viewers;
        i64 *seen; /* by category: the last member who viewed, + 1 */
    } worker[CHUNK_WORKERS];
};
struct acting_chunk {
    const struct acting *a;
    const struct acted *into;
    i64 chunk;
};

static i64 row_from(const struct run *r, i64 low, i64 high, day from)
{
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (r->day[middle] < from) low = middle + 1;
        else high = middle;
    }
    return low;
}

static i64 category_of_row(const struct acting *a, const struct run *r, i64 row)
{
    i64 place = a->category_at < 0 ? 0 : a->of_category[narrow_get(r->props[a->category_at], row)];
    if (place || a->product_at < 0) return place - 1;
    return a->of_code[narrow_get(r->props[a->product_at], row)] - 1;
}

static void count_run(void *arg, const struct run *r)
{
    const struct acting_chunk *t = arg;
    const struct acting *a = t->a;
    for (i64 m = 0; m < r->n; m++) {
        i64 end = r->offset[m + 1], member = t->chunk * CHUNK + r->first + m + 1;
        for (i64 row = row_from(r, r->offset[m], end, a->k->from);
             row < end && r->day[row] <= a->k->to; row++) {
            int act = a->act[narrow_get(r->event, row)] - 1;
            i64 place = act < 0 ? -1 : category_of_row(a, r, row);
            if (place < 0) continue;
            t->into->acts[place * ACTS + act]++;
            if (act != ACT_VIEW || t->into->seen[place] == member) continue;
            t->into->seen[place] = member;
            t->into->viewers[place]++;
        }
    }
}

static void count_chunk(void *arg, int worker, i64 chunk)
{
    const struct acting *a = arg;
    struct acting_chunk t = { a, &a->worker[worker], chunk };
    view_runs(a->view, chunk, SOURCE_TIMELINE, count_run, &t);
}

static enum err category_words_read(struct counting *k, struct acting *a)
{
    if (a->category_at < 0) return OK;
    const struct words *w = view_prop_words(a->view, SOURCE_TIMELINE, a->category_at);
    i64 n = words_count(w);
    a->of_category = NEWS(k->c->arena, i32, n + 1);
    for (i64 i = 0; i < n; i++) {
        i64 place;
        str name = text_of(k->c, words_text(w, i));
        if (str_empty(name)) continue;
        TRY(category_place(k, name, &place));
        a->of_category[i + 1] = (i32)place + 1;
    }
    return OK;
}

/* The place + 1 of a code's category; 0: none, or products of several shops disagree. */
static i32 category_of_code(const struct counting *k, const struct sorted_product_list *list,
                            str code)
{
    i64 low = 0, high = list->n;
    while (low < high) {
        i64 middle = (low + high) / 2;
        if (str_cmp(list->at[middle].code, code) < 0) low = middle + 1;
        else high = middle;
    }
    i32 place = 0;
    for (; low < list->n && str_eq(list->at[low].code, code); low++) {
        i32 one = k->of_product[list->at[low].id];
        if (place && place != one) return 0;
        place = one;
    }
    return place;
}

static int by_code(const void *a, const void *b)
{
    return str_cmp(((const struct sorted_product *)a)->code,
                   ((const struct sorted_product *)b)->code);
}

static void product_words_read(struct counting *k, struct sorted_product_list *list,
                               struct acting *a)
{
    if (a->product_at < 0) return;
    const struct words *w = view_prop_words(a->view, SOURCE_TIMELINE, a->product_at);
    i64 n = words_count(w);
    /* by bytes, whatever order the engine's language has */
    if (list->n) qsort(list->at, (size_t)list->n, sizeof *list->at, by_code);
    a->of_code = NEWS(k->c->arena, i32, n + 1);
    for (i64 i = 0; i < n; i++) {
        str code = text_of(k->c, words_text(w, i));
        if (!str_empty(code)) a->of_code[i + 1] = category_of_code(k, list, code);
    }
}

static void acts_run(struct counting *k, struct acting *a)
{
    i64 n = k->categories.n;
    for (int w = 0; w < CHUNK_WORKERS; w++)
        a->worker[w] =
            (struct acted){ NEWS(k->c->arena, i64, n * ACTS + 1), NEWS(k->c->arena, i64, n + 1),
                            NEWS(k->c->arena, i64, n + 1) };
    chunks_run(view_chunks(a->view), count_chunk, a);
    for (int w = 0; w < CHUNK_WORKERS; w++)
        for (i64 i = 0; i < n; i++) {
            struct category *of = &k->categories.at[i];
            of->viewers += a->worker[w].viewers[i];
            for (int act = 0; act < ACTS; act++) of->acts[act] += a->worker[w].acts[i * ACTS + act];
        }
}

static enum err acts_count(struct counting *k, struct sorted_product_list *list)
{
    struct acting a = { .k = k };
    TRY(audience_view(k->c, 0, &a.view));
    const struct words *names = view_event_names(a.view, SOURCE_TIMELINE);
    a.act = NEWS(k->c->arena, u8, words_count(names) + 1);
    for (int i = 0; i < ACTS; i++) {
        i64 code = words_find(names, str_of(act_events[i]));
        if (code >= 0) a.act[code] = (u8)(i + 1);
    }
    a.category_at = props_place(a.view, S("category"));
    a.product_at = props_place(a.view, S("product_id"));
    TRY(category_words_read(k, &a));
    product_words_read(k, list, &a);
    acts_run(k, &a);
    return OK;
}

/* -- the answer -------------------------------------------------------------------------------- */

static void quoted(struct buf *out, str text)
{
    buf_byte(out, '"');
    for (i64 i = 0; i < text.n; i++) {
        if (text.at[i] == '"' || text.at[i] == '\\') buf_byte(out, '\\');
        buf_byte(out, text.at[i]);
    }
    buf_byte(out, '"');
}

#define SEGMENT_TEXT_MAX 9000

/* Who likes them best by what they bought, or viewed them within the period. */
static str segment_of(struct ctx *c, strs names, i64 days)
{
    struct buf list = { .arena = c->arena };
    for (i64 i = 0; i < names.n; i++) {
        if (i) buf_add(&list, S(", "));
        quoted(&list, names.at[i]);
    }
    const char *is = names.n == 1 ? "= " : "in (", *end = names.n == 1 ? "" : ")";
    str all = buf_str(&list);
    if (names.n == 0 || all.n * 2 > SEGMENT_TEXT_MAX) return NO_STR;
    return str_fmt(c->arena,
                   "favourite_category %s" STR_FMT "%s or did(\"Product Viewed\", %lldd, category "
                   "%s" STR_FMT "%s)",
                   is, STR_ARG(all), end, (long long)days, is, STR_ARG(all), end);
}

static opt_f64 part_of(i64 a, i64 b)
{
    return b ? (opt_f64){ true, (f64)a / (f64)b } : (opt_f64){ 0 };
}

static int most_sales_first(const void *a, const void *b)
{
    const struct quadrant_category *x = a, *y = b;
    if (x->net_sales != y->net_sales) return x->net_sales > y->net_sales ? -1 : 1;
    return str_cmp(x->category, y->category);
}

static void items_fill(struct counting *k, i64 days, struct quadrants *out)
{
    out->items.at = NEWS(k->c->arena, struct quadrant_category, k->categories.n + 1);
    for (i64 i = 0; i < k->categories.n; i++) {
        struct category *of = &k->categories.at[i];
        i64 acts = of->acts[ACT_VIEW] + of->acts[ACT_CART] + of->acts[ACT_FAVOURITE] +
                   of->acts[ACT_REVIEW];
        if (!of->sold && !acts) continue;
        out->items.at[out->items.n++] =
            (struct quadrant_category){ .category = of->name,
                                        .purchases = of->purchases,
                                        .buyers = of->buyers,
                                        .repeat_buyers = of->repeat,
                                        .frequency = part_of(of->purchases, of->buyers),
                                        .views = of->acts[ACT_VIEW],
                                        .carts = of->acts[ACT_CART],
                                        .favourites = of->acts[ACT_FAVOURITE],
                                        .reviews = of->acts[ACT_REVIEW],
                                        .viewers = of->viewers,
                                        .interaction = part_of(acts, of->viewers),
                                        .net_sales = of->net,
                                        .segment = segment_of(k->c, (strs){ &of->name, 1 }, days) };
    }
    if (out->items.n)
        qsort(out->items.at, (size_t)out->items.n, sizeof *out->items.at, most_sales_first);
}

static int by_size(const void *a, const void *b)
{
    f64 x = *(const f64 *)a, y = *(const f64 *)b;
    return (x > y) - (x < y);
}

static opt_f64 median_of(struct ctx *c, const struct quadrants *q, size_t at)
{
    f64 *values = NEWS(c->arena, f64, q->items.n + 1);
    i64 n = 0;
    for (i64 i = 0; i < q->items.n; i++) {
        const opt_f64 *v = (const opt_f64 *)(const void *)((const char *)&q->items.at[i] + at);
        if (v->has) values[n++] = v->value;
    }
    if (n == 0) return (opt_f64){ 0 };
    qsort(values, (size_t)n, sizeof *values, by_size);
    return (opt_f64){ true, quantile_of(values, n, 0.5) };
}

static enum err cut_read(struct ctx *c, const char *field, str text, opt_f64 median, opt_f64 *out,
                         flag *given)
{
    *out = median;
    *given = !str_empty(text);
    if (!*given) return OK;
    out->has = true;
    if (f64_parse(text, &out->value) && out->value >= 0 && out->value <= 1e9) return OK;
    return fail_at(c, E_INVALID, str_of(field), "阈值须为不小于 0 的数，如 1.5",
                   "a threshold is a number of 0 or more, like 1.5");
}

static void quadrants_assign(struct ctx *c, i64 days, struct quadrants *out)
{
    struct quadrant_way *ways = NEWS(c->arena, struct quadrant_way, QUADRANT_NEITHER);
    strs *names = NEWS(c->arena, strs, QUADRANT_NEITHER + 1);
    for (int q = QUADRANT_BOTH; q <= QUADRANT_NEITHER; q++) {
        const struct quadrant_words *w = &quadrant_rows[q];
        ways[q - 1] = (struct quadrant_way){ .quadrant = (enum quadrant)q,
                                             .name = say(c, str_of(w->zh), str_of(w->en)),
                                             .way = say(c, str_of(w->way_zh), str_of(w->way_en)) };
    }
    for (i64 i = 0; i < out->items.n; i++) {
        struct quadrant_category *of = &out->items.at[i];
        if (!of->frequency.has || !of->interaction.has) continue;
        bool often = of->frequency.value >= out->frequency.value;
        bool lively = of->interaction.value >= out->interaction.value;
        of->quadrant = often    ? lively ? QUADRANT_BOTH : QUADRANT_FREQUENT
                       : lively ? QUADRANT_LIVELY
                                : QUADRANT_NEITHER;
        ways[of->quadrant - 1].categories++;
        ways[of->quadrant - 1].net_sales += of->net_sales;
        *PUSH(c->arena, &names[of->quadrant]) = of->category;
    }
    for (int q = QUADRANT_BOTH; q <= QUADRANT_NEITHER; q++)
        ways[q - 1].segment = segment_of(c, names[q], days);
    out->quadrants = (struct quadrant_way_list){ ways, QUADRANT_NEITHER };
}

enum err quadrants_make(struct ctx *c, const struct quadrant_ask *ask, struct quadrants *out)
{
    struct counting k = { .c = c, .slots_n = CATEGORIES_MAX * 2 };
    struct sorted_product_list products;
    *out = (struct quadrants){ 0 };
    TRY(product_period(c, ask->from, ask->to, &k.from, &k.to));
    k.slots = NEWS(c->arena, i32, k.slots_n);
    TRY(products_read(&k, &products));
    TRY(product_behind(c, &out->behind));
    TRY(db_each(c, &sold_of_period, add_sold, &k, ARGS(k.from, k.to)));
    TRY(acts_count(&k, &products));
    i64 days = (i64)k.to - k.from + 1;
    out->from = k.from;
    out->to = k.to;
    out->uncategorised = k.uncategorised;
    items_fill(&k, days, out);
    TRY(cut_read(c, "/frequency", ask->frequency,
                 median_of(c, out, offsetof(struct quadrant_category, frequency)), &out->frequency,
                 &out->frequency_given));
    TRY(cut_read(c, "/interaction", ask->interaction,
                 median_of(c, out, offsetof(struct quadrant_category, interaction)),
                 &out->interaction, &out->interaction_given));
    quadrants_assign(c, days, out);
    out->definition = say(
        c,
        S("横轴 购买频次 = 含该品类净件数的订单数 ÷ 购买人数；纵轴 互动 = "
          "（浏览 + 加购 + 收藏 + 评价）÷ "
          "浏览人数。达到阈值算高，阈值默认取各品类的中位数，可以移动。"
          "没有购买者或浏览者的品类无法判断。"),
        S("Across: orders with net units of the category per buyer. Up: views, carts, favourites "
          "and "
          "reviews per member who viewed. High is at the threshold or above; thresholds are the "
          "medians of the categories unless moved. A category without buyers or viewers has no "
          "place."));
    return OK;
}
