// Values and gradients against torch 1.13.0 (torch.nn.functional, float64), kernels against tensor expressions, and
// errors; gradients to second order are in op_table_test.cpp.

#include <doctest/doctest.h>

#include <expectations.hpp>
#include <known_values.hpp>
#include <xtape.hpp>

using namespace xtape;
using known::check_kernels, known::check_values, known::distance, known::other_wave, known::wave;

namespace {

Tensor doubles(const Shape& shape) { return randn(shape, {.dtype = float64}); }

// The arguments of the calls to torch: x = 2 sin(1.3 i + 0.5) of shape (2, 4, 3), and g = cos(0.7 i) flows back.
struct Example {
  Tensor x = wave({2, 4, 3}).requires_grad_();
  Tensor weight = Tensor(xt::xarray<double>{1.0, 2.0, -1.0, 0.5}).requires_grad_();
  Tensor bias = Tensor(xt::xarray<double>{0.0, 0.1, 0.2, 0.3}).requires_grad_();
  Tensor running_mean = xt::xarray<double>{0.1, 0.2, 0.3, 0.4};
  Tensor running_var = xt::xarray<double>{1.0, 2.0, 0.5, 0.25};

  void check(const Tensor& y, const std::vector<double>& values, const std::vector<double>& dx,
             const std::vector<double>& dweight, const std::vector<double>& dbias) const {
    check_values(y, values);
    y.backward(other_wave(y.shape(), 0.7));
    check_values(x.grad(), dx);
    check_values(weight.grad(), dweight);
    check_values(bias.grad(), dbias);
  }
};

}  // namespace

TEST_CASE("batch_norm in training gives torch's values, gradients and running buffers") {
  const Example e;
  const Tensor y = batch_norm(e.x, e.weight, e.bias,
                              {.running_mean = e.running_mean, .running_var = e.running_var, .training = true});
  e.check(y, {0.776500032314,  1.56933043596,   0.0743940072566, -2.56502146027,  -1.4678150097,   1.83727610079,
              -0.986257617669, 0.387491523349,  1.43533163783,   0.0280701041755, 0.868846624071,  0.857608165527,
              -0.604953162976, -1.58406131562,  -0.231209996934, 2.53776975007,   1.78373440784,   -1.52594378874,
              1.36892865158,   0.0792623317402, -1.08475652683,  0.617746502137,  -0.244542558953, -0.327728836958},
          {0.446472814721,   -0.167965719574, 0.158132670938,  -0.401063437952,  -0.943269042002, -0.76582410647,
           0.250259192512,   0.180378697079,  0.0806011753633, 0.468949348239,   0.142314421391,  -0.0717654627851,
           -0.0295616327617, 0.152891731038,  -0.559969864361, -0.0991778895696, 0.790637184305,  1.41869729169,
           -0.079736594129,  -0.255745381786, -0.175757089039, -0.252490927126,  -0.160473615052, -0.126533764667},
          {4.01995298962, -0.449888585325, -2.47754207478, 2.34393894111},
          {-0.462627198168, -1.8699869006, 2.350738403, -0.503535350785});
  check_values(e.running_mean, {0.0890374669482, 0.184438039133, 0.264519101103, 0.363519483997});
  check_values(e.running_var, {1.08666959675, 2.05634828703, 0.744748465173, 0.454213570412});
}

TEST_CASE("batch_norm in evaluation reads the buffers, as they were at the call") {
  const Example e;
  const Tensor y = batch_norm(e.x, e.weight, e.bias, {.running_mean = e.running_mean, .running_var = e.running_var});
  e.running_mean.assign(zeros({4}));
  e.running_var.assign(ones({4}));
  e.check(y, {0.858846782985,  1.84768602335,  -0.0168385909407, -2.87437239431,  -1.74041203734, 1.67539206546,
              -1.92744194275,  1.11732549208,  3.43975057118,    -0.816436235972, 1.50754470245,  1.47648060537,
              -0.864138513686, -2.08530833443, -0.397996061653,  2.39935064972,   1.62005684827,  -1.80048799751,
              3.29257548363,   0.434168591705, -2.14575419645,   0.813481674758,  -1.56996183723, -1.79989609426},
          {0.999995000037,  0.764838363102,  0.169966293071,  -0.713958423143, -1.3325002817,   -1.32434643688,
           0.693326569409,  -0.263765684744, -1.09680481591,  0.999838639811,  0.753887176751,  0.153370794653,
           -0.519286057693, -0.947716863559, -0.930421620008, -0.672509091711, 0.287091513912,  1.11166849461,
           -1.41339981159,  -1.05039544958,  -0.193373694743, -0.533573715222, -0.952933858401, -0.924114317972},
          {5.06450806864, -0.259186577093, -6.67073750411, 6.84623255041},
          {-0.462627198168, -1.8699869006, 2.350738403, -0.503535350785});
}

TEST_CASE("group_norm gives torch's values and gradients") {
  const Example e;
  const Tensor y = group_norm(e.x, 2, e.weight, e.bias);
  e.check(y, {0.548241164562,  1.27853975326,   -0.0984886238804, -3.03098833664,   -1.84662064124,   1.72102438999,
              -0.835203588403, 0.668427974283,  1.81533713094,    -0.0626496400691, 0.748889020778,   0.738041377699,
              -0.436440072277, -1.35159829171,  -0.0871077442427, 3.1090999114,     2.28318509768,    -1.34199279262,
              1.26625825964,   -0.128549921772, -1.38746705581,   0.733088295895,   -0.0893146253505, -0.16865302952},
          {0.857298458396,  0.377436698688,   0.515439380546,  0.259281183037,  -0.635038544719,  -1.37441717595,
           0.058497597924,  -0.0832447248533, -0.242229605002, 0.452689761892,  0.00960695167866, -0.19531998164,
           -0.247033432088, -0.62898549465,   -0.531903515723, -0.441491311898, 0.548044951098,   1.30136880326,
           -0.190550401013, -0.202323983246,  0.0453711972794, 0.053311464676,  0.131378492073,   0.16281323023},
          {3.09800708591, -0.112225521982, -2.4522471039, 1.23202231897},
          {-0.462627198168, -1.8699869006, 2.350738403, -0.503535350785});
}

TEST_CASE("instance_norm gives torch's values, gradients and running buffers") {
  const Example e;
  const Tensor y = instance_norm(e.x, e.weight, e.bias, {.running_mean = e.running_mean, .running_var = e.running_var});
  e.check(y, {-0.0495205527007, 1.24874349933,  -1.19922294663, -1.85949390334,  -0.686677584243,   2.84617148758,
              -1.07584045702,   0.309557535567, 1.36628292145,  -0.407055784455, 0.660663868778,    0.646391915678,
              0.353742446296,   -1.36267056455, 1.00892811826,  1.91975301605,   1.06531365726,     -2.68506667331,
              1.44510374581,    0.158207471365, -1.00331121717, 1.00486897178,   -0.00378149805617, -0.101087473721},
          {0.481374902713,    -0.226074175869,  -0.255300726845,   0.222766420486,   -0.296717361266,  0.0739509407792,
           -0.00762232083636, 0.017619316373,   -0.00999699553669, 0.00188020472942, 0.138678700445,   -0.140558905175,
           0.36534064337,     -0.100932189509,  -0.264408453861,   -0.330602954225,  0.405916258024,   -0.0753133037988,
           0.039582810495,    -0.0834406311937, 0.0438578206987,   0.0012796554431,  -0.0145354089403, 0.0132557534972},
          {0.870747322627, -1.84992858561, -2.59927861603, -0.195765171946},
          {-0.462627198168, -1.8699869006, 2.350738403, -0.503535350785});
  check_values(e.running_mean, {0.0890374669482, 0.184438039133, 0.264519101103, 0.363519483997});
  check_values(e.running_var, {0.981472874531, 2.06500137055, 0.816144588261, 0.418530541934});
}

TEST_CASE("layer_norm and rms_norm give torch's values and gradients") {
  const Tensor x = wave({2, 4, 3}).requires_grad_();
  const Tensor weight = Tensor(xt::xarray<double>{1.0, 2.0, -1.0}).requires_grad_();
  const Tensor bias = Tensor(xt::xarray<double>{0.0, 0.1, 0.2}).requires_grad_();
  const Tensor y = layer_norm(x, {3}, weight, bias);
  check_values(y, {-0.0495205527007, 2.59748699866,   1.39922294663,   -0.97974695167, -0.686677584243, -1.17308574379,
                   1.27584045702,    -0.119115071134, 1.36628292145,   -1.41411156891, 1.54265547511,   -0.492783831355,
                   0.353742446296,   -2.62534112911,  -0.808928118257, 0.909876508025, 1.06531365726,   1.59253333666,
                   -1.24510374581,   0.18358505727,   -1.00331121717,  1.40973794355,  -1.11512599222,  1.00217494744});
  y.backward(other_wave(y.shape(), 0.7));
  check_values(x.grad(),
               {0.32495305176,   -0.152597099706, -0.172355952055, 0.587238664055,  -0.782192595497, 0.194953931442,
                -0.189147837227, 0.437126803248,  -0.247978966021, 0.0102970322766, 0.759931531163,  -0.770228563439,
                -0.587665424277, 0.16231130703,   0.425354117246,  -0.349295806384, 0.428877089982,  -0.0795812835978,
                -0.217932721714, 0.459392705674,  -0.24145998396,  0.109370958632,  -1.2430946103,   1.13372365167});
  check_values(weight.grad(), {-4.20729359628, 3.84851538848, -3.41544684315});
  check_values(bias.grad(), {0.475776327242, -0.191886012114, -0.769301361671});
  // torch 1.13 has no rms_norm: x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6) * weight
  check_values(rms_norm(x, {3}, weight, 1e-6),
               {0.764449080138,  3.10562064669,   -0.0663008050034, -1.2868760851,   -1.48941259088, -0.8884599617,
                1.1534756641,    -0.445772506339, 1.27271928738,    -0.525193684794, 2.35682857708,  -1.15564256843,
                -0.616150012558, -3.20163750668,  0.240284270159,   1.26324621305,   1.76400869615,  0.791375953143,
                -1.20016651817,  0.171000109615,  -1.24590884718,   0.6522082575,    -2.09907847857, 1.21370929171});
}

TEST_CASE("local_response_norm and normalize give torch's values") {
  const Tensor x = wave({2, 4, 3});
  check_values(local_response_norm(x, 3, {.alpha = 0.5, .beta = 0.75, .k = 2.0}),
               {0.448158696337,  0.891605144574,  0.044688965778,  -0.777401489915, -0.501493516101, 0.583814578307,
                0.748565727871,  -0.167715681309, -0.8017504923,   -0.347097945397, 0.820664621546,  0.67893783687,
                -0.367600333323, -0.887004165668, -0.163142218725, 0.75497570449,   0.56913857935,   -0.518439283034,
                -0.772719014899, 0.0650108095751, 0.792951801337,  0.429827964859,  -0.7712534834,   -0.723946716515});
  check_values(local_response_norm(x, 2),
               {0.958818019916,  1.94741823468,   0.0831613032993, -1.9028800788,  -1.10116435349, 1.31388779033,
                1.80387843285,   -0.348636114519, -1.99044780253,  -0.71635731954, 1.60740575419,  1.5761229881,
                -0.764126102524, -1.98502536971,  -0.297997059267, 1.82562229282,  1.27457913057,  -1.14379138185,
                -1.88631533181,  0.13440786243,   1.95833746446,   0.913341435703, -1.46987913214, -1.69950942838});
  const Tensor rows = reshape(view(x, {0}), {4, 3});
  check_values(normalize(rows),
               {0.441355022466, 0.896515743103, 0.0382787997815, -0.742978423989, -0.429956478426, 0.512952715312,
                0.665959621251, -0.128683464561, -0.734804973318, -0.30322079676, 0.6803579895, 0.667210727234});
  check_values(normalize(rows, 3.0, {0}),
               {0.397675231008, 0.83001255185, 0.0344406154204, -0.789337538555, -0.469350541076, 0.544171772615,
                0.748336005301, -0.148579112328, -0.82450435297, -0.297145022733, 0.685067295813, 0.652896916935});
  const Tensor origin = zeros({2, 3}, {.dtype = float64, .requires_grad = true});
  for (double p : {1.0, 2.0, 3.0, std::numeric_limits<double>::infinity()}) {
    sum(normalize(origin, p)).backward();
    CHECK(all(isfinite(origin.grad())).item<bool>());
  }
}

TEST_CASE("the kernels of normalisations agree with their tensor expressions") {
  // Runs shorter and longer than a batch and a block, many rows, one element per channel or more.
  for (const auto& [rows, width] : {std::pair{2, 5}, {700, 3}, {3, 2500}, {40, 64}}) {
    const auto n = static_cast<std::size_t>(rows), c = static_cast<std::size_t>(width);
    INFO("(" << n << ", " << c << ")");
    const Tensor x = doubles({n, c}), weight = doubles({c}), bias = doubles({c});
    check_kernels([&](const Tensors& in) { return layer_norm(in[0], {c}, in[1], in[2]); }, {x, weight, bias});
    check_kernels([&](const Tensors& in) { return layer_norm(in[0], {c}); }, {x});
    check_kernels([&](const Tensors& in) { return rms_norm(in[0], {c}, in[1]); }, {x, weight});
    const auto trained = [](const Tensors& in) { return batch_norm(in[0], in[1], in[2], {.training = true}); };
    check_kernels(trained, {x, weight, bias});
    const auto evaluated = [&](const Tensors& in) {
      return batch_norm(in[0], in[1], in[2], {.running_mean = bias, .running_var = square(weight)});
    };
    check_kernels(evaluated, {x, weight, bias});
    check_kernels([](const Tensors& in) { return group_norm(in[0], 1, in[1], in[2]); }, {x, weight, bias});
  }
  for (const Shape& shape : {Shape{2, 6, 3}, Shape{3, 6, 40, 30}, Shape{1, 6, 3000}}) {
    INFO(to_string(shape));
    const Tensor x = doubles(shape), weight = doubles({6}), bias = doubles({6});
    const auto trained = [](const Tensors& in) { return batch_norm(in[0], in[1], in[2], {.training = true}); };
    check_kernels(trained, {x, weight, bias});
    check_kernels([](const Tensors& in) { return batch_norm(in[0], {}, {}, {.training = true}); }, {x});
    check_kernels([](const Tensors& in) { return group_norm(in[0], 3, in[1], in[2]); }, {x, weight, bias});
    check_kernels([](const Tensors& in) { return group_norm(in[0], 2); }, {x});
    check_kernels([](const Tensors& in) { return instance_norm(in[0], in[1], in[2]); }, {x, weight, bias});
  }
}

TEST_CASE("a large mean costs the variance no digits") {
  const Tensor x = randn({3, 100000}) + 1000.0, wide = astype(x, float64);
  CHECK(distance(astype(layer_norm(x, {100000}), float64), layer_norm(wide, {100000})) < 1e-4);
  const Tensor variances = variance(wide, {1}, {.ddof = 1});
  const auto measured = [](const Tensor& input) {
    const Tensor mean = zeros({3}), var = zeros({3});
    batch_norm(input, {}, {}, {.running_mean = mean, .running_var = var, .training = true, .momentum = 1.0});
    return astype(var, float64);
  };
  CHECK(distance(measured(transpose(x)), variances) < 1e-6);
  CHECK(distance(measured(reshape(x, {1, 3, 100000})), variances) < 1e-6);
  CHECK(distance(measured(transpose(reshape(x, {3, 1000, 100}), {1, 0, 2})), variances) < 1e-6);
}

TEST_CASE("parameters' gradients follow the upstream gradient of each backward") {
  const Example e;
  const Tensor y = batch_norm(e.x, e.weight, e.bias, {.training = true}), g = doubles({2, 4, 3});
  y.backward(g, {.retain_graph = true});
  const Tensor once = e.weight.grad().clone(), x_once = e.x.grad().clone();
  g.assign(2.0 * g);
  y.backward(g);
  CHECK(distance(e.weight.grad(), 3.0 * once) < 1e-12);
  CHECK(distance(e.x.grad(), 3.0 * x_once) < 1e-12);

  const Example only;
  const Tensor constant = only.x.detach();
  sum(layer_norm(constant, {4, 3}, {}, reshape(concatenate({only.bias, only.bias, only.bias}), {4, 3}))).backward();
  check_values(only.bias.grad(), {6.0, 6.0, 6.0, 6.0});
}

TEST_CASE("normalisations take views, other dtypes and empty batches") {
  const Tensor x = doubles({4, 3, 5}), turned = transpose(x, {2, 1, 0});
  CHECK(identical(group_norm(turned, 3), group_norm(turned.clone(), 3)));
  CHECK(layer_norm(ones({2, 3}, {.dtype = int64}), {3}).dtype() == as_floating(int64));
  CHECK(layer_norm(ones({2, 3}), {3}, ones({3}, {.dtype = float64})).dtype() == float64);
  const Tensor narrow = ones({2, 3}).requires_grad_();
  sum(layer_norm(narrow, {3}, ones({3}, {.dtype = float64}))).backward();
  CHECK(narrow.grad().dtype() == float32);
  const Tensor mean = ones({3}), var = ones({3});
  CHECK(batch_norm(zeros({0, 3, 2}), {}, {}, {.running_mean = mean, .running_var = var, .training = true}).size() == 0);
  CHECK(mean.item(0) == 1.0);
  CHECK(layer_norm(zeros({2, 0}), {0}).shape() == Shape{2, 0});
  CHECK(batch_norm(randn({4, 3}), {}, {}, {.training = true}).op_name().empty());
  CHECK(batch_norm(turned.detach().requires_grad_(), {}, {}, {.training = true}).op_name() == "batch_norm");
}

TEST_CASE("errors of normalisations name the op and the shapes") {
  const Tensor x = randn({2, 4, 3});
  check_says(message_of<ShapeError>([&] { batch_norm(randn({4}), {}, {}, {.training = true}); }),
             {"batch_norm", "(4,)"});
  check_says(message_of<ShapeError>([&] { batch_norm(x, ones({3}), {}, {.training = true}); }),
             {"weight of shape (3,)", "(2, 4, 3)", "(4,)"});
  check_says(message_of<ShapeError>([&] { instance_norm(x, {}, ones({2, 4})); }), {"instance_norm", "bias", "(2, 4)"});
  check_says(message_of<Error>([&] { batch_norm(x, {}, {}); }), {"running_mean", "{.training = true}"});
  check_says(message_of<Error>([&] { instance_norm(x, {}, {}, {.use_input_stats = false}); }), {"use_input_stats"});
  check_says(message_of<Error>([&] { batch_norm(x, {}, {}, {.running_mean = ones({4})}); }), {"belong together"});
  check_says(
      message_of<ShapeError>([&] { batch_norm(x, {}, {}, {.running_mean = ones({3}), .running_var = ones({4})}); }),
      {"running_mean of shape (3,)"});
  const Tensor whole = ones({4}, {.dtype = int64}), learned = ones({4}).requires_grad_();
  check_says(message_of<DtypeError>([&] { batch_norm(x, {}, {}, {.running_mean = whole, .running_var = whole}); }),
             {"int64"});
  check_says(message_of<GradError>([&] { batch_norm(x, {}, {}, {.running_mean = learned, .running_var = learned}); }),
             {"requires a gradient"});
  check_says(message_of<ShapeError>([&] {
               batch_norm(randn({1, 4}), {}, {}, {.training = true});
             }),
             {"one value per channel", "(1, 4)"});
  check_says(message_of<ShapeError>([&] { instance_norm(randn({3, 4, 1})); }), {"one value per channel"});
  check_says(message_of<ShapeError>([&] { layer_norm(x, {4}); }), {"layer_norm", "(4,)", "(2, 4, 3)"});
  check_says(message_of<ShapeError>([&] { layer_norm(x, Shape{}); }), {"layer_norm", "()"});
  check_says(message_of<ShapeError>([&] { rms_norm(x, {3}, ones({4})); }), {"rms_norm", "(4,)"});
  check_says(message_of<ShapeError>([&] { group_norm(x, 3); }), {"3 groups", "4 channels"});
  check_says(message_of<ShapeError>([&] { group_norm(x, 0); }), {"0 groups"});
  check_says(message_of<Error>([&] { normalize(x, 0.0); }), {"normalize", "0.0"});
  check_says(message_of<ShapeError>([&] { local_response_norm(x, 0); }), {"size, is 0"});

  // Nothing was changed by a call that failed.
  const Tensor mean = zeros({4}), var = ones({4});
  CHECK_THROWS_AS(batch_norm(x, ones({3}), {}, {.running_mean = mean, .running_var = var, .training = true}),
                  ShapeError);
  CHECK(identical(mean, zeros({4})));
}
