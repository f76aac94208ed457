#include <autograd/kernels/batches.hpp>
#include <autograd/kernels/lapack.hpp>
#include <autograd/ops/matrices.hpp>
#include <autograd/profile.hpp>

namespace xtape {

std::ptrdiff_t batch_offset(std::size_t index, const Shape& batches, const Strides& strides) {
  std::ptrdiff_t offset = 0;
  for (std::size_t axis = batches.size(); axis-- > 0;) {
    offset += static_cast<std::ptrdiff_t>(index % batches[axis]) * strides[axis];
    index /= batches[axis];
  }
  return offset;
}

std::string matrix_name(std::size_t index, const Shape& shape) {
  if (shape.size() == 2) return "the matrix of shape " + to_string(shape);
  Shape place(shape.begin(), shape.end() - 2);
  for (std::size_t axis = place.size(); axis-- > 0;) {
    const std::size_t size = place[axis];
    place[axis] = index % size;
    index /= size;
  }
  return "matrix " + to_string(place) + " of shape " + to_string(shape);
}

void require_matrix(const char* op, const Tensor& x) {
  if (x.dimension() >= 2) return;
  throw ShapeError(std::string(op) + ": shape " + to_string(x.shape()) + " is no matrix; it must be (..., m, n)");
}

void require_square(const char* op, const Tensor& x) {
  if (x.dimension() >= 2 && x.shape(-1) == x.shape(-2)) return;
  throw ShapeError(std::string(op) + ": shape " + to_string(x.shape()) +
                   " is no square matrix; it must be (..., n, n)");
}

LuFactors::LuFactors(const Tensor& a) : factors(a.detach().clone()), zero_pivots(element_count(batch_shape(a))) {
  const profile::Op profiled("lu_factor", a);
  const std::size_t n = a.shape(-1);
  pivots.resize(count() * n);
  visit_floating(a.dtype(), [&]<class T>(TypeTag<T>) {
    auto* matrices = static_cast<T*>(factors.mutable_data());
    kernels::for_each_matrix(count(), n * n * n / 3, [&](std::size_t i) {
      zero_pivots[i] = kernels::lu_factor(n, matrices + i * n * n, pivots.data() + i * n);
    });
  });
  profiled.result(factors);
}

void LuFactors::require_regular(const char* op) const {
  for (std::size_t i = 0; i < count(); ++i) {
    if (zero_pivots[i] == 0) continue;
    const std::string row = std::to_string(zero_pivots[i] - 1);
    throw LinalgError(std::string(op) + ": " + matrix_name(i, factors.shape()) + " is singular: pivot " + row +
                      " is zero, row " + row + " depends on those before it; see pinv() and lstsq()");
  }
}

}  // namespace xtape
