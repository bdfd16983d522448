// The member centre as a page: no script, one column, for a phone.
#include <algorithm>
#include <array>

#include "loyalty/member.h"

namespace perennial::loyalty {
namespace {

struct Word {
  std::string_view key, english, chinese;
};
constexpr std::array<Word, 63> kWords = {{
    {"title", "Member centre", "会员中心"},
    {"closed", "This link does not open any more", "链接已失效"},
    {"closed_hint", "Please ask the shop for a new one.", "请向商家索取新的链接。"},
    {"pending", "not usable yet", "待生效"},
    {"expires", "expire on", "将过期于"},
    {"pays", "pay up to", "可抵"},
    {"at_most", " (at most", "（最多为订单的"},
    {"of_an_order", " of an order)", "）"},
    {"level", "Level", "等级"},
    {"until", "until", "有效至"},
    {"missing", "to go until", "即可升级为"},
    {"of_points", "points", "分"},
    {"of_spend", "of spending", "消费"},
    {"of_orders", "orders", "单"},
    {"mall", "Rewards", "积分商城"},
    {"take", "Take it", "兑换"},
    {"suits", "Suits you", "适合您"},
    {"left", "left", "剩余"},
    {"points", "points", "积分"},
    {"draws", "Draws", "抽奖"},
    {"play", "Play", "抽一次"},
    {"free", "free", "免费"},
    {"fair", "Seed (SHA-256)", "种子（SHA-256）"},
    {"coupons", "Coupons", "优惠券"},
    {"valid_to", "until", "有效至"},
    {"taken", "Taken", "兑换记录"},
    {"referral", "Bring a friend", "推荐有礼"},
    {"referral_code", "Your code", "我的推荐码"},
    {"friends", "friends came", "位好友已下单"},
    {"gift", "Gift card", "礼品卡"},
    {"gift_code", "Code of a gift card", "礼品卡卡号"},
    {"claim", "Add its value", "充入账户"},
    {"history", "History", "积分明细"},
    {"nothing", "Nothing yet", "暂无"},
    {"other", "中文", "English"},
    {"done", "Done", "操作成功"},
    {"missions", "Missions", "任务"},
    {"sign_in", "Sign in", "签到"},
    {"in_a_row", "days in a row", "天连续签到"},
    {"next_reward", "days: ", "天可得 "},
    {"signed", "Signed in: your points follow in a moment", "签到成功，积分稍后到账"},
    {"signed_already", "Signed in today", "今日已签到"},
    {"prices", "Your prices", "专享价"},
    {"won", "You won: ", "恭喜抽中："},
    {"no_luck", "No luck this time", "未中奖，再接再厉"},
    {"not_enough_points", "Not enough points", "积分不足"},
    {"out_of_stock", "Nothing is left", "已兑完"},
    {"person_limit", "Your limit is reached", "已达上限"},
    {"level_not_allowed", "For other levels", "等级不符"},
    {"pay_in_shop", "In the shop's checkout", "请在商城结算页兑换"},
    {"unknown_code", "There is no such code", "卡号不存在"},
    {"mistyped_code", "There is no such code: look for a wrong letter", "卡号有误，请检查"},
    {"claimed_already", "The card was used", "该卡已被使用"},
    {"void", "The card is void", "该卡已作废"},
    {"no_longer_valid", "It is over", "已过期"},
    {"reserved", "reserved", "占用"},
    {"ordered", "on its way soon", "待发货"},
    {"shipped", "sent", "已发货"},
    {"fulfilled", "done", "已完成"},
    {"cancelled", "cancelled", "已取消"},
    {"lapsed", "lapsed", "已超时"},
    {"refused", "It could not be done", "操作失败"},
    {"language", "zh", "en"},
}};

constexpr std::array<Word, 18> kKinds = {{
    {"earn", "Earned", "获得"},
    {"hold", "Held", "占用"},
    {"capture", "Spent", "使用"},
    {"release", "Released", "释放"},
    {"redeem", "Spent", "使用"},
    {"refund", "Refund", "退款"},
    {"expire", "Expired", "过期"},
    {"adjust", "Adjusted", "调整"},
    {"transfer", "Transfer", "转赠"},
    {"merge", "Joined", "合并"},
    {"unmerge", "Separated", "拆分"},
    {"activate", "Usable", "生效"},
    {"lapse", "Expired", "过期"},
    {"time_out", "Released", "释放"},
    {"award", "Earned", "获得"},
    {"take_back", "Taken back", "收回"},
    {"recognise", "Closed", "结转"},
    {"", "", ""},
}};

constexpr std::string_view kStyle =
    "body{margin:0;font:16px/1.55 system-ui,'PingFang SC','Noto Sans SC','Microsoft YaHei',"
    "sans-serif;background:#f4f6f5;color:#1f2329}main{max-width:34rem;margin:0 auto;padding:1rem}"
    "header{display:flex;justify-content:space-between;align-items:baseline}"
    "h1{font-size:1.25rem;margin:.25rem 0}h2{font-size:1.05rem;margin:0 0 .5rem}"
    "section{background:#fff;border-radius:8px;padding:1rem;margin:.75rem 0}"
    ".big{font-size:1.9rem;font-variant-numeric:tabular-nums;color:#12805c}"
    ".row{display:flex;justify-content:space-between;gap:1rem;align-items:center;padding:.5rem 0;"
    "border-top:1px solid #e6e9e7}.row:first-of-type{border-top:0}.quiet{color:#59616b;"
    "font-size:.875rem}.suits{color:#0b6547;font-size:.875rem}.num{font-variant-numeric:tabular-"
    "nums;white-space:nowrap}"
    "code{font-size:.95rem;overflow-wrap:anywhere}progress{width:100%;height:.6rem;"
    "accent-color:#12805c}button{font:inherit;padding:.4rem 1rem;border:0;border-radius:6px;"
    "background:#12805c;color:#fff;cursor:pointer}button:focus-visible,a:focus-visible,"
    "input:focus-visible{outline:3px solid #8fd0b6}input{font:inherit;padding:.4rem;border:1px "
    "solid #8b949e;border-radius:6px;min-width:0;flex:1}a{color:#0b6547}"
    ".said{background:#e3f4ec;border-radius:8px;padding:.75rem 1rem;margin:.75rem 0}form{margin:0}";

// Whether it can stand in an address as it is.
bool is_word(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == text.npos;
}

class Writer {
 public:
  Writer(const MemberView& view, const MemberPage& page) : view_(view), page_(page) {}

  std::string write() {
    begin();
    balances();
    level();
    streaks();
    missions();
    prices();
    rewards();
    draws();
    coupons();
    referral();
    gift();
    history();
    return out_ += "</main></body></html>\n";
  }

 private:
  bool chinese() const { return page_.language == "zh"; }
  template <size_t n>
  std::string find(const std::array<Word, n>& words, std::string_view key) const {
    const auto found = std::ranges::find(words, key, &Word::key);
    if (found == words.end()) return "";
    return std::string(chinese() ? found->chinese : found->english);
  }
  std::string word(std::string_view key) const {
    const std::string text = find(kWords, key);
    return text.empty() ? find(kWords, "refused") : text;
  }
  std::string day(Instant at) const {
    return page_.programme.calendar().label(Period::kDay,
                                            page_.programme.calendar().start_of(Period::kDay, at));
  }
  static std::string number(int64_t value) {
    const std::string digits = std::to_string(value < 0 ? -value : value);
    std::string text;
    if (value < 0) text += '-';
    for (size_t at = 0; at < digits.size(); ++at) {
      if (at > 0 && (digits.size() - at) % 3 == 0) text += ',';
      text += digits[at];
    }
    return text;
  }
  void open(std::string_view title) { out_ += "<section><h2>" + word(title) + "</h2>"; }
  void button(std::string_view act, const std::string& what, std::string_view name,
              const std::string& about) {
    out_ += "<form method=\"post\" action=\"?act=" + std::string(act) + "&amp;what=" + what +
            "&amp;id=" + std::string(page_.form_id) + "&amp;lang=" + std::string(page_.language) +
            "\"><button aria-label=\"" + word(name) + ": " + escape_html(about) + "\">" +
            word(name) + "</button></form>";
  }

  void begin() {
    const std::string title = escape_html(page_.programme.name);
    out_ = "<!doctype html>\n<html lang=\"" + std::string(chinese() ? "zh" : "en") +
           "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,"
           "initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>" +
           title + " · " + word("title") + "</title><style>" + std::string(kStyle) +
           "</style></head>\n<body><main><header><h1>" + title + "</h1><a lang=\"" +
           word("language") + "\" href=\"?lang=" + word("language") + "\">" + word("other") +
           "</a></header><div class=\"quiet\">" + escape_html(page_.workspace) + "</div>";
    if (!page_.said.empty()) out_ += "<p class=\"said\" role=\"status\">" + said() + "</p>";
  }
  std::string said() const {
    constexpr std::string_view kWon = "won:";
    if (!page_.said.starts_with(kWon)) return word(page_.said);
    // "won:DRAW:PRIZE", looked up among the draws that this person sees.
    const std::string_view rest = page_.said.substr(kWon.size());
    for (const MemberDraw& one : view_.draws) {
      for (const Prize& prize : one.draw.prizes) {
        if (rest != one.draw.id + ":" + prize.id) continue;
        if (prize.kind == Prize::Kind::kNothing) return word("no_luck");
        return word("won") + escape_html(prize.name);
      }
    }
    return word("done");
  }

  void balances() {
    out_ += "<section>";
    for (const MemberBalance& one : view_.balances) {
      out_ += "<div class=\"row\"><span>" + escape_html(one.name) + "</span><span class=\"big\">" +
              number(one.points) + "</span></div>";
      if (one.pending > 0)
        out_ += "<div class=\"quiet\">" + number(one.pending) + " " + word("pending") + "</div>";
      if (one.pays_minor > 0 && one.pays_percent > 0) pays(one);
      if (one.expires_at) {
        out_ += "<div class=\"quiet\">" + number(one.expiring) + " " + word("expires") + " " +
                day(*one.expires_at) + "</div>";
      }
    }
    out_ += "</section>";
  }

  void pays(const MemberBalance& one) {
    out_ += "<div class=\"quiet\">" + word("pays") + " " + money(one.pays_minor);
    if (one.pays_percent < 100) {
      out_ += word("at_most") + " " + number(one.pays_percent) + " %" + word("of_an_order");
    }
    out_ += "</div>";
  }

  void level() {
    if (view_.level.empty()) return;
    open("level");
    out_ += "<div class=\"big\">" + escape_html(view_.level) + "</div>";
    if (view_.level_until)
      out_ += "<div class=\"quiet\">" + word("until") + " " + day(*view_.level_until) + "</div>";
    if (!view_.next_level.empty() && view_.missing > 0) {
      const bool spend = view_.measured == Levels::Measure::kSpend;
      const std::string missing = spend ? money(view_.missing) : number(view_.missing);
      const std::string unit = word(spend                                        ? "of_spend"
                                    : view_.measured == Levels::Measure::kOrders ? "of_orders"
                                                                                 : "of_points");
      const std::string sentence =
          missing + " " + unit + " " + word("missing") + " " + escape_html(view_.next_level);
      out_ += "<p>" + sentence + "</p><progress aria-label=\"" + sentence + "\" max=\"" +
              std::to_string(view_.measure + view_.missing) + "\" value=\"" +
              std::to_string(view_.measure) + "\"></progress>";
    }
    out_ += "</section>";
  }
  std::string money(int64_t minor) const {
    return format_minor(minor, page_.currency) + " " + std::string(page_.currency);
  }

  void streaks() {
    for (const MemberStreak& one : view_.streaks) {
      out_ += "<section><h2>" + escape_html(one.name) + "</h2><div class=\"row\"><div><div>" +
              number(one.days) + " " + word("in_a_row") + "</div>";
      if (one.next_days > 0) {
        out_ += "<div class=\"quiet num\">" + number(one.next_days) + " " + word("next_reward") +
                "+" + number(one.next_points) + " " + word("points") + "</div>";
      }
      out_ += "</div>";
      if (one.today) {
        out_ += "<span class=\"quiet\">" + word("signed_already") + "</span>";
      } else if (is_word(one.rule)) {
        button("sign-in", one.rule, "sign_in", one.name);
      }
      out_ += "</div></section>";
    }
  }

  void missions() {
    if (view_.missions.empty()) return;
    open("missions");
    for (const MemberMission& one : view_.missions) {
      out_ += "<div class=\"row\"><div><div>" + escape_html(one.name) + "</div>";
      for (const auto& task : one.tasks) {
        out_ += "<div class=\"quiet num\">" + escape_html(task.event) + " " + number(task.done) +
                " / " + number(task.times) + "</div>";
      }
      out_ += "</div>";
      if (one.complete) out_ += "<span class=\"quiet\">" + word("fulfilled") + "</span>";
      out_ += "</div>";
    }
    out_ += "</section>";
  }

  void prices() {
    if (view_.prices.empty()) return;
    open("prices");
    for (const PriceRule& one : view_.prices) {
      const bool percent = one.kind == PriceRule::Kind::kPercent;
      out_ += "<div class=\"row\"><div><div>" + escape_html(one.name) +
              "</div><div class=\"quiet\">" + word("valid_to") + " " +
              day(one.valid.to - Millis(1)) + "</div></div><span class=\"num\">−" +
              (percent ? number(one.percent) + " %" : money(one.amount_minor)) + "</span></div>";
    }
    out_ += "</section>";
  }

  void suits(const Suited& suited) {
    const std::string why = escape_html(chinese() ? suited.zh : suited.en);
    out_ += "<div class=\"suits\">" + word("suits") + (why.empty() ? "" : " · " + why) + "</div>";
  }

  void rewards() {
    open("mall");
    for (const MemberReward& one : view_.rewards) {
      const Reward& reward = one.reward;
      out_ += "<div class=\"row\"><div><div>" + escape_html(reward.name) + "</div>";
      if (one.suits) suits(*one.suits);
      if (!reward.description.empty())
        out_ += "<div class=\"quiet\">" + escape_html(reward.description) + "</div>";
      out_ += "<div class=\"quiet num\">" + number(reward.points) + " " + word("points");
      if (reward.money_minor > 0) out_ += " + " + money(reward.money_minor);
      if (const auto left = reward.left()) out_ += " · " + word("left") + " " + number(*left);
      out_ += "</div></div>";
      const std::string refusal =
          one.refusal.empty() && reward.money_minor > 0 ? "pay_in_shop" : one.refusal;
      if (refusal.empty()) {
        button("redeem", reward.id, "take", reward.name);
      } else {
        out_ += "<span class=\"quiet\">" + word(refusal) + "</span>";
      }
      out_ += "</div>";
    }
    if (view_.rewards.empty()) out_ += "<p class=\"quiet\">" + word("nothing") + "</p>";
    out_ += "</section>";
  }

  void draws() {
    if (view_.draws.empty()) return;
    open("draws");
    for (const MemberDraw& one : view_.draws) {
      out_ += "<div class=\"row\"><div><div>" + escape_html(one.draw.name) +
              "</div><div class=\"quiet num\">" +
              (one.draw.price > 0 ? number(one.draw.price) + " " + word("points") : word("free")) +
              "</div><div class=\"quiet\">" + word("fair") + " <code>" + one.draw.seed_hash +
              "</code></div></div>";
      if (one.refusal.empty()) {
        button("play", one.draw.id, "play", one.draw.name);
      } else {
        out_ += "<span class=\"quiet\">" + word(one.refusal) + "</span>";
      }
      out_ += "</div>";
    }
    out_ += "</section>";
  }

  void coupons() {
    open("coupons");
    for (const OwnedCoupon& one : view_.coupons) {
      out_ += "<div class=\"row\"><div><div>" + escape_html(one.batch.name) +
              "</div><div class=\"quiet\">" + word("valid_to") + " " +
              day(one.batch.valid.to - Millis(1)) + "</div></div><code>" + one.code +
              "</code></div>";
    }
    if (view_.coupons.empty()) out_ += "<p class=\"quiet\">" + word("nothing") + "</p>";
    out_ += "</section>";
    if (view_.redemptions.empty()) return;
    open("taken");
    for (const Redemption& one : view_.redemptions) {
      const auto reward = std::ranges::find(view_.rewards, one.reward,
                                            [](const MemberReward& r) { return r.reward.id; });
      const std::string name = reward == view_.rewards.end() ? one.reward : reward->reward.name;
      out_ += "<div class=\"row\"><div><div>" + escape_html(name) + "</div><div class=\"quiet\">" +
              day(one.at) + " · " + word(state_name(one.state)) + "</div></div><code>" + one.code +
              "</code></div>";
    }
    out_ += "</section>";
  }

  void referral() {
    if (view_.referral_code.empty()) return;
    open("referral");
    out_ += "<div class=\"row\"><span>" + word("referral_code") + "</span><code>" +
            view_.referral_code + "</code></div>";
    if (!view_.referral_link.empty()) {
      const std::string link = escape_html(view_.referral_link);
      out_ += "<p><a href=\"" + link + "\">" + link + "</a></p>";
    }
    out_ += "<div class=\"quiet num\">" + number(view_.referral.rewarded) + " " + word("friends") +
            " · +" + number(view_.referral.referrer_points) + " " + word("points") +
            "</div></section>";
  }

  void gift() {
    open("gift");
    out_ += "<form method=\"post\" action=\"?act=claim&amp;lang=" + std::string(page_.language) +
            "\" class=\"row\"><input name=\"code\" required maxlength=\"40\" autocomplete=\"off\" "
            "aria-label=\"" +
            word("gift_code") + "\" placeholder=\"" + word("gift_code") + "\"><button>" +
            word("claim") + "</button></form></section>";
  }

  void history() {
    open("history");
    for (const StatementLine& line : view_.lines) {
      const bool in = line.credit == Account::kAvailable || line.credit == Account::kPending;
      out_ += "<div class=\"row\"><div><div>" + find(kKinds, kind_name(line.kind)) +
              "</div><div class=\"quiet\">" + day(line.at) + "</div></div><span class=\"num\">" +
              (in ? "+" : "−") + number(line.amount) + "</span></div>";
    }
    if (view_.lines.empty()) out_ += "<p class=\"quiet\">" + word("nothing") + "</p>";
    out_ += "</section>";
  }

  const MemberView& view_;
  const MemberPage& page_;
  std::string out_;
};

}  // namespace

std::string member_page(const MemberView& view, const MemberPage& page) {
  return Writer(view, page).write();
}

std::string closed_member_page(std::string_view language, std::string_view workspace) {
  const bool chinese = language == "zh";
  const auto word = [&](std::string_view key) {
    const auto found = std::ranges::find(kWords, key, &Word::key);
    return std::string(chinese ? found->chinese : found->english);
  };
  return "<!doctype html>\n<html lang=\"" + std::string(chinese ? "zh" : "en") +
         "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,"
         "initial-scale=1\"><meta name=\"robots\" content=\"noindex\"><title>" +
         word("closed") + "</title><style>" + std::string(kStyle) +
         "</style></head>\n<body><main><section><h1>" + word("closed") + "</h1><p>" +
         word("closed_hint") + "</p><p class=\"quiet\">" + escape_html(workspace) +
         "</p></section></main></body></html>\n";
}

}  // namespace perennial::loyalty
