#include <golden/nn/loss_table.hpp>

namespace golden {

namespace {

Layer hinge(const Options& o) {
  const auto options = options_of<nn::HingeOptions>(o);
  return function([=](const Inputs& x) { return nn::hinge_loss(x[0], x[1], options); });
}

Layer distance(const Options& o) {
  const double p = o.get("p", 2.0), eps = o.get("eps", 1e-6);
  return function([=](const Inputs& x) { return nn::pairwise_distance(x[0], x[1], p, eps); });
}

Layer similarity(const Options& o) {
  const auto axis = o.get<std::ptrdiff_t>("dim", 1);
  const double eps = o.get("eps", 1e-8);
  return function([=](const Inputs& x) { return nn::cosine_similarity(x[0], x[1], axis, eps); });
}

}  // namespace

LayerTable other_losses() {
  return {
      {"MSELoss", loss<nn::MSELoss>},
      {"HalfSquaredError", loss<nn::HalfSquaredError>},
      {"L1Loss", loss<nn::L1Loss>},
      {"HuberLoss", loss<nn::HuberLoss>},
      {"SmoothL1Loss", loss<nn::SmoothL1Loss>},
      {"PoissonNLLLoss", loss<nn::PoissonNLLLoss>},
      {"GaussianNLLLoss", loss<nn::GaussianNLLLoss>},
      {"hinge_loss", hinge},
      {"HingeEmbeddingLoss", loss<nn::HingeEmbeddingLoss>},
      {"SoftMarginLoss", loss<nn::SoftMarginLoss>},
      {"MultiMarginLoss", loss<nn::MultiMarginLoss>},
      {"MultiLabelSoftMarginLoss", loss<nn::MultiLabelSoftMarginLoss>},
      {"MarginRankingLoss", loss<nn::MarginRankingLoss>},
      {"CosineEmbeddingLoss", loss<nn::CosineEmbeddingLoss>},
      {"TripletMarginLoss", loss<nn::TripletMarginLoss>},
      {"pairwise_distance", distance},
      {"cosine_similarity", similarity},
  };
}

}  // namespace golden
