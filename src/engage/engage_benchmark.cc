// Messages a second, with their ledger: over the outbox folder and over SMTP to a server on the
// same machine.
#include <benchmark/benchmark.h>

#include "engage/engage.h"
#include "engage/testing.h"

namespace perennial::engage {
namespace {

constexpr int kPeople = 500;

void send_campaign(benchmark::State& state, bool smtp) {
  for (auto _ : state) {
    state.PauseTiming();
    const TemporaryDirectory directory;
    const std::unique_ptr<MailServer> server = smtp ? std::make_unique<MailServer>() : nullptr;
    Shop shop({.database = directory.path() + "/state.db", .directory = directory.path()});
    shop.add_people(kPeople);
    if (server) {
      shop.call("PUT", "/v1/channels/email",
                {{"kind", "smtp"},
                 {"from_name", "Shop"},
                 {"from_address", "shop@example.com"},
                 {"host", "127.0.0.1"},
                 {"port", server->port()},
                 {"security", "none"}});
    }
    const std::string id = shop.draft({{"hold_out_percent", 0}});
    state.ResumeTiming();
    shop.send_and_wait(id);
    state.PauseTiming();
    shop.stop();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * kPeople);
}
void outbox_campaign(benchmark::State& state) { send_campaign(state, false); }
void smtp_campaign(benchmark::State& state) { send_campaign(state, true); }
BENCHMARK(outbox_campaign)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(smtp_campaign)->Unit(benchmark::kMillisecond)->UseRealTime();

void mime(benchmark::State& state) {
  const Message message{.id = "snd_1",
                        .from_name = "常青",
                        .from_address = "shop@example.com",
                        .to_name = "张伟",
                        .to_address = "wei@example.com",
                        .subject = "老朋友，我们想你了",
                        .text = std::string(4000, 'x'),
                        .html = std::string(8000, 'y'),
                        .at = from_millis(0)};
  for (auto _ : state) benchmark::DoNotOptimize(to_mime(message));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(mime);

}  // namespace
}  // namespace perennial::engage
