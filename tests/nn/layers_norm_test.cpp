#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <nn/reference.hpp>

using namespace xtape;
using known::wave, known::other_wave, known::with_waves, known::check_values;

namespace {

Tensor even_wave(const Shape& shape) { return other_wave(shape, 0.7); }

std::vector<std::string> keys_of(const nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : module.state_dict()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("normalising layers have PyTorch's state") {
  const std::vector<std::string> all{"bias", "num_batches_tracked", "running_mean", "running_var", "weight"};
  const nn::BatchNorm2d norm(3);
  CHECK(keys_of(norm) == all);
  CHECK(keys_of(nn::BatchNorm1d(3, {.affine = false, .track_running_stats = false})).empty());
  CHECK(keys_of(nn::InstanceNorm2d(3)).empty());
  CHECK(keys_of(nn::InstanceNorm1d(3, {.affine = true, .track_running_stats = true})) == all);
  CHECK(keys_of(nn::LayerNorm({2, 3})) == std::vector<std::string>{"bias", "weight"});
  CHECK(keys_of(nn::LayerNorm(3, {.bias = false})) == std::vector<std::string>{"weight"});
  CHECK(keys_of(nn::LayerNorm(3, {.elementwise_affine = false})).empty());
  CHECK(keys_of(nn::RMSNorm(3)) == std::vector<std::string>{"weight"});
  CHECK(keys_of(nn::GroupNorm(1, 3)) == std::vector<std::string>{"bias", "weight"});
  CHECK(keys_of(nn::LocalResponseNorm(3)).empty());

  CHECK(norm.num_batches_tracked.dtype() == int64);
  CHECK(norm.num_batches_tracked.shape() == Shape{});
  CHECK(identical(norm.weight, ones({3})));
  CHECK(identical(norm.bias, zeros({3})));
  CHECK(identical(norm.running_mean, zeros({3})));
  CHECK(identical(norm.running_var, ones({3})));
  CHECK(norm.parameters().size() == 2);
}

// torch.nn of PyTorch 1.13, float64, parameters and inputs as reference.hpp says.
TEST_CASE("BatchNorm trains on the batch and remembers, and evaluates from memory") {
  nn::BatchNorm1d norm = with_waves(nn::BatchNorm1d(2));
  check_values(norm(wave({2, 2, 3})),
               {1.34223573798, 2.03814052053, 0.725964037934, -0.400616388232, 0.0322400346984, 1.33612401643,
                1.93725601155, 0.422071827256, -0.733649200492, 0.240028743639, 1.49461681403, 1.47784703552});
  check_values(norm.running_mean, {0.0409087543714, 0.0129502064641});
  check_values(norm.running_var, {1.12113002062, 1.14088121859});
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 1);
  norm.eval();
  const Tensor x = wave({2, 2});
  const Tensor expected = (x - norm.running_mean) / sqrt(norm.running_var + 1e-5) * norm.weight + norm.bias;
  CHECK(known::distance(norm(x), expected) < 1e-14);
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 1);
}

TEST_CASE("BatchNorm without a momentum remembers the mean of all batches") {
  nn::BatchNorm1d norm = with_waves(nn::BatchNorm1d(2, {.momentum = {}}));
  (void)norm(wave({3, 2}));
  (void)norm(even_wave({4, 2}));
  check_values(norm.running_mean, {-0.042707616242, 0.165167189171});
  check_values(norm.running_var, {0.89117187374, 2.41370147125});
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 2);
  norm.eval();
  check_values(norm(wave({2, 2})), {1.96889680603, 1.57424390915, 1.08271371092, -0.321550909754});
}

TEST_CASE("BatchNorm without running statistics uses the batch's own in evaluation, too") {
  nn::BatchNorm2d norm(2, {.track_running_stats = false});
  const Tensor x = astype(wave({2, 2, 3, 1}), float32);
  const Tensor training = norm(x);
  norm.eval();
  CHECK(identical(norm(x), training));
}

TEST_CASE("a BatchNorm that refused its input has not counted it") {
  nn::BatchNorm1d norm(2);
  CHECK_THROWS_AS(norm(ones({1, 2})), ShapeError);
  CHECK(norm.num_batches_tracked.item<std::int64_t>() == 0);
  CHECK(identical(norm.running_var, ones({2})));
}

TEST_CASE("BatchNorm's gradients pass the batch's statistics") {
  nn::BatchNorm2d norm = with_waves(nn::BatchNorm2d(2));
  const auto f = [&](const Tensors& x) { return norm(x[0]) * even_wave({2, 2, 2, 1}); };
  CHECK(gradcheck(f, {wave({2, 2, 2, 1})}));
}

TEST_CASE("InstanceNorm normalises each example, single ones too, and may remember") {
  nn::InstanceNorm1d norm = with_waves(nn::InstanceNorm1d(2, {.affine = true, .track_running_stats = true}));
  check_values(norm(wave({2, 2, 3})),
               {0.908027698169, 2.14830671959, -0.190324950384, -0.0526450921532, 0.395864607237, 1.74690061296,
                2.17419343202, 0.85067217774, -0.15885614238, -0.384865476083, 1.24840859389, 1.22657701024});
  check_values(norm.running_mean, {0.0409087543714, 0.0129502064641});
  check_values(norm.running_var, {1.12464231756, 1.12905667274});
  norm.eval();
  check_values(norm(wave({2, 3})),
               {1.78225481875, 2.67304431717, 0.993399256411, -0.682541824759, -0.105382122715, 1.63318348595});
  nn::InstanceNorm2d images(3);
  const Tensor x = wave({2, 3, 2, 2});
  CHECK(identical(images(x), instance_norm(x)));
  CHECK(identical(images(view(x, {1})), view(instance_norm(x), {1})));
}

TEST_CASE("the other normalising layers compute what PyTorch's do") {
  check_values(with_waves(nn::GroupNorm(2, 4))(wave({1, 4, 2})),
               {1.41821847807, 2.08425657461, 0.595078012343, -0.47606099135, -0.313521563742, 0.610690428171,
                -0.144420786522, -0.272894586436});
  check_values(with_waves(nn::LayerNorm({2, 2}, {.eps = 1e-3}))(wave({2, 2, 2})),
               {1.41810462496, 1.60029757939, 0.207241895979, -0.335640020622, -0.267942403932, 1.27518388046,
                0.79813984437, -0.272878499731});
  check_values(nn::LocalResponseNorm(3, {.alpha = 0.5, .beta = 0.6, .k = 2.0})(wave({1, 4, 2})),
               {0.605002468221, 0.962764100205, 0.0497227180938, -0.893893273653, -0.600786040341, 0.691986263078,
                0.984497970089, -0.211081915879});
  const Tensor x = wave({2, 3});
  nn::RMSNorm rms = with_waves(nn::RMSNorm(3, {.eps = 0.1}));  // not in PyTorch 1.13: the formula
  CHECK(known::distance(rms(x), x / sqrt(mean(square(x), {1}, keep_dims) + 0.1) * rms.weight) < 1e-14);
  CHECK(identical(nn::LayerNorm(3)(x), layer_norm(x, {3}, ones({3}), zeros({3}))));
}

TEST_CASE("normalising layers name themselves and the shapes that do not fit") {
  check_says(message_of<ShapeError>([] {
               (void)nn::BatchNorm1d(4)(ones({2, 3}));
             }),
             {"BatchNorm1d", "(2, 3)", "(N, 4) or (N, 4, L)"});
  check_says(message_of<ShapeError>([] {
               (void)nn::BatchNorm2d(4)(ones({2, 4}));
             }),
             {"BatchNorm2d", "(2, 4)", "(N, 4, H, W)"});
  check_says(message_of<ShapeError>([] {
               (void)nn::BatchNorm3d(4)(ones({2, 4, 1, 1}));
             }),
             {"BatchNorm3d", "(2, 4, 1, 1)", "(N, 4, D, H, W)"});
  check_says(message_of<ShapeError>([] {
               (void)nn::InstanceNorm2d(4)(ones({3, 5, 5}));
             }),
             {"InstanceNorm2d", "(3, 5, 5)", "(N, 4, H, W) or (4, H, W)"});
  check_says(message_of<ShapeError>([] { (void)nn::GroupNorm(3, 4); }), {"GroupNorm", "3", "4"});
  check_says(message_of<ShapeError>([] {
               (void)nn::GroupNorm(2, 4)(ones({2, 6}));
             }),
             {"GroupNorm", "(2, 6)", "(N, 4, ...)"});
  check_says(message_of<ShapeError>([] { (void)nn::LayerNorm(4)(ones({2, 3})); }), {"layer_norm", "(2, 3)", "(4,)"});
}
