#include <autograd/kernels/convolution.hpp>
#include <autograd/kernels/gemm.hpp>
#include <autograd/kernels/im2col.hpp>
#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/scratch.hpp>

namespace xtape::kernels {

namespace {

// What the loops below need of the geometry, worked out once. Columns are made for a block of places at a time, which
// stays in the core's own cache between its making and its use; and blocks share out one large image, too.
struct Plan {
  std::size_t inputs, taps, outputs;      // sizes of an input plane, the window and an output plane
  std::size_t rows;                       // of the columns of one group
  std::size_t block_places, block_count;  // of one image
  bool pointwise;                         // the columns are the image itself

  explicit Plan(const Convolution& c)
      : inputs(input_size(c.windows)),
        taps(kernel_size(c.windows)),
        outputs(output_size(c.windows)),
        rows(c.in_channels * taps),
        pointwise(std::all_of(c.windows.begin(), c.windows.end(), [](const Window& w) {
          return w.kernel == 1 && w.stride == 1 && w.padding == 0 && w.input == w.output;
        })) {
    constexpr std::size_t block_elements = 65536, fewest_places = 128;
    const std::size_t target = std::max(fewest_places, block_elements / std::max<std::size_t>(rows, 1));
    block_count = (outputs + target - 1) / target;
    block_places = (outputs + block_count - 1) / block_count;
  }

  Range block(std::size_t number) const {
    return {std::min(number * block_places, outputs), std::min((number + 1) * block_places, outputs)};
  }
  std::size_t columns_elements() const { return pointwise ? 0 : rows * block_places; }
  // A product's multiply-add costs a fraction of an element of a plain loop.
  std::size_t cost_of_block(const Convolution& c) const { return rows * block_places * (1 + c.out_channels / 8); }
};

std::ptrdiff_t step(std::size_t size) { return static_cast<std::ptrdiff_t>(size); }

// Fills `channels` planes of `size` elements with their bias.
template <class T>
void fill_planes(T* planes, std::size_t channels, std::size_t size, const T* bias) {
  for (std::size_t channel = 0; channel < channels; ++channel) {
    std::fill_n(planes + channel * size, size, bias ? bias[channel] : T(0));
  }
}

// How the sum behind the weight gradient is shared out: over the blocks of all images in `slices`, each with a sum of
// its own, as long as these are together no larger than what is read; beyond, over `chunks` of the channels.
struct Shares {
  std::size_t slices, chunks;

  Shares(const Convolution& c, const Plan& plan) {
    const std::size_t blocks = c.batch * plan.block_count, weights = c.out_channels * plan.rows;
    const std::size_t threads = piece_count(std::max<std::size_t>(1, blocks * c.groups * c.in_channels),
                                            plan.cost_of_block(c) / std::max<std::size_t>(1, c.in_channels));
    const std::size_t read = c.batch * (c.in_channels * plan.inputs + c.out_channels * plan.outputs);
    const std::size_t wanted = (threads + c.groups - 1) / c.groups;
    slices = std::clamp<std::size_t>(read / std::max<std::size_t>(1, weights), 1,
                                     std::max<std::size_t>(1, std::min(wanted, blocks)));
    chunks = std::clamp<std::size_t>(wanted / slices, 1, std::max<std::size_t>(1, c.in_channels));
  }
};

}  // namespace

template <class T>
void convolution(const Convolution& c, const T* x, const T* w, const T* bias, T* y) {
  const Plan plan(c);
  const std::size_t tasks = c.batch * c.groups * plan.block_count;
  const std::size_t pieces = piece_count(tasks, plan.cost_of_block(c));
  const Scratch<T> scratch(pieces * plan.columns_elements());
  parallel_pieces(pieces, tasks, [&](std::size_t piece, std::size_t begin, std::size_t end) {
    T* columns = scratch.data() + piece * plan.columns_elements();
    for (std::size_t task = begin; task < end; ++task) {
      const Range places = plan.block(task % plan.block_count);
      const std::size_t image = task / plan.block_count, group = image % c.groups;  // one group of one image
      const T* from = x + image * c.in_channels * plan.inputs;
      T* to = y + image * c.out_channels * plan.outputs + places.begin;
      for (std::size_t o = 0; bias && o < c.out_channels; ++o) {
        std::fill_n(to + o * plan.outputs, places.size(), bias[group * c.out_channels + o]);
      }
      if (!plan.pointwise) image_to_columns(from, c.in_channels, c.windows, places, columns);
      const Matrix<T> read = plan.pointwise ? Matrix<T>{from + places.begin, step(plan.outputs), false}
                                            : Matrix<T>{columns, step(places.size()), false};
      gemm<T>(c.out_channels, places.size(), plan.rows,
              {w + group * c.out_channels * plan.rows, step(std::max<std::size_t>(1, plan.rows)), false}, read, to,
              bias != nullptr, plan.outputs);
    }
  });
}

template <class T>
void convolution_input_gradient(const Convolution& c, const T* y, const T* w, const T* bias, T* x) {
  const Plan plan(c);
  // Blocks of places overlap in the image, so the threads share out images, groups and, where these are few, channels.
  const std::size_t images = c.batch * c.groups, cost = plan.cost_of_block(c) * plan.block_count;
  const std::size_t threads = piece_count(images * c.in_channels, cost / std::max<std::size_t>(1, c.in_channels));
  const std::size_t chunks = std::clamp<std::size_t>((threads + images - 1) / std::max<std::size_t>(1, images), 1,
                                                     std::max<std::size_t>(1, c.in_channels));
  const std::size_t pieces = std::max<std::size_t>(1, std::min(threads, images * chunks));
  const Scratch<T> scratch(pieces * plan.columns_elements());
  parallel_pieces(pieces, images * chunks, [&](std::size_t piece, std::size_t begin, std::size_t end) {
    T* columns = scratch.data() + piece * plan.columns_elements();
    for (std::size_t task = begin; task < end; ++task) {
      const std::size_t image = task / chunks, group = image % c.groups, chunk = task % chunks;
      const Range channels{chunk * c.in_channels / chunks, (chunk + 1) * c.in_channels / chunks};
      const std::size_t rows = channels.size() * plan.taps;
      const T* upstream = y + image * c.out_channels * plan.outputs;
      T* to = x + (image * c.in_channels + channels.begin) * plan.inputs;
      const Matrix<T> weights{w + group * c.out_channels * plan.rows + channels.begin * plan.taps,
                              step(std::max<std::size_t>(1, plan.rows)), true};
      fill_planes(to, channels.size(), plan.inputs, bias ? bias + group * c.in_channels + channels.begin : nullptr);
      for (std::size_t block = 0; block < plan.block_count; ++block) {
        const Range places = plan.block(block);
        const Matrix<T> read{upstream + places.begin, step(plan.outputs), false};
        if (plan.pointwise) {
          gemm<T>(rows, places.size(), c.out_channels, weights, read, to + places.begin, true, plan.outputs);
        } else {
          gemm<T>(rows, places.size(), c.out_channels, weights, read, columns);
          add_columns_to_image(columns, channels.size(), c.windows, places, to);
        }
      }
    }
  });
}

template <class T>
void convolution_weight_gradient(const Convolution& c, const T* x, const T* y, T* w) {
  const Plan plan(c);
  const Shares shares(c, plan);
  const std::size_t weights = c.groups * c.out_channels * plan.rows;
  const std::size_t tasks = c.groups * shares.slices * shares.chunks, blocks = c.batch * plan.block_count;
  const std::size_t pieces = piece_count(tasks, plan.cost_of_block(c) * (blocks / shares.slices) / shares.chunks);
  const Scratch<T> scratch(pieces * plan.columns_elements()), sums((shares.slices - 1) * weights);
  parallel_pieces(pieces, tasks, [&](std::size_t piece, std::size_t begin, std::size_t end) {
    T* columns = scratch.data() + piece * plan.columns_elements();
    for (std::size_t task = begin; task < end; ++task) {
      const std::size_t chunk = task % shares.chunks, slice = task / shares.chunks % shares.slices;
      const std::size_t group = task / shares.chunks / shares.slices;
      const Range channels{chunk * c.in_channels / shares.chunks, (chunk + 1) * c.in_channels / shares.chunks};
      const Range part{slice * blocks / shares.slices, (slice + 1) * blocks / shares.slices};
      const std::size_t rows = channels.size() * plan.taps;
      T* sum = (slice == 0 ? w : sums.data() + (slice - 1) * weights) + group * c.out_channels * plan.rows +
               channels.begin * plan.taps;
      for (std::size_t block = part.begin; block < part.end; ++block) {
        const Range places = plan.block(block % plan.block_count);
        const std::size_t image = block / plan.block_count * c.groups + group;
        const T* from = x + (image * c.in_channels + channels.begin) * plan.inputs;
        if (!plan.pointwise) image_to_columns(from, channels.size(), c.windows, places, columns);
        const Matrix<T> read = plan.pointwise ? Matrix<T>{from + places.begin, step(plan.outputs), true}
                                              : Matrix<T>{columns, step(places.size()), true};
        gemm<T>(c.out_channels, rows, places.size(),
                {y + image * c.out_channels * plan.outputs + places.begin, step(plan.outputs), false}, read, sum,
                block > part.begin, plan.rows);
      }
    }
  });
  if (blocks == 0) std::fill_n(w, weights, T(0));
  for (std::size_t slice = 0; slice + 1 < shares.slices; ++slice) {
    for (std::size_t i = 0; i < weights; ++i) w[i] += sums.data()[slice * weights + i];
  }
}

template void convolution(const Convolution&, const float*, const float*, const float*, float*);
template void convolution(const Convolution&, const double*, const double*, const double*, double*);
template void convolution_input_gradient(const Convolution&, const float*, const float*, const float*, float*);
template void convolution_input_gradient(const Convolution&, const double*, const double*, const double*, double*);
template void convolution_weight_gradient(const Convolution&, const float*, const float*, float*);
template void convolution_weight_gradient(const Convolution&, const double*, const double*, double*);

}  // namespace xtape::kernels
