#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <limits>
#include <nn/reference.hpp>

using namespace xtape;
using known::wave, known::other_wave, known::check_loss, known::check_values, known::differentiates;

namespace {

const Tensor labels = xt::xarray<std::int64_t>{1, -100, 3};  // the second example is ignored
const Tensor four_weights = xt::xarray<double>{0.5, 2.0, 1.5, 0.25};
const Tensor three_weights = xt::xarray<double>{0.5, 2.0, 1.5};

Tensor probabilities(const Shape& shape) { return softmax(other_wave(shape, 0.7), 1); }

TensorFunction entropy(const Tensor& targets, const nn::CrossEntropyOptions& options) {
  return [=](const Tensors& x) { return nn::cross_entropy(x[0], targets, options); };
}

}  // namespace

// torch.nn.functional of PyTorch 1.13, float64.
TEST_CASE("cross_entropy weights, ignores and smooths as PyTorch does") {
  const Tensors x{wave({3, 4})};
  const Tensor w = four_weights;
  check_loss(entropy(labels, {.weight = w}), x, {0.474153526826},
             {{0.213580156792, -0.314758580643, 0.0889720656635, 0.0122063581872, 0, 0, 0, 0, 0.00145164755789,
               0.00519196947606, 0.0530449951208, -0.0596886121547}});
  check_loss(entropy(labels, {.weight = w, .reduction = Reduce::sum}), x, {1.06684543536},
             {{0.480555352782, -0.708206806446, 0.200187147743, 0.0274643059213, 0, 0, 0, 0, 0.00326620700525,
               0.0116819313211, 0.119351239022, -0.134299377348}});
  check_loss(entropy(labels, {.weight = w, .reduction = Reduce::none}), x, {0.874231709841, 0, 0.192613725518});
  check_loss(entropy(labels, {.weight = w, .label_smoothing = 0.2}), x, {0.728414826101},
             {{0.182445905982, -0.235249963708, 0.0472976011742, 0.00550645655163, 0, 0, 0, 0, -0.0087158926406,
               -0.0358776948089, 0.0541909086159, -0.00959732116638}});
  check_loss(entropy(labels, {.weight = w, .label_smoothing = 0.2, .reduction = Reduce::sum}), x, {1.63893335873});
  check_loss(entropy(labels, {.weight = w, .label_smoothing = 0.2, .reduction = Reduce::none}), x,
             {1.00496987954, 0, 0.633963479184});
  check_loss(entropy(labels, {.label_smoothing = 0.2}), x, {0.917124182326},
             {{0.0951388381955, -0.102051701612, 0.0250467869357, -0.0181339235197, 0, 0, 0, 0, -0.0184675859895,
               -0.00163613735773, 0.213702478043, -0.193598754696}});
  const Tensor image_labels = xt::xarray<std::int64_t>{{0, 2}, {2, 1}};
  check_loss(entropy(image_labels, {.weight = three_weights}), {wave({2, 3, 2})}, {1.46673314182},
             {{-0.0320301553559, 0.175740631371, 0.0245274682766, 0.00373635229451, 0.00750268707927, -0.179476983665,
               0.147911563959, 0.0425381215015, 0.00332476295628, -0.334189257302, -0.151236326915, 0.291651135801}});
  check_loss(entropy(Tensor(2), {.label_smoothing = 0.1}), {wave({4})}, {2.2828033364},
             {{0.215277676391, 0.620896596777, -0.824906426129, -0.0112678470394}});
}

TEST_CASE("cross_entropy takes probabilities of classes, one-hot or not") {
  const auto smoothed = [](const Tensors& x) {
    return nn::cross_entropy(x[0], x[1], {.weight = four_weights, .label_smoothing = 0.2});
  };
  check_loss(smoothed, {wave({3, 4}), probabilities({3, 4})}, {1.77018240902},
             {{0.027253608407, 0.0365360464639, -0.0587231183917, -0.0050665364792, -0.019232446027, -0.0119723793425,
               0.0469737969254, -0.0157689715558, -0.0385459657241, -0.191979735854, 0.0605356249602, 0.169990076618},
              {0.190128005262, 0.233128455958, 0.920659916724, 0.285867684297, 0.464553243027, 0.570029354704,
               0.231373827998, 0.18209545333, 0.578377539124, 1.63382272069, 0.295756073487, 0.051363660138}});
  check_loss(entropy(probabilities({3, 4}), {.reduction = Reduce::none}), {wave({3, 4})},
             {1.5222327536, 2.08624079031, 2.47124133168});
  check_loss(entropy(probabilities({2, 3, 2}), {.weight = three_weights, .reduction = Reduce::none}), {wave({2, 3, 2})},
             {1.20056080608, 1.99807887985, 4.46230464978, 3.01487592944});
  const Tensor x = wave({3, 4}), t = xt::xarray<std::int64_t>{1, 0, 3};
  CHECK(nn::cross_entropy(x, one_hot(t, 4, float64)).item() == doctest::Approx(nn::cross_entropy(x, t).item()));
  const Tensor single = wave({4});
  CHECK(nn::cross_entropy(single, one_hot(Tensor(2), 4, float64)).item() ==
        doctest::Approx(nn::cross_entropy(single, Tensor(2)).item()));
}

TEST_CASE("cross_entropy keeps float32, and a single example goes without an axis") {
  const Tensor x = astype(wave({3, 4}), float32);
  for (const nn::CrossEntropyOptions& options :
       {nn::CrossEntropyOptions{}, nn::CrossEntropyOptions{.weight = four_weights},
        nn::CrossEntropyOptions{.label_smoothing = 0.1}}) {
    CHECK(nn::cross_entropy(x, labels, options).dtype() == float32);
  }
  CHECK(nn::cross_entropy(wave({4}), Tensor(1), Reduce::none).shape() == Shape{});
  CHECK(nn::cross_entropy(wave({4}), Tensor(1), {.weight = four_weights, .reduction = Reduce::none}).shape() ==
        Shape{});
  CHECK(nn::cross_entropy(wave({4}), softmax(wave({4})), Reduce::none).shape() == Shape{});
}

TEST_CASE("cross_entropy of nothing that counts is nan, and its gradient stays away from what is ignored") {
  const Tensor x = wave({2, 3});
  CHECK(std::isnan(nn::cross_entropy(x, full({2}, -100.0, {.dtype = int64})).item()));
  CHECK(nn::cross_entropy(x, full({2}, 1.0, {.dtype = int64}), {.ignore_index = 1, .reduction = Reduce::sum}).item() ==
        0.0);
  // A score of -inf at class 0 makes the loss of an ignored example infinite where it is filled with that class.
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor scores = Tensor(xt::xarray<double>{{1.0, 2.0}, {-inf, 0.0}}).requires_grad_();
  const Tensor loss = nn::cross_entropy(scores, xt::xarray<std::int64_t>{1, -100});
  CHECK(loss.item() == doctest::Approx(std::log1p(std::exp(-1.0))));
  loss.backward();
  CHECK(scores.grad().item(2) == 0.0);
  CHECK(scores.grad().item(3) == 0.0);
}

TEST_CASE("cross_entropy says what does not fit") {
  const Tensor x = wave({3, 4}), t = xt::xarray<std::int64_t>{1, 2, 3};
  check_says(message_of<ShapeError>([&] {
               (void)nn::cross_entropy(x, wave({3, 3}));
             }),
             {"cross_entropy", "(3, 4)", "(3, 3)", "probabilities"});
  check_says(message_of<DtypeError>([&] { (void)nn::cross_entropy(x, wave({3})); }), {"cross_entropy", "float64"});
  check_says(message_of<ShapeError>([&] { (void)nn::cross_entropy(x, t, {.weight = ones({3})}); }),
             {"cross_entropy", "weight", "(3,)", "(4,)"});
  check_says(message_of<IndexError>([&] { (void)nn::cross_entropy(x, t + 1, {.label_smoothing = 0.1}); }),
             {"cross_entropy", "class 4", "(3, 4)"});
  CHECK_THROWS_AS(nn::cross_entropy(x, t, {.label_smoothing = 1.5}), Error);
  CHECK_THROWS_AS(nn::cross_entropy(Tensor(1.0), Tensor(0)), ShapeError);
}

TEST_CASE("nll_loss is cross_entropy from logarithms") {
  const auto f = [](const Tensors& x) { return nn::nll_loss(x[0], labels, {.weight = four_weights}); };
  check_loss(f, {wave({3, 4})}, {-1.9064518032}, {{0, -0.888888888889, 0, 0, 0, 0, 0, 0, 0, 0, 0, -0.111111111111}});
  check_loss(
      [](const Tensors& x) { return nn::nll_loss(x[0], labels, {.weight = four_weights, .reduction = Reduce::none}); },
      {wave({3, 4})}, {-3.89539052351, 0, -0.394126033688});
  const Tensor x = wave({2, 3, 2}), t = xt::xarray<std::int64_t>{{0, 2}, {2, 1}};
  CHECK(nn::nll_loss(log_softmax(x, 1), t).item() == doctest::Approx(nn::cross_entropy(x, t).item()));
  check_says(message_of<ShapeError>([&] { (void)nn::nll_loss(x, x); }), {"nll_loss", "(2, 3, 2)"});
  CHECK_THROWS_AS(nn::nll_loss(x, t + 1), IndexError);
}

TEST_CASE("binary_cross_entropy weights as PyTorch does, also at probabilities 0 and 1") {
  const Tensor t = xt::xarray<double>{{0.0, 1.0, 0.3}, {1.0, 0.0, 1.0}};
  const auto f = [&](const Tensors& x) { return nn::binary_cross_entropy(x[0], t, {.weight = three_weights}); };
  check_loss(f, {sigmoid(wave({2, 3}))}, {0.654396283699},
             {{0.300724796576, -0.380867451413, 0.221160292782, -0.642279282781, 0.444138333939, -0.317187533735}});
  const auto each = [](const Tensors& x) { return nn::binary_cross_entropy(x[0], x[1], {.reduction = Reduce::none}); };
  CHECK(differentiates(each, {sigmoid(wave({2, 3})), t * 0.5 + 0.2}));

  const Tensor p = Tensor(xt::xarray<double>{0.0, 1.0, 1e-20, 0.0}).requires_grad_();
  const Tensor losses = each({p, xt::xarray<double>{1.0, 0.0, 1.0, 0.0}});
  check_values(losses, {100.0, 100.0, 46.0517018599, 0.0});
  sum(losses).backward();
  check_values(p.grad(), {-1e12, 1e12, -1e12, 0.0});

  CHECK(nn::binary_cross_entropy(full({2}, 0.5), ones({2}, {.dtype = int64})).dtype() == float32);
  check_says(message_of<Error>([&] {
               (void)nn::binary_cross_entropy(wave({2, 3}), t);
             }),
             {"binary_cross_entropy", "outside [0, 1]"});
  check_says(message_of<ShapeError>([&] { (void)nn::binary_cross_entropy(full({3}, 0.5), t); }),
             {"binary_cross_entropy", "(3,)", "(2, 3)"});
  check_says(message_of<ShapeError>([&] { (void)nn::binary_cross_entropy(t, t, {.weight = ones({2})}); }),
             {"binary_cross_entropy", "weight", "(2,)", "(2, 3)"});
}

TEST_CASE("binary_cross_entropy_with_logits weights as PyTorch does, and does not overflow") {
  const Tensor t = xt::xarray<double>{{0.0, 1.0, 0.3}, {1.0, 0.0, 1.0}};
  const Tensor positive = xt::xarray<double>{3.0, 0.5, 2.0};
  const auto f = [&](const Tensors& x) {
    return nn::binary_cross_entropy_with_logits(x[0], t, {.weight = three_weights, .pos_weight = positive});
  };
  check_loss(f, {wave({2, 3})}, {1.08098101912},
             {{0.0602409760568, -0.020800813994, 0.0192529662436, -0.217563435577, 0.0831610274989, -0.105911371963}});
  CHECK(differentiates(f, {wave({2, 3})}));
  const auto each = [&](const Tensors& x) {
    return nn::binary_cross_entropy_with_logits(x[0], t, {.reduction = Reduce::none});
  };
  check_loss(each, {300.0 * wave({2, 3})}, {287.655323163, 0, 17.463878222, 570.961244334, 0, 0});
  const Tensor x = Tensor(xt::xarray<double>{40.0, -40.0});  // exact where the loss is small
  check_values(nn::binary_cross_entropy_with_logits(x, xt::xarray<double>{1.0, 0.0}, {.reduction = Reduce::none}) *
                   std::exp(40.0),
               {1.0, 1.0});
  CHECK(nn::binary_cross_entropy_with_logits(ones({2}), ones({2}, {.dtype = boolean})).dtype() == float32);
  check_says(message_of<ShapeError>([&] { (void)f({ones({3})}); }), {"binary_cross_entropy_with_logits", "(3,)"});
  check_says(
      message_of<ShapeError>([&] { (void)nn::binary_cross_entropy_with_logits(t, t, {.pos_weight = ones({2})}); }),
      {"binary_cross_entropy_with_logits", "pos_weight", "(2,)", "(2, 3)"});
}

TEST_CASE("kl_div averages over elements, or over the batch, as PyTorch does") {
  const Tensor t = probabilities({2, 3}), x = log_softmax(wave({2, 3}), 1);
  const auto with = [&](const nn::KlDivOptions& options) -> TensorFunction {
    return [=](const Tensors& in) { return nn::kl_div(in[0], options.log_target ? log(t) : t, options); };
  };
  check_loss(
      with({}), {x}, {0.218839055899},
      {{-0.0748565392793, -0.0591700593337, -0.0326400680536, -0.0726156080261, -0.0468899632448, -0.0471610953957}});
  check_loss(with({.batchmean = true}), {x}, {0.656517167697},
             {{-0.224569617838, -0.177510178001, -0.0979202041609, -0.217846824078, -0.140669889734, -0.141483286187}});
  check_loss(with({.log_target = true, .reduction = Reduce::sum}), {x}, {1.31303433539},
             {{-0.449139235676, -0.355020356002, -0.195840408322, -0.435693648157, -0.281339779469, -0.282966572374}});
  check_values(nn::kl_div(zeros({3}), xt::xarray<float>{0.0f, 1.0f, 0.0f}, {.reduction = Reduce::none}), {0, 0, 0});
  CHECK_THROWS_AS(nn::kl_div(x, wave({3})), ShapeError);
}
