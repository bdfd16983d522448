#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "engage/email_channel.h"

namespace perennial::engage {
namespace {

constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Written whole under another name and linked into place, so that nobody reads half a key and the
// first of two programs wins.
Result<void> make_key(const std::string& path) {
  std::string key(crypto_secretbox_KEYBYTES, '\0');
  crypto_secretbox_keygen(bytes_of(key));
  const std::string partial = path + "." + random_token(6);
  const int file = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool written = file >= 0 && ::write(file, key.data(), key.size()) == ssize_t(key.size()) &&
                 ::fsync(file) == 0;
  int error = errno;
  if (file >= 0) ::close(file);
  if (written && ::link(partial.c_str(), path.c_str()) != 0 && errno != EEXIST) {
    written = false;
    error = errno;
  }
  ::unlink(partial.c_str());
  if (written) return {};
  return fail(Code::kInternal,
              "the key file cannot be made: " + std::system_category().message(error), path);
}

}  // namespace

Result<Seal> Seal::open(const std::string& key_file) {
  if (sodium_init() < 0) die("libsodium cannot start", __FILE__, __LINE__);
  if (::access(key_file.c_str(), F_OK) != 0) TRY(make_key(key_file));
  std::string key = read_file(key_file);
  if (key.size() != crypto_secretbox_KEYBYTES) {
    return fail(Code::kInternal, "the key file does not hold a key", key_file,
                "Restore it, or delete it and enter the mail password again.");
  }
  return Seal(std::move(key));
}

std::string Seal::close(std::string_view secret) const {
  std::string box(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + secret.size(), '\0');
  randombytes_buf(box.data(), crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(bytes_of(box) + crypto_secretbox_NONCEBYTES, bytes_of(secret),
                        secret.size(), bytes_of(box), bytes_of(key_));
  return base64url(box);
}

Result<std::string> Seal::reveal(std::string_view sealed) const {
  const auto broken = fail(Code::kConflict, "the stored mail password cannot be opened", "password",
                           "Enter it again.");
  std::string box(sealed.size(), '\0');
  size_t length = 0;
  if (sodium_base642bin(bytes_of(box), box.size(), sealed.data(), sealed.size(), nullptr, &length,
                        nullptr, kVariant) != 0 ||
      length < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES) {
    return broken;
  }
  const size_t boxed = length - crypto_secretbox_NONCEBYTES;
  std::string secret(boxed - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(bytes_of(secret), bytes_of(box) + crypto_secretbox_NONCEBYTES,
                                 boxed, bytes_of(box), bytes_of(key_)) != 0) {
    return broken;
  }
  return secret;
}

}  // namespace perennial::engage
