#include <doctest/doctest.h>

#include <xtape.hpp>

#include <expectations.hpp>
#include <nn/reference.hpp>

using namespace xtape;
using known::wave, known::other_wave, known::check_loss, known::check_values, known::differentiates;

namespace {

const Tensor a = wave({2, 3}), b = other_wave({2, 3}, 0.7), c = other_wave({2, 3}, 0.9, 1.0);
const Tensor signs = xt::xarray<std::int64_t>{{1, -1, 1}, {-1, -1, 1}};
const Tensor weights = xt::xarray<double>{0.5, 2.0, 1.5};

}  // namespace

TEST_CASE("hinge_loss asks for a margin") {
  const Tensor scores = xt::xarray<double>{0.3, -2.0, 1.5, -0.2}, t = xt::xarray<double>{1, -1, 1, 1};
  check_loss([&](const Tensors& x) { return nn::hinge_loss(x[0], t); }, {scores}, {(0.7 + 1.2) / 4.0},
             {{-0.25, 0.0, 0.0, -0.25}});
  check_values(nn::hinge_loss(scores, t, {.margin = 2.0, .reduction = Reduce::none}), {1.7, 0.0, 0.5, 2.2});
  CHECK_THROWS_AS(nn::hinge_loss(scores, ones({3})), ShapeError);
}

// torch.nn.functional of PyTorch 1.13, float64.
TEST_CASE("losses of signs are PyTorch's") {
  check_loss([](const Tensors& x) { return nn::hinge_embedding_loss(x[0], signs, {.margin = 0.5}); }, {a},
             {1.06009347208}, {{0.166666666667, 0, 0.166666666667, -0.166666666667, -0.166666666667, 0.166666666667}});
  check_loss(
      [](const Tensors& x) { return nn::soft_margin_loss(x[0], signs); }, {a}, {0.620321014352},
      {{-0.0461847145531, 0.145865852673, -0.0798702737212, 0.0216243762818, 0.0415805137494, -0.0353037906544}});
  CHECK(nn::soft_margin_loss(Tensor(1000.0), Tensor(-1)).item() == 1000.0);  // PyTorch 1.13: inf
  check_loss([](const Tensors& x) { return nn::margin_ranking_loss(x[0], x[1], signs, {.margin = 0.4}); }, {a, b},
             {0.458609845128},
             {{-0.166666666667, 0.166666666667, -0.166666666667, 0, 0.166666666667, -0},
              {0.166666666667, -0.166666666667, 0.166666666667, -0, -0.166666666667, 0}});
  CHECK_THROWS_AS(nn::hinge_embedding_loss(a, ones({3})), ShapeError);
  CHECK_THROWS_AS(nn::soft_margin_loss(a, ones({3})), ShapeError);
  CHECK_THROWS_AS(nn::margin_ranking_loss(a, ones({3}), signs), ShapeError);
  CHECK_THROWS_AS(nn::margin_ranking_loss(a, b, ones({3})), ShapeError);
}

TEST_CASE("losses between classes are PyTorch's") {
  const Tensor labels = xt::xarray<std::int64_t>{1, 0, 3}, four = xt::xarray<double>{0.5, 2.0, 1.5, 0.25};
  const Tensor x = wave({3, 4});
  check_loss([&](const Tensors& in) { return nn::multi_margin_loss(in[0], labels, {.margin = 0.8, .weight = four}); },
             {x}, {0.370387871553},
             {{0, 0, 0, 0, -0.125, 0.0416666666667, 0.0416666666667, 0.0416666666667, 0, 0, 0.0208333333333,
               -0.0208333333333}});
  const auto squared = [&](const Tensors& in) {
    return nn::multi_margin_loss(in[0], labels, {.p = 2, .weight = four, .reduction = Reduce::none});
  };
  check_loss(squared, {x}, {6.22261091997e-05, 3.74890037662, 0.0664434033395});
  CHECK(nn::multi_margin_loss(wave({4}), Tensor(1)).item() ==
        doctest::Approx(nn::multi_margin_loss(wave({1, 4}), xt::xarray<std::int64_t>{1}).item()));
  check_loss(
      [](const Tensors& in) {
        return nn::multilabel_soft_margin_loss(in[0], xt::xarray<double>{{0, 1, 1}, {1, 0, 0}}, {.weight = weights});
      },
      {a}, {0.968336351207},
      {{0.0602409760568, -0.0416016279881, -0.119805410582, -0.0725211451924, 0.0831610274989, 0.197044314018}});
  CHECK(nn::multilabel_soft_margin_loss(wave({2, 3, 4}), zeros({2, 3, 4}), {.reduction = Reduce::none}).shape() ==
        Shape({2, 3}));

  check_says(message_of<ShapeError>([&] { (void)nn::multi_margin_loss(x, ones({2}, {.dtype = int64})); }),
             {"multi_margin_loss", "(3, 4)", "(2,)"});
  check_says(message_of<IndexError>([&] { (void)nn::multi_margin_loss(x, labels + 1); }),
             {"multi_margin_loss", "class 4", "(3, 4)"});
  CHECK_THROWS_AS(nn::multi_margin_loss(x, ones({3})), DtypeError);
  CHECK_THROWS_AS(nn::multi_margin_loss(x, labels, {.p = 3}), Error);
  CHECK_THROWS_AS(nn::multi_margin_loss(x, labels, {.weight = weights}), ShapeError);
  CHECK_THROWS_AS(nn::multilabel_soft_margin_loss(a, zeros({3})), ShapeError);
  CHECK_THROWS_AS(nn::multilabel_soft_margin_loss(a, zeros({2, 3}), {.weight = ones({2})}), ShapeError);
}

TEST_CASE("losses between distances are PyTorch's") {
  const Tensor t = xt::xarray<std::int64_t>{1, -1};
  check_loss([&](const Tensors& x) { return nn::cosine_embedding_loss(x[0], x[1], t, {.margin = -0.9}); }, {a, b},
             {0.609349210697},
             {{-0.0905277653098, 0.0455459450596, -0.0229310452123, -0.0387417840532, -0.111706721532, -0.149747405505},
              {0.102735390877, -0.141415916964, 0.0319206893651, -0.235033423755, -0.102055115782, 0.229390554222}});
  check_loss([](const Tensors& x) { return nn::triplet_margin_loss(x[0], x[1], x[2], {.margin = 1.5}); }, {a, b, c},
             {1.37325438902},
             {{-0.100163339675, 0.0489532072578, -0.239486190071, 0.0730624518249, 0.285487757025, 0.230890774747},
              {0.0173364124657, -0.498359205778, 0.0365725418769, 0.263416122459, 0.0299795263061, -0.42392590677},
              {0.0828269272089, 0.44940599852, 0.202913648194, -0.336478574284, -0.315467283331, 0.193035132023}});
  check_values(nn::triplet_margin_loss(a, b, c, {.margin = 3.5, .p = 1, .swap = true, .reduction = Reduce::none}),
               {2.15078488345, 4.65831057496});
  check_loss([](const Tensors& x) { return sum(nn::pairwise_distance(x[0], x[1], 3)); }, {a, b}, {3.60092232949},
             {{-0.00120978140218, 0.999708562163, -0.00538392167752, -0.33447292455, -0.00433237254898, 0.866275791552},
              {0.00120978140218, -0.999708562163, 0.00538392167752, 0.33447292455, 0.00433237254898, -0.866275791552}});
  check_loss([](const Tensors& x) { return sum(nn::cosine_similarity(x[0], x[1], 0)); }, {a, b}, {0.764214998311},
             {{0.249114031139, -0.0804297777533, 0.182207117414, 0.125505851479, -0.142234256138, -0.0115318830809},
              {-0.239155477961, 0.233905245127, 0.248498750685, -0.473719566778, 0.1898708952, 0.0451025906926}});
  CHECK(nn::cosine_similarity(wave({2, 1, 3}), wave({4, 3}), -1).shape() == Shape({2, 4}));
  CHECK(nn::cosine_embedding_loss(wave({3}), wave({3}), Tensor(1)).item() == doctest::Approx(0.0));
  CHECK(differentiates([](const Tensors& x) { return nn::cosine_similarity(x[0], x[1]); }, {a, b}));

  check_says(message_of<ShapeError>([&] { (void)nn::cosine_embedding_loss(a, b, signs); }),
             {"cosine_embedding_loss", "(2, 3)"});
  CHECK_THROWS_AS(nn::cosine_embedding_loss(a, ones({3}), t), ShapeError);
  CHECK_THROWS_AS(nn::triplet_margin_loss(a, b, ones({3})), ShapeError);
  CHECK_THROWS_AS(nn::triplet_margin_loss(a, ones({3}), c), ShapeError);
}

TEST_CASE("losses as modules keep their options, and their weights in the state") {
  const Tensor x = wave({3, 4}), t = xt::xarray<std::int64_t>{1, 0, 3}, w = xt::xarray<double>{0.5, 2.0, 1.5, 0.25};
  CHECK(identical(nn::MSELoss()(a, b), nn::mse_loss(a, b)));
  CHECK(identical(nn::MSELoss(Reduce::sum)(a, b), nn::mse_loss(a, b, Reduce::sum)));
  CHECK(identical(nn::HalfSquaredError()(a, b), nn::half_squared_error(a, b)));
  CHECK(identical(nn::L1Loss()(a, b), nn::l1_loss(a, b)));
  CHECK(identical(nn::HuberLoss({.delta = 0.3})(a, b), nn::huber_loss(a, b, {.delta = 0.3})));
  CHECK(identical(nn::SmoothL1Loss({.beta = 0.3})(a, b), nn::smooth_l1_loss(a, b, {.beta = 0.3})));
  CHECK(identical(nn::PoissonNLLLoss({.log_input = false})(exp(a), b),
                  nn::poisson_nll_loss(exp(a), b, {.log_input = false})));
  CHECK(identical(nn::GaussianNLLLoss({.full = true})(a, b, exp(c)),
                  nn::gaussian_nll_loss(a, b, exp(c), {.full = true})));
  CHECK(identical(nn::NLLLoss({.ignore_index = 0})(x, t), nn::nll_loss(x, t, {.ignore_index = 0})));
  CHECK(identical(nn::BCELoss()(sigmoid(a), sigmoid(b)), nn::binary_cross_entropy(sigmoid(a), sigmoid(b))));
  CHECK(identical(nn::KLDivLoss({.batchmean = true})(a, sigmoid(b)), nn::kl_div(a, sigmoid(b), {.batchmean = true})));
  CHECK(identical(nn::HingeEmbeddingLoss()(a, signs), nn::hinge_embedding_loss(a, signs)));
  CHECK(identical(nn::SoftMarginLoss()(a, signs), nn::soft_margin_loss(a, signs)));
  CHECK(identical(nn::MultiMarginLoss({.p = 2})(x, t), nn::multi_margin_loss(x, t, {.p = 2})));
  CHECK(identical(nn::MultiLabelSoftMarginLoss()(a, sigmoid(b)), nn::multilabel_soft_margin_loss(a, sigmoid(b))));
  CHECK(identical(nn::MarginRankingLoss({.margin = 0.1})(a, b, signs),
                  nn::margin_ranking_loss(a, b, signs, {.margin = 0.1})));
  CHECK(identical(nn::CosineEmbeddingLoss()(a, b, xt::xarray<std::int64_t>{1, -1}),
                  nn::cosine_embedding_loss(a, b, xt::xarray<std::int64_t>{1, -1})));
  CHECK(identical(nn::TripletMarginLoss({.swap = true})(a, b, c), nn::triplet_margin_loss(a, b, c, {.swap = true})));

  nn::CrossEntropyLoss weighted({.weight = w, .label_smoothing = 0.1});
  CHECK(identical(weighted(x, t), nn::cross_entropy(x, t, {.weight = w, .label_smoothing = 0.1})));
  CHECK(weighted.state_dict().contains("weight"));
  weighted.to(float32);
  CHECK(weighted.named_buffers()[0].second.dtype() == float32);
  CHECK(w.dtype() == float64);
  CHECK(nn::clone(weighted)(x, t).item() == doctest::Approx(weighted(x, t).item()));
  const nn::BCEWithLogitsLoss positive({.pos_weight = weights});
  CHECK(
      identical(positive(a, sigmoid(b)), nn::binary_cross_entropy_with_logits(a, sigmoid(b), {.pos_weight = weights})));
  CHECK(positive.state_dict().size() == 1);
  CHECK(positive.state_dict().contains("pos_weight"));
}
