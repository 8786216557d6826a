/* settings.c -- what an operator may change of these definitions. */
#include "worth/rfm.h"
#include "worth/worth.h"

static enum err check_recency(struct ctx *c, str value)
{
    ints cuts;
    return rfm_cuts_parse(c, RFM_R, value, &cuts);
}
static enum err check_frequency(struct ctx *c, str value)
{
    ints cuts;
    return rfm_cuts_parse(c, RFM_F, value, &cuts);
}
static enum err check_monetary(struct ctx *c, str value)
{
    ints cuts;
    return rfm_cuts_parse(c, RFM_M, value, &cuts);
}

const struct setting worth_settings[] = {
    { "rfm.window_days", SETTING_I64, "365", NULL, 0, 36500,
      "RFM：次数与金额统计最近多少天，0 为全部时间",
      "RFM: days that frequency and amount look back; 0: all time", NULL },
    { "rfm.recency_days", SETTING_I64S, "31,91", NULL, 1, 36500,
      "RFM：最近一次消费的分段（天）：31,91 即 30 天内、31–90 天、90 天以上",
      "RFM: recency cuts in days; 31,91 is within 30 days, 31 to 90, over 90", check_recency },
    { "rfm.frequency", SETTING_I64S, "2,5", NULL, 1, 1000000, "RFM：消费次数的分段",
      "RFM: frequency cuts", check_frequency },
    { "rfm.frequency_of", SETTING_CHOICE, "orders", "orders days", 0, 0,
      "RFM：次数按订单（orders）还是按购买天数（days）",
      "RFM: frequency counts orders or days with a purchase", NULL },
    { "rfm.monetary", SETTING_MONEYS, "200,1000", NULL, 0, 0, "RFM：消费金额的分段（元）",
      "RFM: monetary cuts", check_monetary },
    { "rfm.monetary_of", SETTING_CHOICE, "total", "total average", 0, 0,
      "RFM：金额按合计（total）还是每次平均（average）", "RFM: amount in all or per purchase",
      NULL },
    { "rfm.cuts", SETTING_CHOICE, "fixed", "fixed quantile mean", 0, 0,
      "RFM：分段方式：固定（fixed）、按人数均分（quantile）、按均值（mean）",
      "RFM: cuts as given, by quantile or by mean", NULL },
    { "rfm.high", SETTING_CHOICE, "band", "band mean", 0, 0,
      "RFM：怎样算“高”：在最好的一段（band）、得分高于平均分（mean）",
      "RFM: high means in the best band, or a band above the mean", NULL },
    { "scene.new_days", SETTING_I64, "30", NULL, 1, 3650, "新客：首次购买在最近多少天内",
      "New: first purchase within so many days", NULL },
    { "scene.active_days", SETTING_I64, "30", NULL, 1, 3650, "活跃：最近多少天内有互动",
      "Active: did something within so many days", NULL },
    { "scene.dormant_days", SETTING_I64, "90", NULL, 1, 3650, "沉睡：最近多少天内没有任何互动",
      "Dormant: did nothing within so many days", NULL },
    { 0 },
};

const struct room worth_room = { .name = "worth", .settings = worth_settings };
