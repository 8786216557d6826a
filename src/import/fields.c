/* fields.c -- what a column of a file can be: one row a target field, with the names
 * columns commonly have. */
#include "import/import.h"

const struct import_field_row import_fields[IMPORT_FIELDS] = {
    [F_ORDER_ID] = { "order_id", IMPORT_ID, false, "订单编号", "order number",
                     "订单编号|订单号|主订单编号|主订单号|订单id|order id|order_id|order "
                     "number|order no|order no.|order #|"
                     "orderid|order|invoice|invoiceno|invoice no|invoice_no|transaction "
                     "id|交易单号" },
    [F_LINE_ID] = { "line_id", IMPORT_ID, false, "子订单编号", "line number",
                    "子订单编号|子订单号|line id|line_id|lineitem id|line number" },
    [F_MEMBER] = { "member", IMPORT_ID, true, "买家标识", "buyer",
                   "买家会员名|买家标识|买家账号|下单帐号|下单账号|会员编号|会员id|用户id|买家id|"
                   "客户编号|买家昵称|customer id|"
                   "customer_id|customerid|user id|user_id|userid|buyer id|buyer|member "
                   "id|customer",
                   FOR_ORDERS | FOR_EVENTS },
    [F_MEMBER_KIND] = { "member_kind", IMPORT_TEXT, false, "买家标识的种类",
                        "kind of the buyer's identity", "标识种类|member_kind",
                        FOR_ORDERS | FOR_EVENTS },
    [F_PHONE] = { "phone", IMPORT_TEXT, true, "手机号", "phone",
                  "联系手机|收货人手机号|收件人手机号|收件人手机|买家手机号|手机号|手机号码|手机|"
                  "联系电话|电话|phone|phone number|"
                  "mobile|billing phone|shipping phone|tel",
                  FOR_ORDERS | FOR_EVENTS },
    [F_EMAIL] = { "email", IMPORT_TEXT, true, "邮箱", "e-mail",
                  "邮箱|电子邮箱|email|e-mail|email address|customer email",
                  FOR_ORDERS | FOR_EVENTS },
    [F_EXTERNAL_USERID] = { "external_userid", IMPORT_ID, true, "企业微信外部联系人",
                            "WeCom external_userid", "企业微信加密id|external_userid",
                            FOR_ORDERS | FOR_EVENTS },
    [F_NAME] = { "name", IMPORT_TEXT, true, "收货人姓名", "name",
                 "收货人姓名|收件人姓名|客户姓名|收货人|收件人|姓名|customer name|billing "
                 "name|shipping name|full name|name",
                 FOR_ORDERS | FOR_EVENTS },
    [F_CREATED_AT] = { "created_at", IMPORT_INSTANT, false, "下单时间", "placed at",
                       "订单创建时间|下单时间|订单下单时间|订单提交时间|创建时间|成交时间|下单日期|"
                       "订单日期|created at|created_at|"
                       "order date|order_date|orderdate|invoicedate|invoice date|date" },
    [F_PAID_AT] = { "paid_at", IMPORT_INSTANT, false, "付款时间", "paid at",
                    "订单付款时间|付款时间|买家付款时间|支付完成时间|支付时间|付款确认时间|"
                    "付款日期|支付日期|paid at|paid_at|payment date|"
                    "payment time" },
    [F_COMPLETED_AT] = { "completed_at", IMPORT_INSTANT, false, "完成时间", "completed at",
                         "确认收货时间|订单完成时间|交易完成时间|完成时间|completed "
                         "at|completed_at|fulfilled at|delivered at" },
    [F_CANCELLED_AT] = { "cancelled_at", IMPORT_INSTANT, false, "取消时间", "cancelled at",
                         "取消时间|订单取消时间|cancelled at|canceled at|cancelled_at" },
    [F_STATUS] = { "status", IMPORT_TEXT, false, "订单状态", "status",
                   "订单状态|交易状态|状态|order status|status|financial status|payment status" },
    [F_AFTERSALE] = { "aftersale", IMPORT_TEXT, false, "售后状态", "after-sale status",
                      "售后状态|退款状态|refund status" },
    [F_TOTAL] = { "total", IMPORT_MONEY, false, "应付总额", "amount due",
                  "总金额|订单总金额|订单金额|应付金额|订单应付金额|买家应付货款|total|order "
                  "total|total amount|grand total" },
    [F_PAID] = { "paid", IMPORT_MONEY, false, "实付金额", "amount paid",
                 "买家实际支付金额|实付金额|订单实付金额|用户实付金额(元)|用户实付金额|"
                 "订单实际支付金额|实际支付金额|实收金额|支付金额|paid|"
                 "amount paid|paid amount|amount_paid|net revenue" },
    [F_REFUND] = { "refund", IMPORT_MONEY, false, "退款金额", "refunded",
                   "退款金额|已退款金额|订单退款金额|refund|refunded amount|refunded|refund "
                   "amount" },
    [F_POSTAGE] = { "postage", IMPORT_MONEY, false, "邮费", "postage",
                    "买家应付邮费|邮费|运费|邮费(元)|运费金额|订单运费|快递费|shipping|postage|"
                    "shipping fee|freight" },
    [F_CURRENCY] = { "currency", IMPORT_TEXT, false, "币种", "currency", "币种|货币|currency" },
    [F_PROMO_CODE] = { "promo_code", IMPORT_TEXT, false, "推广码", "promotion code",
                       "推广码|推荐码|达人码|优惠码|promo code|promo_code|promotion code|discount "
                       "code|"
                       "referral code" },
    [F_PRODUCT_ID] = { "product_id", IMPORT_ID, false, "商品编码", "product code",
                       "商品id|商品编码|商家编码|商品编号|货号|sku|stockcode|stock code|product "
                       "id|product_id|productid|"
                       "lineitem sku|item id|item_id|product code",
                       FOR_ORDERS | FOR_EVENTS },
    [F_PRODUCT] = { "product", IMPORT_TEXT, false, "商品名称", "product",
                    "商品名称|商品标题|选购商品|商品|标题|宝贝标题|lineitem name|product "
                    "name|product|description|item name|item|"
                    "product title",
                    FOR_ORDERS | FOR_EVENTS },
    [F_VARIANT] = { "variant", IMPORT_TEXT, false, "规格", "variant",
                    "商品规格|商品属性|规格|variant|lineitem variant" },
    [F_CATEGORY] = { "category", IMPORT_TEXT, false, "类目", "category",
                     "类目|商品类目|商品分类|商品一级类目|品类|分类|category|product "
                     "category|product type",
                     FOR_ORDERS | FOR_EVENTS },
    [F_QUANTITY] = { "quantity", IMPORT_COUNT, false, "件数", "pieces",
                     "购买数量|商品数量|商品数量(件)|订购数量|数量|宝贝总数量|商品总数量|件数|"
                     "quantity|qty|lineitem quantity|items sold",
                     FOR_ORDERS | FOR_EVENTS },
    [F_PRICE] = { "price", IMPORT_MONEY, false, "单价", "price",
                  "商品单价|单价|价格|京东价|商品价格|unit price|unitprice|unit_price|lineitem "
                  "price|price",
                  FOR_ORDERS | FOR_EVENTS },
    [F_AMOUNT] = { "amount", IMPORT_MONEY, false, "小计", "line amount",
                   "商品金额|小计|商品总价|商品小计|amount|line total|line_total|subtotal|sales" },
    [F_LINE_REFUND] = { "line_refund", IMPORT_MONEY, false, "本行退款", "refund of the line",
                        "商品已退款金额|line refund" },
    [F_DISCOUNT] = { "discount", IMPORT_MONEY, false, "本行优惠", "discount of the line",
                     "lineitem discount|商品优惠" },
    [F_PROVINCE] = { "province", IMPORT_TEXT, false, "省份", "province",
                     "省份|省|收货人省份|收货省份|province|state|shipping province|billing "
                     "province" },
    [F_CITY] = { "city", IMPORT_TEXT, false, "城市", "city",
                 "城市|市|收货人城市|收货城市|city|shipping city|billing city" },
    [F_COUNTRY] = { "country", IMPORT_TEXT, false, "国家", "country",
                    "国家|country|shipping country|billing country" },
    [F_ADDRESS] = { "address", IMPORT_TEXT, true, "地址（只取省市）",
                    "address (for province and city only)",
                    "收货地址|收件人地址|客户地址|详细地址|详细收货地址|地址|address|shipping "
                    "address" },
    [F_TOUCHPOINT] = { "touchpoint", IMPORT_TEXT, false, "渠道", "channel",
                       "渠道|下单渠道|订单来源|订单渠道|流量来源|来源|channel|source|touchpoint|"
                       "sales channel|attribution",
                       FOR_ORDERS | FOR_EVENTS },
    [F_SHOP] = { "shop", IMPORT_TEXT, false, "店铺", "shop",
                 "店铺名称|店铺|归属店铺|shop|store|shop name|store name",
                 FOR_ORDERS | FOR_EVENTS },
    [F_EVENT] = { "event", IMPORT_TEXT, false, "事件", "event",
                  "事件|事件名称|事件名|行为|行为类型|event|event "
                  "name|event_name|behaviour|behavior|"
                  "behaviour type|behavior type|behavior_type|action|type",
                  FOR_EVENTS },
    [F_AT] = { "at", IMPORT_INSTANT, false, "发生时间", "happened at",
               "发生时间|行为时间|事件时间|时间|时间戳|at|time|timestamp|ts|event time|event_time|"
               "datetime|date",
               FOR_EVENTS },
    [F_VALUE] = { "value", IMPORT_MONEY, false, "金额", "value", "金额|value|revenue|amount",
                  FOR_EVENTS },
};

bool import_field_of(enum import_kind kind, int field)
{
    unsigned kinds = import_fields[field].kinds ? import_fields[field].kinds : FOR_ORDERS;
    return kinds >> kind & 1;
}

int import_field_find(enum import_kind kind, str name)
{
    for (int i = 0; i < IMPORT_FIELDS; i++)
        if (import_field_of(kind, i) && str_eq(name, str_of(import_fields[i].name))) return i;
    return -1;
}
