#include <doctest/doctest.h>

#include <xtape.hpp>

#include <books/printed.hpp>
#include <cmath>
#include <string>
#include <vector>

using namespace xtape;
using books::check_printed;

// D2 chapter 2: meaning from counts, on the corpus of one sentence.

namespace {

struct Corpus {
  data::Vocabulary vocabulary;
  Tensor counts;  // how often each word stands beside each other one, (7, 7)
};

Corpus goodbye_and_hello() {
  const std::vector<std::string> words = data::words("You say goodbye and I say hello.");
  const data::Vocabulary vocabulary(words, {.order = data::TokenOrder::appearance});
  const Tensor ids = vocabulary.encode(words);
  const Tensor here = view(ids, {xt::range(0, 7)}), next = view(ids, {xt::range(1, 8)});
  const Tensor after = index_put(zeros({7, 7}, {.dtype = float64}), {here, next}, Tensor(1.0), {.accumulate = true});
  return {vocabulary, after + transpose(after)};
}

double cosine(const Tensor& a, const Tensor& b) { return vdot(normalize(a, 2, {0}), normalize(b, 2, {0})).item(); }

}  // namespace

TEST_CASE("D2 chapter 2: words that stand beside the same words are alike") {
  const auto [vocabulary, counts] = goodbye_and_hello();
  check_printed(view(counts, {vocabulary.id("say")}), {1, 0, 1, 0, 1, 1, 0}, 12);
  const double alike = cosine(view(counts, {vocabulary.id("you")}), view(counts, {vocabulary.id("i")}));
  check_printed(alike, {0.7071067691154799}, 7);  // with the book's 1e-8 in the norms
}

TEST_CASE("D2 chapter 2: positive pointwise mutual information, and its singular vectors") {
  const auto [vocabulary, counts] = goodbye_and_hello();
  const Tensor margin = sum(counts, {0});
  const Tensor information = maximum(log2(counts * sum(counts) / outer(margin, margin) + 1e-8), 0.0);
  check_printed(view(information, {vocabulary.id("you")}), {0, 1.807355, 0, 0, 0, 0, 0}, 6);
  check_printed(view(information, {vocabulary.id("say")}), {1.807355, 0, 0.807355, 0, 0.807355, 0.807355, 0}, 6);
  check_printed(information(5, 6), {2.807355}, 6);
  // Singular values come in pairs, within which the vectors may be turned: u_0 = (0, .3409, 0, -.1205, 0, -.9323, 0) in
  // the book. Their length within each pair is known.
  const auto [u, values, v] = svd(information);
  const Tensor pairs = reshape(view(u, {vocabulary.id("you"), xt::range(0, 6)}), {3, 2});
  check_printed(norm(pairs, {1}), {0.3409, 0.1205, 0.9323}, 4);
  CHECK(std::abs(u.item(6)) < 1e-12);
}
