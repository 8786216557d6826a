/* address.h -- inside the importer: province and city out of an address line. */
#pragma once

#include "base/str.h"

struct place {
    str province, city;
};
/* "浙江省 杭州市 西湖区 …", "上海 上海市 …", "内蒙古自治区", "浙江省杭州市…"; absent where it does
 * not say. */
struct place place_of_address(str address);
/* Newer Taobao files: "name，86-13800000000，省 市 区 …". The address is left in *address. */
bool address_with_buyer(str cell, str *name, str *phone, str *address);
