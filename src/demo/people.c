/* people.c -- common names and the cities people shop from, by about how many live there. */
#include "demo/people.h"

/* Weights: about ten thousands of city dwellers, heavier where more is bought online. */
static const struct demo_city cities[] = {
    { S("上海"), S("上海市"), 2900 },    { S("北京"), S("北京市"), 2500 },
    { S("广东"), S("广州市"), 2100 },    { S("广东"), S("深圳市"), 2200 },
    { S("浙江"), S("杭州市"), 1700 },    { S("四川"), S("成都市"), 1800 },
    { S("重庆"), S("重庆市"), 1750 },    { S("江苏"), S("苏州市"), 1400 },
    { S("湖北"), S("武汉市"), 1250 },    { S("陕西"), S("西安市"), 1150 },
    { S("江苏"), S("南京市"), 1100 },    { S("天津"), S("天津市"), 1050 },
    { S("河南"), S("郑州市"), 1050 },    { S("湖南"), S("长沙市"), 1000 },
    { S("广东"), S("东莞市"), 980 },     { S("广东"), S("佛山市"), 920 },
    { S("浙江"), S("宁波市"), 920 },     { S("山东"), S("青岛市"), 900 },
    { S("安徽"), S("合肥市"), 880 },     { S("浙江"), S("温州市"), 820 },
    { S("山东"), S("济南市"), 780 },     { S("福建"), S("福州市"), 720 },
    { S("福建"), S("厦门市"), 640 },     { S("福建"), S("泉州市"), 700 },
    { S("江苏"), S("无锡市"), 720 },     { S("浙江"), S("金华市"), 720 },
    { S("辽宁"), S("沈阳市"), 700 },     { S("云南"), S("昆明市"), 680 },
    { S("广西"), S("南宁市"), 640 },     { S("浙江"), S("嘉兴市"), 560 },
    { S("江苏"), S("南通市"), 560 },     { S("江苏"), S("徐州市"), 560 },
    { S("江西"), S("南昌市"), 560 },     { S("河北"), S("石家庄市"), 640 },
    { S("黑龙江"), S("哈尔滨市"), 620 }, { S("吉林"), S("长春市"), 520 },
    { S("辽宁"), S("大连市"), 560 },     { S("江苏"), S("常州市"), 520 },
    { S("浙江"), S("绍兴市"), 500 },     { S("浙江"), S("台州市"), 520 },
    { S("贵州"), S("贵阳市"), 520 },     { S("山西"), S("太原市"), 480 },
    { S("广东"), S("惠州市"), 500 },     { S("广东"), S("中山市"), 420 },
    { S("山东"), S("临沂市"), 480 },     { S("山东"), S("潍坊市"), 460 },
    { S("山东"), S("烟台市"), 430 },     { S("河北"), S("保定市"), 440 },
    { S("河北"), S("廊坊市"), 330 },     { S("河南"), S("洛阳市"), 360 },
    { S("江苏"), S("扬州市"), 340 },     { S("江苏"), S("盐城市"), 350 },
    { S("安徽"), S("阜阳市"), 320 },     { S("江西"), S("赣州市"), 340 },
    { S("湖南"), S("衡阳市"), 260 },     { S("广东"), S("汕头市"), 340 },
    { S("海南"), S("海口市"), 280 },     { S("甘肃"), S("兰州市"), 280 },
    { S("新疆"), S("乌鲁木齐市"), 280 }, { S("内蒙古"), S("呼和浩特市"), 240 },
    { S("宁夏"), S("银川市"), 160 },     { S("青海"), S("西宁市"), 120 },
    { S("西藏"), S("拉萨市"), 40 },
};

static const char surnames[] =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕"
    "丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万";
static const char women[] = "敏静丽艳娟霞燕玲芳红梅雪婷慧莹洁颖倩琳瑶欣怡萱涵雨晴梦佳诗悦思彤子晨雅"
                            "楠可妍语嫣若曦锦月书瑾宁安";
static const char men[] =
    "伟强磊军洋勇杰涛明超刚平辉鹏飞波斌宇浩凯健俊帆帅旭宁龙林翔泽轩博文昊天子豪一鸣嘉诚思远志远";

static i64 city_weights(void)
{
    i64 sum = 0;
    for (i64 i = 0; i < COUNT(cities); i++) sum += cities[i].weight;
    return sum;
}

const struct demo_city *demo_city_pick(struct chance *d)
{
    i64 at = chance_below(d, city_weights()), i = 0;
    while (at >= cities[i].weight) at -= cities[i++].weight;
    return &cities[i];
}

/* Every character of these lists takes three bytes. */
static str one_of(const char *list, i64 size, struct chance *d, bool front)
{
    i64 n = (size - 1) / 3, i = chance_below(d, n);
    if (front && chance_in(d, 60))
        i = chance_below(d, n < 15 ? n : 15); /* the commonest come first */
    return (str){ list + 3 * i, 3 };
}

str demo_name(struct arena *a, struct chance *d, bool woman)
{
    const char *given = woman ? women : men;
    i64 size = woman ? (i64)sizeof women : (i64)sizeof men;
    struct buf out = { .arena = a };
    buf_add(&out, one_of(surnames, sizeof surnames, d, true));
    buf_add(&out, one_of(given, size, d, false));
    if (chance_in(d, 72)) buf_add(&out, one_of(given, size, d, false));
    return buf_str(&out);
}

str demo_phone(struct arena *a, i64 member)
{
    /* spread, so that neighbours do not look like a list: an odd factor visits every number once */
    return str_fmt(a, "160%08lld", (long long)((u64)member * 7368787u % 100000000u));
}
