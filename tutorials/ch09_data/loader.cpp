// From a table to batches: splits, shuffling, seeds, worker threads; and classes of which one is rare.
#include <xtape.hpp>

#include <cstdio>

#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

// How many examples of each of three classes.
void print_counts(const char* name, const data::Dataset& dataset) {
  int counts[3] = {0, 0, 0};
  for (const std::int64_t label : dataset.targets().array<std::int64_t>()) ++counts[label];
  std::printf("  %-24s %2d %2d %2d\n", name, counts[0], counts[1], counts[2]);
}

void splits() {
  const data::Dataset irises = data::iris();
  std::vector<std::size_t> first;
  for (std::size_t i = 0; i < 30; ++i) first.push_back(i);
  std::printf("30 irises to test with, by species\n");
  print_counts("the first 30", data::subset(irises, first));
  print_counts("random_split", data::random_split(irises, 0.8, {.seed = 1}).test);
  print_counts("stratified_split", data::stratified_split(irises, 0.8, {.seed = 1}).test);
}

// A linear layer learns the irises in batches of ten, as they are sorted or shuffled; the accuracy after each epoch.
void order() {
  for (const bool shuffle : {false, true}) {
    nn::Linear model(4, 3);
    nn::init::zeros_(model.weight);
    nn::init::zeros_(model.bias);
    model.to(float64);
    optim::SGD rule(model.parameters(), {.lr = 0.1});
    data::DataLoader loader(data::iris(), {.batch_size = 10, .shuffle = shuffle, .seed = 1});
    std::printf("  %-10s", shuffle ? "shuffled" : "sorted");
    for (int epoch = 1; epoch <= 20; ++epoch) {
      for (const auto& [x, t] : loader) {
        rule.zero_grad();
        nn::cross_entropy(model(astype(x, float64)), t).backward();
        rule.step();
      }
      if (epoch % 5 != 0) continue;
      const NoGrad guard;
      std::printf("  %.3f", nn::accuracy(model(astype(data::iris().inputs(), float64)), data::iris().targets()));
    }
    std::printf("\n");
  }
}

// The labels of the first batch of an epoch of eight digits.
void print_batch(const char* name, data::DataLoader& loader) {
  std::printf("  %-26s", name);
  const auto [x, t] = *loader.begin();
  for (const std::int64_t label : t.array<std::int64_t>()) std::printf(" %d", static_cast<int>(label));
  std::printf("\n");
}

void seeds(const data::Dataset& digits) {
  data::DataLoader one(digits, {.batch_size = 8, .shuffle = true, .seed = 1});
  data::DataLoader again(digits, {.batch_size = 8, .shuffle = true, .seed = 1});
  data::DataLoader other(digits, {.batch_size = 8, .shuffle = true, .seed = 2});
  std::printf("\nfirst batch of labels\n");
  print_batch("seed 1, first epoch", one);
  print_batch("seed 1, second epoch", one);
  print_batch("seed 1, a new loader", again);
  print_batch("seed 2", other);
}

// Batches with random transforms, made by this thread and by three others: are they equal?
void workers(const data::Dataset& digits) {
  const data::Dataset noisy = digits.map(data::GaussianNoise(0.1));
  data::DataLoader alone(noisy, {.batch_size = 32, .shuffle = true, .seed = 1});
  data::DataLoader three(noisy, {.batch_size = 32, .shuffle = true, .seed = 1, .workers = 3});
  bool same = true;
  std::size_t batches = 0;
  auto mine = alone.begin();
  for (const auto& [x, t] : three) {
    same = same && all(equal(x, mine->first)).item<bool>() && all(equal(t, mine->second)).item<bool>();
    ++mine;
    ++batches;
  }
  std::printf("\n%zu batches from no and from three workers: %s, the last one has %zu\n", batches,
              same ? "the same" : "different", digits.size() - 32 * (batches - 1));
}

// Of the malignant tumours only 20 are left for training. What is recognised depends on how often they are shown.
void imbalance() {
  const data::Split halves = data::stratified_split(data::breast_cancer(), 0.5, {.seed = 1});
  std::vector<std::size_t> kept;
  std::size_t rare = 0;
  const Tensor labels = halves.train.targets();
  for (std::size_t i = 0; i < halves.train.size(); ++i) {
    const bool malignant = labels.item<int>(static_cast<std::ptrdiff_t>(i)) == 0;
    if (!malignant || rare++ < 20) kept.push_back(i);
  }
  const data::Dataset chosen = data::subset(halves.train, kept);
  const Tensor centre = mean(astype(chosen.inputs(), float64), {0});
  const Tensor width = stddev(astype(chosen.inputs(), float64), {0});
  const auto scaled = [&](const Tensor& x) { return (astype(x, float64) - centre) / width; };
  const data::Dataset train(scaled(chosen.inputs()), chosen.targets());
  std::printf("\n%zu for training, 20 of them malignant; test accuracy, and the share of each class that was found\n",
              train.size());
  const auto report = [&](const char* name, const data::DataLoader::Options& settings, const Tensor& weights) {
    nn::Linear model(30, 2);
    model.to(float64);
    nn::init::zeros_(model.weight);
    nn::init::zeros_(model.bias);
    optim::SGD rule(model.parameters(), {.lr = 0.02});
    data::DataLoader loader(train, settings);
    for (int epoch = 0; epoch < 20; ++epoch) {
      for (const auto& [x, t] : loader) {
        rule.zero_grad();
        nn::cross_entropy(model(x), t, {.weight = weights}).backward();
        rule.step();
      }
    }
    const NoGrad guard;
    const Tensor scores = model(scaled(halves.test.inputs()));
    const Tensor found = nn::recall(nn::confusion_matrix(argmax(scores, 1), halves.test.targets(), 2));
    std::printf("  %-22s  %.3f   malignant %.3f   benign %.3f\n", name, nn::accuracy(scores, halves.test.targets()),
                found.item(0), found.item(1));
  };
  report("as they come", {.batch_size = 16, .shuffle = true, .seed = 1}, {});
  report("weights in the loss", {.batch_size = 16, .shuffle = true, .seed = 1}, xt::xarray<double>{9.0, 1.0});
  report("BalancedSampler", {.batch_size = 16, .seed = 1, .sampler = data::BalancedSampler(train)}, {});
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  splits();
  std::printf("\naccuracy after 5, 10, 15 and 20 epochs\n");
  order();
  const data::Split digits = data::digits();
  seeds(digits.train);
  workers(digits.train);
  imbalance();
}
