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
/// sqrt(2 / (1 + negative_slope^2)), selu 3/4. Example: `calculate_gain(Nonlinearity::tanh)`.
double calculate_gain(Nonlinearity nonlinearity, double negative_slope = 0.01);

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
/// Every element becomes 0, or 1.
void zeros_(const Tensor& tensor);
void ones_(const Tensor& tensor);
/// The identity matrix; not necessarily square. Throws ShapeError for what is no matrix.
void eye_(const Tensor& matrix);
/// The weight (out, in, kernel...) of a convolution that passes its channels on unchanged, as many as there are: 1 at
/// the middle of the kernel from each channel to that of the same number, 0 elsewhere; with groups, in each group of
/// the output channels. Throws ShapeError for a weight without a kernel, or where the groups do not divide the output.
void dirac_(const Tensor& weight, std::size_t groups = 1);

/// Uniform in [low, high). Throws Error where high < low.
void uniform_(const Tensor& tensor, double low = 0.0, double high = 1.0,
              random::Generator& generator = random::default_generator());
/// Normal. Throws Error for a negative deviation.
void normal_(const Tensor& tensor, double mean = 0.0, double deviation = 1.0,
             random::Generator& generator = random::default_generator());

/// Normal values of which none lies outside [low, high]: those that would are drawn again. Throws Error for a deviation
/// that is not positive, or where low >= high. Example: `trunc_normal_(weight, {.deviation = 0.02})`.
struct TruncatedNormal {
  double mean = 0.0;
  double deviation = 1.0;
  double low = -2.0;  ///< the limits are values, not deviations
  double high = 2.0;
};
void trunc_normal_(const Tensor& tensor, const TruncatedNormal& options = {},
                   random::Generator& generator = random::default_generator());

/// Orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al. 2013): the weight (out, ...) is read as
/// a matrix of `out` rows, random in the sense of the Haar measure. Throws ShapeError for fewer than two axes.
void orthogonal_(const Tensor& weight, double gain = 1.0, random::Generator& generator = random::default_generator());
/// Normal, but in each column of the matrix the share `sparsity` of the elements, rounded up, is 0 (Martens 2010).
/// Throws ShapeError for what is no matrix, Error for a sparsity outside [0, 1].
void sparse_(const Tensor& matrix, double sparsity, double deviation = 0.01,
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
