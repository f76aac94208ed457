// einsum, tensordot and the like: values against loops over all labels, how they are lowered, and errors.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <map>
#include <xtape.hpp>

using namespace xtape;

namespace {

Tensor doubles(const Shape& shape) { return randn(shape, {.dtype = float64}); }

bool close(const Tensor& a, const Tensor& b, double tolerance = 1e-12) {
  return a.shape() == b.shape() && (a.size() == 0 || amax(abs(a - b)).item() <= tolerance);
}

// The definition: for every value of every label, the product of the operands' elements, added where it belongs.
Tensor einsum_by_loops(const std::string& inputs, const std::string& output, const Tensors& operands) {
  std::map<char, std::size_t> sizes, at;
  std::vector<std::string> parts(1);
  for (char letter : inputs) letter == ',' ? parts.emplace_back() : parts.back() += letter;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (std::size_t axis = 0; axis < parts[i].size(); ++axis) {
      std::size_t& size = sizes.try_emplace(parts[i][axis], 1).first->second;
      if (operands[i].shape()[axis] != 1) size = operands[i].shape()[axis];
    }
  }
  const auto position = [&](const std::string& labels, const Shape& shape) {
    std::size_t flat = 0;
    for (std::size_t axis = 0; axis < labels.size(); ++axis) {
      flat = flat * shape[axis] + (shape[axis] == 1 ? 0 : at[labels[axis]]);
    }
    return static_cast<std::ptrdiff_t>(flat);
  };
  Shape shape;
  std::size_t count = 1;
  for (char label : output) shape.push_back(sizes[label]);
  for (const auto& [label, size] : sizes) count *= size;
  const Tensor result = zeros(shape, {.dtype = float64});
  for (std::size_t n = 0; n < count; ++n) {
    std::size_t rest = n;
    for (const auto& [label, size] : sizes) {
      at[label] = rest % size;
      rest /= size;
    }
    double product = 1.0;
    for (std::size_t i = 0; i < parts.size(); ++i) product *= operands[i].item(position(parts[i], operands[i].shape()));
    static_cast<double*>(result.mutable_data())[position(output, shape)] += product;
  }
  return result;
}

void check_einsum(const std::string& inputs, const std::string& output, const Tensors& operands) {
  INFO(inputs << "->" << output);
  const Tensor expected = einsum_by_loops(inputs, output, operands);
  CHECK(close(einsum(inputs + "->" + output, operands), expected));
  Tensors turned, narrow;  // in another order in memory, and as float32
  for (const Tensor& operand : operands) {
    turned.push_back(transpose(transpose(operand).clone()));
    narrow.push_back(astype(operand, float32));
  }
  CHECK(close(einsum(inputs + " -> " + output, turned), expected));
  const Tensor single = einsum(inputs + "->" + output, narrow);
  CHECK(single.dtype() == float32);
  CHECK(close(astype(single, float64), expected, 1e-3));
}

}  // namespace

TEST_CASE("einsum agrees with loops over all labels") {
  const Tensor v3 = doubles({3}), v4 = doubles({4}), m34 = doubles({3, 4}), m45 = doubles({4, 5}),
               m33 = doubles({3, 3});
  const Tensor t234 = doubles({2, 3, 4}), t245 = doubles({2, 4, 5}), t433 = doubles({4, 3, 3});
  check_einsum("ij,jk", "ik", {m34, m45});
  check_einsum("ij,jk", "ki", {m34, m45});
  check_einsum("ij,jk", "", {m34, m45});
  check_einsum("ij,jk", "j", {m34, m45});
  check_einsum("ij,jk", "ijk", {m34, m45});
  check_einsum("bij,bjk", "bik", {t234, t245});
  check_einsum("bij,bjk", "kib", {t234, t245});
  check_einsum("bij,bjk", "b", {t234, t245});
  check_einsum("bij,bjk", "ik", {t234, t245});
  check_einsum("bij,jk", "bik", {t234, m45});
  check_einsum("bij,ij", "b", {t234, m34});
  check_einsum("bij,bij", "bj", {t234, t234});
  check_einsum("bij,ji", "ij", {t234, transpose(m34)});
  check_einsum("i,j", "ij", {v3, v4});
  check_einsum("i,ij,j", "", {v3, m34, v4});
  check_einsum("i,i,i,ij", "j", {v3, v3, v3, m34});
  check_einsum("ij,jk,kl,li", "", {m34, m45, transpose(m45), transpose(m34)});
  check_einsum("ij,jk,lk,ml", "im", {m34, m45, doubles({2, 5}), doubles({6, 2})});
  check_einsum("ii", "i", {m33});
  check_einsum("ii", "", {m33});
  check_einsum("kii", "ik", {t433});
  check_einsum("iki", "k", {doubles({3, 2, 3})});
  check_einsum("iii", "i", {doubles({3, 3, 3})});
  check_einsum("iijj", "ij", {doubles({2, 2, 3, 3})});
  check_einsum("ijij", "ji", {doubles({2, 3, 2, 3})});
  check_einsum("kii,ik", "k", {t433, m34});
  check_einsum("bij", "jb", {t234});
  check_einsum("Ba,aB", "B", {m34, transpose(m34)});
  check_einsum("ij,ij", "ij", {m34, doubles({1, 4})});  // size 1 broadcasts against 3 and 4
  check_einsum("ij,jk", "ijk", {doubles({3, 1}), m45});
  check_einsum("ij,jk", "ik", {doubles({3, 1}), m45});
  check_einsum("ij,ij", "", {doubles({3, 1}), doubles({1, 4})});
  check_einsum("ij,jk", "ik", {doubles({1, 1}), doubles({1, 1})});
  check_einsum(",ij", "ji", {doubles({}), m34});
  check_einsum("ij,jk", "ik", {doubles({3, 0}), doubles({0, 2})});
  check_einsum("ij,jk", "k", {doubles({0, 3}), doubles({3, 2})});
}

TEST_CASE("einsum: ellipses, and outputs that are not given") {
  const Tensor a = doubles({2, 1, 3, 4}), b = doubles({5, 4, 2}), m = doubles({3, 4});
  CHECK(close(einsum("...ij,...jk->...ik", {a, b}), matmul(a, b)));
  CHECK(close(einsum("...ij,...jk", {a, b}), matmul(a, b)));
  CHECK(close(einsum("i...,i...->...", {m, m}), sum(m * m, {0})));
  CHECK(close(einsum("...,...", {a, m}), a * m));
  CHECK(close(einsum("i...", {m}), transpose(m)));  // "..." comes first
  CHECK(close(einsum("...i->i...", {a}), transpose(a, {3, 0, 1, 2})));
  CHECK(close(einsum("i...->i", {m}), sum(m, {1})));
  CHECK(close(einsum("ij->...ij", {m}), m));
  CHECK(close(einsum("...ii->...i", {doubles({2, 3, 3}) * 0.0 + eye(3)}), ones({2, 3}, {.dtype = float64})));
  CHECK(close(einsum("ba", {m}), transpose(m)));
  CHECK(close(einsum("aB", {m}), transpose(m)));  // capitals before small letters
  CHECK(close(einsum("ij,ji", {m, transpose(m)}), sum(m * m)));
  CHECK(close(einsum("ii", {matmul(m, transpose(m))}), sum(m * m)));
}

TEST_CASE("einsum becomes matrix products where labels are summed, and elementwise ones elsewhere") {
  const auto op_of = [](const char* subscripts, const Shape& a, const Shape& b) {
    return einsum(subscripts, {doubles(a).requires_grad_(), doubles(b)}).op_name();
  };
  CHECK(op_of("bij,bjk->bik", {2, 3, 4}, {2, 4, 5}) == "matmul");
  CHECK(op_of("ij,ij->ij", {3, 4}, {3, 4}) == "multiply");
  CHECK(op_of("i,j->ij", {3}, {4}) == "multiply");
  CHECK(op_of("bi,bi->b", {3, 4}, {3, 4}) == "sum");
  // A chain from its short end: the 100 x 100 product is never made.
  const Tensor v = doubles({100}), a = doubles({100, 2}), b = doubles({2, 100});
  CHECK(close(einsum("ij,jk,k->i", {a, b, v}), matmul(a, matmul(b, v)), 1e-9));
}

TEST_CASE("einsum: dtypes") {
  const Tensor integers = Tensor(xt::xarray<std::int64_t>{{1, 2}, {3, 4}});
  CHECK(einsum("ij->ji", {integers}).dtype() == float64);
  CHECK(einsum("ij,jk", {integers, ones({2, 2})}).dtype() == float64);
  CHECK(einsum("ij,jk", {integers, integers}).item(3) == 22.0);
  CHECK(einsum("i,i", {ones({2}) > 0.0, ones({2}) > 0.0}).item() == 2.0);
}

TEST_CASE("einsum: errors name the label, the operand and the sizes") {
  const Tensor a = ones({2, 3}), b = ones({4, 5});
  const auto shape_error = [&](const char* subscripts, const Tensors& operands) {
    return message_of<ShapeError>([&] { einsum(subscripts, operands); });
  };
  const auto error = [&](const char* subscripts, const Tensors& operands) {
    return message_of<Error>([&] { einsum(subscripts, operands); });
  };
  check_says(shape_error("ij,jk->ik", {a, b}), {"\"ij,jk->ik\"", "label 'j'", "size 3 in operand 0 of shape (2, 3)",
                                                "size 4 in operand 1 of shape (4, 5)"});
  check_says(shape_error("ii->i", {a}), {"label 'i'", "size 2 in operand 0", "size 3 in operand 0"});
  check_says(shape_error("ii->i", {ones({1, 3})}), {"size 1 in operand 0", "size 3 in operand 0"});
  check_says(shape_error("...i,...i->i", {a, ones({4, 3})}), {"axis -1 of \"...\"", "size 2", "size 4"});
  check_says(shape_error("ij,ijk", {a, b}), {"operand 1 of shape (4, 5)", "2 axes", "\"ijk\" has 3 labels"});
  check_says(shape_error("...ijk", {a}), {"operand 0 of shape (2, 3)", "3 labels"});
  check_says(error("ij,jk", {a}), {"2 parts", "1 operands"});
  check_says(error("ij->ijj", {a}), {"label 'j'", "more than once"});
  check_says(error("ij->ik", {a}), {"label 'k'", "in no operand"});
  check_says(error("i1", {a}), {"'1'", "letters"});
  check_says(error("i..j", {a}), {"'.'", "\"...\""});
  check_says(error("......", {a}), {"\"...\""});
  check_says(error("ij->i->j", {a}), {"'-'"});
  check_says(error("", {}), {"1 parts", "0 operands"});
}

TEST_CASE("dot, vdot, outer and tensordot: shapes and values as NumPy's") {
  const Tensor a = doubles({2, 3, 4}), b = doubles({5, 4, 2}), v = doubles({4});
  CHECK(close(dot(a, b), einsum_by_loops("ijk,lkm", "ijlm", {a, b})));
  CHECK(close(dot(a, v), einsum_by_loops("ijk,k", "ij", {a, v})));
  CHECK(close(dot(v, b), einsum_by_loops("k,lkm", "lm", {v, b})));
  CHECK(close(dot(v, v), sum(v * v)));
  CHECK(close(dot(Tensor(2.0), a), a * 2.0));
  CHECK(close(vdot(a, reshape(a, {4, 6})), sum(a * a)));
  CHECK(close(outer(view(a, {0}), v), einsum_by_loops("i,j", "ij", {flatten(view(a, {0})), v})));
  CHECK(outer(Tensor(xt::xarray<std::int64_t>{1, 2}), Tensor(xt::xarray<std::int64_t>{3, 4})).dtype() == int64);
  const Tensor c = doubles({3, 4, 2});
  CHECK(close(tensordot(a, c), einsum_by_loops("ijk,jkl", "il", {a, c})));
  CHECK(close(tensordot(a, c, {0, 2}, {2, 1}), einsum_by_loops("ijk,lki", "jl", {a, c})));
  CHECK(close(tensordot(a, c, {2, 0}, {1, -1}), einsum_by_loops("ijk,lki", "jl", {a, c})));
  CHECK(tensordot(a, v, 0).shape() == Shape{2, 3, 4, 4});
  check_says(message_of<ShapeError>([&] { dot(a, a); }), {"dot", "(2, 3, 4) and (2, 3, 4)"});
  check_says(message_of<ShapeError>([&] { vdot(a, v); }), {"vdot", "24 and 4"});
  check_says(message_of<ShapeError>([&] { tensordot(a, a); }), {"(3, 4)", "(2, 3)", "must be equal"});
  check_says(message_of<ShapeError>([&] { tensordot(a, v, 2); }), {"2 axes", "(4,)"});
  check_says(message_of<ShapeError>([&] { tensordot(a, c, {0}, {2, 1}); }), {"(2,)", "(2, 4)"});
  CHECK_THROWS_AS(tensordot(a, c, {0}, {3}), IndexError);
}

TEST_CASE("addmm, baddbmm and bilinear") {
  const Tensor a = doubles({2, 3, 4}), b = doubles({2, 4, 5}), c = doubles({5});
  CHECK(close(baddbmm(c, a, b, {.beta = 2.0, .alpha = 0.5}), 2.0 * c + 0.5 * matmul(a, b)));
  CHECK(close(addmm(c, view(a, {0}), view(b, {0})), c + matmul(view(a, {0}), view(b, {0}))));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(close(baddbmm(c * nan, a, b, {.beta = 0.0}), matmul(a, b)));  // what is not asked for is not read
  CHECK_THROWS_WITH_AS(baddbmm(c, view(a, {0}), b), doctest::Contains("3 axes"), ShapeError);
  CHECK_THROWS_WITH_AS(addmm(ones({2}), view(a, {0}), view(b, {0})), doctest::Contains("(3, 5)"), ShapeError);
  const Tensor x = doubles({6, 3}), y = doubles({6, 4}), w = doubles({2, 3, 4});
  CHECK(close(bilinear(x, y, w), einsum_by_loops("ni,oij,nj", "no", {x, w, y})));
  CHECK_THROWS_WITH_AS(bilinear(y, x, w), doctest::Contains("(2, 3, 4)"), ShapeError);
  CHECK_THROWS_WITH_AS(bilinear(x, y, w, ones({3})), doctest::Contains("(2,)"), ShapeError);
}
