#include <doctest/doctest.h>

#include <xtape.hpp>

using namespace xtape;

TEST_CASE("any xtensor expression becomes a tensor whose dtype follows its values") {
  xt::xarray<double> a{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  const Tensor lazy = a + 1.0;
  CHECK(lazy.dtype() == float64);
  CHECK(lazy.shape() == Shape{2, 3});
  CHECK(lazy.item(4) == 6.0);
  const Tensor strided = xt::strided_view(a, {xt::all(), xt::range(0, 3, 2)});
  CHECK(strided.shape() == Shape{2, 2});
  CHECK(strided.item(3) == 6.0);
  xt::xarray<float, xt::layout_type::column_major> columns = a;
  CHECK(Tensor(columns).dtype() == float32);
  CHECK(Tensor(columns).item(1) == 2.0);
  CHECK(Tensor(xt::xarray<int>{1, 2}).dtype() == int64);
  CHECK(Tensor(xt::xarray<std::uint8_t>{1, 2}).dtype() == uint8);
  CHECK(Tensor(xt::xarray<bool>{true, false}).dtype() == boolean);
  CHECK(Tensor(xt::xarray<double>::from_shape({0, 3})).shape() == Shape{0, 3});
  CHECK(Tensor(2.5f).dtype() == float32);
  CHECK(Tensor(2).dtype() == int64);
  CHECK(Tensor(true).dtype() == boolean);
}

TEST_CASE("tensors and xtensor expressions mix in one formula") {
  const Tensor x = Tensor(xt::xarray<double>{1.0, 2.0}).requires_grad_();
  const xt::xarray<double> a{10.0, 20.0};
  const Tensor y = (x * a + a / x - (a + a) * x) * 1.0;
  CHECK(y.item(1) == 40.0 + 10.0 - 80.0);
  sum(y).backward();
  CHECK(x.grad().item(0) == 10.0 - 10.0 - 20.0);
  Tensor named = x;
  CHECK((named + 2.0 * a).item(0) == 21.0);
  CHECK((a > named).item<bool>(0));
}

TEST_CASE("array() reads the tensor's own memory and keeps it alive") {
  Tensor x = xt::xarray<double>{{1.0, 2.0}, {3.0, 4.0}};
  const double* memory = x.data<double>();
  auto a = x.array<double>();
  CHECK(a.data() == memory);
  x = Tensor();
  CHECK(a(1, 0) == 3.0);
  const xt::xarray<double> doubled = 2.0 * a;
  CHECK(doubled(1, 1) == 8.0);

  const Tensor y = xt::xarray<double>{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  const auto turned = transpose(y).array<double>();
  CHECK(turned.data() == y.data<double>());
  CHECK(turned(2, 1) == 6.0);
  CHECK(Tensor(turned).item(5) == 6.0);
  const auto flipped = view(y, {0, xt::range(2, xt::placeholders::_, -1)}).array<double>();
  CHECK(flipped(0) == 3.0);
  const auto repeated = broadcast_to(y, {2, 2, 3}).array<double>();
  CHECK(repeated(1, 1, 2) == 6.0);
  const auto small = Tensor(7.0).array<double>();  // the value lies in the record's own block
  CHECK(small() == 7.0);
}

TEST_CASE("dtypes promote by NumPy's table and C++ numbers take the tensor's") {
  const DType all_types[] = {boolean, uint8, int64, float32, float64};
  const DType table[5][5] = {{boolean, uint8, int64, float32, float64},
                             {uint8, uint8, int64, float32, float64},
                             {int64, int64, int64, float64, float64},
                             {float32, float32, float64, float32, float64},
                             {float64, float64, float64, float64, float64}};
  for (int i = 0; i < 5; ++i) {
    for (int j = 0; j < 5; ++j) {
      const Tensor sum = ones({2}, {.dtype = all_types[i]}) + ones({2}, {.dtype = all_types[j]});
      CHECK(sum.dtype() == table[i][j]);
      CHECK(sum.item(1) == (i + j == 0 ? 1.0 : 2.0));
    }
  }
  CHECK((ones({2}) * 2.0).dtype() == float32);
  CHECK((1 - ones({2}, {.dtype = int64})).dtype() == int64);
  CHECK((ones({2}, {.dtype = int64}) * 0.5).dtype() == float64);
  CHECK((ones({2}, {.dtype = uint8}) * 0.5).dtype() == float32);
  CHECK((ones({2}, {.dtype = boolean}) + 1).dtype() == int64);
  CHECK((ones({2}, {.dtype = int64}) / ones({2}, {.dtype = int64})).dtype() == float64);
  CHECK(sqrt(ones({2}, {.dtype = uint8})).dtype() == float32);
  CHECK(mean(ones({2}, {.dtype = int64})).dtype() == float64);
  CHECK(sum(ones({2}, {.dtype = boolean})).dtype() == int64);
  const Tensor wrapped = full({1}, 200, {.dtype = uint8}) + full({1}, 100, {.dtype = uint8});
  CHECK(wrapped.item<int>() == 44);                                                    // modulo 256, as in NumPy
  const Tensor big = full({1}, 0, {.dtype = int64}) + std::int64_t{9007199254740993};  // 2^53 + 1
  CHECK(big.item<std::int64_t>() == 9007199254740993);
}

TEST_CASE("item() and indices") {
  const Tensor x = xt::xarray<double>{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  CHECK(x.item(-1) == 6.0);
  CHECK(transpose(x).item(1) == 4.0);
  CHECK(x.item<float>(2) == 3.0f);
  CHECK(x(1, -1).item() == 6.0);
  CHECK_THROWS_AS(x.item(), ShapeError);
  CHECK_THROWS_AS(x.item(6), IndexError);
  CHECK_THROWS_AS(x(0), IndexError);
  CHECK_THROWS_AS(x(2, 0), IndexError);
  CHECK_THROWS_AS(x.data<float>(), DtypeError);
  CHECK_THROWS_AS(transpose(x).data<double>(), ShapeError);
  CHECK_THROWS_AS(Tensor().shape(), Error);
  CHECK(x.shape(-1) == 3);
  CHECK_THROWS_AS(x.shape(2), IndexError);
}

TEST_CASE("assign() writes in place, broadcasts and converts, and refuses what the tape would miss") {
  Tensor x = zeros({2, 3});
  const Tensor alias = view(x, {1});
  x.assign(Tensor(xt::xarray<double>{1.0, 2.0, 3.0}));
  CHECK(alias.item(2) == 3.0);
  view(x, {xt::all(), 0}).assign(Tensor(9));
  CHECK(x.item(3) == 9.0);
  CHECK_THROWS_AS(x.assign(zeros({4})), ShapeError);
  // Overlapping source and target.
  Tensor line = arange(5.0);
  view(line, {xt::range(1, 5)}).assign(view(line, {xt::range(0, 4)}));
  CHECK(line.item(1) == 0.0);
  CHECK(line.item(4) == 3.0);
  const Tensor p = zeros({2}, {.requires_grad = true});
  CHECK_THROWS_AS(p.assign(ones({2})), GradError);
  {
    NoGrad guard;
    p.assign(ones({2}));
  }
  CHECK(p.item(1) == 1.0);
}

TEST_CASE("handles, names and detach") {
  const Tensor x = ones({2}).named("x").requires_grad_();
  const Tensor same = x;
  CHECK(same.is_same(x));
  CHECK_FALSE(x.detach().is_same(x));
  CHECK_FALSE(x.detach().requires_grad());
  CHECK(x.detach().data<float>() == x.data<float>());
  CHECK(x.clone().data<float>() != x.data<float>());
  CHECK(same.name() == "x");
  CHECK((x * 2.0).op_name() == "multiply");
  CHECK(x.op_name().empty());
  CHECK_THROWS_AS(ones({2}, {.dtype = int64}).requires_grad_(), DtypeError);
  CHECK_THROWS_AS((x * 2.0).requires_grad_(false), GradError);
  CHECK_FALSE(x.requires_grad_(false).requires_grad());
}

TEST_CASE("printing") {
  CHECK(to_string(Tensor(xt::xarray<double>{{1.0, 2.5}, {-3.0, 4.0}})) ==
        "tensor([[  1, 2.5],\n        [ -3,   4]], shape=(2, 2), dtype=float64)");
  CHECK(to_string(Tensor(3)) == "tensor(3, shape=(), dtype=int64)");
  CHECK(to_string(zeros({0, 2})) == "tensor([], shape=(0, 2), dtype=float32)");
  CHECK(to_string(Tensor()) == "tensor(undefined)");
  CHECK(to_string(arange(2000.0)) == "tensor([   0,    1,    2, ..., 1997, 1998, 1999], shape=(2000,), dtype=float32)");
  CHECK(to_string(ones({1}).named("w").requires_grad_()) ==
        "tensor([1], shape=(1,), dtype=float32, name=w, requires_grad)");
}

TEST_CASE("an operation on an expiring tensor reuses its memory, on a named one never") {
  Tensor a = ones({1000});
  const float* memory = a.data<float>();
  const Tensor kept = a + 1.0;
  CHECK(kept.data<float>() != memory);
  const Tensor reused = std::move(a) * 3.0;
  CHECK(reused.data<float>() == memory);
  CHECK(reused.item(999) == 3.0);
  Tensor b = ones({1000});
  const Tensor watcher = view(b, {xt::range(0, 10)});
  const Tensor c = std::move(b) * 2.0;
  CHECK(watcher.item(0) == 1.0);
  CHECK(c.item(0) == 2.0);
  Tensor d = ones({10});
  const auto held = d.array<float>();
  const Tensor e = std::move(d) + 1.0;
  CHECK(held(0) == 1.0f);
}

TEST_CASE("a recorded operation reuses the memory of an expiring tensor that no rule reads") {
  const Tensor x = linspace(0.1, 1.0, 1000).requires_grad_();
  Tensor sum_of_two = x + 1.0;
  const void* memory = sum_of_two.raw_data();
  const Tensor y = tanh(std::move(sum_of_two));  // its rule reads the result alone
  CHECK(y.raw_data() == memory);
  Tensor read_by_rule = x + 1.0;
  memory = read_by_rule.raw_data();
  CHECK(square(std::move(read_by_rule)).raw_data() != memory);
  Tensor saved_elsewhere = tanh(x);  // tanh's own rule reads it
  memory = saved_elsewhere.raw_data();
  CHECK((std::move(saved_elsewhere) + 1.0).raw_data() != memory);
  Tensor constant = full({1000}, 2.0, {.dtype = float64});
  memory = constant.raw_data();
  CHECK((std::move(constant) * x).raw_data() != memory);  // x's rule reads the factor
  CHECK(gradcheck(
            [](const Tensors& in) { return tanh(in[0] * in[1] + in[1]) * exp(-(in[0] * in[0])) - sqrt(in[1] + 2.0); },
            {linspace(0.1, 1.0, 5), linspace(1.0, 2.0, 5)})
            .ok);
}

TEST_CASE("factories") {
  CHECK(arange(0.0, 1.0, 0.25).size() == 4);
  CHECK(arange(5.0, 0.0, -2.0).item(2) == 1.0);
  CHECK(arange(3.0, 1.0).size() == 0);
  CHECK_THROWS_AS(arange(0.0, 1.0, 0.0), Error);
  CHECK(linspace(0.0, 1.0, 11).item(10) == 1.0);
  CHECK(eye(2, 3).item(4) == 1.0);
  CHECK(full({2}, 7.0, {.dtype = int64}).item<std::int64_t>(1) == 7);
  CHECK(ones_like(zeros({2, 3}, {.dtype = uint8})).dtype() == uint8);
}
