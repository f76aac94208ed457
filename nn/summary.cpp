#include <nn/summary.hpp>

#include <autograd/factories.hpp>
#include <autograd/random.hpp>
#include <autograd/tape.hpp>

#include <cxxabi.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ostream>
#include <typeinfo>
#include <unordered_set>

namespace xtape::nn {

namespace {

// --- names of types

// Where the scope starts that `text` ends with: at a template's bracket or a comma, if there is one, else in front.
std::size_t start_of_scope(const std::string& text) {
  const std::string opening = "(<{", closing = ")>}";
  std::size_t at = text.size(), open = 0;
  for (; at > 0; --at) {
    const char c = text[at - 1];
    if (closing.find(c) != std::string::npos) ++open;
    if (open == 0 && (c == ',' || opening.find(c) != std::string::npos)) break;
    if (opening.find(c) != std::string::npos) --open;
  }
  return at < text.size() && text[at] == ' ' ? at + 1 : at;
}

std::string without_scopes(const std::string& name) {
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.compare(i, 2, "::") == 0) {
      result.erase(start_of_scope(result));
      ++i;
    } else {
      result += name[i];
    }
  }
  return result;
}

std::string type_name(const Module& module) {
  const char* mangled = typeid(module).name();
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> name(abi::__cxa_demangle(mangled, nullptr, nullptr, &status),
                                                         &std::free);
  return without_scopes(status == 0 ? name.get() : mangled);
}

// --- the call

// Puts back, at the end of its scope, what a call may change: modes, buffers and the generator.
class Unchanged {
 public:
  explicit Unchanged(Module& module) : m_generator(random::default_generator()) {
    module.apply([&](Module& each) { m_modes.emplace_back(&each, each.is_training()); });
    for (const auto& [name, tensor] : module.named_buffers()) {
      m_buffers.push_back({tensor, tensor.clone(), tensor.impl()->storage->version()});
    }
  }
  ~Unchanged() {
    random::default_generator() = m_generator;
    // From parents to children, since train() passes the mode on.
    std::for_each(m_modes.rbegin(), m_modes.rend(), [](const auto& mode) { mode.first->train(mode.second); });
    const NoGrad guard;
    for (const auto& [tensor, values, version] : m_buffers) {
      if (tensor.impl()->storage->version() != version) tensor.assign(values);
    }
  }
  Unchanged(const Unchanged&) = delete;
  Unchanged& operator=(const Unchanged&) = delete;

 private:
  struct Buffer {
    Tensor tensor, values;
    std::uint32_t version;
  };
  random::Generator m_generator;
  std::vector<std::pair<Module*, bool>> m_modes;
  std::vector<Buffer> m_buffers;
};

// Fills a summary by hooks on all modules, for its lifetime.
class Watch {
 public:
  Watch(Module& module, Summary& summary) : m_summary(summary) {
    list(module, "", 0);
    for (std::size_t i = 0; i < m_modules.size(); ++i) {
      m_hooks.push_back(
          m_modules[i]->register_forward_hook([this, i](Module& called, const Tensor& x, const Tensor& y) {
            Summary::Row& row = m_summary.rows[i];
            ++row.calls;
            row.output_shape = y.shape();
            row.multiply_adds += called.multiply_adds(x, y);
            return Tensor();
          }));
    }
  }
  ~Watch() {
    for (std::size_t i = 0; i < m_hooks.size(); ++i) m_modules[i]->remove_hook(m_hooks[i]);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  void list(Module& module, const std::string& path, std::size_t depth) {
    const auto is_listed = [&](const Module* other) { return other->is_same(module); };
    if (std::any_of(m_modules.begin(), m_modules.end(), is_listed)) return;
    m_modules.push_back(&module);
    Summary::Row row{.path = path, .type = type_name(module), .depth = depth, .output_shape = {}};
    for (const auto& [name, tensor] : module.named_parameters()) {
      const bool own = name.find('.') == std::string::npos;
      if (own && m_counted.insert(tensor.impl()).second) row.parameters += tensor.size();
    }
    m_summary.rows.push_back(std::move(row));
    for (const auto& [name, child] : module.named_children()) {
      list(*child, path.empty() ? name : path + '.' + name, depth + 1);
    }
  }

  Summary& m_summary;
  std::vector<Module*> m_modules;  // of each row
  std::vector<unsigned> m_hooks;
  std::unordered_set<const TensorImpl*> m_counted;
};

// --- the table

// "1,234,567"
std::string grouped(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

using Cells = std::array<std::string, 5>;

Cells cells_of(const Summary::Row& row) {
  return {std::string(2 * row.depth, ' ') + row.type, row.path,
          row.calls == 0 ? "not called" : to_string(row.output_shape), grouped(row.parameters),
          grouped(row.multiply_adds)};
}

}  // namespace

Summary summary(Module& module, const Shape& input_shape, const SummaryOptions& options) {
  Summary result;
  const NamedTensors parameters = module.named_parameters();
  for (const auto& [name, tensor] : parameters) {
    result.parameters += tensor.size();
    if (tensor.requires_grad()) result.trainable_parameters += tensor.size();
  }
  const DType dtype = options.dtype.value_or(parameters.empty() ? float32 : parameters[0].second.dtype());
  {
    const Unchanged unchanged(module);
    const Watch watch(module, result);
    const NoGrad guard;
    module.eval();
    module(zeros(input_shape, {.dtype = dtype}));
  }
  for (const Summary::Row& row : result.rows) result.multiply_adds += row.multiply_adds;
  return result;
}

std::ostream& operator<<(std::ostream& out, const Summary& summary) {
  std::vector<Cells> lines{{"module", "path", "output shape", "parameters", "multiply-adds"}};
  for (const Summary::Row& row : summary.rows) lines.push_back(cells_of(row));
  lines.push_back({"total", "", "", grouped(summary.parameters), grouped(summary.multiply_adds)});
  std::array<std::size_t, 5> widths{};
  for (const Cells& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  for (const Cells& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string space(widths[i] - line[i].size(), ' ');
      const bool number = i >= 3;
      out << (i == 0 ? "" : "  ") << (number ? space + line[i] : line[i] + space);
    }
    out << '\n';
  }
  return out << "trainable parameters: " << grouped(summary.trainable_parameters) << '\n';
}

}  // namespace xtape::nn
