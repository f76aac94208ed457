// The op behind batch, layer, group, instance and RMS normalisation: kernels for values and first derivatives, tensor
// expressions for higher ones.

#include <autograd/ops/elementwise.hpp>
#include <autograd/ops/normalization.hpp>
#include <autograd/ops/reduce.hpp>
#include <autograd/ops/shape.hpp>
#include <autograd/record.hpp>

#include <memory>

namespace xtape {

namespace {

// What the rules of one normalisation need besides x and the weight.
struct Recorded {
  NormPlan plan;
  Tensor mean, inverse;  // flat; inverse = 1 / sqrt(variance + eps)
  bool fixed() const { return plan.fixed_mean.defined(); }
};

// Gradients of weight and bias: sum(g * normalised) and sum(g).
struct ParameterSums {
  Tensor weight, bias;
};

template <class T>
T* writable(const Tensor& x) {
  return static_cast<T*>(x.mutable_data());
}

template <class T>
const T* readable(const Tensor& x) {
  return x.defined() ? x.data<T>() : nullptr;
}

template <class T>
kernels::NormScale<T> scale_of(const Recorded& norm, const Tensor& weight) {
  return {norm.mean.data<T>(), norm.inverse.data<T>(), readable<T>(weight)};
}

// --- in kernels

void compute_moments(const NormPlan& plan, const Tensor& x, Normalized& to) {
  const kernels::NormExtent& extent = plan.extent;
  const Shape shape{plan.by_channel ? extent.members : extent.outer * extent.groups};
  to.mean = Tensor::uninitialized(shape, x.dtype());
  to.variance = Tensor::uninitialized(shape, x.dtype());
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    T *mean = writable<T>(to.mean), *variance = writable<T>(to.variance);
    if (plan.by_channel) {
      kernels::channel_moments(x.data<T>(), extent, mean, variance);
    } else {
      kernels::group_moments(x.data<T>(), extent, plan.centred, mean, variance);
    }
  });
}

Tensor apply_kernel(const Recorded& norm, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  Tensor y = Tensor::uninitialized(x.shape(), x.dtype());
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    const auto run = norm.plan.by_channel ? kernels::channel_normalize<T> : kernels::group_normalize<T>;
    run(x.data<T>(), norm.plan.extent, scale_of<T>(norm, weight), readable<T>(bias), writable<T>(y));
  });
  return y;
}

ParameterSums sums_by_kernel(const Recorded& norm, const Tensor& x, const Tensor& g) {
  const profile::Op profiled("normalization_sums", x, g);
  const Shape shape{norm.plan.extent.parameters()};
  const ParameterSums sums{Tensor::uninitialized(shape, x.dtype()), Tensor::uninitialized(shape, x.dtype())};
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    const auto run = norm.plan.by_channel ? kernels::channel_sums<T> : kernels::group_sums<T>;
    run(x.data<T>(), g.data<T>(), norm.plan.extent, scale_of<T>(norm, {}),
        {writable<T>(sums.weight), writable<T>(sums.bias)});
  });
  profiled.result(sums.weight);
  profiled.result(sums.bias);
  return sums;
}

// `sums` are read where the moments are those of channels.
Tensor gradient_by_kernel(const Recorded& norm, const Tensor& x, const Tensor& g, const Tensor& weight,
                          const ParameterSums& sums) {
  const profile::Op profiled("normalization_gradient", x, g, weight);
  Tensor dx = Tensor::uninitialized(x.shape(), x.dtype());
  visit_floating(x.dtype(), [&]<class T>(TypeTag<T>) {
    const kernels::NormScale<T> scale = scale_of<T>(norm, weight);
    const kernels::NormExtent& extent = norm.plan.extent;
    if (norm.plan.by_channel) {
      kernels::channel_gradient<T>(x.data<T>(), g.data<T>(), extent, scale,
                                   {sums.weight.data<T>(), sums.bias.data<T>()}, writable<T>(dx));
    } else {
      kernels::group_gradient(x.data<T>(), g.data<T>(), extent, scale, norm.plan.centred, writable<T>(dx));
    }
  });
  return profiled.result(dx);
}

// The parameters' gradients for one upstream gradient, which the rules of one node share: whichever runs first
// computes them. The gradient of the input of a batch norm is made from them too.
class SharedSums {
 public:
  bool known_for(const Tensor& g) const {
    return m_upstream.is_same(g) && m_version == g.impl()->storage->version() && m_sums.bias.defined();
  }
  const ParameterSums& get(const Recorded& norm, const Tensor& x, const Tensor& g) {
    if (!known_for(g)) {
      m_sums = sums_by_kernel(norm, x.contiguous(), g.contiguous());
      m_upstream = g;
      m_version = g.impl()->storage->version();
    }
    return m_sums;
  }
  const Tensor& bias() const { return m_sums.bias; }

 private:
  Tensor m_upstream;
  std::uint32_t m_version = 0;
  ParameterSums m_sums;
};

// --- in tensor expressions

Tensor canonical(const NormPlan& plan, const Tensor& x) {
  const auto& [outer, groups, members, length] = plan.extent;
  return reshape(x, Shape{outer, groups, members, length});
}

Tensor against_canonical(const NormPlan& plan, const Tensor& parameter) {
  return reshape(parameter, Shape{plan.extent.groups, plan.extent.members, 1});
}

// The gradient of a parameter from its terms for every element.
Tensor parameter_gradient(const NormPlan& plan, const Tensor& terms) {
  return reshape(sum(terms, {0, 3}), Shape{plan.extent.parameters()});
}

Axes normalized_axes(const NormPlan& plan) { return plan.by_channel ? Axes{0, 3} : Axes{2, 3}; }

struct Standardized {
  Tensor normalized;  // (x - mean) * inverse
  Tensor inverse;
};

Standardized standardize(const Recorded& norm, const Tensor& x) {
  const NormPlan& plan = norm.plan;
  const Tensor values = canonical(plan, x);
  if (norm.fixed()) {
    const Tensor inverse = against_canonical(plan, norm.inverse);
    return {(values - against_canonical(plan, norm.mean)) * inverse, inverse};
  }
  const Axes axes = normalized_axes(plan);
  const Tensor centred = plan.centred ? values - mean(values, axes, keep_dims) : values;
  const Tensor inverse = 1.0 / sqrt(mean(square(centred), axes, keep_dims) + plan.eps);
  return {centred * inverse, inverse};
}

Tensor input_gradient(const Recorded& norm, const Tensor& x, const Tensor& weight, const Tensor& g) {
  const NormPlan& plan = norm.plan;
  const Tensor upstream = canonical(plan, g);
  const Tensor h = weight.defined() ? upstream * against_canonical(plan, weight) : upstream;
  if (norm.fixed()) return reshape(h * against_canonical(plan, norm.inverse), x.shape());
  const auto [normalized, inverse] = standardize(norm, x);
  const Axes axes = normalized_axes(plan);
  const Tensor along = normalized * mean(h * normalized, axes, keep_dims);
  const Tensor rest = plan.centred ? h - mean(h, axes, keep_dims) : h;
  return reshape(inverse * (rest - along), x.shape());
}

Saved save_if_defined(const Tensor& x) { return x.defined() ? save(x) : Saved(); }
Tensor get_if_kept(const Saved& saved) { return saved.kept() ? saved.get() : Tensor(); }
Tensor detached(const Tensor& x) { return x.defined() ? x.detach().contiguous() : Tensor(); }

}  // namespace

Normalized normalize_by(const NormPlan& plan, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const profile::Op profiled(plan.name, x, weight, bias);
  const Tensor values = x.detach().contiguous();
  Normalized done;
  if (plan.fixed_mean.defined()) {
    // Copies: the buffers may change before backward.
    done.mean = astype(plan.fixed_mean.detach(), x.dtype()).clone();
    done.variance = astype(plan.fixed_variance.detach(), x.dtype()).clone();
  } else {
    compute_moments(plan, values, done);
  }
  const Recorded norm{plan, done.mean, 1.0 / sqrt(done.variance + plan.eps)};
  done.result = apply_kernel(norm, values, detached(weight), detached(bias));

  const auto shared = std::make_shared<SharedSums>();
  const Tensor none(0.0);
  done.result = record(
      plan.name, done.result,
      From{x,
           [norm, shared, x = save(x), weight = save_if_defined(weight)](const Tensor& g) {
             const Tensor factor = get_if_kept(weight);
             if (derivatives_wanted() || norm.fixed()) return input_gradient(norm, x.get(), factor, g);
             const Tensor input = x.get().contiguous(), upstream = g.contiguous();
             const ParameterSums sums = norm.plan.by_channel ? shared->get(norm, input, g) : ParameterSums{};
             return gradient_by_kernel(norm, input, upstream, detached(factor), sums);
           }},
      From{weight.defined() ? weight : none,
           [norm, shared, x = save(x)](const Tensor& g) {
             if (!derivatives_wanted()) return shared->get(norm, x.get(), g).weight;
             return parameter_gradient(norm.plan, canonical(norm.plan, g) * standardize(norm, x.get()).normalized);
           }},
      From{bias.defined() ? bias : none, [norm, shared](const Tensor& g) {
             if (!derivatives_wanted() && shared->known_for(g)) return shared->bias();
             return parameter_gradient(norm.plan, canonical(norm.plan, g));
           }});
  return done;
}

}  // namespace xtape
