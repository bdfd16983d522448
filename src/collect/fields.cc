#include "collect/fields.h"

#include <array>

namespace perennial::collect {
namespace {

using Titles = std::string_view;

constexpr Titles kOrderIds[] = {
    "orderid",   "orderno",       "ordernumber", "invoiceno", "invoice", "invoicenumber",
    "invoiceid", "transactionid", "order",       "receiptno", "receipt", "transaction",
    "订单编号",  "订单号",        "订单id",      "单号",      "发票号",  "交易号",
    "交易编号",  "流水号",        "订单"};
constexpr Titles kCustomerIds[] = {
    "customerid", "customerno", "customernumber", "userid", "memberid", "clientid", "buyerid",
    "custid",     "customer",   "member",         "user",   "client",   "客户编号", "客户id",
    "客户号",     "会员编号",   "会员id",         "会员号", "会员卡号", "用户编号", "用户id",
    "顾客编号",   "买家id",     "买家",           "客户",   "会员",     "用户"};
constexpr Titles kTimes[] = {"orderdate",   "ordertime", "orderedat", "invoicedate", "purchasedate",
                             "purchasedat", "paidat",    "createdat", "timestamp",   "datetime",
                             "date",        "time",      "at",        "eventtime",   "occurredat",
                             "下单时间",    "订单时间",  "付款时间",  "支付时间",    "成交时间",
                             "交易时间",    "下单日期",  "订单日期",  "购买日期",    "消费时间",
                             "事件时间",    "时间",      "日期"};
constexpr Titles kSkus[] = {"sku",      "stockcode", "productid", "productcode", "itemid",
                            "itemcode", "article",   "商品编号",  "商品编码",    "商品id",
                            "产品编号", "产品编码",  "货号",      "款号"};
constexpr Titles kProductNames[] = {"productname", "description", "itemname", "product",  "item",
                                    "title",       "name",        "商品名称", "产品名称", "商品名",
                                    "品名",        "商品",        "产品",     "名称"};
constexpr Titles kQuantities[] = {"quantity",    "qty",  "units",    "count",    "pieces",
                                  "numberofcds", "数量", "购买数量", "商品数量", "件数"};
constexpr Titles kPrices[] = {"unitprice", "price",    "itemprice", "priceperunit",
                              "单价",      "商品单价", "价格",      "售价"};
constexpr Titles kAmounts[] = {"amount",     "total",    "linetotal", "totalprice", "totalamount",
                               "ordertotal", "revenue",  "sales",     "value",      "dollarvalue",
                               "dollars",    "paid",     "实付金额",  "支付金额",   "订单金额",
                               "成交金额",   "消费金额", "销售额",    "总金额",     "总价",
                               "小计",       "金额"};
constexpr Titles kCurrencies[] = {"currency", "currencycode", "币种", "货币"};
constexpr Titles kCountries[] = {"country", "countrycode", "shippingcountry",
                                 "国家",    "国家地区",    "国家和地区"};
constexpr Titles kRowKeys[] = {"rowid",  "lineid",   "orderlineid", "lineitemid",
                               "行编号", "明细编号", "明细id",      "子订单编号"};

constexpr Titles kPersonNames[] = {"name",     "fullname", "customername", "username", "姓名",
                                   "客户姓名", "会员姓名", "客户名称",     "昵称",     "名字"};
constexpr Titles kEmails[] = {"email", "emailaddress", "mail", "邮箱", "电子邮箱", "电子邮件"};
constexpr Titles kPhones[] = {"phone",    "phonenumber", "mobile", "tel",      "telephone",
                              "手机号码", "手机号",      "手机",   "联系电话", "电话"};
constexpr Titles kCreatedAts[] = {"createdat", "created",  "signupdate", "registeredat", "joinedat",
                                  "注册时间",  "注册日期", "入会时间",   "创建时间"};
constexpr Titles kPersonIds[] = {"customerid", "userid", "memberid", "clientid", "id",
                                 "customerno", "custid", "客户编号", "客户id",   "会员编号",
                                 "会员id",     "会员号", "用户编号", "用户id",   "会员卡号",
                                 "顾客编号",   "编号"};

constexpr Titles kEventNames[] = {"event",    "eventname", "name", "action",
                                  "事件名称", "事件名",    "事件", "行为"};
constexpr Titles kUserIds[] = {"userid", "customerid", "user",     "memberid",
                               "用户id", "用户编号",   "会员编号", "客户编号"};
constexpr Titles kAnonymousIds[] = {"anonymousid", "deviceid", "visitorid", "cookieid",
                                    "匿名id",      "设备id",   "访客id"};
constexpr Titles kMessageIds[] = {"messageid", "eventid", "uuid", "消息id", "事件id"};

constexpr FieldRule kOrders[] = {{"order_id", false, kOrderIds},
                                 {"customer_id", false, kCustomerIds},
                                 {"at", true, kTimes},
                                 {"sku", false, kSkus},
                                 {"name", false, kProductNames},
                                 {"quantity", false, kQuantities},
                                 {"price", false, kPrices},
                                 {"amount", false, kAmounts},
                                 {"currency", false, kCurrencies},
                                 {"country", false, kCountries},
                                 {"row_key", false, kRowKeys}};
constexpr FieldRule kCustomers[] = {
    {"customer_id", true, kPersonIds}, {"name", false, kPersonNames},
    {"email", false, kEmails},         {"phone", false, kPhones},
    {"country", false, kCountries},    {"created_at", false, kCreatedAts}};
constexpr FieldRule kEvents[] = {{"name", true, kEventNames},
                                 {"user_id", false, kUserIds},
                                 {"anonymous_id", false, kAnonymousIds},
                                 {"at", true, kTimes},
                                 {"message_id", false, kMessageIds}};

constexpr Titles kContractIds[] = {"contractid", "contractno", "contractnumber", "contract",
                                   "合同编号",   "合同号",     "合同id",         "合同"};
constexpr Titles kStarts[] = {"start",    "startdate", "startsat",      "from",     "validfrom",
                              "begin",    "begindate", "effectivedate", "开始日期", "生效日期",
                              "起始日期", "开始时间",  "合同开始日期"};
constexpr Titles kEnds[] = {"end",      "enddate", "endsat",     "to",          "validto",
                            "expires",  "expiry",  "expirydate", "结束日期",    "到期日期",
                            "终止日期", "到期日",  "结束时间",   "合同结束日期"};
constexpr Titles kSignedAts[] = {"signedat", "signed",   "signdate", "signeddate",
                                 "签订日期", "签约日期", "签署日期"};
constexpr Titles kRenewals[] = {"renewal", "autorenew", "autorenewal", "renewaltype", "renews",
                                "续约",    "自动续约",  "续签",        "续约方式"};
constexpr Titles kStatuses[] = {"status", "state", "状态", "合同状态"};
constexpr Titles kContractProducts[] = {"product", "productname", "plan", "service",
                                        "产品",    "套餐",        "服务"};
constexpr Titles kContractAmounts[] = {"amount",   "value",    "contractvalue", "total",
                                       "合同金额", "合同总额", "金额"};
constexpr Titles kProductIds[] = {"productid", "sku",       "itemid",   "productcode",
                                  "id",        "stockcode", "商品编号", "商品id",
                                  "产品编号",  "商品编码",  "货号"};
constexpr Titles kCategories[] = {"category", "producttype", "type",    "类别",
                                  "分类",     "品类",        "商品分类"};
constexpr Titles kBrands[] = {"brand", "vendor", "品牌"};
constexpr Titles kChannels[] = {"channel", "渠道", "通道", "触达渠道"};
constexpr Titles kTopics[] = {"topic", "purpose", "主题", "用途", "目的"};
constexpr Titles kConsentWords[] = {"consent", "subscribed", "optin", "granted", "status",
                                    "同意",    "是否同意",   "授权",  "订阅",    "是否订阅"};
constexpr Titles kEvidences[] = {"evidence", "proof", "source", "form", "凭证", "证据", "来源"};
constexpr Titles kConsentTimes[] = {"at",       "date",     "time",     "consentedat", "timestamp",
                                    "同意时间", "授权时间", "订阅时间", "时间",        "日期"};

constexpr FieldRule kContracts[] = {{"contract_id", true, kContractIds},
                                    {"customer_id", true, kCustomerIds},
                                    {"start", true, kStarts},
                                    {"end", false, kEnds},
                                    {"signed_at", false, kSignedAts},
                                    {"amount", false, kContractAmounts},
                                    {"currency", false, kCurrencies},
                                    {"renewal", false, kRenewals},
                                    {"product", false, kContractProducts},
                                    {"status", false, kStatuses}};
constexpr FieldRule kProducts[] = {
    {"product_id", true, kProductIds}, {"name", false, kProductNames},
    {"category", false, kCategories},  {"brand", false, kBrands},
    {"price", false, kPrices},         {"currency", false, kCurrencies}};
constexpr FieldRule kConsents[] = {
    {"customer_id", true, kCustomerIds}, {"channel", true, kChannels},
    {"consent", true, kConsentWords},    {"topic", false, kTopics},
    {"at", false, kConsentTimes},        {"evidence", false, kEvidences}};

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kOrders:
      return "orders";
    case Kind::kCustomers:
      return "customers";
    case Kind::kEvents:
      return "events";
    case Kind::kContracts:
      return "contracts";
    case Kind::kProducts:
      return "products";
    case Kind::kConsents:
      return "consents";
  }
  return "orders";
}

std::optional<Kind> parse_kind(std::string_view word) {
  for (Kind kind : kKinds) {
    if (word == kind_name(kind)) return kind;
  }
  return std::nullopt;
}

std::span<const FieldRule> fields_of(Kind kind) {
  switch (kind) {
    case Kind::kOrders:
      return kOrders;
    case Kind::kCustomers:
      return kCustomers;
    case Kind::kEvents:
      return kEvents;
    case Kind::kContracts:
      return kContracts;
    case Kind::kProducts:
      return kProducts;
    case Kind::kConsents:
      return kConsents;
  }
  return kOrders;
}

std::string_view time_field(Kind kind) {
  switch (kind) {
    case Kind::kCustomers:
      return "created_at";
    case Kind::kContracts:
      return "start";
    case Kind::kProducts:
      return "";
    case Kind::kOrders:
    case Kind::kEvents:
    case Kind::kConsents:
      break;
  }
  return "at";
}

const FieldRule* find_field_rule(Kind kind, std::string_view name) {
  for (const FieldRule& rule : fields_of(kind)) {
    if (rule.name == name) return &rule;
  }
  return nullptr;
}

std::string plain_title(std::string_view title) {
  std::string folded = fold_for_search(title);
  std::string out;
  for (char c : folded) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
    if (letter) out += c;
  }
  return out;
}

std::string_view column_of(const Mapping& mapping, std::string_view field) {
  for (const auto& [name, column] : mapping.columns) {
    if (name == field) return column;
  }
  return "";
}

}  // namespace perennial::collect
