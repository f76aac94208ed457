// Recurrent layers against PyTorch 1.13: torch_numbers.hpp says what the numbers are. Inputs are cos(1.3 i), initial
// states cos(0.9 i) and cos(0.4 i), float64; 5 steps, 2 examples, 4 inputs, 3 outputs.
#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>
#include <expectations.hpp>
#include <nn/torch_numbers.hpp>

using namespace xtape;
using known::check_layer;
using known::other_wave;

namespace {

Tensor sequence() { return other_wave({5, 2, 4}, 1.3); }
Tensor batch_first() { return other_wave({2, 5, 4}, 1.3); }
Tensor states(std::size_t layers, double step, std::size_t width = 3) { return other_wave({layers, 2, width}, step); }
Tensor first_example(const Tensor& x) { return view(x, {xt::all(), 0}); }

template <class Layer>
Tensors run_all(Layer& layer, const Tensors& in) {
  if constexpr (std::same_as<Layer, nn::LSTM>) {
    const auto [y, h, c] = in.size() == 1 ? layer(in[0]) : layer(in[0], in[1], in[2]);
    return {y, h, c};
  } else {
    const auto [y, h] = in.size() == 1 ? layer(in[0]) : layer(in[0], in[1]);
    return {y, h};
  }
}

template <class Layer>
void check(Layer layer, const Tensors& in, const std::vector<double>& expected) {
  check_layer(
      layer, in, [&](const Tensors& leaves) { return run_all(layer, leaves); }, expected);
}

bool close(const Tensor& a, const Tensor& b) { return known::distance(a, b) < 1e-12; }

}  // namespace

TEST_CASE("RNN has PyTorch's values and gradients") {
  check(nn::RNN(4, 3), {sequence()},
        {-0.436407347325, 0.910201438973, 1.96496557815, -0.0249505374168, -0.00708127595766, 1.46515819648,
         1.46515819648});
  check(nn::RNN(4, 3, {.num_layers = 2, .nonlinearity = relu, .batch_first = true, .bidirectional = true}),
        {batch_first(), states(4, 0.9)},
        {-1.36219345496,    4.32912782609,    0.573616116933, 1.26681027951,   -0.346987165995,
         1.09986893236,     1.62515203139,    1.62515203139,  -1.96121919885,  -2.46294784631,
         0.933677505001,    0.933677505001,   -1.05838267595, 1.5450191741,    -0.00214018047727,
         -0.00214018047727, -0.0075184557795, -1.18670628735, -0.629915740753, -0.629915740753});
}

TEST_CASE("LSTM has PyTorch's values and gradients") {
  check(nn::LSTM(4, 3), {sequence()},
        {-0.173964676946, -0.0691442582978, 0.017819653852, -0.696569318932, 0.524019837909, 0.0741859545183,
         -0.879639277902, -0.879639277902});
  check(nn::LSTM(4, 3, {.num_layers = 2, .bidirectional = true}), {sequence(), states(4, 0.9), states(4, 0.4)},
        {1.06301135295,    -0.923541931464, -1.67008279362,  -2.87526040868,  -0.246166034351, 0.941739302738,
         -0.0156114872778, 0.0639235287494, -0.863002519819, -0.863002519819, -0.340133649566, -0.546929660505,
         2.21570854357,    2.21570854357,   -0.221179014829, -0.588184443441, -0.17146672513,  -0.17146672513,
         0.348426423418,   0.243681781649,  -1.24143307996,  -1.24143307996});
  check(nn::LSTM(4, 3, {.num_layers = 2, .bias = false, .batch_first = true, .bidirectional = true, .proj_size = 2}),
        {batch_first(), states(4, 0.9, 2), states(4, 0.4)},
        {0.124493446844, -0.129417113609, -0.0997839585456, -0.312610602507, 0.01705586352, 0.504537425878,
         0.251681430119, -0.0625456373015, -0.436676655305, -0.591781127754, -0.089443193204, 0.255272367775,
         0.011828195119, -0.088836852665, 0.166600661514, 0.00957196576911, -0.0347646218379, -0.150906592918});
}

TEST_CASE("GRU has PyTorch's values and gradients") {
  check(nn::GRU(4, 3), {sequence()},
        {-0.447484327554, -0.0599329294964, 0.0570914606459, -0.671730414711, 0.0704937519143, -0.471942243475,
         -0.243760930701});
  check(nn::GRU(4, 3, {.num_layers = 2, .batch_first = true, .bidirectional = true}), {batch_first(), states(4, 0.9)},
        {1.58313396474,    -1.57533874548,  -0.0746931596729, 0.731349324221,  -1.41429161983,
         0.0948424932136,  -0.776779899604, -0.415413450484,  -0.6018502321,   -0.455198894425,
         1.01928761933,    0.693802540647,  0.487429552388,   -0.159855649805, 0.203496059566,
         -0.0666217618227, -0.522365050982, -0.611011510439,  -0.914155159267, -0.275378821323});
}

TEST_CASE("recurrent layers take a sequence without a batch, as PyTorch's do") {
  check(nn::LSTM(4, 3, {.num_layers = 2}),
        {first_example(sequence()), first_example(states(2, 0.9)), first_example(states(2, 0.4))},
        {0.166934625778, -0.128526280253, 0.0969728433324, -0.500135953447, 0.701955357078, 0.423849943143,
         0.502241031705, 0.192976357051, -0.83123388013, -0.83123388013, -0.0506372399881, -0.33280324885,
         -2.73619877377, -2.73619877377});
  check(nn::GRU(4, 3, {.bias = false}), {first_example(sequence()), first_example(states(1, 0.9))},
        {1.51296447569, 0.00382510538946, -0.370597490097, 0.469049761429, 0.301219692902, 0.230427752314});
  const auto [y, h] = nn::RNN(4, 3, {.batch_first = true, .bidirectional = true})(ones({5, 4}));
  CHECK(y.shape() == Shape({5, 6}));
  CHECK(h.shape() == Shape({2, 3}));
}

TEST_CASE("a layer takes the steps of its cell") {
  nn::GRU gru(4, 3);
  nn::GRUCell cell(4, 3);
  known::fill(gru);
  known::fill(cell);
  const auto [y, last] = gru(sequence());
  Tensor h;
  Tensors steps;
  for (const Tensor& x : unbind(sequence())) steps.push_back(h = h.defined() ? cell(x, h) : cell(x));
  CHECK(close(y, stack(steps)));
  CHECK(close(last, expand_dims(h, 0)));
}

TEST_CASE("a sequence in two parts gives what it gives in one, with the states handed on") {
  nn::LSTM lstm(4, 3, {.num_layers = 2});
  known::fill(lstm);
  const auto [y, h, c] = lstm(sequence());
  const auto [y1, h1, c1] = lstm(view(sequence(), {xt::range(0, 2)}));
  const auto [y2, h2, c2] = lstm(view(sequence(), {xt::range(2, 5)}), h1, c1);
  CHECK(close(y, concatenate({y1, y2})));
  CHECK(close(h, h2));
  CHECK(close(c, c2));
}

TEST_CASE("shapes and names of a recurrent layer are PyTorch's") {
  nn::LSTM lstm(4, 3, {.num_layers = 2, .bidirectional = true, .proj_size = 2});
  std::vector<std::string> names;
  for (const auto& [name, tensor] : lstm.named_parameters()) names.push_back(name);
  CHECK(names == std::vector<std::string>{
                     "weight_ih_l0",         "weight_hh_l0",         "bias_ih_l0",           "bias_hh_l0",
                     "weight_hr_l0",         "weight_ih_l0_reverse", "weight_hh_l0_reverse", "bias_ih_l0_reverse",
                     "bias_hh_l0_reverse",   "weight_hr_l0_reverse", "weight_ih_l1",         "weight_hh_l1",
                     "bias_ih_l1",           "bias_hh_l1",           "weight_hr_l1",         "weight_ih_l1_reverse",
                     "weight_hh_l1_reverse", "bias_ih_l1_reverse",   "bias_hh_l1_reverse",   "weight_hr_l1_reverse"});
  CHECK(lstm.weights(0).weight_ih.shape() == Shape({12, 4}));
  CHECK(lstm.weights(1, true).weight_ih.shape() == Shape({12, 4}));
  CHECK(lstm.weights(1, true).weight_hh.shape() == Shape({12, 2}));
  CHECK(lstm.weights(1, true).weight_hr.is_same(lstm.parameters().back()));
  const auto [y, h, c] = lstm(ones({5, 2, 4}));
  CHECK(y.shape() == Shape({5, 2, 4}));
  CHECK(h.shape() == Shape({4, 2, 2}));
  CHECK(c.shape() == Shape({4, 2, 3}));
  CHECK(lstm(ones({5, 0, 4})).y.shape() == Shape({5, 0, 4}));
}

TEST_CASE("recurrent layers start uniform in +-1/sqrt(hidden_size)") {
  manual_seed(1);
  const nn::GRU gru(50, 64);
  for (const Tensor& parameter : gru.parameters()) {
    CHECK(amax(abs(parameter)).item() <= 0.125);
    CHECK(stddev(parameter).item() == doctest::Approx(0.125 / std::sqrt(3.0)).epsilon(0.1));
  }
}

TEST_CASE("dropout falls between the layers, in training only") {
  manual_seed(3);
  nn::GRU gru(4, 3, {.num_layers = 2, .dropout = 1.0});
  const auto [y, h] = gru(ones({1, 1, 4}));
  nn::GRU upper(3, 3);
  {
    const NoGrad guard;
    const auto& from = gru.weights(1);
    const auto& to = upper.weights(0);
    to.weight_ih.assign(from.weight_ih);
    to.bias_ih.assign(from.bias_ih);
    to.bias_hh.assign(from.bias_hh);
  }
  CHECK(identical(y, upper(zeros({1, 1, 3})).y));  // the lower layer's output is dropped as a whole
  gru.eval();
  CHECK(!identical(gru(ones({1, 1, 4})).y, y));
  nn::GRU single(4, 3, {.dropout = 1.0});
  CHECK(amax(abs(single(ones({1, 1, 4})).y)).item() > 0.0);
}

TEST_CASE("a recurrent layer fits into a Sequential and is cloned whole") {
  nn::Sequential net(nn::GRU(4, 3, {.bidirectional = true}), nn::Linear(6, 2));
  CHECK(net(ones({5, 2, 4})).shape() == Shape({5, 2, 2}));
  nn::Sequential copy = nn::clone(net);
  const Tensor before = net(ones({5, 2, 4}));
  {
    const NoGrad guard;
    const Tensor& weight = copy.get<nn::GRU>(0).weights(0).weight_ih;
    CHECK(weight.is_same(copy.parameters()[0]));
    weight.assign(zeros({9, 4}));
  }
  CHECK(identical(net(ones({5, 2, 4})), before));
  CHECK(!identical(copy(ones({5, 2, 4})), before));
}

TEST_CASE("recurrent layers count their products") {
  CHECK(nn::GRU(4, 3).multiply_adds(ones({5, 2, 4}), {}) == 10 * 9 * (4 + 3));
  const nn::LSTM lstm(4, 3, {.num_layers = 2, .bidirectional = true, .proj_size = 2});
  CHECK(lstm.multiply_adds(ones({5, 2, 4}), {}) == 10 * (4 * 12 * (4 + 2) + 4 * 6));
}

TEST_CASE("recurrent layers name what does not fit") {
  nn::GRU gru(4, 3, {.num_layers = 2});
  check_says(message_of<ShapeError>([&] { gru(ones({5, 2, 3})); }), {"GRU", "(5, 2, 3)", "(time, batch, 4)"});
  check_says(message_of<ShapeError>([&] { gru(ones({4})); }), {"GRU", "(4,)", "(time, 4)"});
  check_says(message_of<ShapeError>([&] { gru(ones({0, 2, 4})); }), {"GRU", "(0, 2, 4)", "one step or more"});
  check_says(message_of<ShapeError>([&] {
               gru(ones({5, 2, 4}), ones({1, 2, 3}));
             }),
             {"GRU", "h0", "(1, 2, 3)", "(5, 2, 4)", "(2, 2, 3)"});
  nn::LSTM lstm(4, 3, {.batch_first = true});
  check_says(message_of<ShapeError>([&] { lstm(ones({2, 0, 4})); }), {"LSTM", "(batch, time, 4)"});
  check_says(message_of<ShapeError>([&] {
               lstm(ones({2, 5, 4}), ones({1, 2, 3}), ones({1, 5, 3}));
             }),
             {"LSTM", "c0", "(1, 5, 3)", "(1, 2, 3)"});
  check_says(message_of<IndexError>([&] { gru.weights(2); }), {"GRU", "layer 2", "2 layers in one direction"});
  check_says(message_of<IndexError>([&] { gru.weights(0, true); }), {"GRU", "layer 0 in reverse"});
  check_says(message_of<Error>([&] { nn::RNN(4, 3, {.num_layers = 0}); }), {"RNN", "num_layers"});
  check_says(message_of<Error>([&] { nn::RNN(4, 3, {.dropout = 1.5}); }), {"RNN", "1.5"});
  check_says(message_of<Error>([&] { nn::LSTM(4, 3, {.proj_size = 3}); }), {"LSTM", "proj_size 3", "hidden_size, 3"});
}
