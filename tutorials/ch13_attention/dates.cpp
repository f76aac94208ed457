// tolerance: 0.02, because 700 steps of Adam let differences in rounding grow
// A network reads dates as people write them and gives them back as 1994-09-27. Encoder and decoder are LSTMs; at every
// step the decoder looks back at all places of the input, and where it looks is drawn.

#include <plot/plot.hpp>
#include <tutorials/ch13_attention/dates.hpp>
#include <tutorials/common/tutorial.hpp>
#include <xtape.hpp>

#include <cstdio>
#include <string>

using namespace xtape;

constexpr std::size_t width = 64, in_length = 29, out_length = 10;

// Every sign that occurs; the first fills up short lines, the second starts an answer.
const data::Vocabulary& signs() {
  static const data::Vocabulary vocabulary(
      data::characters("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,/- "), {.special = {"~", "_"}});
  return vocabulary;
}

Tensor encode(std::string text, std::size_t length) {
  text.resize(length, '~');
  return signs().encode(data::characters(text));
}

struct Batch {
  Tensor x, t;  // (N, in_length), (N, out_length)
  std::vector<dates::Date> dates;
};

Batch random_batch(std::size_t count, random::Generator& draw) {
  Tensors x, t;
  Batch batch;
  for (std::size_t i = 0; i < count; ++i) {
    batch.dates.push_back(dates::random_date(draw));
    x.push_back(encode(batch.dates.back().written, in_length));
    t.push_back(encode(batch.dates.back().iso, out_length));
  }
  batch.x = stack(x), batch.t = stack(t);
  return batch;
}

struct Translator : nn::Module {
  nn::Embedding embedding = add("embedding", nn::Embedding(signs().size(), 16));
  nn::LSTM encoder = add("encoder", nn::LSTM(16, width / 2, {.batch_first = true, .bidirectional = true}));
  nn::LSTM decoder = add("decoder", nn::LSTM(16, width, {.batch_first = true}));
  nn::Linear out = add("out", nn::Linear(2 * width, signs().size()));

  struct Question {
    Tensor places;  // what the encoder says of every place, (N, in_length, width)
    Tensor mask;    // whether there is a sign, (N, 1, in_length)
    Tensor h, c;    // the decoder's state
  };
  Question read(const Tensor& x) {
    const auto [y, h, c] = encoder(embedding(x));
    const auto both = [&](const Tensor& s) {
      return reshape(concatenate({view(s, {0}), view(s, {1})}, 1), {1, -1, width});
    };
    return {y, expand_dims(x > 0.0, 1), both(h), both(c)};
  }
  struct Answer {
    Tensor scores, weights;  // (N, steps, signs), (N, steps, in_length)
  };
  // The next steps, with the signs before them given; the question's state goes on.
  Answer write(Question& question, const Tensor& before) {
    const auto [y, h, c] = decoder(embedding(before), question.h, question.c);
    question.h = h, question.c = c;
    const Tensor weights = attention_weights(y, question.places, {.mask = question.mask});
    return {out(concatenate({y, matmul(weights, question.places)}, 2)), weights};
  }
};

// The answers sign by sign, (N, out_length), and where the decoder looked.
std::pair<Tensor, Tensor> translate(Translator& net, const Tensor& x) {
  const NoGrad guard;
  auto question = net.read(x);
  Tensor sign = full({x.shape(0), 1}, 1, {.dtype = int64});
  Tensors answers, weights;
  for (std::size_t i = 0; i < out_length; ++i) {
    const auto answer = net.write(question, sign);
    sign = argmax(answer.scores, 2);
    answers.push_back(sign), weights.push_back(answer.weights);
  }
  return {concatenate(answers, 1), concatenate(weights, 1)};
}

int main(int argc, char** argv) {
  const tutorial::Options options(argc, argv);
  random::Generator draw(1), test_draw(2);
  manual_seed(0);
  Translator net;
  net.to(float64);
  optim::Adam adam(net.parameters(), {.lr = 5e-3});
  const Batch test = random_batch(500, test_draw);
  for (int step = 1; step <= 700; ++step) {
    const Batch batch = random_batch(64, draw);
    const Tensor start = full({64, 1}, 1, {.dtype = int64});
    auto question = net.read(batch.x);
    const Tensor before = concatenate({start, view(batch.t, {xt::all(), xt::range(0, 9)})}, 1);
    const Tensor scores = net.write(question, before).scores;
    adam.zero_grad();
    nn::cross_entropy(reshape(scores, {640, -1}), reshape(batch.t, {-1})).backward();
    optim::clip_grad_norm(net.parameters(), 5.0);
    adam.step();
    if (step % 175 == 0) {
      const Tensor right = all(equal(translate(net, test.x).first, test.t), {1});
      std::printf("step %3d  dates right %.3f\n", step, mean(astype(right, float64)).item());
    }
  }
  const auto [answers, weights] = translate(net, test.x);
  for (std::ptrdiff_t i = 0; i < 8; ++i) {
    const std::string answer = signs().decode(view(answers, {i}));
    std::printf("%-20s -> %s\n", test.dates[static_cast<std::size_t>(i)].written.c_str(), answer.c_str());
  }
  plot::Figure figure({.rows = 2, .width = 900, .height = 800});
  for (const std::size_t panel : {0u, 1u}) {  // the first date with a comma, the first with slashes
    std::size_t i = 0;
    while (test.dates[i].written.find(panel == 0 ? ',' : '/') == std::string::npos) ++i;
    const auto in = data::characters(test.dates[i].written);
    const auto out = data::characters(test.dates[i].iso);
    const Tensor map =
        view(weights, {static_cast<std::ptrdiff_t>(i), xt::all(), xt::range(0, static_cast<int>(in.size()))});
    figure[panel].heat_map(map, {.x_names = in, .y_names = out}).title(test.dates[i].written);
  }
  figure.save(options.figure("dates"));
}
