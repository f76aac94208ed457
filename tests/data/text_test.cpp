#include <xtape.hpp>

#include <expectations.hpp>
#include <scratch_files.hpp>

using namespace xtape;
using Tokens = std::vector<std::string>;

TEST_CASE("text is cut into characters of UTF-8") {
  CHECK(data::characters("ab\n") == Tokens{"a", "b", "\n"});
  CHECK(data::characters("\xc3\xa4x\xe2\x82\xac\xf0\x9f\x98\x80") ==
        Tokens{"\xc3\xa4", "x", "\xe2\x82\xac", "\xf0\x9f\x98\x80"});
  // Bytes that are no UTF-8 stand for themselves.
  CHECK(data::characters("\xc3(\xff\x80\xe2\x82") == Tokens{"\xc3", "(", "\xff", "\x80", "\xe2", "\x82"});
  CHECK(data::characters("").empty());
}

TEST_CASE("text is cut into words and signs") {
  CHECK(data::words("You say goodbye,\n\tand I don't.") ==
        Tokens{"you", "say", "goodbye", ",", "and", "i", "don't", "."});
  CHECK(data::words("You 'say' 3.5%", {.lower_case = false}) == Tokens{"You", "'", "say", "'", "3", ".", "5", "%"});
  CHECK(data::words("Gr\xc3\xbc\xc3\x9f"
                    "e") == Tokens{"gr\xc3\xbc\xc3\x9f"
                                   "e"});
  CHECK(data::words(" \n").empty());
}

TEST_CASE("the book's corpus has the book's numbers") {
  const Tokens tokens = data::words("You say goodbye and I say hello.");
  const data::Vocabulary vocabulary(tokens, {.order = data::TokenOrder::appearance});
  CHECK(vocabulary.size() == 7);
  const Tensor ids = vocabulary.encode(tokens);
  CHECK(identical(ids, Tensor(xt::xarray<std::int64_t>{0, 1, 2, 3, 4, 1, 5, 6})));
  CHECK(vocabulary.decode(ids, " ") == "you say goodbye and i say hello .");
}

TEST_CASE("vocabularies are ordered, and keep what is frequent") {
  const Tokens tokens = data::characters("bdacabba");  // b 3, a 3, d 1, c 1
  CHECK(data::Vocabulary(tokens).tokens() == Tokens{"a", "b", "c", "d"});
  CHECK(data::Vocabulary(tokens, {.order = data::TokenOrder::appearance}).tokens() == Tokens{"b", "d", "a", "c"});
  CHECK(data::Vocabulary(tokens, {.order = data::TokenOrder::frequency}).tokens() == Tokens{"b", "a", "d", "c"});
  CHECK(data::Vocabulary(tokens, {.least_count = 2}).tokens() == Tokens{"a", "b"});
  CHECK(data::Vocabulary(tokens, {.most_tokens = 3}).tokens() == Tokens{"a", "b", "d"});
  CHECK(data::Vocabulary(tokens, {.special = {"<end>", "c"}, .most_tokens = 3}).tokens() == Tokens{"<end>", "c", "b"});
}

TEST_CASE("unknown tokens stand for themselves nowhere") {
  const Tokens tokens = data::characters("abc");
  const data::Vocabulary strict(tokens);
  CHECK(strict.id("b") == 1);
  CHECK(strict.token(2) == "c");
  CHECK_FALSE(strict.contains("d"));
  check_says(message_of<IndexError>([&] { strict.encode({"a", "d"}); }), {"'d'", "among its 3"});
  check_says(message_of<IndexError>([&] { (void)strict.token(3); }), {"number 3", "3 tokens"});
  check_says(message_of<IndexError>([&] { (void)strict.decode(Tensor(std::int64_t{-1})); }), {"number -1"});
  check_says(message_of<DtypeError>([&] { (void)strict.decode(zeros({1})); }), {"decode", "float32"});

  const data::Vocabulary lenient(tokens, {.special = {"<unk>"}, .unknown = "<unk>"});
  CHECK(identical(lenient.encode({"a", "d"}), Tensor(xt::xarray<std::int64_t>{1, 0})));
  CHECK(lenient.decode(lenient.encode({"d", "c"})) == "<unk>c");
  check_says(message_of<Error>([&] { data::Vocabulary(tokens, {.unknown = "<unk>"}); }), {"'<unk>'", "special"});
  check_says(message_of<Error>([&] { data::Vocabulary(tokens, {.special = {"x", "x"}}); }), {"'x'", "twice"});
}

TEST_CASE("windows pair each run of a sequence with the run one place later") {
  const Tensor sequence = arange(10, {.dtype = int64});
  const data::Dataset windows = data::windows(sequence, {.length = 3});
  CHECK(identical(windows.inputs(), Tensor(xt::xarray<std::int64_t>{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}})));
  CHECK(identical(windows.targets(), windows.inputs() + 1));
  CHECK(identical(windows[-1].second, Tensor(xt::xarray<std::int64_t>{7, 8, 9})));
  const data::Dataset overlapping = data::windows(sequence, {.length = 4, .stride = 2});
  CHECK(identical(overlapping.inputs(), Tensor(xt::xarray<std::int64_t>{{0, 1, 2, 3}, {2, 3, 4, 5}, {4, 5, 6, 7}})));
  CHECK(data::windows(sequence, {.length = 9}).size() == 1);
  CHECK(data::windows(sequence, {.length = 2, .stride = 1}).size() == 8);
  CHECK(data::windows(arange(4), {.length = 2}).inputs().dtype() == float32);
}

TEST_CASE("streams go on from batch to batch") {
  data::DataLoader loader(data::windows(arange(25, {.dtype = int64}), {.length = 4, .streams = 3}), {.batch_size = 3});
  auto batch = loader.begin();
  CHECK(identical(batch->first, Tensor(xt::xarray<std::int64_t>{{0, 1, 2, 3}, {8, 9, 10, 11}, {16, 17, 18, 19}})));
  const Tensor last_targets = view(batch->second, {xt::all(), 3});
  ++batch;
  CHECK(identical(view(batch->first, {xt::all(), 0}), last_targets));
  CHECK(batch->second.item<int>(-1) == 24);
  ++batch;
  CHECK(batch == loader.end());
}

TEST_CASE("sequences that are too short are refused") {
  const auto message = [](std::size_t size, const data::WindowOptions& options) {
    return message_of<ShapeError>([&] { data::windows(zeros({size}, {.dtype = int64}), options); });
  };
  check_says(message(4, {.length = 4}), {"windows", "(4,)", "at least 5"});
  check_says(message(12, {.length = 4, .streams = 3}), {"3 streams", "at least 13"});
  check_says(message(12, {.length = 0}), {"windows of 0"});
  check_says(message_of<ShapeError>([] { data::windows(zeros({4, 4})); }), {"(4, 4)", "(T,)"});
}

TEST_CASE("texts are read from files, plain and gzipped") {
  const ScratchFolder folder;
  write_plainly(folder / "a.txt", bytes_of("to be\n"));
  write_plainly(folder / "a.txt.gz", data::gzip(bytes_of("to be\n")));
  CHECK(data::read_text(folder / "a.txt") == "to be\n");
  CHECK(data::read_text(folder / "a.txt.gz") == "to be\n");
  check_says(message_of<IoError>([&] { data::read_text(folder / "none.txt"); }), {"none.txt'", "No such file"});
}
