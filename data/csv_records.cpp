#include <autograd/error.hpp>
#include <data/csv_records.hpp>

#include <string_view>

namespace xtape::data {

namespace {

class Reader {
 public:
  Reader(std::string_view text, char separator, const std::string& name)
      : m_text(text), m_separator(separator), m_name(name) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (m_text.starts_with(byte_order_mark)) m_text.remove_prefix(byte_order_mark.size());
  }

  std::vector<CsvRecord> records() {
    std::vector<CsvRecord> result;
    while (!m_text.empty()) {
      if (take_line_end()) continue;
      result.push_back(record());
    }
    return result;
  }

 private:
  // "\n", "\r\n", or a "\r" alone.
  bool take_line_end() {
    const std::size_t length = m_text.starts_with("\r\n") ? 2 : m_text.starts_with('\n') || m_text.starts_with('\r');
    m_text.remove_prefix(length);
    m_line += length == 0 ? 0 : 1;
    return length > 0;
  }

  CsvRecord record() {
    CsvRecord result{m_line, {}};
    for (;;) {
      result.fields.push_back(m_text.starts_with('"') ? quoted_field() : plain_field());
      if (m_text.empty() || take_line_end()) return result;
      m_text.remove_prefix(1);  // the separator
    }
  }

  CsvField plain_field() {
    const char ends[] = {m_separator, '\n', '\r'};
    const std::string_view field = m_text.substr(0, m_text.find_first_of(std::string_view(ends, 3)));
    m_text.remove_prefix(field.size());
    return {std::string(field), false};
  }

  CsvField quoted_field() {
    const std::size_t begin = m_line;
    CsvField field{"", true};
    m_text.remove_prefix(1);
    for (;;) {
      if (m_text.empty()) fail(begin, "a quote is opened here and never closed");
      const char character = m_text.front();
      if (character == '"') {
        m_text.remove_prefix(1);
        if (!m_text.starts_with('"')) break;
      } else if (character == '\n') {
        ++m_line;
      }
      field.text += character;
      m_text.remove_prefix(1);
    }
    if (!m_text.empty() && m_text.front() != m_separator && m_text.front() != '\n' && m_text.front() != '\r') {
      fail(m_line,
           std::string("a closing quote is followed by '") + m_text.front() + "'; a separator or the line's end fits");
    }
    return field;
  }

  [[noreturn]] void fail(std::size_t line, const std::string& what) const {
    throw IoError(m_name + ", line " + std::to_string(line) + ": " + what);
  }

  std::string_view m_text;
  char m_separator;
  const std::string& m_name;
  std::size_t m_line = 1;
};

}  // namespace

std::vector<CsvRecord> read_csv_records(ByteSpan bytes, char separator, const std::string& name) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return Reader(text, separator, name).records();
}

}  // namespace xtape::data
