#include <autograd/tensor.hpp>

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <sstream>

namespace xtape {

namespace {

constexpr std::size_t longest_in_full = 1000;  // elements; as in NumPy, larger arrays show their edges only
constexpr std::size_t edge = 3;

std::string format_element(const Tensor& x, std::ptrdiff_t index) {
  switch (x.dtype()) {
    case DType::boolean:
      return x.item<bool>(index) ? "true" : "false";
    case DType::uint8:
    case DType::int64:
      return std::to_string(x.item<std::int64_t>(index));
    default:
      break;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", x.dtype() == float32 ? 6 : 8, x.item<double>(index));
  return text;
}

class Printer {
 public:
  explicit Printer(const Tensor& x) : m_x(x), m_abbreviated(x.size() > longest_in_full) { measure(0, 0); }

  void print(std::ostream& out, const std::string& indent) const { print(out, 0, 0, indent); }

 private:
  // Calls shown(i) for the elements along an axis that are printed, and gap() where some are left out.
  template <class Shown, class Gap>
  void walk(std::size_t axis, const Shown& shown, const Gap& gap) const {
    const std::size_t size = m_x.shape()[axis];
    const bool cut = m_abbreviated && size > 2 * edge;
    for (std::size_t i = 0; i < size; ++i) {
      if (cut && i == edge) {
        gap();
        i = size - edge;
      }
      shown(i);
    }
  }

  void measure(std::size_t axis, std::size_t index) {
    if (axis == m_x.dimension()) {
      m_width = std::max(m_width, format_element(m_x, static_cast<std::ptrdiff_t>(index)).size());
    } else {
      walk(
          axis, [&](std::size_t i) { measure(axis + 1, index * m_x.shape()[axis] + i); }, [] {});
    }
  }

  void print(std::ostream& out, std::size_t axis, std::size_t index, const std::string& indent) const {
    if (axis == m_x.dimension()) {
      const std::string text = format_element(m_x, static_cast<std::ptrdiff_t>(index));
      out << std::string(m_width - text.size(), ' ') << text;
      return;
    }
    const bool innermost = axis + 1 == m_x.dimension();
    std::string separator = ",";
    separator.append(innermost ? 0 : m_x.dimension() - axis - 1, '\n').append(innermost ? "" : indent).append(" ");
    const char* pending = "";
    out << '[';
    walk(
        axis,
        [&](std::size_t i) {
          out << pending;
          pending = separator.c_str();
          print(out, axis + 1, index * m_x.shape()[axis] + i, indent + " ");
        },
        [&] { out << pending << "..."; });
    out << ']';
  }

  const Tensor& m_x;
  bool m_abbreviated;
  std::size_t m_width = 0;
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  if (!tensor.defined()) return out << "tensor(undefined)";
  const std::string opening = "tensor(";
  out << opening;
  Printer(tensor).print(out, std::string(opening.size(), ' '));
  out << ", shape=" << to_string(tensor.shape()) << ", dtype=" << tensor.dtype();
  if (!tensor.name().empty()) out << ", name=" << tensor.name();
  if (!tensor.is_leaf()) {
    out << ", op=" << tensor.op_name();
  } else if (tensor.requires_grad()) {
    out << ", requires_grad";
  }
  return out << ')';
}

std::string to_string(const Tensor& tensor) {
  std::ostringstream out;
  out << tensor;
  return out.str();
}

}  // namespace xtape
