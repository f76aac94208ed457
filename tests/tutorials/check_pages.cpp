// Reads the pages of all chapters and says what they promise and don't have. Usage: check_pages TUTORIALS_FOLDER
//   - a ```cpp block stands in a source file of its chapter (or in one that the page links to), lines one after the
//     other, moved to the left as a whole;
//   - a ```text block stands so in the committed output of one of the chapter's programs;
//   - a figure exists; every program and every figure in out/ is on the page;
//   - README.ja.md has the same blocks and figures as README.md, in the same order, and as many headings.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

using Lines = std::vector<std::string>;

int failures = 0;

void complain(const fs::path& page, const std::string& words) {
  std::cout << page.string() << ": " << words << "\n";
  ++failures;
}

Lines lines_of(const fs::path& path) {
  std::ifstream in(path);
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Block {
  std::string language;
  Lines lines;
};

struct Page {
  fs::path path;
  std::vector<Block> blocks;
  Lines figures;
  std::set<std::string> links;
  int headings = 0;

  explicit Page(fs::path file) : path(std::move(file)) {
    static const std::regex link(R"((!?)\[[^\]]*\]\(([^)#]+)[^)]*\))");
    bool inside = false;
    for (const std::string& line : lines_of(path)) {
      if (line.rfind("```", 0) == 0) {
        inside = !inside;
        if (inside) blocks.push_back({line.substr(3), {}});
      } else if (inside) {
        blocks.back().lines.push_back(line);
      } else {
        if (line.rfind('#', 0) == 0) ++headings;
        for (std::sregex_iterator at(line.begin(), line.end(), link), end; at != end; ++at) {
          links.insert((*at)[2]);
          if ((*at)[1] == "!") figures.push_back((*at)[2]);
        }
      }
    }
  }
};

bool is_blank(const std::string& line) { return line.find_first_not_of(' ') == line.npos; }

// Whether the block's lines stand in the file, each with the same further indentation.
bool stands_in(const Lines& block, const Lines& file) {
  for (std::size_t start = 0; start + block.size() <= file.size(); ++start) {
    const std::size_t at = file[start].find(block[0]);
    if (at == std::string::npos || !is_blank(file[start].substr(0, at))) continue;
    const std::string indent(at, ' ');
    if (std::equal(block.begin(), block.end(), file.begin() + static_cast<std::ptrdiff_t>(start),
                   [&](const std::string& a, const std::string& b) {
                     return (is_blank(a) && is_blank(b)) || indent + a == b;
                   })) {
      return true;
    }
  }
  return false;
}

void check_block(const Page& page, const Block& block) {
  const bool is_code = block.language == "cpp";
  if (block.lines.empty() || (!is_code && block.language != "text")) return;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(page.path.parent_path())) {
    if (entry.path().extension() == (is_code ? ".cpp" : ".txt")) files.push_back(entry.path());
  }
  for (const std::string& link : page.links) {
    const fs::path file = page.path.parent_path() / link;
    if (fs::is_regular_file(file)) files.push_back(file);
  }
  const bool found = std::any_of(files.begin(), files.end(),
                                 [&](const fs::path& file) { return stands_in(block.lines, lines_of(file)); });
  if (!found) complain(page.path, "no file has the " + block.language + " block '" + block.lines[0] + " ...'");
}

void check_page(const Page& page) {
  const fs::path folder = page.path.parent_path();
  for (const Block& block : page.blocks) check_block(page, block);
  for (const std::string& link : page.links) {
    if (link.find("://") == link.npos && !fs::exists(folder / link)) complain(page.path, link + " does not exist");
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (entry.path().extension() != ".cpp") continue;
    if (!page.links.count(name)) complain(page.path, "does not link " + name);
    if (!fs::exists(fs::path(entry.path()).replace_extension(".txt"))) complain(page.path, name + " has no output");
  }
  if (!fs::is_directory(folder / "out")) return;
  for (const auto& entry : fs::directory_iterator(folder / "out")) {
    const std::string figure = "out/" + entry.path().filename().string();
    if (!page.links.count(figure)) complain(page.path, "does not show " + figure);
  }
}

void compare(const Page& english, const Page& japanese) {
  const auto same = [](const Block& a, const Block& b) { return a.language == b.language && a.lines == b.lines; };
  if (!std::equal(english.blocks.begin(), english.blocks.end(), japanese.blocks.begin(), japanese.blocks.end(), same)) {
    complain(japanese.path, "its blocks are not those of README.md");
  }
  if (english.figures != japanese.figures) complain(japanese.path, "its figures are not those of README.md");
  if (english.headings != japanese.headings) complain(japanese.path, "has other headings than README.md");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  int chapters = 0;
  for (const auto& entry : fs::directory_iterator(argv[1])) {
    if (entry.path().filename().string().rfind("ch", 0) != 0) continue;
    ++chapters;
    const fs::path english = entry.path() / "README.md", japanese = entry.path() / "README.ja.md";
    for (const fs::path& page : {english, japanese}) {
      if (fs::exists(page)) {
        check_page(Page(page));
      } else {
        complain(page, "does not exist");
      }
    }
    if (fs::exists(english) && fs::exists(japanese)) compare(Page(english), Page(japanese));
  }
  std::cout << chapters << " chapters, " << failures << " faults\n";
  return failures == 0 && chapters > 0 ? 0 : 1;
}
