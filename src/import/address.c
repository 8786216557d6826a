/* address.c -- province and city out of an address line; the rest of an address is never
 * kept. */
#include "import/address.h"

#include "base/types.h"

/* Provinces as addresses begin with them; short names match the long ones too (广东, 广东省). */
static const char *const provinces[] = {
    "北京",   "天津", "上海", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江",
    "江苏",   "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南",
    "广东",   "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾",
    "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门",
};
static const char *const province_ends[] = {
    "维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "省", "市"
};
static const char *const city_ends[] = { "自治州", "地区", "市", "州", "盟" };

static str after_any(str s, const char *const *ends, i64 n, i64 *taken)
{
    for (i64 i = 0; i < n; i++)
        if (str_starts(s, str_of(ends[i]))) {
            *taken += (i64)strlen(ends[i]);
            return str_sub(s, (i64)strlen(ends[i]), s.n);
        }
    return s;
}

/* The city: up to a blank, or through its ending when nothing parts the words. */
static str city_at(str s)
{
    i64 blank = 0;
    while (blank < s.n && s.at[blank] != ' ' && s.at[blank] != '\t') blank++;
    str word = str_sub(s, 0, blank);
    i64 best = -1;
    for (i64 i = 0; i < COUNT(city_ends); i++) {
        i64 at = str_find(word, str_of(city_ends[i]));
        i64 end = at + (i64)strlen(city_ends[i]);
        if (at > 0 && (best < 0 || end < best)) best = end;
    }
    if (best < 0 || best > 36) return NO_STR;
    if (str_starts(str_sub(word, best, word.n), S("市")))
        best += S("市").n; /* 杭州市 has two endings */
    return str_sub(word, 0, best);
}

struct place place_of_address(str address)
{
    struct place out = { 0 };
    str s = str_trim(address);
    if (str_starts(s, S("中国"))) s = str_trim(str_sub(s, (i64)strlen("中国"), s.n));
    for (i64 i = 0; i < COUNT(provinces); i++) {
        str name = str_of(provinces[i]);
        if (!str_starts(s, name)) continue;
        i64 taken = name.n;
        bool municipality = i < 4;
        str rest = after_any(str_sub(s, name.n, s.n), province_ends, COUNT(province_ends), &taken);
        out.province = str_sub(s, 0, taken);
        rest = str_trim(rest);
        out.city = city_at(rest);
        if (municipality && !out.city.at && rest.n) out.city = out.province;
        return out;
    }
    return out;
}

bool address_with_buyer(str cell, str *name, str *phone, str *address)
{
    str comma = S("，");
    i64 first = str_find(cell, comma);
    if (first <= 0) return false;
    str rest = str_sub(cell, first + comma.n, cell.n);
    i64 second = str_find(rest, comma);
    if (second <= 0) return false;
    str number = str_trim(str_sub(rest, 0, second));
    if (str_starts(number, S("86-"))) number = str_sub(number, 3, number.n);
    for (i64 i = 0; i < number.n; i++)
        if ((number.at[i] < '0' || number.at[i] > '9') && number.at[i] != '*' &&
            number.at[i] != '-')
            return false;
    *name = str_trim(str_sub(cell, 0, first));
    *phone = number;
    *address = str_trim(str_sub(rest, second + comma.n, rest.n));
    return true;
}
