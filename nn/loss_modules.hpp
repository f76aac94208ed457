#pragma once

#include <nn/class_loss.hpp>
#include <nn/ctc_loss.hpp>
#include <nn/margin_loss.hpp>
#include <nn/module.hpp>
#include <nn/regression_loss.hpp>

/// The losses as modules, under PyTorch's names: what the functions compute, with the options kept. Weights are
/// buffers, "weight" and "pos_weight", as in PyTorch's state dict.
/// Example: `nn::CrossEntropyLoss criterion({.label_smoothing = 0.1}); Tensor loss = criterion(net(x), t);`
namespace xtape::nn {

/// What they have in common: the options, which are a Reduce where there are no others.
template <class LossOptions>
struct Loss : Module {
  using Options = LossOptions;

  explicit Loss(const Options& options = by_default()) : m_options(options) {
    if constexpr (requires { m_options.weight; }) keep("weight", m_options.weight);
    if constexpr (requires { m_options.pos_weight; }) keep("pos_weight", m_options.pos_weight);
  }

 protected:
  Options m_options;

 private:
  static Options by_default() {
    if constexpr (std::is_same_v<Options, Reduce>) {
      return Reduce::mean;
    } else {
      return {};
    }
  }
  // As a handle of the module's own, which to() may turn to another dtype.
  void keep(const char* name, Tensor& weight) {
    if (weight.defined()) weight = buffer(name, weight.detach());
  }
};

#define XTAPE_LOSS_MODULE(Name, function, LossOptions)                        \
  struct Name : Loss<LossOptions> {                                           \
    using Loss::Loss;                                                         \
    Tensor operator()(const Tensor& prediction, const Tensor& target) const { \
      return nn::function(prediction, target, m_options);                     \
    }                                                                         \
  };
XTAPE_LOSS_MODULE(MSELoss, mse_loss, Reduce)
XTAPE_LOSS_MODULE(HalfSquaredError, half_squared_error, Reduce)
XTAPE_LOSS_MODULE(L1Loss, l1_loss, Reduce)
XTAPE_LOSS_MODULE(HuberLoss, huber_loss, HuberOptions)
XTAPE_LOSS_MODULE(SmoothL1Loss, smooth_l1_loss, SmoothL1Options)
XTAPE_LOSS_MODULE(PoissonNLLLoss, poisson_nll_loss, PoissonOptions)
XTAPE_LOSS_MODULE(CrossEntropyLoss, cross_entropy, CrossEntropyOptions)
XTAPE_LOSS_MODULE(NLLLoss, nll_loss, NllOptions)
XTAPE_LOSS_MODULE(BCELoss, binary_cross_entropy, BinaryCrossEntropyOptions)
XTAPE_LOSS_MODULE(BCEWithLogitsLoss, binary_cross_entropy_with_logits, LogitsOptions)
XTAPE_LOSS_MODULE(KLDivLoss, kl_div, KlDivOptions)
XTAPE_LOSS_MODULE(HingeEmbeddingLoss, hinge_embedding_loss, HingeOptions)
XTAPE_LOSS_MODULE(SoftMarginLoss, soft_margin_loss, Reduce)
XTAPE_LOSS_MODULE(MultiMarginLoss, multi_margin_loss, MultiMarginOptions)
XTAPE_LOSS_MODULE(MultiLabelSoftMarginLoss, multilabel_soft_margin_loss, MultilabelOptions)
#undef XTAPE_LOSS_MODULE

#define XTAPE_LOSS_MODULE(Name, function, LossOptions)                           \
  struct Name : Loss<LossOptions> {                                              \
    using Loss::Loss;                                                            \
    Tensor operator()(const Tensor& a, const Tensor& b, const Tensor& c) const { \
      return nn::function(a, b, c, m_options);                                   \
    }                                                                            \
  };
XTAPE_LOSS_MODULE(GaussianNLLLoss, gaussian_nll_loss, GaussianOptions)
XTAPE_LOSS_MODULE(MarginRankingLoss, margin_ranking_loss, RankingOptions)
XTAPE_LOSS_MODULE(CosineEmbeddingLoss, cosine_embedding_loss, RankingOptions)
XTAPE_LOSS_MODULE(TripletMarginLoss, triplet_margin_loss, TripletOptions)
#undef XTAPE_LOSS_MODULE

/// ctc_loss() as a module.
struct CTCLoss : Loss<CtcOptions> {
  using Loss::Loss;
  Tensor operator()(const Tensor& log_probabilities, const Tensor& targets, const Tensor& input_lengths,
                    const Tensor& target_lengths) const {
    return ctc_loss(log_probabilities, targets, input_lengths, target_lengths, m_options);
  }
};

}  // namespace xtape::nn
