/* tables.c -- the tables of the KOC programme, its shipped levels, its shapes and settings.
 *
 * A row stays with the member it was written for (`member`); `holder` is who he lives as, kept by
 * merge.c. What is asked of a person is asked by holder, so merging and parting move nothing else.
 */
#include "loyalty/budget.h"
#include "loyalty/koc/inside.h"

const struct migration koc_migrations[] = {
    { "0001 koc",
      "CREATE TABLE koc_level (\n"
      "  code text NOT NULL PRIMARY KEY,\n"
      "  rank int64 NOT NULL,\n" /* from 1 */
      "  zh text NOT NULL,\n"
      "  en text NOT NULL,\n"
      "  orders int64 NOT NULL,\n"
      "  amount int64 NOT NULL,\n"
      "  window_days int64 NOT NULL,\n"
      "  rate int64 NOT NULL,\n"
      "  trials int64 NOT NULL,\n"
      "  tier text\n"
      ");\n"
      "INSERT INTO koc_level (code, rank, zh, en, orders, amount, window_days, rate, trials, tier)"
      " VALUES ('体验官', 1, '体验官', 'Taster', 0, 0, 90, 500, 1, NULL),"
      " ('推荐官', 2, '推荐官', 'Advocate', 10, 20000000, 90, 800, 2, NULL),"
      " ('品牌KOC', 3, '品牌 KOC', 'Brand KOC', 50, 100000000, 90, 1200, 4, '品牌KOC');\n"
      "CREATE TABLE koc (\n"
      "  member int64 NOT NULL PRIMARY KEY,\n"
      "  holder int64 NOT NULL,\n"
      "  state text NOT NULL,\n"
      "  level text NOT NULL,\n" /* as it is written down */
      "  appointed text,\n"      /* the tier he holds by his level */
      "  text text,\n"
      "  handles text,\n"
      "  reason text,\n"
      "  asked_at int64 NOT NULL,\n"
      "  joined_at int64,\n"
      "  decided_by text,\n"
      "  version int64 NOT NULL\n" /* rises with every change: a lock */
      ");\n"
      "CREATE INDEX koc_of ON koc (holder);\n"
      "CREATE TABLE koc_term (\n" /* when he was active */
      "  member int64 NOT NULL,\n"
      "  from_at int64 NOT NULL,\n"
      "  until_at int64,\n"
      "  PRIMARY KEY (member, from_at)\n"
      ") clustered;\n"
      "CREATE TABLE koc_code (\n" /* a directory: unique without knowing whose */
      "  code text NOT NULL PRIMARY KEY,\n"
      "  member int64 NOT NULL,\n"
      "  name text,\n"
      "  target text,\n"
      "  created_at int64 NOT NULL,\n"
      "  ended_at int64,\n"
      "  clicks int64 NOT NULL\n"
      ") clustered;\n"
      "CREATE INDEX koc_code_of ON koc_code (member);\n"
      "CREATE TABLE koc_click (\n"
      "  code text NOT NULL,\n"
      "  day int64 NOT NULL,\n"
      "  clicks int64 NOT NULL,\n"
      "  PRIMARY KEY (code, day)\n"
      ") clustered;\n"
      "CREATE TABLE koc_touch (\n"
      "  member int64 NOT NULL,\n" /* who came */
      "  at int64 NOT NULL,\n"
      "  code text NOT NULL,\n"
      "  PRIMARY KEY (member, at, code)\n"
      ") clustered;\n"
      "CREATE TABLE koc_order (\n"
      "  member int64 NOT NULL,\n"
      "  order_id int64 NOT NULL,\n"
      "  holder int64 NOT NULL,\n"
      "  code text NOT NULL,\n"
      "  how text NOT NULL,\n"
      "  held flag NOT NULL,\n" /* it is attributed to him, not to another by now */
      "  own flag NOT NULL,\n"
      "  no_budget flag NOT NULL,\n"
      "  budget text,\n"
      "  rate int64 NOT NULL,\n"
      "  paid_at int64 NOT NULL,\n"
      "  window_ms int64 NOT NULL,\n"
      "  matures_at int64 NOT NULL,\n"
      "  net int64 NOT NULL,\n"
      "  due int64 NOT NULL,\n"
      "  charged int64 NOT NULL,\n" /* to the budget */
      "  counted flag NOT NULL,\n"  /* among the orders he brought */
      "  entries int64 NOT NULL,\n" /* numbers used */
      "  PRIMARY KEY (member, order_id)\n"
      ") clustered;\n"
      "CREATE INDEX koc_order_id ON koc_order (order_id);\n"
      "CREATE INDEX koc_order_counted ON koc_order (holder, paid_at, net) WHERE counted;\n"
      "CREATE INDEX koc_order_of ON koc_order (holder, order_id);\n"
      "CREATE INDEX koc_order_code ON koc_order (code);\n"
      "CREATE TABLE koc_line (\n" /* what stands now */
      "  member int64 NOT NULL,\n"
      "  order_id int64 NOT NULL,\n"
      "  line int64 NOT NULL,\n"
      "  product text NOT NULL,\n"
      "  net int64 NOT NULL,\n"
      "  due int64 NOT NULL,\n"
      "  PRIMARY KEY (member, order_id, line)\n"
      ") clustered;\n"
      "CREATE TABLE koc_entry (\n"
      "  member int64 NOT NULL,\n"
      "  order_id int64 NOT NULL,\n"
      "  number int64 NOT NULL,\n" /* of the change of its order */
      "  line int64 NOT NULL,\n"
      "  holder int64 NOT NULL,\n"
      "  at int64 NOT NULL,\n"
      "  counts_at int64 NOT NULL,\n"
      "  net int64 NOT NULL,\n"
      "  commission int64 NOT NULL,\n"
      "  statement int64,\n" /* once and for all */
      "  PRIMARY KEY (member, order_id, number, line)\n"
      ") clustered;\n"
      "CREATE INDEX koc_entry_open ON koc_entry (holder, counts_at) WHERE statement IS NULL;\n"
      "CREATE INDEX koc_entry_on ON koc_entry (statement) WHERE statement IS NOT NULL;\n"
      "CREATE TABLE koc_charge (\n" /* what of a budget was charged, and flowed back */
      "  member int64 NOT NULL,\n"
      "  order_id int64 NOT NULL,\n"
      "  number int64 NOT NULL,\n"
      "  amount int64 NOT NULL,\n"
      "  returned int64 NOT NULL,\n"
      "  PRIMARY KEY (member, order_id, number)\n"
      ") clustered;\n"
      "CREATE TABLE koc_statement (\n"
      "  member int64 NOT NULL,\n"
      "  number int64 NOT NULL,\n"
      "  holder int64 NOT NULL,\n"
      "  month text NOT NULL,\n"
      "  orders int64 NOT NULL,\n"
      "  lines int64 NOT NULL,\n"
      "  net int64 NOT NULL,\n"
      "  earned int64 NOT NULL,\n"
      "  taken_back int64 NOT NULL,\n"
      "  carried int64 NOT NULL,\n"
      "  payable int64 NOT NULL,\n"
      "  reference text,\n"
      "  paid_at int64,\n"
      "  settled_at int64 NOT NULL,\n"
      "  PRIMARY KEY (member, number)\n"
      ") clustered;\n"
      "CREATE INDEX koc_statement_number ON koc_statement (number);\n"
      "CREATE INDEX koc_statement_month ON koc_statement (month, member);\n"
      "CREATE INDEX koc_statement_of ON koc_statement (holder, number);\n"
      "CREATE TABLE koc_month (\n"
      "  month text NOT NULL PRIMARY KEY,\n"
      "  final flag NOT NULL,\n"
      "  approval int64,\n"
      "  settled_at int64 NOT NULL\n"
      ");\n"
      "CREATE TABLE koc_trial (\n"
      "  member int64 NOT NULL,\n"
      "  number int64 NOT NULL,\n"
      "  holder int64 NOT NULL,\n"
      "  key text NOT NULL,\n"
      "  product text NOT NULL,\n"
      "  text text,\n"
      "  state text NOT NULL,\n"
      "  note text,\n"
      "  shipment text,\n"
      "  report_due int64,\n"
      "  report text,\n"
      "  asked_at int64 NOT NULL,\n"
      "  decided_at int64,\n"
      "  reported_at int64,\n"
      "  PRIMARY KEY (member, number)\n"
      ") clustered;\n"
      "CREATE INDEX koc_trial_number ON koc_trial (number);\n"
      "CREATE INDEX koc_trial_of ON koc_trial (holder, number);\n"
      "CREATE TABLE koc_pair (\n"
      "  member int64 NOT NULL,\n" /* the mentee */
      "  number int64 NOT NULL,\n"
      "  holder int64 NOT NULL,\n"
      "  mentor int64 NOT NULL,\n" /* as he was called then */
      "  mentor_holder int64 NOT NULL,\n"
      "  from_at int64 NOT NULL,\n"
      "  until_at int64,\n"
      "  PRIMARY KEY (member, number)\n"
      ") clustered;\n"
      "CREATE INDEX koc_pair_number ON koc_pair (number);\n"
      "CREATE INDEX koc_pair_of ON koc_pair (holder, number);\n"
      "CREATE INDEX koc_pair_mentor ON koc_pair (mentor_holder, number);\n" },
    { 0 },
};

static enum err hosts_check(struct ctx *c, str value)
{
    for (str rest = value, host; rest.n > 0;) {
        rest = str_cut(rest, ',', &host);
        host = str_trim(host);
        if (koc_host_fits(host)) continue;
        return fail(c, E_INVALID, "“" STR_FMT "”不是域名：请写成 shop.example.com，多个用逗号隔开",
                    "\"" STR_FMT "\" is no host: write shop.example.com, several apart by commas",
                    STR_ARG(host));
    }
    return OK;
}

/* Of a slip of the pen nobody would hear: orders would earn nothing, as with an empty budget. */
static enum err budget_is_there(struct ctx *c, str value)
{
    struct budget_view budget;
    enum err e = str_empty(value) ? OK : budget_get(c, value, &budget);
    if (e != E_NOT_FOUND) return e;
    return fail(c, E_INVALID, "没有预算 " STR_FMT "：请先建立，或留空",
                "there is no budget " STR_FMT ": make it first, or leave this empty",
                STR_ARG(value));
}

const struct setting koc_settings[] = {
    { .name = "koc.hosts",
      .kind = SETTING_TEXT,
      .fallback = "",
      .zh = "推广链接可以指向的自家域名，逗号隔开；留空：不能建链接",
      .en = "The shop's own hosts that KOC links may lead to, apart by commas; empty: no links",
      .check = hosts_check },
    { .name = "koc.touch_days",
      .kind = SETTING_I64,
      .fallback = "15",
      .min = 0,
      .max = 365,
      .zh = "没有推广码的订单，多少天内点过链接仍算达人带来（末次触点）；0：只认推广码",
      .en =
          "An order without a code counts by the last link its buyer came by within so many days; "
          "0: codes only" },
    { .name = "koc.codes_max",
      .kind = SETTING_I64,
      .fallback = "20",
      .min = 1,
      .max = 200,
      .zh = "每位达人最多同时使用的推广码",
      .en = "Codes a KOC may have in use" },
    { .name = "koc.approval_above",
      .kind = SETTING_MONEY,
      .fallback = "5000",
      .min = 0,
      .max = 10000000000000,
      .zh = "一个月的应付佣金合计超过此数时，结算须由另一人审批",
      .en = "A month whose commission to be paid is more than this needs a second person" },
    { .name = "koc.budget",
      .kind = SETTING_TEXT,
      .fallback = "",
      .zh = "佣金记入的活动预算代号；留空：不记",
      .en = "Campaign budget that commission is charged to; empty: none",
      .check = budget_is_there },
    { .name = "koc.report_days",
      .kind = SETTING_I64,
      .fallback = "14",
      .min = 1,
      .max = 365,
      .zh = "试用品寄出后多少天内须交体验报告",
      .en = "Days after a trial was shipped within which its report is due" },
    { 0 },
};

SHAPE_DEFINE(koc_level);
SHAPE_DEFINE(koc_handle);
SHAPE_DEFINE(koc_application);
SHAPE_DEFINE(koc_figures);
SHAPE_DEFINE(koc_view);
SHAPE_DEFINE(koc_code);
SHAPE_DEFINE(koc_order_view);
SHAPE_DEFINE(koc_statement);
SHAPE_DEFINE(koc_statement_line);
SHAPE_DEFINE(koc_month);
SHAPE_DEFINE(koc_trial);
SHAPE_DEFINE(koc_pair);
SHAPE_DEFINE(koc_row);
SHAPE_DEFINE(koc_code_row);
SHAPE_DEFINE(koc_order_row);
CHOICE_DEFINE(koc_state, "applied", "invited", "active", "suspended", "refused", "left");
CHOICE_DEFINE(koc_month_state, "running", "due", "waiting", "final");
CHOICE_DEFINE(koc_trial_state, "asked", "approved", "refused", "shipped", "reported");
