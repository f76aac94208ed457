// Prints docs/ops.md from the op table; a test compares the two. `./dev docs` writes it anew.

#include <autograd/ops/op_table.hpp>

#include <cstdio>
#include <string>

using namespace xtape;

namespace {

// Text that stands in a table cell.
std::string escaped(const std::string& text) {
  std::string result;
  for (char c : text) result += c == '|' ? std::string("\\|") : std::string(1, c);
  return result;
}
std::string code(const std::string& text) { return "`" + escaped(text) + "`"; }

std::string rules_of(const OpEntry& op) {
  std::string text;
  for (const std::string& rule : op.rules) {
    if (rule == "zero" && op.cases.empty()) continue;
    text += (text.empty() ? "" : ", ") + (rule == "pass" ? "`g`" : rule == "zero" ? "0" : code(formula_of(rule)));
  }
  return text;
}

void print_row(const OpEntry& op) {
  if (op.value.empty()) {
    std::printf("| `%s` | %s | %s |\n", op.name.c_str(), escaped(op.documentation).c_str(),
                op.cases.empty() ? "none" : "yes");
  } else {
    std::printf("| `%s` | %s | %s | %s | %s |\n", op.name.c_str(), code(formula_of(op.value)).c_str(),
                rules_of(op).c_str(), op.kind.c_str(), escaped(op.documentation).c_str());
  }
}

}  // namespace

int main() {
  std::puts("# Operations\n");
  std::puts(
      "Made from the op table by `./dev docs`; the sources are in `autograd/ops/`. In formulas `x` (or `a`, `b`, ...)");
  std::puts(
      "are the inputs, `y` is the result and `g` its gradient. Every rule is differentiable again. An op without a");
  std::puts("formula here has its rule beside its forward in the family's source.");
  std::string family;
  for (const OpEntry& op : op_table()) {
    if (op.family != family) {
      family = op.family;
      std::printf("\n## %c%s\n\n", static_cast<char>(std::toupper(family[0])), family.c_str() + 1);
      if (!op.value.empty()) {
        std::puts("Integers become floating (`floating`), stay integers (`numeric`), or the result is `boolean`.\n");
      }
      std::puts(op.value.empty() ? "| op | | gradient |\n|---|---|---|"
                                 : "| op | value | gradient of each input | kind | |\n|---|---|---|---|---|");
    }
    print_row(op);
  }
}
