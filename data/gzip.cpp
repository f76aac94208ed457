#include <autograd/error.hpp>
#include <data/files.hpp>

#include <zlib.h>

#include <algorithm>
#include <new>

namespace xtape::data {

namespace {

// zlib counts in unsigned int; longer buffers pass through it in pieces.
constexpr std::size_t piece_bytes = std::size_t{1} << 30;
// "Window bits": the largest window, in gzip's own format.
constexpr int gzip_format = 15 + 16;

uInt piece(std::size_t bytes) { return static_cast<uInt>(std::min(bytes, piece_bytes)); }

// zlib's stream, reading one buffer and filling another that grows.
class Stream {
 public:
  using Close = int (*)(z_streamp);
  using Step = int (*)(z_streamp, int);

  Stream(ByteSpan input, Close close) : m_input(input), m_close(close) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { m_close(&m_stream); }

  z_stream* get() { return &m_stream; }
  bool input_is_used_up() const { return m_stream.avail_in == 0 && m_input.empty(); }

  // One call of zlib's, with room to write to and all the input that fits in a piece. A stream is told that it ends
  // once its last piece is in.
  int step(Step function) {
    if (m_stream.avail_in == 0) {
      m_stream.avail_in = piece(m_input.size());
      m_stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(m_input.data()));
      m_input = m_input.subspan(m_stream.avail_in);
    }
    if (m_written == m_output.size()) m_output.resize(std::max<std::size_t>(2 * m_output.size(), 64 * 1024));
    const uInt room = piece(m_output.size() - m_written);
    m_stream.next_out = reinterpret_cast<Bytef*>(m_output.data() + m_written);
    m_stream.avail_out = room;
    const int status = function(&m_stream, m_input.empty() ? Z_FINISH : Z_NO_FLUSH);
    m_written += room - m_stream.avail_out;
    return status;
  }

  Bytes take_output() {
    m_output.resize(m_written);
    return std::move(m_output);
  }

 private:
  ByteSpan m_input;
  Close m_close;
  z_stream m_stream{};
  Bytes m_output;
  std::size_t m_written = 0;
};

}  // namespace

bool is_gzip(ByteSpan bytes) noexcept {
  return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

Bytes gunzip(ByteSpan packed, const std::string& name) {
  Stream stream(packed, inflateEnd);
  if (inflateInit2(stream.get(), gzip_format) != Z_OK) throw std::bad_alloc();
  for (;;) {
    const int status = stream.step(inflate);
    const bool no_input = stream.input_is_used_up();
    if (status == Z_STREAM_END) {
      if (no_input) return stream.take_output();
      inflateReset(stream.get());  // a gzip file may be several, one after another
    } else if (status == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      const char* detail = stream.get()->msg ? stream.get()->msg : "not gzip data";
      throw IoError(name + ": the gzip data is damaged: " + detail);
    } else if (no_input && stream.get()->avail_out > 0) {
      throw IoError(name + ": the gzip data ends before its end mark; the file is truncated");
    }
  }
}

Bytes gzip(ByteSpan contents) {
  Stream stream(contents, deflateEnd);
  if (deflateInit2(stream.get(), Z_BEST_COMPRESSION, Z_DEFLATED, gzip_format, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  while (stream.step(deflate) != Z_STREAM_END) {
  }
  return stream.take_output();
}

}  // namespace xtape::data
