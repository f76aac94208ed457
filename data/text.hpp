#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <data/dataset.hpp>

/// Text as sequences of numbers: cut into characters or words, numbered by a vocabulary, read in windows.
namespace xtape::data {

/// A file's text, plain or compressed with gzip. Throws IoError where it cannot be read.
std::string read_text(const std::filesystem::path& path);

/// The characters of a text: code points of UTF-8; a byte that is not part of one stands for itself.
std::vector<std::string> characters(std::string_view text);

struct WordOptions {
  bool lower_case = true;  ///< of the letters A to Z
};

/// The words of a text: runs of letters, digits and bytes beyond ASCII, with apostrophes between them; every other sign
/// but blanks is a word of its own. Example: `data::words("You say goodbye.")` is you, say, goodbye and a full stop.
std::vector<std::string> words(std::string_view text, WordOptions options = {});

/// How a vocabulary numbers tokens.
enum class TokenOrder {
  sorted,      ///< by their bytes
  appearance,  ///< as they first come in the text
  frequency    ///< the most frequent first, equally frequent ones as they first come
};

struct VocabularyOptions {
  TokenOrder order = TokenOrder::sorted;
  std::vector<std::string> special = {};  ///< tokens that come before all others, in this order
  std::string unknown = "";               ///< one of the special tokens, in place of tokens that are not known
  std::size_t least_count = 1;            ///< rarer tokens are left out
  std::size_t most_tokens = 0;            ///< special ones included: only the most frequent are kept; 0: all
};

/// Numbers for tokens. Example:
///
///     const std::vector<std::string> tokens = data::words("You say goodbye and I say hello.");
///     data::Vocabulary vocabulary(tokens, {.order = data::TokenOrder::appearance});
///     Tensor ids = vocabulary.encode(tokens);  // 0 1 2 3 4 1 5 6
class Vocabulary {
 public:
  /// The tokens of a text. Throws Error where `unknown` is not among the special ones, or one of these comes twice.
  explicit Vocabulary(const std::vector<std::string>& tokens, const VocabularyOptions& options = {});

  std::size_t size() const noexcept { return m_tokens.size(); }
  const std::vector<std::string>& tokens() const noexcept { return m_tokens; }
  bool contains(const std::string& token) const { return m_ids.contains(token); }
  /// The number of a token; of one that is not known, that of `unknown`, or IndexError where there is none.
  std::int64_t id(const std::string& token) const;
  /// The token of a number. Throws IndexError.
  const std::string& token(std::int64_t id) const;

  /// The numbers of tokens, (N,) int64.
  Tensor encode(const std::vector<std::string>& tokens) const;
  /// The tokens of numbers, any integer tensor, with `separator` between them. Throws IndexError, DtypeError. Example:
  /// `vocabulary.decode(ids)` of characters, `vocabulary.decode(ids, " ")` of words.
  std::string decode(const Tensor& ids, const std::string& separator = "") const;

 private:
  std::vector<std::string> m_tokens;
  std::map<std::string, std::int64_t> m_ids;
  std::int64_t m_unknown = -1;
};

struct WindowOptions {
  std::size_t length = 32;
  std::size_t stride = 0;   ///< from one window to the next; 0: the length, so that they do not overlap
  std::size_t streams = 1;  ///< cuts the sequence into so many pieces of one length and takes their windows in turn
};

/// Windows of a sequence (T,) for the prediction of what follows: inputs (N, length), targets (N, length), the same one
/// place later. Read in order in batches of `streams` windows, each row of a batch goes on where that row of the batch
/// before ended: what a recurrent network that keeps its state needs. Throws ShapeError where the sequence is shorter
/// than a window, or a piece of it. Example: `data::windows(vocabulary.encode(tokens), {.length = 64})`.
Dataset windows(const Tensor& sequence, WindowOptions options = {});

}  // namespace xtape::data
