// Compares what a program printed with what is committed: words must be equal, numbers agree to a relative tolerance or
// to one unit of the last digit printed. Usage: compare_output EXPECTED PRINTED TOLERANCE
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <regex>
#include <string>
#include <vector>

namespace {

std::vector<std::string> lines_of(const char* path) {
  std::ifstream in(path);
  if (!in) {
    std::cerr << path << " cannot be read\n";
    std::exit(2);
  }
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

struct Piece {
  std::string text;
  bool is_number;
};

// Numbers and the words between them; spaces only separate.
std::vector<Piece> pieces_of(const std::string& line) {
  static const std::regex piece(R"(-?\d+(\.\d*)?(e[-+]?\d+)?|[^\s\d-]+|-)");
  std::vector<Piece> pieces;
  for (std::sregex_iterator at(line.begin(), line.end(), piece), end; at != end; ++at) {
    const std::string text = at->str();
    pieces.push_back({text, std::isdigit(static_cast<unsigned char>(text.back())) || text.back() == '.'});
    if (!std::any_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); })) {
      pieces.back().is_number = false;
    }
  }
  return pieces;
}

// What one more in the last digit printed makes; whole numbers have no such digit.
double last_digit(const std::string& number) {
  const std::size_t point = number.find('.'), power = number.find('e');
  if (point == number.npos) return 0.0;
  const std::size_t end = power == number.npos ? number.size() : power;
  const int exponent = power == number.npos ? 0 : std::stoi(number.substr(power + 1));
  return 1.01 * std::pow(10.0, exponent - static_cast<int>(end - point - 1));
}

bool agree(const Piece& expected, const Piece& printed, double tolerance) {
  if (!expected.is_number || !printed.is_number) return expected.text == printed.text;
  const double a = std::stod(expected.text), b = std::stod(printed.text);
  const double allowed = tolerance * std::max(std::abs(a), std::abs(b));
  return std::abs(a - b) <= std::max({allowed, last_digit(expected.text), last_digit(printed.text)});
}

bool agree(const std::string& expected, const std::string& printed, double tolerance) {
  const std::vector<Piece> a = pieces_of(expected), b = pieces_of(printed);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [tolerance](const Piece& x, const Piece& y) { return agree(x, y, tolerance); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::vector<std::string> expected = lines_of(argv[1]), printed = lines_of(argv[2]);
  const double tolerance = std::atof(argv[3]);
  int differences = 0;
  for (std::size_t i = 0; i < std::max(expected.size(), printed.size()); ++i) {
    const std::string committed = i < expected.size() ? expected[i] : "(nothing)";
    const std::string now = i < printed.size() ? printed[i] : "(nothing)";
    if (agree(committed, now, tolerance)) continue;
    std::cout << "line " << i + 1 << "\n  committed: " << committed << "\n  printed:   " << now << "\n";
    ++differences;
  }
  std::cout << printed.size() << " lines, " << differences << " differ by more than " << tolerance << "\n";
  return differences == 0 ? 0 : 1;
}
