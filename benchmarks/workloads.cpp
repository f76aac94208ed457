#include <benchmarks/workloads.hpp>

namespace benchmarks {

namespace xtape_side {
Program scalar_graph();
Program wave(std::size_t count, bool fused);
Program polynomial(std::size_t count, bool fused);
Program black_scholes(std::size_t count);
}  // namespace xtape_side

namespace by_hand {
Program wave(std::size_t count);
Program polynomial(std::size_t count);
}  // namespace by_hand

namespace libtorch_side {
Program scalar_graph();
Program wave(std::size_t count);
Program polynomial(std::size_t count);
Program black_scholes(std::size_t count);
}  // namespace libtorch_side

#ifdef XTAPE_WITH_LIBTORCH
#define XTAPE_LIBTORCH(program) [=] { return libtorch_side::program; }
#else
#define XTAPE_LIBTORCH(program) Maker()
#endif

namespace {

struct Size {
  const char* name;
  std::size_t count;
  double plain_target, fused_target;  // times faster than libtorch
};

void add_expressions(std::vector<Workload>& list) {
  const std::string end = ", four gradients, float32; forward + backward";
  for (const auto& [name, count, plain, fused] :
       {Size{"1k", 1000, 10, 12}, Size{"100k", 100000, 1.7, 3}, Size{"4M", 4000000, 1.4, 3}}) {
    const std::size_t n = count;
    const std::string what = "sum(tanh(a * b + c) * exp(-d * d))" + end, prefix = "wave_" + std::string(name);
    list.push_back({prefix, what + "; plain operations", 1e-4, plain, [n] { return xtape_side::wave(n, false); },
                    XTAPE_LIBTORCH(wave(n))});
    list.push_back({prefix + "_fused", what + "; one fuse()", 1e-4, fused, [n] { return xtape_side::wave(n, true); },
                    XTAPE_LIBTORCH(wave(n)), [n] { return by_hand::wave(n); }});
  }
  for (const auto& [name, count, plain, fused] :
       {Size{"1k", 1000, 20, 30}, Size{"100k", 100000, 1.5, 2.5}, Size{"4M", 4000000, 1.4, 4}}) {
    const std::size_t n = count;
    const std::string what = "sum((a * b + c) * (a - d) + b * d)" + end, prefix = "polynomial_" + std::string(name);
    list.push_back({prefix, what + "; plain operations", 1e-5, plain, [n] { return xtape_side::polynomial(n, false); },
                    XTAPE_LIBTORCH(polynomial(n))});
    list.push_back({prefix + "_fused", what + "; one fuse()", 1e-5, fused,
                    [n] { return xtape_side::polynomial(n, true); }, XTAPE_LIBTORCH(polynomial(n)),
                    [n] { return by_hand::polynomial(n); }});
  }
}

}  // namespace

std::vector<Workload> workloads() {
  std::vector<Workload> list{{"scalar_graph",
                              "z = x; 30 times z = tanh(z * y + x); 0-d float64, forward + backward, graph rebuilt",
                              1e-12, 25, [] { return xtape_side::scalar_graph(); }, XTAPE_LIBTORCH(scalar_graph())}};
  add_expressions(list);
  list.push_back({"black_scholes", "price of 100 000 calls and five sensitivities, float32; one fuse()", 1e-3, 5,
                  [] { return xtape_side::black_scholes(100000); }, XTAPE_LIBTORCH(black_scholes(100000))});
  return list;
}

}  // namespace benchmarks
