#include <doctest/doctest.h>

#include <xtape.hpp>

#include <books/printed.hpp>
#include <vector>

using namespace xtape;
using books::check_number;
using books::check_printed;

// Small cases that the books work out: activations, a forward pass, losses, convolution, batch normalisation, recurrent
// networks. Ten decimals where nothing else is said.

namespace {

constexpr int decimals = 10;

}  // namespace

TEST_CASE("D1 chapter 2: perceptrons as gates, and a gate that takes two layers of them") {
  const Tensor inputs = xt::xarray<double>{{0, 0}, {1, 0}, {0, 1}, {1, 1}};
  const auto gate = [](const Tensor& x, double weight, double bias) {
    return step(matmul(x, Tensor(xt::xarray<double>{weight, weight})) + bias);
  };
  check_printed(gate(inputs, 0.5, -0.7), {0, 0, 0, 1}, 12);
  const Tensor not_both = gate(inputs, -0.5, 0.7), either = gate(inputs, 0.5, -0.2);
  check_printed(not_both, {1, 1, 1, 0}, 12);
  check_printed(either, {0, 1, 1, 1}, 12);
  check_printed(gate(stack({not_both, either}, 1), 0.5, -0.7), {0, 1, 1, 0}, 12);
}

TEST_CASE("D1 chapter 3: sigmoid and softmax") {
  check_printed(sigmoid(Tensor(xt::xarray<double>{-1, 1, 2})), {0.2689414214, 0.7310585786, 0.8807970780}, decimals);
  check_printed(sigmoid(Tensor(xt::xarray<double>{0, 1, 2, 4})), {0.5, 0.7310585786, 0.8807970780, 0.9820137900},
                decimals);
  check_printed(softmax(xt::xarray<double>{0.3, 2.9, 4.0}), {0.0182112733, 0.2451918129, 0.7365969138}, decimals);
  check_printed(softmax(xt::xarray<double>{{0, 1, 2}, {0, 2, 4}}),
                {0.0900305732, 0.2447284711, 0.6652409558, 0.0158762400, 0.1173104278, 0.8668133322}, decimals);
  // exp(1010) overflows; the largest score is taken off first.
  const Tensor large = softmax(xt::xarray<double>{1010, 1000, 990});
  check_printed(large, {9.99954600e-1, 4.53978687e-5, 2.06106005e-9}, 9);
  check_number(large.item(2), 2.06106005e-9, 3e-9);
}

TEST_CASE("D1 chapter 3: a network of three layers, step by step") {
  nn::Sequential net(
      books::affine(xt::xarray<double>{{0.1, 0.3, 0.5}, {0.2, 0.4, 0.6}}, xt::xarray<double>{0.1, 0.2, 0.3}),
      nn::Sigmoid(),
      books::affine(xt::xarray<double>{{0.1, 0.4}, {0.2, 0.5}, {0.3, 0.6}}, xt::xarray<double>{0.1, 0.2}),
      nn::Sigmoid(), books::affine(xt::xarray<double>{{0.1, 0.3}, {0.2, 0.4}}, xt::xarray<double>{0.1, 0.2}));
  const std::vector<std::vector<double>> printed = {{0.3, 0.7, 1.1},
                                                    {0.5744425168, 0.6681877722, 0.7502601056},
                                                    {0.5161598378, 1.2140269562},
                                                    {0.6262493704, 0.7710106969},
                                                    {0.3168270764, 0.6962790899}};
  Tensor x = xt::xarray<double>{1.0, 0.5};
  for (std::size_t i = 0; i < printed.size(); ++i) {
    INFO("layer " << i);
    x = net[static_cast<std::ptrdiff_t>(i)](x);
    check_printed(x, printed[i], decimals);
  }
}

TEST_CASE("D1 chapter 4: sums of squares and cross-entropy as losses") {
  const Tensor two = xt::xarray<double>{0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0};
  const Tensor seven = xt::xarray<double>{0.1, 0.05, 0.1, 0.0, 0.05, 0.1, 0.0, 0.6, 0.0, 0.0};
  const Tensor label = one_hot(xt::xarray<std::int64_t>{2}, 10, float64);
  const auto half_squares = [&](const Tensor& y) { return 0.5 * sum(square(y - label)); };
  const auto cross_entropy = [&](const Tensor& y) { return -sum(label * log(y + 1e-7)); };
  check_printed(half_squares(two), {0.0975}, decimals);
  check_printed(half_squares(seven), {0.5975}, decimals);
  check_printed(cross_entropy(two), {0.510825457}, 9);
  check_printed(cross_entropy(seven), {2.302584093}, 9);
}

TEST_CASE("D1 chapter 4: differences, and descent along the gradient") {
  const auto f = [](double x) { return 0.01 * x * x + 0.1 * x; };
  const auto difference = [&](double x) { return (f(x + 1e-4) - f(x - 1e-4)) / 2e-4; };
  const auto slope = [](double at) {
    const Tensor x = Tensor(at).requires_grad_();
    return grad(0.01 * square(x) + 0.1 * x, x).item();
  };
  check_number(difference(5), 0.1999999999990898, 1e-11);
  check_number(difference(10), 0.2999999999986347, 1e-11);
  check_number(slope(5), 0.2);
  check_number(slope(10), 0.3);

  const auto descend = [](double rate, int steps) {
    const Tensor x = Tensor(xt::xarray<double>{-3, 4}).requires_grad_();
    optim::SGD sgd({x}, {.lr = rate});
    for (int i = 0; i < steps; ++i) {
      sgd.zero_grad();
      sum(square(x)).backward();
      sgd.step();
    }
    return x.detach();
  };
  check_printed(descend(0.1, 20), {-0.03458765, 0.04611686}, 8);
  check_printed(descend(0.1, 100), {-6.111e-10, 8.148e-10}, 13);
  check_printed(descend(1e-10, 100), {-2.99999994, 3.99999992}, 8);
}

TEST_CASE("D1 chapter 4: the gradient of a layer's weights") {
  const Tensor x = xt::xarray<double>{0.6, 0.9};
  const Tensor w = Tensor(xt::xarray<double>{{0.47355232, 0.9977393, 0.84668094}, {0.85557411, 0.03563661, 0.69422093}})
                       .requires_grad_();
  const Tensor loss = -log(view(softmax(matmul(x, w)), {2}) + 1e-7);  // the book's cross-entropy
  loss.backward();
  check_printed(loss, {0.92806829}, 8);
  check_printed(w.grad(), {0.21924757, 0.14356243, -0.36281000, 0.32887136, 0.21534364, -0.54421500}, 8);
}

TEST_CASE("D1 chapter 5: the price of apples and oranges, and how it depends on each") {
  const auto price = [](double value) { return Tensor(value).requires_grad_(); };
  const Tensor apple = price(100), apples = price(2), orange = price(150), oranges = price(3), tax = price(1.1);
  const Tensor of_apples = apple * apples * tax;
  of_apples.backward();
  check_number(of_apples.item(), 220);
  check_number(apple.grad().item(), 2.2);
  check_number(apples.grad().item(), 110);
  check_number(tax.grad().item(), 200);

  for (const Tensor& x : {apple, apples, tax}) x.zero_grad();
  const Tensor of_both = (apple * apples + orange * oranges) * tax;
  of_both.backward();
  check_number(of_both.item(), 715);
  check_number(apple.grad().item(), 2.2);
  check_number(apples.grad().item(), 110);
  check_number(orange.grad().item(), 3.3000000000000003);
  check_number(oranges.grad().item(), 165);
  check_number(tax.grad().item(), 650);
}

// The book adds 1e-7 within the logarithm, but differentiates as if it did not; xtape's cross-entropy needs no such
// guard.
TEST_CASE("D1 chapter 5: softmax with cross-entropy, and its gradient") {
  const Tensor x = Tensor(xt::xarray<double>{{0.3, 2.9, 4.0}, {1, 2, 3}}).requires_grad_();
  const Tensor y = softmax(x.detach());
  check_printed(-0.5 * (log(y(0, 2) + 1e-7) + log(y(1, 0) + 1e-7)), {1.3566595914}, decimals);
  nn::cross_entropy(x, xt::xarray<std::int64_t>{2, 0}).backward();
  check_printed(x.grad(), {0.0091056366, 0.1225959065, -0.1317015431, -0.4549847134, 0.1223642355, 0.3326204780}, 9);

  const Tensor scores = xt::xarray<double>{{-1, 0, 1, 2}, {2, 0, 1, -1}};
  check_printed(view(log_softmax(scores), {0}), {-3.4401896986, -2.4401896986, -1.4401896986, -0.4401896986}, decimals);
}

TEST_CASE("D1 chapter 7: convolution of a 4 x 4 image") {
  const Tensor x =
      reshape(Tensor(xt::xarray<double>{{1, 2, 3, 0}, {0, 1, 2, 3}, {3, 0, 1, 2}, {2, 3, 0, 1}}), {1, 1, 4, 4});
  const Tensor kernel = reshape(Tensor(xt::xarray<double>{{2, 0, 1}, {0, 1, 2}, {1, 0, 2}}), {1, 1, 3, 3});
  check_printed(conv2d(x, kernel), {15, 16, 6, 15}, decimals);
  check_printed(conv2d(x, kernel, xt::xarray<double>{3}), {18, 19, 9, 18}, decimals);
  check_printed(conv2d(x, kernel, {.padding = 1}), {7, 12, 10, 2, 4, 15, 16, 10, 10, 6, 15, 6, 8, 10, 4, 3}, decimals);
}

TEST_CASE("D1 chapter 7: the largest of every 2 x 2 pixels") {
  const Tensor x =
      reshape(Tensor(xt::xarray<double>{{1, 2, 1, 0}, {0, 1, 2, 3}, {3, 0, 1, 2}, {2, 4, 0, 1}}), {1, 1, 4, 4});
  check_printed(max_pool2d(x, 2), {2, 3, 4, 2}, decimals);
}

TEST_CASE("D1 chapter 7: im2col and col2im, which are unfold and fold") {
  const Tensor image = reshape(arange(16.0, {.dtype = float64}), {1, 1, 4, 4});
  const Tensor columns = unfold(image, 3);  // the book's rows
  check_printed(transpose(view(columns, {0})), {0, 1, 2, 4, 5, 6,  8,  9,  10, 1, 2, 3, 5, 6,  7,  9,  10, 11,
                                                4, 5, 6, 8, 9, 10, 12, 13, 14, 5, 6, 7, 9, 10, 11, 13, 14, 15},
                decimals);
  check_printed(fold(columns, {4, 4}, 3), {0, 2, 4, 3, 8, 20, 24, 14, 16, 36, 40, 22, 12, 26, 28, 15}, decimals);
}

TEST_CASE("D1 chapter 6: batch normalisation and its gradients") {
  const Tensor x = Tensor(xt::xarray<double>{{1, 2}, {3, 4}, {5, 9}}).requires_grad_();
  const Tensor gamma = ones({2}, {.dtype = float64, .requires_grad = true});
  const Tensor beta = zeros({2}, {.dtype = float64, .requires_grad = true});
  const Tensor running_mean = zeros({2}, {.dtype = float64}), running_var = zeros({2}, {.dtype = float64});
  const Tensor y = batch_norm(
      x, gamma, beta,
      {.running_mean = running_mean, .running_var = running_var, .training = true, .momentum = 0.1, .eps = 1e-6});
  check_printed(y, {-1.2247446418, -1.0190492719, 0, -0.3396830906, 1.2247446418, 1.3587323626}, decimals);
  check_printed(running_mean, {0.3, 0.5}, decimals);
  // The book keeps the variance of the batch; xtape, as PyTorch, the unbiased one, 3/2 of it for three examples.
  check_printed(running_var * (2.0 / 3.0), {0.2666666667, 0.8666666667}, decimals);
  y.backward(xt::xarray<double>{{1, 0}, {0, 2}, {3, 1}});
  check_printed(x.grad(), {0.4082479843, -0.2612946942, -0.8164964278, 0.3658125561, 0.4082484436, -0.1045178620},
                decimals);
  check_printed(gamma.grad(), {2.4494892835, 0.6793661813}, decimals);
  check_printed(beta.grad(), {4, 3}, decimals);
}

TEST_CASE("D3 step 59: two steps of a recurrent layer") {
  nn::RNNCell cell(2, 2);
  cell.to(float64);
  // The book's products are x Wx + h Wh + b.
  cell.load_state_dict({{"weight_ih", transpose(Tensor(xt::xarray<double>{{0.1, 0.2}, {0.3, -0.4}}))},
                        {"weight_hh", transpose(Tensor(xt::xarray<double>{{0.5, -0.5}, {0.25, 0.75}}))},
                        {"bias_ih", xt::xarray<double>{0.05, -0.05}},
                        {"bias_hh", xt::xarray<double>{0.0, 0.0}}});
  const Tensor x = xt::xarray<double>{0.5, -1.0};
  const Tensor first = cell(x);
  check_printed(first, {-0.19737532, 0.42189901}, 8);
  check_printed(cell(x, first), {-0.19084398, 0.69888210}, 8);
}

TEST_CASE("D2 chapter 6: the norm of a gradient that goes back through a recurrent network") {
  random::Numpy numpy(3);
  const Tensor drawn = books::randn(numpy, {3, 3});
  check_printed(drawn, {1.788628, 0.436510, 0.096497, -1.863493, -0.277388, -0.354759, -0.082741, -0.627001, -0.043818},
                6);
  const auto norms = [&](const Tensor& weight) {
    std::vector<double> result;
    // Twenty steps of h <- h W, without an activation: backward multiplies by the transpose twenty times.
    Tensor h = zeros({2, 3}, {.dtype = float64, .requires_grad = true});
    Tensors states = {h};
    for (int step = 0; step < 20; ++step) states.push_back(h = matmul(h, weight));
    for (const Tensor& state : states) state.retain_grad();
    h.backward(ones({2, 3}, {.dtype = float64}));
    for (std::size_t i = 20; i-- > 0;) result.push_back(norm(states[i].grad()).item() / 2.0);  // by the batch's size
    return result;
  };
  const std::vector<double> growing = norms(drawn), vanishing = norms(0.5 * drawn);
  check_printed(books::tensor_of({growing[0], growing[1], growing[2], growing[19]}, {4}),
                {2.468407, 3.335705, 4.783279, 249.495615}, 6);
  check_printed(books::tensor_of({vanishing[0], vanishing[1], vanishing[19]}, {3}), {1.234203, 0.833926, 0.000238}, 6);
}
