#include <autograd/dtype.hpp>

#include <ostream>

namespace xtape {

const char* to_string(DType dtype) noexcept {
  constexpr const char* names[] = {"boolean", "uint8", "int64", "float32", "float64"};
  return names[static_cast<std::size_t>(dtype)];
}

std::ostream& operator<<(std::ostream& out, DType dtype) { return out << to_string(dtype); }

}  // namespace xtape
