#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <limits>
#include <nn/reference.hpp>

using namespace xtape;
using known::wave, known::check_loss, known::check_values;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor integers(std::initializer_list<std::int64_t> values) { return xt::xarray<std::int64_t>(values); }

const Tensor labels = xt::xarray<std::int64_t>{{1, 2, 2}, {3, 1, -7}};  // the last one is not read

TensorFunction ctc(const Tensor& targets, const Tensor& frames, const Tensor& lengths,
                   const nn::CtcOptions& options = {}) {
  return [=](const Tensors& x) { return nn::ctc_loss(log_softmax(x[0], -1), targets, frames, lengths, options); };
}

// The probability of `spelled` by all 3^frames sequences of classes, added one by one.
double by_enumeration(const Tensor& logarithms, const std::vector<std::int64_t>& spelled) {
  const std::size_t frames = logarithms.shape(0), classes = logarithms.shape(1);
  double total = 0.0;
  std::vector<std::size_t> path(frames, 0);
  while (true) {
    double product = 1.0;
    std::vector<std::int64_t> read;
    for (std::size_t t = 0; t < frames; ++t) {
      product *= std::exp(logarithms.item(static_cast<std::ptrdiff_t>(t * classes + path[t])));
      if (path[t] != 0 && (t == 0 || path[t] != path[t - 1])) read.push_back(static_cast<std::int64_t>(path[t]));
    }
    if (read == spelled) total += product;
    std::size_t t = 0;
    while (t < frames && ++path[t] == classes) path[t++] = 0;
    if (t == frames) return total;
  }
}

}  // namespace

TEST_CASE("ctc_losses sums over all alignments") {
  const Tensor x = log_softmax(wave({6, 1, 3}), 2);
  for (const std::vector<std::int64_t>& spelled : std::vector<std::vector<std::int64_t>>{
           {}, {1}, {1, 2}, {2, 2}, {1, 1, 1}, {2, 1, 2, 1}, {1, 2, 1, 2, 1, 2}, {1, 1, 1, 1}}) {
    const Tensor row = zeros({1, 8}, {.dtype = int64});
    for (std::size_t i = 0; i < spelled.size(); ++i) row(0, static_cast<int>(i)).assign(spelled[i]);
    const auto length = static_cast<std::int64_t>(spelled.size());
    const double loss = ctc_losses(x, row, integers({6}), integers({length})).item();
    CHECK(std::exp(-loss) == doctest::Approx(by_enumeration(squeeze(x, {1}), spelled)));
  }
}

// torch.nn.functional.ctc_loss of PyTorch 1.13, float64.
TEST_CASE("ctc_loss and its gradient are PyTorch's") {
  const Tensors x{wave({5, 2, 4})};
  const Tensor frames = integers({5, 4}), lengths = integers({3, 2});
  check_loss(ctc(labels, frames, lengths), x, {1.5946761661},
             {{0.0399201134582,
               -0.0588910679302,
               0.0166822623119,
               0.00228869216011,
               -0.0682768937648,
               0.0858546609616,
               0.140193883665,
               -0.157771650862,
               0.00208264679368,
               0.00732263836716,
               -0.0865390335954,
               0.0771337484346,
               0.00345332231127,
               0.00334516933217,
               0.0245675433485,
               -0.031366034992,
               -0.0477841690363,
               0.0102266231468,
               0.000839737207088,
               0.0367178086824,
               0.000495843933036,
               -0.0063818753735,
               0.00575053050601,
               0.000135500934458,
               -0.0592475009286,
               0.112125663896,
               -0.0555760845811,
               0.00269792161348,
               -0.000532628149497,
               -0.18434491749,
               0.160100935545,
               0.0247766100949,
               -0.000692430110045,
               0.00539779164433,
               -0.103146082518,
               0.0984407209837,
               0,
               0,
               0,
               0}});
  check_loss(ctc(labels, frames, lengths, {.reduction = Reduce::none}), x, {3.68764666863, 3.92027355198});
  check_loss(ctc(labels, frames, lengths, {.reduction = Reduce::sum}), x, {7.60792022062});
  check_loss(ctc(integers({1, 2, 2, 3, 1}), frames, lengths), x, {1.5946761661});
  const Tensor others = xt::xarray<std::int64_t>{{1, 2, 2}, {1, 1, 0}};
  check_loss(ctc(others, frames, integers({0, 2}), {.blank = 3}), x, {6.53241031413},
             {{0.120138838196,
               0.322948298388,
               0.0500467869357,
               -0.49313392352,
               0.00766996149501,
               -0.164093770805,
               0.140193883665,
               0.0162299256448,
               0.0065324140105,
               0.0233638626423,
               0.238702478043,
               -0.268598754696,
               0.015414080548,
               0.00422185847749,
               0.0245675433485,
               -0.044203482374,
               0.344572053863,
               0.0306798694405,
               0.014594650649,
               -0.389846573953,
               0.177328977034,
               -0.175032815252,
               0.00575053050601,
               -0.00804669228783,
               0.0797538606095,
               0.336376991689,
               0.0757753828614,
               -0.49190623516,
               0.00544686114344,
               -0.120680613763,
               0.160100935545,
               -0.0448671829252,
               0.00724811058739,
               0.016193374933,
               0.181236351528,
               -0.204677837049,
               0,
               0,
               0,
               0}});
  check_loss(ctc(integers({1, 2}), Tensor(5), Tensor(2)), {view(x[0], {xt::all(), 0})}, {2.5126321661},
             {{-0.0132525598375, -0.0436603035785, 0.0500467869357, 0.00686607648032, -0.0908638040891,
               -0.301127456783,  0.160590015568,   0.231401245304,  -0.0334861876304, -0.0439619401355,
               -0.0327052982814, 0.110153426047,   -0.122664282727, 0.245498830612,   -0.130928312726,
               0.00809376484044, -0.0399353360208, 0.016193374933,  -0.271580201863,  0.295322162951}});
  CHECK(
      ctc(integers({1, 2}), Tensor(5), Tensor(2), {.reduction = Reduce::none})({view(x[0], {xt::all(), 0})}).shape() ==
      Shape{});
}

TEST_CASE("ctc_loss of too few frames is infinite, without a gradient, or zero") {
  const Tensors x{wave({5, 2, 4})};
  const Tensor frames = integers({3, 4}), lengths = integers({3, 2});
  const nn::CtcOptions zeroed{.reduction = Reduce::sum, .zero_infinity = true};
  check_loss(ctc(labels, frames, lengths, zeroed), x, {3.92027355198});
  const Tensor logits = wave({5, 2, 4}).requires_grad_();
  const Tensor losses = ctc(labels, frames, lengths, {.reduction = Reduce::none})({logits});
  CHECK(losses.item(0) == infinity);
  sum(losses).backward();
  CHECK(sum(abs(view(logits.grad(), {xt::all(), 0}))).item() == 0.0);

  const Tensor none =
      ctc_losses(log_softmax(wave({2, 2, 3}), 2), ones({2, 1}, {.dtype = int64}), integers({0, 0}), integers({0, 1}));
  CHECK(none.item(0) == 0.0);
  CHECK(none.item(1) == infinity);
}

TEST_CASE("ctc_losses' kernels agree with its tensor operations, in reverse and in forward mode") {
  const auto f = [](const Tensors& x) {
    return ctc_losses(log_softmax(x[0], 2), labels, integers({6, 5}), integers({3, 2}));
  };
  known::check_kernels(f, {wave({6, 2, 4})});
  const Tensor x = wave({6, 2, 4}), v = known::other_wave({6, 2, 4}, 0.3);
  const auto g = [&](const Tensor& in) { return f({in}); };
  const auto [value, along] = jvp(g, x, v);
  CHECK(known::distance(value, g(x)) < 1e-13);
  const Tensor leaf = x.clone().requires_grad_();
  const Tensor y = g(leaf);
  for (std::ptrdiff_t n = 0; n < 2; ++n) {
    const Tensor dx = grad(view(y, {n}), leaf, {.retain_graph = true});
    CHECK(along.item(n) == doctest::Approx(sum(dx * v).item()));
  }
}

TEST_CASE("ctc_loss stays exact for long sequences in float32") {
  const Tensor logits = 3.0 * wave({400, 3, 20});
  const Tensor targets = reshape(mod(arange(150.0, {.dtype = int64}) * 7, 19) + 1, {3, 50});
  const Tensor frames = integers({400, 300, 200}), lengths = integers({50, 40, 30});
  const auto run = [&](DType dtype) {
    const Tensor x = astype(logits, dtype).clone().requires_grad_();
    const Tensor loss = nn::ctc_loss(log_softmax(x, 2), targets, frames, lengths);
    loss.backward();
    return std::pair(loss, x.grad());
  };
  const auto [loss, gradient] = run(float64);
  const auto [small_loss, small_gradient] = run(float32);
  CHECK(small_loss.item() == doctest::Approx(loss.item()).epsilon(1e-5));
  CHECK(amax(abs(small_gradient - gradient)).item() < 1e-5 * amax(abs(gradient)).item());
}

TEST_CASE("ctc_losses says what does not fit") {
  const Tensor x = log_softmax(wave({5, 2, 4}), 2);
  const Tensor frames = integers({5, 4}), lengths = integers({3, 2});
  check_says(message_of<ShapeError>([&] {
               (void)ctc_losses(x, integers({1, 2}), frames, lengths);
             }),
             {"ctc_losses", "(5, 2, 4)", "(2,)", "(N, S)"});
  check_says(message_of<ShapeError>([&] { (void)ctc_losses(x, labels, integers({5}), lengths); }),
             {"ctc_losses", "frame_counts", "(1,)", "(2,)"});
  check_says(message_of<IndexError>([&] {
               (void)ctc_losses(x, labels, integers({5, 6}), lengths);
             }),
             {"ctc_losses", "frame_counts[1]", "6", "[0, 5]"});
  check_says(message_of<IndexError>([&] {
               (void)ctc_losses(x, labels, frames, integers({3, -1}));
             }),
             {"ctc_losses", "label_counts[1]", "-1", "[0, 3]"});
  check_says(message_of<IndexError>([&] {
               (void)ctc_losses(x, labels, frames, integers({3, 3}));
             }),
             {"ctc_losses", "label -7", "example 1", "4 classes"});
  check_says(message_of<IndexError>([&] { (void)ctc_losses(x, labels, frames, lengths, {.blank = 1}); }),
             {"ctc_losses", "label 1", "1 is the blank"});
  check_says(message_of<IndexError>([&] { (void)ctc_losses(x, labels, frames, lengths, {.blank = 4}); }),
             {"ctc_losses", "blank 4", "(5, 2, 4)"});
  check_says(message_of<DtypeError>([&] {
               (void)ctc_losses(x, ones({2, 3}), frames, lengths);
             }),
             {"ctc_losses", "float32"});
  check_says(message_of<ShapeError>([&] {
               (void)nn::ctc_loss(x, integers({1, 2, 3}), frames, lengths);
             }),
             {"ctc_loss", "(3,)", "5"});
}
