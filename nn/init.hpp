#pragma once

#include <autograd/random.hpp>
#include <autograd/tensor.hpp>

/// Initial values. Every function fills a tensor in place, also one that requires a gradient; the fill is not recorded.
/// Values are drawn from `generator`, the library's own unless one is given.
/// Example: `nn::init::kaiming_normal_(conv.weight, {.nonlinearity = nn::init::Nonlinearity::relu});`
namespace xtape::nn::init {

/// The activation that follows a layer, for the gain that keeps the variance of what passes through both.
enum class Nonlinearity { linear, sigmoid, tanh, relu, leaky_relu, selu };

/// Which variance kaiming_uniform_ and kaiming_normal_ keep: that of the values forward, or of the gradients backward.
enum class FanMode { in, out };

/// The recommended factor on the standard deviation: linear and sigmoid 1, tanh 5/3, relu sqrt(2), leaky_relu
/// sqrt(2 / (1 + negative_slope^2)), selu 3/4; PyTorch's calculate_gain.
double gain(Nonlinearity nonlinearity, double negative_slope = 0.01);

/// How many inputs reach one output of a weight, and how many outputs one input.
struct Fans {
  double in = 0;
  double out = 0;
};
/// Of a weight (out, in, ...): the sizes after the second are a convolution's kernel and multiply both counts.
/// Throws ShapeError for a weight of fewer than two axes. Example: `fans({8, 3, 5, 5})` gives in 75, out 200.
Fans fans(const Shape& weight);

/// What kaiming_uniform_ and kaiming_normal_ take.
struct Kaiming {
  double negative_slope = 0.0;  ///< of the leaky_relu; not used by the others
  FanMode mode = FanMode::in;
  Nonlinearity nonlinearity = Nonlinearity::leaky_relu;
};

/// Every element becomes `value`.
void constant_(const Tensor& tensor, double value);
/// Uniform in [low, high). Throws Error where high < low.
void uniform_(const Tensor& tensor, double low = 0.0, double high = 1.0,
              random::Generator& generator = random::default_generator());
/// Normal. Throws Error for a negative deviation.
void normal_(const Tensor& tensor, double mean = 0.0, double deviation = 1.0,
             random::Generator& generator = random::default_generator());

/// Uniform in [-a, a], a = gain sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio 2010).
void xavier_uniform_(const Tensor& weight, double gain = 1.0,
                     random::Generator& generator = random::default_generator());
/// Normal of deviation gain sqrt(2 / (fan_in + fan_out)) (Glorot and Bengio 2010).
void xavier_normal_(const Tensor& weight, double gain = 1.0,
                    random::Generator& generator = random::default_generator());

/// Uniform in [-a, a], a = gain sqrt(3 / fan) (He et al. 2015).
void kaiming_uniform_(const Tensor& weight, const Kaiming& options = {},
                      random::Generator& generator = random::default_generator());
/// Normal of deviation gain / sqrt(fan) (He et al. 2015).
void kaiming_normal_(const Tensor& weight, const Kaiming& options = {},
                     random::Generator& generator = random::default_generator());

}  // namespace xtape::nn::init
