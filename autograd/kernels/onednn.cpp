#include <autograd/kernels/onednn.hpp>

#ifdef XTAPE_ONEDNN

#include <autograd/kernels/parallel.hpp>
#include <autograd/kernels/scratch.hpp>

#include <algorithm>
#include <dnnl.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace xtape::kernels::onednn {

namespace {

using dnnl::memory;
using Arguments = std::unordered_map<int, memory>;

const dnnl::engine& processor() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

// On a processor a stream keeps no work, but threads may not share one.
dnnl::stream& stream() {
  thread_local dnnl::stream stream(processor());
  return stream;
}

// --- how oneDNN is told of a convolution

// Images have three axes, as everywhere in these kernels, the first ones of size 1 where they have less. oneDNN's fast
// loops are those for two, so that a first one of size 1 is left out.
struct Description {
  memory::desc x, w, w_plain, bias, y;
  memory::dims stride, dilation, padding, padding_behind;

  explicit Description(const Convolution& c) {
    const Window& first = c.windows[0];
    const std::size_t begin = first.input == 1 && first.kernel == 1 && first.output == 1 ? 1 : 0;
    const auto along_axes = [&](memory::dims sizes, const auto& value) {
      for (std::size_t axis = begin; axis < c.windows.size(); ++axis) {
        sizes.push_back(static_cast<memory::dim>(value(c.windows[axis])));
      }
      return sizes;
    };
    const auto dim = [](std::size_t size) { return static_cast<memory::dim>(size); };
    const memory::dim batch = dim(c.batch), in = dim(c.in_channels), out = dim(c.out_channels), groups = dim(c.groups);
    using Tag = memory::format_tag;
    constexpr auto type = memory::data_type::f32;
    const Tag channels_last = begin == 1 ? Tag::nhwc : Tag::ndhwc;
    x = {along_axes({batch, groups * in}, [](const Window& a) { return a.input; }), type, channels_last};
    y = {along_axes({batch, groups * out}, [](const Window& a) { return a.output; }), type, channels_last};
    bias = {{groups * out}, type, Tag::x};
    const memory::dims channels = groups == 1 ? memory::dims{out, in} : memory::dims{groups, out, in};
    const memory::dims weights = along_axes(channels, [](const Window& a) { return a.kernel; });
    constexpr Tag row_major[] = {Tag::abcd, Tag::abcde, Tag::abcdef};
    w = {weights, type, Tag::any};
    w_plain = {weights, type, row_major[weights.size() - 4]};
    stride = along_axes({}, [](const Window& a) { return a.stride; });
    dilation = along_axes({}, [](const Window& a) { return a.dilation - 1; });
    padding = along_axes({}, [](const Window& a) { return a.padding; });
    padding_behind = along_axes({}, [&](const Window& a) {
      const std::size_t reach = (a.output - 1) * a.stride + (a.kernel - 1) * a.dilation + 1;
      return dim(reach) - dim(a.input + a.padding);  // below 0 where the last elements are read by no place
    });
  }
};

using Forward = dnnl::convolution_forward;
using InputGradient = dnnl::convolution_backward_data;
using WeightGradient = dnnl::convolution_backward_weights;

// oneDNN 3 has no descriptors beside those of primitives.
template <class Primitive, class Hint, class... Sizes>
typename Primitive::primitive_desc describe(const Hint* hint, const Sizes&... sizes) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);  // the library's own is not safe among threads
#if DNNL_VERSION_MAJOR >= 3
  if constexpr (std::is_same_v<Primitive, Forward>)
    return {processor(), sizes..., attributes};
  else
    return {processor(), sizes..., *hint, attributes};
#else
  if constexpr (std::is_same_v<Primitive, Forward>)
    return {{sizes...}, attributes, processor()};
  else
    return {{sizes...}, attributes, processor(), *hint};
#endif
}

constexpr auto direct = dnnl::algorithm::convolution_direct;

Forward::primitive_desc forward_of(const Description& d, bool with_bias) {
  return describe<Forward, void>(nullptr, dnnl::prop_kind::forward_training, direct, d.x, d.w,
                                 with_bias ? d.bias : memory::desc(), d.y, d.stride, d.dilation, d.padding,
                                 d.padding_behind);
}

template <class Primitive>
typename Primitive::primitive_desc gradient_of(const Description& d) {
  const Forward::primitive_desc hint = forward_of(d, false);
  return describe<Primitive>(&hint, direct, d.x, d.w, d.y, d.stride, d.dilation, d.padding, d.padding_behind);
}

// --- loops

// Weights come and go in the library's own order; oneDNN has them in another one for each loop.
class Weights {
 public:
  Weights(const memory::desc& inside, const memory::desc& plain)
      : m_inside(inside), m_plain(plain), m_reorders(inside != plain) {
    if (!m_reorders) return;
    m_in = dnnl::reorder({processor(), plain, processor(), inside});
    m_out = dnnl::reorder({processor(), inside, processor(), plain});
  }
  std::size_t scratch_elements() const { return m_reorders ? m_inside.get_size() / sizeof(float) : 0; }
  memory inside(float* plain, float* scratch) const {
    return memory(m_inside, processor(), m_reorders ? scratch : plain);
  }
  void copy_in(float* plain, memory& inside) const {
    if (!m_reorders) return;
    memory from(m_plain, processor(), plain);
    m_in.execute(stream(), from, inside);
  }
  void copy_out(memory& inside, float* plain) const {
    if (!m_reorders) return;
    memory to(m_plain, processor(), plain);
    m_out.execute(stream(), inside, to);
    stream().wait();
  }

 private:
  memory::desc m_inside, m_plain;
  bool m_reorders;
  mutable dnnl::reorder m_in, m_out;
};

enum class Kind { forward, forward_with_bias, input_gradient, weight_gradient };

// One of the maps for one set of sizes, compiled.
class Loop {
 public:
  Loop(Kind kind, const Convolution& c) : m_description(c) {
    switch (kind) {
      case Kind::forward:
      case Kind::forward_with_bias: {
        const auto loop = forward_of(m_description, kind == Kind::forward_with_bias);
        keep(loop, loop.weights_desc());
        break;
      }
      case Kind::input_gradient: {
        const auto loop = gradient_of<InputGradient>(m_description);
        keep(loop, loop.weights_desc());
        break;
      }
      case Kind::weight_gradient: {
        const auto loop = gradient_of<WeightGradient>(m_description);
        keep(loop, loop.diff_weights_desc());
        break;
      }
    }
  }
  // A loop that oneDNN interprets, or that copies images to columns, is no better than those of convolution.cpp.
  bool compiled() const { return m_primitive.has_value(); }

  memory x(const float* values) const { return array(m_description.x, values); }
  memory y(const float* values) const { return array(m_description.y, values); }
  memory bias(const float* values) const { return array(m_description.bias, values); }

  void read_weights(const float* w, Arguments arguments) const {
    auto* plain = const_cast<float*>(w);
    const Scratch<float> scratch(m_weights->scratch_elements());
    memory inside = m_weights->inside(plain, scratch.data());
    m_weights->copy_in(plain, inside);
    arguments.emplace(DNNL_ARG_WEIGHTS, inside);
    run(std::move(arguments));
  }
  void write_weights(float* w, Arguments arguments) const {
    const Scratch<float> scratch(m_weights->scratch_elements());
    memory inside = m_weights->inside(w, scratch.data());
    arguments.emplace(DNNL_ARG_DIFF_WEIGHTS, inside);
    run(std::move(arguments));
    m_weights->copy_out(inside, w);
  }

 private:
  template <class Descriptor>
  void keep(const Descriptor& descriptor, const memory::desc& weights) {
    const std::string_view name = descriptor.impl_info_str();
    if (name.find("ref") != name.npos || name.find("gemm") != name.npos) return;
    m_primitive = dnnl::primitive(descriptor);
    m_scratchpad = descriptor.scratchpad_desc();
    m_weights.emplace(weights, m_description.w_plain);
  }
  static memory array(const memory::desc& description, const float* values) {
    return memory(description, processor(), const_cast<float*>(values));
  }
  void run(Arguments arguments) const {
    const Scratch<std::byte> scratchpad(m_scratchpad.get_size());
    arguments.emplace(DNNL_ARG_SCRATCHPAD, memory(m_scratchpad, processor(), scratchpad.data()));
    m_primitive->execute(stream(), arguments);
    stream().wait();
  }

  Description m_description;
  std::optional<dnnl::primitive> m_primitive;
  memory::desc m_scratchpad;
  std::optional<Weights> m_weights;
};

// Loops are compiled for their sizes and a number of threads, and kept, unless images come in ever new sizes. Null
// where oneDNN has none.
std::shared_ptr<const Loop> loop(Kind kind, const Convolution& c) {
  static std::mutex mutex;
  static std::map<std::vector<std::size_t>, std::shared_ptr<const Loop>> loops;
  std::vector<std::size_t> key{
      static_cast<std::size_t>(kind), thread_count(), c.batch, c.groups, c.in_channels, c.out_channels};
  for (const Window& w : c.windows) {
    key.insert(key.end(), {w.input, w.kernel, w.output, w.stride, w.dilation, w.padding});
  }
  constexpr std::size_t most_loops = 1024;
  const std::lock_guard lock(mutex);
  if (loops.size() >= most_loops && !loops.contains(key)) loops.clear();
  const auto [place, is_new] = loops.try_emplace(std::move(key));
  if (!is_new) return place->second;
  try {
    const auto made = std::make_shared<const Loop>(kind, c);
    if (made->compiled()) place->second = made;
  } catch (const dnnl::error&) {  // it has none at all
  }
  return place->second;
}

// A part of a convolution that is one of its own, computed by one thread, and where it begins in the images.
struct Piece {
  Convolution sizes;
  std::size_t x = 0, y = 0;
};

// A batch is shared out by its images; a batch of fewer than there are threads, forward, by bands of each image.
class Pieces {
 public:
  Pieces(const Convolution& c, Kind kind) : m_kind(kind) {
    std::size_t multiplications = c.groups * c.in_channels * c.out_channels;
    for (const Window& w : c.windows) multiplications *= w.output * w.kernel;
    constexpr std::size_t together = 8;  // that take as long as an element of cheap work
    const bool forward = kind == Kind::forward || kind == Kind::forward_with_bias;
    const std::size_t places = c.windows[first_axis(c)].output;
    if (forward && c.batch < thread_count()) {
      by_bands(c, piece_count(places, c.batch * multiplications / together / places) / c.batch);
    }
    if (m_pieces.empty()) by_images(c, piece_count(c.batch, multiplications / together));
    // A few images may be worth the start of oneDNN's own threads.
    constexpr std::size_t worthwhile = std::size_t{1} << 24;
    m_alone = m_pieces.size() > 1 || c.batch * multiplications < worthwhile;
  }

  std::size_t count() const { return m_pieces.size(); }

  /// Whether oneDNN has a loop for every piece.
  bool have_loops() const {
    const Alone guard(m_alone);
    const Convolution* last = nullptr;
    return std::all_of(m_pieces.begin(), m_pieces.end(), [&](const Piece& piece) {
      const bool seen = last && *last == piece.sizes;
      last = &piece.sizes;
      return seen || loop(m_kind, piece.sizes);
    });
  }

  /// Calls function(number of the piece, piece, loop) for every piece.
  template <class F>
  void run(const F& function) const {
    const Alone guard(m_alone && count() == 1);  // pieces are computed alone as they are
    run_pieces(count(), [&](std::size_t i) { function(i, m_pieces[i], *loop(m_kind, m_pieces[i].sizes)); });
  }

 private:
  static std::size_t x_image(const Convolution& c) { return c.groups * c.in_channels * input_size(c.windows); }
  static std::size_t y_image(const Convolution& c) { return c.groups * c.out_channels * output_size(c.windows); }
  static std::size_t first_axis(const Convolution& c) {
    std::size_t axis = 0;
    while (axis + 1 < c.windows.size() && c.windows[axis] == Window()) ++axis;
    return axis;
  }

  void by_images(const Convolution& c, std::size_t pieces) {
    for (std::size_t i = 0; i < pieces; ++i) {
      const std::size_t first = i * c.batch / pieces;
      Piece& piece = m_pieces.emplace_back(Piece{c, first * x_image(c), first * y_image(c)});
      piece.sizes.batch = (i + 1) * c.batch / pieces - first;
    }
  }

  // A band is some of the places along the first axis, and what of the image they read; none where one reads nothing.
  void by_bands(const Convolution& c, std::size_t bands) {
    if (bands < 2) return;
    const std::size_t axis = first_axis(c);
    const Window& whole = c.windows[axis];
    const std::size_t x_row = x_image(c) / whole.input, y_row = y_image(c) / whole.output;
    for (std::size_t i = 0; i < c.batch * bands; ++i) {
      const std::size_t image = i / bands, band = i % bands;
      const Range places{band * whole.output / bands, (band + 1) * whole.output / bands};
      const std::size_t from = places.begin * whole.stride;  // counted from where the padding begins
      const std::size_t to = (places.end - 1) * whole.stride + (whole.kernel - 1) * whole.dilation + 1;
      const Range read{std::max(from, whole.padding) - whole.padding,
                       std::min(to, whole.input + whole.padding) - whole.padding};
      if (to <= whole.padding || read.begin >= read.end) return m_pieces.clear();
      Piece& piece = m_pieces.emplace_back(
          Piece{c, image * x_image(c) + read.begin * x_row, image * y_image(c) + places.begin * y_row});
      piece.sizes.batch = 1;
      Window& part = piece.sizes.windows[axis];
      part.padding = read.begin + whole.padding - from;
      part.input = read.size();
      part.output = places.size();
    }
  }

  Kind m_kind;
  std::vector<Piece> m_pieces;
  bool m_alone;
};

}  // namespace

bool can_convolve(const Convolution& c) {
  if (c.batch == 0) return false;
  constexpr Kind kinds[] = {Kind::forward, Kind::input_gradient, Kind::weight_gradient};
  return std::all_of(std::begin(kinds), std::end(kinds), [&](Kind kind) { return Pieces(c, kind).have_loops(); });
}

void convolution(const Convolution& c, const float* x, const float* w, const float* bias, float* y) {
  Pieces(c, bias ? Kind::forward_with_bias : Kind::forward).run([&](std::size_t, const Piece& piece, const Loop& loop) {
    Arguments arguments{{DNNL_ARG_SRC, loop.x(x + piece.x)}, {DNNL_ARG_DST, loop.y(y + piece.y)}};
    if (bias) arguments.emplace(DNNL_ARG_BIAS, loop.bias(bias));
    loop.read_weights(w, std::move(arguments));
  });
}

void convolution_input_gradient(const Convolution& c, const float* y, const float* w, const float* bias, float* x) {
  Pieces(c, Kind::input_gradient).run([&](std::size_t, const Piece& piece, const Loop& loop) {
    loop.read_weights(w, {{DNNL_ARG_DIFF_DST, loop.y(y + piece.y)}, {DNNL_ARG_DIFF_SRC, loop.x(x + piece.x)}});
  });
  if (!bias) return;
  const std::size_t channels = c.groups * c.in_channels;
  parallel_for(c.batch * input_size(c.windows), 1 + parallel_grain / channels, [&](std::size_t begin, std::size_t end) {
    for (std::size_t place = begin; place < end; ++place) {
      for (std::size_t channel = 0; channel < channels; ++channel) x[place * channels + channel] += bias[channel];
    }
  });
}

void convolution_weight_gradient(const Convolution& c, const float* x, const float* y, float* w) {
  const Pieces pieces(c, Kind::weight_gradient);
  const std::size_t weights = c.groups * c.out_channels * c.in_channels * kernel_size(c.windows);
  const Scratch<float> others((pieces.count() - 1) * weights);  // what all pieces but the first give
  pieces.run([&](std::size_t i, const Piece& piece, const Loop& loop) {
    float* to = i == 0 ? w : others.data() + (i - 1) * weights;
    loop.write_weights(to, {{DNNL_ARG_SRC, loop.x(x + piece.x)}, {DNNL_ARG_DIFF_DST, loop.y(y + piece.y)}});
  });
  for (std::size_t i = 1; i < pieces.count(); ++i) {
    const float* part = others.data() + (i - 1) * weights;
    for (std::size_t k = 0; k < weights; ++k) w[k] += part[k];
  }
}

}  // namespace xtape::kernels::onednn

#else

namespace xtape::kernels::onednn {

bool can_convolve(const Convolution&) { return false; }
void convolution(const Convolution&, const float*, const float*, const float*, float*) {}
void convolution_input_gradient(const Convolution&, const float*, const float*, const float*, float*) {}
void convolution_weight_gradient(const Convolution&, const float*, const float*, float*) {}

}  // namespace xtape::kernels::onednn

#endif
