#include <doctest/doctest.h>

#include <autograd/file.hpp>
#include <scratch_files.hpp>
#include <xtape.hpp>

#include <filesystem>
#include <fstream>
#include <thread>

using namespace xtape;
namespace fs = std::filesystem;

namespace {

auto writes(const std::string& text) {
  return [text](std::ostream& out) { out << text; };
}

}  // namespace

TEST_CASE("replace_file: the new content, or the old one and no leftovers") {
  const ScratchFolder folder;
  const fs::path file = folder / "a.txt";
  replace_file(file, writes("one"));
  CHECK(text_of(file) == "one");

  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  replace_file(file, writes("two"));
  CHECK(text_of(file) == "two");
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));

  CHECK_THROWS_AS(replace_file(file,
                               [](std::ostream& out) {
                                 out << "half";
                                 throw Error("stop");
                               }),
                  Error);
  CHECK(text_of(file) == "two");
  CHECK_THROWS_WITH_AS(replace_file(file, [](std::ostream& out) { out.setstate(std::ios::badbit); }),
                       doctest::Contains("a.txt'"), IoError);
  CHECK(folder.entries() == 1);

  fs::create_symlink("a.txt", folder / "link");
  replace_file(folder / "link", writes("through"));
  CHECK(fs::is_symlink(folder / "link"));
  CHECK(text_of(file) == "through");

  fs::create_directory(folder / "taken");
  CHECK_THROWS_AS(replace_file(folder / "taken", writes("x")), IoError);
  CHECK_THROWS_WITH_AS(replace_file(folder / "missing/b.txt", writes("x")), doctest::Contains("missing/b.txt'"),
                       IoError);
  CHECK(folder.entries() == 3);

  std::thread other([&] {
    for (int i = 0; i < 20; ++i) replace_file(file, writes("left"));
  });
  for (int i = 0; i < 20; ++i) replace_file(file, writes("right"));
  other.join();
  const std::string last = text_of(file);
  CHECK((last == "left" || last == "right"));
  CHECK(folder.entries() == 3);
}
