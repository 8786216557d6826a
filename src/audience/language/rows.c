/* rows.c -- the operators and calls of the segment language: a row each, with words and an example.
 */
#include "audience/language/language.h"

#define COUNTS (1u << FIELD_IS_COUNT | 1u << FIELD_IS_NUMBER | 1u << FIELD_IS_MONEY)
#define AGES   (1u << FIELD_IS_AGE)
#define DATES  (1u << FIELD_IS_DATE)
#define FLAGS  (1u << FIELD_IS_FLAG)
#define TEXTS  (1u << FIELD_IS_TEXT | 1u << FIELD_IS_CHOICE)
#define SETS   (1u << FIELD_IS_SET)
#define KNOWNS (1u << FIELD_IS_KNOWN)

const struct segment_operator segment_operators[OP_COUNT] = {
    { OP_IS, "=", COUNTS | AGES | DATES | FLAGS | TEXTS | SETS,
      "等于；标签等多值字段：其中有这一个", "is; of tags and other sets: has this one",
      "city = \"上海\"" },
    { OP_IS_NOT, "!=", COUNTS | AGES | DATES | FLAGS | TEXTS,
      "不等于；未知的不算（要算上未知，写 not …）",
      "is known and another; not (…) has the unknown too", "city != \"上海\"" },
    { OP_BELOW, "<", COUNTS | AGES | DATES, "小于；时长：不到这么久；日期：早于",
      "below; ages: less long ago; dates: before", "orders < 3" },
    { OP_AT_MOST, "<=", COUNTS | AGES | DATES, "不大于；时长：至多这么久以前",
      "at most; ages: at most so long ago", "recency <= 30d" },
    { OP_ABOVE, ">", COUNTS | AGES | DATES, "大于；时长：比这更久；日期：晚于",
      "above; ages: longer ago; dates: after", "spent(30d) > 99.9" },
    { OP_AT_LEAST, ">=", COUNTS | AGES | DATES, "不小于；时长：至少这么久以前",
      "at least; ages: at least so long ago", "first_seen >= 2024-05-01" },
    { OP_BETWEEN, "between", COUNTS | AGES | DATES, "介于两者之间，含两端", "within, ends included",
      "last_order between 31d and 90d" },
    { OP_IN, "in", COUNTS | AGES | DATES | TEXTS | SETS, "是其中之一", "is one of these",
      "city in (\"上海\", \"杭州\")" },
    { OP_CONTAINS, "contains", TEXTS | SETS, "包含这段文字", "has this text in it",
      "occupation contains \"教师\"" },
    { OP_STARTS, "starts with", TEXTS | SETS, "以这段文字开头", "begins with this text",
      "tag starts with \"活动\"" },
    { OP_WITHIN_NEXT, "within next", DATES, "周年日（如生日）在今天起的这么多天之内，今天算第一天",
      "its anniversary is one of so many days from today on", "birthday within next 7d" },
    { OP_KNOWN, "is known", AGES | DATES | FLAGS | TEXTS | SETS | KNOWNS | 1u << FIELD_IS_NUMBER,
      "已知（有值）", "there is a value", "phone is known" },
    { OP_UNKNOWN, "is unknown",
      AGES | DATES | FLAGS | TEXTS | SETS | KNOWNS | 1u << FIELD_IS_NUMBER, "未知（没有值）",
      "there is no value", "birthday is unknown" },
    { OP_HOLDS, "", 1u << FIELD_KINDS, "成立", "holds", "in_group(\"上海VIP群\")" },
};

const struct segment_call segment_calls[CALLS] = {
    { CALL_ORDERS, "orders", FIELD_IS_COUNT, .window = true, .zero = true,
      .zh = "这段时间内的购买次数（已付款且退款后仍有金额的订单）",
      .en = "Purchases within the window: paid orders with something left after refunds",
      .example = "orders(30d) = 0" },
    { CALL_SPENT, "spent", FIELD_IS_MONEY, .window = true, .zero = true,
      .zh = "这段时间内的消费金额（元，扣除退款）",
      .en = "What these purchases come to, less refunds", .example = "spent(365d) >= 999" },
    { CALL_RECENCY, "recency", FIELD_IS_AGE, .alone = true, .zh = "RFM 的 R：距最近一次购买多久",
      .en = "R of RFM: how long ago the last purchase was", .example = "recency <= 30d" },
    { CALL_FREQUENCY, "frequency", FIELD_IS_COUNT, .alone = true, .zero = true,
      .zh = "RFM 的 F：购买次数，时间范围见设置 rfm.window_days、rfm.frequency_of",
      .en = "F of RFM, by the settings rfm.window_days and rfm.frequency_of",
      .example = "frequency >= 5" },
    { CALL_MONETARY, "monetary", FIELD_IS_MONEY, .alone = true, .zero = true,
      .zh = "RFM 的 M：消费金额，见设置 rfm.window_days、rfm.monetary_of",
      .en = "M of RFM, by the settings rfm.window_days and rfm.monetary_of",
      .example = "monetary >= 999" },
    { CALL_CLASS, "class", FIELD_IS_CHOICE, .alone = true,
      .zh = "A：在社群里、从未购买；B：买过一次；C：买过多次",
      .en = "A: in a community and never bought; B: bought once; C: more than once",
      .example = "class = \"A\"" },
    { CALL_DID, "did", FIELD_IS_COUNT, .window = true, .named = true, .props = true, .zero = true,
      .zh = "做过某个行为的次数，可限时间和属性；不写比较即至少一次",
      .en = "How often he did it, within a window, with properties; alone: at least once",
      .example = "did(\"Product Viewed\", 7d, category = \"面膜\") >= 3" },
    { CALL_IN_GROUP, "in_group", FIELD_KINDS, .named = true, .zh = "在这个社群里（加入后未退出）",
      .en = "In this community: joined, and not left since",
      .example = "not in_group(\"上海VIP群\")" },
    { CALL_IN_SEGMENT, "in_segment", FIELD_KINDS, .named = true, .zh = "属于这个已保存的分层",
      .en = "In this saved segment", .example = "in_segment(\"高价值沉睡\")" },
};

static const char *const words[] = {
    "and",   "or",      "not",      "between", "in",   "within", "next",  "is",
    "known", "unknown", "contains", "starts",  "with", "true",   "false", "field",
};

bool segment_word(str name)
{
    for (i64 i = 0; i < COUNT(words); i++)
        if (str_eq_nocase(name, str_of(words[i]))) return true;
    for (i64 i = 0; i < CALLS; i++)
        if (str_eq_nocase(name, str_of(segment_calls[i].name)) && !segment_calls[i].window)
            return true;
    return str_eq_nocase(name, S("did"));
}

/* -- names that are nearly right -------------------------------------------------------------- */

#define NAME_BYTES 40

static i64 least(i64 a, i64 b) { return a < b ? a : b; }

/* Insertions, deletions and replacements of bytes. */
static i64 edits(str a, str b)
{
    i64 row[NAME_BYTES + 1];
    if (a.n > NAME_BYTES || b.n > NAME_BYTES) return NAME_BYTES;
    for (i64 k = 0; k <= b.n; k++) row[k] = k;
    for (i64 i = 1; i <= a.n; i++) {
        i64 corner = row[0];
        row[0] = i;
        for (i64 k = 1; k <= b.n; k++) {
            i64 above = row[k];
            row[k] = least(least(row[k], row[k - 1]) + 1, corner + (a.at[i - 1] != b.at[k - 1]));
            corner = above;
        }
    }
    return row[b.n];
}

str name_nearest(struct arena *a, str name, strs names)
{
    str low = str_fold(a, name), best = NO_STR;
    i64 fewest = low.n / 3 + 1;
    for (i64 i = 0; i < names.n; i++) {
        i64 n = edits(low, names.at[i]);
        if (n > fewest || (best.at && n == fewest) || n >= names.at[i].n) continue;
        fewest = n;
        best = names.at[i];
    }
    return best;
}
