#include "base/base.h"
#include "engage/unsubscribe.h"

namespace perennial::engage {
namespace {

struct Words {
  std::string_view title, text, button;
};

Words words_of(Page page, bool chinese) {
  switch (page) {
    case Page::kAsk:
      return chinese ? Words{"退订邮件", "退订后，您将不再收到我们的营销邮件。", "确认退订"}
                     : Words{"Unsubscribe", "You will get no more marketing e-mail from us.",
                             "Unsubscribe"};
    case Page::kDone:
      return chinese ? Words{"已退订", "您将不再收到我们的营销邮件。", ""}
                     : Words{"You are unsubscribed",
                             "You will get no more marketing e-mail from us.", ""};
    case Page::kPreview:
      return chinese ? Words{"预览链接", "这是预览中的退订链接，点击不会有任何改变。", ""}
                     : Words{"Preview", "This is the link of a preview. It changes nothing.", ""};
    case Page::kUnknown:
      return chinese
                 ? Words{"链接无效", "这个退订链接不完整或已失效，请使用邮件中的完整链接。", ""}
                 : Words{"This link does not work",
                         "The link is incomplete. Please use the whole link of the message.", ""};
  }
  die("unknown page", __FILE__, __LINE__);
}

constexpr std::string_view kStyle =
    "body{margin:0;font:16px/1.6 system-ui,sans-serif;background:#f5f6f8;color:#1f2329}"
    "main{max-width:28rem;margin:15vh auto 0;padding:2rem;background:#fff;border-radius:8px}"
    "h1{font-size:1.25rem;margin:0 0 .75rem}p{margin:0 0 1.25rem}.from{color:#5f6670;margin:0}"
    "button{font:inherit;padding:.6rem 1.4rem;border:0;border-radius:6px;background:#1d5fd1;"
    "color:#fff;cursor:pointer}button:focus-visible{outline:3px solid #9dbdf5}";

}  // namespace

std::string unsubscribe_page(Page page, std::string_view language, std::string_view workspace,
                             std::string_view choices) {
  const bool chinese = language == "zh";
  const Words words = words_of(page, chinese);
  std::string out = "<!doctype html>\n<html lang=\"";
  out += chinese ? "zh" : "en";
  out +=
      "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">";
  out += "<title>" + std::string(words.title) + "</title><style>" + std::string(kStyle) +
         "</style></head>\n<body><main><h1>" + std::string(words.title) + "</h1><p>" +
         std::string(words.text) + "</p>";
  if (!words.button.empty()) {
    out += "<form method=\"post\"><p><button>" + std::string(words.button) + "</button></p></form>";
  }
  if (!choices.empty()) {
    out += "<p><a href=\"" + escape_html(choices) + "\">" +
           std::string(chinese ? "选择愿意收到的内容" : "Choose what you want to hear") +
           "</a></p>";
  }
  return out += "<p class=\"from\">" + escape_html(workspace) + "</p></main></body></html>\n";
}

std::string text_footer(std::string_view language, std::string_view url) {
  const std::string_view word = language == "zh" ? "退订：" : "Unsubscribe: ";
  return "\n\n-- \n" + std::string(word) + std::string(url) + "\n";
}

std::string html_footer(std::string_view language, std::string_view url) {
  const std::string_view word = language == "zh" ? "退订" : "Unsubscribe";
  return "<p style=\"color:#5f6670;font-size:12px\"><a href=\"" + escape_html(url) + "\">" +
         std::string(word) + "</a></p>";
}

}  // namespace perennial::engage
