#include <doctest/doctest.h>

#include <autograd/memory/sanitizer.hpp>
#include <xtape.hpp>

#include <thread>

using namespace xtape;

TEST_CASE("buffers are aligned, come back from the cache, and can be given to the system") {
  memory::trim();
  CHECK(memory::statistics().cached_bytes == 0);
  const memory::Statistics start = memory::statistics();
  const float* first = nullptr;
  {
    const Tensor x = zeros({1000});
    first = x.data<float>();
    CHECK(reinterpret_cast<std::uintptr_t>(first) % 64 == 0);
    CHECK(memory::statistics().live_bytes - start.live_bytes == 4096);  // 4000 bytes in the class of 4096
  }
  CHECK(memory::statistics().cached_bytes == 4096);
  const Tensor again = zeros({990});
  CHECK(again.data<float>() == first);
  CHECK(memory::statistics().cache_hits == start.cache_hits + 1);
  CHECK(memory::statistics().cached_bytes == 0);
  { const Tensor other = zeros({100000}); }
  CHECK(memory::trim() >= 400000);
  CHECK(memory::statistics().cached_bytes == 0);
}

TEST_CASE("size classes waste at most a quarter and hold what they promise") {
  const std::int64_t before = memory::statistics().live_bytes;
  for (std::size_t bytes : {17u, 64u, 65u, 256u, 257u, 320u, 321u, 511u, 512u, 513u, 5000u, 65537u, 1000003u}) {
    const Tensor x = zeros({bytes}, {.dtype = uint8});
    const std::int64_t held = memory::statistics().live_bytes - before;
    CHECK(held >= static_cast<std::int64_t>(bytes));
    CHECK(held <= static_cast<std::int64_t>(bytes + bytes / 4 + 64));
  }
}

TEST_CASE("the cache has a limit, and peak_bytes remembers the most that was in use") {
  memory::trim();
  memory::set_cache_limit(100000);
  { const Tensor large = zeros({100000}); }
  CHECK(memory::statistics().cached_bytes == 0);
  { const Tensor small = zeros({1000}); }
  CHECK(memory::statistics().cached_bytes == 4096);
  memory::set_cache_limit(0);
  CHECK(memory::statistics().cached_bytes == 0);
  memory::set_cache_limit(std::size_t{1} << 34);
  memory::reset_peak();
  const std::int64_t base = memory::statistics().live_bytes;
  { const Tensor large = zeros({1 << 20}); }
  CHECK(memory::statistics().peak_bytes >= base + (4 << 20));
}

TEST_CASE("tiny tensors take no buffer") {
  const memory::Statistics before = memory::statistics();
  const Tensor a = Tensor(1.0), b = ones({2}, {.dtype = float64}), c = a + b;
  CHECK(memory::statistics().live_bytes == before.live_bytes);
  CHECK(memory::statistics().live_tensors == before.live_tensors + 3);
  // A view keeps such a tensor's block, not its history.
  Tensor view_of_tiny;
  {
    const Tensor x = Tensor(3.0).requires_grad_();
    view_of_tiny = (x * x).detach();
  }
  CHECK(view_of_tiny.item() == 9.0);
  CHECK(memory::statistics().live_nodes == before.live_nodes);
}

TEST_CASE("the node pool gives back slabs that hold nothing alive") {
  {
    std::vector<Tensor> many;
    for (int i = 0; i < 20000; ++i) many.push_back(Tensor(static_cast<double>(i)).requires_grad_() * 2.0);
  }
  const std::int64_t held = memory::statistics().pool_bytes;
  memory::trim();
  const std::int64_t left = memory::statistics().pool_bytes;
  CHECK(left <= held);
  if (!memory::address_sanitizer) CHECK(left < held - (4 << 20));
  CHECK((Tensor(2.0) * 3.0).item() == 6.0);
}

TEST_CASE("what a thread leaves behind is used by the next") {
  const auto work = [] {
    for (int i = 0; i < 1000; ++i) (void)(Tensor(1.0).requires_grad_() * 2.0);
  };
  std::thread(work).join();
  const memory::Statistics after_first = memory::statistics();
  for (int i = 0; i < 20; ++i) std::thread(work).join();
  const memory::Statistics after_all = memory::statistics();
  CHECK(after_all.pool_bytes == after_first.pool_bytes);
  CHECK(after_all.live_nodes == after_first.live_nodes);
  CHECK(after_all.live_tensors == after_first.live_tensors);
}

TEST_CASE("what one thread makes and another lets go is used again, once it is shared") {
  // In each round two threads make tensors that this thread frees, as the workers of a data loader do.
  const auto round = [] {
    std::vector<std::vector<Tensor>> made(2);
    std::vector<std::thread> threads;
    for (auto& tensors : made) {
      threads.emplace_back([&tensors] {
        for (int i = 0; i < 3000; ++i) tensors.push_back(zeros({}));
      });
    }
    for (std::thread& thread : threads) thread.join();
    made.clear();
    memory::share_free_blocks();
  };
  for (int i = 0; i < 3; ++i) round();
  const std::int64_t held = memory::statistics().pool_bytes;
  for (int i = 0; i < 20; ++i) round();
  CHECK(memory::statistics().pool_bytes == held);
}
