#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <nn/reference.hpp>

using namespace xtape;
using known::wave, known::with_waves, known::check_values;

namespace {

std::vector<std::string> names_of(const nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : module.named_parameters()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("convolutional layers have PyTorch's shapes and names") {
  const nn::Conv2d conv(4, 6, {3, 5}, {.groups = 2});
  CHECK(conv.weight.shape() == Shape({6, 2, 3, 5}));
  CHECK(conv.bias.shape() == Shape{6});
  CHECK(names_of(conv) == std::vector<std::string>{"weight", "bias"});
  CHECK(names_of(nn::Conv1d(2, 3, 2, {.bias = false})) == std::vector<std::string>{"weight"});
  const nn::ConvTranspose2d up(4, 6, {3, 5}, {.groups = 2});
  CHECK(up.weight.shape() == Shape({4, 3, 3, 5}));
  CHECK(up.bias.shape() == Shape{6});

  CHECK(nn::Conv1d(2, 3, 3)(ones({5, 2, 8})).shape() == Shape({5, 3, 6}));
  CHECK(nn::Conv3d(2, 3, {1, 2, 3}, {.stride = {1, 2, 1}})(ones({2, 4, 4, 4})).shape() == Shape({3, 4, 2, 2}));
  CHECK(nn::Conv2d(1, 1, 4, {.padding = same_padding})(ones({1, 1, 5, 6})).shape() == Shape({1, 1, 5, 6}));
  CHECK(nn::ConvTranspose1d(2, 3, 4, {.stride = 2, .padding = 1})(ones({5, 2, 8})).shape() == Shape({5, 3, 16}));
  CHECK(nn::ConvTranspose3d(1, 2, 2, {.stride = 2})(ones({1, 1, 2, 3, 4})).shape() == Shape({1, 2, 4, 6, 8}));
}

TEST_CASE("convolutional layers start uniform in +-1/sqrt(fan_in), where PyTorch counts the weight's second axis") {
  manual_seed(0);
  const auto check_bound = [](const Tensor& tensor, double bound) {
    CHECK(amax(abs(tensor)).item() <= bound);
    CHECK(amax(abs(tensor)).item() > 0.9 * bound);
    CHECK(std::abs(mean(tensor).item()) < 0.1 * bound);
  };
  const nn::Conv2d conv(32, 200, 3, {.groups = 4});
  check_bound(conv.weight, 1.0 / std::sqrt(8.0 * 9.0));
  check_bound(conv.bias, 1.0 / std::sqrt(8.0 * 9.0));
  const nn::ConvTranspose2d up(20, 300, 2);  // fan_in is 300 * 4
  check_bound(up.weight, 1.0 / std::sqrt(1200.0));
  check_bound(up.bias, 1.0 / std::sqrt(1200.0));
}

// torch.nn of PyTorch 1.13, float64, parameters and inputs as reference.hpp says.
TEST_CASE("convolutional layers compute what PyTorch's do, with every padding mode") {
  check_values(with_waves(nn::Conv2d(
                   2, 2, {2, 3}, {.stride = {1, 2}, .padding = {1, 0}, .groups = 2, .padding_mode = PadMode::reflect}))(
                   wave({1, 2, 3, 5})),
               {2.8152617718, 0.129554698881, 3.1406838821, 0.175879756257, 3.54569091464, -0.439102616991,
                3.09219113078, -0.331978652703, -2.43248351874, 4.78416441118, -2.92641565159, 5.23163649442,
                -2.24471496667, 5.01579261022, -1.77245702518, 4.53268568343});
  check_values(
      with_waves(nn::Conv1d(1, 1, 4, {.padding = same_padding, .padding_mode = PadMode::wrap}))(wave({1, 1, 6})),
      {3.8333424014, 3.26413573378, 1.93845220371, -0.827498151423, -1.04139936128, 1.4808442799});
  check_values(with_waves(nn::Conv1d(1, 2, 3, {.padding = 2, .padding_mode = PadMode::edge}))(wave({1, 4})),
               {3.03966279564, 3.48819868244, 3.3987630694, 2.01636011227, -1.2841533057, -3.18180072245,
                -0.184312878795, -0.843156047741, 0.0794551971532, 2.07565532043, 2.58593464061, 2.44542470558});
  const Tensor up = with_waves(nn::ConvTranspose2d(
      2, 2, {2, 3}, {.stride = 2, .padding = {0, 1}, .output_padding = 1, .groups = 2}))(wave({1, 2, 2, 2}));
  CHECK(up.shape() == Shape({1, 2, 5, 4}));
  check_values(up,
               {1.6887062443,   3.25097197203,   2.44501599329,    1.83880350558,   0.645349939688,  0.454251520921,
                0.32566693157,  -0.342366160543, 1.01894177873,    -0.825142225091, -0.500314334111, 0.092050469412,
                0.92845130043,  0.765300756853,  1.57062253371,    2.22339577639,   0.955336489126,  0.955336489126,
                0.955336489126, 0.955336489126,  1.79712527406,    0.540166464107,  -0.61613009873,  -0.533772278314,
                1.13813532845,  -0.243504365804, 0.170067339679,   0.680428337605,  -1.10607647204,  -0.677775011243,
                1.04505873885,  1.02320566945,   -0.0264727387396, 0.927452186833,  0.836446768518,  0.701026060997,
                0.696706709347, 0.696706709347,  0.696706709347,   0.696706709347});
}

TEST_CASE("convolutional layers name the shapes and options that do not fit") {
  check_says(message_of<ShapeError>([] {
               (void)nn::Conv2d(3, 8, 3)(ones({2, 4, 8, 8}));
             }),
             {"conv2d", "(2, 4, 8, 8)", "(8, 3, 3, 3)"});
  check_says(message_of<ShapeError>([] {
               (void)nn::Conv2d(3, 8, 3, {.padding = 1, .padding_mode = PadMode::reflect})(ones({8, 8}));
             }),
             {"Conv2d", "(8, 8)"});
  check_says(message_of<ShapeError>([] { (void)nn::Conv1d(3, 8, 3, {.groups = 2}); }), {"Conv1d", "groups = 2", "3"});
  check_says(message_of<ShapeError>([] { (void)nn::ConvTranspose3d(4, 6, 3, {.groups = 4}); }),
             {"ConvTranspose3d", "groups = 4", "6"});
  check_says(message_of<ShapeError>([] { (void)nn::Conv2d(3, 8, {3, 3, 3}); }), {"Conv2d", "kernel_size"});
  check_says(message_of<ShapeError>([] {
               (void)nn::Conv2d(3, 8, 3, {.stride = {1, 2}, .padding = same_padding});
             }),
             {"Conv2d", "same_padding", "stride"});
}

TEST_CASE("layers count their multiplications") {
  const auto count = [](nn::Module&& layer, const Tensor& x) { return layer.multiply_adds(x, layer(x)); };
  CHECK(count(nn::Linear(4, 3), ones({5, 4})) == 5 * 4 * 3);
  CHECK(count(nn::Conv2d(2, 6, 3, {.groups = 2}), ones({5, 2, 4, 4})) == 5 * 6 * 2 * 2 * 1 * 9);
  CHECK(count(nn::ConvTranspose1d(2, 6, 3), ones({5, 2, 4})) == 5 * 2 * 4 * 6 * 3);
  CHECK(count(nn::BatchNorm1d(4), ones({5, 4})) == 5 * 4);
  CHECK(count(nn::ReLU(), ones({5, 4})) == 0);
  nn::Bilinear bilinear(2, 3, 4);
  CHECK(bilinear.multiply_adds(ones({5, 2}), bilinear(ones({5, 2}), ones({5, 3}))) == 5 * 4 * (2 * 3 + 3));
}

TEST_CASE("pooling layers compute their functions") {
  const Tensor image = wave({2, 3, 6, 6}), signal = wave({2, 3, 9});
  CHECK(identical(nn::MaxPool2d(2)(image), max_pool2d(image, 2)));
  CHECK(identical(nn::MaxPool2d({3, 2}, {.stride = 1, .padding = 1})(image),
                  max_pool2d(image, {3, 2}, {.stride = 1, .padding = 1})));
  CHECK(identical(nn::MaxPool1d(3, {.dilation = 2})(signal), max_pool1d(signal, 3, {.dilation = 2})));
  CHECK(identical(nn::AvgPool2d(3, {.stride = 2, .count_include_pad = false})(image),
                  avg_pool2d(image, 3, {.stride = 2, .count_include_pad = false})));
  CHECK(identical(nn::AvgPool1d(2)(signal), avg_pool1d(signal, 2)));
  CHECK(identical(nn::AdaptiveAvgPool2d({4, 1})(image), adaptive_avg_pool2d(image, {4, 1})));
  CHECK(identical(nn::AdaptiveAvgPool1d(4)(signal), adaptive_avg_pool1d(signal, 4)));
  CHECK(identical(nn::AdaptiveMaxPool2d(4)(image), adaptive_max_pool2d(image, 4)));
  CHECK(identical(nn::AdaptiveMaxPool1d(4)(signal), adaptive_max_pool1d(signal, 4)));
  CHECK(identical(nn::Upsample({.scale_factor = 2, .mode = Interpolation::bilinear})(image),
                  interpolate(image, {.scale_factor = 2, .mode = Interpolation::bilinear})));
}

TEST_CASE("a clone of a layer has weights of its own") {
  nn::Conv2d conv(1, 2, 3);
  nn::Conv2d copy = nn::clone(conv);
  CHECK(!copy.weight.is_same(conv.weight));
  const Tensor x = ones({1, 1, 3, 3});
  CHECK(identical(copy(x), conv(x)));
  nn::init::zeros_(conv.weight);
  CHECK(!identical(copy(x), conv(x)));
}
