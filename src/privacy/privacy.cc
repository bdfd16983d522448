#include "privacy/privacy.h"

#include "privacy/service.h"

namespace perennial::privacy {

Privacy::Privacy(Wiring wiring) : impl_(std::make_shared<Impl>(std::move(wiring))) {}
Privacy::~Privacy() { stop(); }

Result<std::unique_ptr<Privacy>> Privacy::open(Wiring wiring) {
  return std::unique_ptr<Privacy>(new Privacy(std::move(wiring)));
}

void Privacy::start() { impl_->eraser.start(); }
void Privacy::stop() { impl_->eraser.stop(); }
bool Privacy::wait_until_idle(std::chrono::milliseconds at_most) {
  return impl_->eraser.wait_until_idle(at_most);
}

}  // namespace perennial::privacy
