#include "http/encoding.h"

#include <array>

#include <zlib.h>

namespace perennial::http {
namespace {

constexpr size_t kPieceBytes = 64 * 1024;
constexpr int kGzipWindow = 15 + 16;
constexpr int kZlibWindow = 15;
constexpr int kRawWindow = -15;

std::unexpected<Error> broken(std::string message) {
  return fail(Code::kInvalid, std::move(message), "content-encoding");
}

// The two bytes of a zlib header (RFC 1950): method 8, and a multiple of 31.
bool is_zlib_header(unsigned char first, unsigned char second) {
  return (first & 0x0f) == 8 && (first * 256 + second) % 31 == 0;
}

}  // namespace

struct Inflater::Impl {
  explicit Impl(Coding coding) : coding(coding) {}
  ~Impl() {
    if (open) inflateEnd(&stream);
  }

  void start(int window) {
    INVARIANT(inflateInit2(&stream, window) == Z_OK);
    open = true;
  }

  Result<> run(std::string_view bytes, const Sink& sink) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    do {
      // A gzip body may hold several members, one after the other (RFC 1952, section 2.2).
      if (ended) {
        if (stream.avail_in == 0) return {};
        if (coding != Coding::kGzip) return broken("bytes follow the end of the compressed body");
        inflateReset(&stream);
        ended = false;
      }
      stream.next_out = out.data();
      stream.avail_out = static_cast<uInt>(out.size());
      int status = inflate(&stream, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) {
        return broken("the compressed body is broken");
      }
      ended = status == Z_STREAM_END;
      size_t made = out.size() - stream.avail_out;
      if (made > 0) TRY(sink({reinterpret_cast<char*>(out.data()), made}));
    } while (stream.avail_in > 0 || stream.avail_out == 0);
    return {};
  }

  Coding coding;
  bool open = false;
  bool ended = false;
  std::string start_bytes;  // of a deflate body, until its two first bytes tell which of the two
                            // forms it is
  z_stream stream{};
  std::array<Bytef, kPieceBytes> out;
};

Inflater::Inflater(Coding coding) : impl_(std::make_unique<Impl>(coding)) {
  if (coding == Coding::kGzip) impl_->start(kGzipWindow);
}
Inflater::~Inflater() = default;

Result<> Inflater::feed(std::string_view bytes, const Sink& sink) {
  if (impl_->open) return impl_->run(bytes, sink);
  impl_->start_bytes += bytes;
  if (impl_->start_bytes.size() < 2) return {};
  bool zlib = is_zlib_header(static_cast<unsigned char>(impl_->start_bytes[0]),
                             static_cast<unsigned char>(impl_->start_bytes[1]));
  impl_->start(zlib ? kZlibWindow : kRawWindow);
  std::string first = std::move(impl_->start_bytes);
  return impl_->run(first, sink);
}

Result<> Inflater::finish() const {
  if (!impl_->ended) return broken("the compressed body was cut short");
  return {};
}

std::string gzip(std::string_view bytes, int level) {
  z_stream stream{};
  INVARIANT(deflateInit2(&stream, level, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int status = deflate(&stream, Z_FINISH);
  INVARIANT(status == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace perennial::http
