#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/strided.hpp>
#include <autograd/kernels/sweep.hpp>

#include <array>
#include <cstring>

namespace xtape::kernels {

namespace {

constexpr std::size_t block_elements = 1024;             // a few blocks of doubles fit the first-level cache
constexpr std::size_t shortest_row = 64;                 // rows below are gathered together into one block
constexpr std::size_t sweep_grain = parallel_grain / 4;  // a formula is more work than one operation
constexpr std::size_t most_inputs = most_sweep_inputs;
constexpr std::size_t strip_width = 16;  // of a transposition: floats in a cache line

// A shape with axes of size one dropped and neighbours merged where every operand walks them in one stride.
struct Walk {
  Shape shape;
  std::vector<Strides> strides;  // one per operand

  std::size_t row() const { return shape.empty() ? 1 : shape.back(); }
};

Walk merge_axes(const Shape& shape, std::span<const Strides* const> operands) {
  Walk walk;
  walk.strides.resize(operands.size());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 1) continue;
    const auto size = static_cast<std::ptrdiff_t>(shape[axis]);
    bool merges = !walk.shape.empty();
    for (std::size_t i = 0; merges && i < operands.size(); ++i) {
      merges = walk.strides[i].back() == (*operands[i])[axis] * size;
    }
    if (merges) {
      walk.shape.back() *= shape[axis];
    } else {
      walk.shape.push_back(shape[axis]);
    }
    for (std::size_t i = 0; i < operands.size(); ++i) {
      if (merges) {
        walk.strides[i].back() = (*operands[i])[axis];
      } else {
        walk.strides[i].push_back((*operands[i])[axis]);
      }
    }
  }
  return walk;
}

template <class T, class From>
void convert_row(const From* from, std::ptrdiff_t stride, T* to, std::size_t count) {
  if constexpr (std::is_same_v<T, From>) {
    if (stride == 1) {
      std::memcpy(to, from, count * sizeof(T));
      return;
    }
  }
  if (stride == 1) {
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<T>(from[i]);
  } else if (stride == 0) {
    std::fill_n(to, count, static_cast<T>(*from));
  } else {
    for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<T>(from[static_cast<std::ptrdiff_t>(i) * stride]);
  }
}

// Gives any run of elements of an operand as a contiguous span of T: in place where it is one, else through a buffer.
template <class T>
class BlockReader {
 public:
  void open(const Source& source, const Shape& shape, const Strides& strides) {
    m_source = &source;
    m_shape = &shape;
    m_strides = &strides;
    const bool same_type = source.dtype == dtype_of<T>();
    m_spans = same_type && xtape::is_contiguous(shape, strides);
    m_constant = is_one_element(strides);
    m_rows = same_type && !shape.empty() && strides.back() == 1;
    if (m_constant && !m_spans) gather(0, 0, 1);
  }

  bool spans() const { return m_spans; }
  // Whether one element stands for every one; such a span has only that.
  bool constant() const { return m_constant; }

  // `count` is at most a block unless spans(); a run of at least shortest_row elements stays within one row.
  const T* read(std::size_t start, std::size_t count) {
    if (!m_source->data) return nullptr;
    if (m_constant) return m_spans ? static_cast<const T*>(m_source->data) : m_buffer;
    if (m_spans) return static_cast<const T*>(m_source->data) + start;
    const std::size_t row = m_shape->back();
    std::size_t column = start % row;
    std::ptrdiff_t offset = row_offset(start / row) + static_cast<std::ptrdiff_t>(column) * m_strides->back();
    if (m_rows && column + count <= row) return static_cast<const T*>(m_source->data) + offset;
    for (std::size_t done = 0; done < count; column = 0) {
      const std::size_t part = std::min(count - done, row - column);
      gather(offset, done, part);
      done += part;
      offset = row_offset((start + done) / row);
    }
    return m_buffer;
  }

 private:
  std::ptrdiff_t row_offset(std::size_t row_number) const {
    std::ptrdiff_t offset = 0;
    for (std::size_t axis = m_shape->size() - 1; axis-- > 0;) {
      offset += static_cast<std::ptrdiff_t>(row_number % (*m_shape)[axis]) * (*m_strides)[axis];
      row_number /= (*m_shape)[axis];
    }
    return offset;
  }
  void gather(std::ptrdiff_t offset, std::size_t at, std::size_t count) {
    if (!m_source->data) return;
    const std::ptrdiff_t stride = m_constant ? 0 : m_strides->back();
    visit_dtype(m_source->dtype, [&]<class From>(TypeTag<From>) {
      convert_row(static_cast<const From*>(m_source->data) + offset, stride, m_buffer + at, count);
    });
  }

  const Source* m_source = nullptr;
  const Shape* m_shape = nullptr;
  const Strides* m_strides = nullptr;
  bool m_spans = false, m_constant = false, m_rows = false;
  alignas(64) T m_buffer[block_elements];
};

// How many elements from `start` on to take in one block: whole rows where they are long.
std::size_t block_length(std::size_t start, std::size_t end, std::size_t row) {
  const std::size_t limit = std::min(end - start, block_elements);
  return row >= shortest_row ? std::min(limit, row - start % row) : limit;
}

template <class T>
void map_walk(MapKernel kernel, std::span<const Source> inputs, const Walk& walk, std::size_t count, void* output,
              DType output_dtype) {
  const bool direct_output = output_dtype == dtype_of<T>();
  parallel_for(count, parallel_grain, [&](std::size_t begin, std::size_t end) {
    std::array<BlockReader<T>, most_inputs> readers;
    bool whole = direct_output;
    MapMode mode;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      readers[i].open(inputs[i], walk.shape, walk.strides[i]);
      mode.uniform |= static_cast<unsigned>(readers[i].constant()) << i;
      whole = whole && (readers[i].spans() || readers[i].constant());
    }
    std::array<const void*, most_inputs> spans{};
    alignas(64) T result[block_elements];
    for (std::size_t start = begin; start < end;) {
      const std::size_t length = whole ? end - start : block_length(start, end, walk.row());
      for (std::size_t i = 0; i < inputs.size(); ++i) spans[i] = readers[i].read(start, length);
      if (direct_output) {
        kernel(spans.data(), mode, static_cast<T*>(output) + start, length);
      } else {
        kernel(spans.data(), mode, result, length);
        visit_dtype(output_dtype,
                    [&]<class To>(TypeTag<To>) { convert_row(result, 1, static_cast<To*>(output) + start, length); });
      }
      start += length;
    }
  });
}

std::size_t bytes_written(std::span<void* const> outputs, std::size_t bytes_each) {
  return bytes_each * static_cast<std::size_t>(std::count_if(outputs.begin(), outputs.end(),
                                                             [](const void* output) { return output != nullptr; }));
}

template <class T>
void sweep_walk(SweepKernel kernel, const void* formula, std::span<const Source> inputs, const Walk& walk,
                std::size_t count, std::span<void* const> outputs) {
  const bool past_the_cache = bytes_written(outputs, count * sizeof(T)) > cached_bytes;
  parallel_for(count, sweep_grain, [&](std::size_t begin, std::size_t end) {
    std::array<BlockReader<T>, most_inputs> readers;
    std::array<SweepInput, most_inputs> spans;
    bool whole = true;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      readers[i].open(inputs[i], walk.shape, walk.strides[i]);
      spans[i].uniform = readers[i].constant();
      whole = whole && (readers[i].spans() || readers[i].constant());
    }
    std::array<void*, most_inputs> to{};
    for (std::size_t start = begin; start < end;) {
      const std::size_t length = whole ? end - start : block_length(start, end, walk.row());
      for (std::size_t i = 0; i < inputs.size(); ++i) spans[i].data = readers[i].read(start, length);
      for (std::size_t i = 0; i < outputs.size(); ++i)
        to[i] = outputs[i] ? static_cast<T*>(outputs[i]) + start : nullptr;
      kernel(formula, spans.data(), to.data(), length, past_the_cache);
      start += length;
    }
  });
}

template <class To, class From>
void copy_row(const From* from, std::ptrdiff_t in, To* to, std::ptrdiff_t out, std::size_t count) {
  if (out == 1) return convert_row(from, in, to, count);
  for (std::size_t i = 0; i < count; ++i) {
    to[static_cast<std::ptrdiff_t>(i) * out] = static_cast<To>(from[static_cast<std::ptrdiff_t>(i) * in]);
  }
}

// Copies elements [begin, end) of the walk. Rows may be short: where the first one lies is worked out by division, the
// others by counting up.
template <class To, class From>
void copy_range(const From* from, To* to, const Walk& walk, std::size_t begin, std::size_t end) {
  const Strides &in = walk.strides[0], &out = walk.strides[1];
  const std::size_t last = walk.shape.size() - 1, row = walk.row();
  Shape index = walk.shape;
  std::size_t column = begin % row, rest = begin / row;
  for (std::size_t axis = last; axis-- > 0;) {
    index[axis] = rest % walk.shape[axis];
    rest /= walk.shape[axis];
    from += static_cast<std::ptrdiff_t>(index[axis]) * in[axis];
    to += static_cast<std::ptrdiff_t>(index[axis]) * out[axis];
  }
  for (std::size_t start = begin; start < end; column = 0) {
    const std::size_t length = std::min(end - start, row - column);
    const auto skipped = static_cast<std::ptrdiff_t>(column);
    copy_row(from + skipped * in[last], in[last], to + skipped * out[last], out[last], length);
    start += length;
    for (std::size_t axis = last; axis-- > 0;) {
      from += in[axis];
      to += out[axis];
      if (++index[axis] < walk.shape[axis]) break;
      index[axis] = 0;
      from -= static_cast<std::ptrdiff_t>(walk.shape[axis]) * in[axis];
      to -= static_cast<std::ptrdiff_t>(walk.shape[axis]) * out[axis];
    }
  }
}

// Cells of one element are not split among threads where an axis of the target is broadcast; nobody writes to such.
template <class To, class From>
void copy_walk(const From* from, To* to, const Walk& walk) {
  parallel_for(element_count(walk.shape), parallel_grain,
               [&](std::size_t begin, std::size_t end) { copy_range(from, to, walk, begin, end); });
}

// The axis along which the source is contiguous, if it is another one than the last: a transposition. -1: it is none.
std::ptrdiff_t transposed_axis(const Walk& walk) {
  const std::ptrdiff_t step = walk.strides[0].back();
  if (walk.row() < strip_width || (step >= -1 && step <= 1)) return -1;
  for (std::size_t axis = 0; axis + 1 < walk.shape.size(); ++axis) {
    if (walk.strides[0][axis] == 1 && walk.shape[axis] >= strip_width) return static_cast<std::ptrdiff_t>(axis);
  }
  return -1;
}

// A transposition walked along rows would use one element of each cache line that it reads. It goes by strips: a few
// elements along the source's contiguous axis, for each place on the last one.
template <class To, class From>
void copy_transposed(const From* from, To* to, const Walk& walk, std::size_t axis) {
  const std::size_t strips = walk.shape[axis] / strip_width, done = strips * strip_width;
  Walk main = walk, rest = walk;
  main.shape[axis] = strips;
  main.shape.push_back(strip_width);
  rest.shape[axis] -= done;
  for (Strides& strides : main.strides) {
    strides.push_back(strides[axis]);
    strides[axis] *= static_cast<std::ptrdiff_t>(strip_width);
  }
  copy_walk(from, to, main);
  const auto skipped = static_cast<std::ptrdiff_t>(done);
  copy_walk(from + skipped * walk.strides[0][axis], to + skipped * walk.strides[1][axis], rest);
}

}  // namespace

void map(MapKernel kernel, DType compute, std::span<const Source> inputs, const Shape& shape, void* output,
         DType output_dtype) {
  std::array<const Strides*, most_inputs> strides{};
  const Strides none = contiguous_strides(shape);
  for (std::size_t i = 0; i < inputs.size(); ++i) strides[i] = inputs[i].data ? &inputs[i].strides : &none;
  const Walk walk = merge_axes(shape, std::span(strides.data(), inputs.size()));
  const std::size_t count = element_count(shape);
  switch (compute) {
    case DType::float32:
      map_walk<float>(kernel, inputs, walk, count, output, output_dtype);
      break;
    case DType::float64:
      map_walk<double>(kernel, inputs, walk, count, output, output_dtype);
      break;
    default:
      map_walk<std::int64_t>(kernel, inputs, walk, count, output, output_dtype);
  }
}

void sweep(SweepKernel kernel, const void* formula, DType compute, std::span<const SweepInput> inputs,
           std::size_t count, std::span<void* const> outputs) {
  const std::size_t item = item_bytes(compute);
  const bool past_the_cache = bytes_written(outputs, count * item) > cached_bytes;
  parallel_for(count, sweep_grain, [&](std::size_t begin, std::size_t end) {
    std::array<SweepInput, most_inputs> spans;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::size_t skipped = inputs[i].uniform ? 0 : begin * item;
      spans[i] = {static_cast<const std::byte*>(inputs[i].data) + skipped, inputs[i].uniform};
    }
    std::array<void*, most_inputs> to{};
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      to[i] = outputs[i] ? static_cast<std::byte*>(outputs[i]) + begin * item : nullptr;
    }
    kernel(formula, spans.data(), to.data(), end - begin, past_the_cache);
  });
}

void sweep(SweepKernel kernel, const void* formula, DType compute, std::span<const Source> inputs, const Shape& shape,
           std::span<void* const> outputs) {
  std::array<const Strides*, most_inputs> strides{};
  for (std::size_t i = 0; i < inputs.size(); ++i) strides[i] = &inputs[i].strides;
  const Walk walk = merge_axes(shape, std::span(strides.data(), inputs.size()));
  const auto run = compute == float32 ? sweep_walk<float> : sweep_walk<double>;
  run(kernel, formula, inputs, walk, element_count(shape), outputs);
}

void strided_copy(const Source& source, const Target& target, const Shape& shape) {
  const Strides* const strides[] = {&source.strides, &target.strides};
  Walk walk = merge_axes(shape, strides);
  const bool constant = is_one_element(source.strides);
  // One element goes to all places of a target without gaps in the order of the memory, whatever its axes.
  if (constant && is_dense(shape, target.strides)) walk = {{element_count(shape)}, {{0}, {1}}};
  if (walk.shape.empty()) walk = {{1}, {{1}, {1}}};  // one element
  const std::ptrdiff_t axis = transposed_axis(walk);
  visit_dtype(source.dtype, [&]<class From>(TypeTag<From>) {
    visit_dtype(target.dtype, [&]<class To>(TypeTag<To>) {
      const auto* from = static_cast<const From*>(source.data);
      auto* to = static_cast<To*>(target.data);
      if (axis < 0) return copy_walk(from, to, walk);
      copy_transposed(from, to, walk, static_cast<std::size_t>(axis));
    });
  });
}

}  // namespace xtape::kernels
