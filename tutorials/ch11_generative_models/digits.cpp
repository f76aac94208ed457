// Naive Bayes on digits: each class a table of pixel probabilities; its accuracy, and the digits that it generates.
// tolerance: 0.003, because one of the 360 test images is 0.0028
#include <plot/plot.hpp>
#include <tutorials/ch11_generative_models/gaussian.hpp>
#include <tutorials/common/tutorial.hpp>

#include <cstdio>
#include <vector>

using namespace xtape;

namespace {

struct Samples {
  Tensor x, t;  // (N, pixels) float64, (N)
};

Tensor of_class(const Samples& samples, int digit) {
  return take(samples.x, flatnonzero(equal(samples.t, static_cast<double>(digit))), 0);
}

// Naive: given the digit, each pixel is ink or paper on its own. p(x | c) = prod_i q_i^x_i (1 - q_i)^(1 - x_i).
struct NaiveBayes {
  Tensor ink;        // (10, pixels): q, the probability of ink
  Tensor log_prior;  // (10)

  static NaiveBayes fit(const Samples& train) {
    Tensors rows, priors;
    for (int digit = 0; digit < 10; ++digit) {
      const Tensor x = astype(of_class(train, digit) > 0.5, float64);
      const auto count = static_cast<double>(x.shape(0));
      rows.push_back((sum(x, {0}) + 1.0) / (count + 2.0));  // one more of each: no probability is 0
      priors.push_back(Tensor(std::log(count / static_cast<double>(train.x.shape(0)))));
    }
    return {stack(rows), stack(priors)};
  }
  // log(p(x | c) P(c)), (N, 10): two products of matrices.
  Tensor log_joint(const Tensor& gray) const {
    const Tensor x = astype(gray > 0.5, float64);
    return matmul(x, transpose(log(ink))) + matmul(1.0 - x, transpose(log(1.0 - ink))) + log_prior;
  }
};

// Not naive: a Gaussian for each digit, which knows how pixels go together. The small term keeps pixels that never
// change from making its covariance singular.
std::vector<Gaussian> fit_gaussians(const Samples& train) {
  std::vector<Gaussian> result;
  for (int digit = 0; digit < 10; ++digit) {
    const Tensor x = of_class(train, digit), centred = x - mean(x, {0});
    const Tensor covariance = matmul(transpose(centred), centred) / static_cast<double>(x.shape(0));
    result.push_back({mean(x, {0}), cholesky(covariance + 0.02 * eye(x.shape(1), {.dtype = float64}))});
  }
  return result;
}

Tensor log_densities(const std::vector<Gaussian>& models, const Tensor& x) {
  Tensors columns;
  for (const Gaussian& one : models) columns.push_back(one.log_density(x));
  return stack(columns, 1);
}

nn::Linear fit_logistic(const Samples& train) {
  manual_seed(0);
  nn::Linear layer(train.x.shape(1), 10);
  layer.to(float64);
  optim::LBFGS rule(layer.parameters(), {.max_iter = 50, .line_search_fn = optim::LineSearch::strong_wolfe});
  rule.step([&] {
    rule.zero_grad();
    const Tensor loss = nn::cross_entropy(layer(train.x), train.t) + 1e-3 * norm_sq(layer.weight);
    loss.backward();
    return loss;
  });
  return layer;
}

void draw(const tutorial::Options& options, const NaiveBayes& naive, const std::vector<Gaussian>& gaussians,
          std::size_t side) {
  manual_seed(2);
  const Tensor drawn = astype(rand(naive.ink.shape(), {.dtype = float64}) < naive.ink, float64);
  Tensors by_gaussian;
  for (const Gaussian& one : gaussians) by_gaussian.push_back(clip(one.sample(1), 0.0, 1.0));
  const Tensor pictures = concatenate({naive.ink, drawn, concatenate(by_gaussian)});
  plot::image_grid(reshape(pictures, {30, side, side}), {.columns = 10}).save(options.figure("generated"));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const tutorial::Images images = tutorial::load_images(options);
  const auto flat = [&](const Tensor& x) { return reshape(astype(x, float64), {x.shape(0), images.pixels()}); };
  const Samples train{flat(images.train), images.train_labels}, test{flat(images.test), images.test_labels};
  const NaiveBayes naive = NaiveBayes::fit(train);
  const std::vector<Gaussian> gaussians = fit_gaussians(train);
  nn::Linear layer = fit_logistic(train);

  const NoGrad guard;
  std::printf("test accuracy\nnaive Bayes            %.4f\na Gaussian per digit   %.4f\nlogistic regression    %.4f\n",
              nn::accuracy(naive.log_joint(test.x), test.t), nn::accuracy(log_densities(gaussians, test.x), test.t),
              nn::accuracy(layer(test.x), test.t));

  manual_seed(1);
  const Tensor noise = rand({1, images.pixels()}, {.dtype = float64}), first = view(test.x, {xt::range(0, 1)});
  const Tensor strange = concatenate({first, 1.0 - first, noise, 3.0 * noise});
  const Tensor shares = softmax(layer(strange), 1), density = amax(log_densities(gaussians, strange), {1});
  const char* names[] = {"a test image", "its negative", "noise", "3 times the noise"};
  std::printf("\n                    logistic regression    log p(x | its best digit)\n");
  for (int i = 0; i < 4; ++i) {
    std::printf("%-18s  says %d, P = %.4f      %8.0f\n", names[i], argmax(view(shares, {i})).item<int>(),
                amax(view(shares, {i})).item(), density(i).item());
  }
  const Tensor usual = amax(log_densities(gaussians, test.x), {1});
  std::printf("the test images' densities lie between %.0f and %.0f\n", amin(usual).item(), amax(usual).item());
  draw(options, naive, gaussians, images.height());
}
