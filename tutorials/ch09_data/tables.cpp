// What not to feed a network, with tables of numbers: columns of wild scales, statistics of the test set, holes, and a
// column that knows the answer. The model is always the same: one linear layer with softmax.
#include <xtape.hpp>

#include <cstdio>
#include <limits>
#include <span>
#include <string>

#include <tutorials/common/tutorial.hpp>

using namespace xtape;

namespace {

struct Data {
  Tensor x, t;
};

Data all_of(const data::Dataset& dataset) { return {astype(dataset.inputs(), float64), dataset.targets()}; }

// Mean and deviation of each column. They are taken from training data and then applied to whatever comes.
struct Scaling {
  Tensor centre, width;
  explicit Scaling(const Tensor& x) : centre(mean(x, {0})), width(stddev(x, {0})) {}
  Tensor operator()(const Tensor& x) const { return (x - centre) / width; }
};

// 300 steps of gradient descent on all examples at once.
nn::Linear learn(const Data& train, std::size_t classes, double lr = 0.5) {
  nn::Linear model(train.x.shape(1), classes);
  model.to(float64);
  nn::init::zeros_(model.weight);
  nn::init::zeros_(model.bias);
  optim::SGD rule(model.parameters(), {.lr = lr});
  for (int step = 0; step < 300; ++step) {
    rule.zero_grad();
    nn::cross_entropy(model(train.x), train.t).backward();
    rule.step();
  }
  return model;
}

double accuracy(nn::Linear model, const Data& data) { return nn::accuracy(model(data.x), data.t); }

void wild_scales() {
  const auto [train_set, test_set] = data::stratified_split(data::wine(), 0.7, {.seed = 1});
  const Data train = all_of(train_set), test = all_of(test_set);
  const data::Table table = data::wine_table();
  std::printf("column                 mean  deviation\n");
  for (const char* name : {"proline", "magnesium", "alcohol", "hue"}) {
    std::printf("%-16s  %9.2f  %9.2f\n", name, mean(table[name]).item(), stddev(table[name]).item());
  }
  const Scaling scaling(train.x);
  const Data scaled{scaling(train.x), train.t}, scaled_test{scaling(test.x), test.t};
  std::printf("\nlearning rate   test accuracy: as they are   scaled\n");
  for (const double lr : {1e-8, 1e-7, 1e-6, 1e-5}) {
    std::printf("%13.0e   %26.3f  %7.3f\n", lr, accuracy(learn(train, 3, lr), test),
                accuracy(learn(scaled, 3, lr), scaled_test));
  }
  std::printf("%13.1f   %26s  %7.3f\n", 0.1, "-", accuracy(learn(scaled, 3, 0.1), scaled_test));
}

// A hospital tests our model on ill patients only.
void statistics_of_the_test_set(const Data& train, const Data& test) {
  const Scaling scaling(train.x);
  const nn::Linear model = learn({scaling(train.x), train.t}, 2);
  const Tensor ill = flatnonzero(equal(test.t, 0));
  const Data patients{take(test.x, ill), take(test.t, ill)};
  std::printf("\n%zu malignant tumours, recognised\n", patients.x.shape(0));
  std::printf("  scaled as the training data     %.3f\n", accuracy(model, {scaling(patients.x), patients.t}));
  std::printf("  scaled by their own statistics  %.3f\n",
              accuracy(model, {Scaling(patients.x)(patients.x), patients.t}));
}

// A table as one gets them. Empty fields and "?" become nan in columns of numbers.
void read_a_table() {
  const std::string text = "age,town,risk\n34,Kyoto,low\n51,,high\n?,Osaka,high\n";
  const data::Table table(std::as_bytes(std::span(text)), "'patients.csv'");
  std::printf("\nages: %.0f %.0f %.0f, mean without the missing one %.1f\n", table["age"].item(0), table["age"].item(1),
              table["age"].item(2), nanmean(table["age"]).item());
  try {
    (void)table.categories("town");
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
  }
  std::printf("complete rows: %zu\n", table.without_missing().rows());
}

// Values replaced by NaN with this probability, as a CSV reader gives them where a field is empty.
Tensor with_holes(const Tensor& x, double share, std::uint64_t seed) {
  random::Generator generator(seed);
  const Tensor hole = less(rand(x.shape(), {.dtype = float64}, generator), share);
  return masked_fill(x, hole, std::numeric_limits<double>::quiet_NaN());
}

Tensor fill(const Tensor& x, const Tensor& values) { return where(isnan(x), values, x); }
// The same, with a column more for each: 1 where the value was missing.
Tensor fill_and_say(const Tensor& x, const Tensor& values) {
  return concatenate({fill(x, values), astype(isnan(x), float64)}, 1);
}

void holes(const Data& train, const Data& test) {
  const Tensor a = with_holes(train.x, 0.3, 1), b = with_holes(test.x, 0.3, 2);
  const Tensor centre = nanmean(a, {0});
  const auto report = [&](const char* name, const Tensor& x, const Tensor& x_test) {
    const Scaling scaling(x);
    std::printf("  %-28s  %.3f\n", name, accuracy(learn({scaling(x), train.t}, 2), {scaling(x_test), test.t}));
  };
  std::printf("\n30%% of the values are missing: test accuracy\n");
  report("nan as it is", a, b);
  report("filled with -999", fill(a, -999.0), fill(b, -999.0));
  report("filled with 0", fill(a, 0.0), fill(b, 0.0));
  report("filled with the mean", fill(a, centre), fill(b, centre));
  report("the mean, and a flag", fill_and_say(a, centre), fill_and_say(b, centre));
  report("none missing", train.x, test.x);
}

// The irises are sorted by species, so the number of the row gives the answer away.
void leak() {
  const Tensor sepals = astype(view(data::iris().inputs(), {xt::all(), xt::range(0, 2)}), float64);
  const Tensor row = arange(0.0, 150.0, 1.0, {.dtype = float64});
  const auto evaluate = [&](const char* name, const Tensor& x, const Tensor& x_later) {
    const auto [train_set, test_set] =
        data::stratified_split(data::Dataset(x, data::iris().targets()), 0.7, {.seed = 1});
    const Data train = all_of(train_set), test = all_of(test_set), later{x_later, data::iris().targets()};
    const Scaling scaling(train.x);
    const nn::Linear model = learn({scaling(train.x), train.t}, 3);
    std::printf("  %-24s  %.3f  %.3f\n", name, accuracy(model, {scaling(test.x), test.t}),
                accuracy(model, {scaling(later.x), later.t}));
  };
  random::Generator generator(1);
  const Tensor other_order = astype(randperm(150, generator), float64);
  std::printf("\nirises by their sepals         test  in another order\n");
  evaluate("length and width", sepals, sepals);
  evaluate("and the row's number", concatenate({sepals, expand_dims(row, 1)}, 1),
           concatenate({sepals, expand_dims(other_order, 1)}, 1));
}

}  // namespace

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  wild_scales();
  const auto [train_set, test_set] = data::stratified_split(data::breast_cancer(), 0.7, {.seed = 1});
  statistics_of_the_test_set(all_of(train_set), all_of(test_set));
  read_a_table();
  holes(all_of(train_set), all_of(test_set));
  leak();
}
