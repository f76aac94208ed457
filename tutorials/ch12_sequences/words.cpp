// Words as vectors, from one sentence: counts of neighbours, positive pointwise mutual information, its singular
// vectors, and a network (CBOW) that guesses a word from its neighbours.

#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>

using namespace xtape;

void print_matrix(const char* title, const Tensor& matrix, const data::Vocabulary& vocabulary, const char* format) {
  std::printf("%s\n%-8s", title, "");
  for (const std::string& word : vocabulary.tokens()) std::printf(" %8s", word.c_str());
  std::printf("\n");
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    std::printf("%-8s", vocabulary.tokens()[i].c_str());
    for (const Tensor& cell : unbind(view(matrix, {static_cast<int>(i)}))) std::printf(format, cell.item());
    std::printf("\n");
  }
  std::printf("\n");
}

// How often each word stands beside each other one.
Tensor count_neighbours(const Tensor& ids, std::size_t words) {
  const int last = static_cast<int>(ids.size()) - 1;
  const Tensor here = view(ids, {xt::range(0, last)}), next = view(ids, {xt::range(1, last + 1)});
  const Tensor none = zeros({words, words}, {.dtype = float64});
  const Tensor after = index_put(none, {here, next}, 1.0, {.accumulate = true});
  return after + transpose(after);
}

// |a|, with the book's 1e-8 against a division by zero.
double cosine(const Tensor& a, const Tensor& b) { return (vdot(a, b) / ((norm(a) + 1e-8) * (norm(b) + 1e-8))).item(); }

// log2(P(x, y) / (P(x) P(y))), where it is positive.
Tensor mutual_information(const Tensor& counts) {
  const Tensor margin = sum(counts, {0});
  return maximum(log2(counts * sum(counts) / outer(margin, margin) + 1e-8), 0.0);
}

void draw_words(const Tensor& points, const data::Vocabulary& vocabulary, const std::filesystem::path& path) {
  plot::Figure figure;
  const Tensor sign = where(sum(points, {0}) < 0.0, -1.0, 1.0);  // a singular vector may point either way
  const Tensor x = view(points * sign, {xt::all(), 0}), y = view(points * sign, {xt::all(), 1});
  figure.axes().scatter(x, y, {.marker = "o"}).x_label("first singular vector").y_label("second singular vector");
  std::map<std::pair<long, long>, std::string> names;  // words at the same place share a label
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(vocabulary.size()); ++i) {
    std::string& name = names[{std::lround(100 * x(i).item()), std::lround(100 * y(i).item())}];
    name += (name.empty() ? "" : ", ") + vocabulary.token(i);
  }
  double shift = 0.05;
  for (const auto& [place, name] : names) {
    const double px = 0.01 * static_cast<double>(place.first), py = 0.01 * static_cast<double>(place.second);
    figure.axes().text(px + 0.02, px > 0.1 ? py + shift : py, name);
    shift = -shift;
  }
  figure.axes().x_range(-0.1, 0.9).y_range(-0.1, 0.9);
  figure.save(path);
}

// The two words around each word go in, it is to come out. Weights are tables of one vector for each word.
struct Cbow {
  Tensor in, out;

  Cbow(random::Numpy& numpy, std::size_t words, std::size_t hidden) {
    const auto drawn = [&](const Shape& shape) {
      const Tensor values = Tensor(xt::adapt(numpy.randn(words * hidden)));
      return (0.01 * reshape(values, shape)).requires_grad_();
    };
    in = drawn({words, hidden});
    out = drawn({hidden, words});
  }
  Tensor scores(const Tensor& contexts) const { return matmul(mean(take(in, contexts), {1}), out); }
};

std::vector<double> train(const Cbow& net, const data::Dataset& examples) {
  optim::Adam adam({net.in, net.out}, {.lr = 1e-3});
  data::DataLoader loader(examples, {.batch_size = 3, .shuffle = true, .seed = 0});
  std::vector<double> losses;
  for (int epoch = 0; epoch < 1000; ++epoch) {
    double loss_sum = 0.0;
    for (const auto& [contexts, words] : loader) {
      const Tensor loss = nn::cross_entropy(net.scores(contexts), words);
      adam.zero_grad();
      loss.backward();
      adam.step();
      loss_sum += loss.item() / 2.0;
    }
    losses.push_back(loss_sum);
  }
  return losses;
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const std::vector<std::string> words = data::words("You say goodbye and I say hello.");
  const data::Vocabulary vocabulary(words, {.order = data::TokenOrder::appearance});
  const Tensor ids = vocabulary.encode(words);
  const Tensor counts = count_neighbours(ids, vocabulary.size());
  print_matrix("neighbours", counts, vocabulary, " %8.0f");
  const Tensor you = view(counts, {vocabulary.id("you")}), i = view(counts, {vocabulary.id("i")});
  std::printf("cos(you, i) = %.9f\n\n", cosine(you, i));

  const Tensor information = mutual_information(counts);
  print_matrix("positive pointwise mutual information", information, vocabulary, " %8.6f");

  // The two largest singular values are equal, so that their vectors may be turned within their plane: lengths and
  // angles in it are what has a meaning.
  const auto [u, values, v] = svd(information);
  std::printf("singular values");
  for (const Tensor& value : unbind(values)) std::printf(" %.4f", std::abs(value.item()));
  const Tensor points = view(u, {xt::all(), xt::range(0, 2)}), lengths = norm(points, {1});
  std::printf("\nlength in the first plane");
  for (const Tensor& value : unbind(lengths)) std::printf(" %.4f", value.item());
  std::printf("\n\n");
  draw_words(points, vocabulary, options.figure("words"));

  // Word i from words i - 1 and i + 1.
  const Tensor before = view(ids, {xt::range(0, 6)}), after = view(ids, {xt::range(2, 8)});
  const data::Dataset examples(stack({before, after}, 1), view(ids, {xt::range(1, 7)}));
  random::Numpy numpy(0);
  const Cbow net(numpy, vocabulary.size(), 5);
  const auto losses = train(net, examples);
  for (std::size_t epoch : {1u, 100u, 300u, 500u, 1000u})
    std::printf("epoch %4zu loss %.4f\n", epoch, losses[epoch - 1]);
  const NoGrad guard;
  const Tensor probabilities = softmax(net.scores(examples.inputs()));
  for (std::ptrdiff_t row = 0; row < 6; ++row) {
    const Tensor context = examples.inputs();
    std::printf("%8s ___ %-8s", vocabulary.token(context(row, 0).item<std::int64_t>()).c_str(),
                vocabulary.token(context(row, 1).item<std::int64_t>()).c_str());
    const auto [best, which] = topk(view(probabilities, {row}), 2);
    for (std::ptrdiff_t k = 0; k < 2; ++k) {
      std::printf("  %-8s %.2f", vocabulary.token(which(k).item<std::int64_t>()).c_str(), best(k).item());
    }
    std::printf("\n");
  }
  plot::Figure figure;
  const Tensor every_tenth = view(Tensor(xt::adapt(losses)), {xt::range(0, 1000, 10)});
  figure.axes().line(arange(0.0, 1000.0, 10.0), every_tenth).x_label("epoch").y_label("cross-entropy");
  figure.axes().y_range(0.0, 2.0);
  figure.save(options.figure("cbow"));
}
