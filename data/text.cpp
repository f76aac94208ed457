#include <autograd/ops/shape.hpp>
#include <data/files.hpp>
#include <data/text.hpp>

#include <algorithm>
#include <set>

namespace xtape::data {

namespace {

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

// Bytes of the code point that a text begins with; 1 where it is none.
std::size_t code_point_bytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = lead >= 0xf0 && lead < 0xf8 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (lead >= 0xf8 || bytes > text.size()) return 1;
  return std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(bytes), is_continuation) ? bytes : 1;
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::size_t word_bytes(std::string_view text) {
  std::size_t end = 1;
  if (!is_word_character(text[0])) return end;
  for (; end < text.size(); ++end) {
    const bool apostrophe = text[end] == '\'' && end + 1 < text.size() && is_word_character(text[end + 1]);
    if (!apostrophe && !is_word_character(text[end])) break;
  }
  return end;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

struct Counted {
  std::string token;
  std::size_t count = 0;
};

// Different tokens in the order of their first appearance.
std::vector<Counted> count_tokens(const std::vector<std::string>& tokens) {
  std::vector<Counted> counted;
  std::map<std::string_view, std::size_t> places;
  for (const std::string& token : tokens) {
    const auto [found, is_new] = places.emplace(token, counted.size());
    if (is_new) counted.push_back({token});
    ++counted[found->second].count;
  }
  return counted;
}

bool more_frequent(const Counted& a, const Counted& b) { return a.count > b.count; }

// Leaves the `most` most frequent tokens, where they stand.
void keep_most_frequent(std::vector<Counted>& counted, std::size_t most) {
  if (counted.size() <= most) return;
  std::vector<Counted> by_frequency = counted;
  std::stable_sort(by_frequency.begin(), by_frequency.end(), more_frequent);
  std::set<std::string_view> kept;
  for (std::size_t i = 0; i < most; ++i) kept.insert(by_frequency[i].token);
  std::erase_if(counted, [&](const Counted& entry) { return !kept.contains(entry.token); });
}

// Rows of one sequence: row i begins at start(i).
class Windows final : public Source {
 public:
  Windows(Tensor sequence, const WindowOptions& options)
      : m_sequence(std::move(sequence)), m_length(options.length), m_streams(options.streams) {
    m_stride = options.stride == 0 ? options.length : options.stride;
    m_piece = (m_sequence.size() - 1) / m_streams;  // a piece's last target is the next one's first input
    m_windows = m_piece < m_length ? 0 : (m_piece - m_length) / m_stride + 1;
  }

  std::size_t size() const override { return m_windows * m_streams; }
  Sample sample(std::size_t index) const override { return batch_of_one(index); }
  Sample batch(std::span<const std::size_t> indices, std::span<const std::uint64_t>) const override {
    return {rows(indices, 0), rows(indices, 1)};
  }

 private:
  std::size_t start(std::size_t index) const { return index % m_streams * m_piece + index / m_streams * m_stride; }

  Tensor rows(std::span<const std::size_t> indices, std::size_t offset) const {
    const Tensor result = Tensor::uninitialized({indices.size(), m_length}, m_sequence.dtype());
    visit_dtype(m_sequence.dtype(), [&]<class T>(TypeTag<T>) {
      const T* from = m_sequence.data<T>() + offset;
      auto* to = static_cast<T*>(result.mutable_data());
      for (const std::size_t index : indices) to = std::copy_n(from + start(index), m_length, to);
    });
    return result;
  }

  Tensor m_sequence;
  std::size_t m_length, m_streams, m_stride, m_piece, m_windows;
};

}  // namespace

std::string read_text(const std::filesystem::path& path) {
  Bytes bytes = read_file(path);
  if (is_gzip(bytes)) bytes = gunzip(bytes, quoted(path));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> result;
  while (!text.empty()) {
    const std::size_t bytes = code_point_bytes(text);
    result.emplace_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return result;
}

std::vector<std::string> words(std::string_view text, WordOptions options) {
  std::vector<std::string> result;
  while (!text.empty()) {
    if (is_blank(text[0])) {
      text.remove_prefix(1);
      continue;
    }
    std::string& word = result.emplace_back(text.substr(0, word_bytes(text)));
    text.remove_prefix(word.size());
    if (options.lower_case) std::transform(word.begin(), word.end(), word.begin(), lower);
  }
  return result;
}

Vocabulary::Vocabulary(const std::vector<std::string>& tokens, const VocabularyOptions& options) {
  std::vector<Counted> counted = count_tokens(tokens);
  std::erase_if(counted, [&](const Counted& entry) {
    const auto& special = options.special;
    return entry.count < options.least_count || std::find(special.begin(), special.end(), entry.token) != special.end();
  });
  if (options.most_tokens > 0) {
    keep_most_frequent(counted, options.most_tokens - std::min(options.most_tokens, options.special.size()));
  }
  if (options.order == TokenOrder::frequency) std::stable_sort(counted.begin(), counted.end(), more_frequent);
  if (options.order == TokenOrder::sorted) {
    std::sort(counted.begin(), counted.end(), [](const Counted& a, const Counted& b) { return a.token < b.token; });
  }
  m_tokens = options.special;
  for (Counted& entry : counted) m_tokens.push_back(std::move(entry.token));
  for (const std::string& token : m_tokens) {
    if (!m_ids.emplace(token, static_cast<std::int64_t>(m_ids.size())).second) {
      throw Error("Vocabulary: the special token '" + token + "' is given twice");
    }
  }
  if (options.unknown.empty()) return;
  if (std::find(options.special.begin(), options.special.end(), options.unknown) == options.special.end()) {
    throw Error("Vocabulary: '" + options.unknown + "' stands for unknown tokens, but is not among the special ones");
  }
  m_unknown = m_ids.at(options.unknown);
}

std::int64_t Vocabulary::id(const std::string& token) const {
  const auto found = m_ids.find(token);
  if (found != m_ids.end()) return found->second;
  if (m_unknown >= 0) return m_unknown;
  throw IndexError("Vocabulary: the token '" + token + "' is not among its " + std::to_string(size()) +
                   ", and no token stands for unknown ones");
}

const std::string& Vocabulary::token(std::int64_t id) const {
  if (id >= 0 && id < static_cast<std::int64_t>(size())) return m_tokens[static_cast<std::size_t>(id)];
  throw IndexError("Vocabulary: the number " + std::to_string(id) + " in a vocabulary of " + std::to_string(size()) +
                   " tokens");
}

Tensor Vocabulary::encode(const std::vector<std::string>& tokens) const {
  const Tensor ids = Tensor::uninitialized({tokens.size()}, int64);
  std::transform(tokens.begin(), tokens.end(), static_cast<std::int64_t*>(ids.mutable_data()),
                 [this](const std::string& token) { return id(token); });
  return ids;
}

std::string Vocabulary::decode(const Tensor& ids, const std::string& separator) const {
  if (is_floating(ids.dtype())) {
    throw DtypeError(std::string("Vocabulary::decode: the numbers are ") + to_string(ids.dtype()) +
                     "; tokens have integers");
  }
  const Tensor numbers = astype(ids.detach(), int64).contiguous();
  std::string text;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    text += (i == 0 ? "" : separator) + token(numbers.data<std::int64_t>()[i]);
  }
  return text;
}

Dataset windows(const Tensor& sequence, WindowOptions options) {
  if (sequence.dimension() != 1 || options.length == 0 || options.streams == 0 ||
      sequence.size() < options.length * options.streams + 1) {
    throw ShapeError("windows: a sequence of shape " + to_string(sequence.shape()) + "; " +
                     std::to_string(options.streams) + " streams with windows of " + std::to_string(options.length) +
                     " places and what follows need (T,), T at least " +
                     std::to_string(std::max<std::size_t>(1, options.length * options.streams) + 1));
  }
  return Dataset(std::make_shared<Windows>(sequence.detach().contiguous(), options));
}

}  // namespace xtape::data
