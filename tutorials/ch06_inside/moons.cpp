// micrograd's demonstration: a hundred points on two moons, a perceptron 2-16-16-1 and the loss of a support vector
// machine. The points, the first weights and every step are micrograd's own.
#include <plot/plot.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <iomanip>
#include <iostream>

using namespace xtape;

// Python's random.seed(seed): how a Mersenne twister fills its state from a key of one word (mt19937ar.c).
struct PythonSeed {
  using result_type = std::uint32_t;
  std::uint32_t seed;

  template <class Iterator>
  void generate(Iterator first, Iterator last) const {
    const auto count = static_cast<std::uint32_t>(last - first);
    std::vector<std::uint32_t> state = {19650218u};
    std::uint32_t i = 1;
    const auto before = [&] { return state[i - 1] ^ (state[i - 1] >> 30); };
    const auto advance = [&] {
      if (++i < count) return;
      state[0] = state[count - 1];
      i = 1;
    };
    for (; i < count; ++i) state.push_back(1812433253u * before() + i);
    i = 1;
    for (std::uint32_t n = 0; n < count; ++n, advance()) state[i] = (state[i] ^ (before() * 1664525u)) + seed;
    for (std::uint32_t n = 1; n < count; ++n, advance()) state[i] = (state[i] ^ (before() * 1566083941u)) - i;
    state[0] = 0x80000000u;
    std::copy(state.begin(), state.end(), first);
  }
};

// random.uniform(-1, 1) of Python: 53 bits of two draws.
double uniform(std::mt19937& engine) {
  const double high = static_cast<double>(engine() >> 5), low = static_cast<double>(engine() >> 6);
  return -1.0 + 2.0 * ((high * 0x1p26 + low) / 0x1p53);
}

// A layer as micrograd makes it: weights uniform in [-1, 1), biases 0.
nn::Linear layer(std::mt19937& engine, std::size_t in, std::size_t out) {
  xt::xarray<double> weight = xt::zeros<double>({out, in});
  for (double& w : weight) w = uniform(engine);
  nn::Linear result(in, out);
  result.to(float64);
  const NoGrad guard;
  result.weight.assign(weight);
  result.bias.assign(Tensor(0.0));
  return result;
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  const data::Dataset moons = data::two_moons({.points = 50, .noise = 0.1, .seed = 1337, .dtype = float64});
  const Tensor x = moons.inputs(), sides = 2.0 * astype(moons.targets(), float64) - 1.0;

  PythonSeed seed{1337};
  std::mt19937 engine(seed);
  nn::Sequential net;
  net.append(layer(engine, 2, 16)).append(nn::ReLU());
  net.append(layer(engine, 16, 16)).append(nn::ReLU());
  net.append(layer(engine, 16, 1));
  std::cout << net.parameter_count() << " parameters\nstep    loss  accuracy\n" << std::fixed;

  std::vector<double> losses;
  optim::SGD sgd(net.parameters(), {.lr = 1.0});
  for (int step = 0; step < 100; ++step) {
    const Tensor scores = squeeze(net(x), {1});
    Tensor loss = mean(relu(1.0 - sides * scores));  // 0 only where a point is on its side by 1 or more
    for (const Tensor& p : net.parameters()) loss = loss + 1e-4 * sum(square(p));
    losses.push_back(loss.item());
    const double right = mean(astype(greater(sides * scores.detach(), 0.0), float64)).item();
    if (step % 10 == 0 || step == 99)
      std::cout << std::setw(4) << step << std::setprecision(4) << std::setw(9) << loss.item() << std::setprecision(2)
                << std::setw(9) << right << '\n';
    sgd.zero_grad();
    loss.backward();
    sgd.set_learning_rate(1.0 - 0.9 * step / 100.0);
    sgd.step();
  }

  plot::Figure figure({.columns = 2, .width = 1000, .height = 420});
  figure[0].line(losses).x_label("step").y_label("loss");
  const auto two_scores = [&](const Tensor& points) {
    const Tensor score = net(points).detach();
    return concatenate({-score, score}, 1);
  };
  plot::decision_regions(figure[1], plot::Plane::around(x), two_scores);
  figure[1].scatter_classes(x, moons.targets(), {"class 0", "class 1"}).x_label("x1").y_label("x2");
  figure.save(options.figure("moons"));
}
