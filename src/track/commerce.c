/* commerce.c -- the events of a shop by their standard names, all other spellings of them, and what
 * they are worth. */
#include "base/num.h"
#include "track/tree.h"

/* Spellings without blanks, marks and case. The first of a row is its own name; then the names of
 * the first version of the standard; then those common in Chinese tracking plans. */
static const struct row {
    struct commerce_event event;
    const char *folded[7];
} rows[] = {
    { { "Products Searched", VALUE_ANY },
      { "productssearched", "searchedproducts", "searchproduct", "search", "searchrequest" } },
    { { "Product List Viewed", VALUE_ANY },
      { "productlistviewed", "viewedproductlist", "viewedproductcategory",
        "productcategoryviewed" } },
    { { "Product List Filtered", VALUE_ANY }, { "productlistfiltered", "filteredproductlist" } },
    { { "Promotion Viewed", VALUE_ANY }, { "promotionviewed", "viewedpromotion" } },
    { { "Promotion Clicked", VALUE_ANY }, { "promotionclicked", "clickedpromotion" } },
    { { "Product Clicked", VALUE_GOODS },
      { "productclicked", "clickedproduct", "clickproduct", "productclick" } },
    { { "Product Viewed", VALUE_GOODS },
      { "productviewed", "viewedproduct", "viewproduct", "productview", "viewproductdetail",
        "commoditydetail" } },
    { { "Product Added", VALUE_GOODS },
      { "productadded", "addedproduct", "addtocart", "addtoshoppingcart", "addproducttocart" } },
    { { "Product Removed", VALUE_GOODS },
      { "productremoved", "removedproduct", "removefromcart", "removefromshoppingcart" } },
    { { "Cart Viewed", VALUE_ORDER },
      { "cartviewed", "viewedcart", "viewcart", "viewshoppingcart" } },
    { { "Checkout Started", VALUE_ORDER }, { "checkoutstarted", "startedcheckout" } },
    { { "Checkout Step Viewed", VALUE_ANY }, { "checkoutstepviewed", "viewedcheckoutstep" } },
    { { "Checkout Step Completed", VALUE_ANY },
      { "checkoutstepcompleted", "completedcheckoutstep" } },
    { { "Payment Info Entered", VALUE_ANY }, { "paymentinfoentered", "enteredpaymentinfo" } },
    { { "Order Completed", VALUE_ORDER },
      { "ordercompleted", "completedorder", "payorder", "orderpaid", "payorderdetail" } },
    { { "Order Updated", VALUE_ORDER }, { "orderupdated", "updatedorder" } },
    { { "Order Refunded", VALUE_ORDER }, { "orderrefunded", "refundedorder" } },
    { { "Order Cancelled", VALUE_ORDER },
      { "ordercancelled", "ordercanceled", "cancelledorder", "cancelorder" } },
    { { "Coupon Entered", VALUE_ANY }, { "couponentered", "enteredcoupon" } },
    { { "Coupon Applied", VALUE_ANY }, { "couponapplied", "appliedcoupon", "usecoupon" } },
    { { "Coupon Denied", VALUE_ANY }, { "coupondenied", "deniedcoupon" } },
    { { "Coupon Removed", VALUE_ANY }, { "couponremoved", "removedcoupon" } },
    { { "Product Added to Wishlist", VALUE_GOODS },
      { "productaddedtowishlist", "addedproducttowishlist", "addtowishlist", "addtofavorite",
        "addtofavorites", "productfavorited", "favoriteproduct" } },
    { { "Product Removed from Wishlist", VALUE_GOODS },
      { "productremovedfromwishlist", "removedproductfromwishlist" } },
    { { "Wishlist Product Added to Cart", VALUE_GOODS },
      { "wishlistproductaddedtocart", "addedwishlistproducttocart" } },
    { { "Product Shared", VALUE_ANY }, { "productshared", "sharedproduct", "shareproduct" } },
    { { "Cart Shared", VALUE_ANY }, { "cartshared", "sharedcart" } },
    { { "Product Reviewed", VALUE_ANY }, { "productreviewed", "reviewedproduct" } },
    { { "Page Viewed", VALUE_ANY },
      { "pageviewed", "viewedpage", "loadedapage", "pageview", "mpviewscreen" } },
    { { "Screen Viewed", VALUE_ANY }, { "screenviewed", "viewedscreen", "appviewscreen" } },
    { { "Signed Up", VALUE_ANY }, { "signedup", "signup" } },
};

#define FOLDED_MAX 40

/* Letters and digits of a name in lower case; absent when it is longer than any name here, or not
 * ASCII. */
static str folded(char out[FOLDED_MAX], str told)
{
    i64 n = 0;
    for (i64 i = 0; i < told.n; i++) {
        char ch = told.at[i];
        if (ch == ' ' || ch == '_' || ch == '-' || ch == '$') continue;
        if (ch >= 'A' && ch <= 'Z') ch = (char)(ch | 32);
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
        if (!plain || n == FOLDED_MAX) return NO_STR;
        out[n++] = ch;
    }
    return (str){ out, n };
}

const struct commerce_event *commerce_find(str told)
{
    char room[FOLDED_MAX];
    str name = folded(room, told);
    if (!name.n) return NULL;
    for (i64 i = 0; i < COUNT(rows); i++)
        for (i64 k = 0; k < COUNT(rows[i].folded) && rows[i].folded[k]; k++)
            if (rows[i].folded[k][0] == name.at[0] && str_eq(name, str_of(rows[i].folded[k])))
                return &rows[i].event;
    return NULL;
}

/* -- names ------------------------------------------------------------------------------------ */

/* "order.paid": the form of the kinds that this program writes itself and its followers believe. */
static bool is_own_form(str name)
{
    i64 dots = 0;
    for (i64 i = 0; i < name.n; i++) {
        char ch = name.at[i];
        if (ch == '.') dots++;
        else if (!(ch >= 'a' && ch <= 'z') && ch != '_') return false;
    }
    return dots > 0;
}

str event_name_chosen(struct arena *a, str told)
{
    told = str_trim(told);
    return is_own_form(told) ? str_fmt(a, "event:" STR_FMT, STR_ARG(told)) : told;
}

str event_name(struct arena *a, str told)
{
    told = str_trim(told);
    const struct commerce_event *event = commerce_find(told);
    if (event) return str_of(event->name);
    return event_name_chosen(a, told);
}

/* -- worth ------------------------------------------------------------------------------------ */

static bool first_of(const json_t *properties, const char *const *names, i64 n, money *out)
{
    for (i64 i = 0; i < n; i++)
        if (tree_money(json_object_get(properties, names[i]), out)) return true;
    return false;
}

opt_money commerce_value(const struct commerce_event *event, const json_t *properties)
{
    static const char *const of_order[] = { "revenue", "total", "value" };
    static const char *const of_any[] = { "revenue", "value" };
    static const char *const of_goods[] = { "value", "price" };
    money out;
    enum value_rule rule = event ? event->value : VALUE_ANY;
    if (rule == VALUE_ORDER)
        return first_of(properties, of_order, COUNT(of_order), &out) ? SOME(out) : NONE;
    if (rule == VALUE_ANY)
        return first_of(properties, of_any, COUNT(of_any), &out) ? SOME(out) : NONE;
    if (!first_of(properties, of_goods, COUNT(of_goods), &out)) return NONE;
    const json_t *quantity = json_object_get(properties, "quantity");
    i64 pieces = json_is_integer(quantity) ? json_integer_value(quantity) : 1;
    bool whole = tree_money(json_object_get(properties, "value"), &(money){ 0 });
    return !whole && pieces > 1 && !money_times(out, pieces, &out) ? NONE : SOME(out);
}

str commerce_subject(struct arena *a, const struct commerce_event *event, const json_t *properties)
{
    static const char *const names[] = { "product_id", "productId", "sku" };
    str code = NO_STR;
    for (i64 i = 0; event && i < COUNT(names) && !code.n; i++)
        code = tree_id(a, properties, names[i]);
    if (!code.n || code.n > 100) return NO_STR;
    return str_fmt(a, "product:" STR_FMT, STR_ARG(code));
}

/* -- where a library runs --------------------------------------------------------------------- */

str library_touchpoint(str library)
{
    static const struct {
        const char *part, *touchpoint;
    } places[] = {
        { "miniprogram", "miniprogram" },
        { "minigame", "miniprogram" },
        { "alipaymini", "miniprogram" },
        { "android", "android" },
        { "ios", "ios" },
        { "swift", "ios" },
        { "kotlin", "android" },
        { "react-native", "app" },
        { "flutter", "app" },
        { "analytics.js", "web" },
        { "javascript", "web" },
        { "js", "web" },
        { "node", "server" },
        { "python", "server" },
        { "java", "server" },
        { "php", "server" },
        { "go", "server" },
        { "ruby", "server" },
    };
    char room[FOLDED_MAX * 2];
    if (library.n == 0 || library.n > (i64)sizeof room) return NO_STR;
    for (i64 i = 0; i < library.n; i++) {
        char ch = library.at[i];
        room[i] = ch >= 'A' && ch <= 'Z' ? (char)(ch | 32) : ch;
    }
    str name = { room, library.n };
    for (i64 i = 0; i < COUNT(places); i++)
        if (str_find(name, str_of(places[i].part)) >= 0) return str_of(places[i].touchpoint);
    return NO_STR;
}
