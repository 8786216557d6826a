/* profiles.c -- the files of known back-ends and of behaviour, and the words states go by. */
#include "import/import.h"

/* Taobao and Tmall, 订单报表 ExportOrderList: the columns of 2017, those inserted in 2018, and the
 * newer names. */
static const struct import_column taobao[] = {
    { F_ORDER_ID, "订单编号" },
    { F_MEMBER, "买家会员名|买家昵称" },
    { F_TOTAL, "总金额" },
    { F_PAID, "买家实际支付金额|买家实付金额" },
    { F_REFUND, "退款金额" },
    { F_POSTAGE, "买家应付邮费" },
    { F_STATUS, "订单状态" },
    { F_NAME, "收货人姓名" },
    { F_ADDRESS, "修改后的收货地址|收货地址" },
    { F_PHONE, "联系手机|联系电话" },
    { F_CREATED_AT, "订单创建时间" },
    { F_PAID_AT, "订单付款时间" },
    { F_COMPLETED_AT, "确认收货时间" },
    { F_QUANTITY, "宝贝总数量|商品总数量" },
    { F_SHOP, "店铺名称" },
    { 0, NULL },
};
/* Taobao and Tmall, 宝贝报表 ExportOrderDetailList: the lines of those orders. */
static const struct import_column taobao_items[] = {
    { F_ORDER_ID, "订单编号|主订单编号" },
    { F_LINE_ID, "子订单编号" },
    { F_PRODUCT, "标题|商品标题" },
    { F_PRICE, "价格|商品价格" },
    { F_QUANTITY, "购买数量" },
    { F_PRODUCT_ID, "外部系统编号|商家编码" },
    { F_VARIANT, "商品属性" },
    { F_STATUS, "订单状态" },
    { 0, NULL },
};
static const struct import_column jd[] = {
    { F_ORDER_ID, "订单号|订单编号" },
    { F_PRODUCT_ID, "商品ID|商品编号" },
    { F_PRODUCT, "商品名称" },
    { F_QUANTITY, "订购数量" },
    { F_PRICE, "京东价" },
    { F_CREATED_AT, "下单时间" },
    { F_TOTAL, "订单金额" },
    { F_PAID, "结算金额" },
    { F_STATUS, "订单状态" },
    { F_MEMBER, "下单帐号|下单账号" },
    { F_NAME, "客户姓名" },
    { F_ADDRESS, "客户地址" },
    { F_PHONE, "联系电话" },
    { F_POSTAGE, "运费金额" },
    { F_PAID_AT, "付款确认时间" },
    { F_COMPLETED_AT, "订单完成时间" },
    { F_TOUCHPOINT, "订单渠道|订单来源" },
    { 0, NULL },
};
static const struct import_column pinduoduo[] = {
    { F_ORDER_ID, "订单号" },
    { F_PRODUCT, "商品" },
    { F_PRODUCT_ID, "商品id" },
    { F_VARIANT, "商品规格" },
    { F_CATEGORY, "商品一级类目" },
    { F_QUANTITY, "商品数量(件)" },
    { F_AMOUNT, "商品总价(元)" },
    { F_POSTAGE, "邮费(元)" },
    { F_PAID, "用户实付金额(元)|商家实收金额(元)" },
    { F_STATUS, "订单状态" },
    { F_AFTERSALE, "售后状态" },
    { F_PAID_AT, "支付时间|订单成交时间|拼单成功时间" },
    { F_CREATED_AT, "订单成交时间|拼单成功时间" },
    { F_COMPLETED_AT, "确认收货时间" },
    { F_NAME, "收货人" },
    { F_PHONE, "手机" },
    { F_PROVINCE, "省" },
    { F_CITY, "市" },
    { 0, NULL },
};
/* Douyin: a row is a sub-order with its own amount and state; another export joins sub-orders with
 * ";" into one row. */
static const struct import_column douyin[] = {
    { F_ORDER_ID, "主订单编号" },
    { F_LINE_ID, "子订单编号" },
    { F_PRODUCT, "选购商品" },
    { F_VARIANT, "商品规格" },
    { F_PRODUCT_ID, "商品ID" },
    { F_QUANTITY, "商品数量" },
    { F_PRICE, "商品单价" },
    { F_AMOUNT, "商品金额" },
    { F_PAID, "订单应付金额" },
    { F_POSTAGE, "运费" },
    { F_NAME, "收件人" },
    { F_PHONE, "收件人手机号" },
    { F_PROVINCE, "省" },
    { F_CITY, "市" },
    { F_ADDRESS, "详细地址" },
    { F_CREATED_AT, "订单提交时间" },
    { F_PAID_AT, "支付完成时间" },
    { F_COMPLETED_AT, "订单完成时间" },
    { F_STATUS, "订单状态" },
    { F_AFTERSALE, "售后状态" },
    { F_TOUCHPOINT, "流量来源|APP渠道" },
    { 0, NULL },
};
static const struct import_column youzan[] = {
    { F_ORDER_ID, "订单号|订单编号" },
    { F_STATUS, "订单状态" },
    { F_CREATED_AT, "订单创建时间|下单时间" },
    { F_PAID_AT, "买家付款时间|付款时间" },
    { F_COMPLETED_AT, "交易成功时间|订单完成时间" },
    { F_PAID, "订单实付金额" },
    { F_REFUND, "订单已退款金额|已退款金额" },
    { F_POSTAGE, "运费|订单运费" },
    { F_QUANTITY, "商品总件数" },
    { F_NAME, "收货人/提货人|收货人" },
    { F_PHONE, "买家手机号|收货人手机号/提货人手机号|收货人手机号" },
    { F_MEMBER, "买家昵称" },
    { F_PROVINCE, "收货人省份" },
    { F_CITY, "收货人城市" },
    { F_ADDRESS, "详细收货地址/提货地址" },
    { F_SHOP, "归属店铺|店铺名称" },
    { F_TOUCHPOINT, "下单渠道|订单来源" },
    { 0, NULL },
};
static const struct import_column wechat_shop[] = {
    { F_ORDER_ID, "订单号" },
    { F_CREATED_AT, "订单下单时间" },
    { F_PAID_AT, "支付时间" },
    { F_COMPLETED_AT, "订单完成结算时间|订单确认收货时间" },
    { F_STATUS, "订单状态" },
    { F_NAME, "收件人姓名" },
    { F_PHONE, "收件人手机" },
    { F_PROVINCE, "省" },
    { F_CITY, "市" },
    { F_ADDRESS, "收件人地址" },
    { F_PAID, "订单实际支付金额" },
    { F_POSTAGE, "订单运费" },
    { F_EXTERNAL_USERID, "企业微信加密id" },
    { F_TOUCHPOINT, "带货账号昵称|带货方式" },
    { F_PRODUCT, "商品名称" },
    { F_PRODUCT_ID, "商品编码(平台)" },
    { F_VARIANT, "商品属性" },
    { F_PRICE, "商品实际价格(单件)|商品价格(单件)" },
    { F_AMOUNT, "商品实际价格(总共)" },
    { F_QUANTITY, "商品数量" },
    { F_LINE_REFUND, "商品已退款金额" },
    { 0, NULL },
};
static const struct import_column shopify[] = {
    { F_ORDER_ID, "Name" },
    { F_EMAIL, "Email" },
    { F_STATUS, "Financial Status" },
    { F_PAID_AT, "Paid at" },
    { F_COMPLETED_AT, "Fulfilled at" },
    { F_CANCELLED_AT, "Cancelled at" },
    { F_CURRENCY, "Currency" },
    { F_PROMO_CODE, "Discount Code" },
    { F_POSTAGE, "Shipping" },
    { F_TOTAL, "Total" },
    { F_REFUND, "Refunded Amount" },
    { F_CREATED_AT, "Created at" },
    { F_QUANTITY, "Lineitem quantity" },
    { F_PRODUCT, "Lineitem name" },
    { F_PRICE, "Lineitem price" },
    { F_PRODUCT_ID, "Lineitem sku" },
    { F_DISCOUNT, "Lineitem discount" },
    { F_NAME, "Billing Name|Shipping Name" },
    { F_PHONE, "Phone|Billing Phone|Shipping Phone" },
    { F_PROVINCE,
      "Shipping Province Name|Shipping Province|Billing Province Name|Billing Province" },
    { F_CITY, "Shipping City|Billing City" },
    { F_COUNTRY, "Shipping Country|Billing Country" },
    { F_TOUCHPOINT, "Source" },
    { 0, NULL },
};
static const struct import_column woocommerce[] = {
    { F_CREATED_AT, "Date" },
    { F_ORDER_ID, "Order #" },
    { F_PAID, "N. Revenue (formatted)|Net Sales" },
    { F_STATUS, "Status" },
    { F_MEMBER, "Customer" },
    { F_NAME, "Customer" },
    { F_PRODUCT, "Product(s)" },
    { F_QUANTITY, "Items sold" },
    { F_TOUCHPOINT, "Attribution" },
    { 0, NULL },
};

/* What people did, in no form of anybody's: one row, one event. */
static const struct import_column events[] = {
    { F_MEMBER, "member|user|user_id|userid|uid|用户|用户id|会员id|会员" },
    { F_EVENT, "event|event_name|behaviour|behavior|behavior_type|行为|行为类型|事件" },
    { F_AT, "at|ts|timestamp|time|event_time|时间戳|行为时间|发生时间|时间" },
    { F_PRODUCT_ID, "product_id|item|item_id|商品id|商品编码|商品" },
    { F_CATEGORY, "category|category_id|item_category|类目|类目id" },
    { F_VALUE, "value|金额" },
    { F_PRODUCT, "product|product_name|商品名称" },
    { F_PRICE, "price|单价" },
    { F_QUANTITY, "quantity|数量" },
    { F_TOUCHPOINT, "touchpoint|channel|渠道" },
    { F_PHONE, "phone|手机号" },
    { F_EMAIL, "email|邮箱" },
    { F_SHOP, "shop|店铺" },
    { 0, NULL },
};

const struct import_profile import_profiles[] = {
    { "taobao",
      "taobao",
      "淘宝/天猫 订单报表",
      "Taobao/Tmall orders",
      "淘宝",
      "CNY",
      ID_TAOBAO_NICK,
      { "订单编号", "总金额", "买家实际支付金额", "订单创建时间", "订单付款时间" },
      "买家会员名|买家支付宝账号|买家应付货款|买家应付邮费|买家实际支付金额|宝贝总数量|宝贝种类",
      NET_OF_REFUND,
      taobao },
    { "taobao_items",
      "taobao",
      "淘宝/天猫 宝贝报表",
      "Taobao/Tmall items",
      "淘宝",
      "CNY",
      ID_TAOBAO_NICK,
      { "订单编号|主订单编号", "标题|商品标题", "价格|商品价格", "购买数量", "商品属性" },
      "外部系统编号|套餐信息",
      JOINS_ORDERS,
      taobao_items },
    { "jd",
      "jd",
      "京东 京麦",
      "JD",
      "京东",
      "CNY",
      ID_JD_PIN,
      { "订单号", "下单时间", "京东价", "订单金额", "订购数量" },
      "京东价|下单帐号|下单账号",
      0,
      jd },
    { "pinduoduo",
      "pinduoduo",
      "拼多多",
      "Pinduoduo",
      "拼多多",
      "CNY",
      ID_SHOP_ACCOUNT,
      { "订单号", "商品总价(元)", "商品数量(件)" },
      "商品总价(元)|用户实付金额(元)|商家实收金额(元)|多多支付立减金额(元)|商品数量(件)",
      0,
      pinduoduo },
    { "douyin",
      "douyin",
      "抖店",
      "Douyin shop",
      "抖店",
      "CNY",
      ID_DOUYIN_ID,
      { "主订单编号", "子订单编号", "选购商品", "订单提交时间" },
      "选购商品|达人ID|达人昵称|平台实际承担优惠金额",
      ROWS_ADD_UP,
      douyin },
    { "youzan",
      "youzan",
      "有赞",
      "Youzan",
      "有赞",
      "CNY",
      ID_NICK,
      { "订单号", "买家付款时间", "订单实付金额" },
      "买家付款时间|收货人/提货人|收货人手机号/提货人手机号|全部商品名称",
      0,
      youzan },
    { "wechat_shop",
      "wechat_shop",
      "微信小店",
      "WeChat shop",
      "微信小店",
      "CNY",
      ID_SHOP_ACCOUNT,
      { "订单号", "订单下单时间", "订单实际支付金额", "商品编码(平台)" },
      "商品编码(平台)|企业微信加密id|订单实际收款金额|订单下单时间",
      LINE_BY_PRODUCT,
      wechat_shop },
    { "shopify",
      "shopify",
      "Shopify",
      "Shopify",
      "Shopify",
      NULL,
      ID_SHOP_ACCOUNT,
      { "Name", "Financial Status", "Lineitem name", "Lineitem quantity" },
      "Lineitem name|Lineitem quantity|Fulfillment Status",
      0,
      shopify },
    { "woocommerce",
      "woocommerce",
      "WooCommerce",
      "WooCommerce",
      "WooCommerce",
      NULL,
      ID_NICK,
      { "Order #", "Status", "Product(s)", "Items sold" },
      "N. Revenue (formatted)",
      PRODUCT_LIST,
      woocommerce },
    { "events",
      "events",
      "行为",
      "Behaviour",
      "默认店铺",
      NULL,
      ID_SHOP_ACCOUNT,
      { NULL },
      NULL,
      0,
      events,
      IMPORT_EVENTS },
    { 0 },
};

const struct import_profile *import_profile_find(str name)
{
    for (const struct import_profile *p = import_profiles; p->name; p++)
        if (str_eq(name, str_of(p->name))) return p;
    return NULL;
}

/* -- words of states --------------------------------------------------------------------------- */

static const struct {
    enum order_state state;
    const char *words; /* case- and width-folded */
} states[] = {
    { ORDER_PLACED, "等待买家付款|待付款|待支付|未付款|未支付|等待付款|已下单|待买家付款|pending|"
                    "unpaid|on hold|on-hold|pending payment|"
                    "authorized|voided|awaiting payment|placed|expired" },
    { ORDER_PAID, "买家已付款,等待卖家发货|买家已付款|等待卖家发货|等待发货|待发货|备货中|已付款|"
                  "已支付|待出库|等待出库|已成团,待发货|待成团|"
                  "卖家部分发货|部分发货|待自提|paid|processing|partially_paid|partially "
                  "paid|partially_refunded|partially refunded|"
                  "unfulfilled|confirmed" },
    { ORDER_SHIPPED, "卖家已发货,等待买家确认|卖家已发货|等待买家确认|已发货|待收货|已发货,待收货|"
                     "已发货,待签收|等待确认收货|等待收货|运输中|"
                     "已出库|shipped|in transit|fulfilled|partially_fulfilled|out for delivery" },
    { ORDER_COMPLETED, "交易成功|已完成|完成|交易完成|已收货|已签收|订单完成|已确认收货|已评价|("
                       "删除)交易成功|completed|complete|delivered|"
                       "closed-completed|done|success" },
    { ORDER_CANCELLED, "交易关闭|已关闭|已取消|取消|关闭|订单关闭|订单取消|(删除)等待买家付款|("
                       "锁定)已取消|未发货,已取消|cancelled|canceled|"
                       "failed|checkout-draft|cancelled order" },
    { ORDER_REFUNDED, "付款以后用户退款成功,交易自动关闭|退款成功|已退款|全额退款|已全额退款|"
                      "已发货,退款成功|未发货,退款成功|退货退款成功|"
                      "退款完成|售后完成,已退款|refunded|fully refunded|returned" },
};

int import_status_state(struct arena *a, str word)
{
    str folded = str_fold(a, str_trim(word));
    for (i64 i = 0; i < COUNT(states); i++)
        for (str one, rest = str_of(states[i].words); rest.at;) {
            rest = str_cut(rest, '|', &one);
            if (str_eq(one, folded)) return (int)states[i].state;
        }
    return WORD_UNKNOWN;
}
