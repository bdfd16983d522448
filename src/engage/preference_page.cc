#include "base/base.h"
#include "engage/preferences.h"

namespace perennial::engage {
namespace {

struct Words {
  std::string_view title, lead, saved, save, unknown, unknown_text, other, other_code;
};

constexpr Words kChinese = {
    "联系偏好", "请选择您愿意通过哪些方式、就哪些主题收到我们的消息。", "您的选择已保存。", "保存",
    "链接无效", "这个链接不完整或已失效，请使用消息中的完整链接。",     "English",          "en"};
constexpr Words kEnglish = {"What we may send you",
                            "Choose how, and about what, you want to hear from us.",
                            "Your choices are kept.",
                            "Save",
                            "This link does not work",
                            "The link is incomplete. Please use the whole link of the message.",
                            "中文",
                            "zh"};

constexpr std::string_view kStyle =
    "body{margin:0;font:16px/1.6 system-ui,sans-serif;background:#f5f6f8;color:#1f2329}"
    "main{max-width:32rem;margin:8vh auto 0;padding:2rem;background:#fff;border-radius:8px}"
    "h1{font-size:1.25rem;margin:0 0 .75rem}p{margin:0 0 1.25rem}.from{color:#5f6670;margin:0}"
    "fieldset{border:1px solid #d5d9e0;border-radius:6px;margin:0 0 1rem;padding:.75rem 1rem}"
    "legend{font-weight:600}label{display:block;padding:.35rem 0}input{width:1.1rem;height:1.1rem;"
    "vertical-align:-.15rem;margin:0 .5rem 0 0}.done{color:#0b6b3a}"
    "button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:6px;background:#1d5fd1;"
    "color:#fff;cursor:pointer}:focus-visible{outline:3px solid #9dbdf5}a{color:#1d5fd1}";

std::string channel_title(std::string_view channel, bool chinese) {
  struct Title {
    std::string_view key, zh, en;
  };
  static constexpr Title kTitles[] = {
      {"email", "邮件", "E-mail"},    {"sms", "短信", "Text messages (SMS)"},
      {"wechat", "微信", "WeChat"},   {"push", "应用推送", "App notifications"},
      {"phone", "电话", "Telephone"}, {"post", "信件", "Post"}};
  for (const Title& title : kTitles) {
    if (title.key == channel) return std::string(chinese ? title.zh : title.en);
  }
  return escape_html(channel);
}

std::string box(const Choice& choice, bool ticked, const std::string& title) {
  return "<label><input type=\"checkbox\" name=\"" + choice.first + ":" + choice.second + "\"" +
         (ticked ? " checked" : "") + ">" + title + "</label>";
}

std::string form(const PreferenceView& view, const PreferenceSettings& settings, const Words& words,
                 bool chinese) {
  std::string out = "<form method=\"post\">";
  for (const std::string& channel : settings.channels) {
    const auto holds = [&](const Choice& choice) {
      const auto found = view.choices.find(choice);
      return found != view.choices.end() && found->second;
    };
    const std::string title = channel_title(channel, chinese);
    const Choice whole{channel, ""};
    out += "<fieldset><legend>" + title + "</legend>" +
           box(whole, holds(whole), title + (chinese ? "：可以联系我" : ": you may write to me"));
    for (const Topic& topic : settings.topics) {
      const Choice one{channel, topic.key};
      out += box(one, holds(one), escape_html(chinese ? topic.zh : topic.en));
    }
    out += "</fieldset>";
  }
  return out + "<p><button>" + std::string(words.save) + "</button></p></form>";
}

}  // namespace

std::string preference_page(const PreferenceView& view, const PreferenceSettings& settings) {
  const bool chinese = view.language == "zh";
  const bool unknown = view.page == PreferencePage::kUnknown;
  const Words& words = chinese ? kChinese : kEnglish;
  const std::string title(unknown ? words.unknown : words.title);
  std::string out = "<!doctype html>\n<html lang=\"";
  out += chinese ? "zh" : "en";
  out +=
      "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">";
  out += "<title>" + title + "</title><style>" + std::string(kStyle) +
         "</style></head>\n<body><main><h1>" + title + "</h1>";
  if (view.page == PreferencePage::kSaved) {
    out += "<p class=\"done\" role=\"status\">" + std::string(words.saved) + "</p>";
  }
  out += "<p>" + std::string(unknown ? words.unknown_text : words.lead) + "</p>";
  if (!unknown) out += form(view, settings, words, chinese);
  out += "<p><a lang=\"" + std::string(words.other_code) +
         "\" href=\"?lang=" + std::string(words.other_code) + "\">" + std::string(words.other) +
         "</a></p>";
  return out + "<p class=\"from\">" + escape_html(view.workspace) + "</p></main></body></html>\n";
}

}  // namespace perennial::engage
