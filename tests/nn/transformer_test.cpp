// Transformers against PyTorch 1.13: torch_numbers.hpp says what the numbers are. Inputs are cos(1.3 i), memories
// cos(0.9 i), float64; 8 wide, 2 heads, 2 examples, 5 places, 4 in the memory; no dropout.
#include <doctest/doctest.h>

#include <xtape.hpp>

#include <cmath>
#include <expectations.hpp>
#include <nn/torch_numbers.hpp>

using namespace xtape;
using known::check_layer;
using known::other_wave;

namespace {

Tensor sequence() { return other_wave({5, 2, 8}, 1.3); }
Tensor encoded() { return other_wave({4, 2, 8}, 0.9); }

Tensor source_padding() {
  return Tensor(xt::xarray<bool>{{false, false, false, true, true}, {false, false, false, false, false}});
}

nn::TransformerSettings plain(std::size_t dim_feedforward) {
  return {.dim_feedforward = dim_feedforward, .dropout = 0.0};
}
nn::TransformerSettings norm_first() {
  return {.dim_feedforward = 16, .dropout = 0.0, .activation = gelu, .batch_first = true, .norm_first = true};
}

std::vector<std::string> names_of(const nn::Module& module) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : module.named_parameters()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("TransformerEncoderLayer has PyTorch's values and gradients") {
  nn::TransformerEncoderLayer layer(8, 2, plain(16));
  check_layer(layer, {sequence()}, [&](const Tensors& in) { return Tensors{layer(in[0])}; },
              {-0.934298968427, -1.40566420912, -0.269800819663, -0.285322580458, -0.166830096843, -0.0985854320234,
               0.289653530488, 0.192844030514, 0.294169156481, -0.697246521871, 0.495812857033, -0.145345839873,
               0.569304241011, 2.98617480919});

  nn::TransformerSettings options = norm_first();
  options.layer_norm_eps = 1e-3;
  nn::TransformerEncoderLayer other(8, 2, options);
  const auto run = [&](const Tensors& in) {
    return Tensors{other(in[0], {.src_mask = nn::causal_mask(5), .src_key_padding_mask = source_padding()})};
  };
  check_layer(other, {other_wave({2, 5, 8}, 1.3)}, run,
              {-0.268234573914, 39.1753589615, 0.0614314882157, 0.501730922579, -0.583884665548, 2.93893493158,
               1.64356729598, -0.895501745866, -0.456235175427, 2.98617480919, 0.0656813210185, 0.121550522282,
               0.610960273598, 1.70021974141});
}

TEST_CASE("TransformerDecoderLayer has PyTorch's values and gradients") {
  nn::TransformerDecoderLayer layer(8, 2, plain(16));
  check_layer(layer, {sequence(), encoded()}, [&](const Tensors& in) { return Tensors{layer(in[0], in[1])}; },
              {-0.35905619953,  -0.183011453863,   0.0266605779058, -0.168071877904, -0.407373066047, -0.111367551444,
               -0.044523346749, 0.422933894831,    0.0980070872016, 0.732924196618,  -0.287006503162, -0.772358134225,
               -0.891298244472, -0.203566522584,   -0.430545225482, -0.359560958712, -0.29317649257,  -1.0586389114,
               0.438362794813,  -0.00696228101189, 2.98617480919});

  nn::TransformerDecoderLayer other(8, 2, norm_first());
  const Tensor target_padding =
      xt::xarray<bool>{{false, false, false, false, false}, {false, false, false, false, true}};
  const Tensor memory_padding = xt::xarray<bool>{{false, false, false, true}, {false, false, false, false}};
  const Tensor second = xt::xarray<bool>{{false, true, false, false}};
  const nn::DecoderMasks masks{.tgt_mask = nn::causal_mask(5),
                               .memory_mask = broadcast_to(second, {5, 4}),
                               .tgt_key_padding_mask = target_padding,
                               .memory_key_padding_mask = memory_padding};
  check_layer(other, {other_wave({2, 5, 8}, 1.3), other_wave({2, 4, 8}, 0.9)},
              [&](const Tensors& in) { return Tensors{other(in[0], in[1], masks)}; },
              {-0.666909836066, 40.9533812025,   -0.207778767117, -0.0713735326743, 0.226909196707,  -1.76851348169,
               3.18425291142,   -2.20383663859,  0.623099754961,  -2.6836969831,    3.19286897818,   -1.69005048218,
               1.20121456624,   0.678046437733,  2.98617480919,   0.012507474483,   0.0764085804675, -0.0148556683032,
               0.0365736963223, -0.416297469647, 0.677661849503});
}

TEST_CASE("TransformerEncoder and TransformerDecoder have PyTorch's values and gradients") {
  nn::TransformerEncoder encoder(nn::TransformerEncoderLayer(8, 2, plain(4)), 2, nn::LayerNorm(8));
  const auto encode = [&](const Tensors& in) {
    return Tensors{encoder(in[0], {.src_key_padding_mask = source_padding(), .is_causal = true})};
  };
  check_layer(
      encoder, {sequence()}, encode,
      {-0.0757421698919, -0.16312963817,  -0.000721637559367, -0.0787792609652, -0.00452321831503, -0.00708813429436,
       -0.125381184875,  -0.123263987097, 0.029968774464,     0.110022938672,   0.18142509552,     0.115934372272,
       -0.0249252196534, 0.457336788837,  -0.235043617687,    0.322158855958,   0.135072991138,    0.405583537549,
       0.0383313569302,  0.1499398508,    -0.210361383074,    -0.784700421748,  0.623223717338,    -0.929927418681,
       0.43668858471,    0.619769508537,  -0.0914270892783,   2.98617480919});

  nn::TransformerSettings options = plain(4);
  options.activation = gelu;
  nn::TransformerDecoder decoder(nn::TransformerDecoderLayer(8, 2, options), 2);
  const auto decode = [&](const Tensors& in) { return Tensors{decoder(in[0], in[1], {.tgt_is_causal = true})}; };
  check_layer(
      decoder, {sequence(), encoded()}, decode,
      {-0.646780660477,   -0.0413875580268, -0.0148277475911,  -0.0194501655095,  0.00265335679611, 0.00523805427694,
       -0.00287764279184, 0.00103014273407, -0.00133190848844, -0.0151616662409,  -0.0112184663588, -0.026189275356,
       0.00405997732513,  0.0118577289465,  -0.00262657583669, 0.000651766867776, -0.0120696821955, -0.0528576668064,
       -0.0177125809054,  0.0441780832031,  -0.0591644469724,  0.0352493146774,   0.0525673122473,  -0.125909333153,
       -0.0683637693035,  -0.0176681839699, 0.14711228129,     0.307293157951,    -0.3227313081,    0.195718820465,
       0.171105280667,    0.119790304777,   0.836011878073,    0.0112540725236,   -0.326209462898,  -0.395217660261,
       0.998567847565,    -0.026013157103,  2.98617480919});
}

TEST_CASE("Transformer has PyTorch's values, gradients and names") {
  nn::Transformer model(8, 2, {.num_encoder_layers = 1, .num_decoder_layers = 1, .layer = plain(4)});
  const auto run = [&](const Tensors& in) {
    return Tensors{model(in[0], in[1], {.decoder = {.tgt_mask = nn::causal_mask(5)}})};
  };
  check_layer(model, {encoded(), sequence()}, run,
              {-1.38807936841,    -0.000376124791803, 0.142791243212,    0.000188884663196,  -0.000473048513206,
               -0.00107742587649, 0.00105149175645,   -0.00019965467125, -0.000120436908336, 0.00151535717856,
               -0.00276445003146, -0.00106896334878,  -0.0024718492341,  0.00255551815212,   -0.00315404743302,
               -0.0297335832259,  -0.016482304262,    -0.188785004568,   -0.0662763072246,   -0.0027670564153,
               -0.014730685816,   0.221603147644,     -0.0744262260652,  0.0500467110584,    0.032111821871,
               0.0399592913579,   -0.146601645375,    -0.0295130661178,  -0.15682343588,     0.0404956747298,
               0.0320826083251,   0.00599869523696,   -0.0744430812428,  -0.0417601310568,   -0.726668409458,
               0.99539573107,     2.98617480919});
  const std::vector<std::string> names = names_of(model);
  CHECK(names.size() == 34);
  for (const char* name :
       {"encoder.layers.0.self_attn.in_proj_weight", "encoder.layers.0.linear2.bias", "encoder.norm.weight",
        "decoder.layers.0.multihead_attn.out_proj.weight", "decoder.layers.0.norm3.bias", "decoder.norm.bias"}) {
    INFO(name);
    CHECK(std::count(names.begin(), names.end(), std::string(name)) == 1);
  }
}

TEST_CASE("a stack starts from clones of its layer; a Transformer's weights are its own") {
  manual_seed(4);
  const nn::TransformerEncoderLayer layer(8, 2, plain(4));
  const nn::TransformerEncoder encoder(layer, 2);
  auto& first = encoder.layers.get<nn::TransformerEncoderLayer>(0);
  auto& second = encoder.layers.get<nn::TransformerEncoderLayer>(1);
  CHECK(identical(first.linear1.weight, layer.linear1.weight));
  CHECK(identical(first.linear1.weight, second.linear1.weight));
  CHECK(!first.linear1.weight.is_same(second.linear1.weight));
  CHECK(!encoder.norm.has_value());
  const nn::Transformer model(8, 2, {.num_encoder_layers = 2, .layer = plain(64)});
  const auto weight_of = [&](std::ptrdiff_t i) {
    return model.encoder.layers.get<nn::TransformerEncoderLayer>(i).linear1.weight;
  };
  CHECK(!identical(weight_of(0), weight_of(1)));
  CHECK(amax(abs(weight_of(0))).item() <= std::sqrt(6.0 / (8 + 64)));
  CHECK(amax(abs(weight_of(0))).item() > 0.98 * std::sqrt(6.0 / (8 + 64)));
}

TEST_CASE("a transformer has PyTorch's defaults") {
  const nn::TransformerEncoderLayer layer(8, 2);
  CHECK(layer.linear1.weight.shape() == Shape({2048, 8}));
  nn::TransformerEncoderLayer training(8, 2);
  const Tensor x = sequence();
  CHECK(!identical(training(x), training(x)));  // dropout 0.1
  training.eval();
  CHECK(identical(training(x), training(x)));
  const nn::Transformer model(8, 2, {.layer = {.dim_feedforward = 4}});
  CHECK(model.encoder.layers.size() == 6);
  CHECK(model.decoder.layers.size() == 6);
}

TEST_CASE("transformers are cloned, fit into a Sequential and learn through every parameter") {
  nn::Sequential net(nn::PositionalEncoding(8, {.dropout = 0.0, .max_len = 10}),
                     nn::TransformerEncoder(nn::TransformerEncoderLayer(8, 2, plain(16)), 2, nn::LayerNorm(8)),
                     nn::Linear(8, 3));
  nn::Sequential copy = nn::clone(net);
  const Tensor x = astype(sequence(), float32);
  CHECK(identical(net(x), copy(x)));
  auto& encoder = copy.get<nn::TransformerEncoder>(1);
  CHECK(encoder.norm->weight.is_same(encoder.parameters().end()[-2]));
  sum(square(copy(x))).backward();
  for (const auto& entry : copy.named_parameters()) {
    INFO(entry.first);
    CHECK(entry.second.grad().defined());
  }
  for (const Tensor& parameter : net.parameters()) CHECK(!parameter.grad().defined());
}

TEST_CASE("sinusoidal positions are those of the paper") {
  const Tensor positions = nn::sinusoidal_positions(50, 6);
  CHECK(positions.shape() == Shape({50, 6}));
  CHECK(positions(0, 0).item() == 0.0);
  CHECK(positions(0, 1).item() == 1.0);
  CHECK(positions(7, 2).item() == doctest::Approx(std::sin(7.0 / std::pow(10000.0, 2.0 / 6.0))));
  CHECK(positions(49, 5).item() == doctest::Approx(std::cos(49.0 / std::pow(10000.0, 4.0 / 6.0))));
  CHECK(nn::sinusoidal_positions(3, 5).shape() == Shape({3, 5}));
}

TEST_CASE("positional encodings are added along the time axis") {
  const Tensor rows = nn::sinusoidal_positions(4, 8);
  nn::PositionalEncoding encoding(8, {.max_len = 6}), first(8, {.max_len = 6, .batch_first = true});
  encoding.eval();
  first.eval();
  CHECK(encoding.pe.shape() == Shape({6, 1, 8}));
  CHECK(encoding.parameters().empty());
  CHECK(encoding.state_dict().contains("pe"));
  CHECK(identical(encoding(zeros({4, 2, 8})), broadcast_to(expand_dims(rows, 1), {4, 2, 8})));
  CHECK(identical(first(zeros({2, 4, 8})), broadcast_to(rows, {2, 4, 8})));
  CHECK(identical(encoding(zeros({4, 8})), rows));
  CHECK(identical(first(zeros({4, 8})), rows));
  encoding.train();
  CHECK(amin(abs(encoding(ones({6, 50, 8})))).item() == 0.0);  // dropout 0.1

  nn::LearnedPositionalEncoding learned(8, {.dropout = 0.0, .max_len = 6});
  CHECK(identical(learned(zeros({4, 2, 8})).detach(),
                  broadcast_to(expand_dims(view(learned.weight.detach(), {xt::range(0, 4)}), 1), {4, 2, 8})));
  sum(learned(zeros({4, 2, 8}))).backward();
  CHECK(learned.weight.grad()(3, 0).item() == 2.0);
  CHECK(learned.weight.grad()(4, 0).item() == 0.0);
  CHECK(nn::PositionalEncoding(2).pe.shape(0) == 5000);
}

TEST_CASE("positional encodings name what does not fit") {
  nn::PositionalEncoding encoding(8, {.max_len = 6, .batch_first = true});
  check_says(message_of<ShapeError>([&] {
               encoding(ones({2, 7, 8}));
             }),
             {"PositionalEncoding", "(2, 7, 8)", "(batch, time, 8)", "6 steps at most"});
  check_says(message_of<ShapeError>([&] { encoding(ones({2, 3, 4})); }), {"PositionalEncoding", "(2, 3, 4)"});
  check_says(message_of<ShapeError>([&] { nn::LearnedPositionalEncoding(8)(ones({8})); }),
             {"LearnedPositionalEncoding", "(8,)", "(time, batch, 8)"});
}
